"""Pictures as readers fetch them: from what is published, kept in memory up to so many bytes."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import hdrs, web

from bot.releases import library
from bot.site.addresses import ENDS
from bot.store.database import Database
from feeds.caching import not_modified

KEPT_BYTES = 32_000_000
_EPOCH = datetime.fromtimestamp(0, UTC)
_NAME = re.compile(r"([0-9a-f]{32})-([1-9][0-9]{0,4})\.(jpg|png)", re.ASCII)

# A name stands for the same bytes for ever. Caches that many share ask daily all the same: what
# was withdrawn is not to be served by them for a year.
_HEADERS = {
    hdrs.CACHE_CONTROL: "public, max-age=31536000, s-maxage=86400, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",  # feed readers on the web show them as well
}


@dataclass(frozen=True, kw_only=True)
class _File:
    media_type: str
    body: bytes
    etag: str

    def to(self, request: web.Request) -> web.Response:
        """200 or 304 to a GET or HEAD."""
        headers = {**_HEADERS, hdrs.ETAG: self.etag}
        asked = ", ".join(request.headers.getall(hdrs.IF_NONE_MATCH, ()))
        if not_modified(asked or None, None, self.etag, _EPOCH):
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = self.media_type
        return web.Response(body=self.body, headers=headers)


class Media:
    """``clear`` forgets what is in memory: it may be published no more."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._files: OrderedDict[str, _File] = OrderedDict()
        self._bytes = 0
        self._generation = 0
        self._reading = asyncio.Lock()

    async def answer(self, request: web.Request, name: str) -> web.Response | None:
        """``None`` for whatever readers may not see, and for what there never was."""
        file = self._files.get(name) or await self._read(name)
        if file is None:
            return None
        if name in self._files:
            self._files.move_to_end(name)
        return file.to(request)

    def clear(self) -> None:
        self._files.clear()
        self._bytes = 0
        self._generation += 1

    async def _read(self, name: str) -> _File | None:
        parts = _NAME.fullmatch(name)
        if parts is None:
            return None
        # One at a time: many who ask for the same at once are served from what the first read.
        async with self._reading:
            if (known := self._files.get(name)) is not None:
                return known
            generation = self._generation
            async with self._database.read() as connection:
                found = await library.published_file(connection, parts[1], int(parts[2]))
            if found is None or ENDS[found[0]] != parts[3]:
                return None
            media_type, body = found
            etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            file = _File(media_type=media_type, body=body, etag=etag)
            if generation == self._generation:
                self._keep(name, file)
            return file

    def _keep(self, name: str, file: _File) -> None:
        self._files[name] = file
        self._bytes += len(file.body)
        while self._bytes > KEPT_BYTES:
            _, oldest = self._files.popitem(last=False)
            self._bytes -= len(oldest.body)
