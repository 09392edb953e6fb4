"""No more calls in any second than the far side counts, however unevenly they get there."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from math import inf
from time import monotonic

SECOND = 1.0

FORGETTING = 30.0
"""Seconds in which the quickest answer that is remembered doubles: a way there that has become
longer is known as such after a minute, and one that was crowded for a moment is not."""

LARGEST = 64.0
"""An exponent that is far enough."""

OWN = 0.01
"""Seconds of the quickest answer that may have been spent here and not on the way: this machine was
busy when it came."""


class Window:
    """Lets calls through, first come, first served.

    Slots that are evenly spaced here do not stay so: a machine that stands still for a moment,
    or a packet sent twice, and several calls arrive at once, with the next ones on time behind
    them. A strict server counts what arrives. When a call arrived is not known, only that it was
    between its departure and its answer, less the time that the quickest answer takes. So each
    is held to have come as late as it can have, and the next one to come as early as it can.

    ``part`` says how many of a rate are this process's at present: all, where it is alone.
    ``per_second`` is the rate, ``paid`` that of calls that are paid for.
    """

    def __init__(
        self, per_second: float, paid: float = 0, *, part: Callable[[float], int] = int
    ) -> None:
        self._per_second = max(1, per_second)
        self._paid_per_second = max(self._per_second, paid)
        self._part = part
        self._last_paid = -SECOND
        self._answered: deque[float] = deque()
        self._under_way = 0
        self._quickest = inf
        self._last_ended = 0.0
        self._turn = asyncio.Lock()
        self._ended = asyncio.Event()

    @property
    def is_paying(self) -> bool:
        """Whether so much was paid for in the last second that what is not may be refused."""
        return monotonic() < self._last_paid + SECOND

    @asynccontextmanager
    async def call(self, *, paid: bool = False) -> AsyncIterator[None]:
        """Wait until a call may leave; the block is the call."""
        async with self._turn:
            await self._room(self._paid_per_second if paid else self._per_second)
            self._under_way += 1
        left = monotonic()
        if paid:
            self._last_paid = left
        try:
            yield
        finally:
            self._end(left, monotonic())

    async def _room(self, per_second: float) -> None:
        while True:
            now, count = monotonic(), self._part(per_second)
            while self._answered and self._over(self._answered[0]) <= now:
                self._answered.popleft()
            over = len(self._answered) + self._under_way - count
            if over < 0:
                return
            if over < len(self._answered):
                await asyncio.sleep(self._over(self._answered[over]) - now)
                continue
            self._ended.clear()
            await self._ended.wait()

    def _over(self, answered: float) -> float:
        """When a call with an answer at that time no longer counts."""
        return answered - max(0.0, self._quickest - OWN) + SECOND

    def _end(self, left: float, now: float) -> None:
        took = now - left
        grown = 2 ** min((now - self._last_ended) / FORGETTING, LARGEST)
        self._quickest, self._last_ended = min(took, self._quickest * grown), now
        self._under_way -= 1
        self._answered.append(now)
        self._ended.set()
