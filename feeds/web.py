"""The feeds of a source over HTTP: built when something changed, and served from memory."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aiohttp import hdrs, web

from feeds import refusals
from feeds.documents import (
    DOCUMENTS,
    FEEDS_PATH,
    OPML,
    Address,
    address_of,
    documents_below,
    documents_of,
    feed_path,
    sisters,
)
from feeds.model import Alternate, Feed, FeedKey
from feeds.patience import MADE, REFUSED, UNCHANGED, WHOLE, Patience
from feeds.press import Press
from feeds.routes import Below, expect_nothing
from feeds.serving import Page
from feeds.shelf import Shelf
from feeds.source import FeedSource, Listed, OpenPart, RetiredFeed, UnknownFeed

RETRY_AFTER = 30
"""Seconds after which a reader may ask again for what is not there yet."""
SHELF = 64_000_000
"""Octets of the documents that are kept beside the feeds of whole languages."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What a refresh did.

    ``changed`` are the addresses of the feeds and calendars that say something else than before
    (the first time: of all), which is what hubs are to be told. ``failures`` are why some feeds
    could not be had; they stay as they were.
    """

    changed: tuple[str, ...]
    failures: tuple[Exception, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Known:
    """Everything the site knows between two refreshes.

    ``live`` are the feeds that there are. ``stamps`` tell one state of a feed's documents from
    another; one that could not be had has none. ``held`` are the documents that are always in
    memory, by their feeds.
    """

    live: dict[FeedKey, Listed] = field(default_factory=dict)
    retired: frozenset[FeedKey] = frozenset()
    titles: Mapping[FeedKey, str] = field(default_factory=dict)
    sisters: Mapping[str, tuple[Alternate, ...]] = field(default_factory=dict)
    stamps: dict[FeedKey, Hashable] = field(default_factory=dict)
    held: dict[FeedKey, Mapping[Address, Page]] = field(default_factory=dict)
    opml: Page | None = None

    def in_company(self, key: FeedKey, feed: Feed) -> Feed:
        """``feed`` with its other formats and languages."""
        return feed.with_alternates(self.sisters[key.topic])


class FeedSite:
    """Serves what ``source`` says below ``base_url``, the public address.

    The feeds of whole languages are built by ``refresh`` and always in memory, so that nobody
    waits for them. Those of topics, and the parts of archives, of which there is no end, are
    made when somebody asks, and kept on a shelf of bounded size; ``refresh`` renews what is
    there. ``max_age`` is how many seconds readers may wait before they ask again, ``hubs`` are
    the addresses of WebSub hubs that push what changes.
    """

    def __init__(
        self,
        source: FeedSource,
        base_url: str,
        max_age: int = 300,
        hubs: Sequence[str] = (),
        *,
        patience: Patience | None = None,
        shelf: int = SHELF,
    ) -> None:
        self._source = source
        self._press = Press(base_url.rstrip("/"), max_age, hubs)
        self._patience = patience
        self._shelf = Shelf(shelf)
        self._refreshing = asyncio.Lock()
        self._making = asyncio.Lock()
        self._known: _Known | None = None
        self._pages: Mapping[str, Page] = {}
        self._served: Mapping[str, str] = {}

    def add_routes(self, app: web.Application) -> None:
        """Everything below ``/feeds/``."""
        resource = Below(FEEDS_PATH)
        app.router.register_resource(resource)
        for method in (hdrs.METH_GET, hdrs.METH_HEAD):
            resource.add_route(method, self._get, expect_handler=expect_nothing)
        resource.add_route(hdrs.METH_ANY, self._other, expect_handler=expect_nothing)

    def served(self) -> Mapping[str, str]:
        """The address of every feed and calendar there is, with a tag that is another one once it
        says something else. The same mapping as long as nothing was rebuilt."""
        return self._served

    def feeds(self) -> Mapping[FeedKey, tuple[Hashable, Hashable]]:
        """Every feed there is, with two values: one that is another once the feed says something
        else, and one that is another once the full parts of its archive do."""
        known = self._known or _Known()
        return {key: (known.stamps.get(key), one.past) for key, one in known.live.items()}

    async def documents(
        self, key: FeedKey, kept: Callable[[str], bool] = lambda _path: False
    ) -> AsyncIterator[tuple[str, Page]]:
        """Every document of a feed and of its archive, as of the last refresh or since, by its path
        (percent-encoded), one after another, so that they need not all be in memory.

        A part of the archive at whose path something is ``kept`` is left out. What an archive
        links as following its last part is no document yet: over HTTP it leads to the feed.
        Raises what the source raises.
        """
        known = self._known or _Known()
        feed = known.in_company(key, await self._source.feed(key))
        for document in documents_of(feed):
            address = Address(key=key, document=document)
            before = self._at_hand(address.decoded)
            yield address.path, await self._press.page(address, feed, before)
        for part in feed.previous.and_before() if feed.previous else ():
            wanted = [Address(key=key, document=document, part=part) for document in DOCUMENTS]
            wanted = [address for address in wanted if not kept(address.path)]
            if wanted:
                past = await self._source.part(key, part)
                for address in wanted:
                    yield address.path, await self._press.page(address, past)

    def list_of_all(self) -> tuple[str, Page] | None:
        """The OPML list and its path."""
        opml = self._known and self._known.opml
        return (FEEDS_PATH + OPML, opml) if opml else None

    def retired(self) -> Iterator[str]:
        """The path of every document that was served once and will not come back."""
        for key in self._known.retired if self._known else ():
            yield from (feed_path(key, document.name) for document in documents_below(key))

    # --- after a change --------------------------------------------------------------------------

    async def refresh(self) -> Rebuilt:
        """Ask the source and rebuild what changed; call it when the host's data did.

        A feed that cannot be had keeps its last document while the others are renewed. When even
        the list of feeds cannot be had, that error is raised and everything stays as it is.
        """
        async with self._refreshing:
            before = self._known or _Known()
            known = await self._look(before)
            failures: list[Exception] = []
            for key in [key for key in known.live if not key.topic]:
                pages = before.held.get(key, {})
                if not pages or before.stamps.get(key) != known.stamps[key]:
                    try:
                        pages = await self._written(known, key, pages)
                    except (UnknownFeed, RetiredFeed):
                        del known.live[key], known.stamps[key]  # removed since the list was made
                        continue
                    except Exception as error:  # noqa: BLE001 – told to the caller
                        failures.append(error)
                        del known.stamps[key]
                    self._pages = {**self._pages, **_by_path(pages)}  # no need to wait for the rest
                known.held[key] = pages
            known = replace(known, opml=self._list(known, before))
            self._known, self._pages = known, self._all_pages(known)
            failures += await self._renew_shelf(known, before)
            served = self._what_is_served(known)
            changed = (url for url, tag in served.items() if self._served.get(url) != tag)
            rebuilt = Rebuilt(changed=tuple(changed), failures=tuple(failures))
            if served != self._served:
                self._served = served
            return rebuilt

    async def _look(self, before: _Known) -> _Known:
        listed = await self._source.listing()
        live = {one.key: one for one in listed if one.head is not None}
        titles = {key: one.head.title for key, one in live.items() if one.head is not None}
        of_topics = before.sisters
        if titles != before.titles or not of_topics:
            of_topics = sisters(titles, self._press.base_url)
        return _Known(
            live=live,
            retired=frozenset(one.key for one in listed if one.head is None),
            titles=titles,
            sisters=of_topics,
            stamps={key: (one.version, of_topics[key.topic]) for key, one in live.items()},
        )

    async def _written(
        self, known: _Known, key: FeedKey, before: Mapping[Address, Page]
    ) -> dict[Address, Page]:
        """The documents of ``key``; those of ``before`` that say the same are kept."""
        feed = known.in_company(key, await self._source.feed(key))
        addresses = [Address(key=key, document=document) for document in documents_of(feed)]
        return {one: await self._press.page(one, feed, before.get(one)) for one in addresses}

    def _list(self, known: _Known, before: _Known) -> Page | None:
        from feeds.opml import MEDIA_TYPE, Subscription, opml

        heads = {key: one.head for key, one in known.live.items() if one.head is not None}
        if not heads:
            return None
        base_url = self._press.base_url
        lines = [
            Subscription(feed=head, url=base_url + feed_path(key, "rss.xml"))
            for key, head in heads.items()
        ]
        updated = max(head.updated for head in heads.values())
        return self._press.packed(opml(lines), MEDIA_TYPE, updated, before.opml)

    @staticmethod
    def _all_pages(known: _Known) -> dict[str, Page]:
        pages = {
            path: page for held in known.held.values() for path, page in _by_path(held).items()
        }
        return pages if known.opml is None else {**pages, OPML: known.opml}

    async def _renew_shelf(self, known: _Known, before: _Known) -> list[Exception]:
        """What was asked for lately is made anew, so that it need not be waited for."""
        failures: list[Exception] = []
        outdated: dict[FeedKey, dict[Address, Page]] = {}
        for address, page in self._shelf.addresses().items():
            key = address.key
            now, then = known.live.get(key), before.live.get(key)
            if now is None or (address.part and (then is None or now.past != then.past)):
                self._shelf.drop(address)
            elif not address.part and known.stamps[key] != before.stamps.get(key):
                outdated.setdefault(key, {})[address] = page
        for key, pages in outdated.items():
            try:
                feed = known.in_company(key, await self._source.feed(key))
                for address, page in pages.items():
                    self._shelf.put(address, await self._press.page(address, feed, page))
            except Exception as error:  # noqa: BLE001 – told to the caller
                failures.append(error)
                del known.stamps[key]
        return failures

    def _what_is_served(self, known: _Known) -> dict[str, str]:
        """The documents of topics are told apart by what they are made of: they need not exist."""
        served: dict[str, str] = {}
        for key in known.live:
            if key in known.held:
                pages = known.held[key].items()
                served |= {self._press.base_url + one.path: page.etag for one, page in pages}
                continue
            stamp = known.stamps.get(key)
            tag = "" if stamp is None else hashlib.sha256(repr(stamp).encode()).hexdigest()
            for document in DOCUMENTS:
                url = self._press.base_url + feed_path(key, document.name)
                served[url] = tag or self._served.get(url, "")
        return served

    # --- answers ---------------------------------------------------------------------------------

    async def _get(self, request: web.Request) -> web.Response:
        client = self._patience.admit(request) if self._patience is not None else None
        cost = REFUSED
        try:
            path = request.match_info["path"]
            page, cost = self._at_hand(path), WHOLE
            if page is None:
                page, cost = await self._fetched(path), MADE
            answer = page.answer(request)
            if answer.status == 304 and cost == WHOLE:
                cost = UNCHANGED
            return answer
        finally:
            if client is not None and self._patience is not None:
                self._patience.charge(client, cost)

    def _at_hand(self, path: str) -> Page | None:
        return self._pages.get(path) or self._shelf.get(path)

    async def _other(self, request: web.Request) -> web.Response:
        return refusals.other_method(request)

    async def _fetched(self, path: str) -> Page:
        """What is not at hand: made now. Raises why there is no such document, or where it is."""
        known = self._known
        if known is None or path == OPML:
            raise refusals.later(RETRY_AFTER)
        address = address_of(path)
        if address is None:
            raise refusals.unknown()
        if address.key in known.retired:
            raise refusals.gone()
        if address.key not in known.live:
            raise refusals.unknown()
        if address.decoded != path:
            raise refusals.moved(self._press.base_url + address.path)
        if not address.key.topic and not address.part:
            raise refusals.unknown() if known.held[address.key] else refusals.later(RETRY_AFTER)
        try:
            return await self._made(address)
        except UnknownFeed as error:
            raise refusals.unknown() from error
        except RetiredFeed as error:
            raise refusals.gone() from error
        except OpenPart as error:
            current = Address(key=address.key, document=address.document)
            raise refusals.elsewhere(self._press.base_url + current.path) from error
        except Exception as error:
            log.exception("a document could not be made: %s", address.path)
            raise refusals.later(RETRY_AFTER) from error

    async def _made(self, address: Address) -> Page:
        """One at a time, so that all who ask for the same wait for the one who makes it."""
        async with self._making:
            page = self._shelf.get(address.decoded)
            if page is None:
                known = self._known
                page = await self._make(address)
                if known is self._known:  # otherwise it may be of before the change
                    self._shelf.put(address, page)
            return page

    async def _make(self, address: Address) -> Page:
        key, known = address.key, self._known or _Known()
        if address.part is not None:
            return await self._press.page(address, await self._source.part(key, address.part))
        feed = known.in_company(key, await self._source.feed(key))
        return await self._press.page(address, feed)


def _by_path(pages: Mapping[Address, Page]) -> dict[str, Page]:
    return {address.decoded: page for address, page in pages.items()}
