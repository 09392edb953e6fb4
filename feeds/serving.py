"""One document in memory and the answers it gives, their headers built once."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import hdrs, web
from multidict import CIMultiDict

from feeds.caching import IDENTITY, Representation, http_date, negotiate, not_modified

# Feeds are public, and readers that run in a web page need them too.
PUBLIC = {hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*"}


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """One coding, ready to send: a plain class of attributes, for it is read at every request."""

    body: bytes
    etag: str
    full: CIMultiDict[str]
    unchanged: CIMultiDict[str]


class Page:
    """One representation behind one path. Safe to share between requests: nothing changes."""

    def __init__(self, document: Representation, media_type: str, max_age: int) -> None:
        """``max_age``: seconds for which a reader need not ask again."""
        self.document = document
        self.body = document.encodings[IDENTITY].body
        self._codings = tuple(name for name in document.encodings if name != IDENTITY)
        self._answers: dict[str, _Answer] = {}
        for coding, encoded in document.encodings.items():
            unchanged = CIMultiDict(
                {
                    hdrs.ETAG: encoded.etag,
                    hdrs.CACHE_CONTROL: f"public, max-age={max_age}",
                    hdrs.VARY: hdrs.ACCEPT_ENCODING,
                    **PUBLIC,
                }
            )
            full = CIMultiDict(unchanged)
            full[hdrs.CONTENT_TYPE] = media_type
            full[hdrs.LAST_MODIFIED] = http_date(document.last_modified)
            if coding != IDENTITY:
                full[hdrs.CONTENT_ENCODING] = coding
            self._answers[coding] = _Answer(
                body=encoded.body, etag=encoded.etag, full=full, unchanged=unchanged
            )

    def answer(self, request: web.Request) -> web.Response:
        """200 or 304 to a GET or HEAD."""
        headers = request.headers
        answer = self._answers[negotiate(_list(request, hdrs.ACCEPT_ENCODING), self._codings)]
        tags = headers.get(hdrs.IF_NONE_MATCH)
        # Nearly all pollers send back the very tag they were given: parse only what is not that.
        if tags == answer.etag or not_modified(
            _list(request, hdrs.IF_NONE_MATCH),
            headers.get(hdrs.IF_MODIFIED_SINCE),
            answer.etag,
            self.document.last_modified,
        ):
            return web.Response(status=304, headers=answer.unchanged)
        return web.Response(body=answer.body, headers=answer.full)


def _list(request: web.Request, name: str) -> str | None:
    """A list header, which may come in several lines (RFC 9110, 5.3)."""
    lines = request.headers.getall(name, ())
    return ", ".join(lines) if lines else None
