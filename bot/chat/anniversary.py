"""An anniversary to come, and what staff decide of it before its day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from bot.chat import reading
from bot.chat.keyboards import Rows, number, outdated, parts_of, press
from bot.chat.reading import Coming
from bot.chat.turn import Turn
from bot.delivery import beforehand
from bot.delivery.announcement import AnnouncementState, occurrence_key
from bot.delivery.beforehand import Decision
from bot.errors import Conflict
from translations.text import Text, text

DECIDED = {
    AnnouncementState.HELD: text("Held: it is not announced until you decide"),
    AnnouncementState.CANCELLED: text("Cancelled: it will not be announced"),
}


def key_of(item: Coming) -> str:
    """Of the announcement that it will be."""
    return occurrence_key(item.release.slug, item.occurrence.year, item.occurrence.lead)


def place_of(item: Coming) -> tuple[int, int, int]:
    """By which a button names it: rows of occurrences come and go."""
    return item.occurrence.release_id, item.occurrence.year, item.occurrence.lead


def hour_of(turn: Turn, item: Coming) -> time:
    """When it is announced in each time zone."""
    spec = item.occurrence.spec
    return time.fromisoformat(spec.at) if spec.at else turn.office.settings.occasion_hour


async def press_show(turn: Turn, parts: Sequence[str]) -> None:
    """An entry of /queue."""
    turn.staff()
    await _show(turn, await _named(turn, parts))


async def hold(turn: Turn, parts: Sequence[str]) -> None:
    await _decide(turn, parts, "hold", text("It is held."))


async def cancel(turn: Turn, parts: Sequence[str]) -> None:
    await _decide(turn, parts, "cancel", text("It is cancelled."))


async def let_be(turn: Turn, parts: Sequence[str]) -> None:
    await _decide(turn, parts, "let be", text("It is announced on its day."))


async def _decide(turn: Turn, parts: Sequence[str], decision: Decision, done: Text) -> None:
    actor = turn.staff("schedule")
    item = await _named(turn, parts)
    office = turn.office
    await turn.claim()
    try:
        await beforehand.decide(
            office.database, office.settings, office.clock, actor, item.occurrence, decision
        )
    except Conflict as error:
        await turn.note(error.what, alert=True)
    else:
        await turn.note(done)
    await _show(turn, item)


async def _named(turn: Turn, parts: Sequence[str]) -> Coming:
    """The anniversary that a button names; raises ``NotFound``."""
    wanted = tuple(map(number, parts_of(parts, 3)))
    found = next((item for item in await reading.coming(turn) if place_of(item) == wanted), None)
    if found is None:
        raise outdated()
    return found


async def _show(turn: Turn, item: Coming) -> None:
    async with turn.office.database.read() as connection:
        state = (await beforehand.decided(connection)).get(key_of(item))
    page = turn.page(turn.words.formats.date(item.on, weekday=True))
    page.line(item.title, bold=True).name(item.release.slug)
    for remark in item.remarks:
        page.line(remark)
    for line in state_lines(turn, item, state):
        page.line(line)
    page.line(text("Its day follows from the observance, which is in the release’s file."))
    await turn.show(page, _buttons(turn, item, state))


def state_lines(turn: Turn, item: Coming, state: AnnouncementState | None) -> tuple[Text, ...]:
    """When and whether it is announced, and what it lacks."""
    hour = hour_of(turn, item)
    usual = text("Anniversary, sent at {time} in each time zone", time=hour)
    missing = (reading.missing_text(item.missing),) if item.missing else ()
    return (usual if state is None else DECIDED[state], *missing)


def _buttons(turn: Turn, item: Coming, state: AnnouncementState | None) -> Rows:
    actor, place = turn.actor, place_of(item)
    decisions = []
    if actor is not None and actor.may("schedule"):
        if state is not None:
            decisions.append(press(text("Let it be announced"), "day-let", *place))
        if state is not AnnouncementState.HELD:
            decisions.append(press(text("Hold"), "day-hold", *place))
        if state is not AnnouncementState.CANCELLED:
            decisions.append(press(text("Cancel it"), "day-cancel", *place))
    there = press(item.release.slug, "release", item.release.id)
    return [decisions, [there, press(text("What is coming"), "coming")]]
