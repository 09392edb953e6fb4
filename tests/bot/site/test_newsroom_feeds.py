"""The newsroom's feeds: what is in them, under which permanent ids, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import feedparser
import pytest
from lxml import html

from bot.clock import FixedClock
from bot.releases.correction import Kind
from bot.releases.release import Release
from bot.releases.review import OPERATOR
from bot.settings import IssuerSettings, Settings
from bot.site.authority import authority
from bot.store.database import Database
from tests.bot.site.conftest import BASE
from tests.feeds.conftest import json_checker, xml_checker
from tests.feeds.w3c import faults

pytestmark = pytest.mark.either_database

Make = Callable[..., Release]


async def read(newsroom: Any, path: str) -> Any:
    return feedparser.parse((await newsroom.get(path)).encode())


async def test_an_item_is_the_whole_release_in_its_language(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release())
    feed = await read(newsroom, "/feeds/ar/atom.xml")
    assert feed.feed.author == "مكتب المنارة"
    (item,) = feed.entries
    assert item.id == "tag:example.org,2024-01-01:release/lamp/ar"
    assert item.title == "مصباح جديد"
    assert item.author == "مكتب المنارة"
    assert [tag.term for tag in item.tags] == ["lamps"]
    content = html.fragment_fromstring(item.content[0].value)
    assert (content.get("lang"), content.get("dir")) == ("ar", "rtl")
    shown = " ".join(content.text_content().split())
    for part in ("26 يونيو 2026", "Subhead (ar)", "First (ar) & <b>bold</b>.", "A/73/740"):
        assert part in shown
    hrefs = {a.get("href") for a in content.iter("a")}
    assert hrefs == {
        "https://www.example.org/lamp",
        "https://www.example.org/report?a=1&b=2",
        "https://docs.un.org/ar/A/73/740",
        "https://docs.un.org/ar/S/2019/133",
    }
    related = [link.href for link in item.links if link.rel == "related"]
    assert related == [
        "https://www.example.org/report?a=1&b=2",
        "https://docs.un.org/ar/A/73/740",
        "https://docs.un.org/ar/S/2019/133",
    ]


async def test_a_feed_holds_the_newest_fifty_and_no_archive(
    newsroom: Any, make_release: Make
) -> None:
    for n in range(52):
        release = make_release(f"lamp-{n}", texts={"en": f"Lamp {n}"})
        await newsroom.file(release)
        await newsroom.release(release, datetime(2026, 5, 1, n % 24, 0, n, tzinfo=UTC))
    old = make_release("old", texts={"en": "Archived"}, archive=True)
    await newsroom.file(old)
    await newsroom.release(old)
    await newsroom.site.refresh()
    for path in ("/feeds/en/rss.xml", "/feeds/en/topics/lamps/rss.xml"):
        titles = [item.title for item in (await read(newsroom, path)).entries]
        assert len(titles) == len(set(titles)) == 50
        assert "Archived" not in titles
    assert "Archived" in await newsroom.get("/en/releases/old")


async def test_a_late_translation_comes_first_in_its_feed(
    newsroom: Any, make_release: Make
) -> None:
    first = make_release("first", texts={"en": "First"})
    await newsroom.publish(first, datetime(2026, 6, 1, tzinfo=UTC))
    await newsroom.publish(
        make_release("second", texts={"en": "Second", "fr": "Deuxième"}),
        datetime(2026, 6, 2, tzinfo=UTC),
    )
    translated = make_release("first", texts={"en": "First", "fr": "Premier"})
    await newsroom.publish(translated, datetime(2026, 6, 3, tzinfo=UTC))
    titles = [item.title for item in (await read(newsroom, "/feeds/fr/atom.xml")).entries]
    assert titles == ["Premier", "Deuxième"]
    titles = [item.title for item in (await read(newsroom, "/feeds/en/atom.xml")).entries]
    assert titles == ["Second", "First"]


async def test_every_topic_of_a_language_has_its_feed(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release("a", topics=("lamps", "fog horns/loud")))
    await newsroom.publish(make_release("b", texts={"en": "Only English"}, topics=("ships",)))
    listed = (await newsroom.get("/feeds/opml.xml")).count("xmlUrl")
    assert listed == 4 + 3 + 1  # four languages, lamps in three of them, ships in one
    await newsroom.get("/feeds/fr/topics/lamps/atom.xml")
    await newsroom.get("/feeds/fr/topics/ships/atom.xml", 404)


async def test_an_empty_feed_never_says_that_it_changed(newsroom: Any) -> None:
    async with newsroom.client.get("/feeds/zh-Hant/atom.xml") as answer:
        assert answer.status == 200
        assert answer.headers["Last-Modified"] == "Mon, 01 Jan 2024 00:00:00 GMT"


async def test_a_language_that_the_office_gives_up_is_gone(
    newsroom: Any, make_newsroom: Any, settings: Settings, make_release: Make
) -> None:
    await newsroom.publish(make_release())
    fewer = make_newsroom(settings.model_copy(update={"languages": ("en",)}))
    await fewer.site.refresh()
    await fewer.client.start_server()
    await fewer.get("/feeds/zh-Hant/rss.xml", 410)
    await fewer.get("/feeds/fr/rss.xml")  # there still are releases in it
    await fewer.get("/feeds/tlh/rss.xml", 404)
    await fewer.client.close()


async def ids(newsroom: Any) -> set[str]:
    await newsroom.site.refresh()
    await newsroom.client.start_server()
    feed = await read(newsroom, "/feeds/en/atom.xml")
    await newsroom.client.close()
    return {feed.feed.id, *(item.id for item in feed.entries)}


async def test_ids_stay_when_the_newsroom_moves_house(
    make_newsroom: Any, make_release: Make, clock: FixedClock
) -> None:
    first = make_newsroom(Settings(base_url="https://old.example.org:8443/press"))
    await first.publish(make_release())
    before = await ids(first)
    assert before == {
        "tag:old.example.org,2026-06-26:feed/en",
        "tag:old.example.org,2026-06-26:release/lamp/en",
    }
    clock.set(clock.now() + timedelta(days=700))
    assert await ids(make_newsroom(Settings(base_url="https://new.example.org"))) == before


@pytest.mark.parametrize(
    ("base_url", "issuer", "minted_by"),
    [
        ("https://a.example.org", {"domain": "b.example.org"}, ("b.example.org", 2026)),
        ("https://a.example.org", {"since": date(2020, 1, 1)}, ("a.example.org", 2020)),
        ("http://127.0.0.1:8080", {}, ("127.0.0.1", 2026)),
        ("http://[::1]:8080", {}, ("localhost", 2026)),
        ("https://bücher.example", {}, ("xn--bcher-kva.example", 2026)),
    ],
)
async def test_an_authority_is_found_for_every_address(
    database: Database,
    clock: FixedClock,
    base_url: str,
    issuer: dict[str, Any],
    minted_by: tuple[str, int],
) -> None:
    settings = Settings(base_url=base_url, issuer=IssuerSettings(**issuer))
    for _ in range(2):
        made = await authority(database, settings, clock)
        assert (made.domain, made.since.year) == minted_by
        assert made.release("lamp", "en").startswith(f"tag:{minted_by[0]},{minted_by[1]}")


async def test_without_any_name_a_feed_still_has_title_and_author(
    make_newsroom: Any, make_release: Make
) -> None:
    newsroom = make_newsroom(Settings(base_url="https://news.example.org"))
    await newsroom.publish(make_release())
    await newsroom.client.start_server()
    feed = await read(newsroom, "/feeds/en/rss.xml")
    assert feed.feed.title
    assert (await read(newsroom, "/feeds/en/atom.xml")).feed.author
    assert feed.entries[0].author == "Office of the Lighthouse"
    await newsroom.client.close()


async def test_one_broken_feed_does_not_keep_the_others_back(
    newsroom: Any, make_release: Make
) -> None:
    """A headline of control characters has no place in XML; the other languages go on."""
    await newsroom.publish(make_release(texts={"en": "Fine", "fr": "\x01"}))
    assert "Fine" in await newsroom.get("/feeds/en/rss.xml")
    await newsroom.get("/feeds/fr/rss.xml")  # as it was


async def test_titles_read_right_in_lists_of_any_direction(
    newsroom: Any, make_release: Make
) -> None:
    texts = {"en": "A \u202enew lamp", "fr": "Une lampe", "ar": "TideAtlas (A/98/214): أطلس"}
    await newsroom.publish(make_release(texts=texts))
    await newsroom.publish(make_release("second", texts={"ar": "مصباح جديد"}))
    turned = "\u200f\u2067\u2066TideAtlas (A/98/214)\u2069: أطلس\u2069"
    for name in ("atom.xml", "rss.xml"):
        feed = await read(newsroom, f"/feeds/ar/{name}")
        assert feed.feed.language == "ar"
        assert sorted(item.title for item in feed.entries) == sorted(["مصباح جديد", turned])
        (item,) = (await read(newsroom, f"/feeds/fr/{name}")).entries
        assert item.title == "Une lampe"
        assert {a.title for a in item.links if a.get("hreflang") == "ar"} == {turned}
        (item,) = (await read(newsroom, f"/feeds/en/{name}")).entries
        assert item.title == "A \u202enew lamp\u202c"


TONGUES = ("en", "fr", "es", "ru", "ar", "zh-Hant", "az")
CHECKS = {"atom.xml": xml_checker("atom.rng"), "rss.xml": xml_checker("rss.rng")}
VALID_JSON = json_checker()


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_08_to_16_in_every_language_no_validator_finds_a_fault(
    newsroom: Any, make_release: Make
) -> None:
    """Published, corrected and withdrawn: by schema, and by the rules of the W3C's validator."""

    async def look() -> None:
        for tag in TONGUES:
            for below in (tag, f"{tag}/topics/lamps"):
                for name, check in CHECKS.items():
                    document = (await newsroom.get(f"/feeds/{below}/{name}")).encode()
                    check(document)
                    assert faults(document, f"{BASE}/feeds/{below}/{name}") == []
                said = VALID_JSON((await newsroom.get(f"/feeds/{below}/feed.json")).encode())
                assert said["language"] == tag

    release = make_release(texts={tag: f"A <lamp> & “more” ({tag})" for tag in TONGUES})
    await newsroom.publish(release)
    await newsroom.publish(make_release("second", texts={tag: f"Second {tag}" for tag in TONGUES}))
    await look()
    changed = {t: replace(v, body="Mended. <b>x</b>") for t, v in release.variants.items()}
    draft = replace(release, variants=changed)
    await newsroom.desk.correct(OPERATOR, "lamp", Kind.CORRECTION, {"en": "Mended."}, draft)
    await newsroom.site.refresh()
    await look()
    await newsroom.desk.withdraw(OPERATOR, "lamp", {"en": "It was <none>."})
    await newsroom.site.refresh()
    await look()


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_15_pages_advertise_every_feed_of_their_language(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release())
    for page in ("/fr/", "/fr/releases/lamp", "/fr/calendar", "/fr/subscribe"):
        found = (await newsroom.page(page)).xpath("//link[@rel='alternate'][@type]")
        feeds = [link for link in found if "/feeds/" in link.get("href")]
        assert {link.get("href").rpartition("/")[2]: link.get("type") for link in feeds} == {
            "atom.xml": "application/atom+xml",
            "rss.xml": "application/rss+xml",
            "feed.json": "application/feed+json",
            "anniversaries.ics": "text/calendar",
        }
        for link in feeds:
            assert link.get("hreflang") == "fr"
            assert link.get("title")
            async with newsroom.client.head(link.get("href").removeprefix(BASE)) as answer:
                assert answer.status == 200
                assert answer.headers["Content-Type"].startswith(link.get("type"))


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_06_a_client_that_a_trusted_proxy_names_is_told_to_wait(
    make_newsroom: Any, settings: Settings
) -> None:
    trusting = {"trusted_proxies": (ip_network("127.0.0.1"),)}
    newsroom = make_newsroom(settings.model_copy(update=trusting))
    await newsroom.site.refresh()
    await newsroom.client.start_server()
    headers = {"X-Forwarded-For": "203.0.113.5"}
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) < 2000:
        async with newsroom.client.head("/feeds/en/atom.xml", headers=headers) as answer:
            statuses.append(answer.status)
    assert statuses.count(200) >= 1000
    assert int(answer.headers["Retry-After"]) >= 1
    await newsroom.get("/feeds/en/atom.xml", X_Forwarded_For="203.0.113.6")
    await newsroom.get("/en/", X_Forwarded_For="203.0.113.5")
    await newsroom.client.close()
