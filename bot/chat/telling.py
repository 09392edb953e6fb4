"""When a member of staff is told things: /notices.

The buttons carry what is to be, so that pressing twice does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import time

from bot.chat.hours import Hours
from bot.chat.keyboards import Button, Rows, in_rows, outdated, parts_of, press
from bot.chat.page import Page
from bot.chat.readers import reader, set_hours
from bot.chat.turn import Turn
from translations.text import Text, text

NONE = "-"
"""In a button: no hour."""

A_ROW = 4


async def command(turn: Turn, _arguments: str) -> None:
    """/notices"""
    turn.staff()
    await turn.say(*await _view(turn))


async def show(turn: Turn, _parts: Sequence[str]) -> None:
    """The button “Leave it”."""
    turn.staff()
    await turn.show(*await _view(turn))


async def hours_of(turn: Turn) -> Hours:
    office = turn.office
    async with office.database.read() as connection:
        return (await reader(connection, office.settings, turn.user_id)).hours


def described(hours: Hours) -> Iterator[Text]:
    """What somebody has chosen, in sentences."""
    if hours.digest is None:
        yield text("You are told each thing at once.")
    else:
        yield text("You are told everything together at {hour}.", hour=_hour(hours.digest))
    if hours.quiet_from is None or hours.quiet_until is None:
        yield text("You have no quiet hours.")
    else:
        yield text(
            "From {first} until {last} you are told nothing.",
            first=_hour(hours.quiet_from),
            last=_hour(hours.quiet_until),
        )
    yield (
        text("What is urgent you are told at any time.")
        if hours.urgent_always
        else text("What is urgent waits like everything else.")
    )


def _hour(hour: int) -> time:
    return time(hour)


async def _view(turn: Turn) -> tuple[Page, Rows]:
    hours = await hours_of(turn)
    page = turn.page()
    page.line(text("What the press office has to know I tell you here, once."), bold=True)
    for sentence in described(hours):
        page.item(sentence)
    page.line(text("Time zone: {zone}", zone=hours.zone))
    if turn.subscriber is not None:
        page.line(text("/timezone changes it."))
    page.gap().line(
        text(
            "Urgent is what keeps something from going out that is due, and what may not have "
            "arrived. What waits comes in one message."
        )
    )
    urgent = (
        press(text("Let urgent things wait, too"), "urgent!", 0)
        if hours.urgent_always
        else press(text("Tell me urgent things at any time"), "urgent!", 1)
    )
    return page, [
        [press(text("All together at …"), "digest"), press(text("At once"), "digest!", NONE)],
        [
            press(text("Quiet hours …"), "rest", NONE),
            press(text("No quiet hours"), "rest!", NONE, NONE),
        ],
        [urgent],
    ]


def _clock(turn: Turn, action: str, *before: object, but: int | None = None) -> list[list[Button]]:
    """A button for each hour of the day."""
    words = turn.words.formats
    return in_rows(
        (
            press(words.time(_hour(hour)), action, *before, hour)
            for hour in range(24)
            if hour != but
        ),
        A_ROW,
    )


def _leave() -> list[Button]:
    return [press(text("Leave it"), "notices")]


async def choose_digest(turn: Turn, _parts: Sequence[str]) -> None:
    """The button “All together at”."""
    turn.staff()
    await turn.show(
        text("At which hour of the day, on your clock?"), [*_clock(turn, "digest!"), _leave()]
    )


async def set_digest(turn: Turn, parts: Sequence[str]) -> None:
    turn.staff()
    digest = _given(*parts_of(parts, 1))
    await _set(turn, replace(await hours_of(turn), digest=digest))


async def choose_quiet(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Quiet hours”, and then the hour at which they begin."""
    turn.staff()
    first = _given(*parts_of(parts, 1))
    if first is None:
        await turn.show(
            text("From which hour shall there be quiet, on your clock?"),
            [*_clock(turn, "rest"), _leave()],
        )
        return
    await turn.show(
        text("Quiet from {hour}. Until when?", hour=_hour(first)),
        [*_clock(turn, "rest!", first, but=first), _leave()],
    )


async def set_quiet(turn: Turn, parts: Sequence[str]) -> None:
    turn.staff()
    first, last = map(_given, parts_of(parts, 2))
    if (first is None) != (last is None) or (first is not None and first == last):
        raise outdated()
    await _set(turn, replace(await hours_of(turn), quiet_from=first, quiet_until=last))


async def set_urgent(turn: Turn, parts: Sequence[str]) -> None:
    turn.staff()
    (wanted,) = parts_of(parts, 1)
    if wanted not in ("0", "1"):
        raise outdated()
    await _set(turn, replace(await hours_of(turn), urgent_always=wanted == "1"))


def _given(part: str) -> int | None:
    """The hour in a button; raises ``NotFound`` for what is none."""
    if part == NONE:
        return None
    if part not in map(str, range(24)):
        raise outdated()
    return int(part)


async def _set(turn: Turn, hours: Hours) -> None:
    office = turn.office
    async with turn.write() as connection:
        await set_hours(office.database, connection, turn.user_id, hours, office.clock.now())
    await turn.show(*await _view(turn))
