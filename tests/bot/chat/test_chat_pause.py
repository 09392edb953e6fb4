"""The switch in the conversation: admins see it, and press it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.delivery import ledger, switch
from bot.delivery.announcement import AnnouncementState
from bot.delivery.switch import Pause, Why
from bot.store import home
from bot.store.home import Home

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ADMIN, EDITOR, OBSERVER = 11, 12, 14
HERE = Home(kind="sqlite", place="/srv/new/polyherald.db", body="2")


async def paused(bot: Any) -> Pause | None:
    async with bot.database.read() as connection:
        return await switch.paused(connection)


def labels(message: Any) -> list[str]:
    return [button.label for button in message.buttons]


async def test_an_admin_pauses_all_and_lets_it_go_on(bot: Any) -> None:
    admin = bot.person(ADMIN, "Ada")
    status = await bot.ask(admin, "/status")
    await admin.press("Pause all sending", status)
    assert (await paused(bot)).why is Why.ASKED
    said = await bot.ask(admin, "/status")
    assert "All sending is paused since" in said.text
    await admin.press("Let sending go on", said)
    assert await paused(bot) is None


async def test_others_see_it_and_have_no_button(bot: Any) -> None:
    async with bot.database.write() as connection:
        pause = Pause(why=Why.ASKED, at=bot.clock.now())
        await switch.stop(bot.database, connection, pause)
    for person in (bot.person(EDITOR, "Ed"), bot.person(OBSERVER, "Obi")):
        said = await bot.ask(person, "/status")
        assert "All sending is paused since" in said.text
        assert labels(said) == []
    for forged in ("go-on", "go-on!", "pause-all"):
        answer = await bot.sandbox.chats.queries.open(person, said, forged)
        assert "You may not do that" in answer.text
    assert await paused(bot) == pause


async def test_after_a_move_an_admin_has_to_say_that_this_is_the_place(bot: Any) -> None:
    async with bot.database.write() as connection:
        pause = Pause(
            why=Why.MOVED,
            at=bot.clock.now(),
            was="/srv/old/polyherald.db",
            used=bot.clock.now(),
            here=HERE,
        )
        await switch.stop(bot.database, connection, pause)
    admin = bot.person(ADMIN, "Ada")
    said = await bot.ask(admin, "/status")
    assert "/srv/old/polyherald.db" in said.text
    await admin.press("Let sending go on", said)
    assert await paused(bot) is not None
    asked = admin.chat.messages[-1]
    assert "Is this the one place that sends now?" in asked.text
    await admin.press("Yes, send from here", asked)
    assert await paused(bot) is None
    async with bot.database.read() as connection:
        assert (await home.known(connection)).has(HERE)


async def test_an_announcement_is_paused_from_its_report(bot: Any, publish_harbour: Any) -> None:
    ident = await publish_harbour(bot)
    editor = bot.person(EDITOR, "Ed")
    report = await bot.ask(editor, "/deliveries harbour-opens-2026")
    await editor.press("Pause it", report)

    async def state() -> AnnouncementState:
        async with bot.database.read() as connection:
            return (await ledger.by_id(connection, ident)).state

    assert await state() is AnnouncementState.PAUSED
    again = await bot.ask(editor, "/deliveries harbour-opens-2026")
    assert "paused" in again.text
    assert labels(again) == ["Let it go on", "Cancel it"]
    await editor.press("Let it go on", again)
    assert await state() is AnnouncementState.PLANNING
