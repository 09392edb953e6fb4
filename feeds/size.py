"""How much room items take, so that a document stays one that readers accept; pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from feeds.model import Alternate, Item, Picture

LARGEST = 512_000
"""Octets of a whole feed: many readers refuse more."""

_OF_AN_ITEM = 900
"""Octets of tags, dates and names of namespaces."""
_OF_A_LINK = 80


def octets(item: Item) -> int:
    """What ``item`` takes in any format, rounded up: XML, where its HTML is escaped."""
    links = (
        *(_link(alternate) for alternate in (item.page, *item.alternates)),
        *(written(r.href) + written(r.title) + _OF_A_LINK for r in item.related),
        *(_picture(picture) for picture in item.pictures),
    )
    texts = (item.content_html, escape(item.summary, quote=False), item.title, item.author)
    names = (item.id, item.url, item.url, *item.categories)
    return _OF_AN_ITEM + sum(links) + sum(map(written, (*texts, *names)))


def fitting(sizes: Sequence[int], room: int = LARGEST) -> int:
    """For how many of the first items, of these ``sizes``, there is ``room``; for one at least."""
    taken = 0
    for count, size in enumerate(sizes):
        taken += size
        if taken > room and count:
            return count
    return len(sizes)


def written(text: str) -> int:
    """The octets of ``text`` in XML."""
    more = 3 * (text.count("<") + text.count(">")) + 4 * text.count("&") + 5 * text.count('"')
    return len(text.encode()) + more


def _picture(picture: Picture) -> int:
    """Each is an enclosure and, with what is said of it, a picture of Media RSS."""
    said = written(picture.title) + written(picture.credit)
    return 2 * written(picture.href) + said + 4 * _OF_A_LINK


def _link(alternate: Alternate) -> int:
    return _OF_A_LINK + written(alternate.href) + written(alternate.title)
