"""When a civil date and a local hour come to pass in a zone. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=4096)
def moment_in(zone: str, on: date, at: time) -> datetime:
    """The instant (UTC) at which it is ``at`` on ``on`` in ``zone``, exactly one for each date.

    An hour that daylight saving skips is taken with the offset before the gap, so it falls just
    after it; an hour that comes twice is taken the first time (product rule 4). The same rule
    carries a civil date that a zone skipped altogether to the start of the next.
    """
    return datetime.combine(on, at, ZoneInfo(zone)).astimezone(UTC)


def local_date(zone: str, now: datetime) -> date:
    """The civil date in ``zone`` at the instant ``now``."""
    return now.astimezone(ZoneInfo(zone)).date()


EARLIEST = timedelta(hours=14)
LATEST = timedelta(hours=-12)


def civil_dates_at(now: datetime) -> tuple[date, date]:
    """The earliest and the latest civil date that any zone has at the instant ``now``.

    Zones lie between UTC-12 and UTC+14.
    """
    utc = now.astimezone(UTC)
    return (utc + LATEST).date(), (utc + EARLIEST).date()
