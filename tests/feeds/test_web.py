"""feeds.md 1–7 over real HTTP, and what a site does while its source changes or fails."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import brotli
import feedparser
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from lxml import etree

from feeds.archives import Part
from feeds.memory import MemorySource
from feeds.model import Feed, FeedKey, Item, tag_id
from feeds.source import Listed, RetiredFeed, UnknownFeed
from feeds.web import FeedSite

BASE = "https://news.example.org"
FEEDS = ["/feeds/en/atom.xml", "/feeds/en/rss.xml", "/feeds/en/topics/harbour/rss.xml"]
JSON_FEED = "/feeds/en/feed.json"
DOCUMENTS = [*FEEDS, JSON_FEED, "/feeds/opml.xml"]
Client = TestClient[Any, Any]
NEWEST = "Fri, 26 Jun 2026 14:00:00 GMT"

every_document = pytest.mark.parametrize("path", DOCUMENTS)


async def documents(site: FeedSite) -> dict[str, bytes]:
    """Every document of every feed, archives among them, and the list of all."""
    opml = site.list_of_all()
    found = {opml[0]: opml[1].body} if opml else {}
    for key in site.feeds():
        found |= {path: page.body async for path, page in site.documents(key)}
    return found


class FailingSource(MemorySource):
    """Answers until told to fail: altogether, or for some keys only."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.broken: set[FeedKey] = set()

    async def listing(self) -> Sequence[Listed]:
        if self.down:
            raise ConnectionError("the database is away")
        return await super().listing()

    async def feed(self, key: FeedKey) -> Feed:
        if key in self.broken:
            raise ConnectionError("the database went away")
        return await super().feed(key)


@every_document
async def test_01_validators_are_strong_stable_and_dated_by_the_newest_change(
    client: Client, path: str
) -> None:
    one, other = await client.get(path), await client.get(path)
    assert one.status == 200
    assert one.headers["ETag"] == other.headers["ETag"]
    assert one.headers["ETag"][0] == one.headers["ETag"][-1] == '"'
    assert one.headers["Last-Modified"] == NEWEST
    assert await one.read() == await other.read()


@every_document
async def test_01_validators_differ_between_codings(client: Client, path: str) -> None:
    plain = await client.get(path)
    packed = await client.get(path, headers={"Accept-Encoding": "gzip"})
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert gzip.decompress(await packed.read()) == await plain.read()


@every_document
@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
async def test_02_what_the_reader_has_is_not_sent_again(
    client: Client, path: str, coding: str, form: str
) -> None:
    accept = {"Accept-Encoding": coding}
    first = await client.get(path, headers=accept)
    tags = form.format(first.headers["ETag"])
    # An old date: the tag must beat it.
    since = {"If-None-Match": tags, "If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}
    for method in ("GET", "HEAD"):
        again = await client.request(method, path, headers=accept | since)
        assert again.status == 304
        assert await again.read() == b""
        for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert again.headers.getall(name) == first.headers.getall(name)
        assert "Content-Length" not in again.headers
        assert "Content-Type" not in again.headers


async def test_02_the_tag_of_another_coding_is_another_tag(client: Client) -> None:
    plain = await client.get(FEEDS[0])
    headers = {"Accept-Encoding": "gzip", "If-None-Match": plain.headers["ETag"]}
    assert (await client.get(FEEDS[0], headers=headers)).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("If-None-Match", '"other"')], 200),
        ([("If-None-Match", '"other"'), ("If-Modified-Since", NEWEST)], 200),
        ([("If-Modified-Since", NEWEST)], 304),
        ([("If-Modified-Since", "Fri, 26 Jun 2026 13:59:59 GMT")], 200),
        ([("If-Modified-Since", "tomorrow")], 200),
        ([("If-None-Match", '"a"'), ("If-None-Match", "{etag}")], 304),
        ([("If-None-Match", "{etag}"), ("If-None-Match", '"a"')], 304),
    ],
)
async def test_02_conditions(client: Client, headers: list[tuple[str, str]], status: int) -> None:
    etag = (await client.get(FEEDS[0])).headers["ETag"]
    asked = [(name, value.format(etag=etag)) for name, value in headers]
    assert (await client.get(FEEDS[0], headers=asked)).status == status


