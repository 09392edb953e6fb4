"""How often one person may ask for something that costs: so many at once, then one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

AT_ONCE = 10
EVERY = 30.0
"""Seconds after which there is one more."""

REMEMBERED = 10_000

Answer = Literal["yes", "no", "still no"]


@dataclass
class _Account:
    left: float
    at: float
    told: bool = False


class Allowance:
    """Kept in memory: a restart gives everybody all of it. ``now`` is monotonic; ``every`` are
    seconds."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        *,
        at_once: int = AT_ONCE,
        every: float = EVERY,
    ) -> None:
        self._now = now
        self._at_once = at_once
        self._every = every
        self._accounts: dict[int, _Account] = {}

    def take(self, who: int) -> Answer:
        """Whether this person may once more; the first refusal is for telling them."""
        now = self._now()
        account = self._accounts.pop(who, None) or _Account(self._at_once, now)
        if len(self._accounts) >= REMEMBERED:  # who asked longest ago is forgotten
            del self._accounts[next(iter(self._accounts))]
        self._accounts[who] = account
        account.left = min(self._at_once, account.left + (now - account.at) / self._every)
        account.at = now
        if account.left >= 1:
            account.left -= 1
            account.told = False
            return "yes"
        told, account.told = account.told, True
        return "still no" if told else "no"
