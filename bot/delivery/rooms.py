"""What a send leaves behind in a group or channel: a message to be pinned, or a trouble of which
its admin is to be told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience.posts import is_further
from bot.audience.rooms import set_trouble
from bot.delivery import pins
from bot.delivery.ledger import Claim
from bot.delivery.outcome import Change, DeliveryState, Way
from bot.store import tables as t
from bot.store.database import Database

TROUBLES = ("kicked", "no_rights", "topic_closed")
"""Reasons that its admin can do something about; others are for the office to know."""


def is_room(claim: Claim) -> bool:
    """The first, or only, post of a group or channel: of further ones nothing more is told."""
    return claim.address.startswith(("-", "@")) and not is_further(claim.address)


async def follow_up(
    database: Database,
    connection: AsyncConnection,
    ended: Iterable[tuple[Claim, Change]],
    now: datetime,
) -> None:
    """In the transaction that records what has ``ended``."""
    sent = {}
    for claim, change in ended:
        if not is_room(claim):
            continue
        if change.state is DeliveryState.SENT:
            sent[claim.subscriber_id] = (claim, change)
        elif change.state is DeliveryState.FAILED and change.reason in TROUBLES:
            await set_trouble(connection, claim.subscriber_id, change.reason)
    if not sent:
        return
    s = t.subscriber.c
    query = select(s.id, s.pin, s.trouble).where(s.id.in_(sent), or_(s.pin, s.trouble != ""))
    for row in (await connection.execute(query)).all():
        claim, change = sent[row.id]
        if row.trouble in TROUBLES:
            await set_trouble(connection, row.id, "")
        if row.pin and claim.way is Way.SEND and change.message_ids:
            await pins.want(database, connection, row.id, change.message_ids[0], now)
