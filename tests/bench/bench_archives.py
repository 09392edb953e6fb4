"""What a change costs when much was published before, and the memory that takes.

Run ``python tests/bench/bench_archives.py``. Two newsrooms in seven languages, with few and with
many releases loaded as archive behind the same sixty new ones: each correction is a change as it
is in service, its refresh is timed in turns, and the ratio of the medians is printed. Then a
process of its own serves the larger one, every part of its archives that it is asked for included,
and tells its memory.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.newsroom import LANGUAGES, sample

if TYPE_CHECKING:
    from bot.releases.publication import Published
    from bot.settings import Settings
    from bot.store.database import Database

NEW = 60
AT_ONCE = 2000
FEW, MANY = 1_000, 100_000
START = datetime(2026, 6, 26, 10, tzinfo=UTC)


def settings() -> Settings:
    from bot.settings import IssuerSettings, Settings

    return Settings(
        base_url="https://news.example.org",
        languages=LANGUAGES,
        issuer=IssuerSettings(
            names={"en": "Harbour Office"}, domain="example.org", since=date(2024, 1, 1)
        ),
    )


def load_archive(url: str, count: int) -> None:
    """Rows as ``import --archive`` leaves them, for so many releases on one topic."""
    from sqlalchemy import insert

    from bot.releases.chronicle import ENTRIES
    from bot.releases.repository import shared_row
    from bot.store import migrate
    from bot.store import tables as t
    from bot.store.database import blocking_engine

    migrate.upgrade(url)
    shared = shared_row(replace(sample(), topics=("harbour",)))
    texts = {tag: sample().variants[tag] for tag in LANGUAGES}
    logs = [(language, topic) for language in LANGUAGES for topic in ("", "harbour")]

    def rows(start: int, stop: int) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
        idents = range(start + 1, stop + 1)
        both = {"original": "en", "date": date(2016, 1, 1), "archive": True, **shared}
        moments = {"created_at": START, "changed_at": START}
        yield (
            t.release,
            [
                {
                    "id": n,
                    "slug": f"old-{n}",
                    "state": "published",
                    "pubstatus": "usable",
                    "required_languages": [],
                    **both,
                    **moments,
                }
                for n in idents
            ],
        )
        out = {"published_at": START - timedelta(days=3650), "updated_at": START}
        yield (
            t.published,
            [{"id": n, "release_id": n, "slug": f"old-{n}", **both, **out} for n in idents],
        )
        yield (
            t.published_variant,
            [
                {
                    "published_id": n,
                    "language": tag,
                    "headline": f"{text.headline} {n}",
                    "subhead": text.subhead,
                    "body": text.body,
                    **out,
                }
                for n in idents
                for tag, text in texts.items()
            ],
        )
        yield (
            t.feed_entry,
            [
                {
                    "language": language,
                    "topic": topic,
                    "page": (n - 1) // ENTRIES + 1,
                    "place": (n - 1) % ENTRIES + 1,
                    "published_id": n,
                    "revision": 0,
                    "languages": " ".join(sorted(LANGUAGES)),
                    "archive": True,
                }
                for n in idents
                for language, topic in logs
            ],
        )

    with blocking_engine(url) as engine, engine.begin() as connection:
        for start in range(0, count, AT_ONCE):
            for table, some in rows(start, min(start + AT_ONCE, count)):
                connection.execute(insert(table), some)
        page, entries = divmod(count, ENTRIES)
        connection.execute(
            insert(t.feed),
            [
                {
                    "language": language,
                    "topic": topic,
                    "page": page + 1,
                    "entries": entries,
                    "octets": entries * 6000,
                    "version": count,
                    "updated_at": START,
                }
                for language, topic in logs
            ],
        )


async def publish_news(database: Database) -> list[int]:
    from bot.releases import publication, repository
    from bot.releases.release import ReleaseState
    from bot.releases.review import OPERATOR, approved

    idents = []
    async with database.write() as connection:
        for n in range(NEW):
            release = replace(
                sample(), slug=f"new-{n}", topics=("harbour",), state=ReleaseState.PUBLISHED
            )
            for tag in LANGUAGES:
                release = approved(release, tag, OPERATOR, four_eyes=False)
            now = START + timedelta(minutes=n)
            stored = await repository.save(connection, release, now)
            idents.append(await publication.publish(database, connection, stored, now))
    return idents


async def correct(database: Database, ident: int, turn: int) -> None:
    """A change in every language."""
    from bot.releases import publication
    from bot.releases.correction import Kind

    act = publication.Act(
        kind=Kind.TYPO, notes={}, editor="bench", at=START + timedelta(hours=2, minutes=turn)
    )
    async with database.write() as connection:
        page: Published = await publication.by_id(connection, ident)
        texts = {
            tag: (f"{variant.headline} {turn}", variant.subhead, variant.body)
            for tag, variant in page.variants.items()
        }
        await publication.correct_texts(database, connection, page, texts, act)


async def rebuilds(urls: dict[str, str], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of a refresh after a correction, in turns."""
    from bot.clock import FixedClock
    from bot.site.web import make_site
    from bot.store.database import Database

    houses = {}
    for name, url in urls.items():
        database = Database(url)
        idents = await publish_news(database)
        site = make_site(database, settings(), FixedClock(START + timedelta(days=1)), checks={})
        await site.refresh()
        houses[name] = database, site, idents
    taken: dict[str, list[float]] = {name: [] for name in urls}
    for turn in range(rounds):
        for name, (database, site, idents) in houses.items():
            await correct(database, idents[-1 - turn % 20], turn)
            start = time.perf_counter()
            await site.refresh()
            taken[name].append((time.perf_counter() - start) * 1000)
    for database, _, _ in houses.values():
        await database.close()
    return taken


