"""The shared rate of one bot: evenly spaced slots that all workers draw from one row (GCRA).

Times are seconds since 1970 by the injected clock, as the database compares them across
machines.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Float,
    bindparam,
    case,
    exists,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from bot.store import tables as t
from bot.store.database import Database

HEADROOM = 0.98
"""Slots are given out a little under the rate: at exactly the rate, the jitter of the way there
would put one message too many into some second."""

FAR = 3600.0
"""A row further ahead than this was written by a clock that has since been set back."""


LONGEST_BLOCK = 7 * 24 * FAR
"""No flood wait lasts longer; what says so was written by such a clock as well."""


@dataclass(frozen=True, kw_only=True)
class Slots:
    """``count`` slots from ``start`` on, ``interval`` seconds apart. None while all must wait."""

    count: int
    start: float
    interval: float


def key_of(token: str) -> str:
    """The name of a bot's row: a hash, so that the database does not hold the token."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def is_blocked(bot: BindParameter[str], at: BindParameter[float]) -> ColumnElement[bool]:
    """Whether nobody may send through ``bot`` at that time, by the far side's own word; part of
    the statement that claims, which thereby needs none before it."""
    until = t.pace.c.blocked_until
    return exists().where(t.pace.c.bot == bot, until > at, until <= at + LONGEST_BLOCK)


def _take() -> ReturningUpdate[Any]:
    free, at = t.pace.c.free_at, bindparam("b_at", type_=Float)
    start = case((free < at, at), (free > bindparam("b_far", type_=Float), at), else_=free)
    return (
        update(t.pace)
        .where(t.pace.c.bot == bindparam("b_bot"))
        .values(free_at=start + bindparam("b_needed", type_=Float))
        .returning(free)
    )


_TAKE = _take()


class Pace:
    def __init__(self, database: Database, key: str, rate_per_second: float) -> None:
        self._database = database
        self.key = key
        self.interval = 1 / (rate_per_second * HEADROOM)

    async def prepare(self, connection: AsyncConnection) -> None:
        """Make sure that the row is there."""
        await connection.execute(
            self._database.insert(t.pace)
            .values(bot=self.key, free_at=0.0, blocked_until=0.0)
            .on_conflict_do_nothing()
        )

    async def take(self, connection: AsyncConnection, count: int, now: datetime) -> Slots:
        """Reserve the next ``count`` slots."""
        at, needed = now.timestamp(), count * self.interval
        until = await connection.scalar(
            _TAKE, {"b_bot": self.key, "b_at": at, "b_far": at + FAR, "b_needed": needed}
        )
        return Slots(count=count, start=(until or at) - needed, interval=self.interval)

    async def block(self, connection: AsyncConnection, until: datetime) -> None:
        """Make every worker wait until ``until`` (a 429 with retry_after)."""
        moment = until.timestamp()
        await connection.execute(
            update(t.pace)
            .where(t.pace.c.bot == self.key)
            .values(
                blocked_until=case(
                    (t.pace.c.blocked_until < moment, moment), else_=t.pace.c.blocked_until
                )
            )
        )
