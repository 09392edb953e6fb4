"""Texts as they were when they were approved, and what has changed in an original since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases.difference import FIELDS, Change, changes
from bot.releases.release import Release, Variant, VariantState
from bot.store import tables as t


@dataclass(frozen=True, kw_only=True)
class Since:
    """What changed in the original after a variant of it was approved.

    ``known`` is false when the text of then was not kept: it was approved before Polyherald kept
    such texts. ``changes`` are none as well where only white space differs.
    """

    changes: tuple[Change, ...] = ()
    known: bool = True


async def keep(connection: AsyncConnection, release: Release, now: datetime) -> None:
    """Keep every approved text, and the original that approvals are bound to, as they now read."""
    assert release.id is not None
    approved = [v for v in release.variants.values() if v.state is VariantState.APPROVED]
    if any(v.approved_original_hash == release.original_hash for v in approved):
        approved.append(release.variants[release.original])
    wanted = {(v.language, v.content_hash): v for v in approved}
    known = await connection.execute(
        select(t.version.c.language, t.version.c.hash).where(t.version.c.release_id == release.id)
    )
    for language, content_hash in known:
        wanted.pop((language, content_hash), None)
    rows = [
        {"release_id": release.id, "language": language, "hash": content_hash, "at": now}
        | {name: getattr(variant, name) for name in FIELDS}
        for (language, content_hash), variant in wanted.items()
    ]
    if rows:
        await connection.execute(insert(t.version), rows)


async def changes_since(connection: AsyncConnection, release: Release) -> Mapping[str, Since]:
    """For each stale variant, by its language, what its approval does not cover."""
    stale = {
        tag: variant.approved_original_hash
        for tag, variant in release.variants.items()
        if release.state_of(tag) == "stale"
    }
    if not stale:
        return {}
    v = t.version
    rows = await connection.execute(
        select(v).where(v.c.release_id == release.id, v.c.hash.in_(set(stale.values())))
    )
    original = release.variants[release.original]
    found = {
        row.hash: Since(
            changes=changes(
                Variant(language=row.language, **{name: getattr(row, name) for name in FIELDS}),
                original,
            )
        )
        for row in rows
    }
    return {tag: found.get(bound_to, Since(known=False)) for tag, bound_to in stale.items()}
