"""The calendars in which an observance can come back each year. Pure.

``gregorian``
    Proleptic, as in ``datetime.date``.
``islamic``
    Umm al-Qura, the civil calendar of Saudi Arabia, from hijridate's tables: 1343 to 1500 AH,
    1 August 1924 to 16 November 2077. Where months begin by sighting a day may be another.
``hebrew``
    The fixed calendar, computed by pyluach: any year that a Gregorian date can be given for.
``persian``
    Solar Hijri, from persiantools: years 1 to 1498, 22 March 622 to 20 March 2120. Its leap
    years are those published by the Calendar Center of the University of Tehran (1206 to 1498);
    earlier ones are computed, for Iran has had this calendar since 1304.

A day is the civil date on which it has its daylight: Islamic and Hebrew days begin at the sunset
before.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol


class BeyondCalendar(ValueError):
    """A date or a year that lies outside what is known of a calendar."""


class Place(NamedTuple):
    """Where a day stands in the year of a calendar. The number of a Hebrew month counts from
    Nisan; 13 is the last month of any year, Adar or Adar II, and 12 is Adar I."""

    year: int
    month: int
    day: int


class Month(NamedTuple):
    """A month of one year: its first day, and how many it has."""

    begins: date
    days: int


class Calendar(Protocol):
    """One calendar; ``first`` and ``last`` are the years in which its dates are known."""

    @property
    def first(self) -> int: ...

    @property
    def last(self) -> int: ...

    def place(self, day: date) -> Place:
        """Where ``day`` stands. Raises ``BeyondCalendar``."""
        ...

    def month(self, year: int, month: int) -> Month:
        """The month of that number in ``year``, a known one.

        Of a Hebrew year without Adar I, which has one Adar, that is both 12 and 13.
        """
        ...


class Gregorian:
    first, last = date.min.year, date.max.year

    def place(self, day: date) -> Place:
        return Place(day.year, day.month, day.day)

    def month(self, year: int, month: int) -> Month:
        short = 28 + isleap(year) if month == 2 else 30
        return Month(date(year, month, 1), 31 if month in (1, 3, 5, 7, 8, 10, 12) else short)


class Islamic:
    first, last = 1343, 1500

    def place(self, day: date) -> Place:
        from hijridate import Gregorian as Converted

        try:
            return Place(*Converted.fromdate(day).to_hijri().datetuple())
        except OverflowError as error:
            raise BeyondCalendar(day.isoformat()) from error

    def month(self, year: int, month: int) -> Month:
        from hijridate import Hijri

        begins = Hijri(year, month, 1)
        return Month(date.fromordinal(begins.to_gregorian().toordinal()), begins.month_length())


class Hebrew:
    # The calendar's years begin in autumn: 3761 was under way when the first datetime.date was.
    first, last = date.min.year + 3761, date.max.year + 3760

    def place(self, day: date) -> Place:
        from pyluach.dates import HebrewDate

        year, month, number = HebrewDate.from_pydate(day).tuple()
        if not self.first <= year <= self.last:
            raise BeyondCalendar(day.isoformat())
        return Place(year, 13 if month == 12 and not _has_two_adars(year) else month, number)

    def month(self, year: int, month: int) -> Month:
        from pyluach.dates import HebrewDate

        if month == 13 and not _has_two_adars(year):
            month = 12
        begins = HebrewDate(year, month, 1)
        return Month(begins.to_pydate(), 30 if (begins + 29).day == 30 else 29)


def _has_two_adars(year: int) -> bool:
    return (7 * year + 1) % 19 < 7


class Persian:
    first, last = 1, 1498

    def place(self, day: date) -> Place:
        from persiantools.jdatetime import JalaliDate

        try:
            found = JalaliDate(day)
        except ValueError as error:
            raise BeyondCalendar(day.isoformat()) from error
        if found.year > self.last:
            raise BeyondCalendar(day.isoformat())
        return Place(found.year, found.month, found.day)

    def month(self, year: int, month: int) -> Month:
        from persiantools.jdatetime import JalaliDate

        return Month(
            JalaliDate(year, month, 1).to_gregorian(), JalaliDate.days_in_month(month, year)
        )


GREGORIAN = "gregorian"
CALENDARS: Mapping[str, Calendar] = {
    GREGORIAN: Gregorian(),
    "islamic": Islamic(),
    "hebrew": Hebrew(),
    "persian": Persian(),
}
_LAST_MONTH = {"hebrew": 6}  # Elul: the months count from Nisan, the years from Tishri
_FIRST_MONTH = {"hebrew": 7}


@lru_cache(maxsize=65536)
def place(calendar: str, day: date) -> Place:
    """Where ``day`` stands in ``calendar``. Raises ``BeyondCalendar``."""
    return CALENDARS[calendar].place(day)


@lru_cache(maxsize=65536)
def month(calendar: str, year: int, number: int) -> Month:
    """A month of ``calendar``. Raises ``BeyondCalendar`` where the year is not known."""
    known = CALENDARS[calendar]
    if not known.first <= year <= known.last:
        raise BeyondCalendar(str(year))
    return known.month(year, number)


@lru_cache(maxsize=8)
def span(calendar: str) -> tuple[date, date]:
    """The first and the last date that are known in ``calendar``."""
    known = CALENDARS[calendar]
    end = month(calendar, known.last, _LAST_MONTH.get(calendar, 12))
    begin = month(calendar, known.first, _FIRST_MONTH.get(calendar, 1))
    return begin.begins, end.begins + timedelta(days=end.days - 1)


def year_at(calendar: str, day: date) -> int:
    """The year of ``calendar`` on ``day``; outside of its span, that of the nearest known day."""
    if calendar == GREGORIAN:
        return day.year
    first, last = span(calendar)
    return place(calendar, min(max(day, first), last)).year
