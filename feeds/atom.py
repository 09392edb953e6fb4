"""Atom 1.0 (RFC 4287) with tombstones (RFC 6721), made with feedgen."""

from __future__ import annotations

from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.links import HISTORY_NS, XML_LANG, feed_links, item_links, picture_links
from feeds.model import Feed, Item
from feeds.place import Place

MEDIA_TYPE = "application/atom+xml"
TOMBSTONES_NS = "http://purl.org/atompub/tombstones/1.0"


class _FeedExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """The mark of an archive document, and the tombstones of what left the feed."""

    feed: Feed
    place: Place

    def extend_ns(self) -> dict[str, str]:
        return {"at": TOMBSTONES_NS, "fh": HISTORY_NS}

    def extend_atom(self, root: Any) -> Any:
        if self.place.is_archive:
            etree.SubElement(root, f"{{{HISTORY_NS}}}archive")
        for one in self.feed.gone:
            entry = etree.SubElement(root, f"{{{TOMBSTONES_NS}}}deleted-entry")
            entry.set("ref", one.id)
            entry.set("when", one.at.isoformat())
            if one.comment:
                etree.SubElement(entry, f"{{{TOMBSTONES_NS}}}comment").text = one.comment
        return root


class _EntryExtension(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """An entry's language and links, of which feedgen itself keeps only the addresses."""

    item: Item

    def extend_atom(self, entry: Any) -> Any:
        entry.set(XML_LANG, self.item.language)
        for attributes in (*item_links(self.item), *picture_links(self.item)):
            # feedgen's tree has no namespace but an `xmlns` attribute; its children follow suit.
            etree.SubElement(entry, "link", attributes)
        return entry


def atom(feed: Feed, place: Place) -> bytes:
    """The feed as an Atom document that is fetched at ``place``; equal feeds, equal bytes."""
    document = FeedGenerator()
    document.register_extension("variant", _FeedExtension, _EntryExtension, rss=False)
    document.variant.feed = feed
    document.variant.place = place
    document.id(feed.id)
    document.title(feed.title)
    document.updated(feed.updated)
    document.author(name=feed.author)
    document.language(feed.language)
    document.generator("")
    if feed.subtitle:
        document.subtitle(feed.subtitle)
    document.link(list(feed_links(feed, place, MEDIA_TYPE)))
    for item in feed.items:
        _add(document.add_entry(order="append"), item)
    written: bytes = document.atom_str()
    return written


def _add(entry: Any, item: Item) -> None:
    entry.id(item.id)
    entry.title(item.title)
    entry.published(item.published)
    entry.updated(item.updated)
    entry.content(item.content_html, type="html")
    if item.summary:
        entry.summary(item.summary)
    if item.author:
        entry.author(name=item.author)
    for category in item.categories:
        entry.category(term=category)
    entry.variant.item = item
