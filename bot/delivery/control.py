"""What staff may do to an announcement: resume what is held, cancel what is not sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.delivery import ledger, occurrences
from bot.delivery.announcement import RESUMED, Announcement, AnnouncementState
from bot.errors import Conflict, NotFound
from bot.releases import audit, review
from bot.releases.review import Actor
from bot.store.database import Database, touch
from translations.text import text


async def resume(database: Database, clock: Clock, actor: Actor, name: int | str) -> Announcement:
    """Send on, although it is late. ``name`` is an announcement's id or key."""
    review.demand(actor, "schedule")
    async with database.write() as connection:
        announcement = await _find(connection, name)
        if announcement.state in (AnnouncementState.CANCELLED, AnnouncementState.DONE):
            raise Conflict(text("“{key}” has ended already.", key=announcement.key))
        await occurrences.reopen(connection, announcement)
        state = (
            AnnouncementState.PLANNING
            if announcement.published_id is None
            else AnnouncementState.SENDING
        )
        await ledger.set_state(connection, announcement.id, state, reason=RESUMED)
        await _noted(database, connection, clock.now(), actor, "resume", announcement)
        return announcement


async def cancel(database: Database, clock: Clock, actor: Actor, name: int | str) -> int:
    """Send nothing more of it; returns how many deliveries that ended."""
    review.demand(actor, "schedule")
    async with database.write() as connection:
        announcement = await _find(connection, name)
        now = clock.now()
        ended = await ledger.cancel(connection, announcement.id, now)
        await ledger.set_state(
            connection, announcement.id, AnnouncementState.CANCELLED, finished_at=now
        )
        await _noted(database, connection, now, actor, "cancel", announcement)
        return ended


async def _find(connection: AsyncConnection, name: int | str) -> Announcement:
    found = (
        await ledger.by_key(connection, name, to_change=True)
        if isinstance(name, str)
        else await ledger.find(connection, name, to_change=True)
    )
    if found is None:
        raise NotFound(
            text(
                "There is no announcement “{name}”. The command “deliveries” shows them.",
                name=str(name),
            )
        )
    return found


async def _noted(
    database: Database,
    connection: AsyncConnection,
    now: datetime,
    actor: Actor,
    act: str,
    announcement: Announcement,
) -> None:
    slug = announcement.key.split("/")[0]
    await audit.record(connection, now, actor, act, slug, announcement=announcement.key)
    await touch(database, connection)
