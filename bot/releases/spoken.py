"""Moments as people say them, in their own language and time zone: “tomorrow 9:00”. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.releases.moments import BadMoment, Twice, on_the_clock, parse_moment, zone_names
from bot.releases.release import Moment
from translations.text import text
from translations.when import AnotherWeekday, NoSuchDay, NotUnderstood, When, read_when

_ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")
_ZONE = re.compile(
    r"[\s,]*(?P<open>[\[(]?)(?P<zone>[A-Za-z][A-Za-z_]*(?:/[A-Za-z0-9_+\-]+)+|UTC)[\])]?$", re.ASCII
)


def understood(
    written: str, *, now: datetime, zone: str, hour: time, languages: Sequence[str]
) -> tuple[Moment, ...]:
    """The moments that ``written`` may mean: one, or those that somebody must choose from.

    ``now`` is aware; wall time is in ``zone`` (IANA) unless another is named at the end; ``hour``
    is meant where only a day is named. It is read in the first of ``languages`` in which it means
    something, and as :func:`parse_moment` reads. Of several those that have passed are left out.
    Raises :class:`BadMoment`, which says why.
    """
    words = " ".join(written.split())
    named = _ZONE.search(words)
    if _ISO.match(words):
        found = _each(words, lambda: parse_moment(words, zone))
    else:
        if named is not None and named["zone"] in zone_names():
            words, zone = words[: named.start()], named["zone"]
        wall = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        readings = _readings(words, languages, wall, hour, zone, written)
        found = _moments(readings, now, zone, written)
    found = tuple(dict.fromkeys(found))
    return tuple(moment for moment in found if moment.at > now) or found


def _readings(
    words: str, languages: Sequence[str], wall: datetime, hour: time, zone: str, written: str
) -> tuple[When, ...]:
    """In the first language in which there are any."""
    problem: BadMoment | None = None
    for tag in dict.fromkeys(languages):
        try:
            return read_when(words, tag, wall, hour, zone)
        except NotUnderstood:
            continue
        except NoSuchDay as error:
            problem = problem or BadMoment(text("There is no such day: “{value}”.", value=written))
            problem.__cause__ = error
        except AnotherWeekday as error:
            problem = problem or BadMoment(
                text("{date} is another day of the week. Which one is meant?", date=error.day)
            )
            problem.__cause__ = error
    raise problem or BadMoment(
        text(
            "“{value}” is not understood. Write a day and a time, for instance “{date} {time}”, "
            "or 2026-06-26 10:00.",
            value=written[:80],
            date=wall.date() + timedelta(days=7),
            time=hour,
        )
    )


def _moments(
    readings: Sequence[When], now: datetime, zone: str, written: str
) -> tuple[Moment, ...]:
    """On the clocks of ``zone``; raises ``BadMoment`` where these show none of the readings."""
    found: list[Moment] = []
    problem: BadMoment | None = None
    for reading in readings:
        try:
            found += _each(written, lambda when=reading: _moment(when, now, zone))  # type: ignore[misc]
        except BadMoment as error:
            problem = problem or error
    if not found:
        raise problem or BadMoment(text("“{value}” is out of range.", value=written[:80]))
    return tuple(found)


def _moment(reading: When, now: datetime, zone: str) -> Moment:
    if reading.at is not None:
        return on_the_clock(reading.at, zone)
    later = now + (reading.after or timedelta(0))
    return Moment(
        at=later + timedelta(seconds=-later.second % 60, microseconds=-later.microsecond), zone=zone
    )


def _each(written: str, made: Callable[[], Moment]) -> tuple[Moment, ...]:
    """The one moment, or both of those that clocks show as the same time."""
    try:
        return (made(),)
    except Twice as error:
        return error.moments
    except OverflowError as error:
        raise BadMoment(text("“{value}” is out of range.", value=written[:80])) from error
