"""The ledger as it is read: counted, and line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.outcome import DeliveryState, Way
from bot.store import tables as t

AT_ONCE = 500
"""Lines in memory; well under SQLite's limit of bound values."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """What had become of a delivery before staff had it sent again."""

    state: DeliveryState
    reason: str
    message_ids: tuple[str, ...]
    at: datetime | None
    resent_at: datetime
    resent_by: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One delivery. ``address`` is empty when the subscriber has left; ``headline`` is that of
    the text in their language, as readers now have it. ``earlier`` is its history, oldest first.
    """

    announcement: str
    subscriber_id: int
    transport: str
    address: str
    language: str
    fallback: bool
    state: DeliveryState
    reason: str
    message_ids: tuple[str, ...]
    at: datetime | None
    way: Way = Way.SEND
    headline: str = ""
    earlier: tuple[Past, ...] = ()


async def entries(
    connection: AsyncConnection, *, slug: str | None = None, state: str | None = None
) -> list[Entry]:
    """The lines for the announcements of one release or of all."""
    return [entry async for entry in stream(connection, slug=slug, state=state)]


async def stream(
    connection: AsyncConnection, *, slug: str | None = None, state: str | None = None
) -> AsyncIterator[Entry]:
    """The same in bounded memory, however many they are."""
    has_past = await connection.scalar(select(t.past_delivery.c.number).limit(1)) is not None
    rows = await connection.stream(_query(slug, state), execution_options={"yield_per": AT_ONCE})
    async for some in rows.partitions():
        past = await _past(connection, some) if has_past else {}
        for row in some:
            entry = _entry(row)
            yield replace(entry, earlier=past.get((row.announcement_id, row.subscriber_id), ()))


def _query(slug: str | None, state: str | None) -> Select[Any]:
    d, a, p, pv, s = (
        t.delivery,
        t.announcement,
        t.published,
        t.published_variant,
        t.subscriber,
    )
    text = (pv.c.published_id == a.c.published_id) & (pv.c.language == d.c.language)
    query = (
        select(d, a.c.key, s.c.address, pv.c.headline)
        .join(a, a.c.id == d.c.announcement_id)
        .outerjoin(p, p.c.id == a.c.published_id)
        .outerjoin(pv, text)
        .outerjoin(s, s.c.id == d.c.subscriber_id)
        .order_by(d.c.announcement_id, d.c.subscriber_id)
    )
    if slug is not None:
        # What has no page yet is told by its key, which begins with the release's slug.
        named = a.c.key.startswith(f"{slug}/", autoescape=True)
        query = query.where(or_(named, p.c.slug == slug))
    if state is not None:
        query = query.where(d.c.state == state)
    return query


async def _past(
    connection: AsyncConnection, rows: Sequence[Row[Any]]
) -> dict[tuple[int, int], tuple[Past, ...]]:
    p = t.past_delivery
    found: dict[tuple[int, int], list[Past]] = defaultdict(list)
    query = (
        select(p)
        .where(
            p.c.announcement_id.in_({row.announcement_id for row in rows}),
            p.c.subscriber_id.in_([row.subscriber_id for row in rows]),
        )
        .order_by(p.c.number)
    )
    for row in await connection.execute(query):
        found[row.announcement_id, row.subscriber_id].append(
            Past(
                state=DeliveryState(row.state),
                reason=row.reason,
                message_ids=tuple((row.message_ids or "").split()),
                at=row.at,
                resent_at=row.resent_at,
                resent_by=row.resent_by,
            )
        )
    return {key: tuple(past) for key, past in found.items()}


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        announcement=row.key,
        subscriber_id=row.subscriber_id,
        transport=row.transport,
        address=row.address or "",
        language=row.language,
        fallback=row.fallback,
        state=DeliveryState(row.state),
        reason=row.reason,
        message_ids=tuple((row.message_ids or "").split()),
        at=row.at,
        way=Way(row.way),
        headline=row.headline or "",
    )


@dataclass(frozen=True, kw_only=True)
class Count:
    """So many deliveries by that transport, in that language and state, for that reason."""

    transport: str
    language: str
    state: str
    reason: str
    number: int


async def tally(connection: AsyncConnection, announcement_id: int) -> tuple[Count, ...]:
    """The deliveries of an announcement, counted."""
    d = t.delivery
    columns = (d.c.transport, d.c.language, d.c.state, d.c.reason)
    rows = await connection.execute(
        select(*columns, func.count())
        .where(d.c.announcement_id == announcement_id)
        .group_by(*columns)
        .order_by(*columns)
    )
    return tuple(
        Count(transport=transport, language=language, state=state, reason=reason, number=number)
        for transport, language, state, reason, number in rows
    )
