"""An observance in words: which anniversaries are kept, and by which calendar. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.releases.release import ObservanceSpec
from translations.text import Text, text, texts

_CALENDARS = {
    "islamic": text("By the Islamic calendar (Umm al-Qura)."),
    "hebrew": text("By the Hebrew calendar."),
    "persian": text("By the Persian calendar."),
}
_MOVES = {
    "nearest-weekday": text("On a weekend it moves to the nearest working day."),
    "next-weekday": text("On a weekend it moves to the next working day."),
    "previous-weekday": text("On a weekend it moves to the working day before."),
}


def by_calendar(calendar: str) -> Text | None:
    """By which calendar a day comes back; nothing of the Gregorian one, which all others mean."""
    return _CALENDARS.get(calendar)


def remarks(calendar: str, moved: date | None) -> tuple[Text, ...]:
    """What a reader should know of a date: by which calendar it is, ``moved`` from which day."""
    named = by_calendar(calendar)
    return (
        *((named,) if named else ()),
        *((text("Moved from {date}.", date=moved),) if moved else ()),
    )


def described(spec: ObservanceSpec) -> Iterator[Text]:
    """Which anniversaries are kept, and what is out of the ordinary: a sentence for each thing."""
    yield _how_often(spec)
    calendar = by_calendar(spec.calendar)
    if calendar is not None:
        yield calendar
    # Years are written without separators, as no number is.
    if spec.first is not None:
        yield text("Not before the year {year}.", year=str(spec.first))
    if spec.last is not None:
        yield text("For the last time in the year {year}.", year=str(spec.last))
    if spec.skip:
        yield text("Not in: {years}.", years=tuple(str(year) for year in spec.skip))
    if spec.move:
        yield _MOVES[spec.move]
    if spec.lead:
        ahead = tuple(str(days) for days in sorted(spec.lead, reverse=True))
        yield text("Announced as well so many days ahead: {days}.", days=ahead)


def _how_often(spec: ObservanceSpec) -> Text:
    if spec.years:
        return text(
            "These anniversaries of {date}: {numbers}.",
            date=spec.origin,
            numbers=tuple(str(number) for number in spec.years),
        )
    return texts(
        "Every anniversary of {date}.",
        "Every {n} years from {date}.",
        spec.every,
        date=spec.origin,
    )
