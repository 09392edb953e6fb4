"""Understanding when something is to be: “tomorrow 9:00”, «26 февраля», “明天9点”.

Nothing is guessed: what is left over is not understood, and what can be read in two ways is
given in both.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from translations.hours import Ranges, plain
from translations.locales import canonical
from translations.phrases import DAY, HOUR, Said, grammar_of

LONGEST = 100
"""Characters of what is read."""

MOST_READINGS = 4


class NotUnderstood(ValueError):
    """What was written names no time, as far as it can be read."""


class NoSuchDay(ValueError):
    """A date that no calendar has, such as 31 February."""


class AnotherWeekday(ValueError):
    """“Monday 26 February” where that is a Friday; ``day`` is the date."""

    def __init__(self, day: dt.date) -> None:
        super().__init__(str(day))
        self.day = day


@dataclass(frozen=True, kw_only=True)
class When:
    """One reading: ``at`` on the wall clock, without a zone, or ``after`` so long from now."""

    at: dt.datetime | None = None
    after: dt.timedelta | None = None


def read_when(
    written: str, tag: str, now: dt.datetime, hour: dt.time, zone: str
) -> tuple[When, ...]:
    """What ``written`` may mean in ``tag`` to somebody whose wall clock shows ``now`` (naive).

    ``hour`` is meant where only a day is named. A day without a year is the next such day; a time
    without a day the next such time; a weekday the next one on which the time is still to come.
    ``zone`` may be named as well, by its IANA name or as ``tag`` calls it. Raises
    :class:`NotUnderstood`, :class:`NoSuchDay`, :class:`AnotherWeekday`.
    """
    if now.tzinfo is not None:
        raise ValueError("a wall clock has no zone")
    text = plain(written[: LONGEST + 1]).strip()
    if len(text) > LONGEST:
        raise NotUnderstood(text)
    grammar = grammar_of(canonical(tag), zone)
    found: dict[When, None] = {}
    problem: ValueError | None = None
    for said in dict.fromkeys(grammar.readings(text)):
        try:
            found[_meant(said, now, hour, grammar.words.first_weekday)] = None
        except (NoSuchDay, AnotherWeekday, NotUnderstood) as error:
            problem = problem or error
        except OverflowError as error:
            problem = problem or NotUnderstood(str(error))
    if not found:
        raise problem or NotUnderstood(text)
    return tuple(found)[:MOST_READINGS]


def _meant(said: Said, now: dt.datetime, hour: dt.time, first_weekday: int) -> When:
    if said.minutes_on is not None:
        return When(after=dt.timedelta(minutes=said.minutes_on))
    minute = hour.hour * HOUR + hour.minute if said.minute is None else said.minute
    if said.part:
        minute = _within(minute, said.part)
    at = dt.time(minute // HOUR, minute % HOUR)
    return When(at=dt.datetime.combine(_date(said, now, at, first_weekday), at))


def _within(minute: int, part: Ranges) -> int:
    """The one of both halves of the day at which that hour is in the part of it named."""
    halves = (minute,) if minute >= 13 * HOUR else (minute, (minute + 12 * HOUR) % DAY)
    for candidate in halves:
        if any(begin <= candidate < end for begin, end in part):
            return candidate
    raise NotUnderstood(str(minute))


def _date(said: Said, now: dt.datetime, at: dt.time, first_weekday: int) -> dt.date:
    today = now.date()
    if said.ahead is not None or said.day is not None:
        day = today + dt.timedelta(days=said.ahead or 0)
        if said.day is not None:
            day = _next_such(said.day, today)
        if said.weekday is not None and day.weekday() != said.weekday:
            raise AnotherWeekday(day)
        return day
    if said.weekday is None:
        return today if at > now.time() else today + dt.timedelta(days=1)
    if said.next_week:
        begun = today - dt.timedelta(days=(today.weekday() - first_weekday) % 7)
        return begun + dt.timedelta(days=7 + (said.weekday - first_weekday) % 7)
    ahead = (said.weekday - today.weekday()) % 7
    if not ahead and (said.next or at <= now.time()):
        ahead = 7
    return today + dt.timedelta(days=ahead)


def _next_such(said: tuple[int | None, int, int], today: dt.date) -> dt.date:
    year, month, day = said
    years = (year,) if year is not None else range(today.year, today.year + 9)
    for candidate in years:
        try:
            found = dt.date(candidate, month, day)
        except ValueError:
            continue
        if year is not None or found >= today:
            return found
    raise NoSuchDay(f"{day}.{month}.{year or ''}")
