"""What an anniversary costs when it comes, and what all the others cost meanwhile.

    python tests/bench/bench_calendar.py [--quick]

One observance falls due in one time zone, where 2,000 people live; all others fall on days to
come, and everybody else lives in 399 other zones. So each figure should stay as it is while the
rest grows: observances from 1k to 100k, subscribers from 10k to 1M. Every size is measured in a
process of its own on an empty database; what to look at are the ratios to the smallest size.
Filling the calendar, for each observance, happens once in 370 days, and has no target.
"""

# ruff: noqa: T201 – figures on standard output are what this is for.
from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from bench_path import new_database, postgres
from newsroom import LANGUAGES, sample

DAY = date(2027, 3, 10)
FIRST_ZONE = "Pacific/Kiritimati"
MOMENT = datetime(2027, 3, 9, 19, tzinfo=UTC)
"""Nine o'clock of that day in the first zone; it has come in no other."""
LIVE_THERE = 2000
ZONES = 400
LOOKS = 30
OBSERVANCES = (1_000, 10_000, 100_000)
SUBSCRIBERS = (10_000, 100_000, 1_000_000)
FEW_OBSERVANCES, FEW_SUBSCRIBERS = OBSERVANCES[0], SUBSCRIBERS[0]
AT_ONCE = 2_000
FLAT = 1.5
"""How much more than at the smallest size a figure may be and still count as flat."""


async def _took(work: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await work()
    return (time.perf_counter() - begun) * 1000


async def measure(url: str, observances: int, subscribers: int) -> dict[str, float]:
    """Milliseconds of each kind of look, and of filling; megabytes in the end."""
    from bot.clock import FixedClock
    from bot.delivery.engine import InProcess
    from bot.delivery.planner import Planner
    from bot.occasions import repository as occasions
    from bot.releases.desk import Desk
    from bot.releases.release import ObservanceSpec
    from bot.releases.review import OPERATOR
    from bot.settings import Settings
    from bot.store import migrate
    from bot.store.database import Database, touch

    settings = Settings(languages=LANGUAGES, rate_per_second=1000)
    clock, database = FixedClock(MOMENT - timedelta(hours=2)), Database(url)
    await migrate.ensure(database)
    observed = ObservanceSpec(origin=DAY.replace(year=1950), remind=())
    release = replace(sample(), date=date(2026, 1, 1), observance=observed)
    await Desk(database, settings, clock).file(OPERATOR, release, archive=True)
    await _observe(database, observances - 1)
    await _subscribe(database, subscribers)

    async def fill() -> None:
        filled = 500
        while filled == 500:
            async with database.write() as connection:
                filled = await occasions.fill(database, connection, MOMENT.date(), 500)

    await _analyse(database)
    figures = {"fill": await _took(fill) / observances}
    await _analyse(database)
    planner = Planner(database, settings, clock, InProcess())
    await planner.look()

    async def look_after_a_change() -> None:
        async with database.write() as connection:
            await touch(database, connection)
        await planner.look()

    idle, changed = [], []
    for _ in range(LOOKS):
        clock.set(clock.now() + timedelta(seconds=1))
        idle.append(await _took(planner.look))
        changed.append(await _took(look_after_a_change))
    figures["idle look"] = statistics.median(idle)
    figures["look after a change"] = statistics.median(changed)
    clock.set(MOMENT)
    figures["planning a wave"] = await _took(planner.look)
    assert await _planned(database) == LIVE_THERE
    figures["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    await database.close()
    return figures


async def _planned(database: Any) -> int:
    from sqlalchemy import func, select

    from bot.store import tables as t

    async with database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(t.delivery)) or 0)


