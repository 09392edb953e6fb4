"""Notices on their way, one copy for each who is told: found when due, taken, and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.readers import Reader
from bot.releases.notices import PENDING, SENDING
from bot.store import tables as t

TAKEN_FOR = timedelta(minutes=5)
"""After so long whoever took a notice has ended without a word about it."""


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One notice for one member of staff, taken by this process to be sent."""

    notice_id: int
    staff: int
    text: Mapping[str, Any]
    attempts: int
    posted: datetime
    urgent: bool

    def waits(self, known: Mapping[int, Reader]) -> bool:
        """Whether it is told later than it was posted, as its reader wants."""
        return known[self.staff].hours.waits(self.posted, urgent=self.urgent)

    def waits_on(self, known: Mapping[int, Reader], now: datetime) -> datetime | None:
        """Until when it still waits; ``None``: it may be told now."""
        at = known[self.staff].hours.tell_at(self.posted, now, urgent=self.urgent)
        return at if at > now else None


async def find_due(
    connection: AsyncConnection, now: datetime, most: int, staff: int | None = None
) -> list[Copy]:
    """What may be due, the longest due first; of one person, or of all."""
    n, c = t.notice.c, t.notice_copy.c
    query = (
        select(c.notice_id, c.staff, c.attempts, n.text, n.created_at, n.urgent)
        .join(t.notice, n.id == c.notice_id)
        .where(*_is_due(now))
        .order_by(c.due_at, c.notice_id)
        .limit(most)
    )
    if staff is not None:
        query = query.where(c.staff == str(staff))
    return [
        Copy(
            notice_id=row.notice_id,
            staff=int(row.staff),
            text=row.text,
            attempts=row.attempts,
            posted=row.created_at,
            urgent=row.urgent,
        )
        for row in await connection.execute(query)
    ]


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    c = t.notice_copy.c
    return c.state.in_((PENDING, SENDING)), c.due_at <= now


def _still(copy: Copy, now: datetime) -> Update:
    """Change a copy, unless somebody else has taken it."""
    c = t.notice_copy.c
    return update(t.notice_copy).where(
        c.notice_id == copy.notice_id, c.staff == str(copy.staff), *_is_due(now)
    )


async def put_off(connection: AsyncConnection, copy: Copy, now: datetime, to: datetime) -> None:
    await connection.execute(_still(copy, now).values(state=PENDING, due_at=to))


async def claim(connection: AsyncConnection, copy: Copy, now: datetime) -> int | None:
    """How often it has been tried, this time included; ``None``: somebody else took it."""
    c = t.notice_copy.c
    taken = _still(copy, now).values(state=SENDING, attempts=c.attempts + 1, due_at=now + TAKEN_FOR)
    attempts: int | None = await connection.scalar(taken.returning(c.attempts))
    return attempts


async def record(
    connection: AsyncConnection, copy: Copy, state: str, now: datetime, again: datetime | None
) -> None:
    """What became of it, and when it is tried ``again``, if it is."""
    c = t.notice_copy.c
    await connection.execute(
        update(t.notice_copy)
        .where(c.notice_id == copy.notice_id, c.staff == str(copy.staff))
        .values(state=state, at=now, due_at=again or now)
    )
