"""How many messages a second one core sends to Telegram: this transport beside its neighbours.

    python tests/bench/bench_transport.py [--quick]

Each contender runs in a process of its own against one responder on loopback, in a process of
its own too, which answers every ``sendMessage`` with the same bytes at once. The rounds are
interleaved, so that a busy machine slows all of them alike; figures are medians, each contender
at whichever number of sends in flight suits it best. The ratios are what to look at.
"""

# ruff: noqa: T201 – figures on standard output are what this is for.
from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

TOKEN = "123456:bench"
CHAT = 4242
IN_FLIGHT = (8, 64)

HEADLINE = "Годовщина подписания Устава Организации Объединённых Наций"
PARAGRAPH = (
    "26 июня 1945 года в Сан-Франциско представители пятидесяти государств подписали Устав, "
    "который вступил в силу 24 октября того же года (документ A/RES/1 и другие). Подписание "
    "завершило двухмесячную работу конференции, на которой каждая статья обсуждалась отдельно и "
    "принималась большинством в две трети голосов всех делегаций, присутствовавших в зале."
)
SIGNATURE = "Пресс-служба · 26 июня 2026 г."
LABEL = "Этот текст есть и на других языках."
PAGE = "https://press.example.org/ru/releases/charter"
BUTTON = "Читать полностью"
BOLD = (0, 17)
LINK = (PARAGRAPH.index("документ"), len("документ A/RES/1"))


def whole_text() -> str:
    return "\n\n".join([HEADLINE, LABEL, *[PARAGRAPH] * 4, SIGNATURE])


def entities() -> list[dict[str, Any]]:
    """Five, as our own layout makes them; all of the text is in the basic plane."""
    text = whole_text()
    first = text.index(PARAGRAPH)
    return [
        {"type": "bold", "offset": 0, "length": len(HEADLINE)},
        {"type": "italic", "offset": text.index(LABEL), "length": len(LABEL)},
        {"type": "bold", "offset": first + BOLD[0], "length": BOLD[1]},
        {"type": "text_link", "offset": first + LINK[0], "length": LINK[1], "url": PAGE},
        {"type": "italic", "offset": first + 60, "length": 20},
    ]


def answer() -> bytes:
    """What the Bot API says to it."""
    message = {
        "message_id": 77,
        "from": {"id": 123456, "is_bot": True, "first_name": "Press", "username": "press_bot"},
        "chat": {"id": CHAT, "first_name": "Reader", "type": "private"},
        "date": 1782471600,
        "text": whole_text(),
        "entities": entities(),
        "link_preview_options": {"url": PAGE, "prefer_small_media": True},
        "reply_markup": {"inline_keyboard": [[{"text": BUTTON, "url": PAGE}]]},
    }
    body = json.dumps({"ok": True, "result": message}, ensure_ascii=False).encode()
    head = (
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: keep-alive\r\n\r\n"
    )
    return head.encode() + body


class Responder(asyncio.Protocol):
    """Reads as much of HTTP as it takes to know where a request ends."""

    def __init__(self, reply: bytes) -> None:
        self.reply = reply
        self.buffer = bytearray()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are not subclasses

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.buffer[:end]).lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            del self.buffer[: end + 4 + length]
            self.transport.write(self.reply)


