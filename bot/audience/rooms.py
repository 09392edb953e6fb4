"""Groups and channels: the posts beside a first one, what they are called, what is wrong there.

All functions run inside a transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience.former import former_id
from bot.audience.posts import MARK, NOTHING, further, is_further
from bot.audience.subscriber import Subscriber
from bot.store import tables as t
from bot.store.database import Database

PIN = "pin"
"""What is wrong with a room in which the bot may not pin."""


async def bring_along(
    database: Database,
    connection: AsyncConnection,
    first: Subscriber,
    before: Sequence[str],
    now: datetime,
) -> None:
    """Have the further posts of a room follow its first one in everything but the language;
    ``before`` are the languages in which there were some."""
    wanted = further(first.languages, first.posts)
    if is_further(first.address) or not (wanted or before):
        return
    s = t.subscriber
    # What is given up stays where corrections of what it was sent still reach it.
    ended = [_post_of(first, tag) for tag in before if tag not in wanted]
    await connection.execute(
        update(s)
        .where(s.c.transport == first.transport, s.c.address.in_(ended))
        .values(languages=NOTHING)
    )
    row = (await connection.execute(select(s).where(s.c.id == first.id))).one()._mapping
    own = ("id", "address", "languages", "source", "pin", "trouble", "told", "created_at")
    shared = {name: value for name, value in row.items() if name not in own}
    for tag, wish in wanted.items():
        address = _post_of(first, tag)
        values = {**shared, "languages": " ".join(wish)}
        there = s.c.transport == first.transport, s.c.address == address
        known = await connection.scalar(select(s.c.id).where(*there))
        if known is not None:
            await connection.execute(update(s).where(s.c.id == known).values(values))
            continue
        ident = await former_id(database, connection, first.transport, address, now)
        await connection.execute(
            insert(s).values(
                id=ident or secrets.randbits(62), address=address, created_at=now, **values
            )
        )


def _post_of(first: Subscriber, tag: str) -> str:
    return f"{first.address}{MARK}{tag}"


async def readdress(
    connection: AsyncConnection,
    ident: int,
    address: str,
    *,
    since: datetime | None = None,
    name: str = "",
) -> None:
    """Give a subscriber another address, and all posts of a room with it; ``since`` is when, if
    that is another chat. ``name`` is what it is called there."""
    s = t.subscriber
    values = {**({"address_since": since} if since else {}), **({"name": name} if name else {})}
    for post, known_as in await further_posts(connection, ident):
        tag = known_as.partition(MARK)[2]
        await connection.execute(
            update(s).where(s.c.id == post).values(address=f"{address}{MARK}{tag}", **values)
        )
    await connection.execute(update(s).where(s.c.id == ident).values(address=address, **values))


async def further_posts(connection: AsyncConnection, ident: int) -> list[tuple[int, str]]:
    """The ids and addresses of a room's posts beside its first one, those given up included."""
    s = t.subscriber
    first = (await connection.execute(select(s).where(s.c.id == ident))).one()
    if first.kind == "person" or is_further(first.address):
        return []
    marked = s.c.address.startswith(f"{first.address}{MARK}", autoescape=True)
    query = select(s.c.id, s.c.address).where(t.ROOM, s.c.transport == first.transport, marked)
    return [(row.id, row.address) for row in await connection.execute(query)]


async def all_posts(connection: AsyncConnection, ident: int) -> list[int]:
    """The ids of a subscriber and, if it is a room, of all its other posts."""
    return [ident, *(post for post, _ in await further_posts(connection, ident))]


async def forget_pin(connection: AsyncConnection, ident: int) -> None:
    """Nothing is to be pinned any more; what is pinned stays so. Nor can that be a trouble."""
    await connection.execute(delete(t.pinning).where(t.pinning.c.subscriber_id == ident))
    await settle(connection, ident, PIN)


async def settle(connection: AsyncConnection, ident: int, *troubles: str) -> None:
    """None of these is wrong with it any more: whatever is next is told, at once or later."""
    s = t.subscriber
    await connection.execute(
        update(s).where(s.c.id == ident, s.c.trouble.in_(troubles)).values(trouble="", told="")
    )


async def set_trouble(connection: AsyncConnection, ident: int, trouble: str) -> None:
    """Note what is wrong with a group or channel ("" for nothing): its admin is told."""
    await connection.execute(
        update(t.subscriber).where(t.subscriber.c.id == ident).values(trouble=trouble)
    )
