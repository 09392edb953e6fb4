"""What staff may do to an announcement, and to all sending: pause it, resume it, cancel it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.delivery import ledger, occurrences, standstill, switch
from bot.delivery.announcement import RESUMED, Announcement, AnnouncementState, called
from bot.delivery.switch import Pause, Why
from bot.errors import Conflict, NotFound
from bot.releases import audit, review
from bot.releases.review import Actor
from bot.settings import Settings
from bot.store import home
from bot.store.database import Database, touch
from translations.text import text

_ENDED = (AnnouncementState.CANCELLED, AnnouncementState.DONE)


async def pause(database: Database, clock: Clock, actor: Actor, name: int | str) -> Announcement:
    """Send nothing more of it until it is resumed; what is in flight ends."""
    review.demand(actor, "schedule")
    async with database.write() as connection:
        announcement = await _find(connection, name)
        _demand_open(announcement)
        if announcement.state is AnnouncementState.HELD:
            raise Conflict(
                text(
                    "It is held already, and nothing of it is sent until you resume it: "
                    "{announcement}.",
                    announcement=called(announcement.key),
                )
            )
        await ledger.set_state(
            connection, announcement.id, AnnouncementState.PAUSED, reason=announcement.reason
        )
        await _noted(database, connection, clock.now(), actor, "pause", announcement)
        return announcement


async def resume(database: Database, clock: Clock, actor: Actor, name: int | str) -> Announcement:
    """Let what was paused go on where it was; send what is held, although it is late.

    ``name`` is an announcement's id or key.
    """
    review.demand(actor, "schedule")
    async with database.write() as connection:
        announcement = await _find(connection, name)
        _demand_open(announcement)
        reason = announcement.reason
        if announcement.state is not AnnouncementState.PAUSED:
            await occurrences.reopen(connection, announcement)
            reason = RESUMED
        # A publication that was paused before it was planned is planned now; twice adds nothing.
        unplanned = announcement.published_id is None or (
            announcement.state is AnnouncementState.PAUSED and announcement.kind == "publication"
        )
        state = AnnouncementState.PLANNING if unplanned else AnnouncementState.SENDING
        await ledger.set_state(connection, announcement.id, state, reason=reason)
        await _noted(database, connection, clock.now(), actor, "resume", announcement)
        return announcement


async def pause_all(database: Database, clock: Clock, actor: Actor) -> None:
    """Stop all sending, whatever is under way. Pages, feeds and conversation go on."""
    review.demand(actor, "administer")
    async with database.write() as connection:
        now = clock.now()
        if await switch.paused(connection) is not None:
            raise Conflict(text("All sending is paused already."))
        await switch.stop(database, connection, Pause(why=Why.ASKED, at=now))
        await audit.record(connection, now, actor, "pause", "")
        await touch(database, connection)


async def resume_all(database: Database, settings: Settings, clock: Clock, actor: Actor) -> None:
    """Let sending go on; what has become too late meanwhile is held, and staff are asked.

    A database that moved is at home here from now on.
    """
    review.demand(actor, "administer")
    async with database.write() as connection:
        now = clock.now()
        found = await switch.paused(connection)
        if found is None:
            raise Conflict(text("Sending is not paused. Name an announcement to resume that one."))
        await switch.go_on(connection)
        if found.why is not Why.ASKED:
            here = found.here or await home.find(database, connection)
            await home.settle(database, connection, here, now)
            await standstill.hold_begun(database, settings, connection, found.at, now)
        await standstill.hold_late(database, settings, connection, found.at, now)
        await audit.record(connection, now, actor, "resume", "", why=found.why)
        await touch(database, connection)


def _demand_open(announcement: Announcement) -> None:
    if announcement.state in _ENDED:
        raise Conflict(
            text("It has ended already: {announcement}.", announcement=called(announcement.key))
        )


async def cancel(database: Database, clock: Clock, actor: Actor, name: int | str) -> int:
    """Send nothing more of it, nor, where it seemed to be through, to those who still wait for
    their language, or what staff might have sent again; returns how many deliveries that ended."""
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
