"""The feeds of a source over HTTP: documents kept in memory, rebuilt when they changed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn
from urllib.parse import quote, unquote

from aiohttp import hdrs, web

from feeds.caching import represent
from feeds.documents import FEEDS_PATH, documents_below, documents_of, feed_path, sisters
from feeds.model import Feed, FeedKey
from feeds.place import Place
from feeds.routes import Below
from feeds.serving import PUBLIC, Page
from feeds.source import FeedSource, RetiredFeed, UnknownFeed
from translations.locales import canonical

OPML = "opml.xml"
_WANTED = re.compile(r"(?P<language>[^/]+)/(?:topics/(?P<topic>[^/]+)/)?(?P<document>[^/]+)")
RETRY_AFTER = 30
"""Seconds after which a reader may ask again for what is not there yet."""


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """Everything the site knows between two refreshes; paths are those
    below ``/feeds/``, decoded.

    ``written`` are the feeds as their documents say them, ``read`` as the source gave them.
    ``waiting`` are documents that exist and could not be had so far.
    """

    read: Mapping[FeedKey, Feed] = field(default_factory=dict)
    written: Mapping[FeedKey, Feed] = field(default_factory=dict)
    pages: Mapping[str, Page] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What a refresh did.

    ``changed`` are the addresses of the feeds and calendars whose bytes are others than before
    (the first time: of all), which is what hubs are to be told. ``failures`` are why some feeds
    could not be had; they stay as they were.
    """

    changed: tuple[str, ...]
    failures: tuple[Exception, ...] = ()


