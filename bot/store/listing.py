"""What the newsroom's lists and its search have: made anew from what is published.

Whoever changes ``published`` or ``published_variant`` calls :func:`renew` in the same
transaction. Nothing else is kept here, so a copy of the database leaves it out.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables as t
from translations.words import other_forms, words

AT_ONCE = 200
"""Releases that are read at a time when all are."""

# The address of a link and the number of a character are not among a text's words.
_UNSEEN = re.compile(r"(?<=\])\([^()\s]*(?:\s\"[^\"]*\")?\)|&#?\w{1,40};")


async def renew(connection: AsyncConnection, ident: int) -> None:
    """Bring lists and search up to what is published under ``ident``; nothing of it, if it was
    withdrawn. The caller has changed its row, so that nobody else does the same meanwhile."""
    await connection.run_sync(_renew, [ident])


def fill(connection: Connection) -> None:
    """List whatever is out and not listed: after a migration, and when a copy was put back."""
    p, pv, listed = t.published, t.published_variant, t.listing
    missing = select(p.c.id).where(
        p.c.withdrawn_at.is_(None),
        exists().where(pv.c.published_id == p.c.id),
        ~exists().where(listed.c.published_id == p.c.id),
    )
    last = 0
    while idents := connection.scalars(
        missing.where(p.c.id > last).order_by(p.c.id).limit(AT_ONCE)
    ).all():
        _renew(connection, idents)
        last = idents[-1]


def _renew(connection: Connection, idents: Collection[int]) -> None:
    for table in (t.listing, t.search_text):
        connection.execute(delete(table).where(table.c.published_id.in_(idents)))
    p, pv = t.published, t.published_variant
    found = connection.execute(
        select(p.c.id, p.c.date, p.c.topics, pv)
        .join(pv, pv.c.published_id == p.c.id)
        .where(p.c.id.in_(idents), p.c.withdrawn_at.is_(None))
        .order_by(pv.c.published_at, p.c.id, pv.c.language)
    ).all()
    if found:
        connection.execute(insert(t.listing), [row for one in found for row in _listed(one)])
        connection.execute(insert(t.search_text), [_searched(one) for one in found])


def _listed(row: Any) -> list[dict[str, Any]]:
    return [
        {
            "language": row.language,
            "topic": topic,
            "published_at": row.published_at,
            "published_id": row.published_id,
            "date": row.date,
        }
        for topic in dict.fromkeys(("", *row.topics))
    ]


def _searched(row: Any) -> dict[str, Any]:
    title = f"{row.headline}\n{row.subhead}"
    return {
        "published_id": row.published_id,
        "language": row.language,
        "published_at": row.published_at,
        "title": _found_by(title, row.language),
        "words": _found_by(_UNSEEN.sub(" ", row.body), row.language),
    }


def _found_by(written: str, language: str) -> str:
    return " ".join((*words(written), *other_forms(written, language)))
