"""How much a bot may send: strict sliding windows."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Rates:
    """At most ``count`` in any window of so many seconds.

    Telegram publishes 30/s per bot, 1/s in one chat with short bursts, 20/min in a group
    (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). How long a
    burst may be it does not say; here 5 in 5 seconds pass. Edits in a group have a window of
    their own, of the same size. With ``paid`` set, calls with ``allow_paid_broadcast`` may be
    that many a second; otherwise they are refused.
    """

    per_second: int = 30
    burst: int = 5
    burst_seconds: float = 5.0
    group_per_minute: int = 20
    paid: int = 0


@dataclass
class Pace:
    """What was sent when. Once a window has refused, it refuses until ``retry_after`` is over."""

    rates: Rates | None
    refused: int = 0
    """How many calls drew a 429."""
    _windows: dict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    _blocked: dict[tuple[str, int], float] = field(default_factory=dict)

    def take(
        self, now: float, chat_id: int, *, group: bool, edit: bool = False, paid: bool = False
    ) -> int:
        """Zero if the call may pass at ``now`` (seconds, monotonic), else ``retry_after``."""
        if self.rates is None:
            return 0
        bulk = self.rates.paid if paid else self.rates.per_second
        scopes = [(("bot", 0), bulk, 1.0)]
        if not edit:
            scopes.append((("chat", chat_id), self.rates.burst, self.rates.burst_seconds))
        if group:
            kind = "edits" if edit else "group"
            scopes.append(((kind, chat_id), self.rates.group_per_minute, 60.0))
        wait = max(self._wait(now, key, count, length) for key, count, length in scopes)
        if wait > 0:
            self.refused += 1
            return wait
        for key, _, _ in scopes:
            self._windows[key].append(now)
        return 0

    def _wait(self, now: float, key: tuple[str, int], count: int, length: float) -> int:
        blocked = self._blocked.get(key, 0.0)
        if blocked > now:
            return math.ceil(blocked - now)
        window = self._windows[key]
        while window and window[0] + length <= now:
            window.pop(0)
        if len(window) < count:
            return 0
        seconds = max(1, math.ceil(window[0] + length - now))
        self._blocked[key] = now + seconds
        return seconds
