"""Subscribers in the database. All functions run inside a transaction."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Row,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import posts as several
from bot.audience import rooms
from bot.audience.former import REMEMBERED, former_id, former_ids, hash_key
from bot.audience.posts import Posts
from bot.audience.subscriber import (
    Announcements,
    Subscriber,
    SubscriberState,
    address_hash,
)
from bot.store import tables as t
from bot.store.database import Database
from bot.store.tables import UTCDateTime

EVERYTHING = tuple(Announcements)


@dataclass(frozen=True)
class Preference:
    """A distinct wish among subscribers, and how many share it; only of those who chose one of
    ``among`` to be told of."""

    languages: tuple[str, ...]
    topics: tuple[str, ...]
    count: int
    among: tuple[Announcements, ...] = EVERYTHING


async def find(connection: AsyncConnection, transport: str, address: str) -> Subscriber | None:
    row = (
        await connection.execute(
            select(t.subscriber).where(
                t.subscriber.c.transport == transport, t.subscriber.c.address == address
            )
        )
    ).one_or_none()
    return None if row is None else _subscriber(row)


async def subscribe(
    database: Database,
    connection: AsyncConnection,
    now: datetime,
    *,
    transport: str,
    address: str,
    languages: Sequence[str],
    timezone: str,
    topics: Sequence[str] = (),
    announcements: Announcements | None = None,
    quiet: str | None = None,
    source: str = "",
    kind: str = "person",
    name: str = "",
    state: SubscriberState = SubscriberState.ACTIVE,
    added_by: str = "",
    posts: Posts | None = None,
    pin: bool | None = None,
) -> Subscriber:
    """Add a subscriber, or bring a known one up to date, further posts of the same room included.

    ``None`` for ``announcements``, ``quiet``, ``posts`` and ``pin`` is what a known one has; where
    one came from is noted the first time. One who left within 90 days gets the old random id back,
    so that the ledger repeats nothing.
    """
    known = await find(connection, transport, address)
    posts = posts or (known.posts if known is not None else Posts.BEST)
    values: dict[str, Any] = {
        "languages": " ".join(several.wished(languages, posts)),
        "topics": " ".join(sorted(topics)),
        "timezone": timezone,
        "kind": kind,
        "name": name,
        "state": state,
        "reason": "",
        "added_by": added_by,
    }
    if announcements is not None:
        values["announcements"] = announcements
    if quiet is not None:
        values["quiet"] = quiet
    if pin is not None:
        values["pin"] = pin
    if source and (known is None or not known.source):
        values["source"] = source
    if known is not None:
        if known.timezone != timezone:
            values["zone_since"] = now
        told = announcements or known.announcements
        before = known.languages, known.posts, known.topics, known.announcements, known.state
        if before != (tuple(languages), posts, tuple(sorted(topics)), told, state):
            values["wish_since"] = now
        await connection.execute(
            update(t.subscriber).where(t.subscriber.c.id == known.id).values(**values)
        )
    else:
        ident = await former_id(database, connection, transport, address, now)
        await connection.execute(
            insert(t.subscriber).values(
                id=ident or secrets.randbits(62),
                transport=transport,
                address=address,
                created_at=now,
                **values,
            )
        )
    stored = await find(connection, transport, address)
    assert stored is not None
    had = known.languages if known is not None and known.posts is Posts.EACH else ()
    await rooms.bring_along(database, connection, stored, had, now)
    return stored


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Who is to be a subscriber, and of what, as staff say it; everything checked.

    ``None`` is what a known one has, and the default for a new one.
    """

    transport: str
    address: str
    languages: tuple[str, ...]
    timezone: str
    topics: tuple[str, ...] = ()
    announcements: Announcements | None = None
    quiet: str | None = None
    kind: str = "person"
    posts: Posts | None = None
    pin: bool | None = None


