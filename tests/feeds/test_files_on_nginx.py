"""deploy/nginx-feeds.conf: the tree of files on a real nginx, beside the site that it is of."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import brotli
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from feeds.archives import Part
from feeds.memory import MemorySource
from feeds.model import Feed, FeedKey
from feeds.tree import Tree
from feeds.web import FeedSite
from tests.nginx.server import nginx
from tests.service.house import Page

ATOM = "/feeds/en/atom.xml"
TOPIC = "/feeds/en/topics/%D0%B7%D0%B2%D1%83%D0%BA/rss.xml"
PAST = "/feeds/en/archive/1/atom.xml"
DOCUMENTS = (ATOM, "/feeds/ar/rss.xml", "/feeds/en/feed.json", TOPIC, PAST, "/feeds/opml.xml")
TELLING = (
    "Content-Type",
    "Content-Encoding",
    "Last-Modified",
    "Cache-Control",
    "Vary",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Link",
)


@dataclass
class Both:
    """The same feeds from the site and from files."""

    http: aiohttp.ClientSession
    site: str
    files: str
    tree: Path

    async def ask(self, base: str, path: str, method: str = "GET", **headers: str) -> Page:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = self.http.request(method, base + path, headers=named, allow_redirects=False)
        async with request as answer:
            return Page(answer.status, answer.headers, await answer.read())

    async def get(self, path: str, method: str = "GET", **headers: str) -> Page:
        return await self.ask(self.files, path, method, **headers)


async def export(source: MemorySource, root: Path) -> FeedSite:
    """The site, its documents as files in ``root``."""
    site = FeedSite(source, "https://press.example.org", hubs=["https://hub.example.org/"])
    await site.refresh()
    tree = Tree(root)
    for key in site.feeds():
        async for path, page in site.documents(key):
            tree.put(path, page)
    opml = site.list_of_all()
    assert opml is not None
    tree.put(*opml)
    return site


@pytest.fixture
async def both(
    source: MemorySource, make_feed: Callable[..., Feed], tmp_path: Path
) -> AsyncIterator[Both]:
    source.put(FeedKey("en", "звук"), make_feed("en", id="tag:example.org,2024-01-01:feed/en/2"))
    source.put(FeedKey("en"), make_feed("en", previous=Part(1)))
    source.keep(FeedKey("en"), Part(1), make_feed("en"))
    source.retire(FeedKey("fr"))
    root = tmp_path / "tree"
    site = await export(source, root)
    Tree(root).retire("/feeds/de/atom.xml")
    app = web.Application()
    site.add_routes(app)
    async with (
        TestServer(app) as server,
        nginx(tmp_path / "nginx", server.port or 0, root, hubs=True) as files,
        aiohttp.ClientSession(
            auto_decompress=False, skip_auto_headers=["Accept-Encoding", "Accept"]
        ) as http,
    ):
        yield Both(http, str(server.make_url("")).rstrip("/"), files, root)


async def test_files_are_served_as_the_site_serves_them(both: Both) -> None:
    for path in DOCUMENTS:
        for coding in ("identity", "gzip", "br, gzip"):
            own = await both.ask(both.site, path, Accept_Encoding=coding)
            file = await both.get(path, Accept_Encoding=coding)
            assert (file.status, file.body) == (200, own.body), path
            for name in TELLING:
                assert file.headers.get(name) == own.headers.get(name), (path, coding, name)
            head = await both.get(path, "HEAD", Accept_Encoding=coding)
            assert (head.status, head.body) == (200, b"")
            assert head.headers["Content-Length"] == str(len(own.body))


async def test_each_coding_is_what_it_says_and_has_a_tag_of_its_own(both: Both) -> None:
    plain, packed, pressed = [
        await both.get(ATOM, Accept_Encoding=coding) for coding in ("identity", "gzip", "br")
    ]
    assert gzip.decompress(packed.body) == brotli.decompress(pressed.body) == plain.body
    tags = {page.headers["ETag"] for page in (plain, packed, pressed)}
    assert len(tags) == 3
    assert (await both.get(ATOM)).headers["ETag"] == plain.headers["ETag"]


@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
async def test_what_a_reader_has_is_not_sent_again(both: Both, coding: str) -> None:
    first = await both.get(ATOM, Accept_Encoding=coding)
    tag, moment = first.headers["ETag"], first.headers["Last-Modified"]
    for condition in ({"If_None_Match": f'"x", W/{tag}'}, {"If_Modified_Since": moment}):
        again = await both.get(ATOM, Accept_Encoding=coding, **condition)
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
        for name in ("Vary", "Cache-Control"):
            assert again.headers[name] == first.headers[name]
    other = await both.get(ATOM, Accept_Encoding=coding, If_None_Match='"x"')
    assert other.status == 200


async def test_a_change_of_the_same_length_in_the_same_second_has_another_tag(
    both: Both, make_feed: Callable[..., Feed], source: MemorySource
) -> None:
    before = await both.get(ATOM)
    words = make_feed("en").subtitle
    changed = make_feed("en", subtitle=words.swapcase(), previous=Part(1))
    source.put(FeedKey("en"), changed)
    await export(source, both.tree)
    after = await both.get(ATOM, If_None_Match=before.headers["ETag"])
    assert (after.status, len(after.body)) == (200, len(before.body))
    dated = await both.get(ATOM, If_Modified_Since=before.headers["Last-Modified"])
    assert dated.status == 200


async def test_a_mark_says_that_a_feed_will_not_come_back(both: Both) -> None:
    """Without the site, which has never heard of this one."""
    assert (await both.ask(both.site, "/feeds/de/atom.xml")).status == 404
    assert (await both.get("/feeds/de/atom.xml")).status == 410
    assert (await both.get("/feeds/de/atom.xml.gone")).status == 404


async def test_what_is_no_file_is_answered_as_the_site_answers_it(both: Both) -> None:
    assert (await both.get("/feeds/fr/atom.xml")).status == 410
    moved = await both.get("/feeds/EN/atom.xml")
    assert (moved.status, moved.headers["Location"]) == (301, "https://press.example.org" + ATOM)
    for path in ("/feeds/nowhere.xml", f"{ATOM}.gz", f"{ATOM}.br", "/feeds/", "/feeds/en"):
        assert (await both.get(path)).status == 404, path
    refused = await both.get(ATOM, "POST")
    assert (refused.status, set(refused.headers["Allow"].split(","))) == (405, {"GET", "HEAD"})
    asked = {"Origin": "https://reader.example", "Access_Control_Request_Method": "GET"}
    allowed = await both.get(ATOM, "OPTIONS", **asked)
    assert (allowed.status, allowed.headers["Access-Control-Allow-Origin"]) == (204, "*")
