"""Looking for words in the newsroom, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from lxml import html

from bot.releases.correction import Kind
from bot.releases.release import Moment, Release, Variant
from bot.releases.review import OPERATOR

Make = Callable[..., Release]


def texts(**bodies: str) -> dict[str, Any]:
    """Variants by language: a headline and a body, parted by a line."""
    found = {}
    for tag, written in bodies.items():
        headline, _, body = written.partition("\n")
        tag = tag.replace("_", "-")
        found[tag] = Variant(language=tag, headline=headline, body=body or headline)
    return {"variants": found, "original": next(iter(found))}


async def look(newsroom: Any, language: str, asked: str, more: str = "", status: int = 200) -> Any:
    return await newsroom.page(f"/{language}/search?q={quote(asked)}{more}", status)


def found(page: Any) -> list[str]:
    """The slugs of what was found, in order."""
    return [a.get("href").rpartition("/")[2] for a in page.xpath("//main//ol//a")]


def marked(page: Any) -> list[str]:
    return [mark.text_content() for mark in page.iter("mark")]


CHARTER = texts(
    en="81st anniversary\nThe Charter was signed by fifty States (A/73/740) in June 1945.",
    fr="Anniversaire de la Charte\nLes cérémonies publiées à l’Élysée l’été dernier.",
    ar="ذكرى توقيع الميثاق\nصدر الإعلانُ العالميّ أمس.",
    ru="Годовщина Устава\nВ Уставе всё ещё те же слова.",
    zh="《联合国宪章》签署81周年\n宪章于1945年在旧金山签署。",
    az="Nizamnamənin ildönümü\nAzərbaycan Respublikasında işıq.",
    tr="Şartın yıldönümü\nIşık İstanbul’da.",
)
ASKED = [
    ("en", "charter", ["Charter"]),
    ("en", "CHARTERS sign", ["signed", "Charter"]),
    ("en", '"signed by fifty"', ["signed by fifty"]),
    ("en", "A/73/740", ["A/73/740"]),
    ("fr", "ceremonie elysee", ["cérémonies", "Élysée"]),
    ("fr", "l'anniversaire", []),
    ("ar", "اعلان", ["الإعلانُ"]),
    ("ar", "الاعلان العالمي", ["الإعلانُ", "العالميّ"]),
    ("ru", "устав еще", ["Уставе", "ещё"]),
    ("zh", "宪章", ["宪章"]),
    ("zh", "章", ["章"]),
    ("zh", "旧金山签", ["旧金山签"]),
    ("zh", "山旧金", []),
    ("az", "azerbaycan respublikasi", ["Azərbaycan", "Respublikasında"]),
    ("tr", "isik istanbul", ["Işık", "İstanbul"]),
]


async def test_words_are_found_as_each_language_writes_them(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release("charter", **CHARTER))
    await newsroom.publish(make_release("other", texts=dict.fromkeys(CHARTER["variants"], "Buoy")))
    for language, asked, marks in ASKED:
        page = await look(newsroom, language, asked)
        hits = [] if not marks and language == "zh" else ["charter"]
        assert (asked, found(page)) == (asked, hits)
        assert (asked, sorted(set(marked(page)))) == (asked, sorted(marks))
        assert page.xpath("//main//input[@name='q']/@value") == [asked]
        assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
        assert page.find(".//link[@rel='canonical']") is None
        if language == "en" and hits:
            assert "1 press release" in page.xpath("//p[@class='count']")[0].text_content()
    # Only this page's language, and where else.
    page = await look(newsroom, "en", "1945")
    assert {a.get("hreflang"): a.get("href") for a in page.xpath("//section//a")} == {
        "zh": "/zh/search?q=1945"
    }
    nothing = await look(newsroom, "fr", "1945")
    assert found(nothing) == []
    assert nothing.xpath("//main//div[@class='notice']")
    assert [a.get("href") for a in nothing.xpath("//section//a")] == [
        "/en/search?q=1945",
        "/zh/search?q=1945",
    ]
    switch = {a.get("hreflang"): a.get("href") for a in nothing.xpath("//nav[@class='tongues']//a")}
    assert (switch["en"], switch["ar"]) == ("/en/search?q=1945&language=en", "/ar/?language=ar")
    empty = await look(newsroom, "en", "")
    assert found(empty) == []
    assert not empty.xpath("//main//div[@class='notice']")
    # Everywhere else the field stands in the header, with a label.
    home = await newsroom.page("/fr/")
    assert home.xpath("//header//form/@action") == ["/fr/search"]
    assert home.xpath("//header//label/@for") == home.xpath("//header//input/@id")


async def test_the_best_come_first_and_of_these_the_newest(
    newsroom: Any, make_release: Make
) -> None:
    bodies = {"told": "A log.\nOf the harbour.", "named": "Harbour\nA log of it."}
    for n in range(3):
        for kind, written in bodies.items():
            release = make_release(f"{kind}-{n}", **texts(en=written))
            await newsroom.file(release)
            await newsroom.release(release, datetime(2026, 5, 1 + n, tzinfo=UTC))
    await newsroom.site.refresh()
    page = await look(newsroom, "en", "harbour")
    assert found(page) == ["named-2", "named-1", "named-0", "told-2", "told-1", "told-0"]


async def test_many_are_shown_in_pages(newsroom: Any) -> None:
    start = date(2025, 1, 1)
    await newsroom.publish_many([start + timedelta(days=n) for n in range(23)], ["en"], "logs")
    pages = [await look(newsroom, "en", "page log", f"&page={n}") for n in (1, 2, 3)]
    assert [found(page) for page in pages] == [
        [f"log-{n}" for n in range(first, last, -1)] for first, last in ((23, 13), (13, 3), (3, 0))
    ]
    assert "23" in pages[1].xpath("//p[@class='count']")[0].text_content()
    assert pages[1].xpath("//nav[@class='pager']//a/@href") == [
        "/en/search?q=page+log",
        "/en/search?q=page+log&page=3",
    ]
    for wrong in ("4", "0", "x", "9" * 30):
        await newsroom.get(f"/en/search?q=log&page={wrong}", 404)
    # Nothing of it is kept: as many different questions as anybody likes fill no memory.
    kept = len(newsroom.site._cache._answers)
    for n in range(5):
        await look(newsroom, "en", f"log {n}")
    assert len(newsroom.site._cache._answers) == kept


async def test_search_follows_publication_correction_and_withdrawal(
    newsroom: Any, make_release: Make
) -> None:
    later = Moment(at=newsroom.clock.now() + timedelta(days=1), zone="Europe/Paris")
    release = make_release(**texts(en="A beacon\nIt is lit.", fr="Un phare\nIl est allumé."))
    await newsroom.file(replace(release, embargo=later, publish_at=later))
    await newsroom.desk.queue(OPERATOR, "lamp")
    assert found(await look(newsroom, "en", "beacon")) == []
    await newsroom.release(release)
    # At once: not when pages are made anew.
    assert found(await look(newsroom, "en", "beacon lit")) == ["lamp"]
    changed = {"en": replace(release.variants["en"], headline="A buoy", body="It floats.")}
    await newsroom.desk.correct(
        OPERATOR, "lamp", Kind.CORRECTION, {"en": "A buoy."}, replace(release, variants=changed)
    )
    assert found(await look(newsroom, "en", "beacon")) == []
    assert found(await look(newsroom, "en", "buoy floats")) == ["lamp"]
    assert found(await look(newsroom, "fr", "phare")) == ["lamp"]
    await newsroom.desk.withdraw(OPERATOR, "lamp", {"en": "It sank."})
    for language, asked in (("en", "buoy"), ("fr", "phare")):
        page = await look(newsroom, language, asked)
        assert found(page) == []
        assert not page.xpath("//main//section//a")


HOSTILE = [
    *('"', '""', "'", "''", "\\", "*", "a*", "^a", "a:b", "title:charter", "{title}:a", "-a", "+a"),
    *("NEAR(a b, 2)", "a AND", "OR", "NOT a", "a AND b OR (c", ")", "a & | ! b", "a <-> b", "a:*"),
    *("%", "_", "%%%", "a%b_", "'; DROP TABLE release; --", "\x00", "a\x00b", "\ud800", "a\udfffb"),
    *(
        "<b>charter</b>",
        "</mark><script>alert(1)</script>",
        "&amp;&#0;",
        "{{ 7*7 }}",
        "\u202echarter",
    ),
    *("a" * 10_000, "a " * 5_000, '"' * 500, "章" * 3_000, "charter " * 300, "\u0301" * 200, "١٢٣"),
]


async def test_nothing_that_is_asked_breaks_anything(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(
        make_release(
            **texts(
                en="Charter <mark>bold</mark>\nA <script>alert(1)</script> charter & <b>more</b>."
            )
        )
    )
    page = await look(newsroom, "en", "charter alert")
    assert found(page) == ["lamp"]
    for asked in HOSTILE:
        query = quote(asked, errors="surrogatepass")
        async with newsroom.client.get(f"/en/search?q={query}") as answer:
            shown = await answer.text()
            assert (asked[:50], answer.status) == (asked[:50], 200)
        parsed = html.document_fromstring(shown)
        assert parsed.find(".//script") is None
        assert parsed.find(".//main//b") is None
        assert all(mark.text_content().lower().strip() for mark in parsed.iter("mark"))
        assert len(shown) < 20_000
    for query in ("", "?q", "?q=", "?q=%FF%FE", "?q=a&q=b", "?x=1", "?q=%C0%80"):
        await newsroom.get(f"/en/search{query}")
