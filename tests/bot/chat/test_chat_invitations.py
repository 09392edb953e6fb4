"""Links into the bot carry a language and a topic; what anybody may write into one does no harm."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.audience import invitation
from bot.audience.subscriber import SubscriberState
from translations.catalogs import catalog_for
from translations.text import text

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

GROUP = -4321
LONG = "commemoration-of-the-opening-of-the-old-harbour-in-the-year-1946"
TOPICS = ("harbour", "x_y", LONG, "Häfen", "права_человека")


def word(tag: str, msgid: str, **args: Any) -> str:
    return catalog_for(tag).render(text(msgid, **args))


def test_every_topic_fits_into_a_link_that_telegram_takes_and_is_found_again(backend: str) -> None:
    assert invitation.payload("pt-BR", "harbour") == "l-pt-BR_t-harbour"
    for language in ("ru", "pt-BR", "zh-Hant-HK"):
        for topic in TOPICS:
            for source in ("", "web", "poster-in-the-lobby"):
                written = invitation.payload(language, topic, source)
                assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", written)
                read = invitation.read(written)
                found = read.language, read.topic_among(TOPICS), read.source
                assert found == (language, topic, source)
                assert read.topic_among(()) == ""
        assert invitation.read(invitation.payload(language)).language == language


async def test_a_link_subscribes_in_its_language_to_its_topic(
    bot: Any, publish_harbour: Any
) -> None:
    await publish_harbour(bot, topics=("harbour", LONG))
    for number, topic in ((31, "harbour"), (32, LONG)):
        person = bot.person(number, "A", "en")
        answer = await bot.ask(person, f"/start {invitation.payload('ru', topic)}")
        subscriber = await bot.subscriber(number)
        assert (subscriber.languages, subscriber.topics) == (("ru",), (topic,))
        assert answer.text.startswith(
            word("ru", "Welcome. You are subscribed to our press releases.")
        )
        assert topic in answer.text


async def test_who_is_subscribed_keeps_the_rest_and_sees_what_a_link_changed(
    bot: Any, publish_harbour: Any
) -> None:
    await publish_harbour(bot, topics=("harbour", "tides"))
    person = bot.person()
    await bot.ask(person, "/start l-fr_t-tides")
    answer = await bot.ask(person, "/start l-ru_t-harbour")
    subscriber = await bot.subscriber(person.id)
    assert (subscriber.languages, subscriber.topics) == (("ru", "fr"), ("harbour", "tides"))
    assert word("ru", "Noted.") in answer.text
    assert "Русский" in answer.text
    assert "harbour" in answer.text
    again = await bot.ask(person, "/start l-ru_t-harbour")
    assert again.text.startswith(word("ru", "You are subscribed already."))


async def test_who_gets_every_topic_goes_on_getting_them(bot: Any, publish_harbour: Any) -> None:
    await publish_harbour(bot)
    person = bot.person()
    await bot.ask(person, "/start")
    await bot.ask(person, "/start l-en_t-harbour")
    assert (await bot.subscriber(person.id)).topics == ()


async def test_who_had_blocked_the_bot_comes_back_by_a_link(bot: Any) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    person.block()
    await bot.state_is(person.id, SubscriberState.UNREACHABLE)
    person.unblock()
    answer = await bot.ask(person, "/start l-ar")
    assert answer.text.startswith(word("ar", "Welcome back. You get our releases again."))
    subscriber = await bot.subscriber(person.id)
    assert (subscriber.languages, subscriber.state) == (("ar", "en"), SubscriberState.ACTIVE)


HOSTILE = (
    "l-",
    "l-xx-what_t-harbour",
    "l-tlh_t-../../etc",
    "l-ru'; DROP TABLE subscriber;--",
    "t-",
    "h-",
    "h-000000000000",
    "l-_t-",
    "_" * 64,
    "t-draft-topic",
    "l-\u202eur_t-\x00harbour",
    "setup",
    "s-",
    "s-_t-harbour",
    "s-<b>bold</b>",
    "l-en_s-web_s-web_t-harbour",
    "l-" + "a" * 3000,
)


async def test_what_anybody_may_write_into_a_link_is_passed_over(
    bot: Any, file_harbour: Any, publish_harbour: Any
) -> None:
    await publish_harbour(bot)
    await file_harbour(bot, slug="draft", topics=("draft-topic",))
    for number, given in enumerate(HOSTILE, start=100):
        answer = await bot.ask(bot.person(number, "A", "en"), f"/start {given}")
        assert answer.text.startswith("Welcome.")
        subscriber = await bot.subscriber(number)
        assert subscriber.topics in ((), ("harbour",))
        assert subscriber.languages == ("en",)
        assert subscriber.state is SubscriberState.ACTIVE
        assert "draft-topic" not in answer.text


async def test_a_group_that_a_link_brought_the_bot_into_is_asked_about_its_language(
    bot: Any, publish_harbour: Any
) -> None:
    await publish_harbour(bot)
    owner = bot.person()
    start = await bot.ask(owner, "/start")
    group = bot.sandbox.group(GROUP, "Rowers", owner)
    group.add_bot()
    first = await owner.chat.wait_for("Rowers", after=start)
    # As Telegram does with the parameter of ?startgroup=
    owner.send("/start@herald_sandbox_bot l-ar_s-web_t-harbour", chat=group)
    card = await owner.chat.wait_for("Rowers", after=first)
    assert "العربية" in card.text
    pending = await bot.subscriber(GROUP)
    assert pending.source == "web"
    assert (pending.languages, pending.topics) == (("ar",), ("harbour",))
    await owner.press("Confirm", card)
    assert (await bot.subscriber(GROUP)).state is SubscriberState.ACTIVE


async def test_in_a_group_only_who_added_the_bot_proposes_and_only_before_it_is_confirmed(
    bot: Any,
) -> None:
    owner, other = bot.person(), bot.person(22, "Omar")
    start = await bot.ask(owner, "/start")
    group = bot.sandbox.group(GROUP, "Rowers", owner)
    group.add_member(other)
    group.add_bot()
    card = await owner.chat.wait_for("Rowers", after=start)
    other.send("/start@herald_sandbox_bot l-ar", chat=group)
    await bot.quiet(other)
    assert (await bot.subscriber(GROUP)).languages == ("en",)
    await owner.press("Confirm", card)
    owner.send("/start@herald_sandbox_bot l-ar", chat=group)
    await bot.quiet(owner)
    assert (await bot.subscriber(GROUP)).languages == ("en",)
    assert not [message for message in group.messages if message.from_bot]
