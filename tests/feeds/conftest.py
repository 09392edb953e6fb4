"""A small newsroom in three languages, and what strict readers ask of its documents."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from jsonschema import Draft202012Validator
from lxml import etree

from feeds.memory import MemorySource
from feeds.model import Alternate, Feed, FeedKey, Item, Related, tag_id
from feeds.web import FeedSite

BASE = "https://news.example.org"
TITLES = {
    "en": "The harbour reopens",
    "ar": "إعادة افتتاح الميناء",
    "zh-Hans": "港口重新开放",
}


def page_url(language: str, slug: str) -> str:
    return f"{BASE}/{language}/releases/{slug}"


@pytest.fixture
def make_item() -> Callable[..., Item]:
    def make(language: str = "en", slug: str = "harbour", **changes: Any) -> Item:
        fields: dict[str, Any] = {
            "id": tag_id("example.org", date(2024, 1, 1), f"release/{slug}/{language}"),
            "url": page_url(language, slug),
            "title": TITLES[language],
            "language": language,
            "published": datetime(2026, 6, 26, 14, 0, 0, tzinfo=UTC),
            "updated": datetime(2026, 6, 26, 14, 0, 0, tzinfo=UTC),
            "content_html": f'<p>{TITLES[language]} &amp; more. <a href="{BASE}/x">x</a></p>',
            "summary": "Ships < 200 m & their crews",
            "author": "Harbour Office",
            "categories": ("harbour", "trade"),
            "alternates": tuple(
                Alternate(page_url(other, slug), "text/html", other, TITLES[other])
                for other in TITLES
                if other != language
            ),
            "related": (Related("https://docs.example.org/A/1", "Report A/1–S/2"),),
        }
        return Item(**(fields | changes))

    return make


@pytest.fixture
def make_feed(make_item: Callable[..., Item]) -> Callable[..., Feed]:
    def make(language: str = "en", **changes: Any) -> Feed:
        fields: dict[str, Any] = {
            "id": tag_id("example.org", date(2024, 1, 1), f"feed/{language}"),
            "title": f"Harbour Office ({language})",
            "subtitle": "News of the harbour",
            "language": language,
            "home_url": f"{BASE}/{language}/",
            "updated": datetime(2026, 6, 26, 14, 0, 0, tzinfo=UTC),
            "author": "Harbour Office",
            "items": (make_item(language),),
        }
        return Feed(**(fields | changes))

    return make


@pytest.fixture
def source(make_feed: Callable[..., Feed]) -> MemorySource:
    """Feeds in three languages, one of them also on a topic."""
    source = MemorySource()
    for language in TITLES:
        source.put(FeedKey(language), make_feed(language))
    topic_id = tag_id("example.org", date(2024, 1, 1), "feed/en/harbour")
    source.put(FeedKey("en", "harbour"), make_feed("en", id=topic_id))
    return source


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[FeedSite], Any]]:
    """Starts a server for a site; its client neither asks for codings nor undoes them."""
    clients: list[TestClient[Any, Any]] = []

    async def start(site: FeedSite) -> TestClient[Any, Any]:
        app = web.Application()
        site.add_routes(app)
        client = TestClient(
            TestServer(app), auto_decompress=False, skip_auto_headers=["Accept-Encoding"]
        )
        await client.start_server()
        clients.append(client)
        return client

    yield start
    for client in clients:
        await client.close()


@pytest.fixture
async def client(source: MemorySource, serve: Callable[[FeedSite], Any]) -> TestClient[Any, Any]:
    site = FeedSite(source, BASE)
    await site.refresh()
    served: TestClient[Any, Any] = await serve(site)
    return served


def xml_checker(schema: str) -> Callable[[bytes], Any]:
    """Parses a document; fails where the schema, a file beside this one, does not allow it."""
    grammar = etree.RelaxNG(etree.parse(Path(__file__).with_name(schema)))

    def check(document: bytes) -> Any:
        root = etree.fromstring(document)
        grammar.assertValid(root)
        return root

    return check


def json_checker() -> Callable[[bytes], Any]:
    """Reads a document; fails where JSON Feed 1.1 does not allow it."""
    schema = json.loads(Path(__file__).with_name("jsonfeed.schema.json").read_bytes())
    validator = Draft202012Validator(schema)

    def check(document: bytes) -> Any:
        said = json.loads(document)
        validator.validate(said)
        ids = [item["id"] for item in said["items"]]
        assert len(ids) == len(set(ids))
        assert said.get("next_url") != said["feed_url"]
        return said

    return check


@pytest.fixture(scope="session")
def valid_atom() -> Callable[[bytes], Any]:
    """The parsed document; fails where it is not what RFC 4287 allows."""
    return xml_checker("atom.rng")


@pytest.fixture(scope="session")
def valid_rss() -> Callable[[bytes], Any]:
    """The parsed document; fails where it is not what RSS 2.0 allows."""
    return xml_checker("rss.rng")


@pytest.fixture(scope="session")
def valid_json() -> Callable[[bytes], Any]:
    """The document read; fails where it is not what JSON Feed 1.1 allows."""
    return json_checker()
