"""What a release's page says beside its text: to readers, to search engines, on other sites."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from bot.releases import publication, repository
from bot.releases.correction import Kind
from bot.releases.release import ObservanceSpec, Release
from bot.releases.review import OPERATOR

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

Make = Callable[..., Release]
BASE = "https://news.example.org"
DAY = ObservanceSpec(origin=date(1946, 6, 26))
TITLES = {"en": "{ordinal} year of the lamp", "fr": "{ordinal} année de la lampe"}


def properties(page: Any) -> list[tuple[str, str]]:
    metas = page.findall(".//head/meta")
    return [(m.get("property") or m.get("name"), m.get("content")) for m in metas]


def linked_data(page: Any) -> dict[str, Any]:
    (block,) = page.findall(".//script")
    assert block.get("type") == "application/ld+json"
    found: dict[str, Any] = orjson.loads(block.text)
    return found


async def correct(newsroom: Any, slug: str, kind: Kind, notes: dict[str, str]) -> None:
    """Change the English text, and say so."""
    async with newsroom.database.read() as connection:
        stored = await repository.get(connection, slug)
    english = stored.variants["en"]
    changed = replace(english, body=f"{english.body}\n\nAnd more, {kind}.")
    draft = replace(stored, variants={**stored.variants, "en": changed})
    await newsroom.desk.correct(OPERATOR, slug, kind, notes, draft)
    await newsroom.site.refresh()


async def test_corrections_are_shown_with_their_date_and_kind_and_typos_are_not(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(texts={"en": "A new lamp", "fr": "Une lampe"}))
    newsroom.clock.set(datetime(2026, 6, 27, 9, tzinfo=UTC))
    await correct(newsroom, "lamp", Kind.TYPO, {})
    await correct(newsroom, "lamp", Kind.CLARIFICATION, {"en": "It is electric."})
    newsroom.clock.set(datetime(2026, 6, 28, 9, tzinfo=UTC))
    await correct(newsroom, "lamp", Kind.CORRECTION, {"en": "It has 300 watts."})
    page = await newsroom.page("/en/releases/lamp")
    notes = page.find_class("note")
    assert [note.text for note in notes] == [
        "Clarification, 27 June 2026: It is electric.",
        "Correction, 28 June 2026: It has 300 watts.",
    ]
    assert [note.get("class") for note in notes] == ["note clarification", "note correction"]
    said = linked_data(page)
    assert [c["text"] for c in said["correction"]] == [note.text for note in notes]
    assert said["correction"][0]["datePublished"].startswith("2026-06-27T09:00:00")
    assert said["dateModified"] == "2026-06-28T09:00:00+00:00"
    assert said["datePublished"] == "2026-06-26T10:00:00+00:00"
    assert not (await newsroom.page("/fr/releases/lamp")).find_class("note")


async def test_a_page_leads_to_the_anniversaries_before_it_and_names_those_to_come(
    newsroom: Any, make_release: Make
) -> None:
    first = make_release("lamp-2024", texts=TITLES, observance=DAY, date=date(2024, 6, 26))
    await newsroom.publish(first)
    async with newsroom.database.write() as connection:
        stored = await repository.get(connection, "lamp-2024")
        for lead, on in ((7, date(2025, 6, 19)), (0, date(2025, 6, 26))):
            await publication.publish_occurrence(
                newsroom.database,
                connection,
                stored,
                year=2025,
                lead=lead,
                on=on,
                texts={"en": ("79th year of the lamp", "Once more.")},
                now=datetime(2025, 6, 26, 9, tzinfo=UTC),
            )
    edition = make_release("lamp-2026", texts=TITLES, edition_of="lamp-2024", observance=DAY)
    await newsroom.publish(edition)

    def rows(page: Any) -> list[tuple[str, str, str | None]]:
        (section,) = page.find_class("years")
        return [
            (
                li.find("time").text,
                li.find("span").text_content(),
                next(iter(li.xpath(".//@href")), None),
            )
            for li in section.iter("li")
        ]

    english = await newsroom.page("/en/releases/lamp-2026")
    assert rows(english) == [
        ("26 June 2024", "78th year of the lamp", "/en/releases/lamp-2024"),
        ("26 June 2025", "79th year of the lamp", "/en/releases/lamp-2024-2025"),
        ("26 June 2026", "80th year of the lamp", None),
        ("26 June 2027", "81st year of the lamp", None),
        ("26 June 2028", "82nd year of the lamp", None),
        ("26 June 2029", "83rd year of the lamp", None),
        ("26 June 2030", "84th year of the lamp", None),
    ]
    assert english.xpath("//*[@class='years']//*[@aria-current]/text()") == [
        "80th year of the lamp"
    ]
    french = await newsroom.page("/fr/releases/lamp-2024")
    assert rows(french)[:3] == [
        ("26 juin 2024", "78e année de la lampe", None),
        ("26 juin 2026", "80e année de la lampe", "/fr/releases/lamp-2026"),
        ("26 juin 2027", "81e année de la lampe", None),
    ]
    # Days pass without anybody changing anything.
    newsroom.clock.set(datetime(2027, 7, 1, tzinfo=UTC))
    assert rows(await newsroom.page("/en/releases/lamp-2026"))[3][0] == "26 June 2028"


async def test_what_readers_may_not_know_is_not_beside_a_release(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(texts=TITLES, observance=replace(DAY, accepted=False)))
    assert not (await newsroom.page("/en/releases/lamp")).find_class("years")
    await newsroom.publish(make_release("buoy", texts=TITLES, observance=replace(DAY, last=2026)))
    await newsroom.file(
        make_release("sealed", texts=TITLES, edition_of="buoy", observance=replace(DAY, last=2026))
    )
    await newsroom.site.refresh()
    said = await newsroom.get("/en/releases/buoy")
    assert "sealed" not in said
    assert 'class="years"' not in said  # it is the only one, and the last


async def test_topics_lead_to_their_pages(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release(topics=("lamps", "права", "not a topic", "../..")))
    page = await newsroom.page("/ar/releases/lamp")
    found = {a.text_content(): a.get("href") for a in page.xpath("//a[@rel='tag']")}
    assert found == {
        "lamps": "/ar/topics/lamps",
        "права": "/ar/topics/%D0%BF%D1%80%D0%B0%D0%B2%D0%B0",
    }


async def test_search_engines_are_told_what_readers_see(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release(dateline="Exampleton"))
    said = linked_data(await newsroom.page("/fr/releases/lamp"))
    office = {"@type": "Organization", "name": "Bureau du Phare", "url": f"{BASE}/fr/"}
    assert said["@type"] == "NewsArticle"
    assert said["url"] == said["mainEntityOfPage"] == f"{BASE}/fr/releases/lamp"
    assert said["headline"] == "Une nouvelle lampe"
    assert said["inLanguage"] == "fr"
    assert said["author"] == said["publisher"] == office
    assert said["keywords"] == ["lamps"]
    assert said["isPartOf"]["@type"] == "WebSite"
    assert said["citation"][0]["url"] == "https://www.example.org/report?a=1&b=2"
    original = {"@type": "NewsArticle", "@id": f"{BASE}/en/releases/lamp", "inLanguage": "en"}
    assert said["translationOfWork"] == original
    assert "correction" not in said
    english = linked_data(await newsroom.page("/en/releases/lamp"))
    assert {work["inLanguage"] for work in english["workTranslation"]} == {"ar", "fr"}
    for file in said["encoding"]:
        async with newsroom.client.get(file["contentUrl"].removeprefix(BASE)) as answer:
            assert (answer.status, answer.content_type) == (200, file["encodingFormat"])


async def test_no_text_can_end_the_block_that_it_stands_in(
    newsroom: Any, make_release: Make
) -> None:
    hostile = "</script><script>alert(1)</script><!--<script>&amp;\u2028"
    await newsroom.publish(
        make_release(texts={"en": hostile}, dateline=hostile, topics=("a</script>",))
    )
    page = await newsroom.page("/en/releases/lamp")
    said = linked_data(page)
    assert (said["headline"], said["dateline"]) == (hostile, hostile)
    assert hostile in page.find(".//h1").text_content()


async def test_previews_elsewhere_have_title_summary_issuer_and_language(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(topics=("lamps", "sea")))
    found = properties(await newsroom.page("/fr/releases/lamp"))
    assert set(found) >= {
        ("og:type", "article"),
        ("og:title", "Une nouvelle lampe"),
        ("og:description", "Subhead (fr)"),
        ("og:url", f"{BASE}/fr/releases/lamp"),
        ("og:site_name", "Bureau du Phare"),
        ("og:locale", "fr"),
        ("og:locale:alternate", "ar"),
        ("og:locale:alternate", "en"),
        ("article:published_time", "2026-06-26T10:00:00+00:00"),
        ("article:tag", "lamps"),
        ("article:tag", "sea"),
        ("twitter:card", "summary"),
    }
    assert dict(found)["article:section"]


async def test_whoever_reads_none_of_its_languages_is_led_to_the_original(
    newsroom: Any, make_release: Make
) -> None:
    release = make_release(texts={"fr": "Une lampe", "en": "A lamp"})
    await newsroom.file(release, approve=False)
    await newsroom.desk.approve(OPERATOR, "lamp", ["fr"])
    await newsroom.release(release)
    await newsroom.site.refresh()
    page = await newsroom.page("/fr/releases/lamp")
    (link,) = page.xpath("//link[@hreflang='x-default']")
    assert link.get("href") == f"{BASE}/fr/releases/lamp"


async def test_a_withdrawn_release_keeps_a_page_that_says_so_and_nothing_else(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(texts=TITLES, observance=DAY))
    await newsroom.desk.withdraw(OPERATOR, "lamp", {"en": "It was never built."})
    await newsroom.site.refresh()
    page = await newsroom.page("/en/releases/lamp", 410)
    (note,) = page.find_class("note")
    assert note.get("class") == "note retraction"
    assert "withdrawn on 26 June 2026: It was never built." in note.text
    assert not page.findall(".//script")
    assert not page.find_class("years")