async def subscribe_all(
    database: Database, connection: AsyncConnection, now: datetime, wishes: Sequence[Wish]
) -> int:
    """Like :func:`subscribe` for many, in a few statements; returns how many are new.

    No two may be for the same address. What a known chat says of itself is kept.
    """
    known = await _known(connection, wishes)
    new = [wish for wish in wishes if (wish.transport, wish.address) not in known]
    addresses = [(wish.transport, wish.address) for wish in new]
    former = await former_ids(database, connection, addresses, now)
    added, changed = [], []
    in_posts: list[tuple[Wish, tuple[str, ...]]] = []
    for wish in wishes:
        ident, had = known.get((wish.transport, wish.address), (None, ""))
        before, posts = several.read(had.split())
        posts = wish.posts or posts
        values = {
            "languages": " ".join(several.wished(wish.languages, posts)),
            "topics": " ".join(sorted(wish.topics)),
            "timezone": wish.timezone,
            "state": SubscriberState.ACTIVE,
            "reason": "",
        }
        if Posts.EACH in (posts, several.read(had.split())[1]):
            in_posts.append((wish, before))
        if ident is not None:
            given = {"announcements": wish.announcements, "quiet": wish.quiet, "pin": wish.pin}
            changed.append({"known_id": ident, **given, **values})
            continue
        added.append(
            {
                "id": former.get((wish.transport, wish.address)) or secrets.randbits(62),
                "transport": wish.transport,
                "address": wish.address,
                "kind": wish.kind,
                "name": "",
                "added_by": "",
                "created_at": now,
                "announcements": wish.announcements or Announcements.ALL,
                "quiet": wish.quiet or "",
                "pin": bool(wish.pin),
                **values,
            }
        )
    if added:
        await connection.execute(insert(t.subscriber), added)
    if changed:
        s = t.subscriber.c
        moved = case(
            (s.timezone != bindparam("timezone"), literal(now, UTCDateTime)), else_=s.zone_since
        )
        kept = {
            name: func.coalesce(bindparam(name, type_=Text), s[name])
            for name in ("announcements", "quiet")
        }
        same = and_(
            *(s[name] == bindparam(name) for name in ("languages", "topics", "state")),
            s.announcements == kept["announcements"],
        )
        wished = case((same, s.wish_since), else_=literal(now, UTCDateTime))
        await connection.execute(
            update(t.subscriber)
            .where(t.subscriber.c.id == bindparam("known_id"))
            .values(
                {
                    **{name: bindparam(name) for name in changed[0] if name != "known_id"},
                    **kept,
                    "pin": func.coalesce(bindparam("pin", type_=Boolean), s.pin),
                    "zone_since": moved,
                    "wish_since": wished,
                }
            ),
            changed,
        )
    for wish, before in in_posts:
        first = await find(connection, wish.transport, wish.address)
        assert first is not None
        await rooms.bring_along(database, connection, first, before, now)
    return len(added)


async def _known(
    connection: AsyncConnection, wishes: Sequence[Wish]
) -> dict[tuple[str, str], tuple[int, str]]:
    """The ids, and the languages as they are stored, of those that are there."""
    by_transport: dict[str, list[str]] = defaultdict(list)
    for wish in wishes:
        by_transport[wish.transport].append(wish.address)
    found: dict[tuple[str, str], tuple[int, str]] = {}
    s = t.subscriber.c
    for transport, addresses in by_transport.items():
        for start in range(0, len(addresses), 500):  # well under SQLite's limit of bound values
            # With the transport, or the index is of no use, and every subscriber is looked at.
            known = s.transport == transport, s.address.in_(addresses[start : start + 500])
            rows = await connection.execute(select(s.address, s.id, s.languages).where(*known))
            found |= {(transport, row.address): (row.id, row.languages) for row in rows}
    return found


async def unsubscribe(
    database: Database, connection: AsyncConnection, transport: str, address: str, now: datetime
) -> bool:
    """Forget address and preferences at once; returns whether there was anything to forget.

    What was still to be sent to them is ended; the ledger keeps only the random id.
    """
    known = await find(connection, transport, address)
    if known is None:
        return False
    for _, post in await rooms.further_posts(connection, known.id):
        await unsubscribe(database, connection, transport, post, now)
    await connection.execute(
        update(t.delivery)
        .where(
            t.delivery.c.subscriber_id == known.id,
            t.delivery.c.state.in_(("pending", "retrying")),
        )
        .values(state="failed", reason="stopped", at=now)
    )
    await connection.execute(delete(t.subscriber).where(t.subscriber.c.id == known.id))
    key = await hash_key(database, connection)
    await connection.execute(
        delete(t.former_subscriber).where(t.former_subscriber.c.stopped_at < now - REMEMBERED)
    )
    hashed = address_hash(key, transport, address)
    added = database.insert(t.former_subscriber).values(
        address_hash=hashed, subscriber_id=known.id, stopped_at=now
    )
    await connection.execute(
        added.on_conflict_do_update(
            index_elements=[t.former_subscriber.c.address_hash],
            set_={"subscriber_id": known.id, "stopped_at": now},
        )
    )
    return True


