"""Which civil dates an observance falls on, and which anniversary each is. Pure.

Proleptic Gregorian calendar, as in ``datetime.date``. An anniversary's number is the difference
of the years.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

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
    """Every anniversary with ``since < on <= until``, in order.

    29 February follows ``spec.feb29``: ``feb28`` or ``mar1`` in common years, or ``leap-only``.
    """
    for year in range(max(since.year, spec.origin.year + 1), until.year + 1):
        number = year - spec.origin.year
        if not _counts(spec, number):
            continue
        on = date_in(spec, year)
        if on is not None and since < on <= until:
            yield Anniversary(number=number, year=year, occasion=on)


def date_in(spec: ObservanceSpec, year: int) -> date | None:
    """The civil date of the observance in ``year``; ``None`` when it has none there."""
    origin = spec.origin
    if (origin.month, origin.day) != (2, 29) or isleap(year):
        return origin.replace(year=year)
    if spec.feb29 == "leap-only":
        return None
    return date(year, 3, 1) if spec.feb29 == "mar1" else date(year, 2, 28)


def _counts(spec: ObservanceSpec, number: int) -> bool:
    return number in spec.years if spec.years else number % spec.every == 0
