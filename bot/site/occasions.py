"""Anniversaries to come, as the calendar's page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.occasions import almanac
from bot.occasions import repository as occasions
from bot.occasions.repository import Occurrence
from bot.occasions.wording import remarks
from bot.releases.publication import Published
from translations.text import Text

AHEAD = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Coming:
    """An anniversary in one language, and the published release that tells of it.

    ``remarks`` say by which calendar it comes back, and that it was moved.
    """

    on: date
    title: str
    release: Published
    remarks: tuple[Text, ...] = ()


async def occurrences(connection: AsyncConnection, today: date) -> list[Occurrence]:
    """Those of accepted observances from ``today`` on, for a year. Not yet for readers."""
    found = await occasions.between(connection, today, today + AHEAD)
    return [o for o in found if o.spec.accepted and o.state != "missed" and not o.lead]


def fingerprint(found: Sequence[Occurrence]) -> tuple[tuple[int, date, str], ...]:
    """What tells one state of the calendar from another."""
    return tuple((o.id, o.civil_date, o.state) for o in found)


async def coming(
    connection: AsyncConnection, found: Sequence[Occurrence], language: str
) -> list[Coming]:
    """Of ``found``, what readers of ``language`` may see: their release is out in it."""
    entries = await almanac.of_occurrences(connection, found)
    return [
        Coming(
            on=entry.on,
            title=entry.titles[language],
            release=entry.pages[language],
            remarks=remarks(entry.calendar, entry.moved_from),
        )
        for entry in almanac.in_language(entries, language)
    ]


def by_year(entries: Sequence[Coming]) -> Mapping[int, list[Coming]]:
    years: dict[int, list[Coming]] = {}
    for entry in entries:
        years.setdefault(entry.on.year, []).append(entry)
    return years
