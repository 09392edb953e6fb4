"""/history: who did what to a release, for staff alone, in each one's language and zone."""

from __future__ import annotations

from typing import Any

import pytest

from bot.audience import repository as audience
from bot.releases.review import OPERATOR

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

EDITOR, OBSERVER = 12, 14
SLUG = "harbour-opens-2026"


async def test_acts_newest_first_in_the_offices_zone(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, f"/release {SLUG}")
    await editor.press("Accept observance", card)
    told = (await bot.ask(editor, f"/history {SLUG}")).text
    assert told.startswith(f"The harbour opens\n{SLUG}\n")
    lines = [line for line in told.splitlines() if line][2:]
    assert [line.split(" · ")[-1] for line in lines] == [
        f"telegram:{EDITOR}",
        "Accepted the observance",
        "the command line",
        "Approved it: English and Français",
        "the command line",
        "Filed it: English and Français",
    ]
    assert "12:00" in lines[0]  # noon in Paris


@pytest.mark.parametrize(
    ("language", "evening"), [("fr", "26 juin 2026, 19:00"), ("ar", "26 يونيو 2026، 7:00 م")]
)
async def test_in_the_readers_own_language_and_zone(
    bot: Any, file_harbour: Any, language: str, evening: str
) -> None:
    await file_harbour(bot)
    async with bot.database.write() as connection:
        await audience.subscribe(
            bot.database,
            connection,
            bot.clock.now(),
            transport="telegram",
            address=str(OBSERVER),
            languages=[language],
            timezone="Asia/Tokyo",
        )
    told = (await bot.ask(bot.person(OBSERVER, "Obi", language), f"/history {SLUG}")).text
    assert evening in told.replace("\u2066", "").replace("\u2069", ""), told


async def test_a_long_history_has_pages_and_old_buttons_answer(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot)
    for _ in range(22):
        await bot.desk.approve(OPERATOR, SLUG, ["fr"])
    editor = bot.person(EDITOR, "Ed")
    page = await bot.ask(editor, f"/history {SLUG}")
    assert page.text.count("Approved it") == 10
    assert [b.label for b in page.buttons] == ["Older"]
    await editor.press("Older", page)
    assert [b.label for b in page.buttons] == ["Older", "Newest"]
    await editor.press("Older", page)
    assert page.text.count("Approved it") == 2
    assert "Filed it" in page.text
    assert [b.label for b in page.buttons] == ["Newest"]
    await editor.press("Newest", page)
    assert page.text.count("Approved it") == 10


async def test_strangers_learn_nothing_and_mistakes_are_told(bot: Any, file_harbour: Any) -> None:
    release = await file_harbour(bot)
    stranger = bot.person()
    shown = await bot.ask(stranger, "/privacy")
    stranger.send(f"/history {SLUG}")
    answer = await bot.sandbox.chats.queries.open(stranger, shown, f"history:{release.id}:0")
    assert "Only the press office may do that." in answer.text
    assert not [m for m in await bot.quiet(stranger) if "harbour" in m.text.lower()]
    editor = bot.person(EDITOR, "Ed")
    assert "/release lists them" in (await bot.ask(editor, "/history")).text
    assert f"Did you mean {SLUG}?" in (await bot.ask(editor, "/history harbour-2026")).text
