"""Telegram: one message, one POST, and what its answer means.

Importing this imports python-telegram-bot (about half a second): do it where it is needed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from typing import Any

import telegram
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.errors import TransportError
from bot.transports.address import telegram_address
from bot.transports.base import UNPAID, Message, Moved, NotNow, Outcome, Refused, Sent, Unknown
from bot.transports.fit import fit
from bot.transports.request import AiohttpRequest, BadAnswer, NeverSent
from bot.transports.window import Window
from translations.text import text

# A chat's number has at most 52 significant bits; names are ASCII, without regard to case.
CONVERSATION = 8
"""Connections beyond those of bulk sending: polling, and answering people meanwhile."""

AFTER_NO_CONNECTION = 3.0
AFTER_BAD_TOKEN = 60.0

# What the server says, in lower case, and what it means: (words, reason, unreachable). The first
# that is found counts. The wording is not documented; these are the known ones. Missing rights
# leave a subscriber reachable: an admin may give them back without any notice to the bot.
_FORBIDDEN = (
    ("blocked by the user", "blocked", True),
    ("user is deactivated", "deactivated", True),
    ("was kicked", "kicked", True),
    ("is not a member", "kicked", True),
    ("initiate conversation", "not_found", True),
    ("rights", "no_rights", False),
    ("write_forbidden", "no_rights", False),
)
_BAD_REQUEST = (
    ("chat not found", "not_found", True),
    ("peer_id_invalid", "not_found", True),
    ("channel_private", "kicked", True),
    ("user is deactivated", "deactivated", True),
    ("chat was deactivated", "deactivated", True),
    ("topic_closed", "topic_closed", False),
    ("topic_deleted", "topic_closed", False),
    ("topic closed", "topic_closed", False),
    ("thread not found", "topic_closed", False),
    ("rights", "no_rights", False),
    ("write_forbidden", "no_rights", False),
    ("chat_admin_required", "no_rights", False),
    ("chat_restricted", "no_rights", False),
    ("text is empty", "bad_message", False),
    ("too long", "bad_message", False),
    ("entit", "bad_message", False),
    ("button", "bad_message", False),
    ("url", "bad_message", False),
    ("parse", "bad_message", False),
)
# What an edit is refused with; all else means the same as when sending.
_UNCHANGED = "message is not modified"
_NOT_EDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "no text in the message",
    "message identifier is not specified",
)
# Undocumented too: how a paid message is refused. Asked only of those.
_PAID = re.compile(r"paid|payment|balance|stars", re.IGNORECASE)


class TelegramTransport:
    """Reaches people, groups, channels and forum topics through one bot.

    ``api_url`` is any Bot API server's, without the token. ``in_flight`` sends go out at a time;
    one more waits a few seconds for its turn, then is ``NotNow``. A send lasts at most
    ``read_timeout`` + 20 seconds, whatever the server does.

    ``per_second`` is how many messages, answers to people included, leave here in any second,
    ``paid_per_second`` how many if they are paid for; without it there is no limit but the
    server's.
    """

    name = "telegram"

    def __init__(
        self,
        token: str,
        api_url: str,
        *,
        in_flight: int = 64,
        per_second: float | None = None,
        paid_per_second: float = 0,
        read_timeout: float = 30,
        proxy: str | None = None,
    ) -> None:
        base = api_url.rstrip("/")
        self._request = AiohttpRequest(
            connections=in_flight + CONVERSATION,
            read_timeout=read_timeout,
            proxy=proxy,
            window=None if per_second is None else Window(per_second, paid_per_second),
        )
        with _unlogged_token():
            self._bot = _Bot(
                token,
                base_url=f"{base}/bot",
                base_file_url=f"{base}/file/bot",
                request=self._request,
                get_updates_request=self._request,
            )
        self._send_message = f"{base}/bot{token}/sendMessage"
        self._edit_message = f"{base}/bot{token}/editMessageText"

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property
    def bot(self) -> telegram.Bot:
        """The same bot for conversation: PTB's types and methods over the same connections."""
        return self._bot

    def check_address(self, address: str) -> str:
        """``123``, ``-100123``, ``@name``, each with ``/77`` for a topic; names in lower case."""
        return telegram_address(address)

    async def send(
        self, address: str, message: Message, *, reply_to: str = "", paid: bool = False
    ) -> Outcome:
        """One ``sendMessage``. ``address`` as :meth:`check_address` returns it."""
        try:
            parameters = {**_target(address), **_content(message)}
        except UnicodeEncodeError as error:
            return Refused(reason="bad_message", detail=str(error))
        if reply_to:
            parameters["reply_parameters"] = {
                "message_id": int(reply_to),
                "allow_sending_without_reply": True,
            }
        if message.silent:
            parameters["disable_notification"] = True
        if paid:
            parameters["allow_paid_broadcast"] = True
        try:
            result = await self._request.call(self._send_message, parameters, paid=paid)
        except TelegramError as error:
            if paid and isinstance(error, BadRequest | Forbidden) and _PAID.search(error.message):
                return NotNow(after=1, reason=UNPAID)
            return classify(error, address)
        try:
            return Sent(message_ids=(str(result["message_id"]),))
        except (KeyError, TypeError):
            return Unknown(reason="lost_answer", detail="an answer without a message_id")

    async def edit(self, address: str, message_id: str, message: Message) -> Outcome:
        """One ``editMessageText``: text, entities, preview and button, all as when sending."""
        chat = _target(address)["chat_id"]
        try:
            parameters = {"chat_id": chat, "message_id": int(message_id), **_content(message)}
        except UnicodeEncodeError as error:
            return Refused(reason="bad_message", detail=str(error))
        try:
            await self._request.call(self._edit_message, parameters)
        except TelegramError as error:
            if isinstance(error, BadRequest):
                said = error.message.lower()
                if _UNCHANGED in said:
                    return Sent(message_ids=(message_id,))
                if any(words in said for words in _NOT_EDITABLE):
                    return Refused(reason="not_editable", detail=error.message)
            return classify(error, address)
        return Sent(message_ids=(message_id,))

    async def check(self) -> str:
        """The bot's user name."""
        try:
            me = await self._bot.get_me()
        except (InvalidToken, EndPointNotFound) as error:
            raise TransportError(
                text(
                    "The bot token was refused: check telegram_token with @BotFather, and that "
                    "telegram_api_url is a Bot API server."
                )
            ) from error
        except TelegramError as error:
            raise TransportError(
                text(
                    "The Bot API server does not answer as it should: {reason}. Check "
                    "telegram_api_url and the network.",
                    reason=error.message,
                )
            ) from error
        return me.username or str(me.id)

    async def close(self) -> None:
        await self._request.shutdown()


