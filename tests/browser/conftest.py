"""A real newsroom in a real browser: the demo's releases, served on loopback."""

from __future__ import annotations

import shutil
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, Request, async_playwright

import bot
from bot.clock import FixedClock
from bot.occasions import repository as occasions
from bot.releases import publication, repository
from bot.releases.desk import Desk
from bot.releases.intake.read import read
from bot.releases.release import Release, ReleaseState, Variant
from bot.releases.review import FOLDER, OPERATOR
from bot.settings import Settings
from bot.site.web import make_site
from bot.store.database import Database

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh", "az")
NAMES = ("chromium", "chromium-browser", "google-chrome")
OVERFLOWS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"none of {', '.join(NAMES)} is installed; `make test` installs one"
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def newsroom_url(
    migrated: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """The address of a newsroom with everything of the demo published, and one release withdrawn.

    On one kind of database: what a browser is shown does not depend on it.
    """
    file = tmp_path_factory.mktemp("newsroom") / "polyherald.db"
    shutil.copy(migrated("sqlite").removeprefix("sqlite:///"), file)
    database = Database(f"sqlite:///{file}")
    clock = FixedClock(datetime(2026, 6, 26, 10, 0, tzinfo=UTC))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = Settings(languages=LANGUAGES, base_url=url)
    desk = Desk(database, settings, clock)
    folder = Path(bot.__file__).parent / "demo_newsroom"
    drafts = read([folder], languages=LANGUAGES, default_zone="UTC")
    for draft in sorted(drafts, key=lambda draft: draft.release.date):
        filed = await desk.file(FOLDER, draft.release)
        async with database.write() as connection:
            day = datetime.combine(filed.release.date, time(9), UTC)
            await publication.publish(database, connection, filed.release, day)
            await occasions.fill(database, connection, clock.now().date())
    await _withdraw(desk, database, clock)
    site = make_site(database, settings, clock, checks={}, telegram_link="https://t.me/example_bot")
    await site.refresh()
    runner = web.AppRunner(site.app)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    yield url
    await runner.cleanup()
    await database.close()


async def _withdraw(desk: Desk, database: Database, clock: FixedClock) -> None:
    texts = {"en": "Opening hours", "ar": "ساعات العمل", "zh": "开放时间"}
    release = Release(
        slug="withdrawn",
        original="en",
        date=clock.now().date(),
        variants={tag: Variant(language=tag, headline=text) for tag, text in texts.items()},
    )
    await desk.file(OPERATOR, release)
    filed = await desk.approve(OPERATOR, release.slug)
    async with database.write() as connection:
        await publication.publish(database, connection, filed, clock.now())
        await repository.set_state(connection, filed, ReleaseState.PUBLISHED, clock.now())
    await desk.withdraw(OPERATOR, release.slug, texts)


class Visit:
    """One tab, and everything that went wrong or elsewhere in it."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        page.on("request", self._asked)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._said)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.elsewhere.append(request.url)

    def _said(self, message: object) -> None:
        kind, said = getattr(message, "type", ""), getattr(message, "text", "")
        # Chromium reports the 404 or 410 that a test asks for; nothing else may be wrong.
        if kind in ("error", "warning") and "the server responded with a status of 4" not in said:
            self.errors.append(said)

    async def open(self, path: str) -> int:
        answer = await self.page.goto(self.base + path)
        assert answer is not None
        return answer.status

    async def has_no_sideways_scroll(self) -> bool:
        return bool(await self.page.evaluate(OVERFLOWS) <= 0)


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, newsroom_url: str) -> AsyncIterator[Visit]:
    made = Visit(await browser.new_page(), newsroom_url)
    yield made
    await made.page.close()
    assert made.errors == []
    assert made.elsewhere == []
