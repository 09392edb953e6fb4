"""In groups and channels that want it, what was announced last is pinned, by itself and silently.

A delivery has ended when its message is sent; what is to be pinned is noted in the same
transaction, and done later. Doing it twice does no harm, so it is done until the answer is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience.rooms import PIN
from bot.clock import Clock
from bot.delivery.switch import is_paused
from bot.errors import StoreError
from bot.store import tables as t
from bot.store.database import Database
from bot.transports.base import NotNow, Outcome, Pinning, Refused, Sent, Transport

LOOK_EVERY = 1.0
"""Seconds between looks at what is to be pinned."""

AT_A_LOOK = 20
MOST_ATTEMPTS = 10
LONGEST_PAUSE = timedelta(minutes=5)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Task:
    subscriber_id: int
    transport: str
    address: str
    wanted: str
    pinned: str | None
    attempts: int


async def want(
    database: Database, connection: AsyncConnection, ident: int, message_id: str, now: datetime
) -> None:
    """Have this message of a room pinned in the place of the one before."""
    row = database.insert(t.pinning).values(subscriber_id=ident, wanted=message_id, due_at=now)
    await connection.execute(
        row.on_conflict_do_update(
            index_elements=[t.pinning.c.subscriber_id],
            set_={"wanted": message_id, "due_at": now, "attempts": 0},
        )
    )


class Pinner:
    """``transports`` by name; where one cannot pin, nothing is pinned."""

    def __init__(
        self, database: Database, clock: Clock, transports: Mapping[str, Transport]
    ) -> None:
        self._database = database
        self._clock = clock
        self._transports = transports
        self._not_before = datetime.min.replace(tzinfo=clock.now().tzinfo)

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.look()
            except StoreError as error:
                log.error("pins wait for the database", reason=str(error))
            except Exception:  # nobody else would pin anything
                log.exception("nothing could be pinned")
            waiting = asyncio.ensure_future(stop.wait())
            await asyncio.wait([waiting], timeout=LOOK_EVERY)
            waiting.cancel()

    async def look(self) -> int:
        """Pin what is to be pinned now; returns how many rooms were tried."""
        now = self._clock.now()
        if now < self._not_before:
            return 0
        p, s = t.pinning.c, t.subscriber.c
        query = (
            select(p.subscriber_id, s.transport, s.address, p.wanted, p.pinned, p.attempts)
            .join(t.subscriber, s.id == p.subscriber_id)
            .where(p.wanted.is_not(None), p.due_at <= now, ~is_paused())
            .order_by(p.due_at)
            .limit(AT_A_LOOK)
        )
        async with self._database.read() as connection:
            tasks = [_Task(**row._mapping) for row in await connection.execute(query)]
        for task in tasks:
            await self._do(task)
        return len(tasks)

    async def _do(self, task: _Task) -> None:
        transport: object = self._transports.get(task.transport)
        outcome: Outcome = Refused(reason="refused")
        if isinstance(transport, Pinning):
            outcome = await transport.pin(task.address, task.wanted)
            if isinstance(outcome, Sent) and task.pinned not in (None, task.wanted):
                # One that cannot be unpinned is gone, or was unpinned by somebody: no matter.
                await transport.unpin(task.address, str(task.pinned))
        await self._record(task, outcome)

    async def _record(self, task: _Task, outcome: Outcome) -> None:
        p, s, now = t.pinning.c, t.subscriber.c, self._clock.now()
        of_room = update(t.pinning).where(p.subscriber_id == task.subscriber_id)
        # Another message may have been sent meanwhile.
        left = case((p.wanted == task.wanted, None), else_=p.wanted)
        room = update(t.subscriber).where(s.id == task.subscriber_id)
        async with self._database.write() as connection:
            if isinstance(outcome, Sent):
                await connection.execute(of_room.values(wanted=left, pinned=task.wanted))
                await connection.execute(room.where(s.trouble == PIN).values(trouble=""))
            elif isinstance(outcome, Refused) or task.attempts + 1 >= MOST_ATTEMPTS:
                await connection.execute(of_room.values(wanted=left))
                if isinstance(outcome, Refused) and outcome.reason == "no_rights":
                    await connection.execute(room.where(s.trouble == "").values(trouble=PIN))
            else:
                again = now + _pause(outcome, task.attempts)
                await connection.execute(of_room.values(due_at=again, attempts=task.attempts + 1))
                if isinstance(outcome, NotNow) and outcome.everyone:
                    self._not_before = again
        if not isinstance(outcome, Sent):
            reason = getattr(outcome, "reason", "moved")
            log.info("not pinned", reason=reason, to=task.subscriber_id)


def _pause(outcome: Outcome, attempts: int) -> timedelta:
    backoff = min(timedelta(seconds=2 ** min(attempts + 1, 10)), LONGEST_PAUSE)
    said = timedelta(seconds=outcome.after) if isinstance(outcome, NotNow) else timedelta()
    return max(backoff, said)
