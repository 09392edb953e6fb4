"""What a subscriber has of an announcement already, and what a later one therefore does to it.

Late translations go this way; whatever else is said about an announcement can as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import ledger
from bot.delivery.ledger import Claim
from bot.delivery.outcome import IN_PLACE, OPEN, Change, DeliveryState, Way
from bot.store import tables as t

WAIT = timedelta(seconds=3)
"""How long to wait for what is still under way to the same subscriber."""

SUPERSEDED = "superseded"

_ARRIVED = (DeliveryState.SENT, DeliveryState.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A delivery of the announcement that is followed up, or of another follow-up of it.

    ``current``: its messages are in the chat that the subscriber's address names now.
    """

    announcement_id: int
    state: DeliveryState
    reason: str
    message_ids: tuple[str, ...]
    current: bool = True
    way: Way = Way.SEND

    @property
    def arrived(self) -> bool:
        """Whether they have, or may have, what it brought: before a notice the text is edited."""
        return self.state in _ARRIVED or (self.way is Way.NOTICE and bool(self.message_ids))

    @property
    def message(self) -> str:
        """The one message that can be edited; "" for none."""
        told = self.way is Way.NOTICE
        ids = self.message_ids[:1] if told else self.message_ids
        known = told or self.state is DeliveryState.SENT
        return ids[0] if len(ids) == 1 and known and self.current else ""


def next_step(claim: Claim, own: int, known: Sequence[Earlier], now: datetime) -> Claim | Change:
    """What is done for ``claim`` of the announcement ``own``: the claim with its way and earlier
    message, or the change that is noted instead of sending anything.

    ``known`` is in order, the announcement itself first. A message is edited only where it is
    known to have arrived, as one message, in the chat that the address still names.
    """
    first = known[0] if known else None
    if first is None or (first.state is DeliveryState.FAILED and not first.arrived):
        return Change(state=DeliveryState.FAILED, reason=first.reason if first else SUPERSEDED)
    before = [e for e in known if e.announcement_id < own]
    after = [e for e in known if e.announcement_id > own]
    if any(e.arrived for e in after):
        return Change(state=DeliveryState.FAILED, reason=SUPERSEDED)
    under_way = first.state in OPEN or any(
        e.state is DeliveryState.SENDING for e in (*before, *after)
    )
    if under_way:
        return Change(state=DeliveryState.RETRYING, reason=claim.reason, due_at=now + WAIT)
    latest = [e for e in before if e.arrived][-1]
    if claim.way in (*IN_PLACE, Way.NOTICE) and latest.message:
        return replace(claim, earlier=latest.message)
    there = [e.message_ids[0] for e in before if e.message_ids and e.current]
    return replace(claim, way=Way.REPLY, earlier=there[-1] if there else "")


async def followed_up(
    connection: AsyncConnection,
    own: int,
    about: int,
    claims: Sequence[Claim],
    worker: str,
    now: datetime,
) -> list[Claim]:
    """``claims`` of the announcement ``own``, which is about another, with what is to be done.

    In the transaction that claimed them: the ledger knows the way before anything is sent, so
    that after a crash an edit is made again and a reply is not.
    """
    known = await _known(connection, about, own, [claim.subscriber_id for claim in claims])
    ready: list[Claim] = []
    changes: list[tuple[int, Change]] = []
    for claim in claims:
        step = next_step(claim, own, known.get(claim.subscriber_id, ()), now)
        if isinstance(step, Claim):
            ready.append(step)
        else:
            changes.append((claim.subscriber_id, step))
    turned = [
        {"b_subscriber": new.subscriber_id, "b_way": new.way}
        for new in ready
        if new.way is Way.REPLY
    ]
    if turned:
        d = t.delivery
        await connection.execute(
            update(d)
            .where(d.c.announcement_id == own, d.c.subscriber_id == bindparam("b_subscriber"))
            .values(way=bindparam("b_way")),
            turned,
        )
    await ledger.record(connection, own, worker, changes, now)
    return ready


async def _known(
    connection: AsyncConnection, about: int, own: int, subscribers: Sequence[int]
) -> dict[int, list[Earlier]]:
    """What each of them has, or is about to get, of the announcement ``about``."""
    d, a, s = t.delivery, t.announcement, t.subscriber
    family = select(a.c.id).where(or_(a.c.id == about, a.c.about_id == about), a.c.id != own)
    rows = await connection.execute(
        select(
            d.c.announcement_id,
            d.c.subscriber_id,
            d.c.state,
            d.c.reason,
            d.c.message_ids,
            d.c.at,
            d.c.way,
            s.c.address_since,
        )
        .join(s, s.c.id == d.c.subscriber_id)
        .where(d.c.announcement_id.in_(family), d.c.subscriber_id.in_(subscribers))
        .order_by(d.c.announcement_id)
    )
    found: dict[int, list[Earlier]] = defaultdict(list)
    for row in rows:
        moved = row.address_since
        found[row.subscriber_id].append(
            Earlier(
                announcement_id=row.announcement_id,
                state=DeliveryState(row.state),
                reason=row.reason,
                message_ids=tuple((row.message_ids or "").split()),
                current=moved is None or (row.at is not None and row.at > moved),
                way=Way(row.way),
            )
        )
    return found
