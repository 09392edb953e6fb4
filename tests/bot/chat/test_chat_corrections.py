"""Correcting and withdrawing in the chat: what staff see, and what a stranger cannot do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.releases.review import OPERATOR
from bot.store import tables as t

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

EDITOR, OBSERVER = 12, 14


async def _corrections(bot: Any) -> list[Any]:
    async with bot.database.read() as connection:
        return list((await connection.execute(select(t.correction))).all())


async def _changed(bot: Any, slug: str) -> None:
    release = await bot.release(slug)
    variant = release.variants[release.original]
    text = replace(variant, body=variant.body + "\n\nThere were 13 ships.")
    await bot.desk.file(
        OPERATOR, replace(release, variants={**release.variants, text.language: text})
    )
    await bot.desk.approve(OPERATOR, slug)


async def test_a_correction_from_the_card_to_the_note(bot: Any, publish_harbour: Any) -> None:
    await publish_harbour(bot)
    (release,) = await bot.releases()
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, f"/release {release.slug}")
    how = await _pressed(editor, "Correct …", card)
    assert "Reply to this message with the corrected text" in how.text
    await _changed(bot, release.slug)
    card = await bot.ask(editor, f"/release {release.slug}")
    kinds = await _pressed(editor, "Correct …", card)
    assert "Not as readers have it" in kinds.text
    question = await _pressed(editor, "A correction", kinds)
    read_back = await bot.ask(editor, "There were 13 ships, not 12.", reply_to=question)
    assert "There were 13 ships, not 12." in read_back.text
    assert not await _corrections(bot)
    done = await _pressed(editor, "Yes, correct", read_back)
    assert "It is corrected." in done.text
    (row,) = await _corrections(bot)
    assert (row.kind, row.editor) == ("correction", f"telegram:{EDITOR}")
    assert row.notes == {release.original: "There were 13 ships, not 12."}


async def test_a_typo_needs_no_note(bot: Any, publish_harbour: Any) -> None:
    await publish_harbour(bot)
    (release,) = await bot.releases()
    await _changed(bot, release.slug)
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, f"/release {release.slug}")
    kinds = await _pressed(editor, "Correct …", card)
    sure = await _pressed(editor, "A typo", kinds)
    await _pressed(editor, "Yes, correct", sure)
    (row,) = await _corrections(bot)
    assert (row.kind, row.notes) == ("typo", {})


async def test_a_withdrawal_asks_for_the_reason_and_once_more(
    bot: Any, publish_harbour: Any
) -> None:
    await publish_harbour(bot)
    (release,) = await bot.releases()
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, f"/release {release.slug}")
    question = await _pressed(editor, "Withdraw …", card)
    read_back = await bot.ask(editor, "Sent by mistake.", reply_to=question)
    assert "There is no way back" in read_back.text
    done = await _pressed(editor, "Yes, withdraw", read_back)
    assert "It was withdrawn." in done.text
    assert not {"Correct …", "Withdraw …"} & {b.label for b in done.buttons}
    (row,) = await _corrections(bot)
    assert (row.kind, row.notes) == ("retraction", {release.original: "Sent by mistake."})


async def test_an_observer_has_no_such_buttons_and_may_not_press_them(
    bot: Any, publish_harbour: Any
) -> None:
    await publish_harbour(bot)
    (release,) = await bot.releases()
    editor, observer = bot.person(EDITOR, "Ed"), bot.person(OBSERVER, "Obi")
    card = await bot.ask(observer, f"/release {release.slug}")
    assert not {"Correct …", "Withdraw …"} & {b.label for b in card.buttons}
    theirs = await bot.ask(editor, f"/release {release.slug}")
    question = await _pressed(editor, "Withdraw …", theirs)
    assert "reason" in question.text
    forged = f"amend!:{release.id}:retraction:00000000"
    said = await observer._chats.queries.open(observer, card, forged)
    assert "You may not do that" in said.text
    await bot.quiet(observer)
    assert not await _corrections(bot)


async def _pressed(person: Any, label: str, message: Any) -> Any:
    """Press a button; returns the message that answers, in its place or below."""
    before = person.chat.messages[-1]
    await person.press(label, message)
    after = person.chat.messages[-1]
    return after if after is not before else message
