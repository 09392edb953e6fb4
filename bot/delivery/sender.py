"""Sends what the ledger says is due: claim, send, record, in micro-batches."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.choice import Choice
from bot.audience.subscriber import SubscriberState
from bot.clock import Clock
from bot.delivery import ledger
from bot.delivery.ledger import Claim
from bot.delivery.message import published_message
from bot.delivery.outcome import Change, decide
from bot.delivery.pace import Pace, Slots
from bot.errors import StoreError
from bot.releases import publication
from bot.releases.publication import Published
from bot.settings import Settings
from bot.store.database import Database
from bot.transports.base import Message, Outcome, Refused, Transport

CHUNK = 300
"""Recipients in one piece of work: after so many, another announcement has its turn."""

LONGEST_SEND = 60.0
"""Seconds after which a send has ended one way or another; the transport's timeouts are shorter."""

RECORD_AGAIN = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Ended:
    claim: Claim
    change: Change


class Sender:
    """One worker. Any number of them may run; the ledger keeps them out of each other's way."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        transports: Mapping[str, Transport],
        pace: Pace,
        count: Callable[[str], None] | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._transports = transports
        self._pace = pace
        self._count = count
        self._batch = max(1, min(100, round(settings.rate_per_second / 40)))
        self._stopping = asyncio.Event()
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def stop(self) -> None:
        """Claim nothing more; what is in flight is finished and recorded."""
        self._stopping.set()

    async def send_chunk(self, announcement_id: int) -> int:
        """Send up to a chunk of what is due of one announcement; returns how many were tried.

        Running this twice, at once or after a crash, sends nothing twice: only rows that this
        worker's claim turned to ``sending`` are sent.
        """
        published = await self._published(announcement_id)
        messages: dict[tuple[str, tuple[str, ...]], Message] = {}
        tried = 0
        ended: list[_Ended] = []
        while not self._stopping.is_set() and tried < CHUNK:
            claims, slots = await self._next(announcement_id, ended)
            ended = []
            if not claims:
                return tried
            tried += len(claims)
            ended = await self._send_all(published, claims, slots, messages)
        if ended:
            await self._next(announcement_id, ended, limit=0)
        return tried

    async def _published(self, announcement_id: int) -> Published:
        async with self._database.read() as connection:
            announcement = await ledger.by_id(connection, announcement_id)
            assert announcement.published_id is not None
            return await publication.by_id(connection, announcement.published_id)

    async def _next(
        self, announcement_id: int, ended: Sequence[_Ended], limit: int | None = None
    ) -> tuple[list[Claim], Slots]:
        """In one transaction: confirm the batch before, take the next one and its slots.

        While the far side makes the whole bot wait there is no next one. What has been sent is
        never forgotten because the database is away: it is recorded when that comes back.
        """
        while True:
            try:
                return await self._confirm_and_claim(
                    announcement_id, ended, self._batch if limit is None else limit
                )
            except StoreError as error:
                if not ended:
                    raise
                log.error("outcomes wait for the database", count=len(ended), reason=str(error))
                await asyncio.sleep(RECORD_AGAIN)

    async def _confirm_and_claim(
        self, announcement_id: int, ended: Sequence[_Ended], limit: int
    ) -> tuple[list[Claim], Slots]:
        async with self._database.write() as connection:
            now = self._clock.now()
            await self._write(connection, announcement_id, ended)
            if not limit or await self._pace.blocked_for(connection, now):
                return [], Slots(count=0, start=0, interval=0)
            claims = await ledger.claim(connection, announcement_id, self.name, now, limit)
            return claims, await self._pace.take(connection, len(claims), now)

    async def _write(
        self, connection: AsyncConnection, announcement_id: int, ended: Sequence[_Ended]
    ) -> None:
        now = self._clock.now()
        changes = [(e.claim.subscriber_id, e.change) for e in ended]
        await ledger.record(connection, announcement_id, self.name, changes, now)
        for e in ended:
            if self._count is not None:
                self._count(e.change.state)
            if e.change.pause_until is not None:
                await self._pace.block(connection, e.change.pause_until)
            if e.change.moved_to:
                await audience.move(connection, e.claim.subscriber_id, e.change.moved_to)
            if e.change.unreachable:
                await audience.mark(
                    connection,
                    e.claim.subscriber_id,
                    SubscriberState.UNREACHABLE,
                    e.change.reason,
                )

    async def _send_all(
        self,
        published: Published,
        claims: Sequence[Claim],
        slots: Slots,
        messages: dict[tuple[str, tuple[str, ...]], Message],
    ) -> list[_Ended]:
        now = self._clock.now().timestamp()
        sends = []
        for place, claim in enumerate(claims):
            reader = claim.languages if claim.fallback else ()
            key = (claim.language, reader)
            if key not in messages:
                choice = Choice(claim.language, claim.fallback)
                messages[key] = published_message(published, choice, reader, self._settings)
            delay = slots.start + place * slots.interval - now
            sends.append(self._send(claim, messages[key], delay))
        if len(sends) == 1:
            return [await sends[0]]
        return list(await asyncio.gather(*sends))

    async def _send(self, claim: Claim, message: Message, delay: float) -> _Ended:
        if delay > 0:
            await asyncio.sleep(delay)
        transport = self._transports.get(claim.transport)
        outcome: Outcome
        if transport is None:
            outcome = Refused(reason="refused", detail=f"no transport {claim.transport}")
        else:
            outcome = await transport.send(claim.address, message)
        change = decide(
            outcome,
            self._clock.now(),
            due_at=claim.due_at,
            attempts=claim.attempts,
            reason=claim.reason,
        )
        if change.reason:
            log.warning(
                "delivery", state=change.state, reason=change.reason, to=claim.subscriber_id
            )
        return _Ended(claim, change)
