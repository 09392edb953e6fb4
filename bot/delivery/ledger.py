"""The ledger: one row for each announcement and subscriber, under a unique key.

All functions run inside a transaction; the same statements on SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Float,
    Row,
    Select,
    Update,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from bot.audience.choice import Choice
from bot.audience.posts import delay
from bot.audience.repository import Preference, chose
from bot.audience.subscriber import SubscriberState
from bot.delivery.announcement import Announcement, AnnouncementState
from bot.delivery.outcome import IN_PLACE, MOST_EDITS, OPEN, Change, DeliveryState, Way
from bot.delivery.pace import is_blocked
from bot.delivery.switch import is_paused
from bot.delivery.workers import has_died
from bot.store import tables as t
from bot.store.database import Database

_WAITING = (DeliveryState.PENDING, DeliveryState.RETRYING)

CORRECTION, WITHDRAWAL = "correction", "withdrawal"
"""Kinds of announcements that follow one up because its text was changed or taken back."""

URGENT = (CORRECTION, WITHDRAWAL)
"""They overtake all others."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A delivery that this worker, and no other, may send now."""

    subscriber_id: int
    transport: str
    address: str
    languages: tuple[str, ...]
    language: str
    fallback: bool
    due_at: datetime
    claimed_at: datetime
    attempts: int
    reason: str
    way: Way = Way.SEND
    earlier: str = ""
    """The message that is edited or replied to; "" for none."""
    unreachable: bool = False
    """Nothing reached this subscriber lately: it is tried because staff said so."""
    revision: int = 0
    """Of the published text that is to be sent; a later one may be sent as well."""
    quiet: str = ""
    zone: str = "UTC"
    """In which the hours of :mod:`bot.audience.quiet` are."""


