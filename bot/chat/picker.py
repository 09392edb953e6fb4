"""Choosing a time by buttons: a day, on a month of the calendar, then the hour and the minute.

Each step takes the place of the one before. Nothing is kept: what was chosen so far is in the
buttons, as wall time of the person's zone.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.chat import release_card as card
from bot.chat.keyboards import Button, Rows, in_rows, outdated, parts_of, press
from bot.chat.page import Page, shown
from bot.chat.times import (
    MEANING,
    UNDER_EMBARGO,
    Matter,
    in_full,
    leave,
    matter_of,
    named,
    picked,
)
from bot.chat.turn import Turn
from bot.releases.moments import BadMoment, Twice, on_the_clock
from bot.releases.publication import filled_headline
from bot.releases.release import Moment, Release, ReleaseState
from bot.releases.review import demand_unpublished, plan_mark
from translations.text import Text, text

USUAL_HOURS = (time(9), time(12), time(15))
MINUTES = range(0, 60, 5)
LAST_YEAR = 9998

_EMPTY = "·"


async def ask(turn: Turn, parts: Sequence[str]) -> None:
    """The buttons “Queue …” and “Embargo …”: times that are often meant, and all others."""
    ident, code = parts_of(parts, 2)
    release, matter = await _about(turn, ident, code)
    await turn.show(*question(turn, release, matter))


def question(turn: Turn, release: Release, matter: Matter) -> tuple[Page, Rows]:
    """When? With the days on which most things go out, and how to write another time."""
    page = turn.page(shown(filled_headline(release, release.original)))
    named(page, matter, release)
    if matter is UNDER_EMBARGO:
        if release.embargo is not None:
            until = in_full(turn, release.embargo)
            page.line(text("End of the embargo: {moment}", moment=until), bold=True)
        page.line(MEANING)
    page.line(matter.question)
    words, now = turn.words.formats, _now(turn)
    example = f"{words.date(now.date() + timedelta(days=7))} {words.time(time(17))}"
    page.line(
        text(
            "For instance “{example}”. Times are in the time zone {zone} unless you name another.",
            example=example,
            zone=turn.zone,
        )
    )
    rows: list[list[Button]] = list(_usual(turn, release, matter))
    last = [press(text("Another day …"), "month", release.id, matter.code, f"{now:%Y%m}")]
    if matter is UNDER_EMBARGO and release.embargo is not None:
        last.append(press(text("Lift it …"), "lift", release.id))
    return page, [*rows, [*last, leave(release)]]


def _usual(turn: Turn, release: Release, matter: Matter) -> Iterator[list[Button]]:
    """A row for today, tomorrow and the next working day: the hours that are still to come."""
    words, now = turn.words.formats, _now(turn)
    today = now.date()
    tomorrow = today + timedelta(days=1)
    working = next(
        day
        for day in (today + timedelta(days=ahead) for ahead in range(1, 8))
        if day.weekday() not in words.weekend
    )
    days: dict[date, Text] = {
        today: text("Today, {time}"),
        tomorrow: text("Tomorrow, {time}"),
    }
    days.setdefault(working, text("{day}, {time}"))
    for day, label in days.items():
        moments = [
            (hour, moment)
            for hour in USUAL_HOURS
            for moment in _moments(turn, datetime.combine(day, hour))
            if moment.at > turn.office.clock.now()
        ]
        row = [
            picked(
                Text(label.msgid, {"day": words.weekday(day.weekday()), "time": hour})
                if place == 0
                else words.time(hour),
                matter,
                release,
                moment,
            )
            for place, (hour, moment) in enumerate(moments)
        ]
        if row:
            yield _in_order(turn, row)


async def month(turn: Turn, parts: Sequence[str]) -> None:
    """The month of a calendar, the week beginning where the person's language has it begin."""
    ident, code, written = parts_of(parts, 3)
    release, matter = await _about(turn, ident, code)
    first = _day(f"{written}01")
    today = _now(turn).date()
    page = _headed(turn, release, matter, text("Which day?"))
    await turn.show(page, _calendar(turn, release, matter, first, today))


def _calendar(turn: Turn, release: Release, matter: Matter, first: date, today: date) -> Rows:
    words = turn.words.formats

    def to_month(label: str, day: date) -> Button:
        return press(label, "month", release.id, matter.code, f"{day:%Y%m}")

    here = to_month(_EMPTY, first)
    length = monthrange(first.year, first.month)[1]
    before, after = first - timedelta(days=1), first + timedelta(days=length)
    earlier, later = ("▶", "◀") if turn.words.direction == "rtl" else ("◀", "▶")
    is_first = (first.year, first.month) <= (today.year, today.month)
    is_last = after.year > LAST_YEAR
    head = [
        here if is_first else to_month(earlier, before),
        to_month(words.month(first), first),
        here if is_last else to_month(later, after),
    ]
    names = [
        to_month(words.weekday((words.first_weekday + place) % 7, short=True), first)
        for place in range(7)
    ]
    days = [here] * ((first.weekday() - words.first_weekday) % 7)
    for day in (first + timedelta(days=ahead) for ahead in range(length)):
        number = words.number(day.day)
        chosen = press(number, "hour", release.id, matter.code, f"{day:%Y%m%d}")
        days.append(here if day < today else chosen)
    days += [here] * (-len(days) % 7)
    weeks = in_rows(days, 7)
    return [
        *(_in_order(turn, row) for row in (head, names, *weeks)),
        [press(text("Back"), "when", release.id, matter.code), leave(release)],
    ]


