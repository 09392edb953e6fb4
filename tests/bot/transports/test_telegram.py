from __future__ import annotations

import asyncio
import logging
import traceback
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from telegram.error import EndPointNotFound, NetworkError, RetryAfter, TimedOut

from bot.errors import TransportError
from bot.sandbox import Fault, Sandbox
from bot.transports.base import (
    REASONS,
    Message,
    Moved,
    NotNow,
    Outcome,
    Paragraph,
    Refused,
    Sent,
    Span,
    Unknown,
)
from bot.transports.request import BadAnswer
from bot.transports.telegram import TelegramTransport, classify

TOKEN = "4242:odd-and-secret"
MESSAGE = Message(
    language="en",
    headline="The Charter is signed 🌍",
    paragraphs=(
        Paragraph(
            text="Fifty states signed A/RES/1.",
            spans=(Span(offset=20, length=7, kind="link", url="https://docs.un.org/en/A/RES/1"),),
        ),
    ),
    signature="Press Office · 26 June 2026",
    button=("Read on", "https://press.example.org/en/charter"),
)


def page(status: str, body: bytes, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n\r\n".encode() + body


async def outcome_at(url: str) -> Outcome:
    transport = TelegramTransport(TOKEN, url, read_timeout=0.2)
    try:
        return await transport.send("123", MESSAGE)
    finally:
        await transport.close()


async def test_a_person_sees_the_message_whole(
    sandbox: Sandbox, transport: TelegramTransport
) -> None:
    person = sandbox.person(123, "Ana")
    person.start()
    outcome = await transport.send("123", MESSAGE)
    last = person.chat.last
    assert last is not None
    assert outcome == Sent(message_ids=(str(last.message_id),))
    assert last.text == (
        "The Charter is signed 🌍\n\nFifty states signed A/RES/1.\n\nPress Office · 26 June 2026"
    )
    assert [(b.label, b.url) for b in last.buttons] == [MESSAGE.button]
    [call] = sandbox.calls.of("sendMessage")
    assert call.params["link_preview_options"]["url"] == "https://press.example.org/en/charter"
    assert "allow_paid_broadcast" not in call.params


async def test_without_a_page_there_is_no_preview(
    sandbox: Sandbox, transport: TelegramTransport
) -> None:
    sandbox.person(123, "Ana").start()
    assert isinstance(await transport.send("123", Message(language="en", headline="Hello")), Sent)
    [call] = sandbox.calls.of("sendMessage")
    assert call.params["link_preview_options"] == {"is_disabled": True}


async def test_a_forum_topic(sandbox: Sandbox, transport: TelegramTransport) -> None:
    owner = sandbox.person(1, "Ana")
    forum = sandbox.group(-1000000000077, "Newsroom", owner, forum=True)
    forum.add_bot()
    topic = forum.topic("Releases")
    assert isinstance(await transport.send(f"{forum.id}/{topic}", MESSAGE), Sent)
    assert forum.last is not None
    assert forum.last.as_json()["message_thread_id"] == topic
    forum.close_topic(topic)
    closed = await transport.send(f"{forum.id}/{topic}", MESSAGE)
    missing = await transport.send(f"{forum.id}/999", MESSAGE)
    for outcome in (closed, missing):
        assert isinstance(outcome, Refused)
        assert (outcome.reason, outcome.unreachable) == ("topic_closed", False)


async def test_an_edit_keeps_chat_topic_entities_preview_and_button(
    sandbox: Sandbox, transport: TelegramTransport
) -> None:
    forum = sandbox.group(-1000000000077, "Newsroom", sandbox.person(1, "Ana"), forum=True)
    forum.add_bot()
    address = f"{forum.id}/{forum.topic('Releases')}"
    first = await transport.send(address, Message(language="en", headline="Soon in your language"))
    assert isinstance(first, Sent)
    assert forum.last is not None
    place = forum.last.thread_id
    assert await transport.edit(address, first.message_ids[0], MESSAGE) == first
    seen = forum.last
    assert (str(seen.message_id), seen.thread_id) == (first.message_ids[0], place)
    assert seen.edited is not None
    assert seen.text.startswith("The Charter is signed 🌍\n\nFifty states signed A/RES/1.")
    assert {e["type"] for e in seen.entities} == {"bold", "text_link"}
    assert [(b.label, b.url) for b in seen.buttons] == [MESSAGE.button]
    assert seen.preview is not None
    assert seen.preview["url"] == "https://press.example.org/en/charter"


async def test_a_reply_points_to_its_message_in_the_same_topic(
    sandbox: Sandbox, transport: TelegramTransport
) -> None:
    forum = sandbox.group(-1000000000077, "Newsroom", sandbox.person(1, "Ana"), forum=True)
    forum.add_bot()
    address = f"{forum.id}/{forum.topic('Releases')}"
    first = await transport.send(address, MESSAGE)
    assert isinstance(first, Sent)
    await transport.send(address, MESSAGE, reply_to=first.message_ids[0])
    assert forum.last is not None
    assert forum.last.reply_to is not None
    assert str(forum.last.reply_to.message_id) == first.message_ids[0]
    assert forum.last.thread_id == forum.last.reply_to.thread_id


@pytest.mark.parametrize("kind", ["reset_after", "truncate", "502"])
async def test_an_edit_whose_answer_was_lost_is_unknown(
    sandbox: Sandbox, transport: TelegramTransport, kind: str
) -> None:
    sandbox.person(123, "Ana").start()
    first = await transport.send("123", MESSAGE)
    assert isinstance(first, Sent)
    sandbox.faults.add(Fault(kind, method="editMessageText"))  # type: ignore[arg-type]
    later = replace(MESSAGE, headline="Later")
    assert isinstance(await transport.edit("123", first.message_ids[0], later), Unknown)
    assert await transport.edit("123", first.message_ids[0], later) == first


async def test_those_who_are_gone_are_unreachable(
    sandbox: Sandbox, transport: TelegramTransport
) -> None:
    owner = sandbox.person(1, "Ana")
    blocked, deleted = sandbox.person(2, "Bo"), sandbox.person(3, "Cy")
    for person in (blocked, deleted):
        person.start()
    blocked.block()
    deleted.deactivate()
    kicked, never = sandbox.group(-5, "K", owner), sandbox.group(-6, "N", owner)
    kicked.add_bot()
    kicked.remove_bot()
    expected = {
        blocked.id: "blocked",
        deleted.id: "deactivated",
        owner.id: "not_found",  # has not pressed Start
        404: "not_found",
        kicked.id: "kicked",
        never.id: "kicked",
    }
    for chat, reason in expected.items():
        outcome = await transport.send(str(chat), MESSAGE)
        assert isinstance(outcome, Refused)
        assert (outcome.reason, outcome.unreachable) == (reason, True), chat


async def test_a_channel_without_the_right_to_post_stays_reachable(
    sandbox: Sandbox, transport: TelegramTransport
) -> None:
    channel = sandbox.channel(-1000000000011, "News", sandbox.person(1, "Ana"))
    channel.add_bot(can_post=False)
    outcome = await transport.send(str(channel.id), MESSAGE)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.unreachable) == ("no_rights", False)


