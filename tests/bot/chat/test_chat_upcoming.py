"""/queue: all that is coming in order of time, and each decision in one or two presses."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.delivery import beforehand, control
from bot.occasions import repository as occasions
from bot.releases import audit
from bot.releases.release import Moment, ObservanceSpec, ReleaseState
from bot.releases.review import OPERATOR
from translations.catalogs import catalog_for

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ADMIN, EDITOR, OBSERVER = 11, 12, 14


def _labels(message: Any) -> set[str]:
    return {button.label for button in message.buttons}


async def _acts(bot: Any, slug: str) -> list[str]:
    async with bot.database.read() as connection:
        return [row.act for row in await audit.history(connection, slug)]


def _in_days(bot: Any, days: int) -> Moment:
    return Moment(at=bot.clock.now() + timedelta(days=days), zone="Europe/Paris")


async def _with_day(bot: Any, file_harbour: Any, slug: str = "yearly") -> None:
    """A release that is announced on 4 July 2026."""
    spec = ObservanceSpec(origin=date(1946, 7, 4))
    await file_harbour(bot, approve=True, slug=slug, observance=spec)
    async with bot.database.write() as connection:
        await occasions.fill(bot.database, connection, bot.clock.now().date())


async def test_everything_is_in_order_of_time_with_what_it_lacks(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot, slug="someday", observance=None)
    await file_harbour(bot, approve=True, slug="later", observance=None)
    await file_harbour(bot, slug="secret", observance=None, embargo=_in_days(bot, 3))
    await file_harbour(bot, approve=True, slug="sooner", observance=None)
    await file_harbour(bot, approve=True, slug="stopped", observance=None)
    await _with_day(bot, file_harbour)
    for slug, days in (("later", 20), ("sooner", 1), ("stopped", 5)):
        await bot.desk.queue(OPERATOR, slug, at=_in_days(bot, days))
    await bot.desk.hold(OPERATOR, "stopped")
    await bot.desk.ask_for_changes(OPERATOR, "secret", "fr", "Shorter, please.")
    listed = (await bot.ask(bot.person(OBSERVER, "Obi"), "/queue")).text
    order = ["sooner", "secret", "stopped", "yearly", "later", "someday"]
    places = [listed.index(f"\n{slug}\n") for slug in order]
    assert places == sorted(places)
    parts = dict(zip(order, listed.split("\n\n")[1:], strict=False))
    assert "It was to go out on 1 July 2026" in parts["stopped"]
    assert "State: held" in parts["stopped"]
    assert "Embargo until 29 June 2026" in parts["secret"]
    assert "Changes are asked for in: Français" in parts["secret"]
    assert "Still missing: English (not approved)" in parts["secret"]
    assert "4 July 2026" in parts["yearly"]
    assert "in each time zone" in parts["yearly"]
    assert "No time set" in parts["someday"]


async def test_from_the_queue_a_release_is_held_let_go_and_taken_off_in_two_presses(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot, approve=True, slug="later", observance=None)
    at = _in_days(bot, 2)
    await bot.desk.queue(OPERATOR, "later", at=at)
    editor = bot.person(EDITOR, "Ed")
    listed = await bot.ask(editor, "/queue")
    await editor.press("later", listed)
    await editor.press("Hold", listed)
    assert (await bot.release("later")).state is ReleaseState.HELD
    await editor.press("Let it go out", listed)
    release = await bot.release("later")
    assert release.state is ReleaseState.QUEUED
    assert release.publish_at == at
    await editor.press("Queue …", listed)
    await editor.press("Tomorrow, 9:00 am", listed)
    await editor.press("Confirm", listed)
    release = await bot.release("later")
    assert release.publish_at.at == datetime(2026, 6, 27, 7, tzinfo=UTC)
    answer = await editor.press("Take off the queue", listed)
    assert answer.text == "It is a draft again, without a time."
    release = await bot.release("later")
    assert (release.state, release.publish_at) == (ReleaseState.DRAFT, None)
    history = await bot.ask(editor, "/history later")
    assert "Took it off the queue" in history.text


async def test_a_time_that_has_passed_while_it_was_held_is_asked_for_anew(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot, approve=True, slug="later", observance=None)
    await bot.desk.queue(OPERATOR, "later", at=_in_days(bot, 2))
    await bot.desk.hold(OPERATOR, "later")
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, "/release later")
    bot.clock.set(bot.clock.now() + timedelta(days=3))
    answer = await editor.press("Let it go out", card)
    assert "That time has passed" in answer.text
    assert (await bot.release("later")).state is ReleaseState.HELD
    assert "Let it go out" not in _labels(card)


@pytest.mark.parametrize("button", ["Hold", "Take off the queue"])
async def test_of_two_who_press_the_same_one_acts_and_the_other_is_told(
    bot: Any, file_harbour: Any, button: str
) -> None:
    await file_harbour(bot, approve=True, slug="later", observance=None)
    await bot.desk.queue(OPERATOR, "later", at=_in_days(bot, 2))
    people = bot.person(EDITOR, "Ed"), bot.person(ADMIN, "Ada")
    cards = [await bot.ask(person, "/release later") for person in people]
    answers = await asyncio.gather(
        *(person.press(button, card) for person, card in zip(people, cards, strict=True))
    )
    assert sorted(answer.alert or False for answer in answers) == [False, True]
    acts = await _acts(bot, "later")
    assert len([act for act in acts if act in ("hold", "unqueue")]) == 1
    assert cards[0].text == cards[1].text


async def test_an_anniversary_is_held_cancelled_and_let_be(bot: Any, file_harbour: Any) -> None:
    await _with_day(bot, file_harbour)
    editor = bot.person(EDITOR, "Ed")
    listed = await bot.ask(editor, "/queue")
    await editor.press("4 July 2026 · yearly", listed)
    assert "Saturday, 4 July 2026\n80th anniversary of the harbour" in listed.text
    assert "Anniversary, sent at 9:00" in listed.text
    await editor.press("Hold", listed)
    assert "Held: it is not announced until you decide" in listed.text
    await editor.press("What is coming", listed)
    assert "Held: it is not announced until you decide" in listed.text
    await editor.press("4 July 2026 · yearly", listed)
    await editor.press("Cancel it", listed)
    assert "Cancelled: it will not be announced" in listed.text
    async with bot.database.read() as connection:
        assert await beforehand.decided(connection) == {"yearly/occurrence/2026": "cancelled"}
    await editor.press("Let it be announced", listed)
    assert "Anniversary, sent at 9:00" in listed.text
    async with bot.database.read() as connection:
        assert await beforehand.decided(connection) == {}
    history = await bot.ask(editor, "/history yearly")
    assert "Cancelled: The anniversary of “yearly” in 2026" in history.text


async def test_of_two_who_decide_of_a_day_one_is_told(bot: Any, file_harbour: Any) -> None:
    await _with_day(bot, file_harbour)
    people = bot.person(EDITOR, "Ed"), bot.person(ADMIN, "Ada")
    pages = [await bot.ask(person, "/queue") for person in people]
    for person, page in zip(people, pages, strict=True):
        await person.press("4 July 2026 · yearly", page)
    answers = await asyncio.gather(
        *(person.press("Hold", page) for person, page in zip(people, pages, strict=True))
    )
    assert sorted(answer.alert or False for answer in answers) == [False, True]
    assert (await _acts(bot, "yearly")).count("pause") == 1
    for page in pages:
        assert "Held: it is not announced until you decide" in page.text


async def test_who_only_looks_sees_all_and_decides_nothing(bot: Any, file_harbour: Any) -> None:
    await _with_day(bot, file_harbour)
    observer = bot.person(OBSERVER, "Obi")
    listed = await bot.ask(observer, "/queue")
    release = await bot.release("yearly")
    await observer.press("4 July 2026 · yearly", listed)
    assert _labels(listed) == {"yearly", "What is coming"}
    waiting = bot.sandbox.chats.queries.open(observer, listed, f"day-hold:{release.id}:2026:0")
    assert "You may not do that." in (await asyncio.wait_for(waiting, 10)).text


async def test_a_day_that_is_over_is_an_old_button(bot: Any, file_harbour: Any) -> None:
    await _with_day(bot, file_harbour)
    editor = bot.person(EDITOR, "Ed")
    listed = await bot.ask(editor, "/queue")
    await editor.press("4 July 2026 · yearly", listed)
    release = await bot.release("yearly")
    await bot.desk.file(
        OPERATOR, replace(release, observance=ObservanceSpec(origin=date(1946, 7, 9)))
    )
    bot.clock.set(bot.clock.now() + timedelta(days=30))
    answer = await editor.press("Hold", listed)
    assert "out of date" in answer.text


async def test_what_is_paused_is_listed_with_its_buttons(bot: Any, publish_harbour: Any) -> None:
    ident = await publish_harbour(bot)
    await control.pause(bot.database, bot.clock, OPERATOR, ident)
    editor = bot.person(EDITOR, "Ed")
    listed = await bot.ask(editor, "/queue")
    assert listed.text == "Paused: The release “harbour-opens-2026”"
    await editor.press("Let it go on", listed)
    assert "It is sent now" in listed.text


async def test_the_queue_in_arabic(bot: Any, file_harbour: Any) -> None:
    await _with_day(bot, file_harbour)
    admin, ar = bot.person(ADMIN, "Ada", "ar"), catalog_for("ar")
    listed = await bot.ask(admin, "/queue")
    assert ar.formats.date(date(2026, 7, 4)) in listed.text
    await admin.press(listed.buttons[0].label, listed)
    await admin.press(ar.gettext("Hold"), listed)
    assert ar.gettext("Held: it is not announced until you decide") in listed.text
