"""A newsroom over a real database and real HTTP, and the means to fill it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from lxml import html
from sqlalchemy import insert

from bot.clock import FixedClock
from bot.occasions import repository as occasions
from bot.releases import publication, repository
from bot.releases.desk import Desk
from bot.releases.release import Contact, Issuer, RelatedDocument, Release, ReleaseState, Variant
from bot.releases.review import OPERATOR
from bot.settings import IssuerSettings, Settings
from bot.site.health import Metrics
from bot.site.web import LONGEST_ADDRESS, Site, make_site
from bot.store import listing
from bot.store import tables as t
from bot.store.database import Database, touch

BASE = "https://news.example.org"
NAMES = {"en": "Office of the Lighthouse", "fr": "Bureau du Phare", "ar": "مكتب المنارة"}


@dataclass
class Newsroom:
    """One site with its database; what it publishes shows after ``refresh``."""

    database: Database
    settings: Settings
    clock: FixedClock
    desk: Desk
    site: Site
    client: TestClient[Any, Any]

    async def file(self, release: Release, *, approve: bool = True) -> Release:
        """Take ``release`` in; nothing of it is published."""
        await self.desk.file(OPERATOR, release)
        if approve:
            await self.desk.approve(OPERATOR, release.slug)
        async with self.database.write() as connection:
            await occasions.fill(self.database, connection, self.clock.now().date())
            return await repository.get(connection, release.slug)

    async def release(self, release: Release, at: datetime | None = None) -> int:
        """Publish what is approved of a release that was filed."""
        async with self.database.write() as connection:
            stored = await repository.get(connection, release.slug)
            now = at or self.clock.now()
            await repository.set_state(connection, stored, ReleaseState.PUBLISHED, now)
            ident = await publication.publish(
                self.database, connection, replace(stored, archive=release.archive), now
            )
            await touch(self.database, connection)
            return ident

    async def publish(self, release: Release, at: datetime | None = None) -> int:
        await self.file(release)
        ident = await self.release(release, at)
        await self.site.refresh()
        return ident

    async def publish_many(
        self, dates: Iterable[date], languages: Sequence[str], topic: str, *, first: int = 1
    ) -> None:
        """Releases “Log 1”, “Log 2” …, one for each date, as if they had been out for long."""
        now = self.clock.now()
        async with self.database.write() as connection:
            for n, day in enumerate(dates, first):
                release = {"id": n, "slug": f"log-{n}", "original": languages[0], "date": day}
                release |= {"topics": [topic], "issuer": {}, "contact": {}, "related": []}
                release |= {"dateline": "", "archive": True}
                at = datetime.combine(day, time(), UTC)
                more = {"state": "published", "pubstatus": "usable", "required_languages": []}
                more |= {"created_at": now, "changed_at": now}
                await connection.execute(insert(t.release).values(release | more))
                await connection.execute(
                    insert(t.published).values(
                        release | {"release_id": n, "published_at": at, "updated_at": at}
                    )
                )
                await connection.execute(
                    insert(t.published_variant),
                    [
                        {"published_id": n, "language": tag, "headline": f"Log {n}"}
                        | {"subhead": "", "body": f"Page {n} ({tag})."}
                        | {"published_at": at, "updated_at": at}
                        for tag in languages
                    ],
                )
            await connection.run_sync(listing.fill)
            await touch(self.database, connection)
        await self.site.refresh()

    async def get(self, path: str, status: int = 200, **headers: str) -> str:
        """The text of a page; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.get(path, headers=named, allow_redirects=False) as answer:
            assert answer.status == status, await answer.text()
            return await answer.text()

    async def page(self, path: str, status: int = 200, **headers: str) -> Any:
        """A page, parsed."""
        return html.document_fromstring(await self.get(path, status, **headers))


@pytest.fixture
def make_release() -> Callable[..., Release]:
    """A release about a lighthouse, in English, French and Arabic unless told otherwise."""

    def make(slug: str = "lamp", texts: dict[str, str] | None = None, **changes: Any) -> Release:
        headlines = texts or {"en": "A new lamp", "fr": "Une nouvelle lampe", "ar": "مصباح جديد"}
        fields: dict[str, Any] = {
            "slug": slug,
            "original": next(iter(headlines)),
            "date": date(2026, 6, 26),
            "topics": ("lamps",),
            "issuer": Issuer(names=NAMES, address="1 Cliff Road, Exampleton"),
            "contact": Contact(
                name="Keeper", email="keeper@example.org", phones=("+1 202 555 0142",)
            ),
            "related": (
                RelatedDocument(
                    text="Report on “lamps” (A/73/740–S/2019/133)",
                    url="https://www.example.org/report?a=1&b=2",
                    symbols=("A/73/740", "S/2019/133"),
                    languages=("ar", "zh", "en", "fr", "ru", "es"),
                ),
            ),
            "variants": {
                tag: Variant(
                    language=tag,
                    headline=headline,
                    subhead=f"Subhead ({tag})",
                    body=f"First ({tag}) & <b>bold</b>.\n\nSee www.example.org/lamp.",
                )
                for tag, headline in headlines.items()
            },
        }
        return Release(**(fields | changes))

    return make


@pytest.fixture
def settings() -> Settings:
    return Settings(
        base_url=BASE,
        languages=("en", "fr", "ar", "zh-Hant"),
        issuer=IssuerSettings(names=NAMES, domain="example.org", since=date(2024, 1, 1)),
    )


@pytest.fixture
def make_newsroom(database: Database, clock: FixedClock) -> Callable[[Settings], Newsroom]:
    def make(settings: Settings) -> Newsroom:
        async def well() -> str | None:
            return None

        site = make_site(database, settings, clock, checks={"database": well}, metrics=Metrics())
        return Newsroom(
            database=database,
            settings=settings,
            clock=clock,
            desk=Desk(database, settings, clock),
            site=site,
            client=TestClient(TestServer(site.app)),
        )

    return make


@pytest.fixture
async def newsroom(
    make_newsroom: Callable[[Settings], Newsroom], settings: Settings
) -> AsyncIterator[Newsroom]:
    made = make_newsroom(settings)
    await made.site.refresh()
    await made.client.server.start_server(max_line_size=LONGEST_ADDRESS)
    await made.client.start_server()
    yield made
    await made.client.close()
