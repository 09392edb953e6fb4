"""A chat's ``@name`` and its number are one chat, which is subscribed once: by the number, as soon
as that is known, since a name may change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository, rooms
from bot.audience.posts import is_further
from bot.audience.repository import Wish
from bot.audience.subscriber import SubscriberState
from bot.store import tables as t
from bot.store.database import Database, remember
from bot.store.tables import meta

TWICE = "twice"
"""Why a second subscription of one chat is out of use."""


async def lasting(
    connection: AsyncConnection, transport: str, addresses: Iterable[str]
) -> dict[str, str]:
    """Those of ``addresses`` that are by a name whose number is known → the address by that."""
    wanted = {address: _parts(address) for address in addresses if address.startswith("@")}
    names = {name for name, _ in wanted.values()}
    if not names:
        return {}
    keys = {_key(transport, name): name for name in names}
    rows = await connection.execute(select(meta.c.key, meta.c.value).where(meta.c.key.in_(keys)))
    numbers = {keys[row.key]: row.value for row in rows}
    return {
        address: numbers[name] + topic
        for address, (name, topic) in wanted.items()
        if name in numbers
    }


async def by_number(connection: AsyncConnection, wishes: Sequence[Wish]) -> list[Wish]:
    """``wishes`` with the number of a chat in the place of its name, where that is known; of two
    for one chat the later counts."""
    numbers: dict[str, dict[str, str]] = {}
    for transport in {wish.transport for wish in wishes}:
        addresses = [wish.address for wish in wishes if wish.transport == transport]
        numbers[transport] = await lasting(connection, transport, addresses)
    if not any(numbers.values()):
        return list(wishes)
    found = (
        replace(wish, address=numbers[wish.transport].get(wish.address, wish.address))
        for wish in wishes
    )
    return list({(wish.transport, wish.address): wish for wish in found}.values())


async def learn(
    database: Database,
    connection: AsyncConnection,
    transport: str,
    name: str,
    number: str,
    now: datetime,
) -> None:
    """``name`` is that of the chat with this number: who subscribed by it is so by the number from
    now on. Where the chat is subscribed by that as well, the other subscription goes out of use."""
    name = name.lower()
    await remember(database, connection, _key(transport, name), number)
    s = t.subscriber
    rows = await connection.execute(
        select(s.c.id, s.c.address).where(
            s.c.transport == transport,
            or_(s.c.address == name, s.c.address.startswith(f"{name}/", autoescape=True)),
        )
    )
    for row in rows.all():
        if is_further(row.address):
            continue  # it follows the first post of its room
        address = number + _parts(row.address)[1]
        taken = await repository.find(connection, transport, address)
        if taken is not None and taken.state is SubscriberState.PENDING:
            # It has been sent nothing, and is not confirmed.
            unused = await rooms.all_posts(connection, taken.id)
            await connection.execute(delete(s).where(s.c.id.in_(unused)))
            taken = None
        if taken is None:
            await rooms.readdress(connection, row.id, address)
            continue
        if taken.state is SubscriberState.UNREACHABLE:
            await repository.reach(connection, taken.id, now)
        for ident in await rooms.all_posts(connection, row.id):
            await repository.mark(connection, ident, SubscriberState.UNREACHABLE, TWICE)


def _parts(address: str) -> tuple[str, str]:
    name, slash, topic = address.partition("/")
    return name, slash + topic


def _key(transport: str, name: str) -> str:
    return f"name/{transport}/{name}"