async def mark(
    connection: AsyncConnection, ident: int, state: SubscriberState, reason: str = ""
) -> None:
    await connection.execute(
        update(t.subscriber).where(t.subscriber.c.id == ident).values(state=state, reason=reason)
    )


async def lose(connection: AsyncConnection, ident: int, reason: str) -> str | None:
    """One is out of reach. Returns the name of a group or channel that was not before, else
    ``None``."""
    s = t.subscriber
    known = (
        await connection.execute(
            update(s)
            .where(s.c.id == ident, s.c.state == SubscriberState.ACTIVE)
            .values(state=SubscriberState.UNREACHABLE, reason=reason)
            .returning(s.c.kind, s.c.name, s.c.transport, s.c.address)
        )
    ).one_or_none()
    if known is None:
        await mark(connection, ident, SubscriberState.UNREACHABLE, reason)
        return None
    if several.is_further(known.address):
        return None  # of the room as a whole its first post tells
    return None if known.kind == "person" else known.name or f"{known.transport}:{known.address}"


async def reach(connection: AsyncConnection, ident: int, now: datetime) -> None:
    """One who was out of reach is active again."""
    await mark(connection, ident, SubscriberState.ACTIVE)
    await connection.execute(
        update(t.subscriber).where(t.subscriber.c.id == ident).values(wish_since=now)
    )


async def move(connection: AsyncConnection, ident: int, address: str, now: datetime) -> None:
    """Remember a chat's new address, and that earlier messages are not there.

    If that chat subscribed by itself, that one stays.
    """
    row = (
        await connection.execute(select(t.subscriber).where(t.subscriber.c.id == ident))
    ).one_or_none()
    if row is None:
        return
    taken = await find(connection, row.transport, address)
    if taken is not None and taken.id != ident:
        await mark(connection, ident, SubscriberState.UNREACHABLE, "moved")
        return
    await rooms.readdress(connection, ident, address, since=now)


async def of_chat(connection: AsyncConnection, transport: str, chat: str) -> list[Subscriber]:
    """The subscriptions of a group or channel: of all of it, and of topics of it; each once,
    however many posts it gets."""
    s = t.subscriber.c
    query = select(t.subscriber).where(
        t.ROOM,
        s.transport == transport,
        or_(s.address == chat, s.address.startswith(f"{chat}/", autoescape=True)),
    )
    rows = await connection.execute(query.order_by(s.created_at, s.id))
    return [_subscriber(row) for row in rows if not several.is_further(row.address)]


async def everyone(connection: AsyncConnection, limit: int = 1000) -> list[Subscriber]:
    s = t.subscriber
    query = select(s).where(s.c.languages != several.NOTHING)
    rows = await connection.execute(query.order_by(s.c.created_at, s.c.id).limit(limit))
    return [_subscriber(row) for row in rows]


async def in_batches(connection: AsyncConnection, size: int) -> AsyncIterator[list[Subscriber]]:
    """All subscribers, oldest first, a few at a time; a room once, however many posts it gets."""
    query = select(t.subscriber).order_by(t.subscriber.c.created_at, t.subscriber.c.id)
    rows = await connection.stream(query, execution_options={"yield_per": size})
    async for some in rows.partitions():
        yield [_subscriber(row) for row in some if not several.is_further(row.address)]


async def added_by(connection: AsyncConnection, address: str) -> list[Subscriber]:
    """The groups and channels that this person may configure."""
    rows = await connection.execute(select(t.subscriber).where(t.subscriber.c.added_by == address))
    return [_subscriber(row) for row in rows if not several.is_further(row.address)]


