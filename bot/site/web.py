"""The site: newsroom pages, feeds, health and the webhook in one aiohttp application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import structlog
from aiohttp import hdrs, web
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.errors import StoreError
from bot.occasions.calendar import local_date
from bot.releases import lists
from bot.releases.lists import EVERYTHING
from bot.settings import Settings
from bot.site import choice, negotiation
from bot.site.answers import ASK_AGAIN, PAGE, SECURITY, Answer, Cache, load_static, plain_page
from bot.site.browsing import Browsing, Build
from bot.site.handouts.files import Files
from bot.site.health import Check, Health, Metrics
from bot.site.media import Media
from bot.site.pages import NotThere, Pages, Version, Withdrawn
from bot.site.proofs import Proofs
from bot.site.source import NewsroomFeeds
from bot.site.subscribing import Subscribing
from bot.store.database import Database
from feeds.patience import Patience
from feeds.routes import Handler, add_get, expect_nothing
from feeds.web import FeedSite

Webhook = Callable[[str | None, bytes], Awaitable[int]]
"""Takes the secret that came with an update and its body; returns the status to answer with."""

LONGEST_ADDRESS = 128 * 1024
"""Bytes of a request's first line for the server to read: a long question is answered, too."""

RETRY_AFTER = "30"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 – the header's name

log = structlog.get_logger(__name__)


