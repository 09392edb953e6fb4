"""What a published text said before it was corrected: for what must not change with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases.publication import Published, PublishedVariant
from bot.releases.repository import shared_values
from bot.store import tables as t


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """What the correction ``number`` put something else in the place of: ``shared`` values, empty
    where they stayed, and by language headline, subhead, body and the moment of the last change."""

    number: int
    shared: Mapping[str, Any]
    texts: Mapping[str, tuple[str, str, str, str]]


async def replaced(
    connection: AsyncConnection, published_ids: Collection[int]
) -> dict[int, list[Replaced]]:
    """By published release, the last correction first. Nothing of what was withdrawn."""
    c = t.correction
    query = (
        select(c.c.published_id, c.c.number, c.c.before)
        .where(c.c.published_id.in_(published_ids), c.c.before.is_not(None))
        .order_by(c.c.published_id, c.c.number.desc())
    )
    found: dict[int, list[Replaced]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.published_id, []).append(Replaced(number=row.number, **row.before))
    return found


def as_of(
    published: Published,
    revision: int,
    languages: Collection[str],
    replaced: Sequence[Replaced] = (),
) -> Published:
    """``published`` as it was after its correction ``revision``, out in ``languages``.

    What is withdrawn says so, whenever it is asked for.
    """
    variants = dict(published.variants)
    values: dict[str, Any] = {}
    if published.withdrawn_at is None:
        for one in replaced:
            if one.number <= revision:
                break
            variants |= {tag: _variant(variants[tag], *text) for tag, text in one.texts.items()}
            if one.shared:
                values = shared_values(SimpleNamespace(**one.shared))
        if "pictures" in values:  # one that was taken away is nowhere any more
            there = {picture.digest for picture in published.pictures}
            values["pictures"] = tuple(p for p in values["pictures"] if p.digest in there)
        values["corrections"] = tuple(c for c in published.corrections if c.number <= revision)
    return replace(
        published,
        variants={tag: variant for tag, variant in variants.items() if tag in languages},
        **values,
    )


def _variant(
    now: PublishedVariant, headline: str, subhead: str, body: str, updated_at: str
) -> PublishedVariant:
    return replace(
        now,
        headline=headline,
        subhead=subhead,
        body=body,
        updated_at=datetime.fromisoformat(updated_at),
    )
