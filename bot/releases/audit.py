"""The append-only log of who did what, chained so that what was changed in it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases import chain
from bot.releases.chain import Act, Break
from bot.releases.review import Actor
from bot.store import tables as t
from bot.store.database import AUDIT_HEAD, CHANGES, recalled

AT_ONCE = 1000
"""Acts in memory at a time."""


async def record(
    connection: AsyncConnection, now: datetime, actor: Actor, act: str, slug: str, **details: Any
) -> None:
    """Write down an act in the transaction that carries it out. Never holds subscribers."""
    # One at a time, by the lock that every act takes anyway when it moves the change counter: a
    # second lock, taken in another order somewhere, would be a deadlock.
    await connection.execute(select(t.meta).where(t.meta.c.key == CHANGES).with_for_update())
    previous = await recalled(connection, AUDIT_HEAD) or chain.START
    sealed = chain.seal(previous, now, actor.name, act, slug, details)
    await connection.execute(
        insert(t.audit).values(
            at=now,
            actor=actor.name,
            act=act,
            slug=slug,
            details=details,
            previous=previous,
            hash=sealed,
        )
    )
    await connection.execute(update(t.meta).where(t.meta.c.key == AUDIT_HEAD).values(value=sealed))


async def history(connection: AsyncConnection, slug: str) -> Sequence[Row[Any]]:
    """The acts on one release, oldest first."""
    return (
        await connection.execute(
            select(t.audit).where(t.audit.c.slug == slug).order_by(t.audit.c.id)
        )
    ).all()


async def newest(
    connection: AsyncConnection, slug: str, *, limit: int, before: int | None = None
) -> Sequence[Row[Any]]:
    """The last acts on one release, newest first; those older than the one ``before``."""
    a = t.audit
    query = select(a).where(a.c.slug == slug)
    if before is not None:
        query = query.where(a.c.id < before)
    return (await connection.execute(query.order_by(a.c.id.desc()).limit(limit))).all()


async def head(connection: AsyncConnection) -> str:
    """The seal of the newest act. Whoever notes it elsewhere can tell later whether the log up
    to it is what it was."""
    return await recalled(connection, AUDIT_HEAD) or chain.START


@dataclass(frozen=True, kw_only=True)
class Verified:
    """How far the log is in order: so many ``acts``, the last of them sealed with ``head``."""

    acts: int
    head: str
    broken: Break | None = None


async def verify(connection: AsyncConnection, known: str = "") -> Verified:
    """Check the log from its beginning; ``known`` is a head that was noted elsewhere."""
    walk = chain.Walk(known)
    while True:
        rows = await _after(connection, walk.last)
        if rows:
            broken = walk.through(Act(**row._mapping) for row in rows)
            if broken is not None:
                return _verified(walk, broken)
            continue
        if await head(connection) == walk.head:
            return _verified(walk, None if walk.found else Break(kind="head", act=walk.last))
        # Unless something was written while this was read.
        if not await _after(connection, walk.last):
            return _verified(walk, Break(kind="end", act=walk.last))


def _verified(walk: chain.Walk, broken: Break | None) -> Verified:
    return Verified(acts=walk.acts, head=walk.head, broken=broken)


async def _after(connection: AsyncConnection, last: Act | None) -> Sequence[Row[Any]]:
    query = select(t.audit).order_by(t.audit.c.id).limit(AT_ONCE)
    if last is not None:
        query = query.where(t.audit.c.id > last.id)
    return (await connection.execute(query)).all()
