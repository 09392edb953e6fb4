"""The simplest source: feeds that are put into it."""

from __future__ import annotations

from collections.abc import Sequence

from feeds.model import Feed, FeedKey
from feeds.source import RetiredFeed, UnknownFeed


class MemorySource:
    """A :class:`feeds.source.FeedSource` that holds its feeds itself."""

    def __init__(self) -> None:
        self._feeds: dict[FeedKey, Feed | None] = {}

    def put(self, key: FeedKey, feed: Feed) -> None:
        """Say ``feed`` under ``key`` from now on."""
        self._feeds[key] = feed

    def retire(self, key: FeedKey) -> None:
        """End the feed for good."""
        self._feeds[key] = None

    async def keys(self) -> Sequence[FeedKey]:
        return tuple(self._feeds)

    async def feed(self, key: FeedKey) -> Feed:
        if key not in self._feeds:
            raise UnknownFeed(key)
        feed = self._feeds[key]
        if feed is None:
            raise RetiredFeed(key)
        return feed
