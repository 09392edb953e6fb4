"""Whoever reads without seeing, without a mouse, or on a small screen, reads all the same.

WCAG 2.2, levels A and AA, as far as a machine can tell: axe-core in Chromium, on every kind of
page, in scripts from left to right and from right to left, wide, narrow and in the dark.
"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = ("en", "ar", "zh")
PAGES = {
    "": 200,
    "topics/charter": 200,
    "archive": 200,
    "archive/2026": 200,
    "search?q=charter": 200,
    "releases/charter-signing": 200,
    "releases/withdrawn": 410,
    "calendar": 200,
    "subscribe": 200,
    "releases/no-such-release": 404,
}
WIDE, PHONE, SMALLEST = 1280, 390, 320
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STRICT = {"runOnly": {"type": "tag", "values": TAGS}}
# Colours are the same in every language; looking at each text's takes most of the time.
BUT_COLOUR = {**STRICT, "rules": {"color-contrast": {"enabled": False}}}
BY_LAYOUT = {"runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}}
BY_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
RUN = """async options => {
  const found = await axe.run(document, options);
  return {
    violations: found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html}`)),
    passed: found.passes.map(p => p.id),
  };
}"""
HEAVIEST = 60_000
"""Bytes that a page may be, with everything but its pictures, on its way to a phone."""


async def violations(visit: Any, options: dict[str, Any], *checked: str) -> list[str]:
    """What axe finds; ``checked`` are rules that must have had something to look at."""
    found = await visit.page.evaluate(RUN, options)
    assert set(checked) <= set(found["passed"])
    said: list[str] = found["violations"]
    return said


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_page_breaks_a_rule_wide_narrow_or_in_the_dark(visit: Any, language: str) -> None:
    for path, status in PAGES.items():
        # Still: in the middle of a transition colours are neither the one nor the other.
        await visit.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        await visit.page.set_viewport_size({"width": WIDE, "height": 800})
        assert await visit.open(f"/{language}/{path}") == status
        root = visit.page.locator("html")
        assert await root.get_attribute("lang") == language
        assert await root.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        await visit.page.evaluate(AXE_SCRIPT)
        wanted = STRICT if language == "en" else BUT_COLOUR
        assert await violations(visit, wanted, "target-size", "bypass") == []
        await visit.page.set_viewport_size({"width": PHONE, "height": 800})
        assert await violations(visit, BY_LAYOUT, "target-size") == []
        if language == "en":
            await visit.page.emulate_media(color_scheme="dark")
            assert await violations(visit, BY_COLOUR, "color-contrast") == []
        for width in (WIDE, PHONE, SMALLEST):
            await visit.page.set_viewport_size({"width": width, "height": 800})
            assert await visit.has_no_sideways_scroll(), (path, width)


async def test_the_checker_sees_what_is_wrong(visit: Any) -> None:
    await visit.open("/en/subscribe")
    await visit.page.evaluate(AXE_SCRIPT)
    await visit.page.evaluate(
        """() => {
          document.querySelector('img').removeAttribute('alt');
          document.querySelector('.standfirst').style.color = '#bbb';
        }"""
    )
    found = await violations(visit, STRICT)
    assert {one.partition(":")[0] for one in found} == {"image-alt", "color-contrast"}


WALK = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  return {
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.top >= 0 && box.bottom <= innerHeight + 1
      && box.left >= 0 && box.right <= innerWidth + 1,
    place: [...document.querySelectorAll('a[href], input, button')].indexOf(at),
  };
}"""


async def test_the_keyboard_reaches_everything_in_order_and_one_sees_where_it_is(
    visit: Any,
) -> None:
    for language, path in (("en", "releases/charter-signing"), ("ar", "subscribe")):
        await visit.page.set_viewport_size({"width": PHONE, "height": 700})
        await visit.open(f"/{language}/{path}")
        stops = await visit.page.locator("a[href], input, button").count()
        places = []
        for _ in range(stops):
            await visit.page.keyboard.press("Tab")
            here = await visit.page.evaluate(WALK)
            assert here["ring"], (language, here)
            assert here["seen"], (language, here)
            places.append(here["place"])
        assert places == list(range(stops))


async def test_a_page_is_light_and_nothing_moves_for_who_wants_it_still(visit: Any) -> None:
    sizes: list[int] = []

    async def count(request: Any) -> None:
        if "/media/" not in request.url:
            sizes.append((await request.sizes())["responseBodySize"])

    visit.page.on("requestfinished", count)
    for language in LANGUAGES:
        for path in ("releases/charter-signing", "calendar", "subscribe"):
            sizes.clear()
            await visit.page.goto(f"{visit.base}/{language}/{path}", wait_until="networkidle")
            assert sizes
            assert sum(sizes) < HEAVIEST
    await visit.page.emulate_media(reduced_motion="reduce")
    moving = await visit.page.evaluate(
        """() => [...document.querySelectorAll('*')].map(e => getComputedStyle(e))
          .filter(s => s.transitionDuration !== '0s' || s.animationName !== 'none').length"""
    )
    assert moving == 0