async def _observe(database: Any, count: int) -> None:
    """The first release and its observance again and again, on days two months ahead and more."""
    from sqlalchemy import insert, select

    from bot.store import tables as t

    async with database.write() as connection:
        release = dict((await connection.execute(select(t.release))).one()._mapping)
        release["changed_at"] -= timedelta(days=30)
        observance = dict((await connection.execute(select(t.observance))).one()._mapping)
        for numbers in _batches(range(1, count + 1)):
            releases, observances = [], []
            for n in numbers:
                ident, slug = release["id"] + n, f"release-{n}"
                origin = DAY.replace(year=1950) + timedelta(days=60 + n % 290)
                releases.append({**release, "id": ident, "slug": slug})
                own = {"id": observance["id"] + n, "release_id": ident, "series": slug}
                observances.append({**observance, **own, "origin": origin})
            await connection.execute(insert(t.release), releases)
            await connection.execute(insert(t.observance), observances)


async def _subscribe(database: Any, count: int) -> None:
    from sqlalchemy import insert

    from bot.store import tables as t

    early = {FIRST_ZONE, "Etc/GMT-14"}
    others = sorted(zone for zone in available_timezones() if "/" in zone and zone not in early)
    others = others[: ZONES - 1]
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
        for numbers in _batches(range(count)):
            rows = [
                {
                    **common,
                    "id": n + 1,
                    "address": str(n + 1),
                    "languages": LANGUAGES[n % len(LANGUAGES)],
                    "timezone": FIRST_ZONE if n < LIVE_THERE else others[n % len(others)],
                }
                for n in numbers
            ]
            await connection.execute(insert(t.subscriber), rows)


async def _analyse(database: Any) -> None:
    """What a PostgreSQL server does by itself within a minute of such growth."""
    from sqlalchemy import text

    if database.is_sqlite:
        return
    async with database.write() as connection:
        await connection.execute(text("ANALYZE"))


def _batches(numbers: range) -> Iterator[range]:
    for first in range(0, len(numbers), AT_ONCE):
        yield numbers[first : first + AT_ONCE]


def child(args: argparse.Namespace) -> None:
    from bot import logs

    logs.configure("console", quiet=True)
    print(json.dumps(asyncio.run(measure(args.database, args.observances, args.subscribers))))


def figures(url: str, observances: int, subscribers: int) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__).resolve()), "--database", url]
    command += ["--observances", str(observances), "--subscribers", str(subscribers)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _show(what: str, sizes: list[int], found: list[dict[str, float]], kinds: list[str]) -> bool:
    print(f"  {what:<22}" + "".join(f"{size:>12,}" for size in sizes) + "   growth")
    flat = True
    for kind in kinds:
        row = [each[kind] for each in found]
        unit = "MB" if kind == "memory" else "ms"
        growth = row[-1] / row[0]
        flat = flat and (growth <= FLAT or kind == "fill")
        print(f"    {kind:<20}" + "".join(f"{v:>9.2f} {unit}" for v in row) + f"   × {growth:.2f}")
    return flat


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="up to a tenth of the sizes")
    parser.add_argument("--database", help=argparse.SUPPRESS)
    parser.add_argument("--observances", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--subscribers", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.database:
        child(args)
        return 0
    upto = 2 if args.quick else 3
    flat = True
    with postgres() as server, tempfile.TemporaryDirectory(prefix="ph-c-") as folder:
        stores = {"SQLite": None} | ({"PostgreSQL": server} if server else {})
        for store, where in stores.items():
            print(f"{store}: flat is × 1, target ≤ × {FLAT}")
            sizes = list(OBSERVANCES[:upto])
            found = [
                figures(new_database(where, Path(folder)), size, FEW_SUBSCRIBERS) for size in sizes
            ]
            kinds = ["idle look", "look after a change", "planning a wave", "fill", "memory"]
            flat = _show("observances", sizes, found, kinds) and flat
            sizes = list(SUBSCRIBERS[:upto])
            found = [
                figures(new_database(where, Path(folder)), FEW_OBSERVANCES, size) for size in sizes
            ]
            flat = _show("subscribers", sizes, found, kinds[:3] + kinds[4:]) and flat
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
