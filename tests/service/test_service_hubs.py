"""WebSub with a hub that is not ours: found by a subscriber, told by us, fetching, delivering."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import ShiftedClock, SystemClock
from bot.releases.correction import Kind
from bot.releases.release import Release, Variant
from bot.releases.review import OPERATOR
from bot.service import Service
from bot.settings import IssuerSettings, Settings
from tests.service.house import PATIENCE, free_port, running, until

WEB = frozenset({"web", "planner"})


def a_release(slug: str, headline: str) -> Release:
    variants = {
        tag: Variant(language=tag, headline=f"{headline} ({tag})", body="The log is open.")
        for tag in ("en", "ar")
    }
    return Release(
        slug=slug, original="en", date=SystemClock().now().date(), variants=variants, topics=()
    )


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    port = free_port()
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        base_url=f"http://127.0.0.1:{port}",
        port=port,
        languages=("en", "ar"),
        issuer=IssuerSettings(names={"en": "Example Observatory"}),
    )


class TheirHub:
    """Flask-WebSub's hub and subscriber; they can be killed and started again."""

    def __init__(self, folder: Path, http: aiohttp.ClientSession) -> None:
        self._folder = folder
        self._http = http
        self._process: asyncio.subprocess.Process | None = None
        self._port = free_port()
        self._base = f"http://127.0.0.1:{self._port}"
        self.url = f"{self._base}/hub"

    async def start(self) -> None:
        script = Path(__file__).with_name("websub_hub.py")
        with (self._folder / "hub.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, script, str(self._port), self._folder, stdout=log, stderr=log
            )

        async def answers() -> bool:
            try:
                await self.delivered()
            except aiohttp.ClientError:
                return False
            return True

        await until(answers, "the hub answers")

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def subscribe(self, url: str) -> Mapping[str, str]:
        """Find the hub of what is at ``url``, and have it deliver what changes there."""
        async with self._http.post(f"{self._base}/subscribe", data={"url": url}) as answer:
            assert answer.status == 200, await answer.text()
            found: Mapping[str, str] = await answer.json()
            return found

    async def delivered(self) -> list[tuple[str, str]]:
        async with self._http.get(f"{self._base}/delivered") as answer:
            return [tuple(one) for one in await answer.json()]

    async def delivers(self, topic: str, words: str) -> None:
        """Wait until the subscriber has been sent what is at ``topic``, with these words in it."""

        async def has_come() -> bool:
            return any(t == topic and words in body for t, body in await self.delivered())

        await until(has_come, f"{words!r} is delivered for {topic}", PATIENCE)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[TheirHub]:
    async with aiohttp.ClientSession() as http:
        theirs = TheirHub(tmp_path, http)
        await theirs.start()
        yield theirs
        await theirs.kill()


async def publish(service: Service, slug: str, headline: str) -> None:
    await service.desk.file(OPERATOR, a_release(slug, headline))
    await service.desk.approve(OPERATOR, slug)
    await service.desk.publish(OPERATOR, slug)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_real_hub_delivers_what_changes_whatever_was_down(
    settings: Settings, hub: TheirHub
) -> None:
    settings = settings.model_copy(update={"websub_hubs": (hub.url,)})
    feeds = f"{settings.base_url}/feeds"
    english, arabic = f"{feeds}/en/atom.xml", f"{feeds}/ar/feed.json"
    clock = ShiftedClock()
    async with running(Service(settings, WEB, clock)) as service:
        for topic in (english, arabic, f"{feeds}/ar/rss.xml", f"{feeds}/en/anniversaries.ics"):
            assert await hub.subscribe(topic) == {"hub_url": hub.url, "topic_url": topic}
        await publish(service, "comet-log", "The comet log is open")
        await hub.delivers(english, "The comet log is open (en)")
        await hub.delivers(arabic, "The comet log is open (ar)")
        await hub.kill()
        draft = a_release("comet-log", "The comet log opens again")
        await service.desk.correct(OPERATOR, "comet-log", Kind.TYPO, {}, draft)

        async def known() -> bool:
            return service.site.served() != before and await refused(service)

        before = service.site.served()
        await until(known, "the hub is found to be away")
        clock.offset += timedelta(minutes=6)
        assert "has not taken what it was told" in await ready(service)
    # Nobody was told, and nothing runs any more. The next one knows what is left to be told.
    await hub.start()
    async with running(Service(settings, WEB, clock)) as service:
        await hub.delivers(english, "The comet log opens again (en)")
        await service.desk.withdraw(OPERATOR, "comet-log", {"en": "Sent by mistake."})
        await hub.delivers(english, "Sent by mistake.")
        await hub.delivers(f"{feeds}/ar/rss.xml", "The comet log opens again (ar)")


async def refused(service: Service) -> bool:
    url = f"{service.settings.base_url}/metrics"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return 'outcome="refused"' in await answer.text()


async def ready(service: Service) -> str:
    """What is remarked about hubs; the service is ready all the same, for who polls is served."""
    url = f"{service.settings.base_url}/readyz"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 200
        return str((await answer.json())["checks"]["websub"]["note"])


@asynccontextmanager
async def our_hub(told: list[str]) -> AsyncIterator[str]:
    async def handle(request: web.Request) -> web.Response:
        told.append(str((await request.post())["hub.topic"]))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/", handle)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_of_many_web_processes_one_tells_and_another_takes_over(
    settings: Settings, database_url: str
) -> None:
    told: list[str] = []
    async with our_hub(told) as url:
        settings = settings.model_copy(update={"websub_hubs": (url,)})
        other = settings.model_copy(update={"port": free_port()})

        async def all_told() -> bool:
            return {topic.rpartition("/feeds/")[2] for topic in told} >= FEEDS

        async with running(Service(other, frozenset({"web"}))) as second:
            async with running(Service(settings, WEB)) as first:
                await until(all_told, "the hub is told of every feed there is")
                told.clear()
                await publish(first, "comet-log", "The comet log is open")
                await until(all_told, "the hub is told of what was published")
                assert set(Counter(told).values()) == {1}
            told.clear()
            await second.desk.withdraw(OPERATOR, "comet-log", {"en": "Sent by mistake."})
            await until(all_told, "the one that is left tells of the withdrawal")
            assert set(Counter(told).values()) == {1}


FEEDS = {f"{tag}/{name}" for tag in ("en", "ar") for name in ("atom.xml", "rss.xml", "feed.json")}
