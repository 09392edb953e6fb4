"""Which senders are alive: each says so every few seconds. What a dead one had in flight is known
as such long before a send could have ended."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, bindparam, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.errors import StoreError
from bot.store import tables as t
from bot.store.database import Database

EVERY = 4.0
"""Seconds."""

ALIVE = timedelta(seconds=15)
"""After so long without a word a sender is dead, or stands still: then it sends nothing more
without claiming it anew (``sender.STALE``)."""

REMEMBERED = timedelta(days=1)

_ROLE, BUSY = "sender/", "busy/"
"""Leases of those that live, and of those that send just now (:mod:`bot.delivery.pace`)."""

log = structlog.get_logger(__name__)


async def say_so(database: Database, clock: Clock, worker: str) -> None:
    """Say every few seconds that ``worker`` is alive, until cancelled."""
    while True:
        try:
            await _say(database, clock.now(), worker)
        except StoreError as error:
            log.error("cannot say that the sender lives", reason=str(error))
        await asyncio.sleep(EVERY)


async def _say(database: Database, now: datetime, worker: str) -> None:
    row = {"role": _ROLE + worker, "holder": worker, "until": now + ALIVE}
    wanted = database.insert(t.lease).values(row)
    async with database.write() as connection:
        await connection.execute(
            wanted.on_conflict_do_update(
                index_elements=[t.lease.c.role], set_={"until": now + ALIVE}
            )
        )


async def leave(database: Database, worker: str) -> None:
    """It has ended, with nothing in flight."""
    async with database.write() as connection:
        theirs = (_ROLE + worker, BUSY + worker)
        await connection.execute(delete(t.lease).where(t.lease.c.role.in_(theirs)))


async def forget(connection: AsyncConnection, now: datetime) -> None:
    """Those that have long been dead."""
    gone = t.lease.c.until < now - REMEMBERED
    theirs = or_(*(t.lease.c.role.startswith(role) for role in (_ROLE, BUSY)))
    await connection.execute(delete(t.lease).where(theirs, gone))


def has_died(worker: ColumnElement[str], now: datetime) -> ColumnElement[bool]:
    """Whether that one was alive and has not been heard of since; of one that never said so
    nobody knows."""
    at = bindparam("b_dead_at", now, type_=t.lease.c.until.type)
    dead = select(t.lease.c.holder).where(t.lease.c.role.startswith(_ROLE), t.lease.c.until < at)
    return worker.in_(dead)
