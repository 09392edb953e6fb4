"""Which civil dates an observance falls on, and which anniversary each is. Pure.

An anniversary's number is the difference of the years, in the calendar of the observance. Which
day of a year it is says :mod:`bot.releases.recurrence`; where a calendar is known only so far
(:mod:`bot.releases.calendars`), there are no anniversaries past its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import merge

from bot.releases.calendars import CALENDARS, GREGORIAN, place, year_at
from bot.releases.recurrence import occasion_in
from bot.releases.release import ObservanceSpec


@dataclass(frozen=True, kw_only=True)
class Anniversary:
    """The ``number``-th anniversary, in the ``year`` of the observance's own calendar.

    ``occasion`` is the day itself as a Gregorian date, moved where the observance moves it;
    ``lead`` how many days ahead of it this announcement is (0: on the day).
    """

    number: int
    year: int
    occasion: date
    lead: int = 0

    @property
    def on(self) -> date:
        """The civil date of the announcement, in the zone of whoever is told."""
        return self.occasion - timedelta(days=self.lead)


def anniversaries(spec: ObservanceSpec, since: date, until: date) -> Iterator[Anniversary]:
    """Every anniversary with ``since < on <= until``, in order; days ahead of it come as well.

    Two on one date are in order of how far ahead they are. Raises ``BeyondCalendar`` when the
    origin lies outside what is known of the observance's calendar.
    """
    streams = [_ahead(spec, since, until, lead) for lead in (0, *sorted(spec.lead))]
    # A merge keeps the order of its streams where the dates are the same.
    return merge(*streams, key=lambda found: found.on) if spec.lead else streams[0]


def _ahead(spec: ObservanceSpec, since: date, until: date, lead: int) -> Iterator[Anniversary]:
    """Those announced ``lead`` days ahead: one a year at most, so their dates only rise."""
    after, last_day = since.toordinal(), until.toordinal()
    origin = place(spec.calendar, spec.origin).year
    years = _years(spec, since, until, lead)
    for year in range(max(years.start, origin + 1), years.stop):
        number = year - origin
        if not _counts(spec, number) or year in spec.skip:
            continue
        occasion = occasion_in(spec, year)
        if occasion is not None and after < occasion.toordinal() - lead <= last_day:
            yield Anniversary(number=number, year=year, occasion=occasion, lead=lead)


def _years(spec: ObservanceSpec, since: date, until: date, lead: int) -> range:
    """The years in which an occasion could lie that is announced in the time asked for."""
    known = CALENDARS[spec.calendar]
    # A moved day, or one that the year lacks, may fall into the next year or the one before.
    beside = 0 if spec.calendar == GREGORIAN and not spec.move else 1
    first = max(year_at(spec.calendar, _later(since, lead)) - beside, spec.first or known.first)
    last = min(year_at(spec.calendar, _later(until, lead)) + beside, spec.last or known.last)
    return range(max(first, known.first), min(last, known.last) + 1)


def _later(day: date, days: int) -> date:
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal())) if days else day


def _counts(spec: ObservanceSpec, number: int) -> bool:
    return number in spec.years if spec.years else number % spec.every == 0
