"""The newsroom as Chromium shows it, wide and narrow, from left to right and from right to left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDE, PHONE, SMALLEST = 1280, 390, 320
PATHS = ("", "releases/charter-signing", "calendar", "subscribe", "releases/no-such-release")

OVERFLOWS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# WCAG 2.2, 1.4.3: relative luminance and contrast of every text with what is painted behind it.
FAINT = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = colour => {
    const [r, g, b] = colour.slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3]) return colour;
    }
    return [255, 255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    if (![...element.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const pair = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (contrast < 4.5) faint.push(`${element.tagName} ${contrast.toFixed(2)}`);
  }
  return faint;
}"""


class Visit:
    """One tab, and everything that went wrong or elsewhere in it."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        page.on("request", self._asked)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._said)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.elsewhere.append(request.url)

    def _said(self, message: object) -> None:
        kind, said = getattr(message, "type", ""), getattr(message, "text", "")
        # Chromium reports the 404 that a test asks for; nothing else may be wrong.
        if kind in ("error", "warning") and "404" not in said:
            self.errors.append(said)

    async def open(self, path: str) -> int:
        answer = await self.page.goto(self.base + path)
        assert answer is not None
        return answer.status

    async def has_no_sideways_scroll(self) -> bool:
        return bool(await self.page.evaluate(OVERFLOWS) <= 0)


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, newsroom_url: str) -> AsyncIterator[Visit]:
    made = Visit(await browser.new_page(), newsroom_url)
    yield made
    await made.page.close()
    assert made.errors == []
    assert made.elsewhere == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pages_fit_are_legible_and_keep_to_themselves(
    visit: Visit, scheme: Literal["light", "dark"]
) -> None:
    await visit.page.emulate_media(color_scheme=scheme)
    for language in ("en", "ar", "zh"):
        for path in PATHS:
            assert await visit.open(f"/{language}/{path}") == (404 if "no-such" in path else 200)
            root = visit.page.locator("html")
            assert await root.get_attribute("lang") == language
            assert await root.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
            assert await visit.page.evaluate(FAINT) == []
            for width in (WIDE, PHONE, SMALLEST):
                await visit.page.set_viewport_size({"width": width, "height": 800})
                assert await visit.has_no_sideways_scroll(), (language, path, width)


async def test_arabic_runs_from_right_to_left(visit: Visit) -> None:
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


async def test_lines_are_short_enough_to_read(visit: Visit) -> None:
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


async def test_the_language_switch_leads_to_the_same_release(visit: Visit) -> None:
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


async def test_the_browser_discovers_the_feeds(visit: Visit) -> None:
    await visit.open("/zh/")
    for kind in ("rss", "atom"):
        link = visit.page.locator(f"link[rel=alternate][type='application/{kind}+xml']")
        assert await link.get_attribute("hreflang") == "zh"
        answer = await visit.page.request.get(str(await link.get_attribute("href")))
        assert answer.headers["content-type"].startswith(f"application/{kind}+xml")
        assert "联合国宪章" in await answer.text()


async def test_the_keyboard_reaches_the_text_first(visit: Visit) -> None:
    await visit.open("/en/releases/charter-signing")
    await visit.page.keyboard.press("Tab")
    focused = visit.page.locator(":focus")
    assert await focused.get_attribute("href") == "#main"
    box = await focused.bounding_box()
    assert box
    assert box["y"] >= 0  # seen once focused
    await visit.page.keyboard.press("Enter")
    assert await visit.page.locator(":focus").get_attribute("id") == "main"


async def test_on_paper_only_the_release_remains(visit: Visit) -> None:
    await visit.open("/ar/releases/charter-signing")
    await visit.page.emulate_media(media="print")
    assert not await visit.page.locator("nav.tongues").is_visible()
    assert not await visit.page.locator("nav.rooms").is_visible()
    assert await visit.page.locator(".text").is_visible()
    assert await visit.page.locator(".contact").is_visible()
