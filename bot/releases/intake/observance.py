"""An observance as staff declare it: the keys under ``observance``, and what each may hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.releases.calendars import CALENDARS, GREGORIAN, span, year_at
from bot.releases.intake.fields import Fields
from bot.releases.recurrence import LONGEST_WEEKEND, MOVES, WEEKDAYS
from bot.releases.release import ObservanceSpec
from translations.text import text

KEYS = (
    *("origin", "calendar", "every", "years", "first", "last", "except", "feb29"),
    *("move", "weekend", "lead", "at", "catch_up", "without_edition", "remind"),
)
FURTHEST_AHEAD = 365
"""Days ahead of the day on which it may be announced."""
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_CATCH_UP = re.compile(r"same-day|[1-9]\d{0,2}[hd]", re.ASCII)


def read_observance(fields: Fields | None, bears: date | None = None) -> ObservanceSpec | None:
    """It needs no further acceptance. ``bears`` is the date of its release."""
    if fields is None:
        return None
    fields.refuse_unknown(KEYS)
    origin = fields.day("origin")
    calendar = fields.choice("calendar", tuple(CALENDARS)) or GREGORIAN
    if origin is None:
        if fields.node("origin") is None:
            fields.findings.fatal(
                fields.table.place,
                text("The observance has no origin. Add the date, as in origin: 1945-06-26."),
            )
        return None
    if not _is_known(fields, calendar, origin, bears):
        return None
    given = {
        "calendar": calendar,
        **_which_years(fields, calendar, origin),
        "feb29": fields.choice("feb29", ("feb28", "mar1", "leap-only")),
        "lead": _numbers(fields, "lead", 1, FURTHEST_AHEAD),
        "move": fields.choice("move", MOVES),
        "weekend": _weekend(fields),
        "at": fields.matching("at", _TIME, "09:00"),
        "catch_up": fields.matching("catch_up", _CATCH_UP, "same-day, 36h, 2d"),
        "without_edition": fields.choice("without_edition", ("announce", "hold")),
        "remind": fields.numbers("remind", least=0),
    }
    values: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    return ObservanceSpec(origin=origin, **values)


def _is_known(fields: Fields, calendar: str, origin: date, bears: date | None) -> bool:
    """Whether the calendar reaches to the origin and to the release's own date."""
    begins, ends = span(calendar)
    outside = next((day for day in (origin, bears or origin) if not begins <= day <= ends), None)
    if outside is not None:
        fields.wrong(
            fields.table.entries["calendar"],
            text(
                "The calendar “{calendar}” is known from {begins} to {ends}; {date} lies outside.",
                calendar=calendar,
                begins=begins.isoformat(),
                ends=ends.isoformat(),
                date=outside.isoformat(),
            ),
        )
    return outside is None


def _which_years(fields: Fields, calendar: str, origin: date) -> dict[str, Any]:
    every, years = fields.number("every"), fields.numbers("years")
    if every is not None and years:
        fields.findings.fatal(
            fields.table.key_places["years"],
            text("“every” and “years” exclude each other. Keep one."),
        )
    first, last = (_year(fields, key, calendar) for key in ("first", "last"))
    if first is not None and last is not None and first > last:
        fields.wrong(
            fields.table.entries["last"],
            text(
                "“last” ({last}) comes before “first” ({first}).", last=str(last), first=str(first)
            ),
        )
    began = year_at(calendar, origin)
    if last is not None and last <= began:
        fields.wrong(
            fields.table.entries["last"],
            text(
                "“last” must be a year after {year}, that of the origin in the calendar "
                "“{calendar}”.",
                year=str(began),
                calendar=calendar,
            ),
        )
    known = CALENDARS[calendar]
    return {
        "every": every,
        "years": years,
        "first": first,
        "last": last,
        "skip": _numbers(fields, "except", known.first, known.last),
    }


def _year(fields: Fields, key: str, calendar: str) -> int | None:
    year = fields.number(key)
    known = CALENDARS[calendar]
    return year if year is None or _allowed(fields, key, (year,), known.first, known.last) else None


def _numbers(fields: Fields, key: str, least: int, most: int) -> tuple[int, ...] | None:
    """A list of different numbers within bounds."""
    numbers = fields.numbers(key)
    if numbers is None or not _allowed(fields, key, numbers, least, most):
        return None
    return numbers if _different(fields, key, tuple(map(str, numbers))) else None


def _allowed(fields: Fields, key: str, numbers: Sequence[int], least: int, most: int) -> bool:
    wrong = next((n for n in numbers if not least <= n <= most), None)
    if wrong is not None:
        fields.wrong(
            fields.table.entries[key],
            text(
                "“{key}” cannot be {number}. Allowed are whole numbers from {least} to {most}.",
                key=key,
                number=str(wrong),
                least=str(least),
                most=str(most),
            ),
        )
    return wrong is None


def _different(fields: Fields, key: str, items: Sequence[str]) -> bool:
    twice = next((item for item in items if items.count(item) > 1), None)
    if twice is not None:
        fields.wrong(
            fields.table.entries[key],
            text("“{key}” names {item} twice. Name it once.", key=key, item=twice),
        )
    return twice is None


def _weekend(fields: Fields) -> tuple[str, ...] | None:
    if fields.node("weekend") is None:
        return None
    names = tuple(name.lower() for name in fields.texts("weekend"))
    node = fields.table.entries["weekend"]
    unknown = next((name for name in names if name not in WEEKDAYS), None)
    if unknown is not None:
        fields.wrong(
            node,
            text(
                "“{key}” cannot be “{value}”. Allowed are: {allowed}.",
                key="weekend",
                value=unknown[:80],
                allowed=", ".join(WEEKDAYS),
            ),
        )
    elif not 1 <= len(names) <= LONGEST_WEEKEND:
        fields.wrong(
            node,
            text("A weekend has one to {n} days, as in weekend: [fri, sat].", n=LONGEST_WEEKEND),
        )
    elif _different(fields, "weekend", names):
        if fields.node("move") is None:
            fields.findings.note(
                node.place,
                text("“weekend” counts only where “move” says what becomes of such a day."),
            )
        return names
    return None
