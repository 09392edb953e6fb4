"""What a visitor of the newsroom sees, over real HTTP on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from lxml import etree, html

from bot.errors import StoreError
from bot.releases.release import ObservanceSpec, RelatedDocument, Release
from bot.settings import Settings
from translations.text import text

pytestmark = pytest.mark.either_database

BASE = "https://news.example.org"
Make = Callable[..., Release]


def links(page: Any, **wanted: str) -> dict[str, str]:
    """``href`` by language of the head's links with these attributes."""
    return {
        link.get("hreflang"): link.get("href")
        for link in page.findall(".//head/link")
        if all(link.get(name) == value for name, value in wanted.items())
    }


def words(page: Any) -> str:
    return " ".join(page.find(".//main").text_content().split())


ACCEPTED = {
    "": "en",
    "fr-CA,en;q=0.8": "fr",
    "en;q=0.2, ar-EG;q=0.9": "ar",
    "zh-TW": "en",  # configured, but nothing is out in it yet
    "tlh, *;q=0.5": "en",
    "fr;q=0, ;;;=, ar;q=x": "en",
}


async def test_the_door_leads_to_the_visitors_language(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release())
    for accept, language in ACCEPTED.items():
        async with newsroom.client.get(
            "/", headers={"Accept-Language": accept}, allow_redirects=False
        ) as answer:
            assert answer.status == 302
            assert (accept, answer.headers["Location"]) == (accept, f"/{language}/")
            assert answer.headers["Vary"] == "Accept-Language, Cookie"
            assert not answer.cookies


async def test_an_empty_newsroom_says_so_and_leads_on(newsroom: Any, make_release: Make) -> None:
    page = await newsroom.page("/zh-Hant/")
    assert page.find(".//main//ol") is None
    await newsroom.publish(make_release())
    page = await newsroom.page("/zh-Hant/")
    assert {a.get("href") for a in page.find(".//main").iter("a")} == {"/en/", "/fr/", "/ar/"}


async def test_a_release_page_has_everything_of_the_release(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(dateline="Exampleton"))
    page = await newsroom.page("/fr/releases/lamp")
    assert page.get("lang") == "fr"
    assert page.get("dir") == "ltr"
    for part in (
        "Une nouvelle lampe",
        "Subhead (fr)",
        "Bureau du Phare",
        "26 juin 2026",
        "Exampleton",
        "First (fr) & <b>bold</b>.",
        "Report on “lamps” (A/73/740–S/2019/133)",
        "Keeper",
        "1 Cliff Road, Exampleton",
    ):
        assert part in words(page)
    hrefs = {a.get("href") for a in page.find(".//main").iter("a")}
    assert hrefs >= {
        "https://www.example.org/lamp",
        "https://www.example.org/report?a=1&b=2",
        "https://docs.un.org/fr/A/73/740",
        "https://docs.un.org/fr/S/2019/133",
        "mailto:keeper@example.org",
        "tel:+12025550142",
        "/en/releases/lamp",
        "/ar/releases/lamp",
    }
    assert page.find(".//main//b") is None


async def test_a_page_names_itself_its_sisters_and_its_feeds(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release())
    page = await newsroom.page("/ar/releases/lamp")
    assert page.get("dir") == "rtl"
    assert page.find(".//link[@rel='canonical']").get("href") == f"{BASE}/ar/releases/lamp"
    sisters = {tag: f"{BASE}/{tag}/releases/lamp" for tag in ("en", "fr", "ar")}
    assert links(page, rel="alternate", type=None) == sisters | {"x-default": sisters["en"]}
    for kind, name in (("rss", "rss.xml"), ("atom", "atom.xml")):
        assert links(page, rel="alternate", type=f"application/{kind}+xml") == {
            "ar": f"{BASE}/feeds/ar/{name}"
        }
        assert (await newsroom.get(f"/feeds/ar/{name}")).count("مصباح جديد")
    properties = {m.get("property"): m.get("content") for m in page.findall(".//head/meta")}
    assert properties["og:title"] == "مصباح جديد"
    # Latin words on a page from right to left stand in isolates.
    assert properties["og:description"].strip("\u200f\u2066\u2067\u2069") == "Subhead (ar)"
    assert properties["og:url"] == f"{BASE}/ar/releases/lamp"
    assert properties["og:locale"] == "ar"


