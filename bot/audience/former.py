"""Who left within 90 days gets the old random id back: all that is kept is a keyed hash."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience.subscriber import address_hash
from bot.store import tables as t
from bot.store.database import Database, remembered

REMEMBERED = timedelta(days=90)


async def former_ids(
    database: Database,
    connection: AsyncConnection,
    addresses: Iterable[tuple[str, str]],
    now: datetime,
) -> dict[tuple[str, str], int]:
    """The old random ids of those of ``addresses``, each with its transport, that there are."""
    former = t.former_subscriber.c
    recent = former.stopped_at >= now - REMEMBERED
    if await connection.scalar(select(former.subscriber_id).where(recent).limit(1)) is None:
        return {}
    key = await hash_key(database, connection)
    by_hash = {address_hash(key, *address): address for address in addresses}
    hashes = list(by_hash)
    found: dict[tuple[str, str], int] = {}
    for start in range(0, len(hashes), 500):
        theirs = former.address_hash.in_(hashes[start : start + 500])
        rows = await connection.execute(
            select(former.address_hash, former.subscriber_id).where(recent, theirs)
        )
        found |= {by_hash[row.address_hash]: row.subscriber_id for row in rows}
    return found


async def former_id(
    database: Database, connection: AsyncConnection, transport: str, address: str, now: datetime
) -> int | None:
    key = await hash_key(database, connection)
    former = t.former_subscriber
    ident: int | None = await connection.scalar(
        select(former.c.subscriber_id).where(
            former.c.address_hash == address_hash(key, transport, address),
            former.c.stopped_at >= now - REMEMBERED,
        )
    )
    return ident


async def hash_key(database: Database, connection: AsyncConnection) -> bytes:
    return bytes.fromhex(
        await remembered(database, connection, "address_key", secrets.token_hex(32))
    )
