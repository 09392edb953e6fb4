"""What readers may see: the published copy of a release, taken from its approved variants.

Pages, feeds and messages read only this. A draft, an embargoed text or an unapproved change is
therefore not hidden from readers: it is not in what they read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases.calendars import BeyondCalendar
from bot.releases.recurrence import number_on
from bot.releases.release import Contact, Issuer, RelatedDocument, Release
from bot.releases.repository import shared_row, shared_values
from bot.store import tables as t
from bot.store.database import Database
from translations.formats import fill_pattern


@dataclass(frozen=True, kw_only=True)
class PublishedVariant:
    language: str
    headline: str
    subhead: str
    body: str
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Published:
    """A release as readers see it. ``year`` is set for an occurrence without an edition, with
    ``lead`` where it is announced so many days ahead."""

    id: int
    release_id: int
    year: int | None
    lead: int
    slug: str
    original: str
    date: date
    dateline: str
    topics: tuple[str, ...]
    issuer: Issuer
    contact: Contact
    related: tuple[RelatedDocument, ...]
    archive: bool
    published_at: datetime
    updated_at: datetime
    variants: Mapping[str, PublishedVariant]


def filled_headline(release: Release, language: str) -> str:
    """The headline with ``{ordinal}`` and ``{years}`` counted to the release's own date, in the
    years of the observance's calendar; unfilled where that does not reach to the date."""
    headline = release.variants[language].headline
    if release.observance is None:
        return headline
    try:
        number = number_on(release.observance, release.date)
    except BeyondCalendar:
        return headline
    return fill_pattern(headline, number, language)


async def publish(
    database: Database, connection: AsyncConnection, release: Release, now: datetime
) -> int:
    """Copy every approved variant to where readers see it; returns the published id.

    A variant that is already out stays as it is: a change to it is a correction, an act of its
    own (product rule 7).
    """
    now = now.replace(microsecond=0)
    ident = await connection.scalar(
        select(t.published.c.id).where(
            t.published.c.release_id == release.id, t.published.c.year.is_(None)
        )
    )
    if ident is None:
        values = shared_row(release) | {
            "release_id": release.id,
            "slug": release.slug,
            "original": release.original,
            "date": release.date,
            "archive": release.archive,
        }
        ident = await _insert(connection, values, now)
    added = [
        (
            tag,
            filled_headline(release, tag),
            release.variants[tag].subhead,
            release.variants[tag].body,
        )
        for tag in release.approved_languages
    ]
    await _add_variants(database, connection, ident, added, now)
    return ident


async def publish_occurrence(
    database: Database,
    connection: AsyncConnection,
    release: Release,
    *,
    year: int,
    lead: int,
    on: date,
    texts: Mapping[str, tuple[str, str]],
    now: datetime,
) -> int:
    """Make the page of an occurrence without an edition: language → (headline, body).

    It has a slug of its own and names the release it commemorates by issuer and topics; never
    its paragraphs (product rule 4).
    """
    now = now.replace(microsecond=0)
    where = (
        t.published.c.release_id == release.id,
        t.published.c.year == year,
        t.published.c.lead == lead,
    )
    ident = await connection.scalar(select(t.published.c.id).where(*where))
    if ident is None:
        values = shared_row(release) | {
            "release_id": release.id,
            "year": year,
            "lead": lead,
            "slug": await _free_slug(connection, occurrence_slug(release.slug, year, lead)),
            "original": release.original if release.original in texts else next(iter(texts)),
            "date": on,
            "dateline": "",
            "related": [],
            "archive": False,
        }
        ident = await _insert(connection, values, now)
    added = [(tag, headline, "", body) for tag, (headline, body) in texts.items()]
    await _add_variants(database, connection, ident, added, now)
    return ident


def occurrence_slug(slug: str, year: int, lead: int) -> str:
    """The name of the page of one occurrence: “charter-2027”, “charter-2027-in-7-days”."""
    return f"{slug}-{year}-in-{lead}-days" if lead else f"{slug}-{year}"


async def _insert(connection: AsyncConnection, values: dict[str, Any], now: datetime) -> int:
    result = await connection.execute(
        insert(t.published)
        .values(**values, published_at=now, updated_at=now)
        .returning(t.published.c.id)
    )
    ident: int = result.scalar_one()
    return ident


async def _free_slug(connection: AsyncConnection, wanted: str) -> str:
    """``wanted``, or with a number when a release already has that slug."""
    slug, n = wanted, 1
    while await connection.scalar(
        select(t.release.c.id).where(t.release.c.slug == slug)
    ) or await connection.scalar(select(t.published.c.id).where(t.published.c.slug == slug)):
        n += 1
        slug = f"{wanted}-{n}"
    return slug


