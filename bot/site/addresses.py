"""Where things are: paths below the public address. Pure."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from bot.delivery.message import page_url
from bot.releases.picture import JPEG, PNG
from bot.settings import Settings
from feeds.documents import CALENDAR, FEEDS_PATH, OPML, feed_path
from feeds.model import FeedKey

ENDS = {JPEG: "jpg", PNG: "png"}
"""How the names of pictures end."""


class Addresses:
    """Every address of the newsroom, absolute and percent-encoded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.base = settings.base_url
        parts = urlsplit(self.base)
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def home(self, language: str, page: int = 1) -> str:
        return f"{self.base}/{quote(language)}/" + (f"?page={page}" if page > 1 else "")

    def release(self, language: str, slug: str) -> str:
        return page_url(self._settings, slug, language)

    def handout(self, language: str, slug: str, suffix: str) -> str:
        """A file of the release: “txt”, “docx”, “ninjs.json”."""
        return f"{self.release(language, slug)}.{suffix}"

    def topic(self, language: str, topic: str) -> str:
        return f"{self.base}/{quote(language)}/topics/{quote(topic, safe='')}"

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

    def local(self, address: str) -> str:
        """One of ours without scheme and host, so that a page works by any name of the host."""
        return address.removeprefix(self._origin)
