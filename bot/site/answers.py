"""Bytes to answers: validators, codings, and the headers that every page carries."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from types import MappingProxyType

from aiohttp import hdrs, web

from feeds.caching import IDENTITY, negotiate, not_modified, represent

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
PAGE = "text/html; charset=utf-8"
SVG = "image/svg+xml"
# A reader's browser asks each time whether a page is still good: corrections show at once.
ASK_AGAIN = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"
_EPOCH = datetime.fromtimestamp(0, UTC)


class Answer:
    """One body in each of its codings. Safe to share between requests."""

    def __init__(
        self,
        body: bytes,
        media_type: str,
        cache_control: str,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        # Only the entity tag validates: a page changes with more than its newest release.
        self._document = represent(body, _EPOCH)
        self._headers = {
            hdrs.CACHE_CONTROL: cache_control,
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
            **SECURITY,
            **headers,
        }
        self._media_type = media_type

    def to(self, request: web.Request) -> web.Response:
        """200 or 304 to a GET or HEAD."""
        coding = negotiate(_list(request, hdrs.ACCEPT_ENCODING))
        encoded = self._document.encodings[coding]
        headers = {**self._headers, hdrs.ETAG: encoded.etag}
        if not_modified(_list(request, hdrs.IF_NONE_MATCH), None, encoded.etag, _EPOCH):
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = self._media_type
        if coding != IDENTITY:
            headers[hdrs.CONTENT_ENCODING] = coding
        return web.Response(body=encoded.body, headers=headers)


def plain_page(html: str, status: int, **headers: str) -> web.Response:
    """A page that is not kept by anybody, such as an error's."""
    return web.Response(
        body=html.encode(),
        status=status,
        headers={
            hdrs.CONTENT_TYPE: PAGE,
            hdrs.CACHE_CONTROL: ASK_AGAIN,
            hdrs.VARY: f"{hdrs.ACCEPT_LANGUAGE}, {hdrs.COOKIE}",
            **SECURITY,
            **headers,
        },
    )


class Cache:
    """The last pages that were asked for, until something changes."""

    def __init__(self, size: int = 512) -> None:
        self._size = size
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self.generation = 0

    def get(self, key: Hashable) -> Answer | None:
        answer = self._answers.get(key)
        if answer is not None:
            self._answers.move_to_end(key)
        return answer

    def put(self, key: Hashable, answer: Answer, generation: int) -> None:
        """Keep ``answer``, unless the cache was cleared since ``generation``: it may be old."""
        if generation != self.generation:
            return
        self._answers[key] = answer
        if len(self._answers) > self._size:
            self._answers.popitem(last=False)

    def clear(self) -> None:
        self._answers.clear()
        self.generation += 1


@dataclass(frozen=True, kw_only=True)
class Static:
    """The files beside the pages, under names that change with their content."""

    stylesheet: str
    icon: str
    answers: dict[str, Answer]


def load_static() -> Static:
    """Read the package's own static files once."""
    names: list[str] = []
    answers: dict[str, Answer] = {}
    folder = files("bot.site") / "static"
    for name, media_type in (("newsroom.css", "text/css; charset=utf-8"), ("icon.svg", SVG)):
        body = (folder / name).read_bytes()
        stem, _, suffix = name.partition(".")
        named = f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{suffix}"
        names.append(named)
        answers[named] = Answer(body, media_type, FOR_EVER)
    return Static(stylesheet=names[0], icon=names[1], answers=answers)


def coding_for(request: web.Request, available: tuple[str, ...]) -> str:
    """The content coding that the request is to be answered in."""
    return negotiate(_list(request, hdrs.ACCEPT_ENCODING), available)


def _list(request: web.Request, name: str) -> str | None:
    """A list header, which may come in several lines (RFC 9110, 5.3)."""
    lines = request.headers.getall(name, ())
    return ", ".join(lines) if lines else None
