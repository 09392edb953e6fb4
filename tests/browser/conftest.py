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
from playwright.async_api import Browser, async_playwright

import bot
from bot.clock import FixedClock
from bot.occasions import repository as occasions
from bot.releases import publication
from bot.releases.desk import Desk
from bot.releases.intake.read import read
from bot.releases.review import FOLDER
from bot.settings import Settings
from bot.site.web import make_site
from bot.store.database import Database

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh", "az")
NAMES = ("chromium", "chromium-browser", "google-chrome")


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
    """The address of a newsroom with everything of the demo published.

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
    site = make_site(database, settings, clock, checks={}, telegram_link="https://t.me/example_bot")
    await site.refresh()
    runner = web.AppRunner(site.app)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    yield url
    await runner.cleanup()
    await database.close()
