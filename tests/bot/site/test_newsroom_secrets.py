"""Product rule: what is under embargo or not approved is in no response at all."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from lxml import html

from bot.releases.release import (
    Contact,
    Issuer,
    Moment,
    ObservanceSpec,
    RelatedDocument,
    Release,
    Variant,
)
from bot.releases.review import OPERATOR

SECRET = re.compile(
    rb"\w*(?:quixx|%D8%AE%D9%81)\w*|\xd8\xae\xd9\x81\xd9\x8a\xd9\x91", re.IGNORECASE
)
ARABIC_SECRET = "خفيّ"


def secret(slug: str, **changes: Any) -> Release:
    """A release every part of which has a word that must be found nowhere."""
    variants = {
        tag: Variant(
            language=tag,
            headline=f"{word} headline",
            subhead=f"{word} subhead",
            body=f"{word} body",
            occasion=f"{{ordinal}} {word} occasion",
        )
        for tag, word in (("en", f"Quixx{slug}"), ("ar", ARABIC_SECRET), ("de", f"Quixx{slug}"))
    }
    fields: dict[str, Any] = {
        "slug": f"quixx-{slug}",
        "original": "en",
        "date": date(2026, 6, 26),
        "topics": (f"quixx-{slug}",),
        "dateline": f"Quixx{slug}",
        "issuer": Issuer(names={"en": f"Quixx{slug} Office"}, address=f"Quixx{slug} Street"),
        "contact": Contact(name=f"Quixx{slug}", email="quixx@example.org"),
        "related": (RelatedDocument(text="Quixx", url="https://quixx.example.org/"),),
        "observance": ObservanceSpec(origin=date(1950, 7, 1)),
        "variants": variants,
    }
    return Release(**(fields | changes))


KINDS = ("txt", "docx", "ninjs.json", "sig.json")
FEEDS = ("rss.xml", "atom.xml", "feed.json", "calendar.ics")
FEEDS += ("archive/1/rss.xml", "archive/1/atom.xml", "archive/1/feed.json")
OF_THE_WORD = ("Date", "Content-Length", "Etag")
"""Headers in which a page differs by the word that was asked for alone."""
PAGES = ("", "calendar", "archive", "archive/2026", "archive/2027", "search?q=headline+body")


async def everything(newsroom: Any) -> dict[str, bytes]:
    """Every response that can be found by following links, and those to which none leads."""
    waiting = {
        *(
            "/",
            "/.well-known/polyherald-keys.json",
            "/healthz",
            "/readyz",
            "/metrics",
            "/feeds/opml.xml",
            "/nowhere",
            "/de/",
            "/en/x",
        ),
        *("/robots.txt", "/sitemap.xml", "/sitemap-pages.xml", "/sitemap-1.xml"),
        *(f"/{tag}/{page}" for tag in ("en", "fr", "ar", "de") for page in PAGES),
        *(f"/feeds/{tag}/{name}" for tag in ("en", "de", "ar") for name in FEEDS),
    }
    for tag in ("en", "fr", "ar", "de"):
        for slug in ("embargoed", "draft", "held", "queued"):
            waiting |= {
                f"/{tag}/releases/quixx-{slug}",
                *(f"/{tag}/releases/quixx-{slug}.{kind}" for kind in KINDS),
                f"/{tag}/subscribe/topics/quixx-{slug}/qr.svg",
                f"/{tag}/topics/quixx-{slug}",
                *(f"/feeds/{tag}/topics/quixx-{slug}/{name}" for name in FEEDS),
            }
    seen: dict[str, bytes] = {}
    base = newsroom.settings.base_url
    while waiting:
        path = waiting.pop()
        async with newsroom.client.get(path, allow_redirects=False) as answer:
            body = _unpacked(await answer.read())
            heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
            seen[path] = heads.encode() + b"\n" + body
            if answer.content_type == "text/html" and body:
                for _, _, href, _ in html.document_fromstring(body).iterlinks():
                    inner = href.removeprefix(base)
                    if inner.startswith("/") and not inner.startswith("//"):
                        waiting |= {inner} - seen.keys()
    return seen


def _unpacked(body: bytes) -> bytes:
    """A Word document as what is in it."""
    if not body.startswith(b"PK"):
        return body
    archive = zipfile.ZipFile(io.BytesIO(body))
    return b"\n".join(map(archive.read, archive.namelist()))


async def test_nothing_unpublished_is_in_any_response(
    newsroom: Any, make_release: Callable[..., Release]
) -> None:
    newsroom.site.telegram_link = "https://t.me/lamp_bot"
    later = Moment(at=newsroom.clock.now() + timedelta(days=1), zone="Europe/Paris")
    await newsroom.publish(
        make_release(
            observance=ObservanceSpec(origin=date(1946, 7, 4)),
            texts={"en": "{ordinal} year of the lamp", "fr": "{ordinal} année"},
        )
    )
    await newsroom.file(secret("embargoed", embargo=later, publish_at=later))
    await newsroom.desk.queue(OPERATOR, "quixx-embargoed")
    await newsroom.file(secret("queued"))
    await newsroom.desk.queue(OPERATOR, "quixx-queued", at=later)
    await newsroom.desk.hold(OPERATOR, "quixx-queued")
    await newsroom.file(secret("held"))
    await newsroom.desk.queue(OPERATOR, "quixx-held", at=later)
    await newsroom.file(secret("draft"), approve=False)
    # A translation that is not approved, of a release that is out, …
    published = make_release("out", texts={"en": "Out", "ar": ARABIC_SECRET})
    await newsroom.file(published, approve=False)
    await newsroom.desk.approve(OPERATOR, "out", ["en"])
    await newsroom.release(published)
    # … and a change to a published text, approved or not, that nobody has issued.
    for slug, approve in (("lamp", False), ("out", True)):
        changed = secret("draft").variants["en"]
        await newsroom.file(
            replace(
                make_release(slug, texts={"en": "x"}),
                variants={"en": changed},
                dateline="Quixx",
                issuer=Issuer(names={"en": "Quixx"}),
                observance=ObservanceSpec(origin=date(1946, 7, 4)) if slug == "lamp" else None,
            ),
            approve=approve,
        )
    await newsroom.site.refresh()

    responses = await everything(newsroom)
    assert b"year of the lamp" in responses["/en/"]
    assert b"4 July 2026" in responses["/en/calendar"]
    assert len(responses) > 40
    leaks = {
        path: SECRET.findall(body)
        for path, body in responses.items()
        if SECRET.search(body.replace(path.encode(), b""))
    }
    assert not leaks


@pytest.mark.either_database
async def test_who_searches_for_it_learns_nothing(newsroom: Any) -> None:
    """Its words are answered as words that nobody wrote are, whatever is guessed."""
    later = Moment(at=newsroom.clock.now() + timedelta(days=1), zone="Europe/Paris")
    await newsroom.file(secret("embargoed", embargo=later, publish_at=later))
    await newsroom.desk.queue(OPERATOR, "quixx-embargoed")
    await newsroom.site.refresh()

    async def told(path: str, word: str) -> tuple[int, dict[str, str], bytes]:
        async with newsroom.client.get(path.format(word), allow_redirects=False) as answer:
            body = (await answer.read()).replace(word.encode(), b"")
            heads = {n: v for n, v in answer.headers.items() if n not in OF_THE_WORD}
            return answer.status, heads, body

    for path in (
        "/en/search?q={}",
        "/de/search?q={}+body",
        "/en/releases/{}",
        "/en/releases/{}.txt",
        "/en/releases/{}.docx",
        "/en/releases/{}.ninjs.json",
        "/en/releases/{}.sig.json",
        "/en/topics/{}",
        "/feeds/en/topics/{}/rss.xml",
        "/feeds/en/topics/{}/archive/1/atom.xml",
        "/feeds/en/topics/{}/calendar.ics",
        "/en/subscribe/topics/{}/qr.svg",
    ):
        known, unknown = await told(path, "quixx-embargoed"), await told(path, "quixy-embarkoed")
        assert known == unknown, path


@pytest.mark.either_database
async def test_once_published_the_same_words_are_found(newsroom: Any) -> None:
    """The search itself works: it is not looking for what could never be there."""
    release = secret("draft")
    await newsroom.publish(release)
    found = {path for path, body in (await everything(newsroom)).items() if SECRET.search(body)}
    assert {
        *("/en/", "/ar/", "/de/", "/en/calendar", "/en/releases/quixx-draft", "/sitemap-1.xml"),
        *("/en/archive", "/de/archive/2026", "/en/topics/quixx-draft"),
        "/en/search?q=headline+body",
        *("/feeds/en/rss.xml", "/feeds/ar/atom.xml", "/feeds/opml.xml", "/en/subscribe"),
        *(f"/ar/releases/quixx-draft.{kind}" for kind in ("txt", "docx", "ninjs.json")),
    } <= found
