"""Anniversaries as pages show them: on the calendar, and beside a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.occasions import almanac
from bot.occasions.almanac import Entry
from bot.occasions.wording import remarks
from bot.releases.publication import Published
from translations.text import Text

AHEAD = timedelta(days=366)
NEAREST = 4
"""Anniversaries on either side that a release's page shows."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """An anniversary in one language. ``page`` is the published release that tells of it; beside
    a release there is none yet for what is still to come.

    ``remarks`` say by which calendar it comes back, and that it was moved.
    """

    on: date
    title: str
    page: Published | None
    remarks: tuple[Text, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Days:
    """What comes within a year, soonest first, and what was since the year before began, newest
    first; both by year."""

    coming: Mapping[int, Sequence[Day]]
    previous: Mapping[int, Sequence[Day]]


async def calendar(connection: AsyncConnection, today: date, language: str) -> Days:
    """What readers of ``language`` may see: their release is out in it."""
    first = date(max(today.year - 1, 1), 1, 1)
    found = almanac.in_language(await almanac.between(connection, first, today + AHEAD), language)
    days = [_day(entry, language) for entry in found]
    return Days(
        coming=_by_year(day for day in days if day.on >= today),
        previous=_by_year(day for day in reversed(days) if day.on < today),
    )


async def beside(
    connection: AsyncConnection, published: Published, language: str, today: date
) -> Sequence[Day]:
    """The anniversaries around that of this page, in order; itself among them.

    Nothing where it stands alone.
    """
    # Today's may be out already, and is not yet one that is still to come.
    since = today - timedelta(days=1)
    kept = await almanac.of_release(connection, published.release_id, since, NEAREST + 1)
    pages = [page for page in kept.pages if language in page.variants]
    place = sum(page.date <= published.date for page in pages)
    near = pages[max(place - 1 - NEAREST, 0) : place + NEAREST]
    told = {page.date for page in kept.pages}
    days = [
        *(Day(on=page.date, title=page.variants[language].headline, page=page) for page in near),
        *(
            Day(on=entry.on, title=entry.titles[language], page=None)
            for entry in almanac.in_language(kept.coming, language)
            if entry.on not in told
        ),
    ][: len(near) + NEAREST]
    return days if len(days) > 1 else ()


def _day(entry: Entry, language: str) -> Day:
    return Day(
        on=entry.on,
        title=entry.titles[language],
        page=entry.pages[language],
        remarks=remarks(entry.calendar, entry.moved_from),
    )


def _by_year(days: Iterable[Day]) -> dict[int, list[Day]]:
    years: dict[int, list[Day]] = {}
    for day in days:
        years.setdefault(day.on.year, []).append(day)
    return years
