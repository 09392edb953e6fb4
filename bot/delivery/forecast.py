"""A dry run of one day: the planner's own decisions, in a transaction that is undone.

Nothing is decided here. The clock is moved through the day from one due moment to the next, and
what the planner would write into the ledger is counted instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience.choice import Choice
from bot.audience.posts import spoken
from bot.audience.repository import Preference
from bot.delivery import ledger, occurrences, publications
from bot.delivery.announcement import Announcement, AnnouncementState
from bot.occasions import repository as occasions
from bot.occasions.calendar import EARLIEST, LATEST
from bot.releases import publication
from bot.releases.publication import Published
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database
from translations.text import Text

STEP = timedelta(seconds=1)
A_CENTURY = timedelta(days=36525)


@dataclass(frozen=True)
class Wave:
    """Subscribers of one ``zone`` (``None``: of all, at one instant) who would get it ``at``
    (UTC). ``reader`` are the languages they list, in order, where it is a fallback."""

    at: datetime
    zone: str | None
    choice: Choice
    reader: tuple[str, ...]


@dataclass
class Planned:
    """One announcement of the day, and how many each wave of it would reach."""

    announcement: Announcement
    published: Published
    waves: Counter[Wave] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.waves.total()


@dataclass
class Forecast:
    """``notices`` are what staff would be told instead of, or beside, what goes out."""

    planned: list[Planned] = field(default_factory=list)
    notices: list[Text] = field(default_factory=list)


class _Undo(Exception):
    pass


async def forecast(database: Database, settings: Settings, day: date, now: datetime) -> Forecast:
    """What would be announced on ``day`` if nothing were changed until then.

    ``now`` is the present (UTC): of a day that has begun, only what is still to come. An
    anniversary belongs to the civil date of each zone, a publication to that of the office.
    """
    rehearsal = _Rehearsal(database, settings, day, now)
    with suppress(_Undo):
        async with database.write() as connection:
            await rehearsal.run(connection)
            raise _Undo
    return rehearsal.found


class _Rehearsal:
    def __init__(self, database: Database, settings: Settings, day: date, now: datetime) -> None:
        self._database = database
        self._settings = settings
        self._day = day
        midnight = datetime.combine(day, time(0), UTC)
        self._begins = max(midnight - EARLIEST - STEP, now)
        self._ends = midnight + timedelta(days=1) - LATEST
        self.found = Forecast()
        self._by_id: dict[int, Planned] = {}

    async def run(self, connection: AsyncConnection) -> None:
        database, settings = self._database, self._settings
        await self._skip_to_the_day(connection)
        while await occasions.fill(database, connection, self._begins.date()):
            pass
        await self._leave_only_the_day(connection)
        now = self._begins
        while now < self._ends:
            told = await publications.publish_due(database, settings, connection, now)
            look = await occurrences.announce_due(
                database, settings, connection, now, plan=self._plan
            )
            # What concerns the translators alone, they are told by themselves.
            told += look.notices
            self.found.notices += [notice.what for notice in told if not notice.language]
            await self._plan_publications(connection, now)
            due = await publications.next_due(connection, now)
            now = min(look.again, due or look.again)

    async def _skip_to_the_day(self, connection: AsyncConnection) -> None:
        """What is queued for an earlier day will be out by then."""
        due = await publications.next_due(connection, self._begins - A_CENTURY)
        while due is not None and self._office_date(due) < self._day:
            await publications.publish_due(self._database, self._settings, connection, due)
            due = await publications.next_due(connection, due)
        await self._plan_publications(connection, self._begins)

    async def _leave_only_the_day(self, connection: AsyncConnection) -> None:
        o = t.occurrence
        await connection.execute(
            update(o)
            .where(o.c.civil_date != self._day, o.c.state.in_(("coming", "underway")))
            .values(state="done")
        )

    def _office_date(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self._settings.timezone)).date()

    async def _plan_publications(self, connection: AsyncConnection, now: datetime) -> None:
        planning = AnnouncementState.PLANNING
        for announcement in await ledger.announcements(connection, planning):
            if announcement.kind != "publication":
                continue
            if self._office_date(announcement.due_at) == self._day:
                await publications.plan(
                    self._database, self._settings, connection, announcement, now, write=self._plan
                )
            await ledger.set_state(connection, announcement.id, AnnouncementState.SENDING)

    async def _plan(
        self,
        database: Database,
        connection: AsyncConnection,
        announcement: Announcement,
        preference: Preference,
        choice: Choice,
        *,
        due_at: datetime,
        before: datetime,
        zone: str | None = None,
        moved_after: datetime | None = None,
    ) -> int:
        """In the place of :func:`ledger.plan`."""
        number = await ledger.count_planned(
            connection,
            announcement,
            preference,
            before=before,
            zone=zone,
            moved_after=moved_after,
        )
        planned = await self._planned(connection, announcement)
        reader: Sequence[str] = spoken(preference.languages) if choice.fallback else ()
        planned.waves[Wave(due_at, zone, choice, tuple(reader))] += number
        return number

    async def _planned(self, connection: AsyncConnection, announcement: Announcement) -> Planned:
        known = self._by_id.get(announcement.id)
        if known is None:
            assert announcement.published_id is not None
            published = await publication.by_id(connection, announcement.published_id)
            known = self._by_id[announcement.id] = Planned(announcement, published)
            self.found.planned.append(known)
        return known