async def test_every_language_is_offered_by_its_own_name(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release(texts={"en": "A", "sv": "B"}))
    page = await newsroom.page("/en/releases/lamp")
    offered = {a.text_content(): a.get("href") for a in page.xpath("//nav[@class='tongues']//a")}
    assert offered == {
        "Français": "/fr/?language=fr",
        "العربية": "/ar/?language=ar",
        "繁體中文": "/zh-Hant/?language=zh-Hant",
        "Svenska": "/sv/releases/lamp?language=sv",
    }
    # The interface has no Swedish: its words are marked as English in a Swedish page.
    other = await newsroom.page("/sv/releases/lamp")
    assert other.get("lang") == "sv"
    assert other.xpath("//footer//a[text()='Subscribe']")[0].get("lang") == "en"


async def test_what_a_document_says_is_never_markup_nor_a_dangerous_link(
    newsroom: Any, make_release: Make
) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x>"
    await newsroom.publish(
        make_release(
            texts={"en": hostile},
            dateline=hostile,
            related=(
                RelatedDocument(text=hostile, url="javascript:alert(1)", symbols=(hostile,)),
                RelatedDocument(text="local", url="/readyz"),
            ),
        )
    )
    for path in ("/en/", "/en/releases/lamp", "/en/subscribe"):
        page = await newsroom.page(path)
        assert {e.get("type") for e in page.iter("script")} <= {"application/ld+json"}
        assert page.find(".//img") is None
        assert not [a for a in page.iter("a") if a.get("href", "").startswith("javascript")]
    for name in ("atom.xml", "rss.xml"):
        feed = etree.fromstring((await newsroom.get(f"/feeds/en/{name}")).encode())
        contents = feed.xpath("//*[local-name()='content' or local-name()='encoded']/text()")
        assert len(contents) == 1
        shown = html.fragment_fromstring(contents[0], create_parent=True)
        assert hostile in shown.text_content()
        assert not [e for e in shown.iter() if e.tag in ("script", "img")]
        assert "javascript:" not in etree.tostring(feed).decode()


async def test_the_list_is_newest_first_and_in_pages_of_twenty(
    newsroom: Any, make_release: Make
) -> None:
    for n in range(21):
        release = make_release(f"lamp-{n}", texts={"en": f"Lamp {n}"})
        await newsroom.file(release)
        await newsroom.release(release, datetime(2026, 5, 1 + n, tzinfo=UTC))
    await newsroom.site.refresh()
    first, second = await newsroom.page("/en/"), await newsroom.page("/en/?page=2")
    assert [h.text_content() for h in first.iter("h2")] == [f"Lamp {n}" for n in range(20, 0, -1)]
    assert [h.text_content() for h in second.iter("h2")] == ["Lamp 0"]
    assert first.find(".//a[@rel='next']").get("href") == "/en/?page=2"
    assert second.find(".//a[@rel='prev']").get("href") == "/en/"
    assert second.find(".//link[@rel='canonical']").get("href") == f"{BASE}/en/?page=2"
    for wrong in ("3", "0", "-1", "x", "", "٢", "9" * 40):
        await newsroom.get(f"/en/?page={wrong}", 404)


async def test_pages_are_fresh_after_a_refresh_and_validated_in_between(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release())
    for coding in ("identity", "gzip"):
        headers = {"Accept-Encoding": coding}
        async with newsroom.client.get("/en/", headers=headers) as first:
            tag = first.headers["ETag"]
            assert first.headers["Vary"] == "Accept-Encoding"
        async with newsroom.client.get("/en/", headers=headers | {"If-None-Match": tag}) as again:
            assert again.status == 304
            assert await again.read() == b""
        async with newsroom.client.head("/en/", headers=headers) as head:
            assert head.status == 200
            assert head.headers["ETag"] == tag
    await newsroom.publish(make_release("buoy", texts={"en": "A new buoy"}))
    async with newsroom.client.get("/en/", headers=headers | {"If-None-Match": tag}) as changed:
        assert changed.status == 200
        assert "A new buoy" in await changed.text()


