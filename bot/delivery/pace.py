"""The shared rate of one bot: evenly spaced slots that all workers draw from one row (GCRA).

Times are seconds since 1970 by the injected clock, as the database compares them across
machines.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Float,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from bot.delivery import workers
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database

HEADROOM = 0.99
"""Slots are given out a little under the rate, so that what waited for room in the window of a
second is made up for."""

FREE = 30.0
"""Messages a second for which Telegram charges nobody; of those that are paid for there may be up
to 1000 (Bot API, ``sendMessage``, ``allow_paid_broadcast``)."""

SECOND = 1.0

AHEAD = 5.0
"""Seconds for which answers to people may have taken all slots before announcements wait until
there are some: what has been claimed is sent soon, or it would be taken for lost."""

FAR = 30.0
"""A row further ahead than this was written by a clock that has since been set back."""


LONGEST_BLOCK = 7 * 24 * 3600.0
"""No flood wait lasts longer; what says so was written by such a clock as well."""


SHARED = 4.0
"""Seconds for which a sender that has sent something has its share of the rate."""

SAID_AGAIN = 1.0
"""Seconds after which one that goes on sending says so again."""


@dataclass(frozen=True, kw_only=True)
class Slots:
    """``count`` slots from ``start`` on, ``interval`` seconds apart. None while all must wait."""

    count: int
    start: float
    interval: float


@dataclass(frozen=True)
class Share:
    """What one of ``of`` senders that are busy may let through in any second, so that all of them
    together never let through more than the rate, however unevenly it gets there."""

    of: int = 1
    place: int = 0
    """Among them, from 0: what is left over by the division goes to the first ones."""

    def part(self, per_second: float) -> int:
        whole, left = divmod(int(per_second), self.of)
        return max(1, whole + (self.place < left))


def key_of(token: str) -> str:
    """The name of a bot's row: a hash, so that the database does not hold the token."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def is_blocked(bot: BindParameter[str], at: BindParameter[float]) -> ColumnElement[bool]:
    """Whether nobody may send through ``bot`` at that time, by the far side's own word, or no
    slot is free soon; part of the statement that claims, which thereby needs none before it."""
    p = t.pace.c
    told = and_(p.blocked_until > at, p.blocked_until <= at + LONGEST_BLOCK)
    taken = and_(p.free_at > at + AHEAD, p.free_at <= at + FAR)
    return exists().where(p.bot == bot, or_(told, taken))


def paid_cap(settings: Settings) -> int:
    """How many messages of one announcement may be paid for; 0: none, and nothing is."""
    wanted = settings.allow_paid_broadcast and settings.rate_per_second > FREE
    return settings.paid_messages_cap if wanted else 0


def _take(*, paid: bool) -> ReturningUpdate[Any]:
    p, others = t.pace.c, t.lease.c
    at, far = bindparam("b_at", type_=Float), bindparam("b_far", type_=Float)
    start: ColumnElement[float] = case((p.free_at < at, at), (p.free_at > far, at), else_=p.free_at)
    if not paid:  # the server counts those that were paid for as well
        crowded = and_(p.paid_until > start, p.paid_until <= far)
        start = case((crowded, p.paid_until), else_=start)
    end = start + bindparam("b_needed", type_=Float)
    role: BindParameter[str] = bindparam("b_role", type_=others.role.type)
    busy = (
        select(func.count())
        .where(
            others.role.startswith(workers.BUSY),
            others.role != role,
            others.holder == bindparam("b_bot"),
            others.until > bindparam("b_now", type_=others.until.type),
            # What is further ahead was written by a clock that has since been set back.
            others.until <= bindparam("b_latest", type_=others.until.type),
        )
        .select_from(t.lease)
    )
    return (
        update(t.pace)
        .where(p.bot == bindparam("b_bot"))
        .values(free_at=end, paid_until=end + SECOND if paid else p.paid_until)
        .returning(
            p.free_at,
            busy.scalar_subquery().label("others"),
            busy.where(others.role < role).scalar_subquery().label("before"),
        )
    )


_TAKE, _TAKE_PAID = _take(paid=False), _take(paid=True)


