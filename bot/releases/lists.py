"""What the newsroom lists: everything, what is on a topic, what bears a date of a year.

All of it is out and was not withdrawn. A page takes no longer because there are many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases.release import Issuer
from bot.store import tables as t

_L = t.listing


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """One list in each language: of a ``topic`` or a ``year``, else of everything."""

    topic: str = ""
    year: int = 0


EVERYTHING = Shelf()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A release as lists show it, in one language."""

    id: int
    slug: str
    date: date
    headline: str
    subhead: str
    issuer: Issuer
    topics: tuple[str, ...]


async def count(connection: AsyncConnection, language: str, shelf: Shelf) -> int:
    return int(await connection.scalar(_on(shelf, func.count(), language)) or 0)


async def page(
    connection: AsyncConnection, language: str, shelf: Shelf, *, limit: int, offset: int
) -> list[Entry]:
    """Newest first, by when they came out in ``language``; those of a year by their date."""
    by = _L.c.date if shelf.year else _L.c.published_at
    query = (
        _on(shelf, _L.c.published_id, language)
        .order_by(by.desc(), _L.c.published_id.desc())
        .limit(limit)
        .offset(offset)
    )
    return await entries(connection, language, (await connection.scalars(query)).all())


async def reaching(
    connection: AsyncConnection, languages: Iterable[str], shelf: Shelf, offset: int = 0
) -> list[str]:
    """Those of ``languages`` in which there is more than ``offset`` on the shelf."""
    return [
        language
        for language in languages
        if await connection.scalar(_on(shelf, _L.c.published_id, language).limit(1).offset(offset))
    ]


async def topics(connection: AsyncConnection, language: str) -> dict[str, int]:
    """Each topic with how many releases it has, in the order of their names."""
    query = (
        select(_L.c.topic, func.count().label("number"))
        .where(_L.c.language == language, _L.c.topic != "")
        .group_by(_L.c.topic)
        .order_by(_L.c.topic)
    )
    return {row.topic: row.number for row in await connection.execute(query)}


async def years(connection: AsyncConnection, language: str) -> dict[int, int]:
    """Each year that has releases with how many, the latest first."""
    found: dict[int, int] = {}
    latest = _on(EVERYTHING, func.max(_L.c.date), language)
    last = await connection.scalar(latest)
    while last is not None:
        found[last.year] = await count(connection, language, Shelf(year=last.year))
        last = await connection.scalar(latest.where(_L.c.date < date(last.year, 1, 1)))
    return found


async def entries(connection: AsyncConnection, language: str, idents: Sequence[int]) -> list[Entry]:
    """Published ids as entries, in their order."""
    p, pv = t.published, t.published_variant
    rows = await connection.execute(
        select(p.c.id, p.c.slug, p.c.date, p.c.topics, p.c.issuer, pv.c.headline, pv.c.subhead)
        .join(pv, pv.c.published_id == p.c.id)
        .where(p.c.id.in_(idents), pv.c.language == language)
    )
    found = {
        row.id: Entry(
            id=row.id,
            slug=row.slug,
            date=row.date,
            headline=row.headline,
            subhead=row.subhead,
            issuer=Issuer(**row.issuer),
            topics=tuple(row.topics),
        )
        for row in rows
    }
    return [found[ident] for ident in idents]


def _on(shelf: Shelf, what: Any, language: str) -> Select[Any]:
    query = select(what).select_from(_L)
    query = query.where(_L.c.language == language, _L.c.topic == shelf.topic)
    if shelf.year:
        query = query.where(_L.c.date.between(date(shelf.year, 1, 1), date(shelf.year, 12, 31)))
    return query
