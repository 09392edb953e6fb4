"""Publishing from the chat: ten seconds in which it can be stopped, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.delivery import publications
from bot.releases import audit, notices
from bot.releases.release import ReleaseState
from bot.releases.review import FOLDER, OPERATOR, fingerprint
from bot.sandbox.message import Message
from bot.store import tables as t
from translations.catalogs import catalog_for

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ADMIN, EDITOR = 11, 12


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - the bot acts by itself
            await asyncio.sleep(0.02)


async def _says(message: Message, words: str) -> None:
    await _until(lambda: words in message.text)


async def _plan(bot: Any) -> None:
    """What the planner of a running service does at each look."""
    now = bot.clock.now()
    async with bot.database.write() as connection:
        told = await publications.publish_due(bot.database, bot.settings, connection, now)
        await notices.post(bot.database, connection, bot.settings, now, told)


def _later(bot: Any, seconds: int) -> None:
    bot.clock.set(bot.clock.now() + timedelta(seconds=seconds))


async def _announcements(bot: Any) -> int:
    async with bot.database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(t.announcement)) or 0)


async def _acts(bot: Any, slug: str = "harbour-opens-2026") -> list[str]:
    async with bot.database.read() as connection:
        return [row.act for row in await audit.history(connection, slug)]


async def _state(bot: Any) -> ReleaseState:
    return (await bot.release("harbour-opens-2026")).state


async def _counting(bot: Any, person: Any) -> Message:
    """The message in which the seconds are counted that this person has begun."""
    card = await bot.ask(person, "/release harbour-opens-2026")
    await person.press("Publish now …", card)
    answer = await person.press("Yes, publish now", card)
    assert answer.text == "It goes out in 10 seconds."
    await _says(card, "It goes out in 10 seconds.")
    return card


async def test_seconds_are_counted_and_then_it_is_out(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    card = await _counting(bot, editor)
    assert [b.label for b in card.buttons] == ["Stop"]
    for left in (7, 4, 1):
        _later(bot, 3)
        await _plan(bot)
        await _says(card, f"It goes out in {left} second")
        assert await _announcements(bot) == 0
    _later(bot, 1)
    await _says(card, "It goes out now.")
    await _plan(bot)
    await _says(card, "It is out.")
    assert {"How it goes", "Correct …", "Withdraw …"} <= {b.label for b in card.buttons}
    assert await _announcements(bot) == 1
    async with bot.database.read() as connection:
        assert (await connection.execute(select(t.countdown))).all() == []


async def test_it_can_be_stopped_and_then_waits_for_a_decision(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    card = await _counting(bot, editor)
    answer = await editor.press("Stop", card)
    assert answer.text == "Stopped. It did not go out."
    await _says(card, "It was stopped")
    _later(bot, 60)
    await _plan(bot)
    assert await _state(bot) is ReleaseState.HELD
    assert await _announcements(bot) == 0
    assert (await _acts(bot))[-2:] == ["publish", "stop"]
    history = await bot.ask(editor, "/history harbour-opens-2026")
    assert "Stopped it before it went out" in history.text
    await editor.press("Publish now …", card)
    await editor.press("Yes, publish now", card)
    await _says(card, "It goes out in 10 seconds.")


async def test_stopping_what_is_out_says_so_and_offers_what_is_left(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    card = await _counting(bot, editor)
    data = card.buttons[0].data
    _later(bot, 10)
    await _plan(bot)
    waiting = bot.sandbox.chats.queries.open(editor, card, data)
    answer = await asyncio.wait_for(waiting, 10)
    assert answer.alert
    assert "is already published" in answer.text
    await _until(lambda: {"Correct …", "Withdraw …"} <= {b.label for b in card.buttons})
    assert await _state(bot) is ReleaseState.PUBLISHED


async def test_a_text_that_is_changed_meanwhile_does_not_go_out_and_staff_are_told(
    talk: Any, file_harbour: Any
) -> None:
    """Not even where the folder's files count as approved."""
    bot = await talk()
    release = await file_harbour(bot, approve=True)
    editor, admin = bot.person(EDITOR, "Ed"), bot.person(ADMIN, "Ada")
    first = await bot.ask(admin, "/start")
    card = await _counting(bot, editor)
    french = replace(release.variants["fr"], body="Les navires partent.")
    await bot.desk.file(
        FOLDER, replace(release, variants={**release.variants, "fr": french}, id=None)
    )
    await bot.desk.approve(OPERATOR, release.slug)
    _later(bot, 10)
    await _plan(bot)
    await _plan(bot)
    told = await admin.chat.wait_for("was changed while it was about to be published", after=first)
    assert [b.label for b in told.buttons] == [release.slug]
    await _says(card, "is held until you decide")
    assert await _announcements(bot) == 0
    assert (await _acts(bot))[-1] == "hold changed"


