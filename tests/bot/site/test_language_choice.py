"""Whoever chooses a language by the switch finds the door leading there the next time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.releases.release import Release
from bot.settings import Settings
from bot.site.negotiation import choose

Make = Callable[..., Release]


async def door(newsroom: Any, **headers: str) -> str:
    async with newsroom.client.get("/", headers=headers, allow_redirects=False) as answer:
        assert answer.headers["Vary"] == "Accept-Language, Cookie"
        assert "Set-Cookie" not in answer.headers
        return str(answer.headers["Location"])


async def test_the_switch_is_remembered_and_nothing_else_is(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release())
    page = await newsroom.page("/en/releases/lamp?page=2&q=%C3%A9")
    (href,) = page.xpath("//nav[@class='tongues']//a[@hreflang='fr']/@href")
    assert href == "/fr/releases/lamp?language=fr"
    async with newsroom.client.get(href, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/fr/releases/lamp")
        assert answer.headers["Cache-Control"] == "no-store"
        kept, *about = answer.headers.getall("Set-Cookie")[0].split("; ")
    assert kept == "language=fr"
    assert set(about) == {"Max-Age=31536000", "Path=/", "SameSite=Lax", "Secure", "HttpOnly"}
    french = {"Cookie": "theme=dark; language=fr"}
    assert await door(newsroom, **french) == "/fr/"
    assert await door(newsroom, **french, **{"Accept-Language": "ar"}) == "/fr/"
    # Everything but the door answers as it does to anybody else, and leaves no cookie.
    for path in ("/en/", "/en/releases/lamp", "/en/search?q=lamp", "/feeds/en/rss.xml"):
        async with newsroom.client.get(path, headers=french) as answer:
            assert "Set-Cookie" not in answer.headers
            assert "Cookie" not in answer.headers["Vary"]
            assert "lamp" in await answer.text()
    assert 'lang="fr"' in await newsroom.get("/nowhere/at/all", 404, Cookie="language=fr")


async def test_what_no_switch_says_is_not_remembered(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release())
    for path, status in (
        ("/en/?language=fr", 200),
        ("/en/?language=", 200),
        ("/en/releases/lamp?language=%00", 200),
        ("/?language=fr", 302),
        ("/feeds/en/rss.xml?language=en", 200),
        ("/de/?language=de", 404),
    ):
        async with newsroom.client.get(path, allow_redirects=False) as answer:
            assert (path, answer.status) == (path, status)
            assert "Set-Cookie" not in answer.headers
    for cookie in ("language=de", "language=", "language=<script>", "language=\xff", ";;=;", "a"):
        assert await door(newsroom, Cookie=cookie) == "/en/"
    # Nothing is out in it: the door does not lead to an empty list.
    assert await door(newsroom, Cookie="language=zh-Hant") == "/en/"
    async with newsroom.client.get("/FR/?page=1&language=FR", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/FR/?page=1"
        assert answer.cookies["language"].value == "fr"


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_below_a_path_and_without_https(
    make_newsroom: Any, settings: Settings, make_release: Make
) -> None:
    below = settings.model_copy(update={"base_url": "http://example.org/press"})
    newsroom = make_newsroom(below)
    await newsroom.client.start_server()
    await newsroom.publish(make_release())
    async with newsroom.client.get("/ar/?language=ar", allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/press/ar/"
        cookie = answer.headers["Set-Cookie"]
    assert "Path=/press/" in cookie
    assert "Secure" not in cookie
    await newsroom.client.close()


@pytest.mark.parametrize(
    ("remembered", "accepted", "language"),
    [
        ("fr", "ar", "fr"),
        ("FR", "ar", "fr"),
        ("de", "ar", "ar"),
        ("", "", "en"),
        ("x" * 99, "fr", "fr"),
    ],
)
def test_what_was_chosen_stands_above_what_the_browser_says(
    remembered: str, accepted: str, language: str
) -> None:
    assert choose(accepted, ["en", "fr", "ar"], remembered) == language
