"""Which links a feed and an item carry: the same in Atom and, as ``atom:link``, in RSS."""

from __future__ import annotations

from collections.abc import Iterator

from feeds.model import Alternate, Feed, Item
from feeds.place import Place

ATOM_NS = "http://www.w3.org/2005/Atom"
HISTORY_NS = "http://purl.org/syndication/history/1.0"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def _link(rel: str, href: str, **rest: str) -> dict[str, str]:
    return {"rel": rel, "href": href} | {name: value for name, value in rest.items() if value}


def _alternate(alternate: Alternate) -> dict[str, str]:
    return _link(
        "alternate",
        alternate.href,
        type=alternate.type,
        hreflang=alternate.hreflang,
        title=alternate.title,
    )


def _pages(page: Alternate, others: tuple[Alternate, ...]) -> Iterator[dict[str, str]]:
    """The thing's own page and its alternates.

    A reader that ignores ``hreflang`` takes the first or (feedparser) the last HTML page for
    the thing's own, so its own comes first and, plain, a second time at the end.
    """
    yield _alternate(page)
    yield from map(_alternate, others)
    if any(other.type == page.type for other in others):
        yield _link("alternate", page.href)


def feed_links(feed: Feed, place: Place, media_type: str) -> Iterator[dict[str, str]]:
    """``self`` and the hubs, the archives before and after, the feed's page, its other formats
    and languages."""
    yield _link("self", place.url, type=media_type, hreflang=feed.language)
    for hub in place.hubs:
        yield _link("hub", hub)
    for rel, href in (
        ("current", place.current),
        ("prev-archive", place.previous),
        ("next-archive", place.following),
    ):
        if href:
            yield _link(rel, href, type=media_type, hreflang=feed.language)
    yield from page_links(feed, media_type)


def page_links(feed: Feed, media_type: str) -> Iterator[dict[str, str]]:
    """The feed's page, its other formats and languages."""
    yield from _pages(feed.page, feed.alternates_to(media_type))


def picture_links(item: Item) -> Iterator[dict[str, str]]:
    """What may be fetched along with the item (RFC 4287, 4.2.7.2)."""
    for picture in item.pictures:
        yield _link(
            "enclosure",
            picture.href,
            type=picture.type,
            length=str(picture.length),
            title=picture.title,
        )


def item_links(item: Item) -> Iterator[dict[str, str]]:
    """The item's page, its sister variants, and the documents it refers to."""
    yield from _pages(item.page, item.alternates)
    for related in item.related:
        yield _link("related", related.href, title=related.title)
