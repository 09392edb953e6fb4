"""How long nobody sends, because something arrived late. Pure.

What arrives after its slot comes together with what was on time, and a server that allows so many
messages in any second counts both. So the slots that are handed out next are moved by as much.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

TOLERATED = 0.012
"""Seconds by which messages may arrive late: the headroom of the pace makes up for it."""

LONGEST = 1.0
"""The server looks at one second: what is later than that is no longer together with anything."""

KEPT = 64


class Gaps:
    """Those that one process has made. Slots are in seconds since 1970, as in the pace."""

    def __init__(self) -> None:
        self._made: deque[tuple[float, float]] = deque(maxlen=KEPT)

    def needed(self, arrived: Iterable[tuple[float, float]]) -> float:
        """Seconds by which the next slots must be moved, for messages of which the slot is known
        and by how much they arrived ``late``.

        A gap that was made behind a message's slot serves it already. One that was made before
        it does not: that message was late by itself.
        """
        missing = (
            min(late, LONGEST) - TOLERATED - sum(gap for start, gap in self._made if start > slot)
            for slot, late in arrived
            if late > TOLERATED
        )
        return max(0.0, max(missing, default=0.0))

    def made(self, start: float, gap: float) -> None:
        """The slots from ``start`` on have been moved by ``gap`` seconds."""
        if gap > 0:
            self._made.append((start, gap))