async def test_a_migrated_group_keeps_its_topic(
    sandbox: Sandbox, transport: TelegramTransport
) -> None:
    group = sandbox.group(-5, "G", sandbox.person(1, "Ana"))
    group.add_bot()
    group.migrate(-1000000000005)
    assert await transport.send("-5", MESSAGE) == Moved(address="-1000000000005")
    assert await transport.send("-5/7", MESSAGE) == Moved(address="-1000000000005/7")


@pytest.mark.parametrize(
    ("code", "description", "reason", "unreachable"),
    [
        (400, "Bad Request: have no rights to send a message", "no_rights", False),
        (
            400,
            "Bad Request: not enough rights to send text messages to the chat",
            "no_rights",
            False,
        ),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "no_rights", False),
        (403, "Forbidden: CHAT_WRITE_FORBIDDEN", "no_rights", False),
        (400, "Bad Request: TOPIC_CLOSED", "topic_closed", False),
        (400, "Bad Request: message is too long", "bad_message", False),
        (400, "Bad Request: BUTTON_URL_INVALID", "bad_message", False),
        (400, "Bad Request: can't parse entities: …", "bad_message", False),
        (400, "Bad Request: PEER_ID_INVALID", "not_found", True),
        (403, "Forbidden: bot is not a member of the channel chat", "kicked", True),
        (403, "Forbidden: something nobody has seen", "refused", False),
        (400, "Bad Request: something nobody has seen", "refused", False),
    ],
)
async def test_what_the_server_says_becomes_a_reason(
    sandbox: Sandbox,
    transport: TelegramTransport,
    code: int,
    description: str,
    reason: str,
    unreachable: bool,
) -> None:
    sandbox.person(123, "Ana").start()
    sandbox.faults.add(Fault("refuse", code=code, description=description))
    outcome = await transport.send("123", MESSAGE)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.unreachable) == (reason, unreachable)
    # PTB takes the prefix off; what remains is for staff to read.
    assert outcome.detail.casefold() in description.casefold()


