"""The simplest source: feeds that are put into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from feeds.archives import Part
from feeds.model import Feed, FeedKey
from feeds.source import Listed, OpenPart, RetiredFeed, UnknownFeed


class MemorySource:
    """A :class:`feeds.source.FeedSource` that holds its feeds itself."""

    def __init__(self) -> None:
        self._feeds: dict[FeedKey, Feed | None] = {}
        self._parts: dict[FeedKey, dict[Part, Feed]] = {}

    def put(self, key: FeedKey, feed: Feed) -> None:
        """Say ``feed`` under ``key`` from now on."""
        self._feeds[key] = feed

    def keep(self, key: FeedKey, part: Part, feed: Feed) -> None:
        """Say ``feed`` as that ``part`` of the archive of ``key``."""
        self._parts.setdefault(key, {})[part] = feed

    def retire(self, key: FeedKey) -> None:
        """End the feed for good."""
        self._feeds[key] = None

    async def listing(self) -> Sequence[Listed]:
        return tuple(
            Listed(
                key=key,
                head=feed and replace(feed, items=(), gone=()),
                version=feed,
                past=tuple(self._parts.get(key, {}).items()),
            )
            for key, feed in self._feeds.items()
        )

    async def feed(self, key: FeedKey) -> Feed:
        if key not in self._feeds:
            raise UnknownFeed(key)
        feed = self._feeds[key]
        if feed is None:
            raise RetiredFeed(key)
        return feed

    async def part(self, key: FeedKey, part: Part) -> Feed:
        await self.feed(key)
        parts = self._parts.get(key, {})
        if part in parts:
            return parts[part]
        if part == Part(1 + sum(not one.entries for one in parts)):
            raise OpenPart(key)
        raise UnknownFeed(key)