async def respond() -> None:
    reply = answer()
    server = await asyncio.get_running_loop().create_server(
        lambda: Responder(reply), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


Send = Callable[[], Awaitable[object]]
Contender = Callable[[str, int], Awaitable[tuple[Send, Callable[[], Awaitable[object]]]]]


async def ours(url: str, in_flight: int) -> Any:
    from bot.transports.base import Message, Paragraph, Sent, Span
    from bot.transports.telegram import TelegramTransport

    first = Paragraph(
        text=PARAGRAPH,
        spans=(
            Span(offset=BOLD[0], length=BOLD[1], kind="bold"),
            Span(offset=LINK[0], length=LINK[1], kind="link", url=PAGE),
            Span(offset=60, length=20, kind="italic"),
        ),
    )
    message = Message(
        language="ru",
        headline=HEADLINE,
        label=LABEL,
        paragraphs=(first, *[Paragraph(text=PARAGRAPH)] * 3),
        signature=SIGNATURE,
        button=(BUTTON, PAGE),
    )
    transport = TelegramTransport(TOKEN, url, in_flight=in_flight)

    async def send() -> None:
        outcome = await transport.send(str(CHAT), message)
        assert isinstance(outcome, Sent), outcome

    return send, transport.close


async def ours_each_new(url: str, in_flight: int) -> Any:
    """The worst case: every message is another one, and is laid out anew."""
    from dataclasses import replace

    from bot.transports.base import Message, Paragraph, Sent
    from bot.transports.telegram import TelegramTransport

    transport = TelegramTransport(TOKEN, url, in_flight=in_flight)
    message = Message(
        language="ru",
        headline=HEADLINE,
        label=LABEL,
        paragraphs=(Paragraph(text=PARAGRAPH),) * 4,
        button=(BUTTON, PAGE),
    )
    count = 0

    async def send() -> None:
        nonlocal count
        count += 1
        outcome = await transport.send(str(CHAT), replace(message, signature=f"№ {count}"))
        assert isinstance(outcome, Sent), outcome

    return send, transport.close


async def ptb(url: str, in_flight: int) -> Any:
    """python-telegram-bot over its own httpx, with as many connections as sends."""
    import telegram
    from telegram.request import HTTPXRequest

    bot = telegram.Bot(
        TOKEN,
        base_url=f"{url}/bot",
        request=HTTPXRequest(connection_pool_size=in_flight, pool_timeout=60, read_timeout=60),
    )
    marks = [telegram.MessageEntity(**entity) for entity in entities()]
    markup = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton(BUTTON, url=PAGE)]])
    preview = telegram.LinkPreviewOptions(url=PAGE, prefer_small_media=True)
    text = whole_text()

    async def send() -> None:
        await bot.send_message(
            CHAT, text, entities=marks, reply_markup=markup, link_preview_options=preview
        )

    return send, bot.shutdown


async def _aiogram(url: str, **options: Any) -> Any:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import (
        InlineKeyboardButton,
        InlineKeyboardMarkup,
        LinkPreviewOptions,
        MessageEntity,
    )

    session = AiohttpSession(api=TelegramAPIServer.from_base(url), **options)
    bot = Bot(TOKEN, session=session)
    marks = [MessageEntity(**entity) for entity in entities()]
    button = InlineKeyboardButton(text=BUTTON, url=PAGE)
    markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
    preview = LinkPreviewOptions(url=PAGE, prefer_small_media=True)
    text = whole_text()

    async def send() -> None:
        await bot.send_message(
            CHAT, text, entities=marks, reply_markup=markup, link_preview_options=preview
        )

    return send, session.close


async def aiogram_as_installed(url: str, in_flight: int) -> Any:
    return await _aiogram(url)


async def aiogram_orjson(url: str, in_flight: int) -> Any:
    import orjson

    return await _aiogram(
        url, json_loads=orjson.loads, json_dumps=lambda value: orjson.dumps(value).decode()
    )


async def raw_aiohttp(url: str, in_flight: int) -> Any:
    """The least that aiohttp can do: a ready body out, bytes in, nothing read."""
    import aiohttp
    import orjson

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight))
    body = orjson.dumps(
        {
            "chat_id": CHAT,
            "text": whole_text(),
            "entities": entities(),
            "reply_markup": {"inline_keyboard": [[{"text": BUTTON, "url": PAGE}]]},
        }
    )
    address = f"{url}/bot{TOKEN}/sendMessage"
    headers = {"Content-Type": "application/json"}

    async def send() -> None:
        async with session.post(address, data=body, headers=headers) as response:
            await response.read()

    return send, session.close


