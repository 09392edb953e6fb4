"""Which releases commemorate the same thing: the editions of one observance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases.release import ObservanceSpec, Release
from bot.store import tables as t

_YEARS = re.compile(r"(?<!\d)\d{4}(?!\d)")


async def series_of(connection: AsyncConnection, release: Release, spec: ObservanceSpec) -> str:
    """The name of the series that ``release`` belongs to: the slug of its first release.

    What ``edition_of`` says counts. Otherwise a release of the same origin is taken for the same
    observance where its title pattern or its slug says so, or where neither has a pattern and
    they share a topic: several things may have happened on one day.
    """
    if release.edition_of is not None:
        return await _series(connection, release.edition_of) or release.edition_of
    ours = _patterns((v.language, v.occasion, v.headline) for v in release.variants.values())
    for other in await _of_origin(connection, spec, but=release.slug):
        theirs = _patterns(await _titles(connection, other.release_id))
        if ours and theirs:
            same = any(ours[tag] == theirs[tag] for tag in ours.keys() & theirs.keys())
        else:
            same = set(release.topics) == set(other.topics) or bool(
                set(release.topics) & set(other.topics)
            )
        if same or stem(release.slug) == stem(other.slug):
            return str(other.series)
    return release.slug


async def inherited(connection: AsyncConnection, release: Release) -> Row[Any] | None:
    """The observance of the release that this one is an edition of, if that is here."""
    return (
        await connection.execute(
            select(t.observance)
            .join(t.release, t.release.c.id == t.observance.c.release_id)
            .where(t.release.c.slug == release.edition_of)
        )
    ).one_or_none()


def stem(slug: str) -> str:
    """The slug without the years in it: “charter-2026” and “charter-2027” are of one series."""
    return "-".join(part for part in _YEARS.sub("", slug).split("-") if part)


def _patterns(titles: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Language → title pattern, of (language, occasion, headline); a title for one year is none."""
    found = {language: occasion or headline for language, occasion, headline in titles}
    return {tag: title for tag, title in found.items() if "{" in title}


async def _series(connection: AsyncConnection, slug: str) -> str | None:
    series: str | None = await connection.scalar(
        select(t.observance.c.series)
        .join(t.release, t.release.c.id == t.observance.c.release_id)
        .where(t.release.c.slug == slug)
    )
    return series


async def _of_origin(
    connection: AsyncConnection, spec: ObservanceSpec, *, but: str
) -> Sequence[Any]:
    rows = await connection.execute(
        select(
            t.observance.c.release_id, t.observance.c.series, t.release.c.slug, t.release.c.topics
        )
        .join(t.release, t.release.c.id == t.observance.c.release_id)
        .where(
            t.observance.c.origin == spec.origin,
            t.observance.c.calendar == spec.calendar,
            t.release.c.slug != but,
        )
        .order_by(t.release.c.date, t.release.c.id)
    )
    return rows.all()


async def _titles(connection: AsyncConnection, release_id: int) -> list[tuple[str, str, str]]:
    rows = await connection.execute(
        select(t.variant.c.language, t.variant.c.occasion, t.variant.c.headline).where(
            t.variant.c.release_id == release_id
        )
    )
    return [(row.language, row.occasion, row.headline) for row in rows]
