"""When a local hour of a civil date comes, anywhere on earth: so that the planner need not look
at what is not due."""

from __future__ import annotations

import zoneinfo
from bisect import bisect_right
from datetime import date, datetime, time
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from bot.occasions.calendar import moment_in


@lru_cache(maxsize=4096)
def hours(on: date, at: time) -> tuple[datetime, ...]:
    """Every instant (UTC, in order) at which it becomes ``at`` on ``on`` in some time zone."""
    return tuple(sorted({moment_in(zone, on, at) for zone in _zones()}))


def has_come(on: date, at: time, since: datetime | None, now: datetime) -> bool:
    """Whether the hour came in some zone after ``since`` (ever, if ``None``) and by ``now``."""
    moments = hours(on, at)
    before = 0 if since is None else bisect_right(moments, since)
    return bisect_right(moments, now) > before


def comes_next(on: date, at: time, now: datetime) -> datetime | None:
    """The next instant after ``now`` at which the hour comes in some zone."""
    moments = hours(on, at)
    place = bisect_right(moments, now)
    return moments[place] if place < len(moments) else None


def keep_up() -> None:
    """Where the time zone database was updated, read the rules of all zones anew."""
    folders = [folder for folder in map(Path, zoneinfo.TZPATH) if folder.is_dir()]
    _forget(version("tzdata"), *(folder.stat().st_mtime_ns for folder in folders))


@lru_cache(maxsize=1)
def _forget(*_updated: object) -> None:
    """Once for each update: reading all the rules takes a tenth of a second."""
    ZoneInfo.clear_cache()
    moment_in.cache_clear()
    _zones.cache_clear()
    hours.cache_clear()


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))
