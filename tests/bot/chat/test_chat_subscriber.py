"""People subscribe, choose, read, and leave – on both databases."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.audience.subscriber import SubscriberState
from bot.occasions import repository as occasions
from bot.releases.review import OPERATOR
from bot.sandbox import Fault
from bot.store import tables as t
from translations.catalogs import catalog_for
from translations.text import text

pytestmark = pytest.mark.either_database


def word(tag: str, msgid: str, **args: Any) -> str:
    return catalog_for(tag).render(text(msgid, **args))


ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])
"""For what does not depend on the database."""

WELCOME = "Welcome. You are subscribed to our press releases."


@pytest.mark.parametrize("tag", ["en", "ru", "ar"])
async def test_start_subscribes_at_once_in_the_language_of_the_client(bot: Any, tag: str) -> None:
    person = bot.person(language=tag)
    answer = await bot.ask(person, "/start")
    assert answer.text.startswith(word(tag, WELCOME))
    subscriber = await bot.subscriber(person.id)
    assert subscriber.languages == (tag,)
    assert subscriber.timezone == "Europe/Paris"
    assert subscriber.state is SubscriberState.ACTIVE
    assert subscriber.name == ""


@ON_ONE
async def test_a_region_gets_its_language_and_nonsense_the_offices_first(bot: Any) -> None:
    canadian, nonsense = bot.person(31, "A", "fr-CA"), bot.person(32, "B", "x-what")
    without = bot.person(33, "C", None)
    for person in (canadian, nonsense, without):
        await bot.ask(person, "/start")
    assert (await bot.subscriber(31)).languages == ("fr",)
    assert (await bot.subscriber(32)).languages == ("en",)
    assert (await bot.subscriber(33)).languages == ("en",)


@ON_ONE
async def test_a_language_that_the_office_lacks_is_kept_and_told_of(bot: Any) -> None:
    person = bot.person(31, "A", "mi")
    answer = await bot.ask(person, "/start")
    assert (await bot.subscriber(31)).languages == ("mi",)
    assert "We do not publish in Māori yet" in answer.text
    assert "in English" in answer.text
    offered = await bot.ask(person, "/language")
    assert "1 · Māori" in {b.label for b in offered.buttons}
    await person.press("English", offered)
    assert (await bot.subscriber(31)).languages == ("mi", "en")
    await person.press("1 · Māori", offered)
    assert (await bot.subscriber(31)).languages == ("en",)
    assert "Māori" not in {b.label for b in offered.buttons}


@ON_ONE
async def test_the_bot_speaks_a_language_in_which_the_office_does_not_publish(bot: Any) -> None:
    answer = await bot.ask(bot.person(31, "A", "tr"), "/start")
    assert answer.text.startswith(word("tr", WELCOME))
    assert (await bot.subscriber(31)).languages == ("tr",)


@ON_ONE
async def test_a_link_proposes_its_language_and_nonsense_in_it_does_no_harm(bot: Any) -> None:
    await bot.ask(bot.person(31, "A", "en"), "/start lang-ru")
    await bot.ask(bot.person(32, "B", "en"), "/start lang-%%%")
    assert (await bot.subscriber(31)).languages == ("ru",)
    assert (await bot.subscriber(32)).languages == ("en",)


@ON_ONE
async def test_a_button_under_the_greeting_changes_to_that_language(bot: Any) -> None:
    person = bot.person()
    greeting = await bot.ask(person, "/start")
    assert {b.label for b in greeting.buttons} == {"Français", "Русский", "العربية"}
    await person.press("العربية")
    assert (await bot.subscriber(person.id)).languages == ("ar",)
    assert word("ar", WELCOME) in greeting.text


@ON_ONE
async def test_a_second_start_only_says_so(bot: Any) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    before = await bot.subscriber(person.id)
    answer = await bot.ask(person, "/start")
    assert answer.text.startswith("You are subscribed already.")
    assert await bot.subscriber(person.id) == before


async def test_languages_are_kept_in_the_order_in_which_they_were_pressed(bot: Any) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    card = await bot.ask(person, "/language")
    await person.press("Русский", card)
    await person.press("Français", card)
    labels = [b.label for b in card.buttons]
    assert labels[:5] == ["1 · English", "2 · Русский", "↑ Русский", "3 · Français", "↑ Français"]
    await person.press("1 · English", card)
    assert (await bot.subscriber(person.id)).languages == ("ru", "fr")
    await person.press(word("ru", "Done"), card)
    assert word("ru", "Noted.") in card.text
    assert not card.buttons


@ON_ONE
@pytest.mark.parametrize("tag", ["en", "ar"])
async def test_a_language_is_put_first_by_one_press(bot: Any, tag: str) -> None:
    person = bot.person(language=tag)
    await bot.ask(person, "/start")
    card = await bot.ask(person, "/language")
    for name in ("Русский", "Français"):
        await person.press(name, card)
    await person.press("↑ Français", card)
    assert (await bot.subscriber(person.id)).languages == ("fr", tag, "ru")
    assert word("fr", "Now: {languages}", languages="Français").split(":")[0] in card.text
    stale = next(b for b in card.buttons if b.label == "↑ Русский")
    await person.press("3 · Русский", card)
    await bot.sandbox.chats.queries.open(person, card, stale.data)
    assert (await bot.subscriber(person.id)).languages == ("fr", tag)


@ON_ONE
async def test_the_last_language_stays(bot: Any) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    card = await bot.ask(person, "/language")
    answer = await person.press("1 · English", card)
    assert answer.alert
    assert (await bot.subscriber(person.id)).languages == ("en",)


async def test_topics_of_published_releases_can_be_chosen(bot: Any, publish_harbour: Any) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    assert "no topics yet" in (await bot.ask(person, "/topics")).text
    await publish_harbour(bot)
    card = await bot.ask(person, "/topics")
    await person.press("harbour", card)
    assert (await bot.subscriber(person.id)).topics == ("harbour",)
    await person.press("All topics", card)
    assert (await bot.subscriber(person.id)).topics == ()


@ON_ONE
async def test_the_time_zone_can_be_written_or_pressed(bot: Any) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    answer = await bot.ask(person, "/timezone asia/tokyo")
    assert "Asia/Tokyo" in answer.text
    assert "19:00" in answer.text or "7:00" in answer.text
    assert (await bot.subscriber(person.id)).timezone == "Asia/Tokyo"
    card = await bot.ask(person, "/timezone")
    await person.press("Nairobi", card)
    assert (await bot.subscriber(person.id)).timezone == "Africa/Nairobi"


async def test_latest_lists_the_newest_in_the_readers_language_with_links(
    bot: Any, publish_harbour: Any
) -> None:
    person = bot.person(language="fr")
    assert word("fr", "Nothing has been published yet.") in (await bot.ask(person, "/latest")).text
    for n in range(6):
        bot.clock.set(bot.clock.now() + timedelta(minutes=1))
        await publish_harbour(bot, slug=f"harbour-{n}")
    answer = await bot.ask(person, "/latest")
    assert answer.text.count("Le port ouvre") == 5
    links = [e["url"] for e in answer.entities if e["type"] == "text_link"]
    assert links[0] == "http://news.example.org/fr/releases/harbour-5"
    assert len(links) == 5
    reader = bot.person(22, "Omar", "ar")
    fallback = await bot.ask(reader, "/latest")
    assert "The harbour opens" in fallback.text
    assert (
        word(
            "ar",
            "There is nothing in your language yet; this is in {language}.",
            language="English",
        )
        in fallback.text
    )


@ON_ONE
async def test_a_draft_is_in_no_answer_to_a_reader(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, approve=True)
    person = bot.person()
    for command in ("/latest", "/calendar", "/feeds", "/topics", "/help"):
        assert "harbour" not in (await bot.ask(person, command)).text.lower()


async def test_the_calendar_names_the_anniversaries_to_come(bot: Any, publish_harbour: Any) -> None:
    person = bot.person()
    assert "No anniversary" in (await bot.ask(person, "/calendar")).text
    await publish_harbour(bot)
    await bot.desk.accept_observance(OPERATOR, "harbour-opens-2026")
    async with bot.database.write() as connection:
        await occasions.fill(bot.database, connection, bot.clock.now().date())
    answer = await bot.ask(person, "/calendar")
    assert "27 June 2026\n80th anniversary of the harbour" in answer.text
    assert "not approved" not in answer.text


@ON_ONE
async def test_feeds_are_those_of_the_readers_language(bot: Any) -> None:
    answer = await bot.ask(bot.person(language="ru"), "/feeds")
    assert "http://news.example.org/feeds/ru/rss.xml" in answer.text
    assert "http://news.example.org/feeds/ru/atom.xml" in answer.text


async def test_privacy_is_answered_and_mydata_shows_what_is_stored(bot: Any) -> None:
    person = bot.person()
    assert "/stop" in (await bot.ask(person, "/privacy")).text
    assert "Nothing is stored" in (await bot.ask(person, "/mydata")).text
    await bot.ask(person, "/start")
    shown = (await bot.ask(person, "/mydata")).text
    for stored in (str(person.id), "English", "Europe/Paris", "26 June 2026"):
        assert stored in shown
    assert "Universal" not in shown  # the moment is on the person's own clock


@ON_ONE
async def test_what_is_stored_can_be_had_as_a_file(bot: Any, publish_harbour: Any) -> None:
    person, other = bot.person(language="ar"), bot.person(22)
    await bot.ask(person, "/start")
    await bot.ask(other, "/start")
    await publish_harbour(bot)
    await bot.deliver()
    shown = await bot.ask(person, "/mydata")
    await person.press("كملف (JSON)", shown)
    sent = await person.chat.wait_for(lambda m: m.document is not None, after=shown)
    stored = json.loads(sent.document.file.data)
    assert stored["subscriber"]["address"] == f"telegram:{person.id}"
    assert stored["subscriber"]["languages"] == ["ar"]
    (message,) = stored["messages"]
    assert (message["announcement"], message["state"]) == ("harbour-opens-2026/publication", "sent")
    assert datetime.fromisoformat(message["at"]).tzinfo is not None
    assert str(other.id) not in sent.document.file.data.decode()


async def test_commands_are_listed_in_the_direction_of_the_language(bot: Any) -> None:
    listed = (await bot.ask(bot.person(language="ar"), "/help")).text
    lines = [line for line in listed.split("\n") if " – " in line]
    assert lines
    # The command stands in an isolate: its stroke stays in front of it.
    assert all(re.match("\u200f\u2066/[a-z]+\u2069 – ", line) for line in lines)
    assert "\u200f" not in (await bot.ask(bot.person(22, language="az"), "/help")).text


async def test_stop_erases_at_once_and_start_brings_the_old_number_back(bot: Any) -> None:
    person = bot.person(987654321)
    await bot.ask(person, "/start")
    first = await bot.subscriber(person.id)
    answer = await bot.ask(person, "/stop")
    assert "erased" in answer.text
    assert "/start" in answer.text
    assert await bot.subscriber(person.id) is None
    assert await traces(bot, "987654321") == []
    assert "not subscribed" in (await bot.ask(person, "/stop")).text
    await bot.ask(person, "/start")
    assert (await bot.subscriber(person.id)).id == first.id


async def traces(bot: Any, words: str) -> list[str]:
    """The tables in which anything holds these words."""
    found = []
    async with bot.database.read() as connection:
        for table in t.metadata.sorted_tables:
            rows = (await connection.execute(select(table))).all()
            if any(words in str(value) for row in rows for value in row):
                found.append(table.name)
    return found


async def test_who_blocks_the_bot_is_unreachable_until_start(bot: Any) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    await bot.ask(person, "/language")
    person.block()
    other = bot.person(22, "Ines")
    await bot.ask(other, "/start")
    await bot.state_is(person.id, SubscriberState.UNREACHABLE)
    assert (await bot.subscriber(person.id)).reason == "blocked"
    person.unblock()
    answer = await bot.ask(person, "/start")
    assert answer.text.startswith("Welcome back.")
    assert (await bot.subscriber(person.id)).state is SubscriberState.ACTIVE


@ON_ONE
async def test_idle_talk_gets_one_helpful_line_and_no_more(bot: Any) -> None:
    person = bot.person()
    answer = await bot.ask(person, "hello there")
    assert "/help" in answer.text
    for noise in ("are you a person?", "/nonsense", "well?"):
        person.send(noise)
    said = await bot.quiet(person)
    assert sum("/help" in message.text for message in said) == 1


@ON_ONE
async def test_help_names_every_command_of_the_menu(bot: Any) -> None:
    person = bot.person()
    answer = await bot.ask(person, "/help")
    menu = bot.sandbox.profile.commands_for(person)
    assert menu
    assert all(f"/{command['command']}" in answer.text for command in menu)


@ON_ONE
async def test_the_menu_is_in_each_language_and_longer_for_staff(talk: Any, sandbox: Any) -> None:
    admin = sandbox.person(11, "Ada", "ru")
    admin.start()
    await talk()
    reader = sandbox.person(21, "Mara", "ru")
    for_all = sandbox.profile.commands_for(reader)
    assert {c["command"] for c in for_all} >= {"start", "language", "stop", "help", "mydata"}
    assert for_all[0]["description"] == word("ru", "Subscribe")
    await admin.chat.wait_for(word("ru", WELCOME))
    assert {c["command"] for c in sandbox.profile.commands_for(admin)} >= {"queue", "new", "start"}
    assert not {c["command"] for c in for_all} & {"queue", "new"}


@ON_ONE
async def test_a_lost_answer_does_not_act_twice(bot: Any) -> None:
    person = bot.person()
    bot.sandbox.faults.add(Fault("reset_after", chat_id=person.id))
    person.start()
    await person.chat.wait_for(WELCOME)
    await bot.quiet(person)
    async with bot.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(t.subscriber)) == 1
