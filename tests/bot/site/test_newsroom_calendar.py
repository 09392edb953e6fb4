"""Anniversaries on the calendar's page and in the calendar file: what readers may know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest

from bot.releases.release import ObservanceSpec, Release, Variant
from bot.releases.review import OPERATOR

pytestmark = pytest.mark.either_database

Make = Callable[..., Release]
DAY = ObservanceSpec(origin=date(1946, 7, 4))  # a Saturday in 2026, a Sunday in 2027
TITLES = {"en": "{ordinal} year of the lamp", "fr": "{ordinal} année de la lampe"}
FILE = "/feeds/{}/anniversaries.ics"


def headlines(page: Any) -> list[str]:
    return [heading.text_content() for heading in page.iter("h4")]


def words(page: Any) -> str:
    return " ".join(page.find(".//main").text_content().split())


async def events(newsroom: Any, language: str = "en") -> list[tuple[date, str, str]]:
    said = await newsroom.get(FILE.format(language))
    return [
        (e.decoded("dtstart"), str(e["summary"]), str(e["url"]))
        for e in icalendar.Calendar.from_ical(said).walk("VEVENT")
    ]


async def etag(newsroom: Any, language: str = "en") -> str:
    async with newsroom.client.get(FILE.format(language)) as answer:
        assert answer.status == 200
        return str(answer.headers["ETag"])


# --- the page ------------------------------------------------------------------------------------


async def test_a_moved_day_is_shown_with_the_day_itself(newsroom: Any, make_release: Make) -> None:
    spec = replace(DAY, move="nearest-weekday", lead=(3,))
    await newsroom.publish(make_release(texts=TITLES, observance=spec))
    english = await newsroom.page("/en/calendar")
    assert headlines(english) == ["80th year of the lamp"]  # and nothing of three days before
    assert "3 July 2026" in words(english)
    assert "Moved from 4 July 2026." in words(english)
    assert english.find(".//time").get("datetime") == "2026-07-03"
    assert "4 juillet 2026" in words(await newsroom.page("/fr/calendar"))


async def test_a_day_of_another_calendar_says_by_which_it_is(
    newsroom: Any, make_release: Make
) -> None:
    spec = ObservanceSpec(origin=date(2018, 9, 20), calendar="islamic")
    await newsroom.publish(make_release(texts=TITLES, observance=spec, date=date(2026, 6, 24)))
    english = await newsroom.page("/en/calendar")
    # 10 Muharram 1448 and 1449, ten days after the new years of 16 June 2026 and 6 June 2027.
    assert "15 June 2027" in words(english)
    assert "By the Islamic calendar (Umm al-Qura)." in words(english)
    assert "Moved" not in words(english)


async def test_one_observance_is_one_entry_in_each_language(
    newsroom: Any, make_release: Make
) -> None:
    first = make_release("lamp-2026", texts=TITLES, observance=DAY)
    await newsroom.publish(first)
    newsroom.clock.set(newsroom.clock.now() + timedelta(days=9))
    await newsroom.publish(
        make_release(
            "lamp-2026-07",
            texts={"en": "{ordinal} year of the lamp"},
            date=date(2026, 7, 4),
            edition_of="lamp-2026",
            observance=DAY,
        )
    )
    newsroom.clock.set(newsroom.clock.now() + timedelta(days=30))
    for language, title in (("en", "81st year of the lamp"), ("fr", "81e année de la lampe")):
        page = await newsroom.page(f"/{language}/calendar")
        assert headlines(page)[0] == title
        assert len(headlines(page)) == 2  # and this year's, which is over
        slug = "lamp-2026-07" if language == "en" else "lamp-2026"
        assert page.find(".//main//li//a").get("href") == f"/{language}/releases/{slug}"


# --- the file ------------------------------------------------------------------------------------


async def test_the_file_has_last_year_and_the_next_two_with_their_numbers(
    newsroom: Any, make_release: Make
) -> None:
    spec = replace(DAY, move="nearest-weekday", lead=(7,))
    await newsroom.publish(make_release(texts=TITLES, observance=spec, date=date(2024, 12, 1)))
    page = "https://news.example.org/en/releases/lamp"
    assert await events(newsroom) == [
        (date(2025, 7, 4), "79th year of the lamp", page),
        (date(2026, 7, 3), "80th year of the lamp", page),
        (date(2027, 7, 5), "81st year of the lamp", page),
        (date(2028, 7, 4), "82nd year of the lamp", page),
    ]
    assert [title for _, title, _ in await events(newsroom, "fr")][:2] == [
        "79e année de la lampe",
        "80e année de la lampe",
    ]
    said = icalendar.Calendar.from_ical(await newsroom.get(FILE.format("en")))
    event = said.walk("VEVENT")[1]
    assert event["uid"] == "tag:example.org,2024-01-01:occasion/lamp/2026/en"
    assert event["summary"].params["LANGUAGE"] == "en"
    assert event["categories"].cats == ["lamps"]
    assert str(event["description"]).split("\n")[-2:] == [
        "Moved from 4 July 2026.",
        "Office of the Lighthouse · 1 December 2024",
    ]
    assert said["source"] == "https://news.example.org/feeds/en/anniversaries.ics"
    assert said["name"] == "Office of the Lighthouse: anniversaries"


async def test_before_its_release_nothing_was_kept(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release(texts=TITLES, observance=DAY))
    assert [day.year for day, _, _ in await events(newsroom)] == [2026, 2027, 2028]


async def test_nothing_unpublished_embargoed_proposed_or_unapproved_is_in_the_file(
    newsroom: Any, make_release: Make
) -> None:
    secret = {"en": "{ordinal} day of the secret"}
    await newsroom.publish(make_release("lamp", texts=TITLES, observance=DAY))
    before = await newsroom.get(FILE.format("en"))
    # Approved and under embargo, filed only, and published with a mere proposal.
    await newsroom.file(make_release("sealed", texts=secret, observance=DAY, date=date(2027, 7, 4)))
    await newsroom.file(make_release("draft", texts=secret, observance=DAY), approve=False)
    await newsroom.publish(
        make_release("proposed", texts=secret, observance=replace(DAY, accepted=False))
    )
    # A title that is being changed, and not approved yet.
    changed = make_release("lamp", texts=TITLES, observance=DAY)
    variants = {
        tag: replace(variant, occasion="{ordinal} day of the secret")
        for tag, variant in changed.variants.items()
    }
    await newsroom.desk.file(OPERATOR, replace(changed, variants=variants))
    await newsroom.site.refresh()
    after = await newsroom.get(FILE.format("en"))
    assert "secret" not in after
    assert "sealed" not in after
    assert len(await events(newsroom)) == before.count("BEGIN:VEVENT")


async def test_a_language_is_named_only_where_the_release_is_out_in_it(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(texts={"en": TITLES["en"]}, observance=DAY))
    assert len(await events(newsroom, "en")) == 3
    assert await events(newsroom, "fr") == []
    async with newsroom.client.get(FILE.format("de")) as answer:
        assert answer.status == 404


async def test_the_same_days_are_the_same_file_until_something_changes(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(texts=TITLES, observance=DAY))
    english, french = await etag(newsroom), await etag(newsroom, "fr")
    newsroom.clock.set(newsroom.clock.now() + timedelta(days=40))
    await newsroom.publish(make_release("other"))
    assert (await etag(newsroom), await etag(newsroom, "fr")) == (english, french)

    moved = make_release(texts=TITLES, observance=replace(DAY, move="next-weekday"))
    await newsroom.desk.file(OPERATOR, moved)
    await newsroom.site.refresh()
    assert await etag(newsroom) != english
    said = icalendar.Calendar.from_ical(await newsroom.get(FILE.format("en")))
    stamps = {event.decoded("dtstamp") for event in said.walk("VEVENT")}
    assert stamps == {newsroom.clock.now().replace(microsecond=0)}
    async with newsroom.client.get(
        FILE.format("en"), headers={"If-Modified-Since": "Fri, 26 Jun 2026 14:00:00 GMT"}
    ) as answer:
        assert answer.status == 200


async def test_the_next_year_comes_by_itself(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release(texts=TITLES, observance=DAY))
    newsroom.clock.set(newsroom.clock.now().replace(year=2028))
    await newsroom.publish(make_release("other"))
    assert [day.year for day, _, _ in await events(newsroom)] == [2027, 2028, 2029, 2030]


async def test_pages_and_the_subscribe_page_lead_to_the_file(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(texts=TITLES, observance=DAY))
    for path in ("/fr/", "/fr/releases/lamp", "/fr/calendar", "/fr/subscribe"):
        page = await newsroom.page(path)
        (link,) = page.findall(".//link[@type='text/calendar']")
        assert link.get("href") == "https://news.example.org/feeds/fr/anniversaries.ics"
        assert link.get("hreflang") == "fr"
        assert link.get("title")
    for path in ("/fr/calendar", "/fr/subscribe"):
        page = await newsroom.page(path)
        assert page.find(f".//main//a[@href='{FILE.format('fr')}']").get("type") == "text/calendar"
    opml = await newsroom.get("/feeds/opml.xml")
    assert "anniversaries.ics" not in opml  # a feed reader cannot read it


async def test_a_release_that_was_named_differently_keeps_its_place(
    newsroom: Any, make_release: Make
) -> None:
    """The event of a year is the same one, whichever release of the series tells of it."""
    await newsroom.publish(make_release("lamp-2026", texts=TITLES, observance=DAY))

    def ids(said: str) -> list[str]:
        found = icalendar.Calendar.from_ical(said).walk("VEVENT")
        return [str(e["uid"]) for e in found if e.decoded("dtstart").year > 2026]

    before = ids(await newsroom.get(FILE.format("en")))
    await newsroom.publish(
        make_release("lamp-next", texts=TITLES, edition_of="lamp-2026", observance=DAY)
    )
    assert ids(await newsroom.get(FILE.format("en"))) == before


@pytest.mark.parametrize("occasion", ["{ordinal} day of lamps", ""])
async def test_the_title_is_the_approved_pattern_or_the_headline_of_the_day(
    newsroom: Any, make_release: Make, occasion: str
) -> None:
    release = make_release(texts={"en": "Lamps are lit"}, observance=DAY, date=date(2026, 7, 4))
    variant = Variant(language="en", headline="Lamps are lit", body="Yes.", occasion=occasion)
    await newsroom.publish(replace(release, variants={"en": variant}))
    titles = [title for _, title, _ in await events(newsroom)]
    assert titles == (
        ["80th day of lamps", "81st day of lamps", "82nd day of lamps"]
        if occasion
        else ["Lamps are lit", "81st anniversary", "82nd anniversary"]
    )
