"""Anniversaries as readers may know of them: of releases that are out, by approved titles.

What is in preparation or under embargo has nothing published, and is therefore not in here.
Dates are Gregorian ones whatever calendar an observance goes by: Babel brings the months of no
other calendar, so that a day of one could not be written in a reader's language.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.occasions.observance import Anniversary, anniversaries
from bot.occasions.repository import Occurrence
from bot.occasions.title import has_number, occasion_title, published_pattern
from bot.releases import publication, repository
from bot.releases.calendars import BeyondCalendar
from bot.releases.publication import Published
from bot.releases.recurrence import LONGEST_WEEKEND, day_in
from bot.releases.release import ObservanceSpec, PubStatus, Release
from bot.store import tables as t

LONGEST_WAIT = 100
"""Years within which an anniversary is still said to be coming."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An anniversary in each language that its release is out in.

    ``series`` is the slug of the first release of its observance that is out. ``day`` is the day
    itself, wherever the weekend is. ``pages`` is where readers of a language find more: the page
    of that year, else the release's own, else the newest about it.
    """

    slug: str
    series: str
    anniversary: Anniversary
    calendar: str
    day: date
    titles: Mapping[str, str]
    pages: Mapping[str, Published]

    @property
    def on(self) -> date:
        return self.anniversary.occasion

    @property
    def moved_from(self) -> date | None:
        return self.day if self.day != self.on else None


async def of_occurrences(connection: AsyncConnection, found: Sequence[Occurrence]) -> list[Entry]:
    """What readers may know of these, in the same order; days ahead of an anniversary are none."""
    days = [occurrence for occurrence in found if not occurrence.lead]
    known = await _known(connection, {occurrence.release_id for occurrence in days})
    return _each_once(
        known[occurrence.release_id].entry(
            Anniversary(
                number=occurrence.number,
                year=occurrence.year,
                occasion=occurrence.occasion_date,
            )
        )
        for occurrence in days
        if occurrence.release_id in known
    )


async def between(connection: AsyncConnection, first: date, last: date) -> list[Entry]:
    """Every anniversary with ``first <= on <= last``, in order; none before its release's date.

    It takes milliseconds for each observance: in a thread, so that others are served meanwhile.
    """
    known = await _known(connection)
    return await asyncio.to_thread(_between, known.values(), first, last)


def _between(known: Iterable[_Told], first: date, last: date) -> list[Entry]:
    entries = [
        told.entry(anniversary)
        for told in known
        for anniversary in anniversaries(
            replace(told.spec, lead=()), first - timedelta(days=1), last
        )
        if anniversary.occasion >= told.release.date
    ]
    return _each_once(sorted(entries, key=lambda entry: (entry.on, entry.slug)))


@dataclass(frozen=True, kw_only=True)
class Commemoration:
    """One observance over the years: what is out of it, oldest first, and the anniversaries next
    to come. Pages of days ahead of an anniversary are not among them."""

    pages: Sequence[Published] = ()
    coming: Sequence[Entry] = ()


async def of_release(
    connection: AsyncConnection, release_id: int, today: date, most: int
) -> Commemoration:
    """What this release commemorates; of what comes after ``today``, at most ``most``."""
    series = await connection.scalar(
        select(t.observance.c.series).where(t.observance.c.release_id == release_id)
    )
    if series is None:
        return Commemoration()
    told = (await _known(connection, series=series)).values()
    until = date(min(today.year + LONGEST_WAIT, date.max.year), 12, 31)
    coming = _each_once(
        one.entry(anniversary)
        for one in told
        for anniversary in islice(anniversaries(replace(one.spec, lead=()), today, until), most)
    )
    pages = [copy for one in told for copy in one.copies if not copy.lead]
    pages.sort(key=lambda page: (page.date, page.id))
    return Commemoration(pages=pages, coming=coming[:most])


async def series_names(connection: AsyncConnection) -> dict[int, str]:
    """What each release that has an observance commemorates, by the release's id."""
    rows = await connection.execute(select(t.observance.c.release_id, t.observance.c.series))
    return {row.release_id: row.series for row in rows}


def moved_from(occurrence: Occurrence) -> date | None:
    """The day itself, where the occurrence is kept on another."""
    anniversary = Anniversary(
        number=occurrence.number, year=occurrence.year, occasion=occurrence.occasion_date
    )
    day = _day_itself(occurrence.spec, anniversary)
    return None if day == occurrence.occasion_date else day


