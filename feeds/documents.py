"""In which documents a feed is served, and at which paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote

from feeds.archives import Part
from feeds.model import Alternate, Feed, FeedKey
from feeds.place import Place
from translations.locales import canonical

FEEDS_PATH = "/feeds/"
OPML = "opml.xml"
"""The list of all feeds, directly below that."""


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


@dataclass(frozen=True, kw_only=True)
class Address:
    """Which document of which feed: of its newest items, or of a ``part`` of its archive."""

    key: FeedKey
    document: Document
    part: Part | None = None

    @property
    def path(self) -> str:
        """Below the public address, percent-encoded: append it to that as it is."""
        return feed_path(self.key, self.document.name, self.part)

    @property
    def decoded(self) -> str:
        """As a request for it has it, below ``FEEDS_PATH``."""
        return unquote(self.path.removeprefix(FEEDS_PATH))


_WANTED = re.compile(
    r"(?P<language>[^/]+)/(?:topics/(?P<topic>[^/]+)/)?(?:archive/(?P<part>[^/]+)/)?(?P<name>[^/]+)"
)


def address_of(decoded: str) -> Address | None:
    """What a path below ``FEEDS_PATH`` would be the address of, however its language is spelt.

    ``None`` for a path that no document ever has. Whether there is such a feed is not asked.
    """
    wanted = _WANTED.fullmatch(decoded)
    if wanted is None:
        return None
    part = Part.named(wanted["part"]) if wanted["part"] else None
    try:
        key = FeedKey(canonical(wanted["language"]), wanted["topic"] or "")
    except ValueError:
        return None
    possible = documents_below(key) if part is None else DOCUMENTS
    document = next((one for one in possible if one.name == wanted["name"]), None)
    if document is None or (wanted["part"] and part is None):
        return None
    return Address(key=key, document=document, part=part)


def documents_of(feed: Feed) -> tuple[Document, ...]:
    """Every document that is written of ``feed``."""
    return DOCUMENTS if feed.calendar is None else (*DOCUMENTS, CALENDAR)


def documents_below(key: FeedKey) -> tuple[Document, ...]:
    """Every document that there may be, or may have been, of the newest items of ``key``."""
    return DOCUMENTS if key.topic else (*DOCUMENTS, CALENDAR)


def feed_path(key: FeedKey, document: str, part: Part | None = None) -> str:
    """Where a document (``rss.xml``, ``atom.xml``, …) of a feed is, below the public address.

    Percent-encoded: append it to the public address as it is.
    """
    topic = f"topics/{quote(key.topic, safe='')}/" if key.topic else ""
    archive = f"archive/{part.name}/" if part else ""
    return f"{FEEDS_PATH}{key.language}/{topic}{archive}{document}"


def sisters(titles: Mapping[FeedKey, str], base_url: str) -> dict[str, tuple[Alternate, ...]]:
    """For each topic every document of every feed on it, whatever its language and format."""
    found: dict[str, list[Alternate]] = {}
    for key, title in titles.items():
        found.setdefault(key.topic, []).extend(
            Alternate(
                base_url + feed_path(key, document.name), document.media_type, key.language, title
            )
            for document in DOCUMENTS
        )
    return {topic: tuple(alternates) for topic, alternates in found.items()}
