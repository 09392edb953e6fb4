"""What published texts leave behind: by it a text is recognised, however old its wording is.

Written with the published copy, and of nothing else: a draft leaves no trace.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases import body, normal
from bot.store import tables as t

Wording = Sequence[str]
"""Headline, subhead, and the body in Markdown."""

MOST_MARKS = 64
COMMON = 50
"""What so many texts have in common finds none of them."""

CANDIDATES = 12
AT_ONCE = 5000
"""Marks that are looked up in one statement."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One wording of one published text, by digests. ``is_newest``: none came after it."""

    published_id: int
    language: str
    revision: int
    at: datetime
    units: tuple[str, ...]
    links: frozenset[str]
    is_newest: bool


def paragraphs(wording: Wording) -> list[str]:
    """A text as it is read, from the headline on."""
    headline, subhead, markdown = wording
    blocks = (f"{b.marker} {b.text}" if b.marker else b.text for b in body.paragraphs(markdown))
    return [part for part in (headline, subhead, *blocks) if part]


def links(markdown: str) -> list[str]:
    """Digests of the addresses that a body leads to."""
    spans = (span for block in body.paragraphs(markdown) for span in block.spans)
    return sorted({normal.address(span.url) for span in spans if span.kind == "link"})


async def leave(
    connection: AsyncConnection,
    published_id: int,
    wordings: Mapping[str, Wording],
    revision: int,
    now: datetime,
) -> None:
    """Note the wordings, by language, in which something was published ``now``. One that is as
    it was before leaves nothing new."""
    before = await _newest(connection, [published_id])
    for language, wording in wordings.items():
        text = normal.units(paragraphs(wording))
        row = {"units": [normal.digest(s) for s in text], "links": links(wording[2])}
        known = before.get((published_id, language))
        if known is not None and known[1] == row:
            continue
        ident = await connection.scalar(
            insert(t.trace)
            .values(published_id=published_id, language=language, revision=revision, at=now, **row)
            .returning(t.trace.c.id)
        )
        marks = await _telling(connection, normal.marks(text))
        if marks:
            await connection.execute(
                insert(t.trace_mark), [{"mark": mark, "trace_id": ident} for mark in marks]
            )


async def _telling(connection: AsyncConnection, marks: Sequence[int]) -> Sequence[int]:
    m = t.trace_mark.c
    query = select(m.mark).where(m.mark.in_(marks)).group_by(m.mark)
    common = set(await connection.scalars(query.having(func.count() >= COMMON)))
    return [mark for mark in marks if mark not in common][:MOST_MARKS]


async def find(connection: AsyncConnection, marks: Sequence[int]) -> list[Trace]:
    """The traces that have these marks, at most :data:`CANDIDATES`; those that have most first.

    As many statements whatever is found, so that nobody learns more from the time it takes.
    """
    m = t.trace_mark.c
    counts: dict[int, int] = {}
    for start in range(0, max(1, len(marks)), AT_ONCE):
        some = m.mark.in_(marks[start : start + AT_ONCE])
        counted = select(m.trace_id, func.count().label("n")).where(some).group_by(m.trace_id)
        ordered = counted.order_by(func.count().desc(), m.trace_id.desc())
        for row in await connection.execute(ordered.limit(CANDIDATES)):
            counts[row.trace_id] = counts.get(row.trace_id, 0) + row.n
    best = sorted(counts, key=lambda ident: (-counts[ident], -ident))[:CANDIDATES]
    query = select(t.trace).where(t.trace.c.id.in_(best))
    rows = sorted(await connection.execute(query), key=lambda row: best.index(row.id))
    newest = await _newest(connection, {row.published_id for row in rows})
    return [
        Trace(
            published_id=row.published_id,
            language=row.language,
            revision=row.revision,
            at=row.at,
            units=tuple(row.units),
            links=frozenset(row.links),
            is_newest=newest[row.published_id, row.language][0] == row.revision,
        )
        for row in rows
    ]


async def _newest(
    connection: AsyncConnection, published_ids: Collection[int]
) -> dict[tuple[int, str], tuple[int, Mapping[str, object]]]:
    """The last trace of each text: its revision, and what it holds."""
    r = t.trace.c
    last = (
        select(r.published_id, r.language, func.max(r.revision))
        .where(r.published_id.in_(published_ids))
        .group_by(r.published_id, r.language)
    )
    query = select(t.trace).where(tuple_(r.published_id, r.language, r.revision).in_(last))
    return {
        (row.published_id, row.language): (row.revision, {"units": row.units, "links": row.links})
        for row in await connection.execute(query)
    }


async def missing(connection: AsyncConnection, below: int, most: int) -> Sequence[int]:
    """Published texts that have left no trace, by their ids, of those ``below`` the newest first:
    they came out before there were traces."""
    pv, r = t.published_variant.c, t.trace.c
    has_left = and_(r.published_id == pv.published_id, r.language == pv.language)
    query = (
        select(pv.published_id)
        .distinct()
        .outerjoin(t.trace, has_left)
        .where(r.id.is_(None), pv.published_id < below)
    )
    found = await connection.scalars(query.order_by(pv.published_id.desc()).limit(most))
    return found.all()


async def make(connection: AsyncConnection, published_ids: Sequence[int]) -> None:
    """Let these leave the traces that they lack."""
    p, pv = t.published.c, t.published_variant.c
    query = select(p.id, p.revision, p.updated_at).where(p.id.in_(published_ids))
    for row in (await connection.execute(query)).all():
        texts = select(pv.language, pv.headline, pv.subhead, pv.body)
        found = await connection.execute(texts.where(pv.published_id == row.id))
        wordings = {v.language: (v.headline, v.subhead, v.body) for v in found}
        await leave(connection, row.id, wordings, row.revision, row.updated_at)
