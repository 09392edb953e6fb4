"""feeds.md 16: calendars that calendar programs accept, byte by byte and as two of them read it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import vobject
from aiohttp.test_utils import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.ical import ical
from feeds.memory import MemorySource
from feeds.model import Feed, FeedKey, tag_id
from feeds.occasions import Calendar, Occasion
from feeds.place import Place
from feeds.web import FeedSite

Client = TestClient[Any, Any]
BASE = "https://news.example.org"
ADDRESS = f"{BASE}/feeds/zh-Hans/anniversaries.ics"
AT = Place(url=ADDRESS)
UPDATED = datetime(2026, 6, 26, 14, 0, tzinfo=UTC)
TITLES = {
    "zh-Hans": "《港口、灯塔与海事信号公约》签署八十周年；各国代表团将出席灯塔脚下的仪式",
    "ar": "الذكرى الـ80 لافتتاح الميناء، والمنارة؛ وما يتبعها من احتفالات",
    "en": "80th anniversary of the harbour; its keepers, ships \\ and “friends”\nof old",
}


def occasion(language: str = "en", year: int = 2026, **changes: Any) -> Occasion:
    fields: dict[str, Any] = {
        "id": tag_id("example.org", date(2024, 1, 1), f"occasion/harbour/{year}/{language}"),
        "on": date(year, 6, 26),
        "title": TITLES[language],
        "url": f"{BASE}/{language}/releases/harbour?a=1,2;b",
        "description": "Harbour Office · 26 June 2026",
        "categories": ("harbour", "trade, sea"),
    }
    return Occasion(**(fields | changes))


def a_calendar(language: str = "en", **changes: Any) -> Calendar:
    fields: dict[str, Any] = {
        "title": "Harbour Office: anniversaries",
        "language": language,
        "home_url": f"{BASE}/{language}/calendar",
        "updated": UPDATED,
        "occasions": (occasion(language), occasion(language, 2027)),
    }
    return Calendar(**(fields | changes))


def lines(document: bytes) -> list[str]:
    """The content lines, unfolded; what RFC 5545 (3.1) asks of their bytes is looked at."""
    assert document.endswith(b"\r\n")
    physical = document[:-2].split(b"\r\n")
    for line in physical:
        assert len(line) <= 75
        assert not set(line) & {0x0A, 0x0D}
        line.decode()  # no character is torn apart
    unfolded: list[str] = []
    for line in physical:
        if line.startswith(b" "):
            unfolded[-1] += line[1:].decode()
        else:
            unfolded.append(line.decode())
    return unfolded


def test_the_file_says_what_it_is_and_where_it_comes_from() -> None:
    said = lines(ical(a_calendar("zh-Hans"), AT))
    assert said[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for line in (
        "PRODID:-//Polyherald//Polyherald//EN",
        "CALSCALE:GREGORIAN",
        "NAME;LANGUAGE=zh-Hans:Harbour Office: anniversaries",
        "X-WR-CALNAME:Harbour Office: anniversaries",
        "LAST-MODIFIED:20260626T140000Z",
        f"SOURCE;VALUE=URI:{ADDRESS}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
        f"URL:{BASE}/zh-Hans/calendar",
    ):
        assert said.count(line) == 1, line
    assert not [line for line in said if line.startswith("METHOD")]


def test_an_occasion_is_a_whole_day_of_its_own_with_its_ordinal_in_its_language() -> None:
    said = lines(ical(a_calendar("ar"), AT))
    event = said[said.index("BEGIN:VEVENT") : said.index("END:VEVENT") + 1]
    assert event == [
        "BEGIN:VEVENT",
        "UID:tag:example.org\\,2024-01-01:occasion/harbour/2026/ar",
        "DTSTAMP:20260626T140000Z",
        "DTSTART;VALUE=DATE:20260626",
        f"SUMMARY;LANGUAGE=ar:{TITLES['ar']}",
        "DESCRIPTION;LANGUAGE=ar:Harbour Office · 26 June 2026",
        f"URL:{BASE}/ar/releases/harbour?a=1,2;b",
        "CATEGORIES:harbour,trade\\, sea",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]
    assert said.count("BEGIN:VEVENT") == 2
    assert not [line for line in said if line.startswith("RRULE")]


@pytest.mark.parametrize("language", TITLES)
def test_two_programs_read_the_same(language: str) -> None:
    document = ical(a_calendar(language), AT)
    one = icalendar.Calendar.from_ical(document)
    assert [
        (e["uid"], e.decoded("dtstart"), e["summary"], e["summary"].params["LANGUAGE"])
        for e in one.walk("VEVENT")
    ] == [(o.id, o.on, o.title, language) for o in a_calendar(language).occasions]
    other = vobject.readOne(document.decode())
    assert [(e.uid.value, e.dtstart.value, e.summary.value) for e in other.vevent_list] == [
        (o.id, o.on, o.title) for o in a_calendar(language).occasions
    ]
    assert [e.categories.value for e in other.vevent_list] == [["harbour", "trade, sea"]] * 2
    assert [e.url.value for e in other.vevent_list] == [
        o.url for o in a_calendar(language).occasions
    ]


# Characters that are escaped, folded over, or several bytes long.
WRITTEN = st.text(st.sampled_from('a,;\\:\n"“é周الж😀 \u2068\u2069'), min_size=1, max_size=120)


@settings(max_examples=100, deadline=None)
@given(WRITTEN.filter(str.strip))
def test_any_title_arrives_as_it_was_written(title: str) -> None:
    said = ical(a_calendar(occasions=(occasion(title=title),)), AT)
    lines(said)
    (event,) = icalendar.Calendar.from_ical(said).walk("VEVENT")
    assert event["summary"] == title


def test_the_same_days_are_the_same_bytes() -> None:
    assert ical(a_calendar(), AT) == ical(a_calendar(), AT)


def test_a_calendar_without_days_is_one_all_the_same() -> None:
    document = ical(a_calendar(occasions=()), AT)
    lines(document)
    read = icalendar.Calendar.from_ical(document)
    assert read.subcomponents, "RFC 5545 (3.6) asks for a component"
    assert not read.walk("VEVENT")
    assert vobject.readOne(document.decode()).name == "VCALENDAR"


def test_what_no_calendar_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="two occasions share an id"):
        a_calendar(occasions=(occasion(), occasion()))
    with pytest.raises(ValueError, match="title is empty"):
        occasion(title=" \x00")
    with pytest.raises(TypeError, match="a day has no hour"):
        occasion(on=UPDATED)
    with pytest.raises(ValueError, match="not an absolute"):
        occasion(url="javascript:alert(1)")


# --- over HTTP -----------------------------------------------------------------------------------

PATH = "/feeds/en/anniversaries.ics"


@pytest.fixture
async def site(make_feed: Callable[..., Feed]) -> tuple[MemorySource, FeedSite]:
    source = MemorySource()
    source.put(FeedKey("en"), make_feed(calendar=a_calendar()))
    source.put(FeedKey("ar"), make_feed("ar"))
    source.put(FeedKey("en", "harbour"), make_feed(calendar=None))
    source.retire(FeedKey("zh-Hans"))
    made = FeedSite(source, BASE)
    await made.refresh()
    return source, made


@pytest.fixture
async def client(site: tuple[MemorySource, FeedSite], serve: Callable[[FeedSite], Any]) -> Client:
    found: Client = await serve(site[1])
    return found


async def test_it_is_served_like_every_feed(client: Client) -> None:
    answer = await client.get(PATH, headers={"Accept-Encoding": "identity"})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Last-Modified"] == "Fri, 26 Jun 2026 14:00:00 GMT"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert f"SOURCE;VALUE=URI:{BASE}{PATH}" in lines(await answer.read())
    again = await client.get(
        PATH, headers={"If-None-Match": answer.headers["ETag"], "Accept-Encoding": "identity"}
    )
    assert again.status == 304
    packed = await client.get(PATH, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] != answer.headers["ETag"]
    assert gzip.decompress(await packed.read()) == await answer.read()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/feeds/ar/anniversaries.ics", 404),  # its source has no calendar
        ("/feeds/en/topics/harbour/anniversaries.ics", 404),
        ("/feeds/zh-Hans/anniversaries.ics", 410),
        ("/feeds/EN/anniversaries.ics", 301),
    ],
)
async def test_where_there_is_none_the_answer_says_why(
    client: Client, path: str, status: int
) -> None:
    answer = await client.get(path, allow_redirects=False)
    assert answer.status == status
    if status == 301:
        assert answer.headers["Location"] == BASE + PATH


async def test_a_day_that_moves_changes_the_calendar_and_no_feed(
    client: Client, site: tuple[MemorySource, FeedSite], make_feed: Callable[..., Feed]
) -> None:
    async def tags() -> list[str]:
        paths = (PATH, "/feeds/en/atom.xml", "/feeds/en/rss.xml")
        return [(await client.get(path)).headers["ETag"] for path in paths]

    before = await tags()
    source, made = site
    moved = replace(
        a_calendar(),
        occasions=(occasion(on=date(2026, 6, 25)),),
        updated=UPDATED + timedelta(days=1),
    )
    source.put(FeedKey("en"), make_feed(calendar=moved))
    await made.refresh()
    after = await tags()
    assert before[0] != after[0]
    assert before[1:] == after[1:]
    answer = await client.get(PATH)
    assert answer.headers["Last-Modified"] == "Sat, 27 Jun 2026 14:00:00 GMT"
