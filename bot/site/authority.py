"""In whose name the permanent ids of feeds and items are minted (RFC 4151)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from bot.clock import Clock
from bot.settings import Settings
from bot.store.database import Database, remembered
from feeds.model import tag_id

REMEMBERED_AS = "tag_authority"
_DNS_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A name and a day on which it belonged to the press office. It never changes again."""

    domain: str
    since: date

    def feed(self, language: str, topic: str = "") -> str:
        """The id of a feed."""
        return tag_id(self.domain, self.since, f"feed/{language}" + (f"/{topic}" if topic else ""))

    def release(self, slug: str, language: str) -> str:
        """The id of a release in one language; a slug is never given to another release."""
        return tag_id(self.domain, self.since, f"release/{slug}/{language}")

    def document(self, slug: str, number: int) -> str:
        """The id of a document that a release refers to without an address of its own."""
        return tag_id(self.domain, self.since, f"release/{slug}/related/{number}")

    def occasion(self, series: str, year: int, language: str) -> str:
        """The id of an anniversary in one language: ``series`` is the slug of the first release
        of its observance, ``year`` one of the observance's calendar."""
        return tag_id(self.domain, self.since, f"occasion/{series}/{year}/{language}")


async def authority(database: Database, settings: Settings, clock: Clock) -> Authority:
    """The settings' ``issuer.domain`` and ``issuer.since``, if both are there.

    Otherwise what the first start wrote down, from what the settings had then, the host name
    of ``base_url`` and that day: the newsroom may move house, and its ids must not.
    """
    issuer = settings.issuer
    if issuer.domain and issuer.since:
        return Authority(domain=issuer.domain, since=issuer.since)
    since = issuer.since or clock.now().date()
    first = f"{issuer.domain or _host(settings.base_url)},{since.isoformat()}"
    async with database.write() as connection:
        kept = await remembered(database, connection, REMEMBERED_AS, first)
    domain, _, day = kept.partition(",")
    return Authority(domain=domain, since=date.fromisoformat(day))


def _host(base_url: str) -> str:
    """The host name in ASCII. A bare IPv6 address, which no tag can hold, is ``localhost``."""
    host = urlsplit(base_url).hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    return host if _DNS_NAME.fullmatch(host) else "localhost"