async def test_a_page_made_from_old_data_does_not_outlive_a_change(
    newsroom: Any, make_release: Make
) -> None:
    """A request that was under way during a change must not leave its page behind."""
    cache = newsroom.site._cache
    generation = cache.generation
    await newsroom.publish(make_release())
    cache.put(("en", "home", 1), object(), generation)
    assert "A new lamp" in await newsroom.get("/en/")


PROPER = {
    "/EN/releases/lamp": "/en/releases/lamp",
    "/zh_hant/calendar": "/zh-Hant/calendar",
    "/ZH-hant/?page=2": "/zh-Hant/?page=2",
    "/fr": "/fr/",
    "/FR": "/fr/",
    "/fra/subscribe": "/fr/subscribe",
}


async def test_another_spelling_of_a_language_is_sent_to_its_own(newsroom: Any) -> None:
    for asked, proper in PROPER.items():
        async with newsroom.client.get(asked, allow_redirects=False) as answer:
            assert answer.status == 301
            assert answer.headers["Location"] == BASE + proper


NOWHERE = [
    "/de/",
    "/nonsense/",
    "/en/nothing",
    "/en/releases/nothing",
    "/en/releases/l%C3%A4mp",
    "/en/releases/a%00b",
    "/en/releases/%ED%A0%80",
    "/static/newsroom.css",
    "/static/..%2Fweb.py",
    "/wp-login.php",
    "/en//releases/lamp",
    "/en/<script>",
]


async def test_what_is_not_there_is_said_in_the_readers_language(newsroom: Any) -> None:
    for path in NOWHERE:
        page = await newsroom.page(path, 404, Accept_Language="fr")
        assert page.get("lang") == ("en" if path.startswith("/en/") else "fr")
        assert words(page)
        assert "script" not in words(page)
        assert page.find(".//link[@rel='canonical']") is None
        assert "nothing" not in page.text_content()


async def test_a_release_in_other_languages_only_leads_to_them(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release())
    page = await newsroom.page("/zh-Hant/releases/lamp", 404)
    found = {a.get("hreflang"): a.get("href") for a in page.findall(".//main//ul//a")}
    assert found == {tag: f"/{tag}/releases/lamp" for tag in ("en", "fr", "ar")}


