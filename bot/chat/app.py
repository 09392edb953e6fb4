"""The bot on Telegram: set up, listen, carry notices, close."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import orjson
import structlog
from telegram.error import EndPointNotFound, InvalidToken, TelegramError

from bot.chat import commands
from bot.chat.caretaker import Caretaker
from bot.chat.countdown import Countdown
from bot.chat.menus import Menus
from bot.chat.messenger import Messenger
from bot.chat.office import Office
from bot.chat.poller import FIRST_PAUSE, LONGEST_PAUSE, Poller
from bot.chat.progress import Progress
from bot.chat.updates import KINDS, Updates
from bot.clock import Clock
from bot.errors import StoreError, TransportError
from bot.releases.desk import Desk
from bot.settings import Settings
from bot.store.database import Database
from bot.transports.telegram import TelegramTransport

WEBHOOK_PATH = "/telegram/webhook"
WEBHOOK_BYTES = 1_000_000
LONGEST_FAREWELL = 10.0
"""Seconds for the answers that were begun when the service stops."""

log = structlog.get_logger(__name__)


class Chat:
    """One bot's conversations.

    ``reserve`` takes a slot of the rate that conversation and announcements share; without it
    only Telegram's own refusals slow the bot down.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        desk: Desk,
        transport: TelegramTransport,
        *,
        reserve: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._office = Office(
            database=database,
            settings=settings,
            clock=clock,
            desk=desk,
            transport=transport,
            reserve=reserve,
        )
        self._updates = Updates(self._office)
        self._menus = Menus(self._office)
        self._ready = False

    @property
    def username(self) -> str:
        """The bot's user name, known once it is set up."""
        return self._office.bot.username if self._ready else ""

    async def start(self) -> None:
        """Set up the bot: who it is, its menus, where updates go.

        Raises ``TransportError`` when the token is refused. While Telegram cannot be reached,
        :meth:`run` goes on trying.
        """
        try:
            await self._set_up()
        except TelegramError as error:
            log.warning("Telegram is not reached yet", error=type(error).__name__)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen and carry notices until ``stop``, then finish what was begun."""
        await self._until_set_up(stop)
        carrying = asyncio.create_task(Messenger(self._office).run(stop))
        caring = asyncio.create_task(Caretaker(self._office).run(stop))
        following = asyncio.create_task(Progress(self._office).run(stop))
        in_step = asyncio.create_task(self._menus.run(stop))
        counting = asyncio.create_task(Countdown(self._office).run(stop))
        if self._office.settings.telegram_webhook_url:
            await stop.wait()
        elif self._ready:
            await Poller(self._office, self._updates).run(stop)
        try:
            async with asyncio.timeout(LONGEST_FAREWELL):
                await self._updates.drain()
                await carrying
                await following
                await in_step
                await counting
                await caring
        except TimeoutError:
            log.warning("stopped before everybody had an answer")

    async def handle_webhook(self, secret_header: str | None, body_bytes: bytes) -> int:
        """Take what was posted to the webhook; returns the HTTP status to answer with.

        200 once it is handled, whatever came of it; 403 for another's secret, 503 when Telegram
        should post it again.
        """
        secret = self._office.settings.telegram_webhook_secret
        if secret is None or not hmac.compare_digest(
            secret.get_secret_value().encode(), (secret_header or "").encode("utf-8", "replace")
        ):
            return 403
        if len(body_bytes) > WEBHOOK_BYTES:
            return 413
        if not self._ready:
            return 503
        try:
            raw = orjson.loads(body_bytes)
        except orjson.JSONDecodeError:
            return 400
        if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
            return 400
        served = self._updates.take(raw)
        if served is None:
            return 200
        try:
            # Shielded: an update in line is served, even when Telegram hangs up meanwhile.
            done = await asyncio.shield(served)
            await self._updates.prune()
        except StoreError:
            return 503
        return 200 if done else 503

    async def close(self) -> None:
        """Drop what is still being answered. The transport belongs to whoever made it."""
        await self._updates.close()

    async def _until_set_up(self, stop: asyncio.Event) -> None:
        pause = FIRST_PAUSE
        while not self._ready and not stop.is_set():
            try:
                await self._set_up()
            except (TelegramError, TransportError) as error:
                log.warning("the bot cannot start", error=type(error).__name__, again_in=pause)
                try:
                    await asyncio.wait_for(stop.wait(), pause)
                except TimeoutError:
                    pause = min(pause * 2, LONGEST_PAUSE)

    async def _set_up(self) -> None:
        office = self._office
        try:
            await office.bot.get_me()
        except (InvalidToken, EndPointNotFound):
            await office.transport.check()  # which words the refusal
            raise
        await self._direct_updates()
        self._ready = True
        await commands.set_for_everybody(office)

    async def _direct_updates(self) -> None:
        """To the webhook if one is wanted, else nowhere: they are polled for."""
        settings = self._office.settings
        if not settings.telegram_webhook_url:
            await self._office.bot.delete_webhook()
            return
        secret = settings.telegram_webhook_secret
        await self._office.bot.set_webhook(
            webhook_address(settings),
            allowed_updates=list(KINDS),
            secret_token=secret.get_secret_value() if secret is not None else None,
        )


def webhook_address(settings: Settings) -> str:
    """Where Telegram posts: the setting, with the service's own path where it names none."""
    url = settings.telegram_webhook_url
    return url if urlsplit(url).path.strip("/") else url.rstrip("/") + WEBHOOK_PATH