def classify(error: TelegramError, address: str = "") -> Outcome:
    """What a failed send means. ``address`` gives :class:`Moved` its topic.

    Only what certainly was not delivered is refused or tried again; a lost answer is ``Unknown``.
    """
    match error:
        case RetryAfter():
            after = error.retry_after
            seconds = after.total_seconds() if isinstance(after, timedelta) else float(after)
            return NotNow(after=seconds, reason="rate_limited", everyone=True)
        case ChatMigrated():
            _, slash, thread = address.partition("/")
            return Moved(address=f"{error.new_chat_id}{slash}{thread}")
        case Forbidden():
            return _refused(error.message, _FORBIDDEN)
        case BadRequest():  # before NetworkError, of which PTB makes it a kind
            return _refused(error.message, _BAD_REQUEST)
        case InvalidToken() | EndPointNotFound():
            # Every send would fail alike until the operator acts: nobody is to lose by it.
            return NotNow(after=AFTER_BAD_TOKEN, reason="bad_token", everyone=True)
        case NeverSent():
            return NotNow(after=AFTER_NO_CONNECTION, reason="no_connection", everyone=True)
        case BadAnswer():
            return _bad_answer(error)
        case _ if error.message.startswith("Pool timeout"):  # PTB's own requests say it so
            return NotNow(after=AFTER_NO_CONNECTION, reason="no_connection")
    return Unknown(reason="lost_answer", detail=error.message)


def _bad_answer(error: BadAnswer) -> Outcome:
    if error.status >= 500:
        return Unknown(reason="server_error", detail=error.message)
    if error.status == 429:
        return NotNow(after=AFTER_NO_CONNECTION, reason="rate_limited", everyone=True)
    if error.status >= 300:
        # A proxy's refusal, or not a Bot API server: nothing was done, for anybody.
        return NotNow(after=AFTER_BAD_TOKEN, reason="refused", everyone=True)
    return Unknown(reason="lost_answer", detail=error.message)


def _refused(said: str, known: tuple[tuple[str, str, bool], ...]) -> Refused:
    lower = said.lower()
    for words, reason, unreachable in known:
        if words in lower:
            return Refused(reason=reason, unreachable=unreachable, detail=said)
    return Refused(reason="refused", detail=said)


def _target(address: str) -> dict[str, Any]:
    chat, _, thread = address.partition("/")
    target: dict[str, Any] = {"chat_id": chat if chat.startswith("@") else int(chat)}
    if thread:
        target["message_thread_id"] = int(thread)
    return target


@lru_cache(maxsize=64)
def _content(message: Message) -> dict[str, Any]:
    """What ``sendMessage`` says, for whomever; thousands of subscribers share one message."""
    fitted = fit(message)
    content: dict[str, Any] = {
        "text": fitted.text,
        "entities": [
            {"type": entity.type, "offset": entity.offset, "length": entity.length}
            | ({"url": entity.url} if entity.url else {})
            for entity in fitted.entities
        ],
        "link_preview_options": {"is_disabled": True},
    }
    if fitted.button is not None:
        label, url = fitted.button
        # The page itself, not whichever document the text happens to link to first.
        content["link_preview_options"] = {"url": url, "prefer_small_media": True}
        content["reply_markup"] = {"inline_keyboard": [[{"text": label, "url": url}]]}
    return content


class _Bot(telegram.Bot):
    """PTB's bot, which shows its token wherever it is printed, without that."""

    def __repr__(self) -> str:
        return "Bot()"


@contextmanager
def _unlogged_token() -> Iterator[None]:
    # PTB logs its URLs, with the token in them, at DEBUG when a Bot is made. Only then.
    logger = logging.getLogger("telegram.Bot")

    def silent(record: logging.LogRecord) -> bool:
        return False

    logger.addFilter(silent)
    try:
        yield
    finally:
        logger.removeFilter(silent)