async def counts(connection: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many subscribers there are by (first language, state)."""
    rows = await connection.execute(
        select(t.subscriber.c.languages, t.subscriber.c.state, func.count()).group_by(
            t.subscriber.c.languages, t.subscriber.c.state
        )
    )
    found: dict[tuple[str, str], int] = {}
    for languages, state, number in rows:
        if languages == several.NOTHING:
            continue
        key = (languages.split(" ")[0], state)
        found[key] = found.get(key, 0) + number
    return found


async def zones(connection: AsyncConnection) -> list[str]:
    """The distinct time zones of active subscribers.

    Steps through the index from one zone to the next: the cost is that of the zones, not of the
    subscribers in them (neither database does so for ``SELECT DISTINCT``).
    """
    s = t.subscriber
    active = s.c.state == SubscriberState.ACTIVE
    found = select(func.min(s.c.timezone).label("zone")).where(active).cte(recursive=True)
    following = (
        select(func.min(s.c.timezone)).where(active, s.c.timezone > found.c.zone).scalar_subquery()
    )
    found = found.union_all(select(following).where(found.c.zone.is_not(None)))
    rows = await connection.scalars(select(found.c.zone).where(found.c.zone.is_not(None)))
    return list(rows)


async def last_move(connection: AsyncConnection) -> datetime | None:
    """When a subscriber last moved to another time zone (UTC)."""
    moved: datetime | None = await connection.scalar(select(func.max(t.subscriber.c.zone_since)))
    return moved


async def sources(connection: AsyncConnection) -> dict[str, int]:
    """How many came by which link, the most first; those of whom that is not known are left out."""
    s = t.subscriber.c
    count = func.count()
    rows = await connection.execute(
        select(s.source, count)
        .where(s.source != "")
        .group_by(s.source)
        .order_by(count.desc(), s.source)
    )
    return {row[0]: row[1] for row in rows}


async def movers(
    connection: AsyncConnection,
    since: datetime,
    among: tuple[Announcements, ...] = EVERYTHING,
) -> dict[str, list[Preference]]:
    """The wishes of those who moved to another time zone after ``since``, by their new zone."""
    s = t.subscriber
    columns = (s.c.timezone, s.c.languages, s.c.topics)
    rows = await connection.execute(
        select(*columns, func.count())
        .where(s.c.zone_since > since, s.c.state == SubscriberState.ACTIVE, chose(among))
        .group_by(*columns)
    )
    found: dict[str, list[Preference]] = {}
    for zone, languages, topics, number in rows:
        wish = Preference(tuple(languages.split()), tuple(topics.split()), number, among)
        found.setdefault(zone, []).append(wish)
    return found


def chose(among: tuple[Announcements, ...]) -> ColumnElement[bool]:
    """Who is to be told of something that concerns those who chose one of ``among``."""
    everybody = len(among) == len(EVERYTHING)
    return true() if everybody else t.subscriber.c.announcements.in_(among)


async def anybody(
    connection: AsyncConnection,
    zone: str,
    *,
    before: datetime,
    among: tuple[Announcements, ...] = EVERYTHING,
) -> bool:
    """Whether an active subscriber of that zone had subscribed by then."""
    s = t.subscriber
    query = select(s.c.id).where(
        s.c.state == SubscriberState.ACTIVE,
        s.c.timezone == zone,
        s.c.created_at <= before,
        chose(among),
    )
    return await connection.scalar(query.limit(1)) is not None


async def preferences(
    connection: AsyncConnection,
    zone: str | None = None,
    among: tuple[Announcements, ...] = EVERYTHING,
) -> list[Preference]:
    """The distinct wishes of active subscribers, in one zone or in all."""
    columns = (t.subscriber.c.languages, t.subscriber.c.topics)
    query = (
        select(*columns, func.count())
        .where(t.subscriber.c.state == SubscriberState.ACTIVE, chose(among))
        .group_by(*columns)
    )
    if zone is not None:
        query = query.where(t.subscriber.c.timezone == zone)
    return [
        Preference(tuple(languages.split()), tuple(topics.split()), number, among)
        for languages, topics, number in await connection.execute(query)
    ]


def as_json(subscriber: Subscriber) -> dict[str, Any]:
    """What ``subscribers list --json`` prints of one."""
    return {
        **asdict(subscriber),
        "address": f"{subscriber.transport}:{subscriber.address}",
        "created_at": subscriber.created_at.isoformat(),
    }


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        id=row.id,
        transport=row.transport,
        address=row.address,
        kind=row.kind,
        name=row.name,
        languages=several.read(row.languages.split())[0],
        posts=several.read(row.languages.split())[1],
        topics=tuple(row.topics.split()),
        timezone=row.timezone,
        announcements=Announcements(row.announcements),
        quiet=row.quiet,
        source=row.source,
        state=SubscriberState(row.state),
        reason=row.reason,
        added_by=row.added_by,
        created_at=row.created_at,
        pin=row.pin,
    )
