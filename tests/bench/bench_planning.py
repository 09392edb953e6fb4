"""Planning a million recipients in 8 language lists and 40 zones, and what they take up.

    python tests/bench/bench_planning.py [--quick]

The real planner plans one publication and one anniversary whose hour has come in every zone;
beside it one bare INSERT … SELECT of as many rows. Memory is the highest of the whole process,
the making of the subscribers included. Then a tenth of the deliveries is claimed and recorded
as sent through the ledger, to see what a finished delivery takes up on disk.
"""

# ruff: noqa: T201 – figures on standard output are what this is for.
from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from bench_path import new_database, postgres
from newsroom import LANGUAGES, publish, sample

DAY = date(2027, 3, 10)
MOMENT = datetime(2027, 3, 10, 20, 30, tzinfo=UTC)
"""Nine o'clock of that day has come in every zone, and it is still that day in most."""
LISTS = (*LANGUAGES, "fr en")
ZONES = 40
AT_ONCE = 2_000
SENT = 10


async def measure(url: str, recipients: int) -> dict[str, float]:
    """Seconds of each kind of planning, megabytes of memory, bytes of a row on disk."""
    from bot.clock import FixedClock
    from bot.delivery.engine import InProcess
    from bot.delivery.planner import Planner
    from bot.releases.desk import Desk
    from bot.releases.release import ObservanceSpec
    from bot.releases.review import OPERATOR
    from bot.settings import Settings
    from bot.store import migrate
    from bot.store.database import Database

    settings = Settings(languages=LANGUAGES, rate_per_second=1000)
    clock, database = FixedClock(MOMENT - timedelta(days=1)), Database(url)
    await migrate.ensure(database)
    await _subscribe(database, recipients)
    desk = Desk(database, settings, clock)
    empty = await _size(database)
    figures: dict[str, float] = {"subscriber bytes": empty / recipients}

    await publish(desk, ["plain"])
    await desk.approve(OPERATOR, "plain")
    await desk.publish(OPERATOR, "plain")
    planner = Planner(database, settings, clock, InProcess())
    begun = time.perf_counter()
    await planner.look()
    figures["publication"] = time.perf_counter() - begun
    assert await _planned(database) == recipients
    full = await _size(database)
    figures["planned bytes"] = (full - empty) / recipients
    figures["bare"] = await _bare(database)

    observed = ObservanceSpec(origin=DAY.replace(year=1950), catch_up="same-day", remind=())
    await desk.file(
        OPERATOR,
        replace(sample(), slug="kept", date=date(2026, 1, 1), observance=observed),
        archive=True,
    )
    clock.set(MOMENT)
    begun = time.perf_counter()
    while await _planned(database, "kept/occurrence/2027") < recipients * 0.9:
        await planner.look()
    figures["anniversary"] = time.perf_counter() - begun
    before = await _size(database)
    number = await _send(database, recipients // SENT)
    figures["sent bytes"] = figures["planned bytes"] + (await _size(database) - before) / number
    figures["memory"] = _most_memory()
    await database.close()
    return figures


def _most_memory() -> float:
    """Megabytes; of this program alone, where the system tells: what it was started by counts in
    ``ru_maxrss`` too."""
    try:
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _subscribe(database: Any, count: int) -> None:
    from sqlalchemy import insert

    from bot.store import tables as t

    zones = sorted(z for z in available_timezones() if z.startswith(("Europe/", "Africa/")))
    common = {
        "transport": "telegram",
        "kind": "person",
        "name": "",
        "topics": "",
        "state": "active",
        "reason": "",
        "added_by": "",
        "created_at": MOMENT - timedelta(days=30),
    }
    async with database.write() as connection:
        for first in range(0, count, AT_ONCE):
            rows = [
                {
                    **common,
                    "id": n * 9_007_199 + 1,
                    "address": str(10_000_000 + n),
                    "languages": LISTS[n % len(LISTS)],
                    "timezone": zones[n // len(LISTS) % ZONES],
                }
                for n in range(first, min(first + AT_ONCE, count))
            ]
            await connection.execute(insert(t.subscriber), rows)


async def _planned(database: Any, key: str = "plain/publication") -> int:
    from sqlalchemy import func, select

    from bot.store import tables as t

    query = (
        select(func.count())
        .select_from(t.delivery)
        .join(t.announcement, t.announcement.c.id == t.delivery.c.announcement_id)
        .where(t.announcement.c.key == key)
    )
    async with database.read() as connection:
        return int(await connection.scalar(query) or 0)


async def _bare(database: Any) -> float:
    """Seconds of one INSERT … SELECT of all of them, taken back again."""
    from sqlalchemy import text

    statement = text(
        "INSERT INTO delivery (announcement_id, subscriber_id, language, fallback, state, due_at)"
        " SELECT a.id, s.id, 'en', :no, 'pending', a.due_at FROM subscriber s, announcement a"
        " WHERE a.key = 'bare'"
    )
    async with database.write() as connection:
        await connection.execute(
            text(
                "INSERT INTO announcement (key, kind, published_id, state, reason, due_at,"
                " created_at) SELECT 'bare', kind, published_id, 'cancelled', '', due_at,"
                " created_at FROM announcement LIMIT 1"
            )
        )
    begun = time.perf_counter()
    async with database.write() as connection:
        await connection.execute(statement, {"no": False})
    took = time.perf_counter() - begun
    async with database.write() as connection:
        await connection.execute(
            text(
                "DELETE FROM delivery WHERE announcement_id IN (SELECT id FROM announcement"
                " WHERE key = 'bare')"
            )
        )
    return took


async def _send(database: Any, count: int) -> int:
    from bot.delivery import ledger
    from bot.delivery.outcome import Change, DeliveryState

    sent = 0
    async with database.read() as connection:
        announcement = await ledger.by_key(connection, "plain/publication")
    assert announcement is not None
    while sent < count:
        async with database.write() as connection:
            claims = await ledger.claim(connection, announcement.id, "bench:1:x", MOMENT, 500)
            change = Change(state=DeliveryState.SENT, message_ids=("1234567",))
            changes = [(claim.subscriber_id, change) for claim in claims]
            await ledger.record(connection, announcement.id, "bench:1:x", changes, MOMENT)
        sent += len(claims)
    return sent


async def _size(database: Any) -> int:
    from sqlalchemy import text

    async with database.read() as connection:
        if not database.is_sqlite:
            query = "SELECT pg_database_size(current_database())"
            return int(await connection.scalar(text(query)) or 0)
        pages = await connection.scalar(text("PRAGMA page_count"))
        return int(pages) * int(await connection.scalar(text("PRAGMA page_size")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--url")
    parser.add_argument("--recipients", type=int, default=1_000_000)
    given = parser.parse_args()
    recipients = 50_000 if given.quick else given.recipients
    if given.url:
        print(json.dumps(asyncio.run(measure(given.url, recipients))))
        return
    print(f"{recipients:,} recipients, {len(LISTS)} language lists, {ZONES} zones")
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        for name, place in (("SQLite", None), ("PostgreSQL", server)):
            if name == "PostgreSQL" and server is None:
                continue
            url = new_database(place, Path(folder))
            command = [sys.executable, __file__, "--url", url, "--recipients", str(recipients)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            figures = json.loads(done.stdout.splitlines()[-1])
            bare = figures["bare"]
            print(f"  {name}")
            for kind in ("bare", "publication", "anniversary"):
                ratio = figures[kind] / bare
                print(f"    {kind:<12} {figures[kind]:7.1f} s  × {ratio:.2f} of the bare insert")
            print(f"    memory       {figures['memory']:7.0f} MB (target: under 150)")
            for kind in ("subscriber bytes", "planned bytes", "sent bytes"):
                print(f"    {kind:<16} {figures[kind]:5.0f}")


if __name__ == "__main__":
    main()
