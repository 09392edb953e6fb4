"""Telegram: one message, one POST, and what its answer means.

Importing this imports python-telegram-bot (about half a second): do it where it is needed.
"""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
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

from bot.errors import StoreError, TransportError
from bot.transports.address import in_chat, parted, telegram_address
from bot.transports.base import UNPAID, Message, Moved, NotNow, Outcome, Refused, Sent, Unknown
from bot.transports.content import any_photo_of, photo_of, text_of
from bot.transports.photos import FIELD, Photos, Posted, says
from bot.transports.request import AiohttpRequest, BadAnswer, NeverSent
from bot.transports.window import Window
from translations.text import text

# A chat's number has at most 52 significant bits; names are ASCII, without regard to case.
CONVERSATION = 8
"""Connections beyond those of bulk sending: polling, and answering people meanwhile."""

REMEMBERED = 64
"""Messages of which it is remembered that they take the place of photos."""

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
    "message identifier is not specified",
)
_NO_FILE_YET = NotNow(after=AFTER_NO_CONNECTION, reason="no_connection")
"""The picture could not be had in time, so that nothing was sent."""
_IS_PHOTO = "no text in the message"
"""A photo's caption is edited another way than a text."""
# Undocumented too: how a paid message is refused. Asked only of those.
_PAID = re.compile(r"paid|payment|balance|stars", re.IGNORECASE)


