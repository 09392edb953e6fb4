"""The newsroom as Chromium shows it, wide and narrow, from left to right and from right to left."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDE = 1280


async def test_arabic_runs_from_right_to_left(visit: Any) -> None:
    await visit.page.set_viewport_size({"width": WIDE, "height": 800})
    sides = {}
    for language in ("en", "ar"):
        await visit.open(f"/{language}/releases/charter-signing")
        text = await visit.page.locator(".text").bounding_box()
        aside = await visit.page.locator("aside").bounding_box()
        assert text
        assert aside
        sides[language] = "right" if text["x"] > aside["x"] else "left"
    assert sides == {"en": "left", "ar": "right"}


async def test_lines_are_short_enough_to_read(visit: Any) -> None:
    await visit.page.set_viewport_size({"width": 1600, "height": 900})
    for language, most in (("en", 80), ("az", 80), ("zh", 40)):
        await visit.open(f"/{language}/releases/charter-signing")
        longest = await visit.page.evaluate(
            """() => Math.max(...[...document.querySelectorAll('.text > p')].map(p => {
              const range = document.createRange();
              range.selectNodeContents(p);
              const lines = new Set([...range.getClientRects()].map(r => Math.round(r.bottom)));
              return lines.size > 2 ? p.textContent.length / lines.size : 0;
            }))"""
        )
        assert 20 < longest <= most


async def test_the_language_switch_leads_to_the_same_release(visit: Any) -> None:
    await visit.open("/en/releases/charter-signing")
    await visit.page.locator("nav.tongues").get_by_text("العربية").click()
    assert visit.page.url == f"{visit.base}/ar/releases/charter-signing"
    assert "81" in await visit.page.locator("h1").inner_text()
    await visit.page.locator("aside").get_by_text("中文").click()
    assert visit.page.url == f"{visit.base}/zh/releases/charter-signing"
    # Not every release is in every language: then the switch leads to that language's list.
    await visit.open("/en/releases/leap-day-catalogue")
    await visit.page.locator("nav.tongues").get_by_text("中文").click()
    assert visit.page.url == f"{visit.base}/zh/"


async def test_the_browser_discovers_the_feeds(visit: Any) -> None:
    await visit.open("/zh/")
    for kind in ("rss", "atom"):
        link = visit.page.locator(f"link[rel=alternate][type='application/{kind}+xml']")
        assert await link.get_attribute("hreflang") == "zh"
        answer = await visit.page.request.get(str(await link.get_attribute("href")))
        assert answer.headers["content-type"].startswith(f"application/{kind}+xml")
        assert "联合国宪章" in await answer.text()


async def test_the_keyboard_reaches_the_text_first(visit: Any) -> None:
    await visit.open("/en/releases/charter-signing")
    await visit.page.keyboard.press("Tab")
    focused = visit.page.locator(":focus")
    assert await focused.get_attribute("href") == "#main"
    box = await focused.bounding_box()
    assert box
    assert box["y"] >= 0  # seen once focused
    await visit.page.keyboard.press("Enter")
    assert await visit.page.locator(":focus").get_attribute("id") == "main"


async def test_on_paper_only_the_release_remains_and_where_its_links_lead(visit: Any) -> None:
    for language in ("en", "ar"):
        await visit.open(f"/{language}/releases/charter-signing")
        await visit.page.emulate_media(media="print")
        for there in (".name .office", ".text", ".contact", ".source"):
            assert await visit.page.locator(there).first.is_visible()
        for screen in ("nav.tongues", "nav.rooms", ".also", ".files", ".years", ".colophon"):
            assert not await visit.page.locator(screen).first.is_visible()
        written = await visit.page.evaluate(
            """() => [...document.querySelectorAll('.text a')].map(
              a => [a.textContent, getComputedStyle(a, '::after').content])"""
        )
        after = dict(written)
        assert "https://www.un.org/en/about-us/un-charter" in after["Charter of the United Nations"]
        assert after["www.example.org/charter"] == after["A/RES/75/1"] == "none"


async def test_without_scripts_one_searches_and_is_led_back_to_ones_language(
    browser: Browser, newsroom_url: str
) -> None:
    context = await browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = await context.new_page()
    await page.goto(f"{newsroom_url}/")
    assert page.url == f"{newsroom_url}/fr/"
    await page.locator("nav.tongues").get_by_text("中文").click()
    assert page.url == f"{newsroom_url}/zh/"
    await page.get_by_role("searchbox").fill("宪章")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/zh/search?q=*")
    assert await page.locator("mark").first.inner_text() == "宪章"
    assert await page.get_by_role("searchbox").input_value() == "宪章"
    await page.locator("main ol a").first.click()
    await page.wait_for_url("**/zh/releases/*")
    await page.goto(f"{newsroom_url}/")
    assert page.url == f"{newsroom_url}/zh/"
    kept = [(cookie["name"], cookie["value"]) for cookie in await context.cookies()]
    assert kept == [("language", "zh")]
    await context.close()
