"""Announcing anniversaries: zone by zone, at the occasion hour of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.choice import choose, choosers, wants
from bot.audience.repository import Preference
from bot.audience.subscriber import Announcements
from bot.delivery import carrier, ledger
from bot.delivery.announcement import (
    BY_STAFF,
    RESUMED,
    STANDSTILL,
    Announcement,
    AnnouncementState,
    called,
    occurrence_key,
)
from bot.delivery.guard import guarded
from bot.delivery.ledger import Plan
from bot.delivery.occasion_text import occurrence_texts
from bot.occasions import repository as occasions
from bot.occasions.calendar import civil_dates_at, moment_in
from bot.occasions.hours import comes_next, has_come
from bot.occasions.lateness import is_late
from bot.occasions.repository import Occurrence
from bot.releases import publication, repository
from bot.releases.notices import Notice
from bot.releases.publication import Published
from bot.releases.release import Release, ReleaseState
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database, touch
from translations.text import text

NO_EDITION = "no_edition"

AT_A_LOOK = 50
"""Occurrences taken in one transaction: others, such as senders, get their turn in between."""

SOONER_OR_LATER = timedelta(days=1)


@dataclass
class _Due:
    """The zones whose hour has come and that were not announced to yet."""

    on_time: list[tuple[str, datetime]] = field(default_factory=list)
    late: list[tuple[str, datetime]] = field(default_factory=list)


@dataclass(frozen=True)
class Look:
    """What a look at the occurrences found: ``notices`` for staff, and when to look ``again``
    if nothing changes until then (UTC)."""

    notices: list[Notice]
    again: datetime


async def announce_due(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    now: datetime,
    *,
    plan: Plan = ledger.plan,
) -> Look:
    """Announce every occurrence whose hour has come in some zone."""
    first, last = civil_dates_at(now)
    near = await occasions.between(
        connection, date.min, last + timedelta(days=1), "coming", "underway"
    )
    due = [o for o in near if _is_due(o, settings, first, now)]
    again = [
        moment
        for on, at in {(o.civil_date, occasion_hour(o, settings)) for o in near}
        if (moment := comes_next(on, at, now)) is not None
    ]
    again += [gate for o in near for gate in o.gates if gate > now]
    if len(due) > AT_A_LOOK:
        again.append(now)
    notices: list[Notice] = []
    zones = (
        sorted({settings.timezone, *await audience.zones(connection)})
        if due
        else [settings.timezone]
    )
    for occurrence in due[:AT_A_LOOK]:
        step = await _step(database, settings, connection, occurrence, now, plan)
        notices += await guarded(connection, step.release.slug, now, step.look(zones))
    return Look(notices, min(again, default=now + SOONER_OR_LATER))


def occasion_hour(occurrence: Occurrence, settings: Settings) -> time:
    return time.fromisoformat(occurrence.spec.at or str(settings.occasion_hour))


def _is_due(occurrence: Occurrence, settings: Settings, first: date, now: datetime) -> bool:
    """Whether some zone's hour has come that was not seen to, or the day is over everywhere."""
    on, at, seen = (
        occurrence.civil_date,
        occasion_hour(occurrence, settings),
        occurrence.planned_until,
    )
    if has_come(on, at, seen, now):
        return True
    if any(gate <= now and (seen is None or gate > seen) for gate in occurrence.gates):
        return has_come(on, at, None, now)
    return on < first and (seen is None or civil_dates_at(seen)[0] <= on)


async def _step(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    occurrence: Occurrence,
    now: datetime,
    plan: Plan = ledger.plan,
) -> _Step:
    release = await repository.by_id(connection, occurrence.release_id, to_change=True)
    return _Step(database, settings, connection, release, occurrence, now, plan)


async def announce_to_movers(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    since: datetime,
    now: datetime,
) -> None:
    """Announce what is under way to those who moved after ``since`` to a zone whose hour has
    passed: where they were it had not come, and the ledger knows who had it already."""
    _, last = civil_dates_at(now)
    underway = await occasions.between(connection, date.min, last, "underway")
    if not underway:
        return
    anybody = await audience.movers(connection, since)
    for occurrence in underway if anybody else ():
        step = await _step(database, settings, connection, occurrence, now)
        await guarded(connection, step.release.slug, now, step.follow(since))