async def test_too_many_requests_stop_everyone(
    sandbox: Sandbox, transport: TelegramTransport
) -> None:
    sandbox.person(123, "Ana").start()
    sandbox.faults.add(Fault("429", retry_after=7))
    outcome = await transport.send("123", MESSAGE)
    assert outcome == NotNow(after=7, reason="rate_limited", everyone=True)


@pytest.mark.parametrize(
    ("kind", "delivered", "reason"),
    [
        ("502", False, "server_error"),
        ("reset_before", False, "lost_answer"),
        ("reset_after", True, "lost_answer"),
        ("truncate", True, "lost_answer"),
        ("hang", True, "lost_answer"),
    ],
)
async def test_a_lost_answer_is_unknown_and_not_repeated(
    sandbox: Sandbox, kind: str, delivered: bool, reason: str
) -> None:
    person = sandbox.person(123, "Ana")
    start = person.start()
    fault = sandbox.faults.add(Fault(kind))
    transport = TelegramTransport(sandbox.token, sandbox.url, read_timeout=0.2)
    outcome = await transport.send("123", MESSAGE)
    assert isinstance(outcome, Unknown)
    assert outcome.reason == reason
    assert sandbox.faults.used(fault) == 1
    assert (person.chat.last != start) is delivered
    assert isinstance(await transport.send("123", MESSAGE), Sent)
    await transport.close()


async def test_the_server_cannot_be_reached(nobody: str) -> None:
    outcome = await outcome_at(nobody)
    assert isinstance(outcome, NotNow)
    assert (outcome.reason, outcome.everyone) == ("no_connection", True)


@pytest.mark.parametrize("token", ["7000000001:another", "no-token-at-all"])
async def test_a_refused_token_stops_everyone_and_loses_nobody(
    sandbox: Sandbox, token: str
) -> None:
    transport = TelegramTransport(token, sandbox.url)
    outcome = await transport.send("123", MESSAGE)
    assert outcome == NotNow(after=60, reason="bad_token", everyone=True)
    with pytest.raises(TransportError, match=r"The bot token was refused: .*@BotFather") as caught:
        await transport.check()
    assert token not in "".join(traceback.format_exception(caught.value))
    await transport.close()


ODD = {
    "an empty success": (page("200 OK", b""), Unknown),
    "a page with status 200": (page("200 OK", b"<html>Log in</html>"), Unknown),
    "a success that is cut": (page("200 OK", b'{"ok":true,"result":{"message_id"', 900), Unknown),
    "a success that ends early": (page("200 OK", b'{"ok":true,"result":{"mess'), Unknown),
    "a success without a result": (page("200 OK", b'{"ok":true}'), Unknown),
    "a result without an id": (page("200 OK", b'{"ok":true,"result":{"date":1}}'), Unknown),
    "a result of another kind": (page("200 OK", b'{"ok":true,"result":true}'), Unknown),
    "a list": (page("200 OK", b"[1]"), Unknown),
    "not HTTP": (b"SSH-2.0-OpenSSH\r\n", Unknown),
    "nothing": (b"", Unknown),
    "a page with 503": (page("503 Service Unavailable", b"<html>"), Unknown),
    "an error of the server's own": (
        page("500 Internal Server Error", b'{"ok":false,"description":"Internal"}'),
        Unknown,
    ),
    "429 from a proxy": (page("429 Too Many Requests", b"slow down"), NotNow),
    "429 without a time": (page("429 Too Many", b'{"ok":false,"description":"Too"}'), NotNow),
    "a proxy's 403": (page("403 Forbidden", b"<html>"), NotNow),
    "somebody else's 404": (page("404 Not Found", b"<html>"), NotNow),
    "a redirect": (page("302 Found\r\nLocation: https://example.org/", b""), NotNow),
    "a status of its own": (page("418 Teapot", b'{"ok":false,"description":"Tea"}'), NotNow),
}


