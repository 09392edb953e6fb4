"""In which documents a feed is served, and at which paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from feeds.model import Alternate, Feed, FeedKey
from feeds.place import Place

FEEDS_PATH = "/feeds/"


@dataclass(frozen=True, kw_only=True)
class Document:
    """One format: the last part of its path, its media type, how it is written, and the ``label``
    by which people know it.

    ``charset`` is named where the bytes do not say it themselves, as XML does.
    """

    name: str
    label: str
    media_type: str
    write: Callable[[Feed, Place], bytes]
    charset: str = ""

    @property
    def content_type(self) -> str:
        return f"{self.media_type}; charset={self.charset}" if self.charset else self.media_type

    def updated(self, feed: Feed) -> datetime:
        """When what this document says last changed."""
        if self is CALENDAR and feed.calendar is not None:
            return feed.calendar.updated
        return feed.updated


def _write_rss(feed: Feed, place: Place) -> bytes:
    from feeds.rss import rss  # feedgen and lxml are slow to import, and a bot needs neither

    return rss(feed, place)


def _write_atom(feed: Feed, place: Place) -> bytes:
    from feeds.atom import atom

    return atom(feed, place)


def _write_json(feed: Feed, place: Place) -> bytes:
    from feeds.jsonfeed import jsonfeed

    return jsonfeed(feed, place)


def _write_ical(feed: Feed, place: Place) -> bytes:
    from feeds.ical import ical

    assert feed.calendar is not None  # documents_of() leaves it out otherwise
    return ical(feed.calendar, place)


DOCUMENTS = (
    Document(name="atom.xml", label="Atom", media_type="application/atom+xml", write=_write_atom),
    Document(name="rss.xml", label="RSS", media_type="application/rss+xml", write=_write_rss),
    Document(
        name="feed.json", label="JSON Feed", media_type="application/feed+json", write=_write_json
    ),
)


CALENDAR = Document(
    name="anniversaries.ics",
    label="iCalendar",
    media_type="text/calendar",
    write=_write_ical,
    charset="utf-8",
)
"""Beside the feeds of a language, not of a topic. It is no other form of the feed: a feed tells
what was published, a calendar what days there are."""


def documents_of(feed: Feed) -> tuple[Document, ...]:
    """Every document that is written of ``feed``."""
    return DOCUMENTS if feed.calendar is None else (*DOCUMENTS, CALENDAR)


def documents_below(key: FeedKey) -> tuple[Document, ...]:
    """Every document that there may be, or may have been, of the feed ``key``."""
    return DOCUMENTS if key.topic else (*DOCUMENTS, CALENDAR)


def feed_path(key: FeedKey, document: str) -> str:
    """Where a document (``rss.xml``, ``atom.xml``, …) of a feed is, below the public address.

    Percent-encoded: append it to the public address as it is.
    """
    topic = f"topics/{quote(key.topic, safe='')}/" if key.topic else ""
    return f"{FEEDS_PATH}{key.language}/{topic}{document}"


def sisters(topic: str, feeds: Mapping[FeedKey, Feed], base_url: str) -> tuple[Alternate, ...]:
    """Every document of every feed on ``topic``, whatever its language and format."""
    return tuple(
        Alternate(
            base_url + feed_path(key, document.name),
            document.media_type,
            feed.language,
            feed.title,
        )
        for key, feed in feeds.items()
        if key.topic == topic
        for document in DOCUMENTS
    )
