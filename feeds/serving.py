"""One document in memory and the answers it gives, their headers built once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import hdrs, web
from aiohttp.hdrs import ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH
from aiohttp.web import Response
from multidict import CIMultiDict, CIMultiDictProxy

from feeds.caching import IDENTITY, Representation, http_date, negotiate, not_modified

# Feeds are public, and readers that run in a web page need them too, with all that is not shown
# to them unasked.
PUBLIC: Mapping[str, str] = {
    hdrs.VARY: hdrs.ACCEPT_ENCODING,
    hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
    hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: "ETag, Link, Retry-After",
}


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """One coding, ready to send: whole, or as the news that nothing changed."""

    body: bytes
    etag: str
    full: CIMultiDict[str]
    unchanged: CIMultiDict[str]


class Page:
    """One representation behind one path. Safe to share between requests: nothing changes."""

    def __init__(
        self, document: Representation, media_type: str, max_age: int, link: str = ""
    ) -> None:
        """``max_age``: seconds for which a reader need not ask again; ``link``: the header."""
        self.last_modified = document.last_modified
        self.encodings = document.encodings
        self.body = document.encodings[IDENTITY].body
        self.etag = document.encodings[IDENTITY].etag
        self.octets = sum(len(encoded.body) for encoded in document.encodings.values())
        self._codings = tuple(name for name in document.encodings if name != IDENTITY)
        self._answers: dict[str, _Answer] = {}
        for coding, encoded in document.encodings.items():
            unchanged = CIMultiDict(
                {
                    hdrs.ETAG: encoded.etag,
                    hdrs.CACHE_CONTROL: f"public, max-age={max_age}",
                    **PUBLIC,
                }
            )
            full = CIMultiDict(unchanged)
            full[hdrs.CONTENT_TYPE] = media_type
            full[hdrs.LAST_MODIFIED] = http_date(document.last_modified)
            if link:
                full[hdrs.LINK] = link
            if coding != IDENTITY:
                full[hdrs.CONTENT_ENCODING] = coding
            self._answers[coding] = _Answer(
                body=encoded.body, etag=encoded.etag, full=full, unchanged=unchanged
            )

    def answer(self, request: web.Request) -> web.Response:
        """200 or 304 to a GET or HEAD."""
        headers = request.headers
        answer = self._answers[negotiate(_list(headers, ACCEPT_ENCODING), self._codings)]
        # Nearly all pollers send back the very tag they were given: parse only what is not that.
        if headers.get(IF_NONE_MATCH) == answer.etag or not_modified(
            _list(headers, IF_NONE_MATCH),
            headers.get(IF_MODIFIED_SINCE),
            answer.etag,
            self.last_modified,
        ):
            return Response(status=304, headers=answer.unchanged)
        return Response(body=answer.body, headers=answer.full)


def _list(headers: CIMultiDictProxy[str], name: str) -> str | None:
    """A list header, which may come in several lines (RFC 9110, 5.3)."""
    lines = headers.getall(name, ())
    return ", ".join(lines) if len(lines) > 1 else lines[0] if lines else None
