"""What each WebSub hub has been told of each feed, kept so that no change is ever forgotten.

A row says what a feed's address serves and what the hub was last told of; while the two differ a
ping is due. Nothing else is written down when something is published, corrected or withdrawn:
what changed is seen in what readers are served, whoever changed it and whatever was killed
meanwhile. A ping may come twice, and several changes may share one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables as t
from bot.store.database import Database
from feeds.websub import OBEYED, Refusal, wait
from translations.text import Text, texts

SETTLED = timedelta(seconds=2)
"""A hub fetches what it is told of at once, from any process that serves it: by then all of them
have rebuilt it, for each looks four times a second."""

AT_ONCE = 500
"""Pings looked up at a time."""

AILING = timedelta(minutes=5)
"""A hub that has failed for less may just have been started anew."""

_FAR = 2 * OBEYED
"""What is due only then was written by a clock that has since been set back."""


@dataclass(frozen=True, kw_only=True)
class Ping:
    """One thing to tell a hub: ``topic`` has changed, last at ``changed_at``, to ``served``.

    ``attempts`` at it have failed in a row; ``hub_attempts`` at anything that the hub was told.
    """

    hub: str
    topic: str
    served: str
    changed_at: datetime
    attempts: int
    hub_attempts: int


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How it stands with one hub: of so many ``topics`` it has ``waiting`` still to be told.

    ``failing_since`` and ``reason`` are of what it has refused, or left without an answer.
    """

    hub: str
    topics: int = 0
    waiting: int = 0
    failing_since: datetime | None = None
    reason: str = ""

    def ails(self, now: datetime, for_at_least: timedelta = AILING) -> bool:
        return self.failing_since is not None and now - self.failing_since >= for_at_least

    def as_text(self, timezone: str) -> Text:
        """What is wrong with it, for people; ``timezone`` is the reader's."""
        assert self.failing_since is not None
        return texts(
            "The WebSub hub {hub} has not taken what it was told since {moment}: {reason}. "
            "{n} feed waits.",
            "The WebSub hub {hub} has not taken what it was told since {moment}: {reason}. "
            "{n} feeds wait.",
            self.waiting,
            hub=self.hub,
            moment=self.failing_since.astimezone(ZoneInfo(timezone)),
            reason=self.reason,
        )


async def note(
    database: Database, hubs: Sequence[str], served: Mapping[str, str], now: datetime
) -> None:
    """Write down what is ``served`` now (address → entity tag), for each of the ``hubs``.

    What is no longer served, and hubs that are no longer set, are forgotten.
    """
    wanted = {(hub, topic): tag for hub in hubs for topic, tag in served.items()}
    p = t.hub_ping
    async with database.read() as connection:
        known = {
            (row.hub, row.topic): row.served
            for row in await connection.execute(select(p.c.hub, p.c.topic, p.c.served))
        }
        registered = set(await connection.scalars(select(t.hub.c.url)))
    gone = [{"b_hub": hub, "b_topic": topic} for hub, topic in known.keys() - wanted.keys()]
    changed = [
        {
            "hub": hub,
            "topic": topic,
            "served": tag,
            "changed_at": now,
            "due_at": now + SETTLED,
        }
        for (hub, topic), tag in wanted.items()
        if known.get((hub, topic)) != tag
    ]
    if not gone and not changed and registered == set(hubs):
        return
    async with database.write() as connection:
        await connection.execute(delete(t.hub).where(t.hub.c.url.not_in(hubs)))
        for hub in hubs:
            added = database.insert(t.hub).values(url=hub).on_conflict_do_nothing()
            await connection.execute(added)
        if gone:
            of = and_(p.c.hub == bindparam("b_hub"), p.c.topic == bindparam("b_topic"))
            await connection.execute(delete(p).where(of), gone)
        if changed:
            await connection.execute(_changed(database), changed)


def _changed(database: Database) -> Any:
    """What waits already keeps its turn: a feed that changes every second is told of, too."""
    added = database.insert(t.hub_ping)
    old, new = t.hub_ping.c, added.excluded
    return added.on_conflict_do_update(
        index_elements=[old.hub, old.topic],
        set_={
            "served": new.served,
            "changed_at": new.changed_at,
            "due_at": case((old.served == old.told, new.due_at), else_=old.due_at),
        },
    )


