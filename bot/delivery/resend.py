"""Sending again what failed, or what nobody knows to have arrived: only ever because staff say so.

What had become of a delivery before is kept, with who had it sent again, and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.delivery import ledger
from bot.delivery.announcement import Announcement, AnnouncementState
from bot.delivery.corrections import WITHDRAWN
from bot.delivery.earlier import SUPERSEDED
from bot.delivery.outcome import DeliveryState
from bot.errors import Conflict
from bot.releases import audit, repository, review
from bot.releases.release import PubStatus
from bot.releases.review import Actor
from bot.store import tables as t
from bot.store.database import Database, touch
from translations.text import text

FOR_GOOD = ("stopped", "cancelled", WITHDRAWN, SUPERSEDED)
"""What failed because nobody is to have it."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A delivery that would be sent again. ``at``: when it was last tried (UTC); ``name``: what
    the chat calls itself, if it does."""

    announcement: str
    subscriber_id: int
    transport: str
    address: str
    name: str
    language: str
    headline: str
    reason: str
    at: datetime | None


async def candidates(
    connection: AsyncConnection, slug: str, state: DeliveryState, at_most: int
) -> tuple[int, list[Candidate]]:
    """How many deliveries of the release :func:`resend` would send again, and the first of them.

    Raises ``NotFound`` for a release that there is not.
    """
    found = await _announcements(connection, slug)
    d, s, pv = t.delivery, t.subscriber, t.published_variant
    where = _concerned(found, state)
    number = await connection.scalar(_joined(select(func.count())).where(*where)) or 0
    query = (
        _joined(
            select(
                t.announcement.c.key,
                d.c.subscriber_id,
                s.c.transport,
                s.c.address,
                s.c.name,
                d.c.language,
                pv.c.headline,
                d.c.reason,
                d.c.at,
            )
        )
        .where(*where)
        .order_by(d.c.announcement_id, d.c.at, d.c.subscriber_id)
        .limit(at_most)
    )
    return number, [
        Candidate(
            announcement=row.key,
            subscriber_id=row.subscriber_id,
            transport=row.transport,
            address=row.address,
            name=row.name,
            language=row.language,
            headline=row.headline or "",
            reason=row.reason,
            at=row.at,
        )
        for row in await connection.execute(query)
    ]


async def resend(
    database: Database, clock: Clock, actor: Actor, slug: str, state: DeliveryState
) -> int:
    """Send again what is in ``state``, and nothing else; returns how many deliveries that are.

    Whoever unsubscribed meanwhile, or has been told better since, is left out, and so is all of
    an announcement that was cancelled. One that is paused or held goes on being so. Raises
    ``NotAllowed``, ``NotFound``, or ``Conflict`` when there is nothing to send again.
    """
    review.demand(actor, "schedule")
    async with database.write() as connection:
        now = clock.now()
        found = await _announcements(connection, slug, to_change=True)
        again = 0
        for announcement in found:
            number = await _reopen(connection, announcement, state, actor, now)
            if number and announcement.state is AnnouncementState.DONE:
                await ledger.set_state(connection, announcement.id, AnnouncementState.SENDING)
            again += number
        if not again:
            raise Conflict(text("Nothing of “{slug}” can be sent again in this state.", slug=slug))
        await audit.record(connection, now, actor, "resend", slug, state=state.value, count=again)
        await touch(database, connection)
        return again


async def _announcements(
    connection: AsyncConnection, slug: str, *, to_change: bool = False
) -> list[Announcement]:
    release = await repository.get(connection, slug)
    assert release.id is not None
    withdrawn = release.pubstatus is PubStatus.CANCELED
    return [
        announcement
        for announcement in await ledger.of_release(connection, release.id, to_change=to_change)
        if announcement.state is not AnnouncementState.CANCELLED
        and (announcement.kind == ledger.WITHDRAWAL or not withdrawn)
    ]


async def _reopen(
    connection: AsyncConnection,
    announcement: Announcement,
    state: DeliveryState,
    actor: Actor,
    now: datetime,
) -> int:
    d, p = t.delivery, t.past_delivery
    concerned = (
        select(d.c.subscriber_id)
        .join(t.subscriber, t.subscriber.c.id == d.c.subscriber_id)
        .where(*_concerned([announcement], state))
    )
    # Locked first: a worker that was thought dead may still say that one of these arrived.
    await connection.execute(concerned.with_for_update(of=d))
    earlier = (
        select(func.count())
        .where(p.c.announcement_id == d.c.announcement_id, p.c.subscriber_id == d.c.subscriber_id)
        .correlate(d)
        .scalar_subquery()
    )
    kept = select(
        d.c.announcement_id,
        d.c.subscriber_id,
        earlier + 1,
        d.c.state,
        d.c.reason,
        d.c.message_ids,
        d.c.at,
        literal(now, p.c.resent_at.type),
        literal(actor.name),
    ).where(d.c.announcement_id == announcement.id, d.c.subscriber_id.in_(concerned))
    await connection.execute(insert(p).from_select([c.name for c in p.c], kept))
    result = await connection.execute(
        update(d)
        .where(d.c.announcement_id == announcement.id, d.c.subscriber_id.in_(concerned))
        .values(
            state=DeliveryState.PENDING,
            reason="",
            due_at=now,
            attempts=0,
            worker=None,
            claimed_at=None,
            message_ids=None,
            at=None,
        )
    )
    return int(result.rowcount)


def _joined(query: Select[Any]) -> Select[Any]:
    d, s, pv, a = t.delivery, t.subscriber, t.published_variant, t.announcement
    return (
        query.select_from(d)
        .join(a, a.c.id == d.c.announcement_id)
        .join(s, s.c.id == d.c.subscriber_id)
        .outerjoin(pv, (pv.c.published_id == a.c.published_id) & (pv.c.language == d.c.language))
    )


def _concerned(
    announcements: Sequence[Announcement], state: DeliveryState
) -> list[ColumnElement[bool]]:
    d = t.delivery
    return [
        d.c.announcement_id.in_([announcement.id for announcement in announcements]),
        d.c.state == state,
        d.c.reason.not_in(FOR_GOOD),
    ]
