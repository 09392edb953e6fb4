"""Announcing anniversaries: zone by zone, at the occasion hour of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.choice import choose, wants
from bot.delivery import ledger
from bot.delivery.announcement import (
    RESUMED,
    STANDSTILL,
    Announcement,
    AnnouncementState,
    occurrence_key,
)
from bot.delivery.guard import guarded
from bot.delivery.message import page_url
from bot.occasions import repository as occasions
from bot.occasions.calendar import civil_dates_at, moment_in
from bot.occasions.lateness import is_late
from bot.occasions.repository import Occurrence
from bot.occasions.title import occasion_title
from bot.releases import publication, repository, review
from bot.releases.body import escape
from bot.releases.publication import Published
from bot.releases.release import Completeness, PubStatus, Release, ReleaseState
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database, touch
from translations.catalogs import catalog_for
from translations.text import Text, text

NO_EDITION = "no_edition"


@dataclass
class _Due:
    """The zones whose hour has come and that were not announced to yet."""

    on_time: list[tuple[str, datetime]] = field(default_factory=list)
    late: list[tuple[str, datetime]] = field(default_factory=list)


async def announce_due(
    database: Database, settings: Settings, connection: AsyncConnection, now: datetime
) -> list[Text]:
    """Announce every occurrence whose hour has come in some zone; returns notices for staff."""
    first, last = civil_dates_at(now)
    coming = await occasions.between(connection, date.min, last, "coming", "underway")
    if not coming:
        return []
    zones = sorted({settings.timezone, *await audience.zones(connection)})
    notices: list[Text] = []
    for occurrence in coming:
        release = await repository.by_id(connection, occurrence.release_id, to_change=True)
        key = occurrence_key(release.slug, occurrence.civil_date)
        announcement = await ledger.by_key(connection, key, to_change=True)
        begun = announcement is not None and announcement.published_id is not None
        if not begun and await _is_covered(connection, release, occurrence):
            await occasions.set_state(connection, occurrence.id, "covered")
        elif begun or _in_force(release, settings, now):
            step = _Step(database, settings, connection, release, occurrence, now)
            notices += await guarded(connection, release.slug, step.take(zones))
        elif occurrence.civil_date < first and not _under_embargo(release, now):
            await occasions.set_state(connection, occurrence.id, "missed")
            notices.append(
                text(
                    "The anniversary of “{slug}” on {date} was not announced: "
                    "no text of it is approved and free to go out.",
                    slug=release.slug,
                    date=occurrence.civil_date,
                )
            )
    return notices


async def _is_covered(
    connection: AsyncConnection, release: Release, occurrence: Occurrence
) -> bool:
    """This year's announcement is another: the release's own publication on that date, or the
    release that was prepared for the day under a slug of its own."""
    if release.date == occurrence.civil_date:
        return release.state is ReleaseState.PUBLISHED
    return (
        await repository.edition_of(connection, occurrence.spec, occurrence.civil_date) is not None
    )


def _in_force(release: Release, settings: Settings, now: datetime) -> bool:
    """Only from texts that were approved for it, never before an embargo."""
    waiting = release.state in (ReleaseState.QUEUED, ReleaseState.HELD)
    ready = review.readiness(
        release, settings.required_languages, Completeness(settings.completeness)
    )
    if not ready.ready or waiting or _under_embargo(release, now):
        return False
    return release.pubstatus is PubStatus.USABLE


def _under_embargo(release: Release, now: datetime) -> bool:
    return release.embargo is not None and release.embargo.at > now


def occurrence_texts(
    release: Release, number: int, latest: Published | None, settings: Settings
) -> dict[str, tuple[str, str]]:
    """What an occurrence without an edition says: language → (headline, body in Markdown).

    The approved title pattern with the new number; headline, date and address of the latest
    release; never its paragraphs, which may count the years (product rule 4).
    """
    texts = {}
    for tag in release.approved_languages:
        variant = release.variants[tag]
        pattern = variant.occasion or variant.headline
        body = ""
        if latest is not None:
            shown = latest.variants.get(tag) or latest.variants[latest.original]
            intro = catalog_for(tag).render(text("Our release of {date}:", date=latest.date))
            url = page_url(settings, latest.slug, shown.language)
            body = f"{escape(intro)}\n\n[{escape(shown.headline)}]({url})"
        texts[tag] = (occasion_title(pattern, number, tag), body)
    return texts


@dataclass
class _Step:
    """One look at one occurrence, inside the planner's transaction."""

    database: Database
    settings: Settings
    connection: AsyncConnection
    release: Release
    occurrence: Occurrence
    now: datetime

    @property
    def key(self) -> str:
        return occurrence_key(self.release.slug, self.occurrence.civil_date)

    async def take(self, zones: Sequence[str]) -> list[Text]:
        announcement = await ledger.by_key(self.connection, self.key)
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
        """No release was prepared for this year, and the observance does not announce by itself."""
        if self._is_edition or self.occurrence.spec.without_edition != "hold":
            return False
        return announcement is None or (
            announcement.state is AnnouncementState.HELD and announcement.reason == NO_EDITION
        )

    async def _ask(self, announcement: Announcement | None, due: _Due) -> list[Text]:
        first, _ = civil_dates_at(self.now)
        if self.occurrence.civil_date < first:
            await occasions.set_state(self.connection, self.occurrence.id, "done")
        if announcement is not None or not (due.on_time or due.late):
            return []
        moment = min(at for _, at in (*due.on_time, *due.late))
        held = await self._announcement(None, moment, None)
        await ledger.set_state(self.connection, held.id, AnnouncementState.HELD, reason=NO_EDITION)
        return [
            text(
                "No release was prepared for “{key}”. It is held; resume it to announce the "
                "title alone, or cancel it.",
                key=self.key,
            )
        ]

    async def _due(self, zones: Sequence[str], announcement: Announcement | None) -> _Due:
        resumed = announcement is not None and announcement.reason == RESUMED
        stands_still = (
            announcement is not None
            and announcement.state is AnnouncementState.HELD
            and announcement.reason == STANDSTILL
        )
        planned = await ledger.waves(self.connection, announcement.id) if announcement else {}
        due = _Due()
        hour = time.fromisoformat(self.occurrence.spec.at or str(self.settings.occasion_hour))
        for zone in zones:
            at = moment_in(zone, self.occurrence.civil_date, hour)
            for moment in (self.release.embargo, self.release.publish_at):
                # An edition's own time counts; a release that is out already had its time.
                if moment is not None and (self._is_edition or moment is self.release.embargo):
                    at = max(at, moment.at)
            if at > self.now or zone in planned:
                continue
            late = stands_still or (
                is_late(at, self.now, zone, self.occurrence.spec.catch_up) and not resumed
            )
            (due.late if late else due.on_time).append((zone, at))
        return due

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
        await ledger.set_state(
            self.connection,
            announcement.id,
            AnnouncementState.SENDING,
            reason=announcement.reason,
        )
        return announcement

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
        if self._is_edition:
            await repository.set_state(
                self.connection, self.release, ReleaseState.PUBLISHED, self.now
            )
            ident = await publication.publish(
                self.database, self.connection, self.release, self.now
            )
        else:
            assert self.release.id is not None
            out = await publication.of_release(self.connection, self.release.id)
            latest = next((p for p in out if p.year is None), None)
            ident = await publication.publish_occurrence(
                self.database,
                self.connection,
                self.release,
                on=self.occurrence.civil_date,
                texts=occurrence_texts(self.release, self.occurrence.number, latest, self.settings),
                now=self.now,
            )
        await touch(self.database, self.connection)
        return await publication.by_id(self.connection, ident)

    @property
    def _is_edition(self) -> bool:
        return self.release.date == self.occurrence.civil_date

    async def _plan(
        self, announcement: Announcement, published: Published, zone: str, at: datetime
    ) -> None:
        for wish in await audience.preferences(self.connection, zone):
            choice = choose(wish.languages, published.variants, self.settings.languages)
            if choice is None or not wants(wish.topics, published.topics):
                continue
            await ledger.plan(
                self.database,
                self.connection,
                announcement,
                wish,
                choice,
                due_at=at,
                before=at,
                zone=zone,
            )

    async def _hold(self, announcement: Announcement | None, due: _Due) -> list[Text]:
        """Ask staff about zones whose hour passed too long ago, while the service was down.

        Where nobody had subscribed by then there is nothing to ask.
        """
        due.late = [
            (zone, at)
            for zone, at in due.late
            if (announcement is None and zone == self.settings.timezone)
            or await audience.anybody(self.connection, zone, before=at)
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
        return [
            text(
                "The announcement “{key}” is too late in these time zones: {zones}. "
                "It is held there; resume or cancel it.",
                key=self.key,
                zones=tuple(zone for zone, _ in due.late),
            )
        ]

    async def _note(self, announcement_id: int, zone: str, at: datetime, state: str) -> None:
        await self.connection.execute(
            insert(t.wave).values(
                announcement_id=announcement_id, zone=zone, due_at=at, state=state
            )
        )


async def reopen(connection: AsyncConnection, announcement: Announcement) -> None:
    """Let an announcement's held zones be planned at the planner's next look."""
    await connection.execute(
        delete(t.wave).where(t.wave.c.announcement_id == announcement.id, t.wave.c.state == "held")
    )
    if announcement.occurrence_id is not None:
        await occasions.set_state(connection, announcement.occurrence_id, "underway")
