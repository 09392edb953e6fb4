"""Where things are: paths below the public address. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from bot.delivery.message import page_url
from bot.releases.picture import JPEG, PNG
from bot.settings import Settings
from feeds.documents import CALENDAR, FEEDS_PATH, OPML, feed_path
from feeds.model import FeedKey

ENDS = {JPEG: "jpg", PNG: "png"}
"""How the names of pictures end."""

CHOSEN = "language"
"""In a query: the language of the page was chosen by the visitor, and is to be remembered."""

KEYS_PATH = "/.well-known/polyherald-keys.json"


class Addresses:
    """Every address of the newsroom, absolute and percent-encoded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.base = settings.base_url
        parts = urlsplit(self.base)
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def welcome(self) -> str:
        """The door, which leads each visitor to a language."""
        return f"{self.base}/"

    def home(self, language: str, page: int = 1) -> str:
        return _paged(f"{self.base}/{quote(language)}/", page)

    def topic(self, language: str, topic: str, page: int = 1) -> str:
        return _paged(f"{self.base}/{quote(language)}/topics/{quote(topic, safe='')}", page)

    def archive(self, language: str) -> str:
        return f"{self.base}/{quote(language)}/archive"

    def year(self, language: str, year: int, page: int = 1) -> str:
        return _paged(f"{self.archive(language)}/{year}", page)

    def search(self, language: str, asked: str = "", page: int = 1) -> str:
        query = {"q": asked} if asked else {}
        return _asking(f"{self.base}/{quote(language)}/search", query | _page(page))

    def release(self, language: str, slug: str) -> str:
        return page_url(self._settings, slug, language)

    def handout(self, language: str, slug: str, suffix: str) -> str:
        """A file of the release: “txt”, “docx”, “ninjs.json”."""
        return f"{self.release(language, slug)}.{suffix}"

    def signature(self, language: str, slug: str) -> str:
        """By which the text of a release's page can be checked."""
        return f"{self.release(language, slug)}.sig.json"

    def keys(self) -> str:
        """Where the public keys of the office are (RFC 8615)."""
        return f"{self.base}{KEYS_PATH}"

    def calendar(self, language: str) -> str:
        return f"{self.base}/{quote(language)}/calendar"

    def subscribe(self, language: str) -> str:
        return f"{self.base}/{quote(language)}/subscribe"

    def qr(self, language: str, topic: str = "") -> str:
        """The QR code of the link that subscribes in this language, to this topic."""
        below = f"topics/{quote(topic, safe='')}/" if topic else ""
        return f"{self.subscribe(language)}/{below}qr.svg"

    def feed(self, language: str, document: str, topic: str = "") -> str:
        return self.base + feed_path(FeedKey(language, topic), document)

    def calendar_file(self, language: str) -> str:
        return self.feed(language, CALENDAR.name)

    def feed_list(self) -> str:
        return self.base + FEEDS_PATH + OPML

    def media(self, digest: str, width: int, media_type: str) -> str:
        """Of a picture in one width: for ever of the same bytes."""
        return f"{self.base}/media/{digest}-{width}.{ENDS[media_type]}"

    def static(self, name: str) -> str:
        return f"{self.base}/static/{name}"

    def chosen(self, address: str, language: str) -> str:
        """``address``, for those who choose ``language`` by going there."""
        return f"{address}{'&' if '?' in address else '?'}{CHOSEN}={quote(language)}"

    def sitemap(self, part: str = "") -> str:
        return f"{self.base}/sitemap-{part}.xml" if part else f"{self.base}/sitemap.xml"

    def local(self, address: str) -> str:
        """One of ours without scheme and host, so that a page works by any name of the host."""
        return address.removeprefix(self._origin)


def _paged(address: str, page: int) -> str:
    return _asking(address, _page(page))


def _page(page: int) -> dict[str, str]:
    return {"page": str(page)} if page > 1 else {}


def _asking(address: str, query: Mapping[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address
