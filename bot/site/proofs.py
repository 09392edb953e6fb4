"""By what anybody can check a text: its signature, and the office's public keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import hdrs, web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases import publication, signatures
from bot.releases.statement import keys_document, signature_document
from bot.site.addresses import KEYS_PATH, Addresses
from bot.site.answers import ASK_AGAIN, Answer, Cache
from bot.site.browsing import Page
from bot.site.pages import NotThere
from bot.store.database import Database
from feeds.routes import Handler, add_get

MEDIA_TYPE = "application/json"
FOR_ALL: Mapping[str, str] = {hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*"}
"""A page of somebody else's may check a text, too."""


class Proofs:
    def __init__(self, database: Database, addresses: Addresses, cache: Cache, page: Page) -> None:
        self._database = database
        self._addresses = addresses
        self._cache = cache
        self._page = page

    def add_routes(self, router: web.UrlDispatcher, guarded: Callable[[Handler], Handler]) -> None:
        """Add them to those of the site, whose failures are answered as ``guarded`` does."""
        add_get(router, KEYS_PATH, guarded(self._keys))
        add_get(router, "/{language}/releases/{slug}.sig.json", guarded(self._signature))

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        answer = self._cache.get(KEYS_PATH)
        if answer is None:
            generation = self._cache.generation
            async with self._database.read() as connection:
                answer = _answer(await keys(connection))
            self._cache.put(KEYS_PATH, answer, generation)
        return answer.to(request)

    async def _signature(self, request: web.Request) -> web.StreamResponse:
        slug = request.match_info["slug"]

        async def build(connection: AsyncConnection, _all: Sequence[str], tag: str) -> Answer:
            document = await signature(connection, self._addresses, tag, slug)
            if document is None:
                raise NotThere(tag)
            return _answer(document)

        return await self._page(request, ("signature", slug), build)


def _answer(document: bytes) -> Answer:
    return Answer(document, MEDIA_TYPE, ASK_AGAIN, FOR_ALL)


async def keys(connection: AsyncConnection) -> bytes:
    """The keys document; one without keys, as long as nothing was signed."""
    return _written(keys_document(await signatures.keys(connection)))


async def signature(
    connection: AsyncConnection, addresses: Addresses, language: str, slug: str
) -> bytes | None:
    """The signature document of a published text, also of one that was withdrawn; ``None`` where
    there is none, or not yet."""
    is_possible = slug.isascii() and slug.isprintable()
    published = await publication.by_slug(connection, slug) if is_possible else None
    variant = published.variants.get(language) if published is not None else None
    if published is None or variant is None or variant.signature is None:
        return None
    statement = published.statement(language, variant.signature.issuer)
    return _written(signature_document(statement, variant.signature, addresses.keys()))


def _written(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