def told(published: Published) -> tuple[Announcements, ...]:
    """Whose choice an anniversary on this page is: an edition's own page is a new release, too."""
    return choosers(new=published.year is None, anniversary=True)


@dataclass
class _Step:
    """One look at one occurrence, inside the planner's transaction."""

    database: Database
    settings: Settings
    connection: AsyncConnection
    release: Release
    occurrence: Occurrence
    now: datetime
    plan: Plan

    @property
    def key(self) -> str:
        return occurrence_key(self.release.slug, self.occurrence.year, self.occurrence.lead)

    async def look(self, zones: Sequence[str]) -> list[Notice]:
        occurrence, release = self.occurrence, self.release
        announcement = await ledger.by_key(self.connection, self.key, to_change=True)
        begun = announcement is not None and announcement.published_id is not None
        over = occurrence.civil_date < civil_dates_at(self.now)[0]
        notices: list[Notice] = []
        if not begun and (covered := await self._covered()) is not None:
            await occasions.set_state(self.connection, occurrence.id, "covered")
            return covered
        # What was to be said days ahead and could not be is not said on a later day.
        missed_ahead = over and not begun and occurrence.lead > 0
        in_force = carrier.is_in_force(release, self.settings, self.now, lead=occurrence.lead)
        await occasions.set_planned(self.connection, occurrence.id, self.now)
        if begun or (in_force and not missed_ahead):
            notices = await self.take(zones)
        elif missed_ahead or (over and not carrier.is_under_embargo(release, self.now)):
            await occasions.set_state(self.connection, occurrence.id, "missed")
            what = text(
                "The anniversary of “{slug}” on {date} was not announced: "
                "no text of it is approved and free to go out.",
                slug=release.slug,
                date=occurrence.civil_date,
            )
            notices = [Notice(key=f"missed/{self.key}", what=what)]
        return notices

    async def _covered(self) -> list[Notice] | None:
        """``None`` unless another announcement is this occurrence's; else what to tell staff."""
        if await carrier.is_covered(self.connection, self.release, self.occurrence):
            return []
        if not await ledger.is_announced(
            self.connection,
            self.occurrence.series,
            self.occurrence.number,
            self.occurrence.lead,
            but=self.occurrence.id,
        ):
            return None
        if not self._is_edition or self.occurrence.lead:
            return []
        what = text(
            "“{slug}” was approved after its anniversary had been announced without it. "
            "Publish it if it should still go out.",
            slug=self.release.slug,
        )
        return [Notice(key=f"after/{self.key}", what=what)]

    async def follow(self, since: datetime) -> list[Notice]:
        """Plan it for those who moved after ``since`` to a zone whose hour has passed."""
        announcement = await ledger.by_key(self.connection, self.key, to_change=True)
        open_ = (AnnouncementState.SENDING, AnnouncementState.PAUSED, AnnouncementState.DONE)
        if announcement is None or announcement.published_id is None:
            return []
        if announcement.state not in open_:
            return []
        published = await publication.by_id(self.connection, announcement.published_id)
        moved = await audience.movers(self.connection, since, told(published))
        known = await ledger.waves(self.connection, announcement.id)
        held = await ledger.waves(self.connection, announcement.id, "held")
        planned = 0
        for zone, wishes in moved.items():
            at = self._moment(zone)
            if at > self.now or zone in held:
                continue
            if zone not in known:
                await self._note(announcement.id, zone, at, "planned")
            for wish in wishes:
                planned += await self._plan_wish(
                    announcement, published, zone, at, wish, moved_after=at
                )
        if planned:
            await self._goes_on(announcement)
        return []

    async def take(self, zones: Sequence[str]) -> list[Notice]:
        announcement = await ledger.by_key(self.connection, self.key)
        if announcement is not None and announcement.occurrence_id is None:
            await ledger.set_occurrence(self.connection, announcement.id, self.occurrence.id)
        if announcement is not None and announcement.state is AnnouncementState.CANCELLED:
            await occasions.set_state(self.connection, self.occurrence.id, "done")
            return []
        due = await self._due(zones, announcement)
        if self._asks_first(announcement):
            return await self._ask(announcement, due)
        notices = []
        if due.on_time:
            announcement = await self._announce(announcement, due.on_time)
        if due.late:
            notices += await self._hold(announcement, due)
        first, _ = civil_dates_at(self.now)
        if self.occurrence.civil_date < first and not due.late:
            await occasions.set_state(self.connection, self.occurrence.id, "done")
        return notices

    def _asks_first(self, announcement: Announcement | None) -> bool:
        """Staff hold it, or no release was prepared for this year, and the observance does not
        announce by itself."""
        if announcement is not None and announcement.reason == BY_STAFF:
            return announcement.state is AnnouncementState.HELD
        spec = self.occurrence.spec
        if self._is_edition or self.occurrence.lead or spec.without_edition != "hold":
            return False
        return announcement is None or (
            announcement.state is AnnouncementState.HELD and announcement.reason == NO_EDITION
        )

    async def _ask(self, announcement: Announcement | None, due: _Due) -> list[Notice]:
        first, _ = civil_dates_at(self.now)
        if self.occurrence.civil_date < first:
            await occasions.set_state(self.connection, self.occurrence.id, "done")
        if announcement is not None or not (due.on_time or due.late):
            return []
        moment = min(at for _, at in (*due.on_time, *due.late))
        held = await self._announcement(None, moment, None)
        await ledger.set_state(self.connection, held.id, AnnouncementState.HELD, reason=NO_EDITION)
        what = text(
            "No release was prepared: {announcement}. It is held; resume it to announce the "
            "title alone, or cancel it.",
            announcement=called(self.key),
            key=self.key,
        )
        return [Notice(key=f"asks/{self.key}", what=what, urgent=True)]

    async def _due(self, zones: Sequence[str], announcement: Announcement | None) -> _Due:
        resumed = announcement is not None and announcement.reason == RESUMED
        stands_still = (
            announcement is not None
            and announcement.state is AnnouncementState.HELD
            and announcement.reason == STANDSTILL
        )
        planned = await ledger.waves(self.connection, announcement.id) if announcement else {}
        due = _Due()
        for zone in zones:
            at = self._moment(zone)
            if at > self.now or zone in planned:
                continue
            late = stands_still or (
                is_late(at, self.now, zone, self.occurrence.spec.catch_up) and not resumed
            )
            (due.late if late else due.on_time).append((zone, at))
        return due

    def _moment(self, zone: str) -> datetime:
        """When it is announced in ``zone``: at the occasion hour, or when its embargo lifts."""
        hour = occasion_hour(self.occurrence, self.settings)
        at = moment_in(zone, self.occurrence.civil_date, hour)
        # An edition's own time counts; a release that is out already had its time.
        own = self.release.publish_at if self._is_edition and not self.occurrence.lead else None
        for moment in (self.release.embargo, own):
            if moment is not None:
                at = max(at, moment.at)
        return at

    async def _announce(
        self, announcement: Announcement | None, waves: Sequence[tuple[str, datetime]]
    ) -> Announcement:
        published = await self._published(announcement)
        if announcement is None or announcement.published_id is None:
            announcement = await self._announcement(published.id, waves[0][1], announcement)
        for zone, at in waves:
            await self._plan(announcement, published, zone, at)
            await self._note(announcement.id, zone, at, "planned")
        await occasions.set_state(self.connection, self.occurrence.id, "underway")
        await self._goes_on(announcement)
        return announcement

    async def _goes_on(self, announcement: Announcement) -> None:
        """There is something to send; while staff have paused it, that waits."""
        if announcement.state is not AnnouncementState.PAUSED:
            await ledger.set_state(
                self.connection,
                announcement.id,
                AnnouncementState.SENDING,
                reason=announcement.reason,
            )

    async def _announcement(
        self, published_id: int | None, due_at: datetime, known: Announcement | None
    ) -> Announcement:
        if known is None:
            await ledger.announce(
                self.database,
                self.connection,
                key=self.key,
                kind="occurrence",
                published_id=published_id,
                occurrence_id=self.occurrence.id,
                due_at=due_at,
                now=self.now,
            )
        else:
            await ledger.set_published(self.connection, known.id, published_id)
        found = await ledger.by_key(self.connection, self.key)
        assert found is not None
        return found

    async def _published(self, announcement: Announcement | None) -> Published:
        """The page of this occurrence: the edition's, or one made of the title pattern."""
        if announcement is not None and announcement.published_id is not None:
            return await publication.by_id(self.connection, announcement.published_id)
        if self._is_edition and not self.occurrence.lead:
            await repository.set_state(
                self.connection, self.release, ReleaseState.PUBLISHED, self.now
            )
            ident = await publication.publish(
                self.database, self.connection, self.release, self.now
            )
        else:
            ident = await publication.publish_occurrence(
                self.database,
                self.connection,
                self.release,
                year=self.occurrence.year,
                lead=self.occurrence.lead,
                on=self.occurrence.civil_date,
                texts=await texts_of(self.connection, self.settings, self.release, self.occurrence),
                now=self.now,
            )
        await touch(self.database, self.connection)
        return await publication.by_id(self.connection, ident)

    @property
    def _is_edition(self) -> bool:
        return carrier.is_edition(self.release, self.occurrence.spec, self.occurrence.occasion_date)

    async def _plan(
        self, announcement: Announcement, published: Published, zone: str, at: datetime
    ) -> None:
        for wish in await audience.preferences(self.connection, zone, told(published)):
            await self._plan_wish(announcement, published, zone, at, wish)

    async def _plan_wish(
        self,
        announcement: Announcement,
        published: Published,
        zone: str,
        at: datetime,
        wish: Preference,
        moved_after: datetime | None = None,
    ) -> int:
        choice = choose(wish.languages, published.variants, self.settings.languages)
        if choice is None or not wants(wish.topics, published.topics):
            return 0
        return await self.plan(
            self.database,
            self.connection,
            announcement,
            wish,
            choice,
            due_at=at,
            before=at,
            zone=zone,
            moved_after=moved_after,
        )

    async def _hold(self, announcement: Announcement | None, due: _Due) -> list[Notice]:
        """Ask staff about zones whose hour passed too long ago, while the service was down.

        Where nobody who wants it had subscribed by then there is nothing to ask.
        """
        own_page = self._is_edition and not self.occurrence.lead
        among = choosers(new=own_page, anniversary=True)
        due.late = [
            (zone, at)
            for zone, at in due.late
            if (announcement is None and zone == self.settings.timezone)
            or await audience.anybody(self.connection, zone, before=at, among=among)
        ]
        if not due.late:
            return []
        if announcement is None:
            announcement = await self._announcement(None, due.late[0][1], None)
            await ledger.set_state(
                self.connection, announcement.id, AnnouncementState.HELD, reason="late"
            )
        for zone, at in due.late:
            await self._note(announcement.id, zone, at, "held")
        zones = tuple(zone for zone, _ in due.late)
        what = text(
            "Too late in these time zones: {zones}. It is held there; resume or cancel it: "
            "{announcement}.",
            announcement=called(self.key),
            key=self.key,
            zones=zones,
        )
        return [Notice(key=f"late/{self.key}/{zones[0]}", what=what, urgent=True)]

    async def _note(self, announcement_id: int, zone: str, at: datetime, state: str) -> None:
        await self.connection.execute(
            insert(t.wave).values(
                announcement_id=announcement_id, zone=zone, due_at=at, state=state
            )
        )


async def texts_of(
    connection: AsyncConnection, settings: Settings, release: Release, occurrence: Occurrence
) -> dict[str, tuple[str, str]]:
    """What an occurrence says without an edition: language → (headline, body in Markdown)."""
    assert release.id is not None
    out = await publication.of_release(connection, release.id)
    latest = next((p for p in out if p.year is None), None)
    ahead = (occurrence.lead, occurrence.occasion_date) if occurrence.lead else None
    return occurrence_texts(release, occurrence.number, latest, settings, ahead=ahead)


async def reopen(connection: AsyncConnection, announcement: Announcement) -> None:
    """Let an announcement's held zones be planned at the planner's next look."""
    await connection.execute(
        delete(t.wave).where(t.wave.c.announcement_id == announcement.id, t.wave.c.state == "held")
    )
    if announcement.occurrence_id is not None:
        await occasions.set_state(connection, announcement.occurrence_id, "underway")
        await occasions.set_planned(connection, announcement.occurrence_id, None)
