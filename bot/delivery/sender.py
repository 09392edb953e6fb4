"""Sends what the ledger says is due: claim, send, record, in micro-batches."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import structlog

from bot.audience.choice import Choice, choose
from bot.audience.posts import led_to, spoken
from bot.audience.quiet import is_quiet
from bot.clock import Clock
from bot.delivery import ledger
from bot.delivery.announcement import FAULT, Announcement, AnnouncementState, called
from bot.delivery.books import Books, Ended, Turn
from bot.delivery.earlier import SUPERSEDED
from bot.delivery.ledger import Claim
from bot.delivery.message import correction_notice, published_message, withdrawal_notice
from bot.delivery.outcome import IN_PLACE, Change, DeliveryState, Way, decide
from bot.delivery.pace import LONGEST_BLOCK, Pace
from bot.errors import StoreError
from bot.releases import notices, publication
from bot.releases.correction import Kind
from bot.releases.notices import Notice
from bot.releases.publication import Published
from bot.settings import Settings
from bot.store.database import Database
from bot.transports.base import UNPAID, Message, NotNow, Outcome, Refused, Transport
from translations.text import text

CHUNK = 300
TURN = 1.0
"""Recipients, and seconds, in one piece of work: then another announcement has its turn."""

LONGEST_SEND = 60.0
"""Seconds after which a send has ended one way or another; the transport's timeouts are shorter."""

STALE = 15.0
"""Seconds after its slot when a message is given back unsent: this worker stood still, and others
may have taken it for dead. Well under :data:`LONGEST_SEND`."""

RECORD_AGAIN = 1.0

AT_A_TIME = 8
"""Texts whose messages are kept laid out; more are seldom being sent at once."""

log = structlog.get_logger(__name__)


