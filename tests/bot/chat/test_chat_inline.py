"""Inline mode: releases are found and shared by writing the bot's name in any chat."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.releases.correction import Kind
from bot.releases.release import Variant
from bot.releases.review import OPERATOR
from translations.catalogs import catalog_for

ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])

NOTHING = "No press release has all of these words."


async def several(bot: Any, publish_harbour: Any, count: int) -> None:
    for n in range(count):
        bot.clock.set(bot.clock.now() + timedelta(minutes=1))
        await publish_harbour(bot, slug=f"harbour-{n}")


def leads_to(result: Any) -> str:
    return str(result.reply_markup["inline_keyboard"][0][0]["url"])


async def test_the_newest_is_offered_first_and_shared_as_a_channel_has_it(
    bot: Any, publish_harbour: Any
) -> None:
    await several(bot, publish_harbour, 3)
    person = bot.person()
    room = bot.sandbox.group(-77, "Rowers", person)
    offer = await person.inquire("", chat=room)
    assert [leads_to(r) for r in offer.results] == [
        f"http://news.example.org/en/releases/harbour-{n}" for n in (2, 1, 0)
    ]
    best = offer.results[0]
    assert best.title == "The harbour opens"
    assert best.description.splitlines() == ["26 June 2026 · English", "Ships may come."]
    shared = person.choose(best, chat=room)
    assert shared.via_bot
    assert shared.text.splitlines()[0] == "The harbour opens"
    assert "They may go as well." in shared.text
    assert "Harbour Office · 26 June 2026" in shared.text
    assert {"type": "bold", "offset": 0, "length": 17} in shared.entities
    assert [(b.label, b.url) for b in shared.buttons] == [
        ("Read the full release", "http://news.example.org/en/releases/harbour-2")
    ]
    assert [m for m in room.messages if m.from_bot] == []


async def test_it_is_found_by_words_in_the_readers_language_or_the_one_they_name(
    bot: Any, publish_harbour: Any
) -> None:
    await publish_harbour(bot, slug="harbour")
    reader = bot.person(language="fr")
    (found,) = (await reader.inquire("port ouvre")).results
    assert (found.title, leads_to(found)) == (
        "Le port ouvre",
        "http://news.example.org/fr/releases/harbour",
    )
    assert found.description.startswith("26 juin 2026 · Français")
    (other,) = (await reader.inquire("harbour")).results
    assert other.title == "The harbour opens"
    for asked in ("en: ", "EN:", "English: harbour", "en-GB\uff1aharbour", "\u200fen: opens"):
        (other,) = (await reader.inquire(asked)).results
        assert other.title == "The harbour opens", asked
    assert (await reader.inquire("fr: harbour")).results == ()
    assert (await reader.inquire("ru: harbour")).results == (), "nothing is out in it: words"


async def test_a_subscribers_own_languages_come_before_the_clients(
    bot: Any, publish_harbour: Any
) -> None:
    await publish_harbour(bot, slug="harbour")
    reader = bot.person(language="en")
    start = await bot.ask(reader, "/start")
    await reader.press("Français", start)
    (found,) = (await reader.inquire("")).results
    assert found.title == "Le port ouvre"


@ON_ONE
async def test_more_is_offered_when_it_is_asked_for(bot: Any, publish_harbour: Any) -> None:
    await several(bot, publish_harbour, 23)
    person = bot.person()
    for words in ("", "harbour"):
        seen, offset = list[str](), ""
        for size in (10, 10, 3):
            offer = await person.inquire(words, offset=offset)
            assert len(offer.results) == size
            seen += [leads_to(result) for result in offer.results]
            offset = offer.next_offset
        assert offset == ""
        assert len(set(seen)) == 23
    for offset in ("9999", "-1", "x", "1; DROP TABLE release", "\u0661"):
        assert (await person.inquire("", offset=offset)).results == ()


async def test_only_what_is_out_is_offered_and_as_it_is_now(
    bot: Any, file_harbour: Any, publish_harbour: Any
) -> None:
    person = bot.person()
    empty = await person.inquire("")
    assert (empty.results, empty.button) == ((), ("Nothing has been published yet.", "search"))
    await file_harbour(bot, slug="draft")
    await file_harbour(bot, slug="ready", approve=True)
    for words in ("", "harbour", "The harbour opens"):
        assert (await person.inquire(words)).results == ()
    await publish_harbour(bot, slug="harbour")
    (found,) = (await person.inquire("harbour")).results
    assert "Ships may come." in found.text
    release = await bot.release("harbour")
    variant = replace(release.variants["en"], body="Boats may come.")
    draft = replace(release, variants={**release.variants, "en": variant})
    note = {"en": "No ships, only boats."}
    await bot.desk.correct(OPERATOR, "harbour", Kind.CORRECTION, note, draft)
    (found,) = (await person.inquire("boats")).results
    assert "Ships may come." not in found.text
    assert "No ships, only boats." in found.text
    assert "Boats may come." in found.text
    await bot.desk.withdraw(OPERATOR, "harbour", {"en": "Never sent by us."})
    for words in ("", "harbour", "boats"):
        assert (await person.inquire(words)).results == ()


@ON_ONE
@pytest.mark.parametrize(
    "words",
    [
        "<b>harbour</b> *x* ](http://x.example.org)",
        "a" * 256,
        "' OR 1=1 --",
        'AND "NEAR(*',
        "nowhere\x00\x07\u202e\u2066",
        "fr: harbour'; DROP TABLE release; --",
    ],
)
async def test_whatever_is_asked_is_words_only(bot: Any, publish_harbour: Any, words: str) -> None:
    await publish_harbour(bot, slug="harbour")
    offer = await bot.person().inquire(words)
    assert (offer.results, offer.button) == ((), (NOTHING, "search"))


@ON_ONE
@pytest.mark.parametrize("words", [" ", ":::", "\u202e\u2066\ufffe", '""', "en:", "\U0001f980"])
async def test_where_there_are_no_words_the_newest_is_offered(
    bot: Any, publish_harbour: Any, words: str
) -> None:
    await publish_harbour(bot, slug="harbour")
    assert len((await bot.person().inquire(words)).results) == 1


@ON_ONE
async def test_the_button_over_nothing_explains_the_search_and_subscribes_nobody(
    bot: Any, publish_harbour: Any
) -> None:
    await publish_harbour(bot, slug="harbour")
    person = bot.person()
    offer = await person.inquire("castle")
    answer = await bot.ask(person, f"/start {offer.button[1]}")
    assert "Write /search and the words that you look for." in answer.text
    assert await bot.subscriber(person.id) is None


@ON_ONE
async def test_who_asks_without_end_is_left_alone(bot: Any, publish_harbour: Any) -> None:
    await publish_harbour(bot, slug="harbour")
    person, other = bot.person(), bot.person(22, "Omar", "en")
    served = 0
    while (offer := await person.inquire("harbour")).results:
        served += 1
    assert 40 <= served < 100
    assert offer.button == ("Please try again in a minute.", "search")
    more = [person.inquire("harbour", timeout=0.5) for _ in range(10)]
    answers = await asyncio.gather(*more, return_exceptions=True)
    assert sum(isinstance(answer, TimeoutError) for answer in answers) > 5
    assert (await other.inquire("harbour")).results
    await bot.ask(person, "/help")


@ON_ONE
async def test_an_answer_that_comes_too_late_harms_nobody(
    bot: Any, publish_harbour: Any, logged: list[Any]
) -> None:
    await publish_harbour(bot, slug="harbour")
    person = bot.person()
    held = bot.sandbox.hold("answerInlineQuery", after_acting=False)
    asking = asyncio.create_task(person.inquire("harbour"))
    await held.wait_held()
    bot.sandbox.chats.offers.expire()
    held.release()
    bot.sandbox.faults.clear()
    assert (await person.inquire("harbour")).results
    asking.cancel()
    assert not [entry for entry in logged if entry["log_level"] in ("warning", "error")]


async def test_what_staff_share_beside_the_bot_is_no_draft(bot: Any, publish_harbour: Any) -> None:
    """The bot hears what is chosen in its own chat; forwarded it is asked about."""
    await publish_harbour(bot, slug="harbour", variants=_commanding())
    admin, reader = bot.person(11, "Ada"), bot.person()
    for person in (admin, reader):
        await bot.ask(person, "/start")
        (found,) = (await person.inquire("")).results
        shared = person.choose(found)
        await bot.quiet(person)
        answers = [
            m for m in person.chat.messages if m.from_bot and m.message_id > shared.message_id
        ]
        assert len(answers) == 1, "only what /privacy says"
    assert len(await bot.releases()) == 1
    assert await bot.subscriber(reader.id) is not None, "a headline is no command"
    shared = next(m for m in reader.chat.messages if m.via_bot)
    forwarded = reader.forward(shared)
    verdict = await reader.chat.wait_for("published by the press office", after=forwarded)
    assert "word for word" in verdict.text


def _commanding() -> dict[str, Any]:
    body = "The ships stay where they are until the harbour office says otherwise to them."
    return {"en": Variant(language="en", headline="/stop", body=body)}


@ON_ONE
async def test_help_tells_of_it_only_where_it_is_on(bot: Any, talk: Any) -> None:
    person = bot.person()
    assert "write @herald_sandbox_bot there" in (await bot.ask(person, "/help")).text
    bot.sandbox.chats.offers.is_on = False
    await bot.transport.bot.get_me()
    assert "herald_sandbox_bot" not in (await bot.ask(person, "/help")).text


@ON_ONE
async def test_in_arabic(talk: Any, publish_harbour: Any) -> None:
    bot = await talk()
    variants = {
        "en": Variant(language="en", headline="The harbour opens", body="Ships may come."),
        "ar": Variant(language="ar", headline="افتتاح الميناء", body="يمكن للسفن أن تأتي."),
    }
    await publish_harbour(bot, slug="harbour", variants=variants)
    reader = bot.person(language="ar")
    (found,) = (await reader.inquire("الميناء")).results
    assert found.title == "افتتاح الميناء"
    assert found.description.splitlines()[1] == "يمكن للسفن أن تأتي."
    assert "العربية" in found.description
    (english,) = (await reader.inquire("en: harbour")).results
    assert english.description.count("English") == 1
    nothing = await reader.inquire("قلعة")
    assert nothing.button[0] == catalog_for("ar").gettext(NOTHING)
