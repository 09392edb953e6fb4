"""What /calendar answers: to readers in their language, to staff with what is still missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.occasions import repository as occasions
from bot.releases.release import ObservanceSpec, Variant
from bot.releases.review import OPERATOR

# One database is enough: nothing here depends on which.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ADMIN = 11
DAY = ObservanceSpec(origin=date(1946, 6, 27))


async def fill(bot: Any) -> None:
    async with bot.database.write() as connection:
        await occasions.fill(bot.database, connection, bot.clock.now().date())


async def calendar(bot: Any, publish_harbour: Any, person: Any, **more: Any) -> str:
    await publish_harbour(bot, **{"observance": DAY} | more)
    await fill(bot)
    answer: str = (await bot.ask(person, "/calendar")).text
    return answer


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "27 June 2026\n80th anniversary of the harbour"),
        ("fr", "27 juin 2026\n80e anniversaire"),
        ("ru", "27 июня 2026\u202fг.\n80th anniversary of the harbour (English)"),
    ],
)
async def test_titles_are_in_the_readers_language_or_say_which_they_are_in(
    bot: Any, publish_harbour: Any, language: str, expected: str
) -> None:
    answer = await calendar(bot, publish_harbour, bot.person(language=language))
    assert expected in answer
    assert "(français)" not in answer


async def test_the_title_leads_to_the_page(bot: Any, publish_harbour: Any) -> None:
    await calendar(bot, publish_harbour, reader := bot.person())
    answer = await bot.ask(reader, "/calendar")
    links = {entity["url"] for entity in answer.entities if entity["type"] == "text_link"}
    assert links == {"http://news.example.org/en/releases/harbour-opens-2026"}


async def test_the_calendar_file_is_among_the_feeds(bot: Any) -> None:
    answer = await bot.ask(bot.person(language="ru"), "/feeds")
    assert "http://news.example.org/feeds/ru/anniversaries.ics" in answer.text


async def test_what_is_announced_ahead_is_for_staff_and_says_so(
    bot: Any, publish_harbour: Any
) -> None:
    spec = replace(DAY, lead=(7,), move="nearest-weekday")  # 27 June 2026 is a Saturday
    told = await calendar(bot, publish_harbour, bot.person(), observance=spec)
    assert told.count("anniversary of the harbour") == 1
    assert "26 June 2026\n80th anniversary of the harbour\nMoved from 27 June 2026." in told

    seen = (await bot.ask(bot.person(ADMIN, "Ada"), "/calendar")).text
    assert "In 7 days: 81st anniversary of the harbour" in seen
    assert "harbour-opens-2026" in seen


async def test_a_day_of_another_calendar_says_by_which_it_is(
    bot: Any, publish_harbour: Any
) -> None:
    # 10 Muharram 1440; 1448 begins on 16 June 2026.
    spec = ObservanceSpec(origin=date(2018, 9, 20), calendar="islamic")
    told = await calendar(
        bot, publish_harbour, bot.person(), observance=spec, date=date(2026, 6, 24)
    )
    assert "8th anniversary of the harbour\nBy the Islamic calendar (Umm al-Qura)." in told


async def test_editions_of_one_observance_are_one_line(bot: Any, publish_harbour: Any) -> None:
    reader, admin = bot.person(), bot.person(ADMIN, "Ada")
    await calendar(bot, publish_harbour, reader)
    edition = {
        "slug": "harbour-opens-2027",
        "edition_of": "harbour-opens-2026",
        "date": date(2027, 6, 27),
        "observance": DAY,
        "variants": {
            "en": Variant(
                language="en",
                headline="The harbour at 81",
                occasion="{ordinal} anniversary of the harbour",
            )
        },
    }
    bot.clock.set(bot.clock.now().replace(month=7))
    await bot.desk.file(OPERATOR, _release(edition))
    await fill(bot)
    told = (await bot.ask(reader, "/calendar")).text
    assert told.count("81st anniversary of the harbour") == 1
    assert "harbour-opens" not in told
    seen = (await bot.ask(admin, "/calendar")).text
    assert seen.count("27 June 2027") == 1
    assert "harbour-opens-2027" in seen
    assert "Still missing: English (not approved)" in seen


def _release(values: dict[str, Any]) -> Any:
    from bot.releases.release import Release

    return Release(original="en", **values)


async def test_the_card_says_when_it_comes_back(bot: Any, file_harbour: Any) -> None:
    spec = ObservanceSpec(
        origin=date(1946, 6, 27),
        years=(80, 85),
        skip=(2026,),
        lead=(30, 7),
        move="next-weekday",
        last=2031,
        accepted=False,
    )
    await file_harbour(bot, observance=spec)
    card = (await bot.ask(bot.person(ADMIN, "Ada"), "/release harbour-opens-2026")).text
    for sentence in (
        "Proposed observance: These anniversaries of 27 June 1946: 80 and 85.",
        "For the last time in the year 2031.",
        "Not in: 2026.",
        "On a weekend it moves to the next working day.",
        "Announced as well so many days ahead: 30 and 7.",
        "Next on 27 June 2031: “85th anniversary of the harbour”",
    ):
        assert sentence in card