@pytest.mark.parametrize("case", ODD)
async def test_odd_answers(serve, case: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answer, expected = ODD[case]
    outcome = await outcome_at(await serve(answer))
    assert isinstance(outcome, expected), outcome
    assert outcome.reason in REASONS
    if isinstance(outcome, NotNow):
        assert outcome.everyone
    assert TOKEN not in f"{outcome!r}{caplog.text}"


@pytest.mark.parametrize("api", ["ftp://example.org", "nonsense", "http://"])
async def test_an_address_that_is_none(api: str) -> None:
    outcome = await outcome_at(api)
    assert isinstance(outcome, NotNow)
    assert outcome.reason == "no_connection"


async def test_a_refused_paid_broadcast_goes_on_free(sandbox: Sandbox) -> None:
    sandbox.person(123, "Ana").start()
    transport = TelegramTransport(sandbox.token, sandbox.url)
    assert isinstance(await transport.send("123", MESSAGE, paid=True), Sent)
    refusal = "Bad Request: not enough Stars for a paid broadcast"
    sandbox.faults.add(Fault("refuse", description=refusal))
    outcome = await transport.send("123", MESSAGE, paid=True)
    assert isinstance(outcome, NotNow)
    assert outcome.reason == "unpaid"
    assert isinstance(await transport.send("123", MESSAGE), Sent)
    paid = [call.params.get("allow_paid_broadcast") for call in sandbox.calls.of("sendMessage")]
    assert paid == [True, True, None]
    await transport.close()


async def test_text_that_is_not_unicode_is_refused_here(transport: TelegramTransport) -> None:
    outcome = await transport.send("123", Message(language="en", headline="\ud800"))
    assert isinstance(outcome, Refused)
    assert outcome.reason == "bad_message"


async def test_check_says_who_we_are(
    sandbox: Sandbox, transport: TelegramTransport, nobody: str
) -> None:
    assert await transport.check() == sandbox.bot["username"]
    lost = TelegramTransport(TOKEN, nobody)
    with pytest.raises(TransportError, match="telegram_api_url"):
        await lost.check()
    await lost.close()


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("123", "123"),
        (" -1001234567890 ", "-1001234567890"),
        ("-100123/77", "-100123/77"),
        ("@ChannelName", "@channelname"),
        ("@press_office/5", "@press_office/5"),
    ],
)
def test_addresses(transport: TelegramTransport, given: str, canonical: str) -> None:
    assert transport.check_address(given) == canonical


@pytest.mark.parametrize(
    "given",
    [
        *("", "0", "007", "12a", "12 3", "12\n3", "1" * 17, "١٢٣", "123/", "123/0", "1/2/3"),
        *("@", "@ab", "@1abc", "@naïve", "t.me/name", "telegram:1"),
    ],
)
def test_addresses_of_a_wrong_form(transport: TelegramTransport, given: str) -> None:
    with pytest.raises(TransportError, match="not a Telegram address"):
        transport.check_address(given)


async def test_a_channel_is_addressed_by_its_name(serve) -> None:
    asked: list[bytes] = []

    async def converse(
        body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        asked.append(body)
        writer.write(page("200 OK", b'{"ok":true,"result":{"message_id":5}}'))

    transport = TelegramTransport(TOKEN, await serve(converse))
    assert await transport.send("@channelname", MESSAGE) == Sent(message_ids=("5",))
    await transport.close()
    assert [orjson.loads(body)["chat_id"] for body in asked] == ["@channelname"]


def test_errors_of_ptb_itself() -> None:
    assert classify(TimedOut()) == Unknown(reason="lost_answer", detail="Timed out")
    pool = TimedOut("Pool timeout: All connections in the connection pool are occupied.")
    assert classify(pool) == NotNow(after=3, reason="no_connection")
    assert isinstance(classify(NetworkError("httpx.ReadError")), Unknown)
    assert isinstance(classify(BadAnswer(502, "Bad Gateway")), Unknown)
    gone = classify(EndPointNotFound("sendMessage"))
    assert gone == NotNow(after=60, reason="bad_token", everyone=True)


@pytest.mark.filterwarnings("ignore:.*retry_after")
def test_a_time_to_wait_in_either_type(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = NotNow(after=3, reason="rate_limited", everyone=True)
    assert classify(RetryAfter(3)) == expected
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    assert classify(RetryAfter(timedelta(seconds=3))) == expected


async def test_the_token_is_in_no_repr_and_no_log(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    transport = TelegramTransport(sandbox.token, sandbox.url)
    await transport.check()
    await transport.send("123", MESSAGE)
    await transport.close()
    assert sandbox.token not in caplog.text
    assert sandbox.token not in f"{transport!r}{transport.bot!r}{transport.bot}"
