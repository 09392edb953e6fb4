"""WebSub hubs are told of every change that readers see, once it is seen and until they took it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from multidict import MultiDict
from sqlalchemy import select

from bot.clock import FixedClock
from bot.releases.correction import Kind
from bot.releases.release import Release
from bot.releases.review import OPERATOR
from bot.settings import Settings
from bot.site import hubs, pinging
from bot.site.pinging import Pinger
from bot.store import tables as t
from bot.store.database import Database
from tests.bot.site.conftest import BASE, Newsroom


@dataclass
class Hub:
    """What a hub was told, and what it answers: by default that it took it."""

    told: list[MultiDict[str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    refuses: dict[str, int] = field(default_factory=dict)
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        form = MultiDict(await request.post())
        assert request.content_type == "application/x-www-form-urlencoded"
        self.told.append(form)  # type: ignore[arg-type]  # no file is among them
        status, headers = self.answers.pop(0) if self.answers else (202, {})
        return web.Response(status=self.refuses.get(form["hub.topic"], status), headers=headers)  # type: ignore[arg-type]

    def heard(self) -> list[str]:
        """The feeds it has been told of since this was last asked, below the public address."""
        topics = [form["hub.topic"].removeprefix(f"{BASE}/feeds/") for form in self.told]
        self.told.clear()
        return sorted(topics)


@dataclass
class Room:
    """A hub and what tells it of ``feeds`` (address → tag); time passes when ``later`` says so."""

    database: Database
    settings: Settings
    clock: FixedClock
    hub: Hub
    served: Callable[[], Mapping[str, str]]
    counted: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pinger = self.another()

    def another(self) -> Pinger:
        """What the next process has: nothing in its memory."""
        return Pinger(
            self.database,
            self.settings,
            self.clock,
            lambda: self.served(),
            lambda *what: self.counted.append(what),
            chance=lambda: 1.0,
        )

    async def look(self) -> list[str]:
        async with pinging.session() as session:
            await self.pinger.look(session, asyncio.get_running_loop().create_future())
        return self.hub.heard()

    async def later(self, **span: float) -> list[str]:
        """What the hub is told when so much time has passed."""
        self.clock.set(self.clock.now() + timedelta(**span))
        return await self.look()

    async def changes(self, *topics: str) -> None:
        """These feeds say something else, which is seen."""
        tag = str(self.clock.now())
        feeds = dict(self.served()) | {f"{BASE}/feeds/{topic}": tag for topic in topics}
        self.served = lambda: feeds
        await self.look()

    async def standing(self) -> hubs.Standing:
        async with self.database.read() as connection:
            (found,) = await hubs.standings(connection, [self.hub.url])
            return found

    async def notices(self) -> list[str]:
        async with self.database.read() as connection:
            return list(await connection.scalars(select(t.notice.c.key)))


@asynccontextmanager
async def serving(hub: Hub) -> AsyncIterator[Hub]:
    app = web.Application()
    app.router.add_post("/", hub.handle)
    async with TestServer(app) as server:
        hub.url = str(server.make_url("/"))
        yield hub


@pytest.fixture
async def room(database: Database, clock: FixedClock) -> AsyncIterator[Room]:
    """Its hub has been told of all that there is: four feeds."""
    async with serving(Hub()) as hub:
        feeds = {f"{BASE}/feeds/{topic}": "first" for topic in FEEDS}
        settings = Settings(websub_hubs=(hub.url,))
        room = Room(database, settings, clock, hub, lambda: feeds)
        await room.look()
        assert await room.later(seconds=2) == FEEDS
        yield room


FEEDS = ["ar/feed.json", "en/atom.xml", "en/rss.xml", "en/topics/%D0%B7%D0%B2%D1%83%D0%BA/atom.xml"]
ATOM, RSS = "en/atom.xml", "en/rss.xml"

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"])


@only_sqlite
async def test_a_hub_is_told_of_each_feed_that_changed_and_of_no_other(room: Room) -> None:
    await room.changes(ATOM, "en/archive/1/atom.xml")
    assert await room.later(seconds=1) == []  # other processes may not show it yet
    assert await room.later(seconds=1) == ["en/archive/1/atom.xml", ATOM]
    assert await room.later(days=1) == []


@only_sqlite
async def test_hubs_are_told_in_the_words_that_they_know(room: Room) -> None:
    await room.changes(FEEDS[3])
    room.clock.set(room.clock.now() + timedelta(seconds=2))
    async with pinging.session() as session:
        await room.pinger.look(session, asyncio.get_running_loop().create_future())
    topic = f"{BASE}/feeds/{FEEDS[3]}"
    assert [dict(form) for form in room.hub.told] == [
        {"hub.mode": "publish", "hub.topic": topic, "hub.url": topic}
    ]


@only_sqlite
async def test_every_act_that_readers_see_is_told_and_no_other(
    room: Room, make_newsroom: Any, settings: Settings, make_release: Callable[..., Release]
) -> None:
    newsroom: Newsroom = make_newsroom(settings.model_copy(update={"languages": ("en", "fr")}))
    desk, site = newsroom.desk, newsroom.site
    room.served = site.served

    async def told() -> set[str]:
        await site.refresh()
        await room.look()
        return set(await room.later(hours=1))

    def lamp(headline: str, **more: str) -> Release:
        return make_release(texts={"en": headline, **more}, topics=("lamps",))

    await told()
    await newsroom.file(lamp("A new lamp"))
    assert await told() == set()  # nothing before its moment
    await newsroom.release(lamp("A new lamp"))
    assert await told() == {*ENGLISH, *(f"en/topics/lamps/{name}" for name in FORMATS)}
    await newsroom.publish(lamp("A new lamp", fr="Une lampe"))
    assert {*ENGLISH, *(f"fr/{name}" for name in FORMATS)} <= await told()
    corrected = lamp("A newer lamp", fr="Une lampe")
    await desk.correct(OPERATOR, "lamp", Kind.CORRECTION, {"en": "Newer."}, corrected)
    assert await told() >= ENGLISH
    await desk.withdraw(OPERATOR, "lamp", {"en": "Sent by mistake."})
    assert {*ENGLISH, "fr/feed.json", "fr/topics/lamps/rss.xml"} <= await told()
    await newsroom.client.close()


FORMATS = ("atom.xml", "rss.xml", "feed.json")
ENGLISH = {f"en/{name}" for name in FORMATS}


async def test_what_a_killed_process_had_not_told_is_told_by_the_next(room: Room) -> None:
    changed = {**room.served(), f"{BASE}/feeds/{ATOM}": "second"}
    room.served = lambda: changed
    room.pinger = room.another()  # the one before was killed before it had seen the change
    assert await room.look() == []
    room.pinger = room.another()  # and this one after it had written it down
    assert await room.later(seconds=2) == [ATOM]
    room.pinger = room.another()
    assert await room.later(minutes=1) == []


async def test_changes_while_a_hub_is_away_are_told_once_when_it_is_back(room: Room) -> None:
    room.hub.answers = [(503, {})] * 3
    told = []
    for topics in (FEEDS, [ATOM], [ATOM, RSS]):
        await room.changes(*topics)
        told.append(await room.later(seconds=15))
    assert [len(pings) for pings in told] == [1, 1, 1]  # one question is enough to know
    assert (await room.standing()).waiting == len(FEEDS)
    assert await room.later(seconds=30) == FEEDS
    standing = await room.standing()
    assert (standing.waiting, standing.failing_since) == (0, None)
    assert room.counted.count((room.hub.url, "refused")) == 3


@only_sqlite
async def test_a_hub_is_asked_less_and_less_and_never_given_up(room: Room) -> None:
    room.hub.answers = [(500, {})] * 1000
    await room.changes(*FEEDS)
    asked: list[datetime] = []
    for _ in range(6 * 12):
        if await room.later(minutes=5):
            asked.append(room.clock.now())
    gaps = [(after - before) / timedelta(minutes=1) for before, after in pairwise(asked)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == 60
    assert len(asked) < 16


@only_sqlite
async def test_a_hub_that_asks_for_patience_gets_it(room: Room) -> None:
    when = room.clock.now() + timedelta(minutes=30)
    room.hub.answers = [
        (429, {"Retry-After": "600"}),
        (503, {"Retry-After": f"{when:%a, %d %b %Y %H:%M:%S} GMT"}),
        (503, {"Retry-After": "soon"}),
    ]
    await room.changes(ATOM)
    assert await room.later(seconds=2) == [ATOM]
    await room.changes(RSS)  # is no reason to ask earlier
    assert await room.later(seconds=599) == []
    assert len(await room.later(seconds=1)) == 1
    assert await room.later(minutes=19) == []
    assert len(await room.later(minutes=1)) == 1
    assert await room.later(minutes=1) == [ATOM, RSS]


@only_sqlite
async def test_a_hub_that_will_not_have_one_feed_is_told_of_the_others(room: Room) -> None:
    room.hub.refuses = {f"{BASE}/feeds/{ATOM}": 400}
    await room.changes(*FEEDS)
    assert await room.later(seconds=2) == FEEDS
    standing = await room.standing()
    assert (standing.waiting, standing.reason) == (1, "HTTP 400")
    assert await room.later(seconds=5) == [ATOM]
    room.hub.refuses = {}
    assert await room.later(seconds=10) == [ATOM]
    assert (await room.standing()).failing_since is None


@only_sqlite
async def test_a_hub_that_has_moved_is_not_followed(room: Room) -> None:
    async with serving(Hub()) as elsewhere:
        room.hub.answers = [(307, {"Location": elsewhere.url}), (301, {"Location": "file:///etc"})]
        await room.changes(ATOM)
        assert await room.later(seconds=2) == [ATOM]
        assert await room.later(minutes=1) == [ATOM]
        assert elsewhere.told == []
    assert (await room.standing()).reason == "HTTP 301"


@only_sqlite
async def test_a_change_that_others_may_not_show_yet_is_told_again(room: Room) -> None:
    """The hub fetches at once; what it got for the first ping may lack the second change."""
    await room.changes(ATOM)
    assert await room.later(seconds=1.5) == []
    await room.changes(ATOM)
    assert await room.later(seconds=0.5) == [ATOM]
    assert await room.later(seconds=1) == []
    assert await room.later(seconds=0.5) == [ATOM]
    assert await room.later(hours=1) == []


@only_sqlite
async def test_staff_are_told_once_of_a_hub_that_fails_for_long(room: Room) -> None:
    room.hub.answers = [(502, {})] * 1000
    await room.changes(ATOM)
    await room.later(seconds=2)
    since = room.clock.now()
    for _ in range(5):
        await room.later(minutes=11)
    assert await room.notices() == []
    for _ in range(4):
        await room.later(hours=1)
    assert await room.notices() == [f"hub/{room.hub.url}/{since:%Y%m%dT%H%M%S}"]
    room.hub.answers.clear()
    assert await room.later(hours=1) == [ATOM]


@only_sqlite
async def test_a_hub_that_is_not_there_keeps_no_other_waiting(room: Room) -> None:
    both = ("http://127.0.0.1:9/", room.hub.url)  # nobody listens at the first
    room.settings = Settings(websub_hubs=both)
    room.pinger = room.another()
    await room.changes(ATOM)
    assert await room.later(seconds=2) == [ATOM]
    async with room.database.read() as connection:
        away, well = await hubs.standings(connection, both)
    assert away.waiting == away.topics == well.topics == len(FEEDS)
    assert "127.0.0.1:9" in away.reason
    assert (well.waiting, well.failing_since) == (0, None)


async def test_hubs_and_feeds_that_are_no_more_are_forgotten(room: Room) -> None:
    fewer = {f"{BASE}/feeds/{ATOM}": "first"}
    room.served = lambda: fewer
    await room.look()
    assert (await room.standing()).topics == 1
    room.settings = Settings()
    room.pinger = room.another()
    await room.look()
    assert await room.standing() == hubs.Standing(hub=room.hub.url)
