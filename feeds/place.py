"""Where a document is fetched, and what it has to say of its surroundings: a frozen value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """``url`` is the very address at which the document is served; all addresses are absolute.

    ``hubs`` push its changes (WebSub). ``previous`` is the archive document that continues a feed
    into its past (RFC 5005). An archive document itself has ``current``, the document to
    subscribe to, and ``following``, the archive document after it.
    """

    url: str
    hubs: tuple[str, ...] = ()
    previous: str = ""
    following: str = ""
    current: str = ""

    @property
    def is_archive(self) -> bool:
        return bool(self.current)
