"""Keeps the ledger for all lanes of one worker: whoever waits shares the next transaction."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.subscriber import SubscriberState
from bot.clock import Clock
from bot.delivery import earlier, ledger, spacing
from bot.delivery.ledger import Claim
from bot.delivery.outcome import Change
from bot.delivery.pace import Pace, Slots
from bot.errors import StoreError
from bot.store.database import Database

REMEMBERED = 1000

SERVED_LATELY = timedelta(seconds=5)

NO_SLOTS = Slots(count=0, start=0, interval=0)


@dataclass(frozen=True)
class Ended:
    """What became of a claim."""

    claim: Claim
    change: Change


@dataclass(frozen=True)
class Turn:
    """What a lane may send next, and when; no claims: nothing is due, or all must wait."""

    claims: Sequence[Claim] = ()
    slots: Slots = NO_SLOTS


@dataclass(frozen=True, kw_only=True)
class _Request:
    announcement_id: int
    ended: Sequence[Ended]
    limit: int
    answer: asyncio.Future[Turn] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Books:
    """A transaction costs the same whether one lane's few rows are in it or those of all lanes.

    So while one is under way the lanes that come queue up, and share the next. A lane that
    comes alone is served at once. What is in flight stays what the lanes ask for.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        pace: Pace,
        worker: str,
        count: Callable[[str], None] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._pace = pace
        self._worker = worker
        self._count = count
        self._about: dict[int, int | None] = {}
        self._served: dict[int, datetime] = {}
        """When each announcement last had a turn here."""
        self._waiting: list[_Request] = []
        self._writing: asyncio.Task[None] | None = None

    async def turn(self, announcement_id: int, ended: Sequence[Ended], limit: int) -> Turn:
        """Record what a lane has sent, and claim up to ``limit`` more, in one transaction.

        Raises what the transaction did; then nothing of either has happened.
        """
        request = _Request(announcement_id=announcement_id, ended=ended, limit=limit)
        self._waiting.append(request)
        if self._writing is None:
            self._writing = asyncio.create_task(self._work_off())
        return await request.answer

    async def _work_off(self) -> None:
        requests: list[_Request] = []
        try:
            while self._waiting:
                requests, self._waiting = self._waiting, []
                await self._serve(requests)
        finally:  # also when cancelled: nobody is left waiting
            self._writing = None
            for request in (*requests, *self._waiting):
                request.answer.cancel()

    async def _serve(self, requests: Sequence[_Request]) -> None:
        try:
            turns = await self._together(requests)
        except Exception as error:  # noqa: BLE001 – it is the lanes', who asked
            if len(requests) > 1 and not isinstance(error, StoreError):
                # One lane's trouble is not to keep the others' outcomes out of the ledger.
                for request in requests:
                    await self._serve([request])
                return
            for request in requests:
                if not request.answer.done():
                    request.answer.set_exception(error)
            return
        for request, turn in zip(requests, turns, strict=True):
            if not request.answer.done():
                request.answer.set_result(turn)

    async def _together(self, requests: Sequence[_Request]) -> list[Turn]:
        async with self._database.write() as connection:
            now = self._clock.now()
            by_announcement: dict[int, list[_Request]] = defaultdict(list)
            for request in requests:
                by_announcement[request.announcement_id].append(request)
            claims: dict[int, list[Claim]] = {}
            for ident, group in by_announcement.items():
                await self._record(connection, ident, [e for r in group for e in r.ended], now)
                claims[ident] = await self._claim(connection, ident, group, now)
            total = sum(map(len, claims.values()))
            if not total:
                return [Turn() for _ in requests]
            slots = await self._pace.take(connection, total, now)
        return _shared_out(requests, claims, slots)

    async def _claim(
        self,
        connection: AsyncConnection,
        announcement_id: int,
        group: Sequence[_Request],
        now: datetime,
    ) -> list[Claim]:
        limit = sum(request.limit for request in group)
        if not limit:
            return []
        claims = await ledger.claim(
            connection, announcement_id, self._worker, now, limit, bot=self._pace.key
        )
        about = await self._is_about(connection, announcement_id) if claims else None
        self._served[announcement_id] = now
        if claims:
            claims = await spacing.spaced(
                self._database,
                connection,
                announcement_id,
                claims,
                now,
                crowded=self._is_crowded(now),
            )
        if about is None:
            return claims
        return await earlier.followed_up(
            connection, announcement_id, about, claims, self._worker, now
        )

    def _is_crowded(self, now: datetime) -> bool:
        """Whether several announcements are being sent, or were a moment ago."""
        self._served = {
            ident: at for ident, at in self._served.items() if abs(now - at) < SERVED_LATELY
        }
        return len(self._served) > 1

    async def _is_about(self, connection: AsyncConnection, announcement_id: int) -> int | None:
        """The announcement that this one follows up; which one never changes."""
        if announcement_id not in self._about:
            if len(self._about) >= REMEMBERED:
                self._about.clear()
            announcement = await ledger.by_id(connection, announcement_id)
            self._about[announcement_id] = announcement.about_id
        return self._about[announcement_id]

    async def _record(
        self,
        connection: AsyncConnection,
        announcement_id: int,
        ended: Sequence[Ended],
        now: datetime,
    ) -> None:
        changes = [(e.claim.subscriber_id, e.change) for e in ended]
        await ledger.record(connection, announcement_id, self._worker, changes, now)
        for e in ended:
            if self._count is not None:
                self._count(e.change.state)
            if e.change.pause_until is not None:
                await self._pace.block(connection, e.change.pause_until)
            if e.change.moved_to:
                await audience.move(connection, e.claim.subscriber_id, e.change.moved_to, now)
            if e.change.unreachable:
                await audience.mark(
                    connection,
                    e.claim.subscriber_id,
                    SubscriberState.UNREACHABLE,
                    e.change.reason,
                )


def _shared_out(
    requests: Sequence[_Request], claims: dict[int, list[Claim]], slots: Slots
) -> list[Turn]:
    """Each lane's part, first come, first served; the slots follow one another."""
    turns, taken = [], 0
    for request in requests:
        left = claims[request.announcement_id]
        mine, claims[request.announcement_id] = left[: request.limit], left[request.limit :]
        start = slots.start + taken * slots.interval
        turns.append(Turn(mine, Slots(count=len(mine), start=start, interval=slots.interval)))
        taken += len(mine)
    return turns