async def announce(
    database: Database,
    connection: AsyncConnection,
    *,
    key: str,
    kind: str,
    published_id: int | None,
    due_at: datetime,
    now: datetime,
    occurrence_id: int | None = None,
    about_id: int | None = None,
    revision: int = 0,
    state: AnnouncementState = AnnouncementState.PLANNING,
    reason: str = "",
) -> int:
    """Create the announcement of that key, or find it; returns its id."""
    await connection.execute(
        database.insert(t.announcement)
        .values(
            key=key,
            kind=kind,
            published_id=published_id,
            occurrence_id=occurrence_id,
            about_id=about_id,
            revision=revision,
            state=state,
            reason=reason,
            due_at=due_at,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )
    ident: int | None = await connection.scalar(
        select(t.announcement.c.id).where(t.announcement.c.key == key)
    )
    assert ident is not None
    return ident


async def announcements(
    connection: AsyncConnection, *states: AnnouncementState, to_change: bool = False
) -> list[Announcement]:
    """Announcements, newest first; those in ``states`` only, if any are given.

    ``to_change`` keeps others from changing them until this transaction ends.
    """
    query = select(t.announcement).order_by(t.announcement.c.id.desc())
    if states:
        query = query.where(t.announcement.c.state.in_(states))
    if to_change:
        query = query.with_for_update()
    return [_announcement(row) for row in await connection.execute(query)]


async def by_key(
    connection: AsyncConnection, key: str, *, to_change: bool = False
) -> Announcement | None:
    query = select(t.announcement).where(t.announcement.c.key == key)
    if to_change:
        query = query.with_for_update()
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _announcement(row)


async def find(
    connection: AsyncConnection, ident: int, *, to_change: bool = False
) -> Announcement | None:
    query = select(t.announcement).where(t.announcement.c.id == ident)
    if to_change:
        query = query.with_for_update()
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _announcement(row)


async def by_id(connection: AsyncConnection, ident: int) -> Announcement:
    query = select(t.announcement).where(t.announcement.c.id == ident)
    return _announcement((await connection.execute(query)).one())


async def of_release(
    connection: AsyncConnection, release_id: int, *, to_change: bool = False
) -> list[Announcement]:
    query = (
        select(t.announcement)
        .outerjoin(t.published, t.published.c.id == t.announcement.c.published_id)
        .outerjoin(t.occurrence, t.occurrence.c.id == t.announcement.c.occurrence_id)
        .outerjoin(t.observance, t.observance.c.id == t.occurrence.c.observance_id)
        .where(
            or_(
                t.published.c.release_id == release_id,
                t.observance.c.release_id == release_id,
            )
        )
        .order_by(t.announcement.c.id)
    )
    if to_change:
        query = query.with_for_update(of=t.announcement)
    return [_announcement(row) for row in await connection.execute(query)]


async def of_page(connection: AsyncConnection, published_id: int) -> list[Announcement]:
    """The announcements of one page, oldest first; nobody else changes them meanwhile."""
    query = (
        select(t.announcement)
        .where(t.announcement.c.published_id == published_id)
        .order_by(t.announcement.c.id)
        .with_for_update()
    )
    return [_announcement(row) for row in await connection.execute(query)]


async def forget(connection: AsyncConnection, ident: int) -> None:
    """Take back an announcement that concerns nobody."""
    await connection.execute(delete(t.announcement).where(t.announcement.c.id == ident))


async def set_state(
    connection: AsyncConnection,
    ident: int,
    state: AnnouncementState,
    *,
    reason: str = "",
    finished_at: datetime | None = None,
) -> None:
    await connection.execute(
        update(t.announcement)
        .where(t.announcement.c.id == ident)
        .values(state=state, reason=reason, finished_at=finished_at)
    )


async def finish(connection: AsyncConnection, ident: int, now: datetime) -> bool:
    """End an announcement that is being sent and of which nothing is open; whether it was so.

    Locked first: what is opened again meanwhile (:mod:`bot.delivery.resend`, or a late outcome)
    is seen here, or sees there that it has ended.
    """
    found = await find(connection, ident, to_change=True)
    if found is None or found.state is not AnnouncementState.SENDING:
        return False
    if await still_open(connection, ident):
        return False
    await set_state(connection, ident, AnnouncementState.DONE, finished_at=now)
    return True


async def set_published(connection: AsyncConnection, ident: int, published_id: int | None) -> None:
    await connection.execute(
        update(t.announcement).where(t.announcement.c.id == ident).values(published_id=published_id)
    )


async def set_occurrence(connection: AsyncConnection, ident: int, occurrence_id: int) -> None:
    """What was decided of an occurrence before its day outlives the row that it was then."""
    await connection.execute(
        update(t.announcement)
        .where(t.announcement.c.id == ident)
        .values(occurrence_id=occurrence_id)
    )


class Plan(Protocol):
    """How the audience of one preference enters the ledger: :func:`plan`, or a count of it."""

    async def __call__(
        self,
        database: Database,
        connection: AsyncConnection,
        announcement: Announcement,
        preference: Preference,
        choice: Choice,
        *,
        due_at: datetime,
        before: datetime,
        zone: str | None = None,
        moved_after: datetime | None = None,
    ) -> int: ...


async def plan(
    database: Database,
    connection: AsyncConnection,
    announcement: Announcement,
    preference: Preference,
    choice: Choice,
    *,
    due_at: datetime,
    before: datetime,
    zone: str | None = None,
    moved_after: datetime | None = None,
) -> int:
    """Write the pending rows of everybody with this preference (in this zone); returns how many.

    Only who subscribed by ``before`` is in the audience; with ``moved_after`` only who came to
    their zone after that. Planning again adds nothing twice.
    """
    audience = select(
        literal(announcement.id),
        t.subscriber.c.id,
        literal(choice.language),
        literal(choice.fallback),
        literal(DeliveryState.PENDING.value),
        literal(due_at + delay(preference.languages), t.delivery.c.due_at.type),
        t.subscriber.c.transport,
    ).where(*audience_of(preference, before, zone, moved_after))
    # In the order of the ledger's key: a million rows in any other touch its pages at random.
    audience = audience.order_by(t.subscriber.c.id)
    columns = (
        *("announcement_id", "subscriber_id", "language", "fallback", "state", "due_at"),
        "transport",
    )
    return await enter(database, connection, announcement.id, columns, audience)


async def enter(
    database: Database,
    connection: AsyncConnection,
    announcement_id: int,
    columns: Sequence[str],
    lines: Select[Any],
) -> int:
    """Write ``lines`` into the ledger, but for what is there already, and count them: what is
    lost from it is missed. Returns how many were written."""
    added = database.insert(t.delivery).from_select(columns, lines).on_conflict_do_nothing()
    result = await connection.execute(added, execution_options={"preserve_rowcount": True})
    number = int(result.rowcount)
    if number:
        a = t.announcement
        await connection.execute(
            update(a).where(a.c.id == announcement_id).values(planned=a.c.planned + number)
        )
    return number


async def count_planned(
    connection: AsyncConnection,
    announcement: Announcement,
    preference: Preference,
    *,
    before: datetime,
    zone: str | None = None,
    moved_after: datetime | None = None,
) -> int:
    """How many rows :func:`plan` would write."""
    s, d = t.subscriber, t.delivery
    has_it = exists().where(d.c.announcement_id == announcement.id, d.c.subscriber_id == s.c.id)
    query = select(func.count()).where(
        *audience_of(preference, before, zone, moved_after), ~has_it.correlate(s)
    )
    return int(await connection.scalar(query) or 0)


async def not_planned(
    connection: AsyncConnection,
    announcement: Announcement,
    preference: Preference,
    *,
    before: datetime,
    zone: str | None = None,
) -> list[int]:
    """The subscribers for whom :func:`plan` would write a row, and would have by then."""
    s, d = t.subscriber, t.delivery
    has_it = exists().where(d.c.announcement_id == announcement.id, d.c.subscriber_id == s.c.id)
    # Who has chosen otherwise since, or was out of reach then, was in another audience, or none.
    wished = or_(s.c.wish_since.is_(None), s.c.wish_since <= before)
    query = select(s.c.id).where(
        *audience_of(preference, before, zone), wished, ~has_it.correlate(s)
    )
    return list(await connection.scalars(query))


def audience_of(
    preference: Preference,
    before: datetime,
    zone: str | None = None,
    moved_after: datetime | None = None,
) -> list[ColumnElement[bool]]:
    """Who they are: as what is asked of :func:`plan`."""
    s = t.subscriber
    where = [
        s.c.state == SubscriberState.ACTIVE,
        s.c.languages == " ".join(preference.languages),
        s.c.topics == " ".join(preference.topics),
        s.c.created_at <= before,
        chose(preference.among),
    ]
    if zone is not None:
        where.append(s.c.timezone == zone)
    if moved_after is not None:
        where.append(s.c.zone_since > moved_after)
    return where


_PARTED = "\x1f"
"""Between the parts of :data:`_PERSON`; in none of them."""


def _person() -> ColumnElement[str]:
    s = t.subscriber.c
    parts = (s.transport, s.address, s.languages, s.state, s.timezone, s.quiet)
    whole: ColumnElement[str] = parts[0]
    for part in parts[1:]:
        whole = whole + literal(_PARTED) + part
    return whole


_PERSON = _person()
"""What sending needs of a subscriber, in one value: for each message it is looked up once, not once
for each column."""


def _claim() -> ReturningUpdate[Any]:
    d, s, a, p = t.delivery, t.subscriber, t.announcement, t.published
    now = bindparam("b_now", type_=d.c.due_at.type)
    announcement = d.c.announcement_id == bindparam("b_announcement")
    # Work that was handed out before an announcement was held or cancelled finds nothing. The
    # page is locked against corrections: nobody claims under a text that is being replaced.
    live = (
        select(p.c.revision)
        .select_from(a)
        .join(p, p.c.id == a.c.published_id)
        .where(
            a.c.id == bindparam("b_announcement"),
            a.c.state == literal(AnnouncementState.SENDING.value),
            or_(p.c.withdrawn_at.is_(None), a.c.kind == literal(WITHDRAWAL)),
        )
        .with_for_update(read=True, of=p)
        .cte("live")
    )
    due = (
        select(d.c.subscriber_id)
        .where(
            announcement,
            d.c.state.in_([literal(state.value) for state in _WAITING]),
            d.c.due_at <= now,
            ~is_blocked(bindparam("b_bot"), bindparam("b_at", type_=Float)),
            ~is_paused(),
            exists(select(live.c.revision)),
        )
        .limit(bindparam("b_limit"))
        .with_for_update(skip_locked=True, of=d)
        # A CTE is carried out once; a subquery PostgreSQL may repeat, and claim beyond the limit.
        .cte("due")
    )
    person = s.c.id == d.c.subscriber_id
    return (
        update(d)
        # Not the state once more: the rows are locked since they were found waiting, and SQLite
        # would look for them through the index on states, past all that is still to be sent.
        .where(announcement, d.c.subscriber_id.in_(select(due.c.subscriber_id)))
        .values(
            state=DeliveryState.SENDING,
            worker=bindparam("b_worker"),
            claimed_at=now,
            attempts=d.c.attempts + 1,
            revision=select(live.c.revision).scalar_subquery(),
        )
        .returning(
            d.c.subscriber_id,
            d.c.language,
            d.c.fallback,
            d.c.due_at,
            d.c.attempts,
            d.c.reason,
            d.c.way,
            d.c.revision,
            select(_PERSON).where(person).scalar_subquery().label("person"),
        )
    )


def _record() -> Update:
    d = t.delivery
    return (
        update(d)
        .where(
            d.c.announcement_id == bindparam("b_announcement"),
            d.c.subscriber_id == bindparam("b_subscriber"),
            d.c.worker == bindparam("b_worker"),
            or_(d.c.state == DeliveryState.SENDING, d.c.state == DeliveryState.UNKNOWN),
            # What became of an earlier claim of the same worker's is not what becomes of this one.
            d.c.claimed_at
            == func.coalesce(bindparam("b_claimed", type_=d.c.claimed_at.type), d.c.claimed_at),
        )
        .values(
            state=bindparam("b_state"),
            reason=bindparam("b_reason"),
            message_ids=bindparam("b_ids"),
            due_at=func.coalesce(bindparam("b_due", type_=d.c.due_at.type), d.c.due_at),
            way=func.coalesce(bindparam("b_way", type_=d.c.way.type), d.c.way),
            at=bindparam("b_at"),
        )
    )


# Built once: both run for every few messages, and building one costs more than carrying it out.
_CLAIM, _RECORD = _claim(), _record()


async def claim(
    connection: AsyncConnection,
    announcement_id: int,
    worker: str,
    now: datetime,
    limit: int,
    *,
    bot: str = "",
) -> list[Claim]:
    """Take up to ``limit`` deliveries that are due, as ``sending``: the intent, before the act.

    None while all sending is paused (:mod:`bot.delivery.switch`), or the ``bot`` of that key
    (:mod:`bot.delivery.pace`) has been told to wait.
    """
    values = {
        "b_announcement": announcement_id,
        "b_worker": worker,
        "b_now": now,
        "b_limit": limit,
        "b_bot": bot,
        "b_at": now.timestamp(),
    }
    claims, gone = [], []
    for row in await connection.execute(_CLAIM, values):
        if row.person is None:
            gone.append(row.subscriber_id)
            continue
        transport, address, languages, state, zone, quiet = row.person.split(_PARTED)
        claims.append(
            Claim(
                subscriber_id=row.subscriber_id,
                transport=transport,
                address=address,
                languages=tuple(languages.split()),
                language=row.language,
                fallback=row.fallback,
                due_at=row.due_at,
                claimed_at=now,
                attempts=row.attempts,
                reason=row.reason,
                way=Way(row.way),
                revision=row.revision,
                unreachable=state == SubscriberState.UNREACHABLE,
                quiet=quiet,
                zone=zone,
            )
        )
    if gone:
        stopped = Change(state=DeliveryState.FAILED, reason="stopped")
        await record(connection, announcement_id, worker, [(i, stopped) for i in gone], now)
    return claims


async def record(
    connection: AsyncConnection,
    announcement_id: int,
    worker: str,
    changes: Iterable[tuple[int, Change]],
    now: datetime,
    *,
    claimed_at: Mapping[int, datetime] = MappingProxyType({}),
) -> None:
    """Write outcomes of this worker's own claims; ``claimed_at`` is, by subscriber, when it made
    them: it may have claimed the same anew since.

    A worker that was thought dead may still say what became of its ``unknown`` rows.
    """
    rows = [
        {
            "b_announcement": announcement_id,
            "b_worker": worker,
            "b_subscriber": ident,
            "b_state": change.state,
            "b_reason": change.reason,
            "b_ids": " ".join(change.message_ids) or None,
            "b_due": change.due_at,
            "b_way": change.way,
            "b_at": now,
            "b_claimed": claimed_at.get(ident),
        }
        for ident, change in changes
    ]
    if not rows:
        return
    again = any(row["b_state"] == DeliveryState.RETRYING for row in rows)
    state = await _kept_state(connection, announcement_id) if again else None
    await connection.execute(_RECORD, rows)
    # What was in flight while its announcement was cancelled is not tried again; one that seemed
    # to be through goes on.
    match state:
        case AnnouncementState.CANCELLED:
            await cancel(connection, announcement_id, now)
        case AnnouncementState.DONE:
            await set_state(connection, announcement_id, AnnouncementState.SENDING)


async def _kept_state(connection: AsyncConnection, announcement_id: int) -> str | None:
    """The announcement's state, which nobody changes until this transaction ends."""
    a = t.announcement.c
    query = select(a.state).where(a.id == announcement_id).with_for_update(read=True)
    state: str | None = await connection.scalar(query)
    return state


async def is_any_stale(
    connection: AsyncConnection, claimed_before: datetime, now: datetime
) -> bool:
    """Whether there is anything that :func:`sweep` would mark."""
    query = select(t.delivery.c.subscriber_id).where(t.IN_FLIGHT, _is_lost(claimed_before, now))
    return await connection.scalar(query.limit(1)) is not None


def _is_lost(claimed_before: datetime, now: datetime) -> ColumnElement[bool]:
    d = t.delivery.c
    return or_(d.claimed_at <= claimed_before, has_died(d.worker, now))


async def sweep(connection: AsyncConnection, claimed_before: datetime, now: datetime) -> int:
    """Mark as ``unknown`` what has been ``sending`` for longer than a send can last, or by a
    worker that has died (:mod:`bot.delivery.workers`); returns how many those are. They are of
    the time when they were claimed: then, if at all, it was sent. An edit is made again instead:
    twice does no harm."""
    d = t.delivery
    key = tuple_(d.c.announcement_id, d.c.subscriber_id)
    # Whoever is just recording one of them is not dead: waiting for each other would be a deadlock.
    lost = (
        select(d.c.announcement_id, d.c.subscriber_id)
        .where(t.IN_FLIGHT, _is_lost(claimed_before, now))
        .with_for_update(skip_locked=True)
    )
    stuck = update(d).where(t.IN_FLIGHT, key.in_(lost))
    goes_on = exists().where(
        t.announcement.c.id == d.c.announcement_id,
        t.announcement.c.state != AnnouncementState.CANCELLED,
    )
    await connection.execute(
        stuck.where(d.c.way.in_(IN_PLACE), d.c.attempts < MOST_EDITS, goes_on).values(
            state=DeliveryState.RETRYING, reason="interrupted"
        )
    )
    result = await connection.execute(
        stuck.values(state=DeliveryState.UNKNOWN, reason="interrupted", at=d.c.claimed_at)
    )
    return int(result.rowcount)


async def open_of(connection: AsyncConnection, announcement_id: int) -> int:
    """How many deliveries of the announcement have no final state yet."""
    d = t.delivery.c
    query = select(func.count()).where(d.announcement_id == announcement_id, d.state.in_(OPEN))
    return int(await connection.scalar(query) or 0)


async def waiting(connection: AsyncConnection, announcement_id: int, now: datetime) -> int:
    """How many deliveries of the announcement could be claimed now."""
    query = select(func.count()).where(
        t.delivery.c.announcement_id == announcement_id,
        t.delivery.c.state.in_(_WAITING),
        t.delivery.c.due_at <= now,
    )
    return int(await connection.scalar(query) or 0)


async def held_back(connection: AsyncConnection, announcement_id: int) -> bool:
    """Whether some zone of an occurrence still waits for staff to decide."""
    query = select(t.wave.c.zone).where(
        t.wave.c.announcement_id == announcement_id, t.wave.c.state == "held"
    )
    return await connection.scalar(query.limit(1)) is not None


async def is_any_due(connection: AsyncConnection, announcement_id: int, now: datetime) -> bool:
    """Whether a delivery of the announcement could be claimed now."""
    return await _is_any(
        connection, announcement_id, t.delivery.c.state.in_(_WAITING), t.delivery.c.due_at <= now
    )


async def still_open(connection: AsyncConnection, announcement_id: int) -> bool:
    """Whether a delivery of the announcement has no final state yet."""
    return await _is_any(connection, announcement_id, t.delivery.c.state.in_(OPEN))


async def _is_any(connection: AsyncConnection, announcement_id: int, *where: Any) -> bool:
    query = select(exists().where(t.delivery.c.announcement_id == announcement_id, *where))
    return bool(await connection.scalar(query))


async def waves(
    connection: AsyncConnection, announcement_id: int, *states: str
) -> dict[str, datetime]:
    """The zones of an occurrence that have been planned or held: zone → when it was due there."""
    query = select(t.wave.c.zone, t.wave.c.due_at).where(
        t.wave.c.announcement_id == announcement_id
    )
    if states:
        query = query.where(t.wave.c.state.in_(states))
    return {row.zone: row.due_at for row in await connection.execute(query)}


async def is_announced(
    connection: AsyncConnection, series: str, number: int, lead: int, *, but: int
) -> bool:
    """Whether an occurrence of that series, number and lead, other than ``but``, has begun."""
    o = t.occurrence
    query = (
        select(t.announcement.c.id)
        .join(o, o.c.id == t.announcement.c.occurrence_id)
        .join(t.observance, t.observance.c.id == o.c.observance_id)
        .where(
            t.observance.c.series == series,
            o.c.number == number,
            o.c.lead == lead,
            o.c.id != but,
            t.announcement.c.published_id.is_not(None),
        )
    )
    return await connection.scalar(query.limit(1)) is not None


async def cancel(
    connection: AsyncConnection, announcement_id: int, now: datetime, reason: str = "cancelled"
) -> int:
    """End what has not been sent; returns how many that were."""
    d = t.delivery
    result = await connection.execute(
        update(d)
        .where(d.c.announcement_id == announcement_id, d.c.state.in_(_WAITING))
        .values(state=DeliveryState.FAILED, reason=reason, at=now)
    )
    return int(result.rowcount)


def _announcement(row: Row[Any]) -> Announcement:
    return Announcement(
        id=row.id,
        key=row.key,
        kind=row.kind,
        published_id=row.published_id,
        occurrence_id=row.occurrence_id,
        about_id=row.about_id,
        state=AnnouncementState(row.state),
        reason=row.reason,
        due_at=row.due_at,
        created_at=row.created_at,
        finished_at=row.finished_at,
        revision=row.revision,
        paid=row.paid,
        planned=row.planned,
    )
