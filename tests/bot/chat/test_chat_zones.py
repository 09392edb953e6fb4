"""The time zone by the name of a city or a country, or by where one is – which is kept nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.store import tables as t
from translations.catalogs import catalog_for
from translations.text import text

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

BAKU = (40.409264, 49.867092)


def word(tag: str, msgid: str, **args: Any) -> str:
    return catalog_for(tag).render(text(msgid, **args))


@pytest.mark.parametrize(
    ("tag", "written", "zone"),
    [
        ("en", "Nairobi", "Africa/Nairobi"),
        ("en", "Paris", "Europe/Paris"),
        ("en", "asia/tokyo", "Asia/Tokyo"),
        ("en", "utc", "UTC"),
        ("ru", "москва", "Europe/Moscow"),
        ("ar", "القاهرة", "Africa/Cairo"),
        ("ar", "أذربيجان", "Asia/Baku"),
        ("zh", "东京", "Asia/Tokyo"),
        ("en", "Азербайджан", "Asia/Baku"),
        ("fr", "sao paulo", "America/Sao_Paulo"),
        ("en", "Germany", "Europe/Berlin"),
    ],
)
async def test_a_city_or_country_is_understood_in_any_language(
    bot: Any, tag: str, written: str, zone: str
) -> None:
    person = bot.person(language=tag)
    await bot.ask(person, "/start")
    answer = await bot.ask(person, f"/timezone {written}")
    assert (await bot.subscriber(person.id)).timezone == zone
    assert zone in answer.text


@pytest.mark.parametrize(
    ("tag", "written", "city", "zone"),
    [
        ("en", "USA", "Los Angeles", "America/Los_Angeles"),
        ("ru", "США", "Чикаго", "America/Chicago"),
        ("ar", "روسيا", "موسكو", "Europe/Moscow"),
    ],
)
async def test_of_a_country_with_several_clocks_one_is_pressed(
    bot: Any, tag: str, written: str, city: str, zone: str
) -> None:
    person = bot.person(language=tag)
    await bot.ask(person, "/start")
    before = (await bot.subscriber(person.id)).timezone
    card = await bot.ask(person, f"/timezone {written}")
    assert (await bot.subscriber(person.id)).timezone == before
    (button,) = [b for b in card.buttons if b.label.startswith(f"{city} · ")]
    assert any(digit.isdigit() for digit in button.label), "each with the time that it is there"
    await person.press(button.label, card)
    assert (await bot.subscriber(person.id)).timezone == zone
    assert zone in card.text


@pytest.mark.parametrize(
    ("tag", "written", "proposed", "zone"),
    [
        ("en", "Asia/Tokio", "Tokyo", "Asia/Tokyo"),
        ("en", "Nairobbi", "Nairobi", "Africa/Nairobi"),
        ("ru", "Петербург", "Екатеринбург", "Asia/Yekaterinburg"),
        ("ar", "القاهر", "القاهرة", "Africa/Cairo"),
    ],
)
async def test_what_is_nearly_right_is_proposed_by_buttons(
    bot: Any, tag: str, written: str, proposed: str, zone: str
) -> None:
    person = bot.person(language=tag)
    await bot.ask(person, "/start")
    before = (await bot.subscriber(person.id)).timezone
    card = await bot.ask(person, f"/timezone {written}")
    asks = "There is no time zone “{zone}”. Did you mean one of these?"
    assert card.text.replace("\u200f", "") == word(tag, asks, zone=written)
    assert (await bot.subscriber(person.id)).timezone == before
    await person.press(proposed, card)
    assert (await bot.subscriber(person.id)).timezone == zone


@pytest.mark.parametrize(
    "written", ["@", "🦀", "Mars/Base", "<b>x</b>{y}%s", "../../etc/passwd", "x" * 4000]
)
async def test_nonsense_is_answered_with_how_to_write_it(
    bot: Any, logged: list[Any], written: str
) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    answer = await bot.ask(person, f"/timezone {written}")
    assert "Europe/Paris" in answer.text or "Did you mean" in answer.text
    assert len(answer.text) < 400
    assert not [e for e in logged if e["log_level"] == "error"]


@pytest.mark.parametrize("tag", ["en", "ru", "ar"])
async def test_a_location_is_used_once_and_kept_nowhere(
    bot: Any, logged: list[Any], tag: str
) -> None:
    person = bot.person(language=tag)
    await bot.ask(person, "/start")
    card = await bot.ask(person, "/timezone")
    await person.press(word(tag, "Find it by my location"), card)
    told = word(
        tag,
        "Your location is used once, here, to find the time zone that you are in. It is not "
        "kept, and passed on to nobody.",
    )
    asked = await person.chat.wait_for(lambda m: told in m.text, after=card)
    sent = person.tap(word(tag, "Share my location once"), at=BAKU)
    answer = await person.chat.wait_for("Asia/Baku", after=sent)
    assert word(tag, "Your location was not kept.") in answer.text
    assert not person.chat.keys.rows, "the keys are gone again"
    assert (await bot.subscriber(person.id)).timezone == "Asia/Baku"
    assert asked.message_id < sent.message_id
    kept = repr(logged) + await everything(bot)
    for part in ("40.40", "49.86", "40,40"):
        assert part not in kept


async def everything(bot: Any) -> str:
    """All that the database holds."""
    found = []
    async with bot.database.read() as connection:
        for table in t.metadata.sorted_tables:
            found += [str(row) for row in await connection.execute(select(table))]
    return "\n".join(found)


async def test_who_would_rather_not_gets_the_letters_back(bot: Any) -> None:
    person = bot.person(language="ar")
    await bot.ask(person, "/start")
    card = await bot.ask(person, "/timezone")
    await person.press(word("ar", "Find it by my location"), card)
    await person.chat.wait_for(lambda m: bool(person.chat.keys.rows))
    before = (await bot.subscriber(person.id)).timezone
    sent = person.tap(word("ar", "No, thanks"))
    await person.chat.wait_for(lambda m: True, after=sent)
    assert not person.chat.keys.rows
    assert (await bot.subscriber(person.id)).timezone == before


@pytest.mark.parametrize("at", [(0.0, -30.0), (-90.0, 0.0), (47.58, 7.62)])
async def test_any_place_of_the_globe_has_an_answer(bot: Any, at: tuple[float, float]) -> None:
    person = bot.person()
    await bot.ask(person, "/start")
    sent = person.send_location(*at)
    answer = await person.chat.wait_for(lambda m: True, after=sent)
    assert (await bot.subscriber(person.id)).timezone in answer.text


async def test_a_location_of_somebody_who_is_not_subscribed_changes_nothing(bot: Any) -> None:
    person = bot.person()
    sent = person.send_location(*BAKU)
    answer = await person.chat.wait_for(lambda m: True, after=sent)
    assert "/start" in answer.text
    assert await bot.subscriber(person.id) is None


async def test_staff_who_share_where_they_are_file_no_release(bot: Any) -> None:
    editor = bot.person(12, "Ed")
    await bot.ask(editor, "/start")
    sent = editor.send_location(*BAKU)
    await editor.chat.wait_for("Asia/Baku", after=sent)
    assert await bot.releases() == []


async def test_a_location_in_a_group_is_other_peoples_talk(bot: Any) -> None:
    owner = bot.person()
    await bot.ask(owner, "/start")
    group = bot.sandbox.group(-4321, "Rowers", owner)
    group.add_bot()
    before = (await bot.subscriber(owner.id)).timezone
    owner.send_location(*BAKU, chat=group)
    await bot.quiet(owner)
    assert (await bot.subscriber(owner.id)).timezone == before
