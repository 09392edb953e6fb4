"""A database that was moved, copied or restored asks before it sends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.delivery import standstill, switch
from bot.delivery.switch import Pause, Why
from bot.releases import notices
from bot.releases.notices import Notice
from bot.settings import Settings
from bot.store import home
from bot.store.database import Database, touch
from bot.store.home import Home
from translations.text import text

BEATS_APART = timedelta(minutes=2)
"""A database that knows less than this of its last use is not an old one: a machine that lost
its power may lose a moment."""

log = structlog.get_logger(__name__)


async def look(database: Database, settings: Settings, clock: Clock) -> Home:
    """When a sender starts: stop all sending if the database is not where it was last used.

    Notes where it is, the first time. Returns that.
    """
    now = clock.now()
    async with database.write() as connection:
        here = await home.find(database, connection)
        new = await home.known(connection) is None
        if new:
            await home.settle(database, connection, here, now)
        found = await unsettled(connection, settings, here, now)
        before = await switch.paused(connection)
        if found is not None and (before is None or before.here != here):
            await switch.stop(database, connection, found)
            what = notices.lines(
                found.as_text(settings.timezone),
                text("/status lets an admin decide, or on that machine: polyherald resume"),
            )
            told = Notice(key=f"{found.why}/{now:%Y%m%dT%H%M}", what=what, urgent=True)
            await notices.post(database, connection, settings, now, [told])
            await touch(database, connection)
        pause = found or before
    if new:
        await database.checkpoint()
    if pause is not None:
        words = notices.in_english(pause.as_text(settings.timezone))
        log.error(f"NOTHING IS SENT. {words} To go on: polyherald resume")
    return here


async def unsettled(
    connection: AsyncConnection, settings: Settings, here: Home, now: datetime
) -> Pause | None:
    """The pause that this calls for; ``None`` where the database is at home. Changes nothing."""
    known = await home.known(connection)
    if known is None:
        return None
    before = await switch.paused(connection)
    since = before.at if before is not None else now
    if before is not None and before.why is Why.RESTORED and before.used is not None:
        # By the command “restore”: it has a new file, and is where it is meant to be.
        return replace(before, was=known.place, here=here)
    used = await standstill.last_beat(connection)
    if not known.has(here):
        return Pause(why=Why.MOVED, at=since, was=known.place, used=used or known.since, here=here)
    marked = home.marked(settings.data_dir, here)
    if marked is not None and used is not None and marked - used > BEATS_APART:
        return Pause(why=Why.RESTORED, at=since, was=known.place, used=used, here=here)
    return None
