"""The files that a release may be had as, written when they are asked for and kept for a while."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Protocol

from aiohttp import hdrs, web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.settings import Settings
from bot.site.answers import ASK_AGAIN, Answer, Cache
from bot.site.authority import Authority, authority
from bot.site.handouts.kinds import KINDS, Kind
from bot.site.handouts.paper import Paper
from bot.site.pages import Pages
from bot.store.database import Database
from feeds.routes import Handler, add_get

KEPT = 128


class Spoken(Protocol):
    """The newsroom's languages and the one in the request's path, spelt as it is there; raises
    what sends elsewhere whoever spells it otherwise."""

    async def __call__(
        self, connection: AsyncConnection, request: web.Request
    ) -> tuple[Sequence[str], str]: ...


class Files:
    """Writes them. Slow ones one after another: pages go on being served meanwhile."""

    def __init__(
        self, database: Database, settings: Settings, clock: Clock, pages: Pages, spoken: Spoken
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._pages = pages
        self._spoken = spoken
        self._writing = asyncio.Lock()
        self._minted: Authority | None = None
        self._kept = Cache(KEPT)

    def add_routes(self, router: web.UrlDispatcher, guarded: Callable[[Handler], Handler]) -> None:
        """Add them to those of the site, whose failures are answered as ``guarded`` does.

        A slug has no dot, so that no release can stand where another's file is.
        """
        suffix = "|".join(map(re.escape, KINDS))
        path = f"/{{language}}/releases/{{slug:[^/.]+}}.{{suffix:{suffix}}}"
        add_get(router, path, guarded(self._get))

    def clear(self) -> None:
        self._kept.clear()

    async def _get(self, request: web.Request) -> web.StreamResponse:
        slug, kind = request.match_info["slug"], KINDS[request.match_info["suffix"]]
        key = (request.match_info["language"], slug, kind.suffix)
        answer = self._kept.get(key)
        if answer is None:
            generation = self._kept.generation
            async with self._database.read() as connection:
                languages, language = await self._spoken(connection, request)
                paper = await self._pages.paper(
                    connection, languages, language, slug, even_withdrawn=kind.outlives
                )
            # Without the connection: a document may have to wait until another is written.
            answer = await self._answer(paper, kind)
            self._kept.put(key, answer, generation)
        return answer.to(request)

    async def _answer(self, paper: Paper, kind: Kind) -> Answer:
        """``paper`` as a file of this ``kind``, under a name by which it is known once saved."""
        if self._minted is None:
            self._minted = await authority(self._database, self._settings, self._clock)
        if kind.slow:
            async with self._writing:
                body = await asyncio.to_thread(kind.write, paper, self._minted)
        else:
            body = kind.write(paper, self._minted)
        name = f"{paper.published.slug}.{paper.language}.{kind.suffix}"
        shown = "attachment" if kind.saved else "inline"
        return Answer(
            body,
            kind.content_type,
            ASK_AGAIN,
            {
                hdrs.CONTENT_DISPOSITION: f'{shown}; filename="{name}"',
                hdrs.CONTENT_LANGUAGE: paper.language,
                hdrs.LINK: f'<{paper.url}>; rel="canonical"',
                **kind.headers,
            },
        )
