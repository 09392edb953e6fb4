"""Where one looks for a release: lists, archive, topics, search; and where engines look."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol

from aiohttp import hdrs, web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases.lists import EVERYTHING, Shelf
from bot.site.answers import ASK_AGAIN, SECURITY, Answer, Cache, coding_for
from bot.site.finding import Finding
from bot.site.lists import Lists
from bot.site.pages import FeedLink, NotThere, Pages, page_number
from bot.site.sitemap import Sitemap, written
from bot.site.source import NewsroomFeeds
from bot.store.database import Database
from feeds.caching import GZIP
from feeds.model import FeedKey
from feeds.routes import Handler, add_get

SEARCHES_AT_ONCE = 2
"""The others wait: looking for words is not to take the place of everything else."""

XML = "application/xml; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
AT_ONCE = 100
"""Addresses of a sitemap that are written at a time."""

Build = Callable[[AsyncConnection, Sequence[str], str], Awaitable[str | Answer]]
"""Makes a page of what is published, in one of the newsroom's languages."""


class Page(Protocol):
    """Answers with the page that ``build`` makes in the language of the request's path.

    It is kept under ``key`` until something changes, if ``keep``; its path ends in ``ends``.
    """

    async def __call__(
        self,
        request: web.Request,
        key: tuple[Any, ...],
        build: Build,
        ends: str = "",
        *,
        keep: bool = True,
    ) -> web.StreamResponse: ...


class Browsing:
    def __init__(
        self, database: Database, pages: Pages, source: NewsroomFeeds, cache: Cache, page: Page
    ) -> None:
        self._database = database
        self._pages = pages
        self._source = source
        self._cache = cache
        self._page = page
        self._lists = Lists(pages)
        self._finding = Finding(database, pages)
        self._sitemap = Sitemap(pages.addresses)
        self._turn = asyncio.Semaphore(SEARCHES_AT_ONCE)

    def add_routes(self, router: web.UrlDispatcher, guarded: Callable[[Handler], Handler]) -> None:
        """Add them to those of the site, whose failures are answered as ``guarded`` does."""
        for path, handler in (
            ("/robots.txt", self._robots),
            ("/sitemap.xml", self._index),
            (r"/sitemap-{part:pages|[1-9][0-9]{0,8}}.xml", self._part),
            ("/{language}", self._home),
            ("/{language}/", self._home),
            ("/{language}/topics/{topic}", self._topic),
            ("/{language}/archive", self._archive),
            (r"/{language}/archive/{year:[1-9][0-9]{0,3}}", self._year),
            ("/{language}/search", self._search),
        ):
            add_get(router, path, guarded(handler))

    async def _home(self, request: web.Request) -> web.StreamResponse:
        return await self._list(request, EVERYTHING, ends="/")

    async def _year(self, request: web.Request) -> web.StreamResponse:
        return await self._list(request, Shelf(year=int(request.match_info["year"])))

    async def _topic(self, request: web.Request) -> web.StreamResponse:
        return await self._list(request, Shelf(topic=request.match_info["topic"]))

    async def _list(self, request: web.Request, shelf: Shelf, ends: str = "") -> web.StreamResponse:
        number = page_number(request.query.get("page"))

        async def build(connection: AsyncConnection, languages: Sequence[str], tag: str) -> str:
            if number is None:
                raise NotThere(tag)
            feeds = await self._feeds_of(tag, shelf.topic) if shelf.topic else ()
            return await self._lists.page(connection, languages, tag, shelf, number, feeds)

        return await self._page(request, ("list", shelf, number), build, ends)

    async def _archive(self, request: web.Request) -> web.StreamResponse:
        return await self._page(request, ("archive",), self._lists.archive)

    async def _search(self, request: web.Request) -> web.StreamResponse:
        asked = request.query.get("q", "")
        number = page_number(request.query.get("page"))

        async def build(connection: AsyncConnection, languages: Sequence[str], tag: str) -> str:
            if number is None:
                raise NotThere(tag)
            return await self._finding.page(connection, languages, tag, asked, number)

        async with self._turn:
            return await self._page(request, ("search",), build, keep=False)

    async def _feeds_of(self, language: str, topic: str) -> Sequence[FeedLink]:
        """The feeds of a topic; none where all that is on it came as archive."""
        try:
            key = FeedKey(language, topic)
        except ValueError:
            raise NotThere(language) from None  # what comes in a path may be anything
        return self._pages.feeds(key) if key in await self._source.live_keys() else ()

    # --- for search engines ----------------------------------------------------------------------

    async def _robots(self, request: web.Request) -> web.StreamResponse:
        return Answer(self._sitemap.robots().encode(), PLAIN, ASK_AGAIN).to(request)

    async def _index(self, request: web.Request) -> web.StreamResponse:
        answer = self._cache.get("sitemap")
        if answer is None:
            generation = self._cache.generation
            async with self._database.read() as connection:
                languages = await self._pages.languages(connection)
                index = await self._sitemap.index(connection, languages)
            answer = Answer(index.encode(), XML, ASK_AGAIN)
            self._cache.put("sitemap", answer, generation)
        return answer.to(request)

    async def _part(self, request: web.Request) -> web.StreamResponse:
        part = request.match_info["part"]
        async with self._database.read() as connection:
            languages = await self._pages.languages(connection)
            if part == "pages":
                found = await self._sitemap.pages(connection, languages)
            else:
                found = await self._sitemap.part(connection, languages, int(part))
        if not found:
            raise NotThere
        return await _streamed(request, written(found))


async def _streamed(request: web.Request, pieces: Iterator[str]) -> web.StreamResponse:
    """200 to a GET or HEAD, written as it is made."""
    answer = web.StreamResponse(
        headers={
            hdrs.CONTENT_TYPE: XML,
            hdrs.CACHE_CONTROL: ASK_AGAIN,
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
            **SECURITY,
        }
    )
    if request.method == hdrs.METH_HEAD:
        return answer
    if coding_for(request, (GZIP,)) == GZIP:
        answer.enable_compression(web.ContentCoding.gzip)
    await answer.prepare(request)
    for some in _in_chunks(pieces):
        await answer.write(some)
    await answer.write_eof()
    return answer


def _in_chunks(pieces: Iterator[str]) -> Iterator[bytes]:
    while some := "".join(islice(pieces, AT_ONCE)):
        yield some.encode()
