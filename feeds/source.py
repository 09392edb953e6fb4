"""What a feed site asks of its host: one protocol, and the ways in which it can say no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from feeds.model import Feed, FeedKey


class FeedError(Exception):
    """Root of what a source raises on purpose; ``key`` is the feed it is about."""

    def __init__(self, key: FeedKey) -> None:
        super().__init__(f"{key.language}/{key.topic}" if key.topic else key.language)
        self.key = key


class UnknownFeed(FeedError):
    """There never was such a feed: 404."""


class RetiredFeed(FeedError):
    """There was such a feed and it will not come back: 410, so that readers stop polling."""


class FeedSource(Protocol):
    """The host's side. ``tests/contracts/test_feed_source.py`` holds each to this."""

    async def keys(self) -> Sequence[FeedKey]:
        """Every feed there is, each once, the office's first language first.

        Retired ones stay in the list: that is how the site knows to answer 410, not 404.
        """
        ...

    async def feed(self, key: FeedKey) -> Feed:
        """What the feed says now; the same value as long as nothing in it changed.

        All addresses in it are absolute. Raises ``UnknownFeed`` or ``RetiredFeed``; any other
        error means that the answer is not known now, and what was known before stays served.
        """
        ...
