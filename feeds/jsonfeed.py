"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from feeds.links import item_links, page_links
from feeds.model import Feed, Item, Picture
from feeds.place import Place

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"
LINKS = "_links"
"""The format knows no link to another language, nor to a document that an item refers to: so they
are in an extension of this name, with the attributes that they have in Atom."""

_ABOUT_LINKS = "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7"


def jsonfeed(feed: Feed, place: Place) -> bytes:
    """The feed as a JSON document that is fetched at ``place``; equal feeds, equal bytes."""
    return orjson.dumps(
        _without_blanks(
            {
                "version": VERSION,
                "title": feed.title,
                "home_page_url": feed.home_url,
                "feed_url": place.url,
                "description": feed.subtitle,
                "next_url": place.previous,
                "language": feed.language,
                "authors": _authors(feed.author),
                "hubs": [{"type": "WebSub", "url": hub} for hub in place.hubs],
                LINKS: _links(page_links(feed, MEDIA_TYPE)),
            }
        )
        | {"items": [_item(item) for item in feed.items]}
    )


def _item(item: Item) -> dict[str, Any]:
    return _without_blanks(
        {
            "id": item.id,
            "url": item.url,
            "title": item.title,
            "content_html": item.content_html,
            "summary": item.summary,
            "image": item.pictures[0].href if item.pictures else "",
            "date_published": item.published.isoformat(),
            "date_modified": item.updated.isoformat(),
            "language": item.language,
            "authors": _authors(item.author),
            "tags": list(item.categories),
            "attachments": [_attachment(picture) for picture in item.pictures],
            LINKS: _links(item_links(item)),
        }
    )


def _attachment(picture: Picture) -> dict[str, Any]:
    return _without_blanks(
        {
            "url": picture.href,
            "mime_type": picture.type,
            "title": picture.title,
            "size_in_bytes": picture.length,
        }
    )


def _authors(name: str) -> list[dict[str, str]]:
    return [{"name": name}] if name else []


def _links(links: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    found = list(links)
    return {"about": _ABOUT_LINKS, "links": found} if found else {}


def _without_blanks(members: Mapping[str, Any]) -> dict[str, Any]:
    """A member that has nothing to say is left out."""
    return {name: value for name, value in members.items() if value}
