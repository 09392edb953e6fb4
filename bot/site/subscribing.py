"""How one gets the news: the subscribe page, and the codes of its links into the bot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.site import invitations
from bot.site.answers import ASK_AGAIN, SVG, Answer
from bot.site.browsing import Page
from bot.site.pages import NotThere, Pages
from bot.site.source import NewsroomFeeds
from feeds.routes import Handler, add_get


class Subscribing:
    """``bot`` is the bot's address for readers, https://t.me/NAME, once it is known."""

    def __init__(self, pages: Pages, source: NewsroomFeeds, page: Page, bot: str | None) -> None:
        self._pages = pages
        self._source = source
        self._page = page
        self.bot = bot

    def add_routes(self, router: web.UrlDispatcher, guarded: Callable[[Handler], Handler]) -> None:
        """Add them to those of the site, whose failures are answered as ``guarded`` does."""
        add_get(router, "/{language}/subscribe", guarded(self._ways))
        add_get(router, "/{language}/subscribe/qr.svg", guarded(self._code))
        add_get(router, "/{language}/subscribe/topics/{topic}/qr.svg", guarded(self._code))

    async def _ways(self, request: web.Request) -> web.StreamResponse:
        async def build(connection: AsyncConnection, languages: Sequence[str], tag: str) -> str:
            return self._pages.subscribe(languages, tag, await self._topics(tag), self.bot)

        return await self._page(request, ("subscribe",), build)

    async def _code(self, request: web.Request) -> web.StreamResponse:
        """For a poster or a letter."""
        topic = request.match_info.get("topic", "")

        async def build(connection: AsyncConnection, languages: Sequence[str], tag: str) -> Answer:
            if self.bot is None or (topic and topic not in await self._topics(tag)):
                raise NotThere(tag)
            code = invitations.qr_code(invitations.to_person(self.bot, tag, topic, "qr"))
            return Answer(code, SVG, ASK_AGAIN)

        return await self._page(request, ("qr", topic), build)

    async def _topics(self, language: str) -> list[str]:
        """Those that have a feed in this language."""
        return [
            key.topic
            for key in await self._source.live_keys()
            if key.topic and key.language == language
        ]
