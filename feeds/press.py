"""From a feed to the page that is served at an address, with all that it says of its place."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from feeds.archives import Part
from feeds.caching import represent
from feeds.documents import DOCUMENTS, Address, feed_path
from feeds.model import Alternate, Feed
from feeds.place import Place
from feeds.serving import Page

PAST_MAX_AGE = 86_400
"""Seconds for which a part of the archive need not be asked for again. It never changes – but for
a text that is withdrawn, which is then gone from every cache within a day."""


class Press:
    """Writes and packs below ``base_url``, in a thread: others are served meanwhile."""

    def __init__(self, base_url: str, max_age: int, hubs: Sequence[str]) -> None:
        self.base_url = base_url
        self.max_age = max_age
        self._hubs = tuple(hubs)

    async def page(self, address: Address, feed: Feed, before: Page | None = None) -> Page:
        """``feed`` as it is served at ``address``; ``before`` itself, if it says the same."""
        return await asyncio.to_thread(self._page, address, feed, before)

    def _page(self, address: Address, feed: Feed, before: Page | None) -> Page:
        document, place = address.document, self._place(address, feed)
        if address.part is not None:
            feed = feed.with_alternates(self._formats(address, feed))
        body = document.write(feed, place)
        age = self.max_age if address.part is None else PAST_MAX_AGE
        updated = document.updated(feed)
        return self.packed(body, document.content_type, updated, before, age, _link_header(place))

    def packed(
        self,
        body: bytes,
        content_type: str,
        updated: datetime,
        before: Page | None = None,
        max_age: int | None = None,
        link: str = "",
    ) -> Page:
        """``body`` in all its codings; ``before``, if that is what it serves."""
        if before is not None and (before.body, before.last_modified) == (body, updated):
            return before
        age = self.max_age if max_age is None else max_age
        return Page(represent(body, updated), content_type, age, link)

    def _place(self, address: Address, feed: Feed) -> Place:
        def at(part: Part | None) -> str:
            return self.base_url + feed_path(address.key, address.document.name, part)

        is_past = address.part is not None
        return Place(
            url=at(address.part),
            hubs=() if is_past else self._hubs,
            previous=at(feed.previous) if feed.previous else "",
            following=at(feed.following) if feed.following else "",
            current=at(None) if is_past else "",
        )

    def _formats(self, address: Address, feed: Feed) -> list[Alternate]:
        """A part of the archive has no sisters in other languages: each has parts of its own."""
        return [
            Alternate(
                self.base_url + feed_path(address.key, document.name, address.part),
                document.media_type,
                feed.language,
                feed.title,
            )
            for document in DOCUMENTS
        ]


def _link_header(place: Place) -> str:
    """How a subscriber finds the hubs and the address to name to them (WebSub, section 4)."""
    if not place.hubs:
        return ""
    hubs = [f'<{hub}>; rel="hub"' for hub in place.hubs]
    return ", ".join([*hubs, f'<{place.url}>; rel="self"'])
