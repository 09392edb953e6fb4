"""What there is to choose, and changing what a subscriber chose and nothing else about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.invitation import Invitation
from bot.audience.rooms import set_trouble
from bot.audience.subscriber import Subscriber, SubscriberState
from bot.chat.turn import Turn
from bot.delivery import alerts
from bot.releases import notices, publication
from translations.locales import best_match


async def store(
    turn: Turn, connection: AsyncConnection, subscriber: Subscriber, **changes: Any
) -> Subscriber:
    """Store ``subscriber`` with ``changes``. Choosing does not bring back who is unreachable."""
    wanted = replace(subscriber, **changes)
    stored = await audience.subscribe(
        turn.office.database,
        connection,
        turn.office.clock.now(),
        transport=wanted.transport,
        address=wanted.address,
        languages=wanted.languages,
        timezone=wanted.timezone,
        topics=wanted.topics,
        announcements=wanted.announcements,
        quiet=wanted.quiet,
        source=wanted.source,
        kind=wanted.kind,
        name=wanted.name,
        state=wanted.state,
        added_by=wanted.added_by,
        posts=wanted.posts,
        pin=wanted.pin,
    )
    if wanted.state is SubscriberState.UNREACHABLE:
        await audience.mark(connection, stored.id, wanted.state, wanted.reason)
        stored = replace(stored, reason=wanted.reason)
    return stored


async def lose(turn: Turn, room: Subscriber, reason: str) -> None:
    """The bot may not write there any more. Whoever looks after it is told, and so are staff,
    unless a message that could not be sent there has told them before."""
    office, now = turn.office, turn.office.clock.now()
    async with turn.write() as connection:
        name = await audience.lose(connection, room.id, reason)
        lost = replace(room, state=SubscriberState.UNREACHABLE, reason=reason)
        await store(turn, connection, lost)
        await set_trouble(connection, room.id, reason)
        if name is not None:
            told = [alerts.lost_room(room.id, name, reason, now)]
            await notices.post(office.database, connection, office.settings, now, told)


async def published_topics(turn: Turn) -> Sequence[str]:
    """Those of which something is out; a subscriber's are kept parted by spaces."""
    async with turn.office.database.read() as connection:
        published = await publication.topics(connection)
    return [topic for topic in published if topic.split() == [topic]]


async def invited_topic(turn: Turn, invitation: Invitation) -> str:
    """The topic that a link names, if there is one of that name, else ""."""
    return invitation.topic_among(await published_topics(turn)) if invitation.mark else ""


async def as_invited(turn: Turn, subscriber: Subscriber, invitation: Invitation) -> Subscriber:
    """``subscriber`` with the link's language first, and its topic beside those chosen.

    Who gets every topic goes on getting them. A room that waits for its admin has chosen nothing
    yet: there the link stands alone, and where it stood is noted. What the office does not have is
    passed over.
    """
    waits = subscriber.state is SubscriberState.PENDING
    match = best_match([invitation.language], turn.office.settings.languages)
    topic = await invited_topic(turn, invitation)
    languages, topics = subscriber.languages, subscriber.topics
    if match is not None:
        languages = tuple(dict.fromkeys((match.tag, *(() if waits else languages))))
    if topic and (waits or topics):
        topics = tuple(sorted({topic, *(() if waits else topics)}))
    source = invitation.source if waits else subscriber.source
    return replace(subscriber, languages=languages, topics=topics, source=source)
