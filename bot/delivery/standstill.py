"""Notices that nobody was sending for long, so that old news is not sent without asking."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.delivery import ledger
from bot.delivery.announcement import (
    RESUMED,
    STANDSTILL,
    Announcement,
    AnnouncementState,
    called,
)
from bot.errors import StoreError
from bot.occasions import repository as occasions
from bot.occasions.lateness import SAME_DAY, is_late
from bot.releases import notices
from bot.releases.notices import Notice
from bot.settings import Settings
from bot.store import home
from bot.store.database import Database, recalled, remember
from bot.store.home import Home
from translations.text import Text, text

KEY = "sender_beat"
EVERY = 30.0

log = structlog.get_logger(__name__)


async def last_beat(connection: AsyncConnection) -> datetime | None:
    """When a sender was last seen alive (UTC)."""
    value = await recalled(connection, KEY)
    return None if value is None else datetime.fromisoformat(value)


async def beat(database: Database, clock: Clock, data_dir: Path, here: Home) -> None:
    """Note every half minute that a sender is alive, until cancelled: in the database, and
    beside it, so that an older copy in its place is noticed (:mod:`bot.delivery.moved`)."""
    complained = False
    while True:
        now = clock.now()
        try:
            async with database.write() as connection:
                await remember(database, connection, KEY, now.isoformat())
            home.mark(data_dir, here, now)
        except StoreError as error:
            log.error("cannot note that the sender lives", reason=str(error))
        except OSError as error:
            if not complained:
                log.warning("data_dir cannot be written", reason=str(error))
            complained = True
        await asyncio.sleep(EVERY)


async def hold(database: Database, settings: Settings, clock: Clock) -> None:
    """When a sender starts: hold what was left unsent on an earlier day, and ask staff.

    A broadcast that is under way past midnight is not late; one that stood still is.
    """
    now = clock.now()
    async with database.write() as connection:
        alive = await last_beat(connection)
        await hold_late(database, settings, connection, alive, now)


async def hold_late(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    stopped: datetime | None,
    now: datetime,
) -> None:
    """Hold what nobody was sending since ``stopped``, where that is too long ago to go on."""
    for announcement in await ledger.announcements(connection, AnnouncementState.SENDING):
        since = max(filter(None, (stopped, announcement.due_at)))
        catch_up = await _catch_up(connection, announcement)
        if announcement.reason == RESUMED or not is_late(since, now, settings.timezone, catch_up):
            continue
        if not await ledger.is_any_due(connection, announcement.id, now):
            continue
        await ledger.set_state(
            connection, announcement.id, AnnouncementState.HELD, reason=STANDSTILL
        )
        log.warning("held: nobody was sending since an earlier day", announcement=announcement.key)
        what = text(
            "Left unsent on an earlier day: {announcement}. It is held; resume or cancel it.",
            announcement=called(announcement.key),
            key=announcement.key,
        )
        await _held(database, settings, connection, announcement, what, now)


async def hold_begun(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    before: datetime,
    now: datetime,
) -> None:
    """Hold what was under way ``before`` a database moved: there it may have gone on."""
    for announcement in await ledger.announcements(connection, AnnouncementState.SENDING):
        if announcement.created_at < before and await ledger.still_open(
            connection, announcement.id
        ):
            what = text(
                "Under way when this database was copied, so that some may have it already: "
                "{announcement}. It is held; resume or cancel it.",
                announcement=called(announcement.key),
                key=announcement.key,
            )
            await _held(database, settings, connection, announcement, what, now)


async def _held(
    database: Database,
    settings: Settings,
    connection: AsyncConnection,
    announcement: Announcement,
    what: Text,
    now: datetime,
) -> None:
    await ledger.set_state(connection, announcement.id, AnnouncementState.HELD, reason=STANDSTILL)
    told = Notice(key=f"standstill/{announcement.key}/{now:%Y%m%dT%H%M}", what=what, urgent=True)
    await notices.post(database, connection, settings, now, [told])


async def _catch_up(connection: AsyncConnection, announcement: Announcement) -> str:
    """How late it may still go on: as its observance says; a publication on the same day."""
    if announcement.occurrence_id is None:
        return SAME_DAY
    return (await occasions.by_id(connection, announcement.occurrence_id)).spec.catch_up
