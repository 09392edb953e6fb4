"""Occurrences in the database: filled ahead by the pure rule, found by civil date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
    series: str
    planned_until: datetime | None
    gates: tuple[datetime, ...]
    """The embargo and the time set for its release (UTC): before them it may have to wait."""


async def fill(
    database: Database, connection: AsyncConnection, today: date, at_most: int = 500
) -> int:
    """Bring the occurrences of accepted observances up to 400 days ahead of ``today``.

    None is of a day before the release's own date: what came earlier is history, not news.
    Those that an edited observance no longer has are removed while they are still to come.
    Returns how many observances were filled; ``at_most`` means that there may be more.
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
            .limit(at_most)
        )
    ).all()
    if not observances:
        return 0
    ids = [row.id for row in observances]
    await connection.execute(
        delete(t.occurrence).where(
            t.occurrence.c.observance_id.in_(ids),
            t.occurrence.c.state == "coming",
            t.occurrence.c.civil_date > today - BEHIND,
        )
    )
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
        for row in observances
        for anniversary in anniversaries(observance_spec(row), today - BEHIND, today + AHEAD)
        if anniversary.occasion >= row.bears
    ]
    if rows:
        await connection.execute(database.insert(t.occurrence).on_conflict_do_nothing(), rows)
    await connection.execute(
        update(t.observance).where(t.observance.c.id.in_(ids)).values(filled_until=today + AHEAD)
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


async def forget_planned(connection: AsyncConnection, until: date) -> None:
    """Look again at every zone of what is under way or to come by ``until``: settings may have
    changed."""
    o = t.occurrence
    await connection.execute(
        update(o)
        .where(
            o.c.state.in_(("coming", "underway")),
            o.c.civil_date <= until,
            o.c.planned_until.is_not(None),
        )
        .values(planned_until=None)
    )


async def set_planned(connection: AsyncConnection, ident: int, until: datetime | None) -> None:
    """Note that every zone whose hour had come by ``until`` (UTC) has been seen to; ``None``:
    look at them all again."""
    await connection.execute(
        update(t.occurrence).where(t.occurrence.c.id == ident).values(planned_until=until)
    )


def _query() -> Select[Any]:
    return (
        select(
            t.occurrence.c.id.label("occurrence_id"),
            t.occurrence.c.number,
            t.occurrence.c.year,
            t.occurrence.c.lead.label("days_ahead"),
            t.occurrence.c.occasion_date,
            t.occurrence.c.civil_date,
            t.occurrence.c.state,
            t.occurrence.c.planned_until,
            *(c for c in t.observance.c if c.name not in ("id", "filled_until")),
            t.release.c.embargo_at,
            t.release.c.publish_at,
        )
        .join(t.observance, t.observance.c.id == t.occurrence.c.observance_id)
        .join(t.release, t.release.c.id == t.observance.c.release_id)
    )


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
        series=row.series,
        planned_until=row.planned_until,
        gates=tuple(at for at in (row.embargo_at, row.publish_at) if at is not None),
    )
