"""What every conversation shares: the database, the desk, the bot – and how it speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import telegram
from telegram import LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.chat.allowance import Allowance
from bot.chat.keyboards import Keys, Rows, markup, reply_markup
from bot.chat.page import Page
from bot.chat.tray import Tray
from bot.clock import Clock
from bot.releases.desk import Desk
from bot.settings import Settings
from bot.store.database import Database
from bot.transports.request import NeverSent
from bot.transports.telegram import TelegramTransport
from translations.catalogs import Catalog

TRANSPORT = TelegramTransport.name
ATTEMPTS = 3
LONGEST_WAIT = 30.0
"""Seconds that one answer waits when Telegram says to; then it is given up."""

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_UNCHANGED = "message is not modified"
_NOT_EDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "no text in the message",
)
_NOT_REACHED = ("chat not found", "peer_id_invalid", "user is deactivated")

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Office:
    """``reserve`` takes a slot of the rate that all workers share, before each message."""

    database: Database
    settings: Settings
    clock: Clock
    desk: Desk
    transport: TelegramTransport
    reserve: Callable[[], Awaitable[None]] | None = None
    hinted: dict[int, float] = field(default_factory=dict)
    """When (monotonic) who was last told what the bot is for."""
    counting: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while there may be seconds to count."""
    tray: Tray = field(default_factory=Tray)
    checks: Allowance = field(default_factory=Allowance)
    """Of texts to be checked."""
    searches: Allowance = field(default_factory=Allowance)
    inquiries: Allowance = field(default_factory=lambda: Allowance(at_once=40, every=1.5))
    """Inline: clients ask anew while words are being written."""

    @property
    def bot(self) -> telegram.Bot:
        return self.transport.bot

    async def ask(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Call the Bot API, waiting where it says to; raises ``TelegramError``.

        Only what certainly was not done is repeated.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await call()
            except RetryAfter as error:
                after = error.retry_after
                seconds = after.total_seconds() if isinstance(after, timedelta) else float(after)
                if attempt == ATTEMPTS or seconds > LONGEST_WAIT:
                    raise
                await asyncio.sleep(seconds)
            except NeverSent:
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(attempt)
        raise AssertionError("unreachable")

    async def _post(self, call: Callable[[], Awaitable[Result]]) -> Result:
        if self.reserve is not None:
            await self.reserve()
        return await self.ask(call)

    async def send(
        self,
        chat_id: int,
        page: Page,
        words: Catalog,
        buttons: Rows | Keys = (),
        reply_to: int | None = None,
        thread_id: int | None = None,
    ) -> int:
        """Say ``page``, the buttons or keys with its last message; returns the id of that (0 where
        there is nothing to say), raises ``TelegramError``."""
        replied = None
        if reply_to is not None:  # which they may have deleted meanwhile
            replied = ReplyParameters(reply_to, allow_sending_without_reply=True)
        messages, last = page.messages(), 0
        for place, (text, entities) in enumerate(messages, 1):
            keyboard = reply_markup(buttons, words) if place == len(messages) else None

            async def post(
                text: str = text,
                entities: list[telegram.MessageEntity] = entities,
                keyboard: Any = keyboard,
            ) -> telegram.Message:
                return await self.bot.send_message(
                    chat_id,
                    text,
                    entities=entities or None,
                    link_preview_options=_NO_PREVIEW,
                    reply_markup=keyboard,
                    reply_parameters=replied,
                    message_thread_id=thread_id,
                )

            last = (await self._post(post)).message_id
        return last

    async def send_file(self, chat_id: int, data: bytes, name: str) -> None:
        """Send a file; raises ``TelegramError``."""
        await self._post(lambda: self.bot.send_document(chat_id, data, filename=name))

    async def redraw(
        self, message: telegram.Message, page: Page, words: Catalog, buttons: Rows = ()
    ) -> None:
        """Put ``page`` in the place of one of the bot's own messages; raises ``TelegramError``."""
        messages = page.messages()
        if len(messages) != 1:
            await self.send(message.chat_id, page, words, buttons)
            return
        text, entities = messages[0]
        try:
            await self._post(
                lambda: self.bot.edit_message_text(
                    text,
                    chat_id=message.chat_id,
                    message_id=message.message_id,
                    entities=entities or None,
                    link_preview_options=_NO_PREVIEW,
                    reply_markup=markup(buttons, words),
                )
            )
        except BadRequest as error:
            if _UNCHANGED not in error.message.lower():
                raise


def not_editable(error: TelegramError) -> bool:
    """Whether this message cannot take a text: it was deleted, or is a photo."""
    said = error.message.lower()
    return isinstance(error, BadRequest) and any(words in said for words in _NOT_EDITABLE)


def not_reached(error: TelegramError) -> bool:
    """Whether this person cannot be written to: never started the bot, blocked it, is gone."""
    if isinstance(error, Forbidden):
        return True
    said = error.message.lower()
    return isinstance(error, BadRequest) and any(words in said for words in _NOT_REACHED)
