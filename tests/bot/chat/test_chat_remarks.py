"""What the card points out before somebody approves: changes under an approval, counted years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.chat.page import Page
from bot.delivery import publications
from bot.releases.release import ObservanceSpec, Release, Variant
from bot.releases.review import OPERATOR
from bot.sandbox.message import Message
from bot.transports.entities import units
from translations.catalogs import catalog_for

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ADMIN, TRANSLATOR, OBSERVER = 11, 13, 14


def _marked(message: Message, kind: str) -> list[str]:
    """The parts of a message with an entity of that kind."""
    raw = message.text.encode("utf-16-le")
    return [
        raw[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
        for e in message.entities
        if e["type"] == kind
    ]


async def _edit(bot: Any, release: Release, body: str) -> Release:
    english = replace(release.variants["en"], body=body)
    changed = replace(release, variants={**release.variants, "en": english})
    filed: Release = (await bot.desk.file(OPERATOR, changed)).release
    return filed


async def test_the_card_shows_what_an_approval_does_not_cover(bot: Any, file_harbour: Any) -> None:
    release = await file_harbour(bot, approve=True)
    await _edit(bot, release, "Ships may come in.\n\nThey may leave as well.")
    card = await bot.ask(bot.person(ADMIN, "Ada"), "/release harbour-opens-2026")
    assert "after this was approved: Français" in card.text
    assert "go" in _marked(card, "strikethrough")
    assert {"in", "leave"} <= set(_marked(card, "bold"))
    labels = {b.label for b in card.buttons}
    assert {"What changed: Français", "Approve: Français", "Approve: English"} <= labels
    assert "What changed: English" not in labels


async def test_what_changed_comes_with_a_button_to_approve(bot: Any, file_harbour: Any) -> None:
    release = await file_harbour(bot, approve=True)
    await _edit(bot, release, "Ships may come in.\n\nThey may go as well.")
    translator = bot.person(TRANSLATOR, "Tia")
    card = await bot.ask(translator, "/release harbour-opens-2026")
    await translator.press("What changed: Français", card)
    shown = translator.chat.last
    assert "• Ships may come in." in shown.text
    assert _marked(shown, "bold")[1:] == ["in"]
    await translator.press("Approve: Français", shown)
    assert "fr" in (await bot.release("harbour-opens-2026")).approved_languages
    answer = await translator.press("What changed: Français", card)
    assert "Nothing has changed" in answer.text


async def test_the_preview_of_a_stale_text_is_followed_by_what_changed(
    bot: Any, file_harbour: Any
) -> None:
    release = await file_harbour(bot, approve=True)
    await _edit(bot, release, "Ships may come in.\n\nThey may go as well.")
    observer = bot.person(OBSERVER, "Obi")
    card = await bot.ask(observer, "/release harbour-opens-2026")
    await observer.press("Preview: Français", card)
    preview, _, changes = observer.chat.latest(3)
    assert preview.text.startswith("Le port ouvre")
    assert "after this was approved: Français" in changes.text
    assert changes.buttons == []
    await observer.press("Preview: English", card)
    assert observer.chat.latest(2)[0].text.startswith("The harbour opens")


async def test_many_changes_are_counted_and_fit_into_one_message(
    bot: Any, file_harbour: Any
) -> None:
    rows = [f"Paragraph {n} has one word that changes and more." for n in range(40)]
    release = await file_harbour(bot)
    release = await _edit(bot, release, "\n\n".join(rows))
    release = await bot.desk.approve(OPERATOR, release.slug)
    new = [row.replace("changes", "is another " + "long " * 400) for row in rows]
    await _edit(bot, release, "\n\n".join(new))
    admin = bot.person(ADMIN, "Ada")
    card = await bot.ask(admin, "/release harbour-opens-2026")
    assert "… and 37 more" in card.text
    count = len(admin.chat.messages)
    await admin.press("What changed: Français", card)
    assert len(admin.chat.messages) == count + 1
    shown = admin.chat.last
    assert "… and 28 more" in shown.text
    assert units(shown.text) <= 4096


def _survey(**more: Any) -> Release:
    return Release(
        slug="survey",
        original="en",
        date=date(2019, 2, 26),
        variants={
            "en": Variant(language="en", headline="27th anniversary", body="It began 27 years ago.")
        },
        observance=ObservanceSpec(origin=date(1992, 2, 26)),
        **more,
    )


async def test_counted_years_stand_on_the_card_until_it_is_published(bot: Any) -> None:
    await bot.desk.file(OPERATOR, _survey())
    admin = bot.person(ADMIN, "Ada")
    card = await bot.ask(admin, "/release survey")
    assert "Please look at this before you approve:" in card.text
    assert "“It began 27 years ago.”" in card.text
    await admin.press("Approve: English", card)
    release = await bot.release("survey")
    assert release.approved_languages == ("en",)
    async with bot.database.write() as connection:
        now = bot.clock.now()
        await publications.publish(bot.database, connection, release, now, now)
    assert "Please look" not in (await bot.ask(admin, "/release survey")).text


async def test_accepting_on_the_very_day_asks_first(bot: Any, file_harbour: Any) -> None:
    spec = ObservanceSpec(origin=date(1946, 6, 26), accepted=False)
    await file_harbour(bot, observance=spec)
    admin = bot.person(ADMIN, "Ada")
    card = await bot.ask(admin, "/release harbour-opens-2026")
    await admin.press("Accept observance", card)
    assert "This falls on today." in card.text
    assert not (await bot.release("harbour-opens-2026")).observance.accepted
    await admin.press("No", card)
    assert not (await bot.release("harbour-opens-2026")).observance.accepted
    await admin.press("Accept observance", card)
    await admin.press("Yes, accept and announce", card)
    assert (await bot.release("harbour-opens-2026")).observance.accepted


async def test_a_day_that_the_release_itself_announced_is_not_asked_about(
    bot: Any, publish_harbour: Any
) -> None:
    spec = ObservanceSpec(origin=date(1946, 6, 26), accepted=False)
    await publish_harbour(bot, observance=spec)
    admin = bot.person(ADMIN, "Ada")
    card = await bot.ask(admin, "/release harbour-opens-2026")
    await admin.press("Accept observance", card)
    assert (await bot.release("harbour-opens-2026")).observance.accepted


@pytest.mark.parametrize("count", [1, 30, 200])
def test_a_line_of_parts_keeps_its_entities_within_the_limits(backend: str, count: int) -> None:
    page = Page(catalog_for("en"))
    for n in range(count):
        page.rich([("• ", ""), ("old 🌍", "strikethrough"), (" ", ""), (f"new {n}", "bold")])
    told = []
    for text, entities in page.messages():
        assert len(entities) <= 100
        raw = text.encode("utf-16-le")
        told += [
            raw[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le") for e in entities
        ]
    assert told == [words for n in range(count) for words in ("old 🌍", f"new {n}")]


async def test_who_waits_for_a_language_is_told_with_the_deliveries(
    bot: Any, file_harbour: Any
) -> None:
    await bot.ask(bot.person(21, "Mara", "fr"), "/start")
    await file_harbour(bot)
    release = await bot.desk.approve(OPERATOR, "harbour-opens-2026", ["en"])
    async with bot.database.write() as connection:
        now = bot.clock.now()
        await publications.publish(bot.database, connection, release, now, now)
    admin = bot.person(ADMIN, "Ada")
    asked = admin.send("/deliveries harbour-opens-2026")
    await admin.chat.wait_for("1 subscriber waits for the text in Français", after=asked)
