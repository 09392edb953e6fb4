"""Notices that nobody was sending for long, so that old news is not sent without asking."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.delivery import ledger
from bot.delivery.announcement import RESUMED, STANDSTILL, AnnouncementState
from bot.errors import StoreError
from bot.occasions.lateness import is_late
from bot.settings import Settings
from bot.store.database import Database, recalled, remember
from translations.text import Text, text

KEY = "sender_beat"
EVERY = 30.0

log = structlog.get_logger(__name__)


async def last_beat(connection: AsyncConnection) -> datetime | None:
    """When a sender was last seen alive (UTC)."""
    value = await recalled(connection, KEY)
    return None if value is None else datetime.fromisoformat(value)


async def beat(database: Database, clock: Clock) -> None:
    """Note every half minute that a sender is alive, until cancelled."""
    while True:
        now = clock.now().isoformat()
        try:
            async with database.write() as connection:
                await remember(database, connection, KEY, now)
        except StoreError as error:
            log.error("cannot note that the sender lives", reason=str(error))
        await asyncio.sleep(EVERY)


async def hold(
    database: Database,
    settings: Settings,
    clock: Clock,
    tell: Callable[[Text], Awaitable[None]],
) -> None:
    """When a sender starts: hold what was left unsent on an earlier day, and ask staff.

    A broadcast that is under way past midnight is not late; one that stood still is.
    """
    now = clock.now()
    held = []
    async with database.write() as connection:
        alive = await last_beat(connection)
        for announcement in await ledger.announcements(connection, AnnouncementState.SENDING):
            since = max(filter(None, (alive, announcement.due_at)))
            if announcement.reason == RESUMED or not is_late(since, now, settings.timezone):
                continue
            if await ledger.is_any_due(connection, announcement.id, now):
                await ledger.set_state(
                    connection, announcement.id, AnnouncementState.HELD, reason=STANDSTILL
                )
                held.append(announcement.key)
    for key in held:
        log.warning("held: nobody was sending since an earlier day", announcement=key)
        await tell(
            text(
                "“{key}” was left unsent on an earlier day. It is held; resume or cancel it.",
                key=key,
            )
        )
