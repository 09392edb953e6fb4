"""What a feed site asks of its host: one protocol, and the ways in which it can say no."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

from feeds.archives import Part
from feeds.model import Feed, FeedKey


class FeedError(Exception):
    """Root of what a source raises on purpose; ``key`` is the feed it is about."""

    def __init__(self, key: FeedKey) -> None:
        super().__init__(f"{key.language}/{key.topic}" if key.topic else key.language)
        self.key = key


class UnknownFeed(FeedError):
    """There never was such a feed, or such a part of its archive: 404."""


class RetiredFeed(FeedError):
    """There was such a feed and it will not come back: 410, so that readers stop polling."""


class OpenPart(FeedError):
    """This part of the archive is not full yet: what will be in it is in the feed, or to come."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One feed in the list of all.

    ``head`` is the feed without its items, and ``None`` for a retired one. As long as
    ``version`` is equal the feed says the same; as long as ``past`` is, the parts of its archive
    do that are there.
    """

    key: FeedKey
    head: Feed | None
    version: Hashable = None
    past: Hashable = None


class FeedSource(Protocol):
    """The host's side. ``tests/contracts/test_feed_source.py`` holds each to this.

    All addresses in what it says are absolute. Any error other than those above means that the
    answer is not known now, and what was known before stays served.
    """

    async def listing(self) -> Sequence[Listed]:
        """Every feed there is, each once, the office's first language first.

        Retired ones stay in the list: that is how the site knows to answer 410, not 404.
        """
        ...

    async def feed(self, key: FeedKey) -> Feed:
        """What the feed says now: its newest items, and what left it.

        Raises ``UnknownFeed`` or ``RetiredFeed``.
        """
        ...

    async def part(self, key: FeedKey, part: Part) -> Feed:
        """A part of the feed's archive, newest items first, each as it read when it was entered.

        It always says the same, but for items that were withdrawn since. Raises ``UnknownFeed``,
        ``RetiredFeed`` or, for the whole of a part that is not full, ``OpenPart``.
        """
        ...
