"""Who was sent another language for want of theirs, or is about to be, and is to have it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.choice import Choice, choose
from bot.audience.posts import led_to
from bot.audience.subscriber import SubscriberState
from bot.delivery import ledger
from bot.delivery.announcement import Announcement
from bot.delivery.outcome import DeliveryState, Way
from bot.releases.publication import Published
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database

AT_ONCE = 500

_THERE = (DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.SENDING)


async def served(
    connection: AsyncConnection, settings: Settings, published: Published, language: str
) -> Mapping[bool, Sequence[str]]:
    """The language lists, as they are stored, for which ``language`` is now the best choice: by
    whether it is a fallback still."""
    found: dict[bool, list[str]] = {}
    lists = {wish.languages for wish in await audience.preferences(connection)}
    for wanted in sorted(lists):
        choice = choose(wanted, published.variants, settings.languages)
        if choice is not None and choice.language == language:
            found.setdefault(choice.fallback, []).append(" ".join(wanted))
    return found


async def instead(
    connection: AsyncConnection,
    announcement: Announcement,
    wishes: Mapping[bool, Sequence[str]],
    language: str,
) -> None:
    """Who has not been sent the fallback yet never gets it."""
    d, s = t.delivery, t.subscriber
    for fallback, some in _portions(wishes):
        await connection.execute(
            update(d)
            .where(
                d.c.announcement_id == announcement.id,
                d.c.state.in_((DeliveryState.PENDING, DeliveryState.RETRYING)),
                d.c.fallback.is_(True),
                exists().where(s.c.id == d.c.subscriber_id, s.c.languages.in_(some)),
            )
            .values(language=language, fallback=fallback)
        )


async def in_place(
    database: Database,
    connection: AsyncConnection,
    ident: int,
    announcement: Announcement,
    wishes: Mapping[bool, Sequence[str]],
    language: str,
    now: datetime,
) -> int:
    """Plan it for those who have been sent a fallback, or are just being sent one.

    Who left and came back since has no such message; nor is anything sent to who is unreachable.
    """
    d, s = t.delivery, t.subscriber
    columns = (
        *("announcement_id", "subscriber_id", "language", "fallback", "state", "due_at"),
        *("way", "transport"),
    )
    planned = 0
    for fallback, some in _portions(wishes):
        readers = (
            select(
                literal(ident),
                d.c.subscriber_id,
                literal(language),
                literal(fallback),
                literal(DeliveryState.PENDING.value),
                literal(now, d.c.due_at.type),
                literal(Way.EDIT.value),
                d.c.transport,
            )
            .join(s, s.c.id == d.c.subscriber_id)
            .where(
                d.c.announcement_id == announcement.id,
                d.c.fallback.is_(True),
                d.c.language != language,
                d.c.state.in_(_THERE),
                s.c.state == SubscriberState.ACTIVE,
                s.c.languages.in_(some),
                s.c.created_at <= func.coalesce(d.c.at, d.c.claimed_at),
            )
        )
        planned += await ledger.enter(database, connection, ident, columns, readers)
    return planned


async def leading(
    connection: AsyncConnection, settings: Settings, published: Published, language: str
) -> Mapping[Choice, Sequence[str]]:
    """The language lists, as they are stored, of rooms whose one post is in another language, and
    is to lead to ``language`` as well: by what that post is in."""
    found: dict[Choice, list[str]] = {}
    lists = {wish.languages for wish in await audience.preferences(connection)}
    for wanted in sorted(lists):
        choice = choose(wanted, published.variants, settings.languages)
        if choice is not None and language in led_to(wanted, choice.language, published.variants):
            found.setdefault(choice, []).append(" ".join(wanted))
    return found


async def with_a_button(
    database: Database,
    connection: AsyncConnection,
    ident: int,
    announcement: Announcement,
    wishes: Mapping[Choice, Sequence[str]],
    now: datetime,
) -> int:
    """Plan it for rooms that have a post to which a button is to be added."""
    d, s = t.delivery, t.subscriber
    columns = (
        *("announcement_id", "subscriber_id", "language", "fallback", "state", "due_at"),
        *("way", "transport"),
    )
    planned = 0
    for choice, lists in wishes.items():
        for start in range(0, len(lists), AT_ONCE):
            posts = (
                select(
                    literal(ident),
                    d.c.subscriber_id,
                    literal(choice.language),
                    literal(choice.fallback),
                    literal(DeliveryState.PENDING.value),
                    literal(now, d.c.due_at.type),
                    literal(Way.EDIT.value),
                    d.c.transport,
                )
                .join(s, s.c.id == d.c.subscriber_id)
                .where(
                    d.c.announcement_id == announcement.id,
                    d.c.state.in_(_THERE),
                    s.c.state == SubscriberState.ACTIVE,
                    s.c.languages.in_(lists[start : start + AT_ONCE]),
                    s.c.created_at <= func.coalesce(d.c.at, d.c.claimed_at),
                )
            )
            planned += await ledger.enter(database, connection, ident, columns, posts)
    return planned


def _portions(wishes: Mapping[bool, Sequence[str]]) -> list[tuple[bool, Sequence[str]]]:
    """Few enough for one statement each: databases bind only so many values."""
    return [
        (fallback, lists[start : start + AT_ONCE])
        for fallback, lists in wishes.items()
        for start in range(0, len(lists), AT_ONCE)
    ]