# name → (contender, on uvloop, share of the messages: the slow ones send fewer)
CONTENDERS: dict[str, tuple[Contender, bool, float]] = {
    "polyherald": (ours, True, 1),
    "polyherald, each message new": (ours_each_new, True, 1),
    "polyherald on asyncio": (ours, False, 1),
    "aiogram as installed": (aiogram_as_installed, False, 0.5),
    "aiogram on uvloop": (aiogram_as_installed, True, 0.5),
    "aiogram, orjson, uvloop": (aiogram_orjson, True, 0.5),
    "ptb over httpx": (ptb, False, 0.1),
    "ptb over httpx, uvloop": (ptb, True, 0.1),
    "raw aiohttp on uvloop": (raw_aiohttp, True, 1),
}
OURS, AIOGRAM = "polyherald", "aiogram as installed"
HTTPX = ("ptb over httpx", "ptb over httpx, uvloop")


async def drive(contender: Contender, url: str, messages: int, in_flight: int) -> float:
    """Messages a second, after a warm-up that opens the connections."""
    send, close = await contender(url, in_flight)

    async def worker(share: int) -> None:
        for _ in range(share):
            await send()

    async def run(total: int) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(in_flight):
                group.create_task(worker(max(1, total // in_flight)))

    await run(2 * in_flight)
    begun = time.perf_counter()
    await run(messages)
    took = time.perf_counter() - begun
    await close()
    return max(1, messages // in_flight) * in_flight / took


def on(loop: bool) -> Any:
    if not loop:
        return asyncio.new_event_loop
    import uvloop

    return uvloop.new_event_loop


def child(name: str, url: str, messages: int, in_flight: int) -> None:
    contender, fast, _ = CONTENDERS[name]
    with asyncio.Runner(loop_factory=on(fast)) as runner:
        print(runner.run(drive(contender, url, messages, in_flight)))


def measure(rounds: int, messages: int) -> dict[str, float]:
    """The median of every contender, at its own best number of sends in flight."""
    me = [sys.executable, str(Path(__file__).resolve())]
    figures: dict[tuple[str, int], list[float]] = {}
    with subprocess.Popen([*me, "--respond"], stdout=subprocess.PIPE, text=True) as responder:
        try:
            assert responder.stdout is not None
            url = f"http://127.0.0.1:{int(responder.stdout.readline())}"
            for _ in range(rounds):
                for name, (_, _, share) in CONTENDERS.items():
                    for in_flight in IN_FLIGHT:
                        total = str(int(messages * share))
                        args = ["--contender", name, "--url", url, "--messages", total]
                        done = subprocess.run(
                            [*me, *args, "--in-flight", str(in_flight)],
                            stdout=subprocess.PIPE,
                            text=True,
                            check=True,
                        )
                        figures.setdefault((name, in_flight), []).append(float(done.stdout))
        finally:
            responder.terminate()
    medians = {key: statistics.median(values) for key, values in figures.items()}
    return {name: max(medians[name, n] for n in IN_FLIGHT) for name in CONTENDERS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=4000, help="by the fastest, each round")
    parser.add_argument("--respond", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--in-flight", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.respond:
        with asyncio.Runner(loop_factory=on(True)) as runner:
            runner.run(respond())
        return
    if args.contender:
        child(args.contender, args.url, args.messages, args.in_flight)
        return
    found = measure(*((1, 1500) if args.quick else (args.rounds, args.messages)))
    reference = found[AIOGRAM]
    print(f"{'':32}{'messages/s':>12}{'× ' + AIOGRAM:>26}")
    for name, rate in found.items():
        print(f"{name:32}{rate:12.0f}{rate / reference:26.2f}")
    httpx = max(found[name] for name in HTTPX)
    print(f"\n{OURS} sends {found[OURS] / reference:.2f} × {AIOGRAM}", end=", ")
    print(f"{found[OURS] / httpx:.2f} × ptb over httpx at its best")


if __name__ == "__main__":
    main()
