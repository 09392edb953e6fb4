"""What polling costs: a site's 304 and packed 200 beside a handler that returns a constant.

Run ``python tests/bench/bench_feeds.py``; ``--quick`` takes fewer rounds. Two servers, each a
process of its own on uvloop without access log, and the load client in this process take turns
within one run, so that what else the machine does falls on all alike; medians and their ratios are
printed. The client writes prepared requests down kept-alive connections and counts status lines, so
that it costs a fraction of what a server does.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

sys.path.insert(0, str(Path(__file__).parents[2]))

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

    from feeds.model import Feed

PATH = "/feeds/en/atom.xml"
CONNECTIONS = 32
PIPELINED = 4
LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh", "az")


def a_feed(language: str, entries: int) -> Feed:
    """``entries`` releases of ten paragraphs, each in every language."""
    from feeds.model import Alternate, Feed, Item, tag_id

    start, base = date(2024, 1, 1), "https://news.example.org"
    first = datetime(2026, 1, 1, tzinfo=UTC)
    items = tuple(
        Item(
            id=tag_id("example.org", start, f"{n}/{language}"),
            url=f"{base}/{language}/releases/{n}",
            title=f"Release {n}",
            language=language,
            published=first - timedelta(days=n),
            updated=first - timedelta(days=n),
            content_html="".join(
                f"<p>Paragraph {p} of {n}: {' '.join(hex(n * p * w) for w in range(60))}</p>"
                for p in range(10)
            ),
            summary=f"What release {n} says",
            author="Harbour Office",
            alternates=tuple(
                Alternate(f"{base}/{other}/releases/{n}", "text/html", other)
                for other in LANGUAGES
                if other != language
            ),
        )
        for n in range(entries)
    )
    return Feed(
        id=tag_id("example.org", start, f"feed/{language}"),
        title="Harbour Office",
        language=language,
        home_url=f"{base}/{language}/",
        updated=first,
        author="Harbour Office",
        items=items,
    )


async def feeds_app() -> web.Application:
    from aiohttp import web

    from feeds.memory import MemorySource
    from feeds.model import FeedKey
    from feeds.patience import Patience
    from feeds.web import FeedSite

    source = MemorySource()
    for language in LANGUAGES:
        source.put(FeedKey(language), a_feed(language, 50))
    # As in service: clients are counted, and those on this machine are nobody in particular.
    site = FeedSite(source, "https://news.example.org", patience=Patience())
    await site.refresh()
    app = web.Application()
    site.add_routes(app)
    return app


async def constant_app() -> web.Application:
    from aiohttp import web

    async def constant(_: web.Request) -> web.Response:
        return web.Response(body=b"constant")

    app = web.Application()
    app.router.add_get("/constant", constant)
    return app


APPS: dict[str, Callable[[], Awaitable[web.Application]]] = {
    "feeds": feeds_app,
    "constant": constant_app,
}


def serve(name: str) -> None:
    """Be a server: print the port, and end when standard input does."""
    import uvloop
    from aiohttp import web

    async def main() -> None:
        runner = web.AppRunner(await APPS[name](), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(runner.addresses[0][1], flush=True)  # noqa: T201
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()

    uvloop.run(main())


@asynccontextmanager
async def server(name: str) -> AsyncIterator[int]:
    """The port of a server in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        "--serve",
        name,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    etag: str
    size: int


class Connection(asyncio.Protocol):
    """Keeps a few equal requests on their way; every answer is as long as the first one."""

    def __init__(self, request: bytes, size: int) -> None:
        self.request = request
        self.size = size
        self.received = 0
        self.asked = 0
        self.running = True
        self.drained = asyncio.get_running_loop().create_future()
        self.transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports write, but do not derive from asyncio's class for that.
        self.transport = cast("asyncio.WriteTransport", transport)
        self.transport.write(self.request * PIPELINED)
        self.asked = PIPELINED

    def data_received(self, data: bytes) -> None:
        before = self.received // self.size
        self.received += len(data)
        answered = self.received // self.size - before
        if self.running and answered:
            self.transport.write(self.request * answered)
            self.asked += answered
        elif not self.running and self.received >= self.asked * self.size:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc or self.received != self.asked * self.size:
            self.drained.set_exception(exc or ConnectionError("answers of different lengths"))
        else:
            self.drained.set_result(None)