async def test_after_a_restart_it_goes_on_and_goes_out_once(talk: Any, file_harbour: Any) -> None:
    bot = await talk()
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    card = await _counting(bot, editor)
    bot.stop.set()
    await bot.running
    _later(bot, 5)
    again = await talk()
    await _says(card, "It goes out in 5 seconds.")
    _later(again, 5)
    for _ in range(2):
        await _plan(again)
    await _says(card, "It is out.")
    assert await _announcements(again) == 1


async def test_two_who_publish_are_one_act_and_either_may_stop_it(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot, approve=True)
    editor, admin = bot.person(EDITOR, "Ed"), bot.person(ADMIN, "Ada")
    other = await bot.ask(admin, "/release harbour-opens-2026")
    await admin.press("Publish now …", other)
    card = await _counting(bot, editor)
    answer = await admin.press("Yes, publish now", other)
    assert "has been given to be published" in answer.text
    assert [b.label for b in other.buttons if b.label in ("Stop", "Publish now …")] == ["Stop"]
    assert (await _acts(bot)).count("publish") == 1
    await admin.press("Stop", other)
    await _says(card, "It was stopped")
    assert await _state(bot) is ReleaseState.HELD


async def test_of_two_who_stop_it_one_is_told_of_the_other(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, approve=True)
    editor, admin = bot.person(EDITOR, "Ed"), bot.person(ADMIN, "Ada")
    card = await _counting(bot, editor)
    other = await bot.ask(admin, "/release harbour-opens-2026")
    await asyncio.gather(editor.press("Stop", card), admin.press("Stop", other))
    assert (await _acts(bot)).count("stop") == 1
    await _says(card, "held")
    assert "State: held" in other.text


async def test_an_act_that_was_cut_short_is_told_as_one_that_was_not_done(
    talk: Any, file_harbour: Any
) -> None:
    """The bot died between noting the message and queueing the release."""
    bot = await talk()
    release = await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, f"/release {release.slug}")
    bot.stop.set()
    await bot.running
    async with bot.database.write() as connection:
        await connection.execute(
            t.countdown.insert().values(
                chat_id=EDITOR,
                message_id=card.message_id,
                release_id=release.id,
                at=bot.clock.now() + timedelta(seconds=10),
                staff=EDITOR,
                language="en",
                told=-1,
            )
        )
    _later(bot, 10)
    await talk()
    await _says(card, "It did not go out. This is how it stands now.")


async def test_what_keeps_it_back_is_said_before_anything_is_counted(
    talk: Any, file_harbour: Any
) -> None:
    bot = await talk(required_languages="ar", completeness="hold")
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, "/release harbour-opens-2026")
    await editor.press("Publish now …", card)
    answer = await editor.press("Yes, publish now", card)
    assert answer.alert
    assert "is held until these are approved" in answer.text
    assert await _state(bot) is ReleaseState.DRAFT
    async with bot.database.read() as connection:
        assert (await connection.execute(select(t.countdown))).all() == []


async def test_the_seconds_are_counted_in_arabic(bot: Any, file_harbour: Any) -> None:
    release = await file_harbour(bot, approve=True)
    admin, ar = bot.person(ADMIN, "Ada", "ar"), catalog_for("ar")
    card = await bot.ask(admin, "/release harbour-opens-2026")
    await admin.press(ar.gettext("Publish now …"), card)
    await admin.press(f"publish!:{release.id}:{fingerprint(release)}", card)
    await _until(lambda: [b.label for b in card.buttons] == [ar.gettext("Stop")])
    assert "10" in card.text
    await admin.press(ar.gettext("Stop"), card)
    await _says(
        card, ar.gettext("It was stopped: it did not go out, and is held until you decide.")
    )
