"""Whether something due in the past may still go out (product rule 6). Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.occasions.calendar import local_date

AT_ONCE = timedelta(minutes=15)

SAME_DAY = "same-day"


def is_late(due: datetime, now: datetime, zone: str, catch_up: str = SAME_DAY) -> bool:
    """Whether what was ``due`` is too old to be sent at ``now`` without asking.

    ``catch_up`` is ``same-day`` (by the calendar of ``zone``), or an age such as ``36h``, ``2d``.
    What was due a few minutes before midnight is not late a few minutes after it.
    """
    if catch_up == SAME_DAY:
        return now - due > AT_ONCE and local_date(zone, now) > local_date(zone, due)
    number, unit = int(catch_up[:-1]), catch_up[-1]
    return now - due > (timedelta(days=number) if unit == "d" else timedelta(hours=number))
