"""The shared rate of one bot: evenly spaced slots that all workers draw from one row (GCRA).

Times are seconds since 1970 by the injected clock, as the database compares them across
machines.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables as t
from bot.store.database import Database

HEADROOM = 0.98
"""Slots are given out a little under the rate: at exactly the rate, the jitter of the way there
would put one message too many into some second."""

FAR = 3600.0
"""A row further ahead than this was written by a clock that has since been set back."""


@dataclass(frozen=True, kw_only=True)
class Slots:
    """``count`` slots from ``start`` on, ``interval`` seconds apart. None while all must wait."""

    count: int
    start: float
    interval: float


def key_of(token: str) -> str:
    """The name of a bot's row: a hash, so that the database does not hold the token."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


class Pace:
    def __init__(self, database: Database, key: str, rate_per_second: float) -> None:
        self._database = database
        self._key = key
        self.interval = 1 / (rate_per_second * HEADROOM)

    async def prepare(self, connection: AsyncConnection) -> None:
        """Make sure that the row is there."""
        await connection.execute(
            self._database.insert(t.pace)
            .values(bot=self._key, free_at=0.0, blocked_until=0.0)
            .on_conflict_do_nothing()
        )

    async def take(self, connection: AsyncConnection, count: int, now: datetime) -> Slots:
        """Reserve the next ``count`` slots."""
        at = now.timestamp()
        free = t.pace.c.free_at
        start = case((free < at, at), (free > at + FAR, at), else_=free)
        until = await connection.scalar(
            update(t.pace)
            .where(t.pace.c.bot == self._key)
            .values(free_at=start + count * self.interval)
            .returning(t.pace.c.free_at)
        )
        first = (until or at) - count * self.interval
        return Slots(count=count, start=first, interval=self.interval)

    async def blocked_for(self, connection: AsyncConnection, now: datetime) -> float:
        """Seconds for which nobody may send, by the far side's own word; 0 when free."""
        until = await connection.scalar(
            select(t.pace.c.blocked_until).where(t.pace.c.bot == self._key)
        )
        left = (until or 0.0) - now.timestamp()
        return 0.0 if left > 24 * FAR else max(left, 0.0)

    async def block(self, connection: AsyncConnection, until: datetime) -> None:
        """Make every worker wait until ``until`` (a 429 with retry_after)."""
        moment = until.timestamp()
        await connection.execute(
            update(t.pace)
            .where(t.pace.c.bot == self._key)
            .values(
                blocked_until=case(
                    (t.pace.c.blocked_until < moment, moment), else_=t.pace.c.blocked_until
                )
            )
        )
