"""Changes asked for by a comment: told to whom it concerns, on the card until they are made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.releases import audit
from bot.releases.review import OPERATOR, Actor, Role
from bot.sandbox.message import Message
from translations.catalogs import catalog_for

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ADMIN, EDITOR, TRANSLATOR, OBSERVER = 11, 12, 13, 14
SLUG = "harbour-opens-2026"
COMMENT = "The quay has another name; see line 2."


def _labels(message: Any) -> set[str]:
    return {button.label for button in message.buttons}


async def _started(bot: Any, *people: Any) -> None:
    for person in people:
        await bot.ask(person, "/start")
        await bot.quiet(person)


async def _ask(bot: Any, person: Any, language: str = "Français") -> Message:
    """Asks for changes in that text; returns the card that answers."""
    card = await bot.ask(person, f"/release {SLUG}")
    await person.press("Ask for changes …", card)
    await person.press(language, card)
    assert f"with what should be changed (\u2068{language}\u2069)" in card.text or (
        f"with what should be changed ({language})" in card.text
    )
    return await bot.ask(person, COMMENT, reply_to=card)


def _told(person: Any, words: str = "Changes are asked for in") -> list[Message]:
    return [m for m in person.chat.messages if m.from_bot and words in m.text]


async def test_whoever_wrote_it_its_translators_and_the_office_are_told_once(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot)
    admin, editor = bot.person(ADMIN, "Ada"), bot.person(EDITOR, "Ed")
    translator, observer = bot.person(TRANSLATOR, "Tia"), bot.person(OBSERVER, "Obi")
    await _started(bot, admin, editor, translator, observer)
    card = await _ask(bot, editor)
    assert "Changes are asked for." in card.text
    assert f"Changes asked for in Français: “{COMMENT}”" in card.text
    for person in (admin, translator):
        told = await person.chat.wait_for("Changes are asked for in")
        assert f"Changes are asked for in “{SLUG}” (Français):\n“{COMMENT}”" in told.text
        assert _labels(told) == {SLUG}
    for person in (editor, observer):
        await bot.quiet(person)
        assert [m for m in _told(person) if m is not card] == []
    history = await bot.ask(admin, f"/history {SLUG}")
    assert f"Asked for changes in Français: “{COMMENT}”" in history.text


async def test_whoever_wrote_the_text_is_told_whatever_their_language(
    bot: Any, file_harbour: Any
) -> None:
    release = await file_harbour(bot)
    writer = Actor(f"telegram:{TRANSLATOR}", (Role("editor"),))
    english = replace(release.variants["en"], body="Ships will come.")
    await bot.desk.file(writer, replace(release, variants={**release.variants, "en": english}))
    translator, editor = bot.person(TRANSLATOR, "Tia"), bot.person(EDITOR, "Ed")
    await _started(bot, translator)
    await _ask(bot, editor, "English")
    told = await translator.chat.wait_for("Changes are asked for in")
    assert "(English)" in told.text


async def test_it_stands_on_the_card_until_the_text_changes(bot: Any, file_harbour: Any) -> None:
    release = await file_harbour(bot)
    editor = bot.person(EDITOR, "Ed")
    await _ask(bot, editor)
    english = replace(release.variants["en"], body="Ships will come.")
    await bot.desk.file(OPERATOR, replace(release, variants={**release.variants, "en": english}))
    card = await bot.ask(editor, f"/release {SLUG}")
    assert COMMENT in card.text, "another text has changed"
    french = replace(release.variants["fr"], body="Les navires viendront.")
    release = await bot.release(SLUG)
    await bot.desk.file(OPERATOR, replace(release, variants={**release.variants, "fr": french}))
    card = await bot.ask(editor, f"/release {SLUG}")
    assert COMMENT not in card.text


async def test_approving_meanwhile_says_so_to_both(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot)
    admin, translator = bot.person(ADMIN, "Ada"), bot.person(TRANSLATOR, "Tia")
    await _started(bot, translator)
    await _ask(bot, translator)
    card = await bot.ask(admin, f"/release {SLUG}")
    assert COMMENT in card.text
    await admin.press("Publish now …", card)
    assert "Changes are asked for in: Français" in card.text
    await admin.press("No", card)
    answer = await admin.press("Approve: Français", card)
    assert answer.alert
    assert answer.text == "Approved, although changes were asked for: Français"
    assert COMMENT not in card.text
    told = await translator.chat.wait_for("although you asked for changes")
    assert f"“{SLUG}” was approved in Français as it was" in told.text
    asked = admin.send(f"/history {SLUG}")  # a notice may come in between
    await admin.chat.wait_for("Approved it, although changes were asked for: Français", after=asked)
    async with bot.database.read() as connection:
        assert (await audit.verify(connection)).broken is None


async def test_an_empty_or_endless_comment_is_refused(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot)
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, f"/release {SLUG}")
    await editor.press("Ask for changes …", card)
    await editor.press("English", card)
    answer = await bot.ask(editor, "x" * 1001, reply_to=card)
    assert "at most 1,000 characters" in answer.text
    answer = await bot.ask(editor, "\u2068\n<b>{slug}</b>\n/new", reply_to=card)
    assert "<b>{slug}</b> /new" in answer.text


async def test_observers_only_look_and_what_is_out_is_corrected_instead(
    bot: Any, file_harbour: Any, publish_harbour: Any
) -> None:
    release = await file_harbour(bot)
    observer, editor = bot.person(OBSERVER, "Obi"), bot.person(EDITOR, "Ed")
    card = await bot.ask(observer, f"/release {SLUG}")
    assert "Ask for changes …" not in _labels(card)
    old = await bot.ask(editor, f"/release {SLUG}")
    await editor.press("Ask for changes …", old)
    await editor.press("English", old)
    await publish_harbour(bot)
    answer = await bot.ask(editor, COMMENT, reply_to=old)
    assert "is already published" in answer.text
    card = await bot.ask(editor, f"/release {release.slug}")
    assert "Ask for changes …" not in _labels(card)


async def test_changes_are_asked_for_in_arabic(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot)
    admin, ar = bot.person(ADMIN, "Ada", "ar"), catalog_for("ar")
    editor = bot.person(EDITOR, "Ed", "en")
    await _started(bot, editor)
    card = await bot.ask(admin, f"/release {SLUG}")
    await admin.press(ar.gettext("Ask for changes …"), card)
    await admin.press("Français", card)
    answer = await bot.ask(admin, "يُرجى تصحيح الاسم.", reply_to=card)
    assert ar.gettext("Changes are asked for.") in answer.text
    told = await editor.chat.wait_for("Changes are asked for in")
    assert "يُرجى تصحيح الاسم." in told.text