class Site:
    """``app`` serves; call ``refresh`` once before it does, and whenever the data changed.

    Pages and errors are the same for everybody; the language switch alone leaves a cookie.
    There are no middlewares: polling feeds is most of the work, and each would cost it.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        *,
        checks: Mapping[str, Check],
        metrics: Metrics,
        webhook: Webhook | None,
        telegram_link: str | None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._static = load_static()
        self._pages = Pages(settings, self._static)
        self._source = NewsroomFeeds(database, settings, clock)
        self._feeds = FeedSite(
            self._source,
            settings.base_url,
            hubs=settings.websub_hubs,
            patience=Patience(settings.trusted_proxies),
        )
        self._cache = Cache()
        self._browsing = Browsing(database, self._pages, self._source, self._cache, self._page)
        self._subscribing = Subscribing(self._pages, self._source, self._page, telegram_link)
        addresses = self._pages.addresses
        self._proofs = Proofs(database, addresses, self._cache, self._page)
        self._media = Media(database)
        self._files = Files(database, settings, clock, self._pages, self._spoken)
        self._languages: tuple[str, ...] = settings.languages
        self._webhook = webhook
        self.app = web.Application()
        self._feeds.add_routes(self.app)
        Health(checks, metrics).add_routes(self.app)
        self._add_routes()
        self.app.on_response_prepare.append(_secured)

    @property
    def telegram_link(self) -> str | None:
        """The bot's address for readers, once it is known."""
        return self._subscribing.bot

    @telegram_link.setter
    def telegram_link(self, link: str | None) -> None:
        self._subscribing.bot = link
        self._cache.clear()

    async def refresh(self) -> None:
        """Forget pages and rebuild feeds, because what is published may have changed.

        Raises ``StoreError`` when the database does not answer: then try again. A feed that
        cannot be built for another reason is logged and stays as it was.
        """
        self._cache.clear()
        self._media.clear()
        self._files.clear()
        async with self._database.read() as connection:
            self._languages = await self._pages.languages(connection)
        rebuilt = await self._feeds.refresh()
        for error in rebuilt.failures:
            if isinstance(error, StoreError):
                raise error
            log.error("a feed could not be renewed", exc_info=error)

    @property
    def is_due(self) -> bool:
        """Whether a year is over or a notice has run out, so that feeds say something else."""
        return self._source.changes_at is not None and self._source.changes_at <= self._clock.now()

    def served(self) -> Mapping[str, str]:
        """Which feeds' addresses serve what now (address → entity tag)."""
        return self._feeds.served()

    def _add_routes(self) -> None:
        router = self.app.router
        if self._webhook is not None:
            router.add_post(
                "/telegram/webhook",
                partial(self._updated, self._webhook),
                expect_handler=expect_nothing,
            )
        add_get(router, "/static/{name}", self._guarded(self._static_file))
        add_get(router, "/media/{name}", self._guarded(self._picture))
        add_get(router, "/", self._guarded(self._welcome))
        self._browsing.add_routes(router, self._guarded)
        self._files.add_routes(router, self._guarded)
        self._proofs.add_routes(router, self._guarded)
        add_get(router, "/{language}/releases/{slug}", self._guarded(self._release))
        add_get(router, "/{language}/calendar", self._guarded(self._calendar))
        self._subscribing.add_routes(router, self._guarded)
        add_get(router, "/{rest:.*}", self._guarded(self._nowhere))
        router.add_route("*", "/{rest:.*}", _read_only, expect_handler=expect_nothing)

    # --- what is asked for -----------------------------------------------------------------------

    async def _welcome(self, request: web.Request) -> web.StreamResponse:
        async with self._database.read() as connection:
            languages = await self._pages.languages(connection)
            # To an empty list only where all are empty.
            available = await lists.reaching(connection, languages, EVERYTHING) or languages
        language = self._wanted(request, available)
        raise web.HTTPFound(
            self._pages.addresses.local(self._pages.addresses.home(language)),
            headers={
                hdrs.VARY: f"{hdrs.ACCEPT_LANGUAGE}, {hdrs.COOKIE}",
                hdrs.CACHE_CONTROL: ASK_AGAIN,
                **SECURITY,
            },
        )

    async def _release(self, request: web.Request) -> web.StreamResponse:
        slug, today = request.match_info["slug"], self._today()

        async def build(connection: AsyncConnection, languages: Sequence[str], tag: str) -> str:
            return await self._pages.release(connection, languages, tag, slug, today)

        return await self._page(request, ("release", slug, today), build)

    async def _calendar(self, request: web.Request) -> web.StreamResponse:
        today = self._today()

        async def build(connection: AsyncConnection, languages: Sequence[str], tag: str) -> str:
            return await self._pages.calendar(connection, languages, tag, today)

        return await self._page(request, ("calendar", today), build)

    async def _static_file(self, request: web.Request) -> web.StreamResponse:
        answer = self._static.answers.get(request.match_info["name"])
        if answer is None:
            raise NotThere
        return answer.to(request)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        answer = await self._media.answer(request, request.match_info["name"])
        if answer is None:
            raise NotThere
        return answer

    async def _nowhere(self, request: web.Request) -> web.StreamResponse:
        language = request.match_info["rest"].partition("/")[0]
        raise NotThere(negotiation.proper_tag(language, self._languages))

    async def _updated(self, webhook: Webhook, request: web.Request) -> web.Response:
        return web.Response(
            status=await webhook(request.headers.get(SECRET_HEADER), await request.read())
        )

    # --- how it is answered ----------------------------------------------------------------------

    async def _page(
        self,
        request: web.Request,
        key: tuple[Any, ...],
        build: Build,
        ends: str = "",
        *,
        keep: bool = True,
    ) -> web.StreamResponse:
        """A page from memory, or made now; languages spelt otherwise are sent to their own."""
        given = request.match_info["language"]
        is_kept = keep and request.path.endswith(ends)
        answer = self._cache.get((given, *key)) if is_kept else None
        if answer is None:
            generation = self._cache.generation
            async with self._database.read() as connection:
                languages, language = await self._spoken(connection, request, ends)
                made = await build(connection, languages, language)
            answer = made if isinstance(made, Answer) else Answer(made.encode(), PAGE, ASK_AGAIN)
            if keep:
                self._cache.put((given, *key), answer, generation)
        return answer.to(request)

    async def _spoken(
        self, connection: AsyncConnection, request: web.Request, ends: str = ""
    ) -> tuple[Sequence[str], str]:
        """The newsroom's languages, and the one in the address."""
        given = request.match_info["language"]
        languages = await self._pages.languages(connection)
        language = negotiation.proper_tag(given, languages)
        if language is None:
            raise NotThere
        if language != given or not request.path.endswith(ends):
            raise self._moved(request, language, ends)
        return languages, language

    def _today(self) -> date:
        """By the office's calendar. Pages that tell of days to come are others on the morrow."""
        return local_date(self._settings.timezone, self._clock.now())

    def _moved(self, request: web.Request, language: str, ends: str) -> web.HTTPMovedPermanently:
        _, _, rest = request.rel_url.raw_path.removeprefix("/").partition("/")
        path = f"/{language}/{rest}" if rest or ends else f"/{language}"
        query = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
        return web.HTTPMovedPermanently(self._pages.addresses.base + path + query, headers=SECURITY)

    def _guarded(self, handler: Handler) -> Handler:
        """``handler``, its failures answered with a page that a visitor can read."""

        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                chosen = choice.kept(request, self._languages, self._pages.addresses)
                return chosen or await handler(request)
            except web.HTTPException:
                raise
            except Withdrawn as gone:
                return plain_page(gone.html, 410)
            except NotThere as absent:
                return self._failed(request, 404, absent.language, absent.found_in)
            except StoreError as error:
                log.error("a page waits for the database", reason=str(error))
                return self._failed(request, 503)
            except Exception:
                log.exception("a page could not be made", route=handler.__name__)
                return self._failed(request, 500)

        return answer

    @staticmethod
    def _wanted(request: web.Request, available: Sequence[str]) -> str:
        accepted = request.headers.get(hdrs.ACCEPT_LANGUAGE, "")
        return negotiation.choose(accepted, available, choice.remembered(request))

    def _failed(
        self,
        request: web.Request,
        status: int,
        language: str | None = None,
        found_in: Sequence[Version] = (),
    ) -> web.Response:
        if language is None:
            named = negotiation.proper_tag(request.match_info.get("language", ""), self._languages)
            language = named or self._wanted(request, self._languages)
        html = self._pages.error(self._languages, language, status, found_in)
        more = {hdrs.RETRY_AFTER: RETRY_AFTER} if status == 503 else {}
        return plain_page(html, status, **more)


async def _read_only(request: web.Request) -> web.StreamResponse:
    """Whatever else is asked for: aiohttp's own answer to that fails for an ``Expect`` that is no
    text."""
    raise web.HTTPMethodNotAllowed(request.method, (hdrs.METH_GET, hdrs.METH_HEAD))


async def _secured(_request: web.Request, response: web.StreamResponse) -> None:
    """Refusals of feeds and of aiohttp are no exception."""
    if isinstance(response, web.HTTPException):
        for name, value in SECURITY.items():
            response.headers.setdefault(name, value)


def make_site(
    database: Database,
    settings: Settings,
    clock: Clock,
    *,
    checks: Mapping[str, Check],
    metrics: Metrics | None = None,
    webhook: Webhook | None = None,
    telegram_link: str | None = None,
) -> Site:
    """The site over ``database``. ``checks`` are what ``/readyz`` asks, by name."""
    return Site(
        database,
        settings,
        clock,
        checks=checks,
        metrics=metrics or Metrics(),
        webhook=webhook,
        telegram_link=telegram_link,
    )
