"""The append-only log of who did what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases.review import Actor
from bot.store import tables as t


async def record(
    connection: AsyncConnection, now: datetime, actor: Actor, act: str, slug: str, **details: Any
) -> None:
    """Write down an act in the transaction that carries it out. Never holds subscribers."""
    await connection.execute(
        insert(t.audit).values(at=now, actor=actor.name, act=act, slug=slug, details=details)
    )


async def history(connection: AsyncConnection, slug: str) -> Sequence[Row[Any]]:
    """The acts on one release, oldest first."""
    return (
        await connection.execute(
            select(t.audit).where(t.audit.c.slug == slug).order_by(t.audit.c.id)
        )
    ).all()
