"""Keeps the ledger for all lanes of one worker: whoever waits shares the next transaction."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import names
from bot.audience import repository as audience
from bot.clock import Clock
from bot.delivery import alerts, earlier, ledger, rooms, spacing
from bot.delivery.ledger import Claim
from bot.delivery.outcome import Change, DeliveryState
from bot.delivery.pace import Pace, Slots
from bot.errors import StoreError
from bot.releases import notices
from bot.settings import Settings
from bot.store.database import Database
from bot.transports.address import parted

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
    paid: bool = False


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
        settings: Settings,
        clock: Clock,
        pace: Pace,
        worker: str,
        count: Callable[[str], None] | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
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
            turns: dict[int, Turn] = {}
            for ident, group in by_announcement.items():
                await self._record(connection, ident, [e for r in group for e in r.ended], now)
                claims, paid = await self._claim(connection, ident, group, now)
                slots = NO_SLOTS
                if claims:
                    slots = await self._pace.take(connection, len(claims), now, paid=paid)
                turns[ident] = Turn(claims, slots, paid)
        return _shared_out(requests, turns)

    async def _claim(
        self,
        connection: AsyncConnection,
        announcement_id: int,
        group: Sequence[_Request],
        now: datetime,
    ) -> tuple[list[Claim], bool]:
        """What may be sent now, and whether it is paid for."""
        limit = sum(request.limit for request in group)
        if not limit:
            return [], False
        affordable = await self._pace.affordable(connection, announcement_id)
        if affordable:
            limit = min(limit, affordable)
        elif self._pace.cap:  # at the free rate, of which few are to be in flight
            limit = len(group)
        claims = await self._claimed(connection, announcement_id, limit, now)
        if affordable and claims:
            beyond = await self._pace.spend(connection, announcement_id, len(claims))
            if beyond:
                claims, late = claims[:-beyond], claims[-beyond:]
                again = [(claim, now.timestamp()) for claim in late]
                await spacing.put_back(connection, announcement_id, again)
        return claims, bool(affordable)

    async def _claimed(
        self, connection: AsyncConnection, announcement_id: int, limit: int, now: datetime
    ) -> list[Claim]:
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
        claimed_at = {e.claim.subscriber_id: e.claim.claimed_at for e in ended}
        await ledger.record(
            connection, announcement_id, self._worker, changes, now, claimed_at=claimed_at
        )
        follow_up = [(e.claim, e.change) for e in ended]
        await rooms.follow_up(self._database, connection, follow_up, now)
        for e in ended:
            if self._count is not None:
                self._count(e.change.state)
            if e.change.pause_until is not None:
                await self._pace.block(connection, e.change.pause_until)
            if e.change.known_as:
                name, number = (parted(a)[0] for a in (e.claim.address, e.change.known_as))
                await names.learn(self._database, connection, e.claim.transport, name, number, now)
            if e.change.moved_to:
                await audience.move(connection, e.claim.subscriber_id, e.change.moved_to, now)
            if e.claim.unreachable and e.change.state is DeliveryState.SENT:
                await audience.reach(connection, e.claim.subscriber_id, now)
            if e.change.unreachable:
                await self._lost(connection, e.claim.subscriber_id, e.change.reason, now)

    async def _lost(
        self, connection: AsyncConnection, ident: int, reason: str, now: datetime
    ) -> None:
        room = await audience.lose(connection, ident, reason)
        if room is not None:
            told = [alerts.lost_room(ident, room, reason, now)]
            await notices.post(self._database, connection, self._settings, now, told)


def _shared_out(requests: Sequence[_Request], turns: dict[int, Turn]) -> list[Turn]:
    """Each lane's part of its announcement's turn; the slots follow one another."""
    lanes = Counter(request.announcement_id for request in requests if request.limit)
    shared, taken = [], Counter[int]()
    for request in requests:
        ident = request.announcement_id
        whole, start = turns[ident], taken[ident]
        part = -(-len(whole.claims) // (lanes[ident] or 1))
        mine = whole.claims[start : start + min(request.limit, part)]
        slots = replace(
            whole.slots, count=len(mine), start=whole.slots.start + start * whole.slots.interval
        )
        shared.append(Turn(mine, slots, whole.paid))
        taken[ident] += len(mine)
    return shared
