"""Reminds staff of anniversaries to come, once a day, at the office's occasion hour.

What it costs does not grow with what is still to come: it looks at the days that are one of the
reminders' distances away, and only when such a day begins or an observance has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import beforehand, carrier
from bot.delivery.announcement import occurrence_key
from bot.occasions.calendar import local_date, moment_in
from bot.occasions.reminders import Preparation, lacking, reminders, step_due
from bot.occasions.title import has_number, occasion_title
from bot.releases import notices, repository, review
from bot.releases.release import Completeness, PubStatus, Release, ReleaseState
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database, recalled, remember

KEY = "reminded"

ONE_DAY = timedelta(days=1)

AT_A_LOOK = 20
"""Anniversaries taken in one transaction: others get their turn in between."""

KEPT = timedelta(days=400)
"""After so long nothing with the same key is told any more."""


@dataclass(frozen=True)
class _Days:
    """The days whose reminders are to be given: after ``since``, up to ``until``, on ``today``."""

    since: date
    until: date
    today: date

    def step(self, on: date, steps: Sequence[int]) -> int | None:
        return step_due(on, steps, since=self.since, until=self.until, today=self.today)


async def look(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    now: datetime,
    *,
    changed: bool,
) -> datetime:
    """Post the reminders that are due; returns when to look again (UTC).

    ``changed``: an observance was added or edited, and may have one today.
    """
    until = _day_begun(settings, now)
    kept = await recalled(connection, KEY)
    yesterday = until - ONE_DAY
    seen = date.fromisoformat(kept) if kept is not None else yesterday
    if seen == until and not changed:
        return _next(settings, until)
    # A day that is still to come was noted by a clock that has since been set back.
    days = _Days(min(seen, yesterday), until, local_date(settings.timezone, now))
    left = await _remind(database, settings, connection, days, now)
    done = days.since if left else until
    if done.isoformat() != kept:
        await remember(database, connection, KEY, done.isoformat())
        await notices.forget(connection, now - KEPT)
    return now if left else _next(settings, until)


def _day_begun(settings: Settings, now: datetime) -> date:
    """The last civil date whose occasion hour has come in the office's zone."""
    today = local_date(settings.timezone, now)
    begun = moment_in(settings.timezone, today, settings.occasion_hour) <= now
    return today if begun else today - ONE_DAY


def _next(settings: Settings, day: date) -> datetime:
    return moment_in(settings.timezone, day + ONE_DAY, settings.occasion_hour)


async def _remind(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    days: _Days,
    now: datetime,
) -> bool:
    """Post what is due and was not posted before; returns whether there is more."""
    due: dict[str, tuple[str, Row[Any]]] = {}
    for row in await _coming(connection, days):
        step = days.step(row.occasion_date, row.remind)
        if step is not None:
            due[_key(row.series, row.occasion_date, step)] = (row.series, row)
    known = await notices.known(connection, due)
    fresh = [due[key] for key in due if key not in known]
    for series, row in fresh[:AT_A_LOOK]:
        releases = [
            release
            for release in await repository.in_series(connection, series)
            if release.pubstatus is PubStatus.USABLE
        ]
        keys = [occurrence_key(release.slug, row.year) for release in releases]
        if await beforehand.is_cancelled(connection, keys):
            continue
        release = _speaker(releases, row.occasion_date)
        if release is None or release.observance is None:
            continue
        step = days.step(row.occasion_date, release.observance.remind)
        if step is None:
            continue
        found = _preparation(settings, release, row.number, row.occasion_date)
        key = _key(series, row.occasion_date, step)
        posted = reminders(found, key, step, days.today)
        await notices.post(database, connection, settings, now, posted)
    return len(fresh) > AT_A_LOOK


def _key(series: str, on: date, step: int) -> str:
    return f"remind/{series}/{on}/{step}"


async def _coming(connection: AsyncConnection, days: _Days) -> list[Row[Any]]:
    """Anniversaries on the days that are one of the reminders' distances away."""
    o, c = t.observance, t.occurrence.c
    lists = await connection.scalars(select(o.c.remind).where(o.c.accepted.is_(True)).distinct())
    found: list[Row[Any]] = []
    for first, last in _spans({step for steps in lists for step in steps}, days):
        found += await connection.execute(
            select(c.number, c.year, c.occasion_date, o.c.series, o.c.remind)
            .join(o, o.c.id == c.observance_id)
            .where(c.state == "coming", c.civil_date.between(first, last), c.lead == 0)
            .order_by(c.civil_date, c.id)
        )
    return found


def _spans(steps: Iterable[int], days: _Days) -> list[tuple[date, date]]:
    """The days to look at, none of them twice."""
    wanted = sorted(
        {
            on
            for step in steps
            for on in _from_to(
                max(days.since + ONE_DAY + timedelta(days=step), days.today),
                days.until + timedelta(days=step),
            )
        }
    )
    # Days that follow one another differ as much as their places do.
    runs = groupby(enumerate(wanted), key=lambda item: item[1].toordinal() - item[0])
    spans = []
    for _, run in runs:
        run_of_days = [on for _, on in run]
        spans.append((run_of_days[0], run_of_days[-1]))
    return spans


def _from_to(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _speaker(releases: Sequence[Release], occasion: date) -> Release | None:
    """The release to work on: the edition for that day, approved or not, else the newest that
    is out before it. ``None`` when the edition itself is out: that was the announcement."""
    editions = [
        release
        for release in releases
        if release.observance is not None
        and carrier.is_edition(release, release.observance, occasion)
    ]
    if any(release.state is ReleaseState.PUBLISHED for release in editions):
        return None
    if editions:
        return min(editions, key=lambda r: (not r.is_approved(r.original), r.date, r.id or 0))
    before = [release for release in releases if release.date < occasion]
    out = [release for release in before if release.state is ReleaseState.PUBLISHED]
    return max(out or before, key=lambda r: (r.date, r.id or 0), default=None)


def _preparation(settings: Settings, release: Release, number: int, on: date) -> Preparation:
    spec = release.observance
    assert spec is not None
    original = release.variants[release.original]
    required = release.required_languages or settings.required_languages
    ready = review.readiness(release, required, Completeness(settings.completeness))
    is_edition = carrier.is_edition(release, spec, on)
    title = original.occasion or original.headline
    if has_number(title) or not is_edition:
        title = occasion_title(title, number, release.original)
    return Preparation(
        title=title,
        on=on,
        slug=release.slug,
        is_edition=is_edition,
        is_held=release.state is ReleaseState.HELD,
        without_edition=spec.without_edition,
        lacking=lacking(release, required or settings.languages),
        holding=ready.holding,
    )
