"""The bot on Telegram: set up, listen, tell staff, close."""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

import orjson
import structlog
from telegram.error import EndPointNotFound, InvalidToken, TelegramError

from bot.audience import repository as audience
from bot.chat import commands, keyboards
from bot.chat.keyboards import Button, Rows
from bot.chat.office import TRANSPORT, Office, not_reached
from bot.chat.page import Page
from bot.chat.poller import FIRST_PAUSE, LONGEST_PAUSE, Poller
from bot.chat.updates import KINDS, Updates
from bot.clock import Clock
from bot.delivery import ledger
from bot.errors import StoreError, TransportError
from bot.releases import repository
from bot.releases.desk import Desk
from bot.settings import Settings
from bot.store.database import Database
from bot.transports.telegram import TelegramTransport
from translations.catalogs import catalog_for
from translations.text import Text

WEBHOOK_PATH = "/telegram/webhook"
WEBHOOK_BYTES = 1_000_000
STAFF_TOLD = ("admin", "editor")
MOST_UNTOLD = 50
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
        self._ready = False
        self._untold: deque[tuple[Text, Rows]] = deque(maxlen=MOST_UNTOLD)

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
        """Listen until ``stop``, then finish the answers that were begun."""
        await self._until_set_up(stop)
        if self._office.settings.telegram_webhook_url:
            await stop.wait()
        elif self._ready:
            await Poller(self._office, self._updates).run(stop)
        try:
            async with asyncio.timeout(LONGEST_FAREWELL):
                await self._updates.drain()
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

    async def tell_staff(self, text: Text, *, buttons: Rows = ()) -> None:
        """Tell admins and editors, each in private and in their own language.

        A notice that names a ``key`` or ``slug`` gets buttons for that announcement or release
        unless ``buttons`` are given. Who never started the bot is skipped and logged. Before the
        bot is set up, notices are kept until it is.
        """
        if not self._ready:
            self._untold.append((text, buttons))
            return
        rows = buttons or await self._buttons_for(text)
        staff = self._office.settings.staff
        told = dict.fromkeys(member.id for member in staff if member.role in STAFF_TOLD)
        await asyncio.gather(*(self._tell(user_id, text, rows) for user_id in told))

    async def _tell(self, user_id: int, notice: Text, rows: Rows) -> None:
        office = self._office
        async with office.database.read() as connection:
            known = await audience.find(connection, TRANSPORT, str(user_id))
        words = catalog_for(known.languages if known else office.settings.languages)
        try:
            await office.send(user_id, Page(words, notice), words, rows)
        except TelegramError as error:
            reason = "never started the bot" if not_reached(error) else type(error).__name__
            log.warning("a member of staff was not told", reason=reason, notice=str(notice))

    async def close(self) -> None:
        """Drop what is still being answered. The transport belongs to whoever made it."""
        await self._updates.close()

    async def _buttons_for(self, notice: Text) -> Sequence[Sequence[Button]]:
        key, slug = notice.args.get("key"), notice.args.get("slug")
        async with self._office.database.read() as connection:
            if isinstance(key, str):
                announcement = await ledger.by_key(connection, key)
                return keyboards.held(announcement.id) if announcement is not None else ()
            if isinstance(slug, str):
                release = await repository.find(connection, slug)
                if release is not None:
                    return [[keyboards.press(release.slug, "release", release.id)]]
        return ()

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
        await commands.set_for_staff(office, [member.id for member in office.settings.staff])
        while self._untold:
            notice, buttons = self._untold.popleft()
            await self.tell_staff(notice, buttons=buttons)

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