class Pace:
    """``cap`` is how many messages of one announcement may be paid for (:func:`paid_cap`). If
    any may, ``rate_per_second`` holds for those, and :data:`FREE` for all others."""

    def __init__(
        self, database: Database, key: str, rate_per_second: float, *, cap: int = 0
    ) -> None:
        self._database = database
        self.key = key
        self.cap = cap
        self.refused = False
        """Whether Telegram has refused to be paid."""
        self.sender = ""
        """A name for this process, if it sends announcements."""
        self.share = Share()
        """This process's, as it was when slots were last taken."""
        self._said = 0.0
        self._fast = 1 / (rate_per_second * HEADROOM)
        self._slow = 1 / (FREE * HEADROOM) if cap else self._fast

    async def prepare(self, connection: AsyncConnection) -> None:
        """Make sure that the row is there."""
        await connection.execute(
            self._database.insert(t.pace)
            .values(bot=self.key, free_at=0.0, blocked_until=0.0)
            .on_conflict_do_nothing()
        )

    async def take(
        self,
        connection: AsyncConnection,
        count: int,
        now: datetime,
        *,
        paid: bool = False,
    ) -> Slots:
        """Reserve the next ``count`` slots, for announcements: who has some is busy."""
        at = now.timestamp()
        if self.sender and not 0 <= at - self._said < SAID_AGAIN:
            await self._say_busy(connection, now)
        return await self._take(connection, count, now, paid=paid)

    async def _take(
        self, connection: AsyncConnection, count: int, now: datetime, *, paid: bool
    ) -> Slots:
        interval = self._fast if paid else self._slow
        at, needed = now.timestamp(), count * interval
        taken = await connection.execute(
            _TAKE_PAID if paid else _TAKE,
            {
                "b_bot": self.key,
                "b_at": at,
                "b_far": at + FAR,
                "b_needed": needed,
                "b_role": workers.BUSY + self.sender,
                "b_now": now,
                "b_latest": now + timedelta(seconds=2 * SHARED),
            },
        )
        row = taken.one_or_none()
        if row is None:
            return Slots(count=count, start=at, interval=interval)
        self.share = Share(row.others + 1, row.before)
        return Slots(count=count, start=row.free_at - needed, interval=interval)

    async def _say_busy(self, connection: AsyncConnection, now: datetime) -> None:
        until = now + timedelta(seconds=SHARED)
        busy = {"role": workers.BUSY + self.sender, "holder": self.key, "until": until}
        wanted = self._database.insert(t.lease).values(busy)
        await connection.execute(
            wanted.on_conflict_do_update(index_elements=[t.lease.c.role], set_={"until": until})
        )
        self._said = now.timestamp()

    async def take_for_answer(self, connection: AsyncConnection, now: datetime) -> Slots:
        """The next slot, for an answer to a person. While a broadcast is being paid for, so are
        answers: free ones would be refused."""
        paid = False
        if self.cap:
            until = select(t.pace.c.paid_until).where(t.pace.c.bot == self.key)
            at = now.timestamp()
            paid = at < (await connection.scalar(until) or 0.0) <= at + FAR
        return await self._take(connection, 1, now, paid=paid)

    async def affordable(self, connection: AsyncConnection, announcement_id: int) -> int:
        """How many more messages of an announcement may be paid for. Only what is new is; edits
        cannot be, and replies are few."""
        if not self.cap or self.refused:
            return 0
        a = t.announcement.c
        query = select(a.paid).where(a.id == announcement_id, a.about_id.is_(None))
        paid = await connection.scalar(query)
        return 0 if paid is None else max(0, self.cap - paid)

    async def spend(self, connection: AsyncConnection, announcement_id: int, count: int) -> int:
        """Pay for so many more; returns how many of them are beyond the cap, and not paid for:
        another worker has been quicker."""
        a = t.announcement
        spent = await connection.scalar(
            update(a)
            .where(a.c.id == announcement_id)
            .values(paid=a.c.paid + count)
            .returning(a.c.paid)
        )
        beyond = min(count, max(0, (spent or 0) - self.cap))
        if beyond:
            await connection.execute(
                update(a).where(a.c.id == announcement_id).values(paid=a.c.paid - beyond)
            )
        return beyond

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
