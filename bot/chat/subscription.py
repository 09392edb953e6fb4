"""Changing what a subscriber chose, and nothing else about them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.subscriber import Subscriber, SubscriberState
from bot.chat.turn import Turn


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
        kind=wanted.kind,
        name=wanted.name,
        state=wanted.state,
        added_by=wanted.added_by,
    )
    if wanted.state is SubscriberState.UNREACHABLE:
        await audience.mark(connection, stored.id, wanted.state, wanted.reason)
        stored = replace(stored, reason=wanted.reason)
    return stored
