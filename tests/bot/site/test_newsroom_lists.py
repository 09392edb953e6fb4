"""Lists of the newsroom: everything, a topic, a year, in pages and in every language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.releases.correction import Kind
from bot.releases.release import Release
from bot.releases.review import OPERATOR

pytestmark = pytest.mark.either_database

BASE = "https://news.example.org"
Make = Callable[..., Release]


def head(page: Any) -> dict[str, str]:
    """The head's links by what they are to the page: rel, or language."""
    return {
        link.get("hreflang") or link.get("rel"): link.get("href")
        for link in page.findall(".//head/link")
        if link.get("type") is None and link.get("rel") != "stylesheet"
    }


def headlines(page: Any) -> list[str]:
    return [a.text_content() for a in page.xpath("//main//ol//a")]


def switch(page: Any) -> dict[str, str]:
    return {a.get("hreflang"): a.get("href") for a in page.xpath("//nav[@class='tongues']//a")}


async def test_a_topic_has_a_page_in_each_language_that_has_it(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release("buoy", texts={"en": "A buoy"}, topics=("buoys",)))
    await newsroom.publish(make_release(topics=("lamps", "news-more")))
    page = await newsroom.page("/en/topics/lamps")
    assert headlines(page) == ["A new lamp"]
    assert "lamps" in page.find(".//title").text
    assert "lamps" in page.find(".//h1").text_content()
    assert {tag: href for tag, href in head(page).items() if tag != "icon"} == {
        "canonical": f"{BASE}/en/topics/lamps",
        "x-default": f"{BASE}/en/topics/lamps",
        **{tag: f"{BASE}/{tag}/topics/lamps" for tag in ("en", "fr", "ar")},
    }
    assert switch(page) == {
        "fr": "/fr/topics/lamps?language=fr",
        "ar": "/ar/topics/lamps?language=ar",
        "zh-Hant": "/zh-Hant/?language=zh-Hant",
    }
    # Its own feeds are what a reader of this page is offered.
    feeds = [
        e.get("href")
        for e in page.xpath("//head/link[@rel='alternate' and contains(@type, '+xml')]")
    ]
    assert feeds
    assert all(feed.startswith(f"{BASE}/feeds/en/topics/lamps/") for feed in feeds)
    for feed in feeds:
        await newsroom.get(feed.removeprefix(BASE))
    # In a language that lacks the topic there is no page, and the way to those that have it.
    absent = await newsroom.page("/fr/topics/buoys", 404)
    assert [a.get("href") for a in absent.xpath("//main//ul//a")] == ["/en/topics/buoys"]
    assert headlines(await newsroom.page("/fr/topics/news-more")) == ["Une nouvelle lampe"]
    for nowhere in ("nothing", "a%00b", "%ED%A0%80", "lamps?page=2", "lamps?page=x"):
        await newsroom.get(f"/en/topics/{nowhere}", 404)


async def test_the_archive_leads_to_years_and_topics(newsroom: Any, make_release: Make) -> None:
    for slug, day in (
        ("one", date(1999, 1, 1)),
        ("two", date(2026, 6, 26)),
        ("three", date(1999, 12, 31)),
    ):
        await newsroom.publish(make_release(slug, date=day, topics=("lamps", slug)))
    page = await newsroom.page("/fr/archive")
    assert switch(page) == {
        "en": "/en/archive?language=en",
        "ar": "/ar/archive?language=ar",
        "zh-Hant": "/zh-Hant/?language=zh-Hant",
    }
    assert [a.get("href") for a in page.xpath("//section[1]//a")] == [
        "/fr/archive/2026",
        "/fr/archive/1999",
    ]
    assert [li.text_content().split()[0:2] for li in page.xpath("//section[2]//li")] == [
        ["lamps", "3"],
        ["one", "1"],
        ["three", "1"],
        ["two", "1"],
    ]
    year = await newsroom.page("/ar/archive/1999")
    assert [h.text_content() for h in year.iter("h2")] == ["ديسمبر 1999", "يناير 1999"]
    assert [a.get("href") for a in year.xpath("//main//ol//a")] == [
        "/ar/releases/three",
        "/ar/releases/one",
    ]
    assert head(year)["canonical"] == f"{BASE}/ar/archive/1999"
    assert head(year)["fr"] == f"{BASE}/fr/archive/1999"
    assert switch(year)["zh-Hant"] == "/zh-Hant/?language=zh-Hant"
    assert year.xpath("//nav[@class='neighbours']//a/@href") == ["/ar/archive/2026"]
    for nowhere in ("2000", "0000", "99", "1999?page=2", "١٩٩٩", "1999/"):
        await newsroom.get(f"/ar/archive/{nowhere}", 404)
    await newsroom.get("/zh-Hant/archive/1999", 404)
    assert not (await newsroom.page("/zh-Hant/archive")).xpath("//main//ul")