async def due(connection: AsyncConnection, now: datetime) -> list[Ping]:
    """What is to be told now, the longest due first."""
    p, h = t.hub_ping.c, t.hub.c
    rows = await connection.execute(
        select(
            p.hub,
            p.topic,
            p.served,
            p.changed_at,
            p.attempts,
            h.attempts.label("hub_attempts"),
        )
        .join(t.hub, h.url == p.hub)
        .where(
            p.served != p.told,
            _has_come(p.due_at, now),
            or_(h.quiet_until.is_(None), _has_come(h.quiet_until, now)),
        )
        .order_by(p.due_at, p.topic)
        .limit(AT_ONCE)
    )
    return [Ping(**row._mapping) for row in rows]


def _has_come(moment: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    return or_(moment <= now, moment > now + _FAR)


async def taken(database: Database, ping: Ping, asked_at: datetime, now: datetime) -> None:
    """The hub took it. What changed less than :data:`SETTLED` before ``asked_at``, or has changed
    since, it may not have seen: of that it is told again."""
    p = t.hub_ping
    here = and_(p.c.hub == ping.hub, p.c.topic == ping.topic)
    async with database.write() as connection:
        changed_at = await connection.scalar(select(p.c.changed_at).where(here).with_for_update())
        if changed_at is None:
            return  # it is served no more
        seen = {"told": ping.served} if ping.changed_at + SETTLED <= asked_at else {}
        await connection.execute(
            update(p)
            .where(here)
            .values(
                told_at=now,
                due_at=changed_at + SETTLED,
                attempts=0,
                failing_since=None,
                reason="",
                **seen,
            )
        )
        await _answers(connection, ping.hub)


async def refused(
    database: Database, ping: Ping, why: Refusal, now: datetime, chance: float
) -> None:
    """The hub did not take it; ``chance`` (0 to 1) spreads the next attempts."""
    async with database.write() as connection:
        if why.whole:
            attempts = ping.hub_attempts + 1
            h = t.hub
            await connection.execute(
                update(h)
                .where(h.c.url == ping.hub)
                .values(
                    attempts=attempts,
                    failing_since=func.coalesce(h.c.failing_since, now),
                    quiet_until=now + wait(attempts, why, chance),
                    reason=why.reason,
                )
            )
            return
        attempts = ping.attempts + 1
        p = t.hub_ping
        await connection.execute(
            update(p)
            .where(p.c.hub == ping.hub, p.c.topic == ping.topic)
            .values(
                attempts=attempts,
                failing_since=func.coalesce(p.c.failing_since, now),
                due_at=now + wait(attempts, why, chance),
                reason=why.reason,
            )
        )
        await _answers(connection, ping.hub)


async def _answers(connection: AsyncConnection, hub: str) -> None:
    """The hub as a whole is well."""
    await connection.execute(
        update(t.hub)
        .where(t.hub.c.url == hub, t.hub.c.attempts > 0)
        .values(attempts=0, failing_since=None, quiet_until=None, reason="")
    )


async def standings(connection: AsyncConnection, hubs: Sequence[str]) -> list[Standing]:
    """How it stands with each of the ``hubs``, in their order."""
    p, h = t.hub_ping.c, t.hub.c
    failing = p.failing_since.is_not(None)
    rows = await connection.execute(
        select(
            h.url,
            h.failing_since,
            h.reason,
            func.count(p.topic).label("topics"),
            func.count(case((p.served != p.told, 1))).label("waiting"),
            func.min(p.failing_since).label("topic_failing_since"),
            func.max(case((failing, p.reason), else_="")).label("topic_reason"),
        )
        .outerjoin(t.hub_ping, p.hub == h.url)
        .where(h.url.in_(hubs))
        .group_by(h.url)
    )
    known = {
        row.url: Standing(
            hub=row.url,
            topics=row.topics,
            waiting=row.waiting,
            failing_since=min(
                filter(None, (row.failing_since, row.topic_failing_since)), default=None
            ),
            reason=row.reason or row.topic_reason or "",
        )
        for row in rows
    }
    return [known.get(hub, Standing(hub=hub)) for hub in hubs]
