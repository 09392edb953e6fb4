"""What search engines are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from lxml import etree

from bot.releases.correction import Kind
from bot.releases.release import Release
from bot.releases.review import OPERATOR

pytestmark = pytest.mark.either_database

BASE = "https://news.example.org"
NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}
Make = Callable[..., Release]


async def urls(newsroom: Any, path: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Address → when it changed, and its alternates."""
    root = etree.fromstring((await newsroom.get(path)).encode())
    return {
        url.findtext("s:loc", namespaces=NAMES): (
            url.findtext("s:lastmod", "", NAMES),
            {link.get("hreflang"): link.get("href") for link in url.findall("x:link", NAMES)},
        )
        for url in root
    }


async def test_every_page_of_every_release_with_its_languages(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(), datetime(2026, 5, 1, 8, tzinfo=UTC))
    await newsroom.publish(make_release("buoy", texts={"fr": "Une bouée"}, date=date(2025, 1, 1)))
    index = await urls(newsroom, "/sitemap.xml")
    assert index == {
        f"{BASE}/sitemap-pages.xml": ("", {}),
        f"{BASE}/sitemap-1.xml": ("2026-06-26T10:00:00+00:00", {}),
    }
    releases = await urls(newsroom, "/sitemap-1.xml")
    sisters = {tag: f"{BASE}/{tag}/releases/lamp" for tag in ("en", "fr", "ar")}
    changed = "2026-05-01T08:00:00+00:00"
    everywhere = sisters | {"x-default": sisters["en"]}
    assert releases == dict.fromkeys(sisters.values(), (changed, everywhere)) | {
        f"{BASE}/fr/releases/buoy": ("2026-06-26T10:00:00+00:00", {})
    }
    pages = await urls(newsroom, "/sitemap-pages.xml")
    assert pages[f"{BASE}/fr/"][1] == {
        "x-default": f"{BASE}/",
        **{tag: f"{BASE}/{tag}/" for tag in ("en", "fr", "ar")},
    }
    assert {f"{BASE}/fr/archive/2025", f"{BASE}/ar/topics/lamps", f"{BASE}/en/calendar"} <= set(
        pages
    )
    assert f"{BASE}/en/archive/2025" not in pages
    # All that is named is there, and says the same of its languages.
    for href in (*releases, *pages):
        page = await newsroom.page(href.removeprefix(BASE))
        said = page.xpath("//head/link[@rel='alternate' and not(@type)]")
        alternates = (releases | pages)[href][1]
        assert page.xpath("//link[@rel='canonical']/@href") == [href]
        assert {e.get("hreflang"): e.get("href") for e in said}.items() >= alternates.items()


async def test_it_says_truly_what_changed_and_not_what_is_gone(
    newsroom: Any, make_release: Make
) -> None:
    release = make_release()
    await newsroom.publish(release)
    newsroom.clock.set(datetime(2026, 7, 1, 9, tzinfo=UTC))
    french = replace(release.variants["fr"], body="Autre texte.")
    changed = {**release.variants, "fr": french}
    await newsroom.desk.correct(OPERATOR, "lamp", Kind.TYPO, {}, replace(release, variants=changed))
    await newsroom.site.refresh()
    told = await urls(newsroom, "/sitemap-1.xml")
    assert told[f"{BASE}/fr/releases/lamp"][0] == "2026-07-01T09:00:00+00:00"
    assert told[f"{BASE}/en/releases/lamp"][0] == "2026-06-26T10:00:00+00:00"
    assert (await urls(newsroom, "/sitemap.xml"))[f"{BASE}/sitemap-1.xml"][0].startswith(
        "2026-07-01"
    )
    await newsroom.desk.withdraw(OPERATOR, "lamp", {"en": "It sank."})
    await newsroom.site.refresh()
    assert list(await urls(newsroom, "/sitemap.xml")) == [f"{BASE}/sitemap-pages.xml"]
    for part in ("1", "2", "0", "01", "x", "999999999"):
        await newsroom.get(f"/sitemap-{part}.xml", 404)
    assert "lamp" not in await newsroom.get("/sitemap-pages.xml")


async def test_engines_are_told_where_not_to_look(newsroom: Any) -> None:
    said = await newsroom.get("/robots.txt")
    assert f"Sitemap: {BASE}/sitemap.xml" in said.splitlines()
    assert "Disallow: /*/search" in said.splitlines()
    for path in ("/robots.txt", "/sitemap.xml", "/sitemap-pages.xml"):
        async with newsroom.client.head(path) as answer:
            assert answer.status == 200
            assert "Set-Cookie" not in answer.headers
            assert "Content-Security-Policy" in answer.headers
        async with newsroom.client.post(path) as answer:
            assert answer.status == 405
    async with newsroom.client.get(
        "/sitemap-pages.xml", headers={"Accept-Encoding": "gzip"}
    ) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Content-Type"].startswith("application/xml")