async def walk(url: str, parts: int) -> None:
    """Serve, as a process of its own would, and print megabytes at each step."""
    from aiohttp import web
    from aiohttp.test_utils import TestClient, TestServer

    from bot.clock import FixedClock
    from bot.site.source import NewsroomFeeds
    from bot.store.database import Database
    from feeds.documents import DOCUMENTS
    from feeds.web import FeedSite

    database, given = Database(url), settings()
    source = NewsroomFeeds(database, given, FixedClock(START + timedelta(days=1)))
    site, app = FeedSite(source, given.base_url), web.Application()
    site.add_routes(app)
    print(f"{'nothing served yet':<34}{resident():>8.0f} MB")  # noqa: T201
    await site.refresh()
    print(f"{'feeds of all languages':<34}{resident():>8.0f} MB")  # noqa: T201
    served = 0
    start = time.perf_counter()
    async with TestClient(TestServer(app)) as client:
        for number in range(1, parts + 1):
            for language in LANGUAGES:
                name = DOCUMENTS[number % 3].name
                async with client.get(f"/feeds/{language}/archive/{number}/{name}") as answer:
                    assert answer.status == 200, answer
                    served += len(await answer.read()) > 0
    each = (time.perf_counter() - start) / max(1, served) * 1000
    name = f"and {served} parts of archives"
    print(f"{name:<34}{resident():>8.0f} MB, {each:.0f} ms each")  # noqa: T201
    await database.close()


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="fewer releases and rounds")
    parser.add_argument("--walk", help=argparse.SUPPRESS)
    parser.add_argument("--parts", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.walk:
        asyncio.run(walk(options.walk, options.parts))
        return
    few, many, rounds, parts = (100, 5_000, 6, 10) if options.quick else (FEW, MANY, 24, 150)
    with tempfile.TemporaryDirectory(prefix="ph-bench-") as folder:
        urls = {}
        for count in (few, many):
            url = f"sqlite:///{folder}/{count}.db"
            load_archive(url, count)
            urls[f"{count} archived"] = url
        taken = asyncio.run(rebuilds(urls, rounds))
        medians = {name: statistics.median(times) for name, times in taken.items()}
        for name, median in medians.items():
            print(f"{name:<34}{median:>8.0f} ms a change")  # noqa: T201
        less, more = medians.values()
        print(f"{'ratio':<34}{more / less:>8.2f}")  # noqa: T201
        command = [sys.executable, __file__, "--walk", url, "--parts", str(parts)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
