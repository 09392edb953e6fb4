"""OPML 2.0: the list of all feeds, for readers that import one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from feeds.caching import http_date
from feeds.model import Feed

MEDIA_TYPE = "text/x-opml; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """One feed and the address of its RSS document: importers subscribe to each line."""

    feed: Feed
    url: str


def opml(subscriptions: Sequence[Subscription]) -> bytes:
    """The list, headed by the title and author of the first feed and dated by the newest."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    body = etree.SubElement(root, "body")
    if subscriptions:
        first = subscriptions[0].feed
        newest = max(subscription.feed.updated for subscription in subscriptions)
        etree.SubElement(head, "title").text = first.title
        etree.SubElement(head, "dateModified").text = http_date(newest)
        etree.SubElement(head, "ownerName").text = first.author
    for subscription in subscriptions:
        feed = subscription.feed
        outline = {
            "type": "rss",
            "version": "RSS2",
            "text": feed.title,
            "title": feed.title,
            "language": feed.language,
            "htmlUrl": feed.home_url,
            "xmlUrl": subscription.url,
        }
        if feed.subtitle:
            outline["description"] = feed.subtitle
        etree.SubElement(body, "outline", outline)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
