"""WebSub hubs are told of every change that readers see, once it is seen and until they took it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
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
from tests.bot.site.conftest import BASE, Newsroom

Make = Callable[..., Release]


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
    """A newsroom with a hub and what tells it; time passes when ``later`` says so."""

    newsroom: Newsroom
    hub: Hub
    clock: FixedClock
    counted: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pinger = self.another()

    def another(self) -> Pinger:
        """What the next process has: nothing in its memory."""
        room = self.newsroom
        return Pinger(
            room.database,
            room.settings,
            room.clock,
            room.site.served,
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

    async def settled(self) -> None:
        await self.look()
        await self.later(seconds=2)

    async def standing(self) -> hubs.Standing:
        async with self.newsroom.database.read() as connection:
            (found,) = await hubs.standings(connection, [self.hub.url])
            return found

    async def notices(self) -> list[str]:
        async with self.newsroom.database.read() as connection:
            return list(await connection.scalars(select(t.notice.c.key)))


@asynccontextmanager
async def serving(hub: Hub) -> AsyncIterator[Hub]:
    app = web.Application()
    app.router.add_post("/", hub.handle)
    async with TestServer(app) as server:
        hub.url = str(server.make_url("/"))
        yield hub


@pytest.fixture
async def open_room(make_newsroom: Any, clock: FixedClock) -> AsyncIterator[Callable[..., Room]]:
    opened: list[Newsroom] = []

    def make(settings: Settings, hub: Hub) -> Room:
        opened.append(make_newsroom(settings))
        return Room(newsroom=opened[-1], hub=hub, clock=clock)

    yield make
    for newsroom in opened:
        await newsroom.client.close()


@pytest.fixture
async def room(open_room: Callable[..., Room], settings: Settings) -> AsyncIterator[Room]:
    """Its hub has been told of all that there is."""
    async with serving(Hub()) as hub:
        few = {"websub_hubs": (hub.url,), "languages": ("en", "fr")}
        room = open_room(settings.model_copy(update=few), hub)
        await room.newsroom.site.refresh()
        await room.settled()
        yield room


only_sqlite = pytest.mark.parametrize("backend", ["sqlite"])

ENGLISH = ["en/atom.xml", "en/rss.xml"]
LAMPS = ["en/topics/lamps/atom.xml", "en/topics/lamps/rss.xml"]


def lamp(make: Make, slug: str = "lamp", **more: str) -> Release:
    return make(slug, texts={"en": "A new lamp", **more})


@only_sqlite
async def test_a_hub_is_told_of_each_feed_that_changed_and_of_no_other(
    room: Room, make_release: Make
) -> None:
    await room.newsroom.publish(lamp(make_release))
    assert await room.look() == []  # other processes may not show it yet
    assert await room.later(seconds=1) == []
    told = await room.later(seconds=1)
    assert set(ENGLISH + LAMPS) <= set(told)
    assert len(told) == len(set(told))
    assert not {"fr/atom.xml", "fr/rss.xml"} & set(told)
    assert await room.later(days=1) == []


@only_sqlite
async def test_every_act_that_readers_see_is_told(room: Room, make_release: Make) -> None:
    newsroom, desk = room.newsroom, room.newsroom.desk
    await newsroom.file(lamp(make_release))
    await desk.publish(OPERATOR, "lamp")
    await newsroom.release(lamp(make_release))
    await newsroom.site.refresh()
    await room.settled()
    await newsroom.publish(lamp(make_release, fr="Une lampe"))
    await room.look()
    assert {"fr/atom.xml", "en/atom.xml"} <= set(await room.later(seconds=2))
    room.clock.set(room.clock.now() + timedelta(hours=1))
    corrected = make_release(texts={"en": "A newer lamp", "fr": "Une lampe"})
    await desk.correct(OPERATOR, "lamp", Kind.CORRECTION, {"en": "Newer."}, corrected)
    await newsroom.site.refresh()
    await room.look()
    assert "en/atom.xml" in await room.later(seconds=2)
    await desk.withdraw(OPERATOR, "lamp", {"en": "Sent by mistake."})
    await newsroom.site.refresh()
    await room.look()
    assert {"en/atom.xml", "fr/atom.xml"} <= set(await room.later(seconds=2))


@only_sqlite
async def test_nothing_is_told_before_its_moment(room: Room, make_release: Make) -> None:
    await room.newsroom.file(lamp(make_release, slug="secret"))
    await room.newsroom.site.refresh()
    await room.look()
    assert await room.later(minutes=5) == []
    await room.newsroom.release(lamp(make_release, slug="secret"))
    await room.newsroom.site.refresh()
    await room.look()
    assert ENGLISH[0] in await room.later(seconds=2)


@only_sqlite
async def test_hubs_are_told_in_the_words_that_they_know(room: Room, make_release: Make) -> None:
    await room.newsroom.publish(make_release(texts={"en": "Fog"}, topics=("fog horns", "звук")))
    await room.look()
    room.clock.set(room.clock.now() + timedelta(seconds=2))
    async with pinging.session() as session:
        await room.pinger.look(session, asyncio.get_running_loop().create_future())
    forms = {form["hub.topic"]: dict(form) for form in room.hub.told}
    topic = f"{BASE}/feeds/en/topics/%D0%B7%D0%B2%D1%83%D0%BA/atom.xml"
    assert forms[topic] == {"hub.mode": "publish", "hub.topic": topic, "hub.url": topic}


async def test_what_a_killed_process_had_not_told_is_told_by_the_next(
    room: Room, make_release: Make
) -> None:
    await room.newsroom.publish(lamp(make_release))
    room.pinger = room.another()  # it was killed before it had seen the change
    await room.look()
    room.pinger = room.another()  # and this one after it had written it down
    assert ENGLISH[0] in await room.later(seconds=2)
    room.pinger = room.another()
    assert await room.later(minutes=1) == []


async def test_changes_while_a_hub_is_away_are_told_once_when_it_is_back(
    room: Room, make_release: Make
) -> None:
    room.hub.answers = [(503, {})] * 3
    told = []
    for number in range(3):
        await room.newsroom.publish(lamp(make_release, slug=f"lamp-{number}"))
        await room.look()
        told.append(await room.later(seconds=15))
    assert [len(pings) for pings in told] == [1, 1, 1]  # one question is enough to know
    assert (await room.standing()).waiting >= len(ENGLISH + LAMPS)
    back = await room.later(seconds=30)
    assert len(back) == len(set(back))
    assert set(ENGLISH + LAMPS) <= set(back)
    standing = await room.standing()
    assert (standing.waiting, standing.failing_since) == (0, None)
    assert room.counted.count((room.hub.url, "refused")) == 3


@only_sqlite
async def test_a_hub_is_asked_less_and_less_and_never_given_up(
    room: Room, make_release: Make
) -> None:
    room.hub.answers = [(500, {})] * 1000
    await room.newsroom.publish(lamp(make_release))
    asked: list[datetime] = []
    for _ in range(6 * 12):
        if await room.later(minutes=5):
            asked.append(room.clock.now())
    gaps = [(after - before) / timedelta(minutes=1) for before, after in pairwise(asked)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == 60
    assert len(asked) < 16


@only_sqlite
async def test_a_hub_that_asks_for_patience_gets_it(room: Room, make_release: Make) -> None:
    when = room.clock.now() + timedelta(minutes=30)
    room.hub.answers = [
        (429, {"Retry-After": "600"}),
        (503, {"Retry-After": f"{when:%a, %d %b %Y %H:%M:%S} GMT"}),
        (503, {"Retry-After": "soon"}),
    ]
    await room.newsroom.publish(lamp(make_release))
    await room.look()
    assert len(await room.later(seconds=2)) == 1
    await room.newsroom.publish(lamp(make_release, slug="another"))  # is no reason to ask earlier
    assert await room.later(seconds=599) == []
    assert len(await room.later(seconds=1)) == 1
    assert await room.later(minutes=19) == []
    assert len(await room.later(minutes=1)) == 1
    assert set(ENGLISH + LAMPS) <= set(await room.later(minutes=1))


@only_sqlite
async def test_a_hub_that_will_not_have_one_feed_is_told_of_the_others(
    room: Room, make_release: Make
) -> None:
    room.hub.refuses = {f"{BASE}/feeds/{ENGLISH[0]}": 400}
    await room.newsroom.publish(lamp(make_release))
    await room.look()
    assert set(ENGLISH + LAMPS) <= set(await room.later(seconds=2))
    standing = await room.standing()
    assert (standing.waiting, standing.reason) == (1, "HTTP 400")
    assert await room.later(seconds=5) == [ENGLISH[0]]
    room.hub.refuses = {}
    assert await room.later(seconds=10) == [ENGLISH[0]]
    assert (await room.standing()).failing_since is None


@only_sqlite
async def test_a_hub_that_has_moved_is_not_followed(room: Room, make_release: Make) -> None:
    async with serving(Hub()) as elsewhere:
        room.hub.answers = [(307, {"Location": elsewhere.url}), (301, {"Location": "file:///etc"})]
        await room.newsroom.publish(lamp(make_release))
        await room.look()
        assert len(await room.later(seconds=2)) == 1
        assert len(await room.later(minutes=1)) == 1
        assert elsewhere.told == []
    assert (await room.standing()).reason == "HTTP 301"


@only_sqlite
async def test_a_change_that_others_may_not_show_yet_is_told_again(
    room: Room, make_release: Make
) -> None:
    """The hub fetches at once; what it got for the first ping may lack the second release."""
    await room.newsroom.publish(lamp(make_release))
    await room.look()
    room.clock.set(room.clock.now() + timedelta(seconds=1.5))
    await room.newsroom.publish(lamp(make_release, slug="second"))
    assert await room.look() == []
    assert ENGLISH[0] in await room.later(seconds=0.5)
    assert await room.later(seconds=1) == []
    assert ENGLISH[0] in await room.later(seconds=0.5)
    assert await room.later(hours=1) == []


@only_sqlite
async def test_staff_are_told_once_of_a_hub_that_fails_for_long(
    room: Room, make_release: Make
) -> None:
    room.hub.answers = [(502, {})] * 1000
    await room.newsroom.publish(lamp(make_release))
    await room.settled()
    since = room.clock.now()
    for _ in range(5):
        await room.later(minutes=11)
    assert await room.notices() == []
    for _ in range(4):
        await room.later(hours=1)
    assert await room.notices() == [f"hub/{room.hub.url}/{since:%Y%m%dT%H%M%S}"]
    room.hub.answers.clear()
    assert ENGLISH[0] in await room.later(hours=1)


@only_sqlite
async def test_a_hub_that_is_not_there_keeps_no_other_waiting(
    room: Room, open_room: Callable[..., Room], settings: Settings, make_release: Make
) -> None:
    gone = "http://127.0.0.1:9/"  # nobody listens there
    both = settings.model_copy(update={"websub_hubs": (gone, room.hub.url)})
    second = open_room(both, room.hub)
    await second.newsroom.publish(lamp(make_release))
    await second.look()
    assert ENGLISH[0] in await second.later(seconds=2)
    async with second.newsroom.database.read() as connection:
        away, well = await hubs.standings(connection, both.websub_hubs)
    assert away.waiting == away.topics == well.topics
    assert "127.0.0.1:9" in away.reason
    assert (well.waiting, well.failing_since) == (0, None)


async def test_hubs_and_feeds_that_are_no_more_are_forgotten(
    room: Room, open_room: Callable[..., Room], settings: Settings
) -> None:
    fewer = settings.model_copy(update={"languages": ("en",), "websub_hubs": (room.hub.url,)})
    second = open_room(fewer, room.hub)
    await second.newsroom.site.refresh()
    before = (await room.standing()).topics
    await second.settled()
    assert 0 < (await second.standing()).topics < before
    third = open_room(settings, room.hub)
    await third.newsroom.site.refresh()
    await third.look()
    assert await third.standing() == hubs.Standing(hub=room.hub.url)
