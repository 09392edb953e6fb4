"""The people of the press office as those who are told things: when, and in which languages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.hours import Hours
from bot.chat.office import TRANSPORT
from bot.releases.notices import PENDING
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database


@dataclass(frozen=True, kw_only=True)
class Reader:
    hours: Hours
    languages: tuple[str, ...]


async def readers(
    connection: AsyncConnection, settings: Settings, staff: Collection[int]
) -> Mapping[int, Reader]:
    """Each of these people. The zone is that of their subscription, else the office's; so are the
    languages, but that somebody who was invited had a language then."""
    s, p = t.subscriber.c, t.staff_person.c
    subscribed = await connection.execute(
        select(s.address, s.languages, s.timezone).where(
            s.transport == TRANSPORT, s.address.in_([str(ident) for ident in staff])
        )
    )
    found = {
        ident: Reader(hours=Hours(zone=settings.timezone), languages=settings.languages)
        for ident in staff
    }
    rows = await connection.execute(select(t.staff_person).where(p.user_id.in_(list(staff))))
    for row in rows:
        languages = tuple(filter(None, (row.language, *settings.languages)))
        found[row.user_id] = Reader(hours=_hours(row, settings.timezone), languages=languages)
    for row in subscribed:
        ident = int(row.address)
        hours = replace(found[ident].hours, zone=row.timezone)
        found[ident] = Reader(hours=hours, languages=tuple(row.languages.split()))
    return found


async def reader(connection: AsyncConnection, settings: Settings, user_id: int) -> Reader:
    return (await readers(connection, settings, [user_id]))[user_id]


def _hours(row: Any, zone: str) -> Hours:
    return Hours(
        zone=zone,
        digest=row.digest_hour,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        urgent_always=row.urgent_always,
    )


async def set_hours(
    database: Database, connection: AsyncConnection, user_id: int, hours: Hours, now: datetime
) -> None:
    """Note what somebody wants, and look again at what waits for them."""
    values = {
        "digest_hour": hours.digest,
        "quiet_from": hours.quiet_from,
        "quiet_until": hours.quiet_until,
        "urgent_always": hours.urgent_always,
    }
    added = database.insert(t.staff_person).values(user_id=user_id, **values)
    await connection.execute(added.on_conflict_do_update(index_elements=["user_id"], set_=values))
    c = t.notice_copy.c
    await connection.execute(
        update(t.notice_copy)
        .where(c.staff == str(user_id), c.state == PENDING, c.attempts == 0)
        .values(due_at=now)
    )