@every_document
async def test_03_head_has_the_headers_of_get(client: Client, path: str) -> None:
    for accept in ({}, {"Accept-Encoding": "gzip"}):
        get, head = await client.get(path, headers=accept), await client.head(path, headers=accept)
        assert head.status == 200
        assert await head.read() == b""
        assert dict(head.headers) | {"Date": ""} == dict(get.headers) | {"Date": ""}
        assert int(head.headers["Content-Length"]) == len(await get.read())


@every_document
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_03_other_methods_are_told_what_is_allowed(
    client: Client, path: str, method: str
) -> None:
    answer = await client.request(method, path)
    assert answer.status == 405
    assert set(answer.headers["Allow"].replace(" ", "").split(",")) == {"GET", "HEAD"}


async def test_03_and_07_a_browser_may_ask_whether_a_reader_may_send_validators(
    client: Client,
) -> None:
    asks = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    answer = await client.options(FEEDS[0], headers=asks)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] == "*"
    assert set(answer.headers["Access-Control-Allow-Methods"].split(", ")) == {"GET", "HEAD"}
    read = await client.get(FEEDS[0])
    assert "ETag" in read.headers["Access-Control-Expose-Headers"].split(", ")


@every_document
@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        (None, None),
        ("gzip", "gzip"),
        ("gzip;q=0", None),
        ("br", "br"),
        ("gzip, br;q=0", "gzip"),
        ("zstd", None),
        ("*;q=0.1", "br"),
    ],
)
async def test_04_packed_only_when_accepted_and_vary_always(
    client: Client, path: str, accept: str | None, coding: str | None
) -> None:
    answer = await client.get(path, headers={"Accept-Encoding": accept} if accept else {})
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
    body = await answer.read()
    packed = {None: bytes, "gzip": gzip.decompress, "br": brotli.decompress}
    assert packed[coding](body) == await (await client.get(path)).read()


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/feeds/en/rss.xml", "application/rss+xml"),
        ("/feeds/en/atom.xml", "application/atom+xml"),
        ("/feeds/en/feed.json", "application/feed+json"),
        ("/feeds/opml.xml", "text/x-opml; charset=utf-8"),
    ],
)
async def test_05_media_types(client: Client, path: str, media_type: str) -> None:
    assert (await client.get(path)).headers["Content-Type"] == media_type


async def test_06_before_the_first_refresh_readers_come_back_later(
    source: MemorySource, serve: Callable[[FeedSite], Any]
) -> None:
    site = FeedSite(source, BASE)
    client = await serve(site)
    for path in DOCUMENTS:
        answer = await client.get(path)
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "max-age" not in answer.headers["Cache-Control"]
    await site.refresh()
    assert [(await client.get(path)).status for path in DOCUMENTS] == [200] * len(DOCUMENTS)


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/de/rss.xml",
        "/feeds/en/topics/nothing/rss.xml",
        "/feeds/ar/topics/harbour/atom.xml",
        "/feeds/xx-nonsense/rss.xml",
        "/feeds/%00/rss.xml",
        "/feeds/en/topics/..%2F..%2Fen/rss.xml",
        "/feeds/en/other.xml",
        "/feeds/en/",
    ],
)
async def test_06_an_unknown_feed_is_not_found(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.status == 404


async def test_06_a_retired_feed_is_gone(
    source: MemorySource, serve: Callable[[FeedSite], Any]
) -> None:
    site = FeedSite(source, BASE)
    await site.refresh()
    source.retire(FeedKey("ar"))
    await site.refresh()
    client = await serve(site)
    assert (await client.get("/feeds/ar/rss.xml")).status == 410
    assert (await client.get("/feeds/ar/atom.xml")).status == 410
    english = await (await client.get("/feeds/en/atom.xml")).text()
    assert "/feeds/ar/" not in english
    assert "/feeds/ar/" not in await (await client.get("/feeds/opml.xml")).text()


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/feeds/EN/rss.xml", "/feeds/en/rss.xml"),
        ("/feeds/zh_Hans/atom.xml", "/feeds/zh-Hans/atom.xml"),
        ("/feeds/ZH-hans/atom.xml", "/feeds/zh-Hans/atom.xml"),
        ("/feeds/EN/topics/harbour/rss.xml", "/feeds/en/topics/harbour/rss.xml"),
    ],
)
async def test_06_another_spelling_of_a_language_moves_to_the_proper_one(
    client: Client, path: str, target: str
) -> None:
    answer = await client.get(path, allow_redirects=False)
    assert answer.status == 301
    assert answer.headers["Location"] == BASE + target
    assert (await client.get(target)).status == 200


