from __future__ import annotations

import asyncio
import logging
import traceback
from datetime import timedelta

import pytest
import telegram
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.sandbox import Fault, Sandbox
from bot.transports.request import AiohttpRequest, BadAnswer, NeverSent

TOKEN = "4242:odd-and-secret"


def bot_on(request: AiohttpRequest, url: str, token: str = TOKEN) -> telegram.Bot:
    return telegram.Bot(
        token,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=request,
        get_updates_request=request,
    )


async def test_values_reach_a_strict_server_as_what_they_are(sandbox: Sandbox) -> None:
    person = sandbox.person(123, "Ana")
    person.start()
    async with bot_on(AiohttpRequest(), sandbox.url, sandbox.token) as bot:
        button = telegram.InlineKeyboardButton("Approve", callback_data="approve:1")
        sent = await bot.send_message(
            123,
            "Добрый день 🌍",
            entities=[telegram.MessageEntity("bold", 0, 6)],
            reply_markup=telegram.InlineKeyboardMarkup([[button]]),
            link_preview_options=telegram.LinkPreviewOptions(is_disabled=True),
        )
        assert sent.parse_entities() == {sent.entities[0]: "Добрый"}
        assert sent.reply_markup is not None
        [call] = sandbox.calls.of("sendMessage")
        assert isinstance(call.params["entities"], list)


async def test_files_go_up_and_come_down(sandbox: Sandbox) -> None:
    person = sandbox.person(123, "Ana")
    person.start()
    upload = b"\x00\xff letter"
    async with bot_on(AiohttpRequest(), sandbox.url, sandbox.token) as bot:
        sent = await bot.send_document(
            123, document=upload, filename="Письмо “1”.docx", caption="Список"
        )
        assert sent.document is not None
        assert sent.document.file_name == "Письмо “1”.docx"
        assert sent.caption == "Список"
        file = await bot.get_file(sent.document.file_id)
        assert await file.download_as_bytearray() == upload


async def test_a_long_poll_outlasts_the_read_timeout(sandbox: Sandbox) -> None:
    request = AiohttpRequest(read_timeout=0.5)
    async with bot_on(request, sandbox.url, sandbox.token) as bot:
        assert await bot.get_updates(timeout=1) == ()
        sandbox.person(123, "Ana").start()
        [update] = await bot.get_updates(timeout=1)
        assert update.message is not None
        assert update.message.text == "/start"


async def test_errors_are_those_of_ptb(sandbox: Sandbox) -> None:
    sandbox.person(123, "Ana")
    async with bot_on(AiohttpRequest(), sandbox.url, sandbox.token) as bot:
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(404, "x")
        with pytest.raises(Forbidden, match="initiate"):
            await bot.send_message(123, "x")
        sandbox.faults.add(Fault("429", retry_after=3))
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(123, "x")
        assert caught.value.retry_after == timedelta(seconds=3)
        sandbox.faults.add(Fault("502"))
        with pytest.raises(NetworkError) as failed:
            await bot.send_message(123, "x")
        assert isinstance(failed.value, BadAnswer)
        assert failed.value.status == 502
    with pytest.raises(InvalidToken):
        async with bot_on(AiohttpRequest(), sandbox.url, "1:wrong"):
            pass


async def test_no_free_connection_means_never_sent(sandbox: Sandbox) -> None:
    for id in (123, 124):
        sandbox.person(id, "Ana").start()
    gate = sandbox.hold("sendMessage", chat_id=123)
    request = AiohttpRequest(connections=1, pool_timeout=0.05, connect_timeout=0.05)
    async with bot_on(request, sandbox.url, sandbox.token) as bot:
        sandbox.calls.clear()
        first = asyncio.create_task(bot.send_message(123, "x"))
        await gate.wait_held()
        with pytest.raises(NeverSent):
            await bot.send_message(124, "x")
        gate.release()
        await first
    assert sandbox.calls.sent_to(124) == []


async def test_a_closed_request_opens_again_when_it_is_used(sandbox: Sandbox) -> None:
    request = AiohttpRequest()
    bot = bot_on(request, sandbox.url, sandbox.token)
    for _ in range(2):
        await request.initialize()
        assert (await bot.get_me()).username == sandbox.bot["username"]
        await request.shutdown()
        await request.shutdown()


async def test_the_environments_proxies_are_not_used(
    sandbox: Sandbox, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, nobody)
    request = AiohttpRequest()
    assert (await bot_on(request, sandbox.url, sandbox.token).get_me()).id == sandbox.bot["id"]
    await request.shutdown()
    proxied = AiohttpRequest(proxy=nobody)
    with pytest.raises(NeverSent):
        await bot_on(proxied, sandbox.url, sandbox.token).get_me()
    await proxied.shutdown()


async def hang(body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def reset(body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (hang, TimedOut),
        (reset, NetworkError),
        (b"not http at all\r\n\r\n", NetworkError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", NetworkError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{", BadAnswer),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>", BadAnswer),
        (
            b'HTTP/1.1 401 Unauthorized\r\nContent-Length: 18\r\n\r\n{"description":""}',
            InvalidToken,
        ),
        (None, NeverSent),
    ],
)
async def test_the_token_is_in_no_error(
    serve, nobody: str, answer, kind: type[TelegramError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "aiohttp")
    caplog.set_level(logging.DEBUG, "asyncio")
    url = nobody if answer is None else await serve(answer)
    request = AiohttpRequest(read_timeout=0.1)
    with pytest.raises(kind) as caught:
        await request.call(f"{url}/bot{TOKEN}/getMe", {})
    await request.shutdown()
    chain: BaseException | None = caught.value
    while chain is not None:
        assert TOKEN not in f"{chain}{chain!r}"
        chain = chain.__cause__ or chain.__context__
    assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert TOKEN not in caplog.text
