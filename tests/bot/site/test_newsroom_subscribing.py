"""The subscribe page: ways into the bot, with the page's language inside, feeds and calendar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.releases.release import Release

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

Make = Callable[..., Release]
BOT = "https://t.me/lamp_bot"


def hrefs(page: Any) -> list[str]:
    return [a.get("href") for a in page.find(".//main").iter("a")]


async def test_the_bot_is_offered_once_it_is_known_in_the_pages_language(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(topics=("lamps", "права")))
    assert "t.me" not in await newsroom.get("/fr/subscribe")
    newsroom.site.telegram_link = BOT
    offered = [href for href in hrefs(await newsroom.page("/fr/subscribe")) if BOT in href]
    assert offered == [
        f"{BOT}?start=l-fr_s-web",
        f"{BOT}?start=l-fr_s-web_t-lamps",
        f"{BOT}?start=l-fr_s-web_h-28cc932cabea",
        f"{BOT}?startgroup=l-fr_s-web",
        f"{BOT}?startchannel&admin=post_messages",
    ]
    assert f"{BOT}?start=l-zh-Hant_s-web" in hrefs(await newsroom.page("/zh-Hant/subscribe"))


async def test_every_link_has_a_code_that_says_in_words_what_it_is(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(topics=("lamps", "права")))
    await newsroom.get("/fr/subscribe/qr.svg", 404)
    newsroom.site.telegram_link = BOT
    page = await newsroom.page("/fr/subscribe")
    image = page.find(".//main//img")
    assert f"{BOT}?start=l-fr_s-qr" in image.get("alt")
    codes = [image.get("src"), *(h for h in hrefs(page) if h.endswith(".svg"))]
    drawn = set()
    for code in codes:
        async with newsroom.client.get(code) as answer:
            assert (answer.status, answer.content_type) == (200, "image/svg+xml")
            assert "ETag" in answer.headers
            svg = await answer.text()
        assert "style=" not in svg  # which the policy would not let through
        drawn.add(svg)
    assert len(drawn) == len(codes) == 3
    for wrong in ("/fr/subscribe/topics/draft/qr.svg", "/fr/subscribe/topics/%00/qr.svg"):
        await newsroom.get(wrong, 404)


async def test_feeds_in_every_format_and_the_calendar_are_offered(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release())
    page = await newsroom.page("/ar/subscribe")
    ours = [href for href in hrefs(page) if href.startswith("/feeds/")]
    advertised = page.findall(".//head/link[@rel='alternate'][@title]")
    assert {href.rpartition("/")[2] for href in ours} == {
        *(link.get("href").rpartition("/")[2] for link in advertised),
        "opml.xml",
    }
    assert {"/feeds/ar/rss.xml", "/feeds/ar/topics/lamps/atom.xml"} <= set(ours)
    for href in ours:
        await newsroom.get(href)
    assert "webcal://news.example.org/feeds/ar/anniversaries.ics" in hrefs(page)
