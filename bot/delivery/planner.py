"""The planner: looks at what is due, several times a second, and sets it going."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.clock import Clock
from bot.delivery import (
    alerts,
    corrections,
    ledger,
    occurrences,
    publications,
    reminders,
    report,
    spacing,
    switch,
    translations,
    workers,
)
from bot.delivery.announcement import Announcement, AnnouncementState
from bot.delivery.engine import Engine
from bot.delivery.sender import LONGEST_SEND
from bot.errors import StoreError
from bot.occasions import hours
from bot.occasions import repository as occasions
from bot.releases import notices, signatures, traces
from bot.releases.notices import Notice
from bot.settings import Settings
from bot.store.database import Database, changes

INTERVAL = 0.5
"""Seconds between looks: what staff change on the command line is taken up within a second."""

AT_LEAST_EVERY = timedelta(minutes=1)
"""Everything is looked at so often even when nothing seems to have changed."""

FILLED_AT_A_LOOK = 500
TRACED_AT_A_LOOK = 3
"""Releases, each in all its languages: that is work, and others want to write meanwhile."""

GAP = timedelta(minutes=5)
"""Who has not looked for so long was away."""

CLOCKS_DIFFER = timedelta(minutes=10)
"""How far apart the clocks of several machines may be."""

NEVER = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger(__name__)


class Planner:
    """Everything it does is decided by the database and the clock: it may be stopped at any
    moment, and two of them do no more than one."""

    def __init__(
        self, database: Database, settings: Settings, clock: Clock, engine: Engine
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self.engine = engine
        self.problem: str | None = None
        """Why the last look failed, for /readyz."""
        self._seen = -1
        self._looked = NEVER
        self._again = NEVER
        """When something is due next, if nothing changes until then."""
        self._moved: datetime | None = None
        """The last move to another time zone that was followed."""
        self._zones_read = NEVER
        self._untraced_below = sys.maxsize
        """Of what is published below this id there may be texts without a trace; 0: of none."""
        self._watching = NEVER
        """Since when it has looked without a gap."""
        self.wake = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Look until ``stop``. A database that is away is waited for, not given up."""
        while not stop.is_set():
            pause = INTERVAL
            try:
                await self.look()
                self.problem = None
            except StoreError as error:
                log.error("planner waits for the database", reason=str(error))
                self.problem = str(error)
                pause = 5.0
            except Exception as error:  # said aloud, and looked at again: others wait for it
                log.exception("planner failed")
                self.problem = f"{type(error).__name__}: {error}"
                pause = 5.0
            waiters = [asyncio.ensure_future(e.wait()) for e in (stop, self.wake)]
            await asyncio.wait(waiters, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            for waiter in waiters:
                waiter.cancel()
            self.wake.clear()

    async def recover(self) -> int:
        """On one machine, at the start: whatever was in flight when the last run ended may or
        may not have arrived. Returns how many deliveries became ``unknown``."""
        async with self._database.write() as connection:
            now = self._clock.now()
            return await ledger.sweep(connection, now + timedelta(days=1), now)

    async def look(self) -> None:
        """One look: publish, announce, plan, offer, finish.

        Costs a few reads while nothing has changed and nothing is due, whatever there is to come.
        """
        now = self._clock.now()
        if self._untraced_below:
            await self._leave_traces()
        async with self._database.read() as connection:
            counter = await changes(connection)
            moved = await audience.last_move(connection)
            stale = await ledger.is_any_stale(
                connection, now - timedelta(seconds=LONGEST_SEND), now
            )
            paused = await switch.paused(connection) is not None
        if stale or self._must_plan(counter, moved, now):
            await self._plan_what_is_due(counter, moved, now)
        for announcement in await self._sending():
            if await self._has_work(announcement, now) and not paused:
                await self.engine.offer(announcement.id, urgent=announcement.kind in ledger.URGENT)

    async def _leave_traces(self) -> None:
        async with self._database.read() as connection:
            found = await traces.missing(connection, self._untraced_below, TRACED_AT_A_LOOK)
        if found:
            async with self._database.write() as connection:
                await traces.make(connection, found)
        self._untraced_below = found[-1] if found else 0

    def _must_plan(self, counter: int, moved: datetime | None, now: datetime) -> bool:
        return (
            counter != self._seen
            or moved != self._moved
            or now >= self._again
            or not self._looked <= now < self._looked + AT_LEAST_EVERY
        )

    async def _plan_what_is_due(self, counter: int, moved: datetime | None, now: datetime) -> None:
        database, settings = self._database, self._settings
        self._read_zones(now)
        await corrections.look(database, settings, self._clock)
        filled, told = 0, list[Notice]()
        async with database.write() as connection:
            if self._looked == NEVER:
                await occasions.forget_planned(connection, now.date() + timedelta(days=2))
            if counter != self._seen or now.date() != self._looked.date():
                filled = await occasions.fill(database, connection, now.date(), FILLED_AT_A_LOOK)
                told += await translations.add_later_variants(
                    database, settings, connection, self._since(), now
                )
            told += await publications.publish_due(database, settings, connection, now)
            if moved is not None and moved != self._moved:
                since = self._moved - CLOCKS_DIFFER if self._moved else NEVER
                await occurrences.announce_to_movers(database, settings, connection, since, now)
            look = await occurrences.announce_due(database, settings, connection, now)
            signed = await signatures.sign_new(database, connection, settings, now)
            await self._plan_publications(connection, now)
            await ledger.sweep(connection, now - timedelta(seconds=LONGEST_SEND), now)
            await spacing.forget(connection, now)
            await workers.forget(connection, now)
            queued = await publications.next_due(connection, now)
            reminded = await reminders.look(database, settings, connection, now, changed=filled > 0)
            if not self._looked <= now < self._looked + GAP:
                self._watching = now
            alarms = await alerts.look(connection, settings, self._watching, now)
            await notices.post(database, connection, settings, now, (*told, *look.notices, *alarms))
        self._looked, self._moved = now, moved
        self._again = min(look.again, queued or look.again, reminded)
        # What could not all be filled or signed at once goes on at the next look.
        is_more = filled == FILLED_AT_A_LOOK or signed == signatures.AT_ONCE
        self._seen = -1 if is_more else counter

    def _read_zones(self, now: datetime) -> None:
        """An update of the time zone database takes effect within the hour."""
        if not self._zones_read <= now < self._zones_read + timedelta(hours=1):
            hours.keep_up()
            self._zones_read = now

    def _since(self) -> datetime:
        """Changes are looked for from a little before the last look."""
        return self._looked if self._looked == NEVER else self._looked - CLOCKS_DIFFER

    async def _plan_publications(self, connection: AsyncConnection, now: datetime) -> None:
        planning = AnnouncementState.PLANNING
        for announcement in await ledger.announcements(connection, planning, to_change=True):
            if announcement.kind != "publication":
                continue
            planned = await publications.plan(
                self._database, self._settings, connection, announcement, now
            )
            await ledger.set_state(connection, announcement.id, AnnouncementState.SENDING)
            log.info("planned", announcement=announcement.key, deliveries=planned)

    async def _sending(self) -> list[Announcement]:
        async with self._database.read() as connection:
            return await ledger.announcements(connection, AnnouncementState.SENDING)

    async def _has_work(self, announcement: Announcement, now: datetime) -> bool:
        """Whether there is something to claim now; ends an announcement that is through."""
        async with self._database.read() as connection:
            if await ledger.is_any_due(connection, announcement.id, now):
                return True
            if await ledger.still_open(connection, announcement.id):
                return False
            if await ledger.held_back(connection, announcement.id):
                return False
            if announcement.occurrence_id is not None:
                occurrence = await occasions.by_id(connection, announcement.occurrence_id)
                if occurrence.state != "done":
                    return False
        async with self._database.write() as connection:
            if not await ledger.finish(connection, announcement.id, now):
                return False  # something of it is to be sent again, or staff have stopped it
            ended = await report.summary_of(connection, announcement)
            told = alerts.not_delivered(ended, now)
            await notices.post(self._database, connection, self._settings, now, told)
        log.info("done", announcement=announcement.key)
        return False