@pytest.mark.parametrize("path", [*DOCUMENTS, "/feeds/de/rss.xml", "/feeds/EN/rss.xml"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_04_and_07_every_answer_may_be_read_by_web_pages_and_says_what_it_varies_by(
    client: Client, path: str, method: str
) -> None:
    headers = {"Origin": "https://a.example"}
    answer = await client.request(method, path, allow_redirects=False, headers=headers)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers


async def test_14_hub_and_self_are_in_link_headers_and_in_every_feed(
    source: MemorySource, serve: Callable[[FeedSite], Any]
) -> None:
    hubs = ("https://hub.example.org/", "https://push.example.net/hub")
    site = FeedSite(source, BASE, hubs=hubs)
    await site.refresh()
    client = await serve(site)
    for path in [*FEEDS, JSON_FEED]:
        answer = await client.get(path)
        named = [f'<{hub}>; rel="hub"' for hub in hubs]
        assert answer.headers["Link"] == ", ".join([*named, f'<{BASE}{path}>; rel="self"'])
        body = await answer.read()
        if path == JSON_FEED:
            assert json.loads(body)["hubs"] == [{"type": "WebSub", "url": hub} for hub in hubs]
        else:
            said = [ln.href for ln in feedparser.parse(body).feed.links if ln.rel == "hub"]
            assert said == list(hubs)


async def test_14_without_a_hub_none_is_named(client: Client) -> None:
    answer = await client.get(FEEDS[0])
    assert "Link" not in answer.headers
    assert b'rel="hub"' not in await answer.read()


async def test_09_self_and_sisters_are_the_addresses_that_are_served(client: Client) -> None:
    for path in FEEDS:
        parsed = feedparser.parse(await (await client.get(path)).read())
        links = parsed.feed.links
        assert [link.href for link in links if link.rel == "self"] == [BASE + path]
        sisters = [ln for ln in links if ln.rel == "alternate" and ln.type != "text/html"]
        assert len(sisters) == (2 if "topics" in path else 8)
        for sister in sisters:
            answer = await client.get(sister.href.removeprefix(BASE))
            assert answer.headers["Content-Type"] == sister.type
            if sister.href.endswith(".json"):
                said = json.loads(await answer.read())
                assert (said["language"], said["feed_url"]) == (sister.hreflang, sister.href)
            else:
                assert feedparser.parse(await answer.read()).feed.language == sister.hreflang


async def test_a_host_may_mount_the_feeds_in_another_application(source: MemorySource) -> None:
    site = FeedSite(source, f"{BASE}/press")
    await site.refresh()
    inner, outer = web.Application(), web.Application()
    site.add_routes(inner)
    outer.add_subapp("/press", inner)
    async with TestClient(TestServer(outer)) as client:
        assert (await client.get("/press/feeds/en/rss.xml")).status == 200
        assert (await client.get("/press/feeds/de/rss.xml")).status == 404
        assert (await client.get("/feeds/en/rss.xml")).status == 404


# --- what is made when somebody asks --------------------------------------------------------------

TOPIC = "/feeds/en/topics/harbour/atom.xml"
PART = "/feeds/en/archive/1/atom.xml"


class Counting(MemorySource):
    """Notes what it was asked for; says ``refusal`` instead, once there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[FeedKey, Part | None]] = []
        self.refusal: Exception | None = None

    async def feed(self, key: FeedKey) -> Feed:
        self.asked.append((key, None))
        if self.refusal is not None:
            raise self.refusal
        await asyncio.sleep(0)
        return await super().feed(key)

    async def part(self, key: FeedKey, part: Part) -> Feed:
        found = await super().part(key, part)
        self.asked.append((key, part))
        return found


@pytest.fixture
def archived(make_feed: Callable[..., Feed], make_item: Callable[..., Item]) -> Counting:
    """A feed with a full part of its archive and two entries of the next, and one on a topic."""
    source = Counting()
    tail = Part(2, 2)
    source.put(FeedKey("en"), make_feed(previous=tail))
    old = make_feed(items=(make_item(slug="old"),), following=Part(2))
    source.keep(FeedKey("en"), Part(1), old)
    source.keep(FeedKey("en"), tail, make_feed(previous=Part(1)))
    identity = tag_id("example.org", date(2024, 1, 1), "feed/en/harbour")
    source.put(FeedKey("en", "harbour"), make_feed(id=identity))
    return source


async def test_13_parts_of_an_archive_are_served_by_the_same_rules(
    archived: Counting, serve: Callable[[FeedSite], Any]
) -> None:
    site = FeedSite(archived, BASE, hubs=["https://hub.example.org/"])
    await site.refresh()
    client = await serve(site)
    first = await client.get(PART, headers={"Accept-Encoding": "br"})
    assert first.status == 200
    assert first.headers["Content-Encoding"] == "br"
    assert first.headers["Last-Modified"] == NEWEST
    assert first.headers["Cache-Control"] == "public, max-age=86400"
    assert "Link" not in first.headers  # a hub has nothing to say of what never changes
    root = etree.fromstring(brotli.decompress(await first.read()))
    links = {ln.get("rel"): ln.get("href") for ln in root.iterfind("{*}link")}
    assert links["self"] == BASE + PART
    assert links["current"] == f"{BASE}/feeds/en/atom.xml"
    assert links["next-archive"] == f"{BASE}/feeds/en/archive/2/atom.xml"
    assert "prev-archive" not in links
    assert "hub" not in links
    assert root.find("{http://purl.org/syndication/history/1.0}archive") is not None
    has = {"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]}
    assert (await client.get(PART, headers=has)).status == 304
    head = await client.head(PART, headers={"Accept-Encoding": "br"})
    assert dict(head.headers) | {"Date": ""} == dict(first.headers) | {"Date": ""}
    assert archived.asked.count((FeedKey("en"), Part(1))) == 1
    open_yet = await client.get("/feeds/en/archive/2/rss.xml", allow_redirects=False)
    assert open_yet.status == 307
    assert open_yet.headers["Location"] == f"{BASE}/feeds/en/rss.xml"
    tail = json.loads(await (await client.get("/feeds/en/archive/2-2/feed.json")).read())
    assert tail["next_url"] == f"{BASE}/feeds/en/archive/1/feed.json"
    current = json.loads(await (await client.get(JSON_FEED)).read())
    assert current["next_url"] == tail["feed_url"] == f"{BASE}/feeds/en/archive/2-2/feed.json"
    assert (await client.get("/feeds/en/archive/9/atom.xml")).status == 404


async def test_many_who_ask_at_once_have_a_document_made_once(
    archived: Counting, serve: Callable[[FeedSite], Any]
) -> None:
    site = FeedSite(archived, BASE)
    await site.refresh()
    client = await serve(site)
    assert (FeedKey("en", "harbour"), None) not in archived.asked
    answers = await asyncio.gather(*(client.get(TOPIC) for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    assert archived.asked.count((FeedKey("en", "harbour"), None)) == 1


async def test_what_was_asked_for_lately_is_renewed_before_anybody_asks_again(
    archived: Counting, serve: Callable[[FeedSite], Any], make_feed: Callable[..., Feed]
) -> None:
    site = FeedSite(archived, BASE)
    await site.refresh()
    client = await serve(site)
    before = await client.get(TOPIC)
    await client.get(PART)
    old = await archived.feed(FeedKey("en", "harbour"))
    archived.put(FeedKey("en", "harbour"), replace(old, title="Renamed"))
    rebuilt = await site.refresh()
    assert f"{BASE}{TOPIC}" in rebuilt.changed
    archived.asked.clear()
    after = await client.get(TOPIC, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status == 200
    assert b"Renamed" in await after.read()
    assert (await client.get(PART)).status == 200
    assert archived.asked == []
    # A text was taken out of the archive: what was kept of it is not served once more.
    archived.keep(FeedKey("en"), Part(1), make_feed(title="Less"))
    await site.refresh()
    assert b"Less" in await (await client.get(PART)).read()
    archived.retire(FeedKey("en", "harbour"))
    await site.refresh()
    assert (await client.get(TOPIC)).status == 410


async def test_the_shelf_holds_no_more_than_there_is_room_for(
    archived: Counting, serve: Callable[[FeedSite], Any], make_feed: Callable[..., Feed]
) -> None:
    for number in range(2, 12):
        archived.keep(FeedKey("en"), Part(number), make_feed())
    site = FeedSite(archived, BASE, shelf=12_000)
    await site.refresh()
    client = await serve(site)
    for _ in range(2):
        for number in range(1, 12):
            assert (await client.get(f"/feeds/en/archive/{number}/atom.xml")).status == 200
        assert (await client.get("/feeds/en/archive/11/atom.xml")).status == 200
    made = [part.number for _, part in archived.asked if part]
    assert made.count(11) == 2
    assert made.count(1) == 2


async def test_06_what_cannot_be_made_says_why(
    archived: Counting, serve: Callable[[FeedSite], Any], caplog: pytest.LogCaptureFixture
) -> None:
    site = FeedSite(archived, BASE)
    await site.refresh()
    client = await serve(site)
    key = FeedKey("en", "harbour")
    for archived.refusal, status in (
        (RetiredFeed(key), 410),
        (UnknownFeed(key), 404),
        (ConnectionError("the database is away"), 503),
    ):
        answer = await client.get(TOPIC)
        assert answer.status == status
        assert ("Retry-After" in answer.headers) is (status == 503)
        assert "the database" not in await answer.text()
    assert "the database is away" in caplog.text
    archived.refusal = None
    assert (await client.get(TOPIC)).status == 200


async def test_opml_leads_to_every_feed(client: Client) -> None:
    document = etree.fromstring(await (await client.get("/feeds/opml.xml")).read())
    urls = [outline.get("xmlUrl") for outline in document.iter("outline")]
    assert len(urls) == len(set(urls)) == 4
    for url in urls:
        answer = await client.get(url.removeprefix(BASE))
        assert not feedparser.parse(await answer.read()).bozo


async def test_a_topic_in_any_script_has_a_working_address(
    make_feed: Callable[..., Feed], serve: Callable[[FeedSite], Any]
) -> None:
    source = MemorySource()
    source.put(FeedKey("en", "гавань!+&=~"), make_feed())
    site = FeedSite(source, BASE + "/newsroom/")
    await site.refresh()
    client = await serve(site)
    document = etree.fromstring(await (await client.get("/feeds/opml.xml")).read())
    url = document.find(".//outline").get("xmlUrl")
    assert url.startswith(f"{BASE}/newsroom/feeds/en/topics/")
    answer = await client.get(url.removeprefix(BASE + "/newsroom"))
    assert answer.status == 200
    assert url in [link.href for link in feedparser.parse(await answer.read()).feed.links]


async def test_10_a_correction_changes_bytes_tag_and_date_and_nothing_else(
    source: MemorySource, make_item: Callable[..., Item], serve: Callable[[FeedSite], Any]
) -> None:
    site = FeedSite(source, BASE)
    await site.refresh()
    client = await serve(site)
    before = await client.get("/feeds/en/atom.xml")
    sister = await client.get("/feeds/ar/atom.xml")
    corrected = make_item(title="It reopens", updated=datetime(2026, 7, 1, 9, 0, tzinfo=UTC))
    source.put(FeedKey("en"), replace(await source.feed(FeedKey("en")), items=(corrected,)))
    await site.refresh()
    had = {"If-None-Match": before.headers["ETag"]}
    after = await client.get("/feeds/en/atom.xml", headers=had)
    assert after.status == 200
    assert after.headers["Last-Modified"] == "Wed, 01 Jul 2026 09:00:00 GMT"
    old, new = [feedparser.parse(await a.read()).entries[0] for a in (before, after)]
    assert (old.id, old.published) == (new.id, new.published)
    assert old.updated_parsed < new.updated_parsed
    untouched = {"If-None-Match": sister.headers["ETag"]}
    assert (await client.get("/feeds/ar/atom.xml", headers=untouched)).status == 304


async def test_what_did_not_change_is_not_written_again(
    source: MemorySource, make_item: Callable[..., Item]
) -> None:
    site = FeedSite(source, BASE)
    await site.refresh()
    before = await documents(site)
    item = make_item(title="It reopens", updated=datetime(2026, 7, 1, 9, 0, tzinfo=UTC))
    source.put(FeedKey("en"), replace(await source.feed(FeedKey("en")), items=(item,)))
    rebuilt = await site.refresh()
    after = await documents(site)
    rewritten = {path for path in after if after[path] != before[path]}
    feeds = {"/feeds/en/atom.xml", "/feeds/en/rss.xml", JSON_FEED}
    assert rewritten == {*feeds, "/feeds/opml.xml"}
    assert set(rebuilt.changed) == {BASE + path for path in feeds}
    assert (await site.refresh()).changed == ()


async def test_a_new_language_appears_in_its_sisters(
    source: MemorySource, make_feed: Callable[..., Feed], make_item: Callable[..., Item]
) -> None:
    site = FeedSite(source, BASE)
    await site.refresh()
    identity = tag_id("example.org", date(2024, 1, 1), "feed/fr")
    source.put(FeedKey("fr"), replace(make_feed(), id=identity, language="fr", items=()))
    await site.refresh()
    assert b"/feeds/fr/atom.xml" in (await documents(site))["/feeds/ar/rss.xml"]


async def test_a_source_that_is_away_leaves_what_was_served(
    make_feed: Callable[..., Feed], serve: Callable[[FeedSite], Any]
) -> None:
    source = FailingSource()
    source.put(FeedKey("en"), make_feed())
    site = FeedSite(source, BASE)
    client = await serve(site)
    source.down = True
    with pytest.raises(ConnectionError):
        await site.refresh()
    assert (await client.get("/feeds/en/rss.xml")).status == 503
    source.down = False
    await site.refresh()
    before = await documents(site)
    source.down = True
    with pytest.raises(ConnectionError):
        await site.refresh()
    assert await documents(site) == before
    assert (await client.get("/feeds/en/rss.xml")).status == 200


async def test_one_feed_that_fails_holds_up_no_other_and_is_reported(
    make_feed: Callable[..., Feed], serve: Callable[[FeedSite], Any]
) -> None:
    source = FailingSource()
    source.put(FeedKey("en"), make_feed("en"))
    source.put(FeedKey("ar"), make_feed("ar"))
    source.broken = {FeedKey("ar")}
    site = FeedSite(source, BASE)
    client = await serve(site)
    rebuilt = await site.refresh()
    assert [str(error) for error in rebuilt.failures] == ["the database went away"]
    assert {url.split("/")[4] for url in rebuilt.changed} == {"en"}
    assert (await client.get("/feeds/en/rss.xml")).status == 200
    absent = await client.get("/feeds/ar/rss.xml")
    assert (absent.status, "Retry-After" in absent.headers) == (503, True)

    source.broken = set()
    await site.refresh()
    arabic = await (await client.get("/feeds/ar/rss.xml")).read()
    source.broken = {FeedKey("ar")}
    source.put(FeedKey("en"), make_feed("en", title="Renamed"))
    rebuilt = await site.refresh()
    assert len(rebuilt.failures) == 1
    assert f"{BASE}/feeds/en/rss.xml" in rebuilt.changed
    assert b"Renamed" in await (await client.get("/feeds/en/rss.xml")).read()
    answer = await client.get("/feeds/ar/rss.xml")
    assert answer.status == 200
    assert feedparser.parse(await answer.read()).entries == feedparser.parse(arabic).entries


async def test_a_feed_removed_while_the_site_refreshes_is_just_not_there(
    make_feed: Callable[..., Feed], serve: Callable[[FeedSite], Any]
) -> None:
    class Shrinking(MemorySource):
        async def listing(self) -> Sequence[Listed]:
            (english,) = await super().listing()
            return english, replace(english, key=FeedKey("fr"))

    source = Shrinking()
    source.put(FeedKey("en"), make_feed())
    site = FeedSite(source, BASE)
    await site.refresh()
    client = await serve(site)
    assert (await client.get("/feeds/fr/rss.xml")).status == 404
    assert (await client.get("/feeds/en/rss.xml")).status == 200


async def test_an_empty_newsroom_is_not_an_empty_200(serve: Callable[[FeedSite], Any]) -> None:
    site = FeedSite(MemorySource(), BASE)
    await site.refresh()
    client = await serve(site)
    assert (await client.get("/feeds/opml.xml")).status == 503
    assert (await client.get("/feeds/en/rss.xml")).status == 404


async def test_the_age_readers_may_keep_a_feed_is_the_hosts_to_say(
    source: MemorySource, serve: Callable[[FeedSite], Any]
) -> None:
    site = FeedSite(source, BASE, max_age=60)
    await site.refresh()
    client = await serve(site)
    answer = await client.get("/feeds/en/rss.xml")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
