"""Anniversaries to come, as readers may know of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.occasions import repository as occasions
from bot.occasions.repository import Occurrence
from bot.occasions.title import occasion_title
from bot.releases import publication, repository
from bot.releases.publication import Published, filled_headline
from bot.releases.release import Release

AHEAD = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Coming:
    """An anniversary in one language, and the published release that tells of it."""

    on: date
    title: str
    release: Published


async def occurrences(connection: AsyncConnection, today: date) -> list[Occurrence]:
    """Those of accepted observances from ``today`` on, for a year. Not yet for readers."""
    found = await occasions.between(connection, today, today + AHEAD)
    return [o for o in found if o.spec.accepted and o.state != "missed"]


def fingerprint(found: Sequence[Occurrence]) -> tuple[tuple[int, date, str], ...]:
    """What tells one state of the calendar from another."""
    return tuple((o.id, o.civil_date, o.state) for o in found)


async def coming(
    connection: AsyncConnection, found: Sequence[Occurrence], language: str
) -> list[Coming]:
    """Of ``found``, what readers of ``language`` may see: their release is out in it."""
    known: dict[int, tuple[Release, Published | None]] = {}
    shown: list[Coming] = []
    for occurrence in found:
        ident = occurrence.release_id
        if ident not in known:
            copies = await publication.of_release(connection, ident)
            known[ident] = (
                await repository.by_id(connection, ident),
                next((copy for copy in copies if language in copy.variants), None),
            )
        release, published = known[ident]
        if published is not None:
            title = _title(release, published, language, occurrence.number)
            shown.append(Coming(on=occurrence.civil_date, title=title, release=published))
    return shown


def by_year(entries: Sequence[Coming]) -> Mapping[int, list[Coming]]:
    years: dict[int, list[Coming]] = {}
    for entry in entries:
        years.setdefault(entry.on.year, []).append(entry)
    return years


def _title(release: Release, published: Published, language: str, number: int) -> str:
    """The approved title pattern, or that of the headline as published, counted.

    Where neither is there only the number is known.
    """
    pattern = ""
    if language in release.approved_languages:
        variant = release.variants[language]
        pattern = variant.occasion
        if published.variants[language].headline == filled_headline(release, language):
            pattern = pattern or variant.headline
    return occasion_title(pattern, number, language)
