"""How soon after a message the same chat may get another one, whoever of the workers sends it.

Telegram allows 20 messages a minute to a group or channel and one a second to a person
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). The topics of
a forum are one chat, and so are the posts of a room in several languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery.ledger import Claim
from bot.delivery.outcome import IN_PLACE, DeliveryState
from bot.store import tables as t
from bot.store.database import Database
from bot.transports.address import parted

OF_A_PERSON = 1.0
OF_A_GROUP = 3.1
"""Seconds. A little over 60 / 20: a send comes up to a second after its claim."""

SLACK = 0.05

FAR = 60.0
"""What lies further ahead was written by a clock that has since been set back."""


def chat_of(claim: Claim) -> str:
    return f"{claim.transport}:{parted(claim.address)[0]}"


def interval_of(chat: str) -> float:
    address = chat.partition(":")[2]
    return OF_A_GROUP if address.startswith(("-", "@")) else OF_A_PERSON


def _is_limited(claim: Claim, *, crowded: bool) -> bool:
    """In a group edits count as well; what a person is sent is limited, not what is changed."""
    if claim.address.startswith(("-", "@")):
        return True
    return crowded and claim.way not in IN_PLACE


async def spaced(
    database: Database,
    connection: AsyncConnection,
    announcement_id: int,
    claims: Sequence[Claim],
    now: datetime,
    *,
    crowded: bool,
) -> list[Claim]:
    """Those of ``claims`` that may be sent now; the others are put back until their chat is free.

    In the transaction that claimed them. While only one announcement is being sent no person is
    sent two messages, so that people are looked at only where it is ``crowded``.
    """
    concerned = [claim for claim in claims if _is_limited(claim, crowded=crowded)]
    if not concerned:
        return list(claims)
    c, at = t.chat_pace.c, now.timestamp()
    chats = sorted({chat_of(claim) for claim in concerned})
    # In order, and there before they are locked: two workers never wait for one another.
    await connection.execute(
        database.insert(t.chat_pace).on_conflict_do_nothing(),
        [{"chat": chat, "free_at": 0.0} for chat in chats],
    )
    rows = await connection.execute(
        select(t.chat_pace).where(c.chat.in_(chats)).order_by(c.chat).with_for_update()
    )
    free = {row.chat: row.free_at if row.free_at < at + FAR else 0.0 for row in rows}
    ready: list[Claim] = []
    early: list[tuple[Claim, float]] = []
    for claim in claims:
        chat = chat_of(claim) if claim in concerned else ""
        if chat in free and free[chat] > at + SLACK:
            early.append((claim, free[chat]))
            continue
        if chat in free:
            free[chat] = at + interval_of(chat)
        ready.append(claim)
    await connection.execute(
        update(t.chat_pace).where(c.chat == bindparam("b_chat")).values(free_at=bindparam("b_at")),
        [{"b_chat": chat, "b_at": moment} for chat, moment in free.items()],
    )
    if early:
        await put_back(connection, announcement_id, early)
    return ready


async def put_back(
    connection: AsyncConnection, announcement_id: int, early: Sequence[tuple[Claim, float]]
) -> None:
    """As if they had not been claimed, until that time each: it costs no attempt."""
    d = t.delivery
    await connection.execute(
        update(d)
        .where(
            d.c.announcement_id == announcement_id,
            d.c.subscriber_id == bindparam("b_subscriber"),
            d.c.state == DeliveryState.SENDING,
        )
        .values(
            state=DeliveryState.RETRYING,
            due_at=bindparam("b_due", type_=d.c.due_at.type),
            attempts=d.c.attempts - 1,
        ),
        [
            {"b_subscriber": claim.subscriber_id, "b_due": datetime.fromtimestamp(moment, UTC)}
            for claim, moment in early
        ],
    )


async def forget(connection: AsyncConnection, now: datetime) -> None:
    """Chats that have long been free."""
    await connection.execute(
        delete(t.chat_pace).where(t.chat_pace.c.free_at < now.timestamp() - FAR)
    )