def request_for(path: str, **headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: news.example.org"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


async def ask(port: int, request: bytes) -> Answer:
    """One request on a connection of its own; the whole answer's size in octets."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    lines = head.decode().lower().split("\r\n")[1:-2]
    fields = {name: value for name, _, value in (line.partition(": ") for line in lines)}
    length = int(fields.get("content-length", 0))
    await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()
    return Answer(status=status, etag=fields.get("etag", ""), size=len(head) + length)


async def load(port: int, request: bytes, size: int, seconds: float) -> float:
    """Answers per second under a constant load of ``CONNECTIONS`` × ``PIPELINED`` requests."""
    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(lambda: Connection(request, size), "127.0.0.1", port))[1]
        for _ in range(CONNECTIONS)
    ]
    await asyncio.sleep(0.1)
    counted, start = sum(c.received for c in connections), time.perf_counter()
    await asyncio.sleep(seconds)
    octets, elapsed = sum(c.received for c in connections) - counted, time.perf_counter() - start
    for connection in connections:
        connection.running = False
    async with asyncio.timeout(30):
        await asyncio.gather(*(connection.drained for connection in connections))
    return octets / size / elapsed


async def compare(rounds: int, seconds: float) -> dict[str, list[float]]:
    """Answers per second of every kind, one figure a round."""
    async with AsyncExitStack() as stack:
        feeds, constant = [await stack.enter_async_context(server(name)) for name in APPS]
        accept = "gzip, deflate, br"
        packed = request_for(PATH, Accept_Encoding=accept)
        etag = (await ask(feeds, packed)).etag
        unchanged = request_for(PATH, Accept_Encoding=accept, If_None_Match=etag)
        listed = request_for(PATH, Accept_Encoding=accept, If_None_Match=f'"x", W/{etag}')
        cases = {
            "constant": (constant, request_for("/constant", Accept_Encoding=accept), 200),
            "304": (feeds, unchanged, 304),
            "304, parsed": (feeds, listed, 304),
            "200 br": (feeds, packed, 200),
            "200 gzip": (feeds, request_for(PATH, Accept_Encoding="gzip"), 200),
        }
        figures: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(rounds):
            for name, (port, request, status) in cases.items():
                answer = await ask(port, request)
                assert answer.status == status, (name, answer)
                figures[name].append(await load(port, request, answer.size, seconds))
        return figures


def report_building() -> None:
    """Milliseconds to write and pack one feed of 50 releases."""
    from feeds.atom import atom
    from feeds.caching import represent
    from feeds.jsonfeed import jsonfeed
    from feeds.place import Place
    from feeds.rss import rss

    feed, place = a_feed("en", 50), Place(url="https://news.example.org/")
    body = atom(feed, place)
    tasks: dict[str, Callable[[], object]] = {
        "write Atom": lambda: atom(feed, place),
        "write RSS": lambda: rss(feed, place),
        "write JSON": lambda: jsonfeed(feed, place),
        f"pack {len(body) // 1000} kB": lambda: represent(body, feed.updated),
    }
    for name, task in tasks.items():
        taken = []
        for _ in range(15):
            start = time.perf_counter()
            task()
            taken.append((time.perf_counter() - start) * 1000)
        print(f"{name:<14}{statistics.median(taken):>8.1f} ms")  # noqa: T201


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seconds", type=float, default=0.25, help="per figure")
    parser.add_argument("--serve", choices=APPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    report_building()
    import uvloop

    rounds = 4 if options.quick else options.rounds
    figures = uvloop.run(compare(rounds, options.seconds))
    for name, rates in figures.items():
        ratios = [rate / base for rate, base in zip(rates, figures["constant"], strict=True)]
        print(  # noqa: T201
            f"{name:<14}{statistics.median(rates):>8.0f} /s"
            f"  ×{statistics.median(ratios):.2f} of a constant"
        )


if __name__ == "__main__":
    main()
