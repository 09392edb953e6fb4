"""Which release speaks for an occurrence: this year's edition, else the newest of its series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.occasions.observance import anniversaries
from bot.occasions.repository import Occurrence
from bot.releases import repository, review
from bot.releases.calendars import BeyondCalendar
from bot.releases.release import (
    Completeness,
    ObservanceSpec,
    PubStatus,
    Release,
    ReleaseState,
)
from bot.settings import Settings

MOVES_AT_MOST = timedelta(days=3)
ONE_DAY = timedelta(days=1)


def is_edition(release: Release, spec: ObservanceSpec, occasion: date) -> bool:
    """Whether ``release`` was prepared for the day ``occasion``: it bears its date.

    Where the observance moves, its date may be the day itself or the day to which it is moved.
    """
    if release.archive:
        return False
    apart = abs(release.date - occasion)
    return apart <= MOVES_AT_MOST if spec.move else not apart


def is_for_an_anniversary(release: Release) -> bool:
    """Whether it was prepared for any anniversary of its own observance."""
    spec = release.observance
    if spec is None or not spec.accepted:
        return False
    around = release.date - MOVES_AT_MOST - ONE_DAY, release.date + MOVES_AT_MOST
    try:
        found = [a for a in anniversaries(spec, *around) if not a.lead]
    except (BeyondCalendar, OverflowError):
        return False
    return any(is_edition(release, spec, a.occasion) for a in found)


async def is_covered(connection: AsyncConnection, release: Release, occurrence: Occurrence) -> bool:
    """Whether another announcement is that of this occurrence of ``release``: its publication on
    the day, this year's edition under a slug of its own, or a later release of the series."""
    spec, occasion = occurrence.spec, occurrence.occasion_date
    if is_edition(release, spec, occasion) and release.state is ReleaseState.PUBLISHED:
        return True
    others = [
        other
        for other in await repository.in_series(connection, occurrence.series)
        if other.id != release.id and other.pubstatus is PubStatus.USABLE
    ]
    return _is_taken_over(release, others, spec, occasion, occurrence.lead)


def _is_taken_over(
    release: Release, others: Sequence[Release], spec: ObservanceSpec, occasion: date, lead: int
) -> bool:
    """Of several editions of one year the first is the announcement; else the newest that is
    out before the day speaks, and its observance decides."""
    editions = [
        other
        for other in others
        if not lead and is_edition(other, spec, occasion) and other.is_approved(other.original)
    ]
    if is_edition(release, spec, occasion):
        if lead:  # who read of it before read of it there
            return any(other.state is ReleaseState.PUBLISHED for other in others)
        return any(_age(other) < _age(release) for other in editions)
    return bool(editions) or any(
        _age(release) < _age(other) and other.date < occasion
        for other in others
        if other.state is ReleaseState.PUBLISHED
    )


def _age(release: Release) -> tuple[date, int]:
    return release.date, release.id or 0


def is_in_force(release: Release, settings: Settings, now: datetime, *, lead: int) -> bool:
    """Whether its texts may be announced at ``now``: approved for it, and never before an
    embargo. What waits for a time of its own is announced ahead only where that is asked for."""
    ready = review.readiness(
        release, settings.required_languages, Completeness(settings.completeness)
    )
    waiting = release.state is ReleaseState.HELD or (
        release.state is ReleaseState.QUEUED and not lead
    )
    if not ready.ready or waiting or is_under_embargo(release, now):
        return False
    return release.pubstatus is PubStatus.USABLE


def is_under_embargo(release: Release, now: datetime) -> bool:
    return release.embargo is not None and release.embargo.at > now