class _Messages:
    """The messages that one published text becomes, each laid out when it is first needed."""

    def __init__(self, published: Published, settings: Settings) -> None:
        self.published = published
        self._settings = settings
        self._made: dict[tuple[Any, ...], Message] = {}
        self._silent: dict[int, Message] = {}
        """The same without a sound, by the identity of the message."""

    def still_best(self, claim: Claim) -> bool:
        """Whether what is to follow an earlier message is what this subscriber would be sent
        now: a better text may have come since, or they may have chosen other languages."""
        languages = self._settings.languages
        choice = choose(claim.languages, self.published.variants, languages)
        return choice is not None and choice.language == claim.language

    def to(self, claim: Claim, kind: str) -> Message:
        reader = spoken(claim.languages) if claim.fallback else ()
        others = led_to(claim.languages, claim.language, self.published.variants)
        key = (claim.language, reader, others, kind, claim.way is Way.NOTICE)
        message = self._made.get(key)
        if message is None:
            message = self._made[key] = self._message(claim, reader, others, kind)
        return message

    def silent(self, message: Message) -> Message:
        """One of these, without a sound."""
        made = self._silent.get(id(message))
        if made is None:
            made = self._silent[id(message)] = replace(message, silent=True)
        return made

    def _message(
        self, claim: Claim, reader: tuple[str, ...], others: tuple[str, ...], kind: str
    ) -> Message:
        if kind == ledger.WITHDRAWAL:
            return withdrawal_notice(self.published, claim.language, self._settings)
        if claim.way is Way.NOTICE:
            return correction_notice(self.published, claim.language, self._settings)
        choice = Choice(claim.language, claim.fallback)
        told = kind == ledger.CORRECTION
        message = published_message(
            self.published, choice, reader, self._settings, corrected=told, others=others
        )
        # A typo that cannot be put right in its place is no reason to ring anybody.
        typo = told and self.published.corrections[-1].kind is Kind.TYPO
        return replace(message, silent=typo)


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
        self._batch = max(1, min(100, round(settings.rate_per_second / 40)))
        self._stopping = asyncio.Event()
        self._messages: dict[int, _Messages] = {}
        self._blocked: tuple[float, str] = (0.0, "")
        """Until when nothing may be sent, and why: known here before it is in the database."""
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._pace = pace
        pace.sender = self.name
        self._books = Books(database, settings, clock, pace, self.name, count)

    def stop(self) -> None:
        """Claim nothing more; what is in flight is finished and recorded."""
        self._stopping.set()

    async def send_chunk(self, announcement_id: int) -> int:
        """Send up to a chunk of what is due of one announcement; returns how many were tried.

        Running this twice, at once or after a crash, sends nothing twice: only rows that this
        worker's claim turned to ``sending`` are sent.
        """
        announcement, published = await self._announced(announcement_id)
        messages = self._messages_of(published)
        tried = 0
        ended: list[Ended] = []
        over = monotonic() + TURN
        while not self._stopping.is_set() and tried < CHUNK and monotonic() < over:
            turn = await self._turn(announcement_id, ended, self._batch)
            ended = []
            if not turn.claims:
                return tried
            tried += len(turn.claims)
            if max(claim.revision for claim in turn.claims) > messages.published.revision:
                # Corrected since this chunk began: nobody is sent the old text any more.
                _, published = await self._announced(announcement_id)
                messages = self._messages_of(published)
            ended = await self._send_all(turn, messages, announcement)
        if ended:
            await self._turn(announcement_id, ended, 0)
        return tried

    async def _announced(self, announcement_id: int) -> tuple[Announcement, Published]:
        async with self._database.read() as connection:
            announcement = await ledger.by_id(connection, announcement_id)
            assert announcement.published_id is not None
            return announcement, await publication.by_id(connection, announcement.published_id)

    async def _turn(self, announcement_id: int, ended: Sequence[Ended], limit: int) -> Turn:
        """What has been sent is never forgotten because the database is away: it is recorded
        when that comes back."""
        waits = False
        while True:
            try:
                return await self._books.turn(announcement_id, ended, limit)
            except StoreError as error:
                if not ended:
                    raise
                if not waits:
                    log.error("outcomes wait for the database", count=len(ended), reason=str(error))
                waits = True
                await asyncio.sleep(RECORD_AGAIN)

    def _messages_of(self, published: Published) -> _Messages:
        """What was laid out for the chunk before, as long as the text is still the same."""
        known = self._messages.get(published.id)
        if known is None or known.published != published:
            known = self._messages[published.id] = _Messages(published, self._settings)
            for oldest in list(self._messages)[:-AT_A_TIME]:
                del self._messages[oldest]
        return known

    async def _send_all(
        self, turn: Turn, messages: _Messages, announcement: Announcement
    ) -> list[Ended]:
        slots, kind = turn.slots, announcement.kind
        # A translation is for whoever is best served by it now; other things are told as they are.
        choosy = kind == "translation"
        try:
            made = [messages.to(claim, kind) for claim in turn.claims]
        except Exception:  # nothing was sent: give the claims back, and ask before going on
            log.exception("a message could not be made", slug=messages.published.slug)
            await self._hold(messages.published)
            back = Change(state=DeliveryState.RETRYING, reason=FAULT, due_at=self._clock.now())
            return [Ended(claim, back) for claim in turn.claims]
        sends = [
            self._send(claim, message, messages, slots.start + place * slots.interval, turn.paid)
            if not choosy or (messages.still_best(claim) and not _is_repeated(claim, announcement))
            else _superseded(claim)
            for place, (claim, message) in enumerate(zip(turn.claims, made, strict=True))
        ]
        if len(sends) == 1:
            return [await sends[0]]
        return list(await asyncio.gather(*sends))

    async def _hold(self, published: Published) -> None:
        now = self._clock.now()
        async with self._database.write() as connection:
            for announcement in await ledger.of_release(connection, published.release_id):
                if (
                    announcement.published_id == published.id
                    and announcement.state is AnnouncementState.SENDING
                ):
                    await ledger.set_state(
                        connection, announcement.id, AnnouncementState.HELD, reason=FAULT
                    )
                    what = text(
                        "Not to be sent because of a fault: {announcement}. It is held; the "
                        "operator finds the fault in the log.",
                        announcement=called(announcement.key),
                        key=announcement.key,
                    )
                    key = f"fault/{announcement.key}/{now:%Y%m%dT%H%M}"
                    told = Notice(key=key, what=what, urgent=True)
                    await notices.post(self._database, connection, self._settings, now, [told])

    async def _send(
        self, claim: Claim, message: Message, messages: _Messages, slot: float, paid: bool
    ) -> Ended:
        ahead = slot - self._clock.now().timestamp()
        if ahead > 0:
            await asyncio.sleep(ahead)
        if (unsent := self._not_now(slot)) is not None:
            return Ended(claim, unsent)
        if is_quiet(claim.quiet, claim.zone, self._clock.now()):
            message = messages.silent(message)
        transport = self._transports.get(claim.transport)
        outcome: Outcome
        if transport is None:
            outcome = Refused(reason="refused", detail=f"no transport {claim.transport}")
        elif claim.way in IN_PLACE:
            outcome = await transport.edit(claim.address, claim.earlier, message)
        else:
            outcome = await transport.send(
                claim.address, message, reply_to=claim.earlier, paid=paid
            )
        if isinstance(outcome, NotNow) and outcome.reason == UNPAID:
            await self._pay_no_more()
        change = decide(
            outcome,
            self._clock.now(),
            due_at=claim.due_at,
            attempts=claim.attempts,
            reason=claim.reason,
            way=claim.way,
        )
        if change.pause_until is not None:
            self._blocked = max(self._blocked, (change.pause_until.timestamp(), change.reason))
        if claim.way is Way.NOTICE:  # the message that was edited first stays known
            change = replace(change, message_ids=(claim.earlier, *change.message_ids))
        if change.reason:
            log.warning(
                "delivery", state=change.state, reason=change.reason, to=claim.subscriber_id
            )
        return Ended(claim, change)

    async def _pay_no_more(self) -> None:
        if self._pace.refused:
            return
        self._pace.refused = True
        now = self._clock.now()
        told = Notice(
            key=f"unpaid/{now:%Y%m%d}",
            what=text(
                "Telegram does not let the bot pay for faster sending: it takes enough Stars. "
                "Messages go on at 30 a second; a restart tries again."
            ),
        )
        async with self._database.write() as connection:
            await notices.post(self._database, connection, self._settings, now, [told])

    def _not_now(self, slot: float) -> Change | None:
        """What becomes of a message whose slot has come, if it is not to be sent after all."""
        now = self._clock.now()
        until, reason = self._blocked
        if now.timestamp() < until <= now.timestamp() + LONGEST_BLOCK:
            back = datetime.fromtimestamp(until, UTC)
            return Change(state=DeliveryState.RETRYING, reason=reason, due_at=back)
        if now.timestamp() > slot + STALE:
            return Change(state=DeliveryState.RETRYING, due_at=now)
        return None


def _is_repeated(claim: Claim, announcement: Announcement) -> bool:
    """Whether a translation would have to be told of by the whole text in another language, since
    a button to it cannot be added to what is there."""
    return claim.way is Way.REPLY and not announcement.key.endswith(f"/{claim.language}")


async def _superseded(claim: Claim) -> Ended:
    return Ended(claim, Change(state=DeliveryState.FAILED, reason=SUPERSEDED))