async def hour(turn: Turn, parts: Sequence[str]) -> None:
    """The hours of a day that are still to come."""
    ident, code, written = parts_of(parts, 3)
    release, matter = await _about(turn, ident, code)
    day, now = _day(written), _now(turn)
    hours = [
        press(
            turn.words.formats.time(time(number)),
            "minute",
            release.id,
            matter.code,
            f"{day:%Y%m%d}{number:02}",
        )
        for number in range(24)
        if (day, number) >= (now.date(), now.hour)
    ]
    page = _headed(turn, release, matter, turn.words.formats.date(day, weekday=True))
    await turn.show(page.line(text("At which hour?")), _grid(turn, hours, release, matter, day))


async def minute(turn: Turn, parts: Sequence[str]) -> None:
    """The minutes of an hour, as moments to choose."""
    ident, code, written = parts_of(parts, 3)
    release, matter = await _about(turn, ident, code)
    if len(written) != len("2026062609") or not "00" <= written[8:] <= "23":
        raise outdated()
    day = _day(written[:8])
    buttons = []
    for number in MINUTES:
        wall = datetime.combine(day, time(int(written[8:]), number))
        moments = [m for m in _moments(turn, wall) if m.at > turn.office.clock.now()]
        for moment in moments:
            label = turn.words.formats.time(wall.time())
            if len(moments) > 1:  # the clocks show it twice
                label = f"{label} ({moment.local:%Z})"
            buttons.append(picked(label, matter, release, moment))
    page = _headed(turn, release, matter, turn.words.formats.date(day, weekday=True))
    page.line(text("At which time?") if buttons else text("The clocks do not show this hour."))
    await turn.show(page, _grid(turn, buttons, release, matter, day))


async def _about(turn: Turn, ident: str, code: str) -> tuple[Release, Matter]:
    turn.staff("schedule")
    release = await card.numbered(turn, ident)
    demand_unpublished(release)
    return release, matter_of(code)


def _headed(turn: Turn, release: Release, matter: Matter, line: Text | str) -> Page:
    page = turn.page(shown(filled_headline(release, release.original)))
    return named(page, matter, release).line(line, bold=True)


def _grid(
    turn: Turn, buttons: Sequence[Button], release: Release, matter: Matter, day: date
) -> Rows:
    back = press(text("Back"), "month", release.id, matter.code, f"{day:%Y%m}")
    return [*(_in_order(turn, row) for row in in_rows(buttons, 4)), [back, leave(release)]]


def _in_order(turn: Turn, row: list[Button]) -> list[Button]:
    """A row as it is read: clients show the first button on the left, whatever the language."""
    return row[::-1] if turn.words.direction == "rtl" else row


def _moments(turn: Turn, wall: datetime) -> tuple[Moment, ...]:
    """The moments at which the person's clocks show that: none, one, or two."""
    try:
        return (on_the_clock(wall, turn.zone),)
    except Twice as twice:
        return twice.moments
    except (BadMoment, OverflowError):
        return ()


def _now(turn: Turn) -> datetime:
    """What the person's clock shows, without a zone."""
    return turn.office.clock.now().astimezone(ZoneInfo(turn.zone)).replace(tzinfo=None)


def _day(written: str) -> date:
    """``YYYYMMDD`` out of a button; raises ``NotFound``."""
    if len(written) != len("20260626") or not (written.isascii() and written.isdecimal()):
        raise outdated()
    try:
        day = date(int(written[:4]), int(written[4:6]), int(written[6:]))
    except ValueError as error:
        raise outdated() from error
    if not 1970 <= day.year <= LAST_YEAR:
        raise outdated()
    return day


async def ask_lift(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Lift it …”: what that would do, and one more press."""
    turn.staff("schedule")
    (ident,) = parts_of(parts, 1)
    release = await card.numbered(turn, ident)
    demand_unpublished(release)
    page = _headed(turn, release, UNDER_EMBARGO, text("Lift the embargo?"))
    at = release.publish_at
    if release.state is ReleaseState.QUEUED and at is not None and at.at <= turn.office.clock.now():
        page.line(text("It is queued for a time that has passed, so it goes out at once."))
    else:
        page.line(text("It is not published by that, but nothing keeps it from being published."))
    yes = press(text("Yes, lift it"), "lift!", release.id, plan_mark(release))
    await turn.show(page, [[yes], [leave(release)]])