async def test_long_lists_are_in_pages_that_know_their_neighbours(newsroom: Any) -> None:
    start = date(2025, 1, 1)
    days = [start + timedelta(days=n) for n in range(121)]
    await newsroom.publish_many(days[:90], ["en"], "logs")
    await newsroom.publish_many(days[90:], ["en", "fr"], "logs", first=91)
    for path, name in (("/en/", ""), ("/en/topics/logs", "topics/logs")):
        page = await newsroom.page(f"{path}?page=2")
        assert headlines(page) == [f"Log {n}" for n in range(101, 81, -1)]
        assert head(page)["canonical"] == f"{BASE}{path}?page=2"
        assert (head(page)["prev"], head(page)["next"]) == (BASE + path, f"{BASE}{path}?page=3")
        assert [
            page.xpath(f"//nav[@class='pager']//a[@rel='{rel}']/@href") for rel in ("prev", "next")
        ] == [
            [path],
            [f"{path}?page=3"],
        ]
        # French has a second page and no third, Arabic has nothing at all.
        assert switch(page)["fr"] == f"/fr/{name}?page=2&language=fr"
        assert switch(page)["ar"] == "/ar/?language=ar"
        third = await newsroom.page(f"{path}?page=3")
        assert "fr" not in head(third)
        assert switch(third)["fr"] == f"/fr/{name}?language=fr"
        assert "Page 3 of 7" in third.find(".//title").text
        last = await newsroom.page(f"{path}?page=7")
        assert headlines(last) == ["Log 1"]
        assert "next" not in head(last)
        await newsroom.get(f"{path}?page=8", 404)
    first, second = (
        await newsroom.page("/en/archive/2025"),
        await newsroom.page("/en/archive/2025?page=2"),
    )
    assert (len(headlines(first)), len(headlines(second))) == (100, 21)
    assert headlines(first)[0] == "Log 121"
    assert [h.text_content() for h in second.iter("h2")] == ["January 2025"]
    assert head(first)["next"] == f"{BASE}/en/archive/2025?page=2"


async def test_lists_follow_corrections_and_withdrawals(newsroom: Any, make_release: Make) -> None:
    release = make_release(texts={"en": "A new lamp", "fr": "Une lampe"}, topics=("lamps",))
    await newsroom.publish(release)
    changed = replace(
        release,
        topics=("beacons",),
        variants={"en": replace(release.variants["en"], headline="A new beacon")},
    )
    await newsroom.desk.correct(OPERATOR, "lamp", Kind.CORRECTION, {"en": "A beacon."}, changed)
    await newsroom.site.refresh()
    assert headlines(await newsroom.page("/en/topics/beacons")) == ["A new beacon"]
    assert headlines(await newsroom.page("/fr/topics/beacons")) == ["Une lampe"]
    assert headlines(await newsroom.page("/en/archive/2026")) == ["A new beacon"]
    await newsroom.get("/en/topics/lamps", 404)
    await newsroom.desk.withdraw(OPERATOR, "lamp", {"en": "It was never lit."})
    await newsroom.site.refresh()
    assert headlines(await newsroom.page("/en/")) == []
    for gone in ("/en/topics/beacons", "/fr/topics/beacons", "/en/archive/2026"):
        assert "beacon" not in await newsroom.get(gone, 404)
    assert not (await newsroom.page("/en/archive")).xpath("//main//ul")