class FeedSite:
    """Serves what ``source`` says below ``base_url``, the public address.

    ``max_age`` is how many seconds readers may wait before they ask again. ``hubs`` are the
    addresses of WebSub hubs that push what changes.
    """

    def __init__(
        self,
        source: FeedSource,
        base_url: str,
        max_age: int = 300,
        hubs: Sequence[str] = (),
    ) -> None:
        self._source = source
        self._base_url = base_url.rstrip("/")
        self._max_age = max_age
        self._hubs = tuple(hubs)
        self._refreshing = asyncio.Lock()
        self._known: _Answers | None = None
        self._pages: Mapping[str, Page] = {}
        self._served: Mapping[str, str] = {}

    def add_routes(self, app: web.Application) -> None:
        """Everything below ``/feeds/``, for GET and HEAD."""
        resource = Below(FEEDS_PATH)
        app.router.register_resource(resource)
        for method in (hdrs.METH_GET, hdrs.METH_HEAD):
            resource.add_route(method, self._get)

    def documents(self) -> Mapping[str, bytes]:
        """Every document as it is served now, by its path."""
        return {FEEDS_PATH + path: page.body for path, page in self._pages.items()}

    def served(self) -> Mapping[str, str]:
        """The address of every feed and calendar, with the entity tag of its plain bytes.

        The same mapping as long as nothing was rebuilt.
        """
        return self._served

    async def refresh(self) -> Rebuilt:
        """Ask the source and rebuild what changed; call it when the host's data did.

        A feed that cannot be had keeps its last document while the others are renewed. When even
        the list of feeds cannot be had, that error is raised and everything stays as it is.
        """
        async with self._refreshing:
            before = self._known or _Answers()
            feeds: dict[FeedKey, Feed] = {}
            retired: list[FeedKey] = []
            waiting: list[FeedKey] = []
            failures: list[Exception] = []
            for key in await self._source.keys():
                try:
                    feeds[key] = await self._source.feed(key)
                except RetiredFeed:
                    retired.append(key)
                except UnknownFeed:
                    continue  # removed since the list was made
                except Exception as error:  # noqa: BLE001 – told to the caller
                    failures.append(error)
                    if key in before.read:
                        feeds[key] = before.read[key]
                    else:
                        waiting.append(key)
            written, pages = await self._write(feeds, before)
            self._known = _Answers(
                read=feeds,
                written=written,
                pages=pages,
                retired=_paths(retired),
                waiting=_paths(waiting),
            )
            self._pages = pages
            served, self._served = self._served, self._tags(pages)
        changed = (url for url, tag in self._served.items() if served.get(url) != tag)
        return Rebuilt(changed=tuple(changed), failures=tuple(failures))

    def _tags(self, pages: Mapping[str, Page]) -> dict[str, str]:
        return {
            self._base_url + FEEDS_PATH + quote(path): page.etag
            for path, page in pages.items()
            if path != OPML
        }

    async def _write(
        self, feeds: Mapping[FeedKey, Feed], before: _Answers
    ) -> tuple[dict[FeedKey, Feed], dict[str, Page]]:
        """The pages for ``feeds``; those of feeds that say what they said before are kept."""
        on_topic = {
            topic: sisters(topic, feeds, self._base_url) for topic in {key.topic for key in feeds}
        }
        written: dict[FeedKey, Feed] = {}
        pages: dict[str, Page] = {}
        for key, feed in feeds.items():
            written[key] = feed.with_alternates(on_topic[key.topic])
            same = before.written.get(key) == written[key]
            for document in documents_of(feed):
                address = feed_path(key, document.name)
                path = _served_at(address)
                if same:
                    pages[path] = before.pages[path]
                    continue
                place = Place(url=self._base_url + address, hubs=self._hubs)
                body = document.write(written[key], place)
                pages[path] = self._page(
                    body, document.content_type, document.updated(feed), _link_header(place)
                )
                await asyncio.sleep(0)  # each takes milliseconds: let requests in between
        if feeds:
            pages[OPML] = self._list(feeds)
        return written, pages

    def _list(self, feeds: Mapping[FeedKey, Feed]) -> Page:
        from feeds.opml import MEDIA_TYPE, Subscription, opml

        body = opml(
            [
                Subscription(feed=feed, url=self._base_url + feed_path(key, "rss.xml"))
                for key, feed in feeds.items()
            ]
        )
        return self._page(body, MEDIA_TYPE, max(feed.updated for feed in feeds.values()))

    def _page(self, body: bytes, media_type: str, updated: datetime, link: str = "") -> Page:
        return Page(represent(body, updated), media_type, self._max_age, link)

    async def _get(self, request: web.Request) -> web.Response:
        page = self._pages.get(request.match_info["path"])
        if page is None:
            self._refuse(request)
        return page.answer(request)

    def _refuse(self, request: web.Request) -> NoReturn:
        """Say why there is no such document, or where it is."""
        known, path = self._known, request.match_info["path"]
        if known is None or path in known.waiting or path == OPML:
            raise web.HTTPServiceUnavailable(
                headers={
                    hdrs.RETRY_AFTER: str(RETRY_AFTER),
                    hdrs.CACHE_CONTROL: "no-store",
                    **PUBLIC,
                }
            )
        if path in known.retired:
            raise web.HTTPGone(headers=PUBLIC)
        proper = _proper_address(path)
        if _served_at(proper) in known.pages.keys() | known.retired | known.waiting:
            raise web.HTTPMovedPermanently(self._base_url + proper, headers=PUBLIC)
        raise web.HTTPNotFound(headers=PUBLIC)


def _link_header(place: Place) -> str:
    """How a subscriber finds the hubs and the address to name to them (WebSub, section 4)."""
    if not place.hubs:
        return ""
    hubs = [f'<{hub}>; rel="hub"' for hub in place.hubs]
    return ", ".join([*hubs, f'<{place.url}>; rel="self"'])


def _served_at(address: str) -> str:
    """The path below ``/feeds/`` as a request for ``address`` has it: decoded."""
    return unquote(address.removeprefix(FEEDS_PATH))


def _paths(keys: Iterable[FeedKey]) -> frozenset[str]:
    return frozenset(
        _served_at(feed_path(key, document.name))
        for key in keys
        for document in documents_below(key)
    )


def _proper_address(path: str) -> str:
    """Where ``path`` is when its language is spelt canonically; "" if it names no feed at all."""
    wanted = _WANTED.fullmatch(path)
    if wanted is None:
        return ""
    try:
        key = FeedKey(canonical(wanted["language"]), wanted["topic"] or "")
    except ValueError:
        return ""
    return feed_path(key, wanted["document"])
