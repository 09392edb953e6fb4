"""/settings: what is announced and when without a sound, for a person and for a room."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from sqlalchemy import select

from bot.audience.subscriber import Announcements, SubscriberState
from bot.store.tables import subscriber as table
from translations.catalogs import catalog_for
from translations.text import text

ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])
CHANNEL = -1001234567890


def word(tag: str, msgid: str, **args: Any) -> str:
    return catalog_for(tag).render(text(msgid, **args))


def plain(words: str) -> str:
    """With the spaces that a button has."""
    return " ".join(words.split())


@pytest.mark.parametrize("tag", ["en", "ru", "ar"])
async def test_all_that_is_chosen_is_on_one_page_and_can_be_changed_from_there(
    bot: Any, tag: str
) -> None:
    person = bot.person(language=tag)
    await bot.ask(person, "/start")
    card = await bot.ask(person, "/settings")
    for label in ("Languages", "Topics", "What is announced", "Time zone", "Quiet hours"):
        assert word(tag, label) in {b.label for b in card.buttons}
    await person.press(word(tag, "What is announced"), card)
    ticked = f"✓ {word(tag, 'New releases and anniversaries')}"
    assert card.buttons[0].label == ticked
    await person.press(word(tag, "Anniversaries only"), card)
    subscriber = await bot.subscriber(person.id)
    assert subscriber.announcements is Announcements.ANNIVERSARIES
    await person.press(word(tag, "All settings"), card)
    await person.press(word(tag, "Quiet hours"), card)
    hours = plain(word(tag, "{begin} to {end}", begin=time(22), end=time(7)))
    (button,) = [b for b in card.buttons if b.data == "quiet:0:22.00-07.00"]
    assert button.label == hours
    await person.press(button.label, card)
    assert (await bot.subscriber(person.id)).quiet == "22:00-07:00"
    await person.press(word(tag, "All settings"), card)
    shown = card.text
    assert word(tag, "Anniversaries only") in shown
    assert hours in plain(shown)
    await person.press(word(tag, "Done"), card)
    assert not card.buttons
    mine = (await bot.ask(person, "/mydata")).text
    assert word(tag, "Anniversaries only") in mine
    assert hours in plain(mine)


@ON_ONE
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("22-7", "22:00-07:00"),
        ("22:30 – 6:45", "22:30-06:45"),
        ("off", ""),
        ("switched off", ""),
        ("OFF", ""),
    ],
)
async def test_quiet_hours_can_be_written(bot: Any, written: str, kept: str) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    await bot.ask(person, "/quiet 1-2")
    answer = await bot.ask(person, f"/quiet {written}")
    assert (await bot.subscriber(person.id)).quiet == kept
    (ticked,) = [b.label for b in answer.buttons if b.label.startswith("✓")]
    assert ticked.removeprefix("✓ ") in plain(answer.text)


@ON_ONE
async def test_hours_are_written_in_arabic_digits_too(bot: Any) -> None:
    person = bot.person(language="ar")
    await bot.ask(person, "/start")
    await bot.ask(person, "/quiet ٢٢-٧")
    assert (await bot.subscriber(person.id)).quiet == "22:00-07:00"


@ON_ONE
@pytest.mark.parametrize("written", ["25-3", "7-7", "never", "<b>{x}</b>", "1" * 4000])
async def test_what_are_no_hours_is_said_so_and_changes_nothing(bot: Any, written: str) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    await bot.ask(person, "/quiet 22-7")
    answer = await bot.ask(person, f"/quiet {written}")
    assert "Write them as in 22:00-07:00." in answer.text
    assert len(answer.text) < 200
    assert (await bot.subscriber(person.id)).quiet == "22:00-07:00"


@ON_ONE
async def test_choosing_one_thing_leaves_the_others_as_they_were(bot: Any) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    await bot.ask(person, "/quiet 22-7")
    card = await bot.ask(person, "/settings")
    await person.press("What is announced", card)
    await person.press("New releases only", card)
    await bot.ask(person, "/timezone Baku")
    await bot.ask(person, "/start l-fr")
    subscriber = await bot.subscriber(person.id)
    assert (subscriber.quiet, subscriber.announcements, subscriber.timezone) == (
        "22:00-07:00",
        Announcements.NEW,
        "Asia/Baku",
    )
    assert subscriber.languages == ("fr", "en")


@ON_ONE
async def test_a_channel_has_settings_of_its_own_that_its_admin_chooses(bot: Any) -> None:
    owner, other = bot.person(language="ru"), bot.person(22, "Omar", "ar")
    start = await bot.ask(owner, "/start")
    bot.sandbox.channel(CHANNEL, "Морские вести", owner).add_bot()
    card = await owner.chat.wait_for("Морские вести", after=start)
    await owner.press(word("ru", "All settings"), card)
    await owner.press(word("ru", "What is announced"), card)
    await owner.press(word("ru", "New releases only"), card)
    await owner.press(word("ru", "All settings"), card)
    await owner.press(word("ru", "Quiet hours"), card)
    (button,) = [b for b in card.buttons if b.data.endswith(":23.00-08.00")]
    await owner.press(button.label, card)
    pending = await bot.subscriber(CHANNEL)
    assert pending.state is SubscriberState.PENDING, "choosing is not confirming"
    await owner.press(word("ru", "Confirm"), card)
    channel = await bot.subscriber(CHANNEL)
    assert (channel.state, channel.announcements, channel.quiet) == (
        SubscriberState.ACTIVE,
        Announcements.NEW,
        "23:00-08:00",
    )
    own = await bot.subscriber(owner.id)
    assert (own.announcements, own.quiet) == (Announcements.ALL, "")
    shown = await bot.ask(other, "/privacy")
    for data in (f"what:{CHANNEL}:all", f"quiet:{CHANNEL}:off", f"open:{CHANNEL}:s"):
        answer = await bot.sandbox.chats.queries.open(other, shown, data)
        assert answer.text == word(
            "ar",
            "Only the admin who added me may do that, and only while both of us are there.",
        )
    assert await bot.subscriber(CHANNEL) == channel


@ON_ONE
async def test_an_admin_gives_a_room_the_zone_that_they_chose_for_themselves(bot: Any) -> None:
    owner = bot.person()
    start = await bot.ask(owner, "/start")
    await bot.ask(owner, "/timezone Reykjavik")
    bot.sandbox.channel(CHANNEL, "Tides", owner).add_bot()
    card = await owner.chat.wait_for("Tides", after=start)
    await owner.press("All settings", card)
    await owner.press("Time zone", card)
    assert "Find it by my location" not in {b.label for b in card.buttons}
    await owner.press("Reykjavik", card)
    assert (await bot.subscriber(CHANNEL)).timezone == "Atlantic/Reykjavik"


@ON_ONE
async def test_where_people_came_from_is_counted_and_erased_with_them(bot: Any) -> None:
    links = (
        "l-fr_s-web",
        "l-ru_s-web_t-harbour",
        "s-poster-3",
        "",
        "s-<b>",
        "s-WEB",
        "s-" + 30 * "x",
    )
    people = [bot.person(100 + number, "A", "en") for number in range(len(links))]
    for person, payload in zip(people, links, strict=True):
        await bot.ask(person, f"/start {payload}")
    assert (await bot.subscriber(101)).languages == ("ru",)
    staff = bot.person(11, "Ada")
    told = (await bot.ask(staff, "/subscribers")).text
    assert "By which link they came: web: 2 and poster-3: 1" in told
    reader = people[0]
    assert (
        word("fr", "You came by the link “{source}”.", source="web")
        in (await bot.ask(reader, "/mydata")).text
    )
    await bot.ask(reader, "/start l-en_s-poster-3")
    assert (await bot.subscriber(100)).source == "web", "where one came from is noted once"
    await bot.ask(reader, "/stop")
    assert "web: 1" in (await bot.ask(staff, "/subscribers")).text


async def test_what_was_chosen_before_is_kept_from_the_clock(bot: Any) -> None:
    """A choice that changes what one gets is noted with its moment; one about sounds is not."""
    person = bot.person()
    await bot.ask(person, "/start")
    bot.clock.set(datetime(2026, 6, 27, tzinfo=UTC))
    await bot.ask(person, "/quiet 22-7")
    assert await wish_since(bot, person) is None
    card = await bot.ask(person, "/settings")
    await person.press("What is announced", card)
    await person.press("Anniversaries only", card)
    assert await wish_since(bot, person) == bot.clock.now()


async def wish_since(bot: Any, person: Any) -> Any:
    async with bot.database.read() as connection:
        return await connection.scalar(
            select(table.c.wish_since).where(table.c.address == str(person.id))
        )
