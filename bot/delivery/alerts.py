"""What staff are told, once, when sending does not go as it should: silence is never success."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import ledger, switch
from bot.delivery.announcement import Announcement, AnnouncementState, called
from bot.delivery.outcome import DeliveryState
from bot.delivery.outlook import time_needed, told_to_wait
from bot.delivery.pace import paid_cap
from bot.delivery.report import REASON_TEXTS, Summary
from bot.delivery.resend import FOR_GOOD
from bot.releases import notices
from bot.releases.notices import Notice
from bot.settings import Settings
from bot.store import tables as t
from translations.text import text, texts

STUCK = timedelta(minutes=15)
"""For so long nothing at all was sent, although it could have been."""

LONG_WAIT = timedelta(minutes=5)
"""A flood wait shorter than this is nothing to be told of."""

PATIENCE = 2.0
"""An announcement is overdue after so many times what all that is being sent needs, and
:data:`STUCK` on top."""


async def look(
    connection: AsyncConnection, settings: Settings, watching: datetime, now: datetime
) -> list[Notice]:
    """The notices for what is not as it should be at ``now``; each has a key that stays.

    Somebody has been looking without a gap since ``watching``: what stood still before, because
    all did, is not late by that.
    """
    if await switch.paused(connection) is not None:
        return []  # somebody knows
    row = (
        await connection.execute(
            select(func.max(t.pace.c.blocked_until), func.max(t.pace.c.free_at))
        )
    ).one()
    blocked, last = (datetime.fromtimestamp(value or 0, UTC) for value in row)
    if blocked > now:
        return [_flood(blocked, settings)] if blocked > now + LONG_WAIT else []
    found = []
    sending = await ledger.announcements(connection, AnnouncementState.SENDING)
    needed = time_needed(sum(announcement.planned for announcement in sending), settings)
    for announcement in sending:
        waits_since = await _waits_since(connection, announcement, now)
        if waits_since is None:
            continue
        idle = now - max(last, waits_since, blocked, watching)
        if 0 < paid_cap(settings) <= announcement.paid:
            found.append(_capped(announcement))
        if idle > STUCK:
            found.append(_stuck(announcement, idle))
            continue
        if now - max(waits_since, blocked, watching) > PATIENCE * needed + STUCK:
            found.append(await _overdue(connection, announcement, now))
    return found


def not_delivered(ended: Summary, now: datetime) -> list[Notice]:
    """What is told of an announcement that is through, if somebody should have it and has not, or
    may not have."""
    lacking = [
        count
        for count in ended.tally
        if count.state in (DeliveryState.FAILED, DeliveryState.UNKNOWN)
        and count.reason not in FOR_GOOD
    ]
    if not lacking:
        return []
    slug = ended.announcement.key.split("/")[0]
    says_why = text("/deliveries {slug} says why, and what to do.", slug=slug)
    key = f"through/{ended.announcement.key}/{now:%Y%m%dT%H%M}"
    return [Notice(key=key, what=notices.lines(ended.as_text(), says_why), urgent=True)]


def lost_room(ident: int, name: str, reason: str, now: datetime) -> Notice:
    """What is told of a group or channel that is out of reach from now on."""
    return Notice(
        key=f"lost/{ident}/{now:%Y%m%dT%H%M%S%f}",
        what=text(
            "“{title}” gets nothing more until the bot may write there again. {reason}",
            title=name,
            reason=REASON_TEXTS.get(reason, reason),
        ),
    )


async def _waits_since(
    connection: AsyncConnection, announcement: Announcement, now: datetime
) -> datetime | None:
    """Since when the first of what could be sent now has been due."""
    d = t.delivery
    query = select(func.min(d.c.due_at)).where(
        d.c.announcement_id == announcement.id,
        d.c.state.in_((DeliveryState.PENDING, DeliveryState.RETRYING)),
        d.c.due_at <= now,
    )
    since: datetime | None = await connection.scalar(query)
    return since


def _flood(until: datetime, settings: Settings) -> Notice:
    return Notice(
        key=f"flood/{until:%Y%m%dT%H}",
        urgent=True,
        what=told_to_wait(until, settings),
    )


def _capped(announcement: Announcement) -> Notice:
    return Notice(
        key=f"paid/{announcement.key}",
        what=texts(
            "{n} message has been paid for, as many as paid_messages_cap allows: {announcement}. "
            "The rest is sent at 30 a second.",
            "{n} messages have been paid for, as many as paid_messages_cap allows: "
            "{announcement}. The rest is sent at 30 a second.",
            announcement.paid,
            announcement=called(announcement.key),
        ),
    )


def _stuck(announcement: Announcement, idle: timedelta) -> Notice:
    return Notice(
        key=f"stuck/{announcement.key}",
        urgent=True,
        what=texts(
            "Nothing has been sent for {n} minute, and messages wait: {announcement}. Does a "
            "process with the role “sender” run? The log says more.",
            "Nothing has been sent for {n} minutes, and messages wait: {announcement}. Does a "
            "process with the role “sender” run? The log says more.",
            int(idle.total_seconds() // 60),
            announcement=called(announcement.key),
        ),
    )


async def _overdue(
    connection: AsyncConnection, announcement: Announcement, now: datetime
) -> Notice:
    waiting = await ledger.waiting(connection, announcement.id, now)
    return Notice(
        key=f"overdue/{announcement.key}",
        urgent=True,
        what=texts(
            "{n} message should have been sent by now and still waits: {announcement}. "
            "/deliveries shows how it goes.",
            "{n} messages should have been sent by now and still wait: {announcement}. "
            "/deliveries shows how it goes.",
            waiting,
            announcement=called(announcement.key),
        ),
    )
