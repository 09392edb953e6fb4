"""Occurrences in the database: filled ahead by the pure rule, found by civil date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.occasions.observance import anniversaries
from bot.releases.release import ObservanceSpec
from bot.releases.repository import observance_spec
from bot.store import tables as t
from bot.store.database import Database

AHEAD = timedelta(days=400)
BEHIND = timedelta(days=2)  # a civil date is still today somewhere, a day and more after UTC's


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One observance in one year. ``state``: coming, underway, done (over everywhere),
    covered (its release's publication was the announcement) or missed (no approved text).

    ``year`` is of the observance's own calendar. It is announced on ``civil_date``, which is
    ``lead`` days before the ``occasion_date``.
    """

    id: int
    release_id: int
    number: int
    year: int
    lead: int
    occasion_date: date
    civil_date: date
    state: str
    spec: ObservanceSpec


async def fill(database: Database, connection: AsyncConnection, today: date) -> int:
    """Bring the occurrences of every accepted observance up to 400 days ahead of ``today``.

    None lies before the release's own date: what came earlier is history, not news. Those that
    an edited observance no longer has are removed while they are still to come. Returns how
    many observances were filled.
    """
    observances = (
        await connection.execute(
            select(t.observance, t.release.c.date.label("bears"))
            .join(t.release, t.release.c.id == t.observance.c.release_id)
            .where(
                t.observance.c.accepted.is_(True),
                t.observance.c.filled_until.is_(None)
                | (t.observance.c.filled_until < today + AHEAD - timedelta(days=30)),
            )
            .limit(500)
        )
    ).all()
    for row in observances:
        await connection.execute(
            delete(t.occurrence).where(
                t.occurrence.c.observance_id == row.id,
                t.occurrence.c.state == "coming",
                t.occurrence.c.civil_date > today - BEHIND,
            )
        )
        since = max(row.bears - timedelta(days=1), today - BEHIND)
        found = anniversaries(observance_spec(row), since, today + AHEAD)
        rows = [
            {
                "observance_id": row.id,
                "number": anniversary.number,
                "year": anniversary.year,
                "lead": anniversary.lead,
                "occasion_date": anniversary.occasion,
                "civil_date": anniversary.on,
                "state": "coming",
            }
            for anniversary in found
        ]
        if rows:
            await connection.execute(database.insert(t.occurrence).on_conflict_do_nothing(), rows)
        await connection.execute(
            update(t.observance)
            .where(t.observance.c.id == row.id)
            .values(filled_until=today + AHEAD)
        )
    return len(observances)


async def between(
    connection: AsyncConnection, first: date, last: date, *states: str
) -> list[Occurrence]:
    """The occurrences with ``first <= civil_date <= last``, in order of date."""
    query = _query().where(t.occurrence.c.civil_date.between(first, last))
    if states:
        query = query.where(t.occurrence.c.state.in_(states))
    rows = await connection.execute(query.order_by(t.occurrence.c.civil_date, t.occurrence.c.id))
    return [_occurrence(row) for row in rows]


async def by_id(connection: AsyncConnection, ident: int) -> Occurrence:
    return _occurrence((await connection.execute(_query().where(t.occurrence.c.id == ident))).one())


async def set_state(connection: AsyncConnection, ident: int, state: str) -> None:
    await connection.execute(
        update(t.occurrence).where(t.occurrence.c.id == ident).values(state=state)
    )


def _query() -> Select[Any]:
    return select(
        t.occurrence.c.id.label("occurrence_id"),
        t.occurrence.c.number,
        t.occurrence.c.year,
        t.occurrence.c.lead.label("days_ahead"),
        t.occurrence.c.occasion_date,
        t.occurrence.c.civil_date,
        t.occurrence.c.state,
        *(c for c in t.observance.c if c.name not in ("id", "filled_until")),
    ).join(t.observance, t.observance.c.id == t.occurrence.c.observance_id)


def _occurrence(row: Row[Any]) -> Occurrence:
    return Occurrence(
        id=row.occurrence_id,
        release_id=row.release_id,
        number=row.number,
        year=row.year,
        lead=row.days_ahead,
        occasion_date=row.occasion_date,
        civil_date=row.civil_date,
        state=row.state,
        spec=observance_spec(row),
    )