async def test_a_database_that_is_away_gives_a_page_and_a_hint_to_come_back(
    newsroom: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise StoreError(text("gone to sea"))

    monkeypatch.setattr(newsroom.database, "read", away)
    async with newsroom.client.get("/fr/") as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "30"
        assert 'lang="fr"' in (said := await answer.text())
        assert "gone to sea" not in said
    # Feeds are served from memory; they do not notice.
    await newsroom.get("/feeds/fr/rss.xml")


async def test_a_fault_of_ours_gives_a_page_that_tells_nothing(
    newsroom: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(newsroom.database, "read", broken)
    said = await newsroom.get("/ar/", 500)
    assert 'dir="rtl"' in said
    assert "secret detail" not in said


async def test_every_page_forbids_scripts_and_strangers(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release())
    page = await newsroom.page("/en/")
    style = page.find(".//link[@rel='stylesheet']").get("href")
    for path in ("/", "/en", "/en/", "/en/releases/lamp", "/en/calendar", "/nope", style):
        async with newsroom.client.get(path, allow_redirects=False) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "Referrer-Policy" in answer.headers
            assert "Set-Cookie" not in answer.headers
    assert page.find(".//script") is None
    assert not [e for e in page.iter() if e.get("style") or e.get("onclick")]
    async with newsroom.client.get(style, headers={"Accept-Encoding": "gzip"}) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Type"].startswith("text/css")


async def test_other_methods_are_told_what_is_allowed(newsroom: Any) -> None:
    for path in ("/en/", "/en/releases/lamp", "/feeds/en/rss.xml", "/healthz"):
        async with newsroom.client.post(path) as answer:
            assert answer.status == 405
            assert set(answer.headers["Allow"].split(",")) == {"GET", "HEAD"}


async def test_the_newsroom_can_live_below_a_path(
    make_newsroom: Any, settings: Settings, make_release: Make
) -> None:
    """The proxy in front takes the path off; links must have it."""
    newsroom = make_newsroom(settings.model_copy(update={"base_url": "https://example.org/press"}))
    await newsroom.client.start_server()
    await newsroom.publish(make_release())
    page = await newsroom.page("/en/releases/lamp")
    ours = [e.get("href") for e in page.iter("a", "link") if e.get("href", "").startswith("/")]
    assert ours
    assert all(href.startswith("/press/") for href in ours)
    assert (
        page.find(".//link[@rel='canonical']").get("href").startswith("https://example.org/press/")
    )
    await newsroom.client.close()


async def test_the_calendar_shows_what_comes_with_the_new_number(
    newsroom: Any, make_release: Make
) -> None:
    release = make_release(
        texts={"en": "{ordinal} year of the lamp", "fr": "La lampe", "ar": "المصباح"},
        observance=ObservanceSpec(origin=date(1946, 7, 4)),
    )
    await newsroom.publish(release)
    english, french = await newsroom.page("/en/calendar"), await newsroom.page("/fr/calendar")
    assert "4 July 2026" in words(english)
    assert "80th year of the lamp" in words(english)
    assert "4 juillet 2026" in words(french)
    # No pattern was approved in French: the number is all that is known.
    assert next(h.text_content() for h in french.iter("h4")).startswith("80")
    assert french.find(".//main//li//a").get("href") == "/fr/releases/lamp"
    assert not list((await newsroom.page("/zh-Hant/calendar")).iter("h4"))
    # Days pass without anybody changing anything.
    newsroom.clock.set(newsroom.clock.now() + timedelta(days=30))
    coming, _, over = words(await newsroom.page("/en/calendar")).partition("Previous")
    assert "4 July 2026" not in coming
    assert "4 July 2026" in over


async def test_the_calendar_leaves_out_what_is_only_proposed(
    newsroom: Any, make_release: Make
) -> None:
    spec = ObservanceSpec(origin=date(1946, 7, 4), accepted=False)
    await newsroom.publish(make_release(observance=spec))
    assert not list((await newsroom.page("/en/calendar")).iter("h4"))


async def test_pages_are_packed_for_those_who_ask(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release())
    headers = {"Accept-Encoding": "gzip"}
    async with newsroom.client.get("/ar/releases/lamp", headers=headers) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert int(answer.headers["Content-Length"]) < len(await answer.read())


async def test_a_headline_cannot_turn_what_stands_beside_it(
    newsroom: Any, make_release: Make
) -> None:
    hostile = {"en": "\u202eyadot", "ar": "TideAtlas: أطلس"}
    await newsroom.publish(make_release(texts=hostile))
    page = await newsroom.page("/en/releases/lamp")
    title, _, issuer = page.find(".//title").text.partition(" – ")
    assert (title, issuer) == ("\u2068\u202eyadot\u2069", "Office of the Lighthouse")
    properties = {m.get("property"): m.get("content") for m in page.findall(".//head/meta")}
    assert properties["og:title"] == "\u202eyadot\u202c"
    page = await newsroom.page("/ar/releases/lamp")
    assert [bdi.text for bdi in page.find(".//h1").iter("bdi")] == ["TideAtlas"]
    # Where there is no markup, the line says by itself which way it runs.
    properties = {m.get("property"): m.get("content") for m in page.findall(".//head/meta")}
    assert properties["og:title"] == "\u200f\u2067\u2066TideAtlas\u2069: أطلس\u2069"


async def test_a_language_without_a_catalog_keeps_its_direction_and_dates(
    newsroom: Any, make_release: Make
) -> None:
    texts = {"en": "A lamp", "he": "מנורה", "ur": "چراغ", "yi": "לאָמפּ", "ckb": "چرا", "sv": "Lampa"}
    await newsroom.publish(make_release(texts=texts))
    dates = {"he": "26 ביוני 2026", "ur": "26 جون، 2026", "sv": "26 juni 2026"}
    for tag in texts:
        page = await newsroom.page(f"/{tag}/releases/lamp")
        assert page.get("dir") == ("ltr" if tag in ("en", "sv") else "rtl")
        assert page.find(".//time").text == dates.get(tag, page.find(".//time").text)
        assert page.find(".//time").get("dir") is None
        if tag != "en":
            label = page.find(".//h2[@id='also']")
            assert (label.get("lang"), label.get("dir")) == ("en", "ltr")
