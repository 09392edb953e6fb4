"""RSS 2.0 with the Atom, Dublin Core and content modules, made with feedgen."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.caching import http_date
from feeds.links import ATOM_NS, HISTORY_NS, XML_LANG, feed_links, item_links
from feeds.model import Feed, Item, Picture
from feeds.place import Place

MEDIA_TYPE = "application/rss+xml"
DC_NS = "http://purl.org/dc/elements/1.1/"
MEDIA_NS = "http://search.yahoo.com/mrss/"


class _Unwritten(datetime):
    """A date that feedgen leaves out, so that the extension can write it.

    feedgen formats dates by switching the locale of the whole process, which other threads
    see, and writes ``lastBuildDate`` (by default now) whenever it is true.
    """

    def __bool__(self) -> bool:
        return False


class _FeedExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """The channel's language, date, links, and whether it is an archive."""

    feed: Feed
    place: Place

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC_NS, "fh": HISTORY_NS, "media": MEDIA_NS}

    def extend_rss(self, rss: Any) -> Any:
        channel = rss[0]
        rss.set(XML_LANG, self.feed.language)
        etree.SubElement(channel, "lastBuildDate").text = http_date(self.feed.updated)
        for attributes in feed_links(self.feed, self.place, MEDIA_TYPE):
            etree.SubElement(channel, f"{{{ATOM_NS}}}link", attributes)
        if self.place.is_archive:
            etree.SubElement(channel, f"{{{HISTORY_NS}}}archive")
        return rss


class _EntryExtension(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """An item's language, date, author, links and pictures."""

    item: Item

    def extend_rss(self, element: Any) -> Any:
        item = self.item
        element.set(XML_LANG, item.language)
        etree.SubElement(element, "pubDate").text = http_date(item.published)
        etree.SubElement(element, f"{{{ATOM_NS}}}updated").text = item.updated.isoformat()
        if item.author:
            # RSS's own <author> is an e-mail address.
            etree.SubElement(element, f"{{{DC_NS}}}creator").text = item.author
        for attributes in item_links(item):
            etree.SubElement(element, f"{{{ATOM_NS}}}link", attributes)
        for picture in item.pictures:
            _add_picture(element, picture)
        return element


def _add_picture(element: Any, picture: Picture) -> None:
    """RSS itself knows one enclosure: the others, their sizes and words are in Media RSS."""
    if element.find("enclosure") is None:
        etree.SubElement(
            element,
            "enclosure",
            {"url": picture.href, "length": str(picture.length), "type": picture.type},
        )
    media = etree.SubElement(
        element,
        f"{{{MEDIA_NS}}}content",
        {
            "url": picture.href,
            "fileSize": str(picture.length),
            "type": picture.type,
            "medium": "image",
            "width": str(picture.width),
            "height": str(picture.height),
        },
    )
    for name, words, attributes in (
        ("description", picture.title, {"type": "plain"}),
        ("credit", picture.credit, {}),
    ):
        if words:
            etree.SubElement(media, f"{{{MEDIA_NS}}}{name}", attributes).text = words


def rss(feed: Feed, place: Place) -> bytes:
    """The feed as an RSS document that is fetched at ``place``; equal feeds, equal bytes."""
    document = FeedGenerator()
    document.register_extension("variant", _FeedExtension, _EntryExtension, atom=False)
    document.title(feed.title)
    document.link(href=feed.home_url)
    document.description(feed.subtitle or feed.title)
    document.language(feed.language)
    document.generator("")
    document.updated(_Unwritten(1, 1, 1, tzinfo=UTC))
    document.variant.feed = feed
    document.variant.place = place
    for item in feed.items:
        _add(document.add_entry(order="append"), item)
    written: bytes = document.rss_str()
    return written


def _add(entry: Any, item: Item) -> None:
    entry.guid(item.id, permalink=False)
    entry.title(item.title)
    entry.link(href=item.url, rel="alternate")
    # Readers take a description for HTML.
    entry.description(escape(item.summary, quote=False) or None)
    entry.content(item.content_html)
    for category in item.categories:
        entry.category(term=category)
    entry.variant.item = item