class TelegramTransport:
    """Reaches people, groups, channels and forum topics through one bot.

    ``api_url`` is any Bot API server's, without the token. ``in_flight`` sends go out at a time;
    one more waits a few seconds for its turn, then is ``NotNow``. A send lasts at most
    ``read_timeout`` + 20 seconds, whatever the server does.

    ``photos`` are where pictures come from; without them messages are texts. A photo goes where
    photos may be sent; elsewhere the same message is a text.

    ``per_second`` is how many messages, answers to people included, leave here in any second,
    ``paid_per_second`` how many if they are paid for; without it there is no limit but the
    server's. ``part`` says how many of them are this process's, if others send as well.
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
        part: Callable[[float], int] = int,
        read_timeout: float = 30,
        proxy: str | None = None,
        photos: Photos | None = None,
    ) -> None:
        base = api_url.rstrip("/")
        self._request = AiohttpRequest(
            connections=in_flight + CONVERSATION,
            read_timeout=read_timeout,
            proxy=proxy,
            window=None if per_second is None else Window(per_second, paid_per_second, part=part),
        )
        with _unlogged_token():
            self._bot = _Bot(
                token,
                base_url=f"{base}/bot",
                base_file_url=f"{base}/file/bot",
                request=self._request,
                get_updates_request=self._request,
            )
        self._photos = photos
        self._were_photos: OrderedDict[Message, None] = OrderedDict()
        """What is being put in the place of messages that were sent as photos."""
        self._send_message = f"{base}/bot{token}/sendMessage"
        self._send_photo = f"{base}/bot{token}/sendPhoto"
        self._edit_message = f"{base}/bot{token}/editMessageText"
        self._edit_media = f"{base}/bot{token}/editMessageMedia"

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
        """One ``sendMessage`` or ``sendPhoto``. ``address`` as :meth:`check_address` returns it."""
        parameters = _target(address)
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
            result = await self._send_as_photo(parameters, message, paid=paid)
            if result is None:
                content = {**parameters, **text_of(message)}
                result = await self._request.call(self._send_message, content, paid=paid)
        except UnicodeEncodeError as error:
            return Refused(reason="bad_message", detail=str(error))
        except (StoreError, TimeoutError):
            return _NO_FILE_YET
        except TelegramError as error:
            if paid and isinstance(error, BadRequest | Forbidden) and _PAID.search(error.message):
                return NotNow(after=1, reason=UNPAID)
            return classify(error, address)
        try:
            ids = (str(result["message_id"]),)
        except (KeyError, TypeError):
            return Unknown(reason="lost_answer", detail="an answer without a message_id")
        return Sent(message_ids=ids, address=_lasting(address, result))

    async def _send_as_photo(
        self, parameters: dict[str, Any], message: Message, *, paid: bool
    ) -> Any:
        """What ``sendPhoto`` results in; ``None`` for what goes out as a text."""
        found = photo_of(message) if message.photo is not None else None
        if found is None:
            return None
        digest, content = found

        def posted(name: str) -> dict[str, Any]:
            return {**parameters, **content, **({"photo": name} if name else {})}

        return await self._post(self._send_photo, digest, posted, paid=paid)

    async def edit(self, address: str, message_id: str, message: Message) -> Outcome:
        """One ``editMessageText`` or ``editMessageMedia``: all of it as when sending.

        A photo stays one, with another picture where there is none to be seen any more; a text
        becomes one where the message now has a photo. Which of them the earlier message is, the
        server says; that costs one call more for a message that has changed its kind.
        """
        where = {"chat_id": _target(address)["chat_id"], "message_id": int(message_id)}
        ways = (self._edit_photo, self._edit_text)
        as_photo = bool(self._were_photos) and message in self._were_photos
        try:
            as_photo |= message.photo is not None and photo_of(message) is not None
            for edit in ways if as_photo else ways[::-1]:
                if await edit(where, message):
                    return Sent(message_ids=(message_id,))
        except UnicodeEncodeError as error:
            return Refused(reason="bad_message", detail=str(error))
        except (StoreError, TimeoutError):
            return _NO_FILE_YET
        except TelegramError as error:
            if isinstance(error, BadRequest):
                if says(error, (_UNCHANGED,)):
                    return Sent(message_ids=(message_id,))
                if says(error, _NOT_EDITABLE):
                    return Refused(reason="not_editable", detail=error.message)
            return classify(error, address)
        return Refused(reason="not_editable", detail="a photo, where no photo may be put")

    async def _edit_text(self, where: dict[str, Any], message: Message) -> bool:
        """False where the earlier message is a photo."""
        try:
            await self._request.call(self._edit_message, {**where, **text_of(message)})
        except BadRequest as error:
            if not says(error, (_IS_PHOTO,)):
                raise
            self._were_photos[message] = None
            while len(self._were_photos) > REMEMBERED:
                self._were_photos.popitem(last=False)
            return False
        return True

    async def _edit_photo(self, where: dict[str, Any], message: Message) -> bool:
        """False where no photo can be put there."""
        digest, content = any_photo_of(message)
        keyboard = {"reply_markup": content["reply_markup"]} if "reply_markup" in content else {}
        words = {name: said for name, said in content.items() if name not in keyboard}

        def posted(name: str) -> dict[str, Any]:
            media = {"type": "photo", "media": name or f"attach://{FIELD}", **words}
            return {**where, "media": media, **keyboard}

        return await self._post(self._edit_media, digest, posted) is not None

    async def _post(self, url: str, digest: str, posted: Posted, *, paid: bool = False) -> Any:
        if self._photos is None:
            return None
        return await self._photos.post(self._request, url, digest, posted, paid=paid)

    async def pin(self, address: str, message_id: str) -> Outcome:
        """Pin one message without a sound, beside whatever else is pinned there."""
        return await self._tend(
            lambda chat: self._bot.pin_chat_message(
                chat, int(message_id), disable_notification=True
            ),
            address,
            message_id,
        )

    async def unpin(self, address: str, message_id: str) -> Outcome:
        return await self._tend(
            lambda chat: self._bot.unpin_chat_message(chat, int(message_id)), address, message_id
        )

    async def _tend(
        self, act: Callable[[int | str], Awaitable[bool]], address: str, message_id: str
    ) -> Outcome:
        try:
            await act(_target(address)["chat_id"])
        except TelegramError as error:
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
            return Moved(address=in_chat(str(error.new_chat_id), address))
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


def _lasting(address: str, result: dict[str, Any]) -> str:
    """The address by number of a chat that was written to by its name, else ""."""
    chat = result.get("chat")
    if not address.startswith("@") or not isinstance(chat, dict) or "id" not in chat:
        return ""
    return in_chat(str(chat["id"]), address)


def _target(address: str) -> dict[str, Any]:
    chat, thread, _ = parted(address)
    target: dict[str, Any] = {"chat_id": chat if chat.startswith("@") else int(chat)}
    if thread:
        target["message_thread_id"] = int(thread)
    return target


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
