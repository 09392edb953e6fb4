"""Four eyes, and what to do when only two are there."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.releases.release import Variant
from bot.releases.review import Actor, Role
from bot.store import tables as t
from translations.catalogs import catalog_for

ADMIN, EDITOR, TRANSLATOR, OBSERVER = 11, 12, 13, 14
SLUG = "harbour-opens-2026"
REASON = "Ada is on the ferry <b>until</b> noon"
PRESSED = "Approve without a second person …: English"


@pytest.fixture
async def bot(talk: Any) -> Any:
    """Under four eyes; everybody has started the bot."""
    bot = await talk(four_eyes=True)
    for ident, name in ((ADMIN, "Ada"), (EDITOR, "Ed"), (TRANSLATOR, "Tia"), (OBSERVER, "Obi")):
        bot.person(ident, name).chat.started = True
    return bot


@pytest.fixture
async def written(bot: Any, file_harbour: Any) -> Any:
    """A release that the editor wrote; the operator did the French."""
    release = await file_harbour(bot)
    text = Variant(language="en", headline="The harbour opens", body="Ships may come at noon.")
    editor = Actor(f"telegram:{EDITOR}", (Role("editor"),))
    return (await bot.desk.file(editor, replace(release, variants={"en": text}))).release


def person(bot: Any, ident: int) -> Any:
    return bot.sandbox.chat(ident).person


async def asked(bot: Any, who: Any) -> Any:
    """The question for a reason."""
    card = await bot.ask(who, f"/release {SLUG}")
    await who.press(PRESSED, card)
    return await who.chat.wait_for("Reply to this message with the reason", after=card)


async def acts(bot: Any) -> list[tuple[str, str, Any]]:
    async with bot.database.read() as connection:
        rows = await connection.execute(select(t.audit).order_by(t.audit.c.id))
        return [(row.actor, row.act, row.details) for row in rows if row.act != "import"]


async def test_with_a_reason_the_writer_approves_and_another_does_later(
    bot: Any, written: Any
) -> None:
    ed, ada = person(bot, EDITOR), person(bot, ADMIN)
    question = await asked(bot, ed)
    assert not (await bot.release(SLUG)).approved_languages, "the press alone approves nothing"
    ed.send(REASON, reply_to=question)
    card = await ed.chat.wait_for("Approved. The second approval is owed", after=question)
    assert (
        f"A second approval is still owed: English. It was approved without one because: {REASON}"
        in card.text
    )
    assert "English: approved" in card.text
    assert "Second approval: English" not in [b.label for b in card.buttons]
    assert (await bot.release(SLUG)).owed_languages == ("en",)

    told = await ada.chat.wait_for("without a second person")
    assert f"by telegram:{EDITOR}: {REASON}" in told.text
    assert [b.label for b in told.buttons] == ["Second approval: English", SLUG]
    for ident in (TRANSLATOR, OBSERVER):
        assert not [m for m in bot.sandbox.chat(ident).messages if "second" in m.text]

    history = await bot.ask(ed, f"/history {SLUG}")
    assert "A second approval is still owed: English." in history.text
    assert f"Approved it without a second person: English. Reason: {REASON}" in history.text
    queue = ada.send("/queue")
    owed = await ada.chat.wait_for("A second approval is owed:", after=queue)
    assert [b.label for b in owed.buttons] == [SLUG]
    assert "Second approvals owed: 1" in (await bot.ask(ada, "/status")).text

    await ada.press("Second approval: English", told)
    assert "still owed" not in told.text
    assert (await bot.release(SLUG)).owed_languages == ()
    assert "Second approvals owed" not in (await bot.ask(ada, "/status")).text
    history = await bot.ask(ed, f"/history {SLUG}")
    assert "Gave the second approval: English" in history.text
    assert "still owed" not in history.text
    assert await acts(bot) == [
        (f"telegram:{EDITOR}", "approve alone", {"languages": ["en"], "reason": REASON}),
        (f"telegram:{ADMIN}", "second approval", {"languages": ["en"]}),
    ]


async def test_a_reason_too_short_is_asked_for_again(bot: Any, written: Any) -> None:
    ed = person(bot, EDITOR)
    question = await asked(bot, ed)
    for words in ("urgent", "         .         ", "a\n\nb"):
        sent = ed.send(words, reply_to=question)
        said = await ed.chat.wait_for(lambda message: True, after=sent)
        assert "The reason takes 10 to 500 characters." in said.text
    assert not (await bot.release(SLUG)).approved_languages
    sent = ed.send(REASON, reply_to=question)
    await ed.chat.wait_for("Approved.", after=sent)
    sent = ed.send(REASON, reply_to=question)
    await ed.chat.wait_for("It is approved already.", after=sent)
    assert len(await acts(bot)) == 1


async def test_the_text_that_was_seen_is_approved_or_none(bot: Any, written: Any) -> None:
    ed = person(bot, EDITOR)
    question = await asked(bot, ed)
    changed = replace(written.variants["en"], body="Ships may not come.")
    editor = Actor(f"telegram:{EDITOR}", (Role("editor"),))
    await bot.desk.file(editor, replace(written, variants={"en": changed}))
    sent = ed.send(REASON, reply_to=question)
    await ed.chat.wait_for("The text has changed since.", after=sent)
    assert not (await bot.release(SLUG)).approved_languages


async def test_whoever_may_not_approve_gets_no_further(bot: Any, written: Any) -> None:
    ed, obi = person(bot, EDITOR), person(bot, OBSERVER)
    question = await asked(bot, ed)
    card = await bot.ask(obi, f"/release {SLUG}")
    assert PRESSED not in [b.label for b in card.buttons]
    data = next(b.data for m in ed.chat.messages for b in m.buttons if b.label == PRESSED)
    answer = await asyncio.wait_for(bot.sandbox.chats.queries.open(obi, card, data), 10)
    assert "You may not do that." in answer.text
    assert question


async def test_others_approve_as_usual_and_the_writer_is_not_refused_by_a_button(
    bot: Any, written: Any
) -> None:
    ada = person(bot, ADMIN)
    card = await bot.ask(ada, f"/release {SLUG}")
    labels = [b.label for b in card.buttons]
    assert "Approve: English" in labels
    assert PRESSED not in labels
    await ada.press("Approve all", card)
    assert (await bot.release(SLUG)).approved_languages == ("en", "fr")
    answer = await ada.press("Preview: English", card)
    assert answer
    ed = await bot.ask(person(bot, EDITOR), f"/release {SLUG}")
    assert not [b for b in ed.buttons if "pprov" in b.label]


async def test_a_new_text_owes_nothing_for_the_old_one(bot: Any, written: Any) -> None:
    ed = person(bot, EDITOR)
    question = await asked(bot, ed)
    sent = ed.send(REASON, reply_to=question)
    await ed.chat.wait_for("Approved.", after=sent)
    editor = Actor(f"telegram:{EDITOR}", (Role("editor"),))
    changed = replace(written.variants["en"], body="Ships may not come.")
    await bot.desk.file(editor, replace(written, variants={"en": changed}))
    release = await bot.release(SLUG)
    assert release.owed_languages == ()
    assert release.variants["en"].alone == ""


async def test_a_second_who_comes_too_late_is_told(bot: Any, written: Any, talk: Any) -> None:
    ed, ada = person(bot, EDITOR), person(bot, ADMIN)
    question = await asked(bot, ed)
    sent = ed.send(REASON, reply_to=question)
    await ed.chat.wait_for("Approved.", after=sent)
    first = await bot.ask(ada, f"/release {SLUG}")
    second = await bot.ask(ada, f"/release {SLUG}")
    await ada.press("Second approval: English", first)
    answer = await ada.press("Second approval: English", second)
    assert "It is approved already." in answer.text
    assert [act for _, act, _ in await acts(bot)] == ["approve alone", "second approval"]


async def test_in_arabic(bot: Any, written: Any) -> None:
    ar = catalog_for("ar")
    ed = person(bot, EDITOR)
    ed.language_code = "ar"
    card = await bot.ask(ed, f"/release {SLUG}")
    button = next(b for b in card.buttons if b.data.startswith("alone:"))
    await ed.press(button.label, card)
    question = ed.chat.last
    sent = ed.send("لا أحد غيري في المكتب الآن", reply_to=question)
    owed = ar.gettext("Approved. The second approval is owed; whoever may give it is told.")
    await ed.chat.wait_for(owed, after=sent)
    assert (await bot.release(SLUG)).variants["en"].alone == "لا أحد غيري في المكتب الآن"
