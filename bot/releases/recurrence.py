"""On which day of a year an observance comes back, and which anniversary a day is. Pure.

A day that the year lacks – 29 February, the 30th of a month that has 29 days this time – follows
``feb29``: ``feb28`` takes the last day that the month has, ``mar1`` the day after it, and with
``leap-only`` there is no anniversary that year. Adar of a year that has only one is kept in Adar II
of a year with two (Shulchan Aruch, Orach Chayim 568:7), as Adar II itself; Adar I is kept in Adar
where there is no other.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from bot.releases.calendars import CALENDARS, GREGORIAN, month, place
from bot.releases.release import ObservanceSpec

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOVES = ("nearest-weekday", "next-weekday", "previous-weekday")
LONGEST_WEEKEND = 3
"""Days: so that none is moved by more than as many."""

_EARLIEST, _LATEST = date.min.toordinal(), date.max.toordinal()


def day_in(spec: ObservanceSpec, year: int) -> date | None:
    """The day itself in ``year`` of the observance's calendar, wherever the weekend is.

    ``None`` when the year has no such day. Raises ``BeyondCalendar`` for a year, or an origin,
    that is not known of the calendar.
    """
    if spec.calendar == GREGORIAN and spec.origin.day < 29:
        return spec.origin.replace(year=year)
    return _day_in(spec.calendar, *place(spec.calendar, spec.origin)[1:], year, spec.feb29)


def occasion_in(spec: ObservanceSpec, year: int) -> date | None:
    """The day in ``year`` on which it is observed: moved off the weekend, where ``move`` says so.

    A date past the last that there is counts as none.
    """
    day = day_in(spec, year)
    if day is None or not spec.move:
        return day
    moved = day.toordinal() + _shifts(spec.move, spec.weekend)[day.weekday()]
    return date.fromordinal(moved) if _EARLIEST <= moved <= _LATEST else None


def year_of(spec: ObservanceSpec, day: date) -> int:
    """The year of the observance's calendar whose occasion ``day`` is, moved or not; for any
    other day simply the year. Raises ``BeyondCalendar`` where that is not known."""
    known = CALENDARS[spec.calendar]
    year = place(spec.calendar, day).year
    for near in (year, year + 1, year - 1):
        is_known = known.first <= near <= known.last
        if is_known and day in (occasion_in(spec, near), day_in(spec, near)):
            return near
    return year


def number_on(spec: ObservanceSpec, day: date) -> int:
    """How many years of its calendar lie between the origin and ``day``, the year of an occasion
    counting from the day that was moved. Raises ``BeyondCalendar``."""
    return year_of(spec, day) - place(spec.calendar, spec.origin).year


@lru_cache(maxsize=65536)
def _day_in(calendar: str, number: int, day: int, year: int, feb29: str) -> date | None:
    begins, days = month(calendar, year, number)
    if day > days:
        if feb29 == "leap-only":
            return None
        day = days + 1 if feb29 == "mar1" else days
    ordinal = begins.toordinal() + day - 1
    return date.fromordinal(ordinal) if ordinal <= _LATEST else None


@lru_cache(maxsize=256)
def _shifts(move: str, weekend: tuple[str, ...]) -> tuple[int, ...]:
    """For each day of the week, Monday first, by how many days it is moved."""
    free = {WEEKDAYS.index(name) for name in weekend}
    found = []
    for weekday in range(7):
        before = next(n for n in range(7) if (weekday - n) % 7 not in free)
        after = next(n for n in range(7) if (weekday + n) % 7 not in free)
        if move == "previous-weekday" or (move == "nearest-weekday" and before <= after):
            found.append(-before)
        else:
            found.append(after)
    return tuple(found)
