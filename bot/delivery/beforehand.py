"""What staff decide of an anniversary before its day: to hold it, to cancel it, to let it be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.delivery import ledger
from bot.delivery.announcement import (
    BY_STAFF,
    Announcement,
    AnnouncementState,
    called,
    occurrence_key,
)
from bot.errors import Conflict, NotFound
from bot.occasions import repository as occasions
from bot.occasions.calendar import moment_in
from bot.occasions.repository import Occurrence
from bot.releases import audit, repository, review
from bot.releases.review import Actor
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database, touch
from translations.text import text

Decision = Literal["hold", "cancel", "let be"]

_STATES = {"hold": AnnouncementState.HELD, "cancel": AnnouncementState.CANCELLED}
_ACTS = {"hold": "pause", "cancel": "cancel", "let be": "resume"}
"""As they are called in the audit log, with the announcement that they are about."""


async def decided(connection: AsyncConnection) -> dict[str, AnnouncementState]:
    """What was decided of anniversaries, by the key of their announcement."""
    a = t.announcement.c
    rows = await connection.execute(
        select(a.key, a.state).where(a.reason == BY_STAFF, a.published_id.is_(None))
    )
    return {row.key: AnnouncementState(row.state) for row in rows}


async def is_cancelled(connection: AsyncConnection, keys: Iterable[str]) -> bool:
    """Whether staff have cancelled one of these announcements before its day."""
    a = t.announcement.c
    for key in keys:
        query = select(a.state).where(a.key == key, a.reason == BY_STAFF)
        if await connection.scalar(query) == AnnouncementState.CANCELLED:
            return True
    return False


async def decide(
    database: Database,
    settings: Settings,
    clock: Clock,
    actor: Actor,
    occurrence: Occurrence,
    decision: Decision,
) -> None:
    """Hold or cancel what would be announced on its day, or let it be announced after all.

    It holds for every release of the series, whichever would speak. Raises ``Conflict`` where
    that is decided already, or the announcement has begun.
    """
    review.demand(actor, "schedule")
    async with database.write() as connection:
        now = clock.now()
        alike = await _alike(connection, occurrence)
        changed = False
        for one in alike:
            key = await _key(connection, one)
            known = await ledger.by_key(connection, key, to_change=True)
            if known is not None and not _is_by_staff(known):
                raise Conflict(
                    text("It has begun already: {announcement}.", announcement=called(key))
                )
            if decision == "let be":
                changed |= known is not None
                await _forget(connection, known)
            elif known is None or known.state is not _STATES[decision]:
                changed = True
                await _note(database, connection, settings, one, key, known, decision, now)
        key = await _key(connection, occurrence)
        if not changed:
            raise Conflict(
                text("That is decided already: {announcement}.", announcement=called(key))
            )
        slug = key.split("/", maxsplit=1)[0]
        await audit.record(connection, now, actor, _ACTS[decision], slug, announcement=key)
        await touch(database, connection)


async def _alike(connection: AsyncConnection, occurrence: Occurrence) -> Sequence[Occurrence]:
    coming = await occasions.between(connection, date.min, date.max, "coming")
    wanted = (occurrence.series, occurrence.number, occurrence.lead)
    alike = [o for o in coming if (o.series, o.number, o.lead) == wanted]
    if occurrence.id not in [o.id for o in alike]:
        raise NotFound(text("This anniversary is not to come any more. /queue shows what is."))
    return alike


async def _key(connection: AsyncConnection, occurrence: Occurrence) -> str:
    release = await repository.by_id(connection, occurrence.release_id, to_change=True)
    return occurrence_key(release.slug, occurrence.year, occurrence.lead)


def _is_by_staff(known: Announcement) -> bool:
    return known.reason == BY_STAFF and known.published_id is None


async def _note(
    database: Database,
    connection: AsyncConnection,
    settings: Settings,
    occurrence: Occurrence,
    key: str,
    known: Announcement | None,
    decision: Decision,
    now: datetime,
) -> None:
    state = _STATES[decision]
    if known is not None:
        await ledger.set_state(connection, known.id, state, reason=BY_STAFF)
        return
    hour = time.fromisoformat(occurrence.spec.at or str(settings.occasion_hour))
    await ledger.announce(
        database,
        connection,
        key=key,
        kind="occurrence",
        published_id=None,
        occurrence_id=occurrence.id,
        due_at=moment_in(settings.timezone, occurrence.civil_date, hour),
        now=now,
        state=state,
        reason=BY_STAFF,
    )


async def _forget(connection: AsyncConnection, known: Announcement | None) -> None:
    if known is not None:
        await connection.execute(delete(t.announcement).where(t.announcement.c.id == known.id))
