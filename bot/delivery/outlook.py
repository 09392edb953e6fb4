"""How long what is being sent will take, and what keeps it waiting."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.delivery import ledger
from bot.delivery.announcement import AnnouncementState
from bot.delivery.pace import FREE, HEADROOM, LONGEST_BLOCK, paid_cap
from bot.delivery.report import Summary
from bot.settings import Settings
from bot.store import tables as t
from translations.text import Text, text

LOOK_BACK, LONG_ENOUGH = 30.0, 10.0
"""Seconds."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """All that is being sent: announcement → whether it comes before others, and how many
    deliveries are open; they share one rate. Nothing is sent before ``blocked_until`` (UTC),
    where the far side has said so."""

    open: Mapping[int, tuple[bool, int]]
    blocked_until: datetime | None = None

    def before(self, announcement_id: int) -> int:
        """How many messages of others go out before the last one of this: they take turns, and
        what is urgent comes first."""
        urgent, mine = self.open.get(announcement_id, (False, 0))
        others = [pair for ident, pair in self.open.items() if ident != announcement_id]
        return sum(
            (min(mine, number) if first == urgent else number if first else 0)
            for first, number in others
        )


async def outlook(connection: AsyncConnection, now: datetime) -> Outlook:
    sending = await ledger.announcements(connection, AnnouncementState.SENDING)
    until = await connection.scalar(select(func.max(t.pace.c.blocked_until))) or 0.0
    at = now.timestamp()
    return Outlook(
        open={
            a.id: (a.kind in ledger.URGENT, await ledger.open_of(connection, a.id)) for a in sending
        },
        blocked_until=(
            datetime.fromtimestamp(until, UTC) if at < until <= at + LONGEST_BLOCK else None
        ),
    )


def fingerprint(summary: Summary, ahead: Outlook) -> str:
    """Differs whenever a report would."""
    counts = ",".join(
        f"{one.transport}/{one.language}/{one.state}/{one.reason}={one.number}"
        for one in summary.tally
    )
    return f"{summary.announcement.state}:{counts}:{ahead.blocked_until or ''}"


def time_needed(messages: int, settings: Settings, paid: int = 0) -> timedelta:
    """How long so many messages of an announcement take, of which ``paid`` were paid for
    already: beyond the cap the free rate holds."""
    cap, rate = paid_cap(settings), settings.rate_per_second
    free = max(0, messages - max(0, cap - paid)) if cap else 0
    return timedelta(seconds=((messages - free) / rate + free / FREE) / HEADROOM)


def finishing(
    summary: Summary,
    ahead: Outlook,
    settings: Settings,
    now: datetime,
    measured: float | None = None,
) -> Text | None:
    """When it will be through, on the office's clock, or what it waits for; ``None`` unless it is
    being sent. ``measured`` is how many messages of it went out in a second lately, where that is
    known: if none did, nobody can say."""
    if summary.announcement.state is not AnnouncementState.SENDING or not summary.open:
        return None
    if ahead.blocked_until is not None:
        return told_to_wait(ahead.blocked_until, settings)
    if measured is None:
        messages = summary.open + ahead.before(summary.announcement.id)
        needed = time_needed(messages, settings, summary.announcement.paid)
        measured = summary.open / (needed.total_seconds() * HEADROOM)
    elif measured:
        needed = timedelta(seconds=summary.open / measured)
    else:
        return None
    return text(
        "Through at about {moment}, at {rate} messages a second.",
        moment=(now + needed).astimezone(ZoneInfo(settings.timezone)),
        rate=max(1, round(measured)),
    )


def told_to_wait(until: datetime, settings: Settings) -> Text:
    return text(
        "Telegram has asked the bot to wait until {moment}. Nothing is sent before that; then "
        "it goes on by itself.",
        moment=until.astimezone(ZoneInfo(settings.timezone)),
    )


class Speed:
    """How fast something gets on, by looks at it."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, int]] = deque()

    def at(self, seconds: float, done: int) -> float | None:
        """``done`` so many at ``seconds`` (of a clock that only goes forward): how many in a
        second since half a minute ago; ``None`` before :data:`LONG_ENOUGH` have been watched."""
        self._looks.append((seconds, done))
        while len(self._looks) > 2 and self._looks[1][0] <= seconds - LOOK_BACK:
            self._looks.popleft()
        begun, before = self._looks[0]
        if seconds - begun < LONG_ENOUGH:
            return None
        return max(0, done - before) / (seconds - begun)
