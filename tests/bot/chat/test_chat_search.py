"""/search: readers look for words, in their languages first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.releases.review import OPERATOR

ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])


def links(answer: Any) -> list[str]:
    return [e["url"] for e in answer.entities if e["type"] == "text_link"]


async def test_what_is_found_is_in_the_readers_language_first(
    bot: Any, publish_harbour: Any
) -> None:
    for n in range(7):
        bot.clock.set(bot.clock.now() + timedelta(minutes=1))
        await publish_harbour(bot, slug=f"harbour-{n}")
    reader = bot.person(language="fr")
    answer = await bot.ask(reader, "/search port")
    assert "7" in answer.text.splitlines()[0]
    assert answer.text.count("Le port ouvre") == 5
    assert links(answer)[0] == "http://news.example.org/fr/releases/harbour-6"
    assert [b.url for b in answer.buttons] == ["http://news.example.org/fr/search?q=port"]

    other = await bot.ask(reader, "/search harbour opens")
    assert "The harbour opens" in other.text
    assert links(other)[0] == "http://news.example.org/en/releases/harbour-6"


@ON_ONE
async def test_only_what_is_out_is_found(bot: Any, file_harbour: Any, publish_harbour: Any) -> None:
    reader = bot.person()
    nothing = "No press release has all of these words."
    assert nothing in (await bot.ask(reader, "/search harbour")).text
    await file_harbour(bot, approve=True)
    assert nothing in (await bot.ask(reader, "/search harbour")).text


@ON_ONE
async def test_what_was_withdrawn_is_found_no_more(bot: Any, publish_harbour: Any) -> None:
    await publish_harbour(bot, slug="harbour")
    reader = bot.person()
    assert "The harbour opens" in (await bot.ask(reader, "/search harbour")).text
    await bot.desk.withdraw(OPERATOR, "harbour", {"en": "Never sent by us."})
    assert "The harbour opens" not in (await bot.ask(reader, "/search harbour")).text


@ON_ONE
@pytest.mark.parametrize("asked", ["", " ", "?!", '""', "\u202e\u0301", "\N{ZERO WIDTH SPACE}"])
async def test_without_words_it_says_how_to_ask(bot: Any, publish_harbour: Any, asked: str) -> None:
    await publish_harbour(bot, slug="harbour")
    answer = await bot.ask(bot.person(), f"/search {asked}")
    assert "Write /search and the words that you look for." in answer.text


@ON_ONE
@pytest.mark.parametrize(
    "asked",
    ["<b>harbour</b> *x* ](http://x.example.org)", "a" * 3000, "' OR 1=1 --", 'AND "NEAR(*'],
)
async def test_whatever_is_asked_is_words_only(bot: Any, publish_harbour: Any, asked: str) -> None:
    await publish_harbour(bot, slug="harbour")
    answer = await bot.ask(bot.person(), f"/search {asked}")
    assert "No press release has all of these words." in answer.text
    assert links(answer) == []


@ON_ONE
async def test_who_floods_is_told_once_and_then_left_alone(bot: Any, publish_harbour: Any) -> None:
    await publish_harbour(bot, slug="harbour")
    person, other = bot.person(), bot.person(22, "Omar", "en")
    for _ in range(10):
        assert "The harbour opens" in (await bot.ask(person, "/search harbour")).text
    refused = await bot.ask(person, "/search harbour")
    assert "That was a lot to look for." in refused.text
    person.send("/search harbour")
    person.send("/search harbour")
    assert "The harbour opens" in (await bot.ask(other, "/search harbour")).text
    await bot.ask(person, "/help")
    assert sum("a lot to look for" in m.text for m in person.chat.messages) == 1