async def _add_variants(
    database: Database,
    connection: AsyncConnection,
    ident: int,
    added: Sequence[tuple[str, str, str, str]],
    now: datetime,
) -> None:
    known = set(
        await connection.scalars(
            select(t.published_variant.c.language).where(
                t.published_variant.c.published_id == ident
            )
        )
    )
    rows = [
        {
            "published_id": ident,
            "language": tag,
            "headline": headline,
            "subhead": subhead,
            "body": body,
            "published_at": now,
            "updated_at": now,
        }
        for tag, headline, subhead, body in added
        if tag not in known
    ]
    if rows:
        await connection.execute(insert(t.published_variant), rows)
        await connection.execute(
            update(t.published).where(t.published.c.id == ident).values(updated_at=now)
        )


async def by_slug(connection: AsyncConnection, slug: str) -> Published | None:
    found = await _load(connection, t.published.c.slug == slug)
    return found[0] if found else None


async def by_id(connection: AsyncConnection, ident: int) -> Published:
    return (await _load(connection, t.published.c.id == ident))[0]


async def by_ids(connection: AsyncConnection, idents: Collection[int]) -> dict[int, Published]:
    """Many at once; those that are not there are left out."""
    wanted = sorted(idents)
    found: dict[int, Published] = {}
    for start in range(0, len(wanted), 500):  # well under SQLite's limit of bound values
        some = wanted[start : start + 500]
        found |= {p.id: p for p in await _load(connection, t.published.c.id.in_(some))}
    return found


async def of_release(connection: AsyncConnection, release_id: int) -> list[Published]:
    """The published copies of a release, its occurrences included, newest first."""
    return await _load(connection, t.published.c.release_id == release_id)


async def of_releases(
    connection: AsyncConnection, release_ids: Collection[int]
) -> dict[int, list[Published]]:
    """The same of many releases at once, by release; those with nothing out have an empty list."""
    wanted = sorted(release_ids)
    found: dict[int, list[Published]] = {ident: [] for ident in wanted}
    for start in range(0, len(wanted), 100):  # each may have several copies, and ids are bound
        some = wanted[start : start + 100]
        for published in await _load(connection, t.published.c.release_id.in_(some)):
            found[published.release_id].append(published)
    return found


async def languages(connection: AsyncConnection) -> tuple[str, ...]:
    """Every language that anything is published in."""
    found = await connection.scalars(
        select(t.published_variant.c.language).distinct().order_by(t.published_variant.c.language)
    )
    return tuple(found)


async def topics(connection: AsyncConnection) -> tuple[str, ...]:
    """Every topic that anything published carries, sorted."""
    lists = await connection.scalars(select(t.published.c.topics).distinct())
    return tuple(sorted({topic for topics in lists for topic in topics}))


async def newest(
    connection: AsyncConnection,
    language: str | None = None,
    *,
    limit: int,
    offset: int = 0,
    archive: bool = True,
) -> list[Published]:
    """The newest releases, those with a variant in ``language`` if one is given.

    ``archive=False`` leaves out what was loaded as archive, as feeds and /latest do.
    """
    query = select(t.published.c.id)
    if language is not None:
        variants = t.published_variant
        query = query.join(variants, variants.c.published_id == t.published.c.id).where(
            variants.c.language == language
        )
    if not archive:
        query = query.where(t.published.c.archive.is_(False))
    query = query.order_by(t.published.c.published_at.desc(), t.published.c.id.desc())
    ids = list(await connection.scalars(query.limit(limit).offset(offset)))
    return await _load(connection, t.published.c.id.in_(ids)) if ids else []


async def count(connection: AsyncConnection, language: str) -> int:
    from sqlalchemy import func

    variants = t.published_variant
    return int(
        await connection.scalar(
            select(func.count()).select_from(variants).where(variants.c.language == language)
        )
        or 0
    )


async def _load(connection: AsyncConnection, where: Any) -> list[Published]:
    rows = (
        await connection.execute(
            select(t.published)
            .where(where)
            .order_by(t.published.c.published_at.desc(), t.published.c.id.desc())
        )
    ).all()
    variants: dict[int, list[Row[Any]]] = {}
    ids = [row.id for row in rows]
    for row in await connection.execute(
        select(t.published_variant)
        .where(t.published_variant.c.published_id.in_(ids))
        .order_by(t.published_variant.c.language)
    ):
        variants.setdefault(row.published_id, []).append(row)
    return [_published(row, variants.get(row.id, [])) for row in rows]


def _published(row: Row[Any], variants: Sequence[Row[Any]]) -> Published:
    return Published(
        id=row.id,
        release_id=row.release_id,
        year=row.year,
        lead=row.lead,
        slug=row.slug,
        original=row.original,
        date=row.date,
        archive=row.archive,
        published_at=row.published_at,
        updated_at=row.updated_at,
        variants={
            v.language: PublishedVariant(
                language=v.language,
                headline=v.headline,
                subhead=v.subhead,
                body=v.body,
                published_at=v.published_at,
                updated_at=v.updated_at,
            )
            for v in variants
        },
        **shared_values(row),
    )
