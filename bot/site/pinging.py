"""Tells WebSub hubs what changed: carries out what :mod:`bot.site.hubs` has written down."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import aiohttp
import structlog

import bot
from bot.clock import Clock
from bot.errors import StoreError
from bot.releases import notices
from bot.releases.notices import Notice, lines
from bot.settings import Settings
from bot.site import hubs
from bot.site.hubs import Ping, Standing
from bot.store.database import Database
from feeds.websub import Refusal, publish, refusal
from translations.text import text

EVERY = 0.5
"""Seconds between looks at what is due."""

ANSWER_WITHIN = 15.0
"""Seconds."""

LONG = timedelta(hours=1)
"""A hub that has failed for so long is something that staff are told of, once."""

Count = Callable[[str, str], None]
"""Takes a hub, and what became of a ping: ``taken`` or ``refused``."""

log = structlog.get_logger(__name__)


class Pinger:
    """Told by ``served`` what feeds are served (address → entity tag), tells every hub.

    One process at a time runs this. Whatever ends it, what was not told is told by the next one.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        served: Callable[[], Mapping[str, str]],
        count: Count,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._served = served
        self._count = count
        self._chance = chance
        self._noted: Mapping[str, str] | None = None

    async def run(self, over: asyncio.Event) -> None:
        """Until ``over``. A ping that is under way then is left; it will be repeated."""
        ended: asyncio.Future[Any] = asyncio.ensure_future(over.wait())
        async with session() as client:
            while not ended.done():
                try:
                    await self.look(client, ended)
                except* StoreError as errors:
                    log.error("hubs wait for the database", reason=str(errors.exceptions[0]))
                await asyncio.wait([ended], timeout=EVERY)

    async def look(self, client: aiohttp.ClientSession, ended: asyncio.Future[Any]) -> None:
        """Write down what changed, and tell what is due by now, until ``ended``.

        Each hub is told one thing after the other, all hubs side by side.
        """
        served = self._served()
        if served is not self._noted:
            now = self._clock.now()
            await hubs.note(self._database, self._settings.websub_hubs, served, now)
            self._noted = served
        async with self._database.read() as connection:
            due = await hubs.due(connection, self._clock.now())
        by_hub = groupby(sorted(due, key=lambda ping: ping.hub), key=lambda ping: ping.hub)
        async with asyncio.TaskGroup() as group:
            for _, pings in by_hub:
                group.create_task(self._tell(client, list(pings), ended))

    async def _tell(
        self, client: aiohttp.ClientSession, pings: Sequence[Ping], ended: asyncio.Future[Any]
    ) -> None:
        for ping in pings:
            asked_at = self._clock.now()
            asking = asyncio.create_task(self._ask(client, ping))
            await asyncio.wait({asking, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                asking.cancel()
                await asyncio.wait([asking])
                return
            why, now = asking.result(), self._clock.now()
            self._count(ping.hub, "refused" if why else "taken")
            if why is None:
                await hubs.taken(self._database, ping, asked_at, now)
                continue
            log.warning("a hub did not take a ping", hub=ping.hub, topic=ping.topic, why=why.reason)
            await hubs.refused(self._database, ping, why, now, self._chance())
            await self._tell_staff(now)
            if why.whole:
                return

    async def _ask(self, client: aiohttp.ClientSession, ping: Ping) -> Refusal | None:
        try:
            async with client.post(
                ping.hub, data=publish(ping.topic), allow_redirects=False
            ) as answer:
                after = answer.headers.get("Retry-After")
                return refusal(answer.status, after, self._clock.now())
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeError) as error:
            return Refusal(reason=(str(error) or type(error).__name__)[:200], whole=True)

    async def _tell_staff(self, now: datetime) -> None:
        settings = self._settings
        async with self._database.write() as connection:
            found = await hubs.standings(connection, settings.websub_hubs)
            ailing = [_notice(one, settings) for one in found if one.ails(now, LONG)]
            await notices.post(self._database, connection, settings, now, ailing)


def _notice(standing: Standing, settings: Settings) -> Notice:
    """Told once, however long it lasts."""
    return Notice(
        key=f"hub/{standing.hub}/{standing.failing_since:%Y%m%dT%H%M%S}",
        what=lines(
            standing.as_text(settings.timezone),
            text("It is asked again, every hour at least. Readers that poll see every change."),
        ),
    )


def session() -> aiohttp.ClientSession:
    """Keeps no cookies, and takes no proxy's address from the environment."""
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": f"Polyherald/{bot.__version__}"},
        timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN),
    )
