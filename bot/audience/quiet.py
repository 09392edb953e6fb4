"""Quiet hours: in them a message comes all the same, but without a sound. Pure.

They are hours of the subscriber's own clock: whatever the daylight saving, from ten in the evening
is from ten in the evening.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

LONGEST = 40
"""Characters of what is worth reading."""

_WRITTEN = re.compile(
    r"\s*(\d{1,2})(?:[:.h](\d{2}))?\s*(?:-|–|—|−|\s)\s*(\d{1,2})(?:[:.h](\d{2}))?\s*"
)


class BadHours(ValueError):
    """What was written are no hours of a clock."""


@dataclass(frozen=True)
class QuietHours:
    """From ``begin`` until, and without, ``end``; over midnight where that comes earlier."""

    begin: time
    end: time

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"

    def cover(self, clock: time) -> bool:
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end


@lru_cache(maxsize=512)
def read(written: str) -> QuietHours:
    """The hours that ``22-7``, ``22:30 – 06:45`` or ``22.30-6.45`` mean, in any digits.

    Raises ``BadHours``; also for hours that end when they begin: is that none, or the whole day?
    """
    found = _WRITTEN.fullmatch(written) if len(written) <= LONGEST else None
    if found is None:
        raise BadHours(written)
    begin, end = _time(found[1], found[2]), _time(found[3], found[4])
    if begin == end:
        raise BadHours(written)
    return QuietHours(begin, end)


def _time(hour: str, minute: str | None) -> time:
    """24:00 is midnight."""
    at = int(hour) % 24 if int(hour) == 24 and not int(minute or 0) else int(hour)
    try:
        return time(at, int(minute or 0))
    except ValueError as error:
        raise BadHours(f"{hour}:{minute or 0}") from error


def is_quiet(kept: str, zone: str, now: datetime) -> bool:
    """Whether hours as they are stored ("" for none) cover the instant ``now`` in ``zone``.

    What cannot be made out is no reason to keep a message from being heard.
    """
    if not kept:
        return False
    try:
        return read(kept).cover(now.astimezone(ZoneInfo(zone)).time())
    except (BadHours, LookupError, OSError, ValueError):
        return False