def in_language(entries: Iterable[Entry], language: str) -> list[Entry]:
    """Those that readers of ``language`` can read of."""
    return [entry for entry in entries if language in entry.titles]


@dataclass(frozen=True, kw_only=True)
class _Told:
    """A release that is out, with what was published of it, newest first."""

    release: Release
    spec: ObservanceSpec
    series: str
    copies: Sequence[Published]

    def entry(self, anniversary: Anniversary) -> Entry:
        day = _day_itself(self.spec, anniversary)
        own = next((copy for copy in self.copies if copy.year is None), None)
        of_the_day = [c for c in self.copies if c.year == anniversary.year and not c.lead]
        if own is not None and own.date in (day, anniversary.occasion):
            of_the_day.insert(0, own)
        pages: dict[str, Published] = {}
        for copy in (*of_the_day, *([own] if own else ()), *self.copies):
            pages = dict.fromkeys(copy.variants, copy) | pages
        return Entry(
            slug=self.release.slug,
            series=self.series,
            anniversary=anniversary,
            calendar=self.spec.calendar,
            day=day,
            titles={
                tag: self._title(anniversary.number, own, page, tag, of_the_day)
                for tag, page in pages.items()
            },
            pages=pages,
        )

    def _title(
        self,
        number: int,
        own: Published | None,
        page: Published,
        language: str,
        of_the_day: Sequence[Published],
    ) -> str:
        """By the pattern; without one the headline of what was published for the day, if there
        is any."""
        pattern = published_pattern(self.release, own, language)
        if not has_number(pattern) and page in of_the_day:
            return page.variants[language].headline
        return occasion_title(pattern, number, language)


def _day_itself(spec: ObservanceSpec, anniversary: Anniversary) -> date:
    """Where it was before it was moved. An observance that was edited since may know nothing of
    the years that it had before."""
    try:
        day = day_in(spec, anniversary.year)
    except BeyondCalendar:
        day = None
    is_near = day is not None and abs((day - anniversary.occasion).days) <= LONGEST_WEEKEND
    return day if day is not None and is_near else anniversary.occasion


async def _known(
    connection: AsyncConnection, wanted: Iterable[int] | None = None, series: str | None = None
) -> dict[int, _Told]:
    """What is out of the releases ``wanted`` (of all, if ``None``) that commemorate something:
    what belongs to ``series``, if that is given."""
    o, r = t.observance, t.release
    query = (
        select(o.c.release_id, o.c.series, r.c.slug)
        .join(r, r.c.id == o.c.release_id)
        .where(o.c.accepted.is_(True), r.c.id.in_(select(t.published.c.release_id)))
        .order_by(r.c.id)
    )
    if series is not None:
        query = query.where(o.c.series == series)
    rows = (await connection.execute(query)).all()
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row.series, row.slug)
    named = {row.release_id: first[row.series] for row in rows}
    if wanted is not None:
        named = {ident: named[ident] for ident in wanted if ident in named}
    releases = await repository.by_ids(connection, named)
    copies = await publication.of_releases(connection, named)
    return {
        ident: _Told(
            release=release,
            spec=release.observance,
            series=named[ident],
            copies=copies[ident],
        )
        for ident, release in releases.items()
        if release.observance is not None and release.pubstatus is PubStatus.USABLE
    }


def _each_once(entries: Iterable[Entry]) -> list[Entry]:
    """One anniversary is one entry, in each language from the newest release of its series."""
    found: dict[tuple[str, int], Entry] = {}
    for entry in entries:
        key = (entry.series, entry.anniversary.year)
        other = found.get(key)
        found[key] = entry if other is None else _together(entry, other)
    return sorted(found.values(), key=lambda entry: entry.on)


def _together(one: Entry, other: Entry) -> Entry:
    newer, older = (one, other) if _age(one) >= _age(other) else (other, one)
    return replace(
        newer,
        titles={**older.titles, **newer.titles},
        pages={**older.pages, **newer.pages},
    )


def _age(entry: Entry) -> tuple[date, int]:
    newest = max(entry.pages.values(), key=lambda page: (page.date, page.release_id))
    return newest.date, newest.release_id
