"""What a person can do with a Telegram client."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.sandbox.chat import Chat, PrivateChat
from bot.sandbox.message import Message
from bot.sandbox.offers import Offer, Result
from bot.sandbox.queries import Answer
from bot.sandbox.room import Room
from bot.sandbox.text import MESSAGE_UNITS, commands_in, units

if TYPE_CHECKING:
    from bot.sandbox.chats import Chats

QUERY_CHARACTERS = 256


class Person:
    """A user of Telegram who is not a bot. ``chat`` is their private chat with the bot."""

    def __init__(
        self,
        chats: Chats,
        id: int,
        first_name: str,
        language_code: str | None = None,
        username: str | None = None,
        zone: str | None = None,
    ) -> None:
        if id <= 0:
            raise ValueError("a person's id is positive")
        self.id = id
        self.first_name = first_name
        self.language_code = language_code
        self.username = username
        self.zone = zone
        self.blocked = False
        self.deactivated = False
        self._chats = chats
        self.chat = PrivateChat(chats, self)

    def start(self, payload: str = "") -> Message:
        """Press Start, or follow a deep link with ``payload``."""
        if self.blocked:
            self.unblock()
        return self.send(f"/start {payload}".rstrip())

    def send(
        self,
        text: str,
        *,
        chat: Chat | None = None,
        reply_to: Message | None = None,
        thread_id: int | None = None,
        entities: Sequence[dict[str, Any]] = (),
    ) -> Message:
        """Write to the bot, or in a group or channel. Raises ``ValueError`` where a client would.

        ``entities`` are what is set apart in the text; commands get theirs. In a group the bot
        hears commands and replies to it, and everything if it is an administrator (privacy mode).
        """
        if not text.strip() or units(text) > MESSAGE_UNITS:
            raise ValueError("a client sends 1 to 4096 characters")
        return self._say(
            chat,
            text=text,
            entities=[*commands_in(text), *entities],
            reply_to=reply_to,
            thread_id=thread_id,
        )

    def send_document(
        self,
        name: str,
        data: bytes,
        mime: str = "application/octet-stream",
        *,
        caption: str = "",
        album: str = "",
        reply_to: Message | None = None,
        chat: Chat | None = None,
    ) -> Message:
        """Send a file; clients send several at once as messages of one ``album``."""
        return self._say(
            chat,
            document=self._chats.files.document(name, data, mime),
            text=caption,
            entities=commands_in(caption),
            album=album,
            reply_to=reply_to,
        )

    def send_photo(
        self,
        data: bytes,
        *,
        caption: str = "",
        album: str = "",
        reply_to: Message | None = None,
        chat: Chat | None = None,
    ) -> Message:
        """Send a picture as a photo; raises ``Refusal`` for what is none."""
        return self._say(
            chat,
            photo=self._chats.files.photo(data),
            text=caption,
            entities=commands_in(caption),
            album=album,
            reply_to=reply_to,
        )

    def send_location(
        self, latitude: float, longitude: float, *, chat: Chat | None = None
    ) -> Message:
        """Say where one is, in degrees."""
        return self._say(chat, location=(latitude, longitude))

    def tap(self, label: str, *, at: tuple[float, float] = (0.0, 0.0)) -> Message:
        """Tap the key with this label, being ``at`` (latitude, longitude). Raises ``LookupError``
        if no such key is shown."""
        shown = [key for row in self.chat.keys.rows for key in row]
        key = next((key for key in shown if key.label == label), None)
        if key is None:
            raise LookupError(f"no key {label!r}; there are {[key.label for key in shown]}")
        return self.send_location(*at) if key.location else self.send(label)

    def forward(self, message: Message, *, chat: Chat | None = None) -> Message:
        """Forward a message of a person or of a channel."""
        date = int(message.at.timestamp())
        origin: dict[str, Any]
        if message.chat.type == "channel":
            origin = {
                "type": "channel",
                "date": date,
                "chat": message.chat.as_json(),
                "message_id": message.message_id,
            }
        else:
            user = message.sender.as_json() if message.sender else self._chats.bot
            origin = {"type": "user", "date": date, "sender_user": user}
        return self._say(
            chat,
            text=message.text,
            entities=list(message.entities),
            document=message.document,
            photo=message.photo,
            origin=origin,
            via_bot=message.via_bot,
        )

    async def press(
        self, button: str, message: Message | None = None, *, timeout: float = 10
    ) -> Answer:
        """Press the button with this label or data, on the newest message that has it.

        Returns what the bot says to ``answerCallbackQuery``. Raises ``LookupError`` if no such
        button is there, ``ValueError`` if it opens a web address, ``TimeoutError`` if the bot
        does not answer.
        """
        candidates = [message] if message is not None else self.chat.messages[::-1]
        for candidate in candidates:
            if candidate.chat.message(candidate.message_id) is not candidate:
                raise LookupError("that message has been deleted")
            for found in candidate.buttons:
                if button in (found.label, found.data):
                    if not found.data:
                        raise ValueError(f"{found.label!r} opens {found.url}")
                    answer = self._chats.queries.open(self, candidate, found.data)
                    async with asyncio.timeout(timeout):
                        return await answer
        labels = [b.label for c in candidates[:3] for b in c.buttons]
        raise LookupError(f"no button {button!r}; there are {labels}")

    async def inquire(
        self, words: str, *, chat: Chat | None = None, offset: str = "", timeout: float = 10
    ) -> Offer:
        """Write the bot's name and ``words`` where messages are written, and see what it offers.

        ``offset`` asks for more of the same. Raises ``ValueError`` where a client would not ask,
        ``TimeoutError`` if the bot does not answer.
        """
        if not self._chats.offers.is_on:
            raise ValueError("the bot has no inline mode")
        if len(words) > QUERY_CHARACTERS:
            raise ValueError(f"a client sends at most {QUERY_CHARACTERS} characters")
        answer = self._chats.offers.open(self, self._where(chat), words, offset)
        async with asyncio.timeout(timeout):
            return await answer

    def choose(self, result: Result, *, chat: Chat | None = None) -> Message:
        """Choose what the bot offered: the message is this person's, “via” the bot."""
        return self._say(
            chat,
            text=result.text,
            entities=list(result.entities),
            reply_markup=result.reply_markup,
            preview=result.preview,
            via_bot=True,
        )

    def block(self) -> None:
        """Stop the bot; it is told by ``my_chat_member``."""
        self._set_blocked(True)

    def unblock(self) -> None:
        self._set_blocked(False)

    def deactivate(self) -> None:
        """Delete the account; nobody is told."""
        self.deactivated = True

    def as_json(self) -> dict[str, Any]:
        """The Bot API's User."""
        user: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user

    def _set_blocked(self, blocked: bool) -> None:
        if self.blocked == blocked:
            return
        self.blocked = blocked
        bot = self._chats.bot
        out: dict[str, Any] = {"user": bot, "status": "kicked", "until_date": 0}
        into: dict[str, Any] = {"user": bot, "status": "member"}
        self._chats.updates.add(
            "my_chat_member",
            {
                "chat": self.chat.as_json(),
                "from": self.as_json(),
                "date": int(self._chats.clock.now().timestamp()),
                "old_chat_member": into if blocked else out,
                "new_chat_member": out if blocked else into,
            },
        )
        self.chat.changed()

    def _where(self, chat: Chat | None) -> Chat:
        where = self.chat if chat is None else chat
        if self.deactivated or (where is self.chat and self.blocked):
            raise ValueError("a client must unblock the bot first")
        if isinstance(where, Room) and self.id not in where.members:
            raise ValueError(f"{self.first_name} is not in {where.title!r}")
        return where

    def _say(self, chat: Chat | None, **fields: Any) -> Message:
        where = self._where(chat)
        message = where.post(self, **fields)
        self.chat.started = self.chat.started or where is self.chat
        if self._heard(message):
            kind = "channel_post" if where.type == "channel" else "message"
            self._chats.updates.add(kind, message.as_json())
        return message

    def _heard(self, message: Message) -> bool:
        """Whether the bot gets to know of it (privacy mode is on)."""
        where = message.chat
        if where is self.chat:
            return True
        if where.standing.status == "administrator":
            return True
        to_bot = message.reply_to is not None and message.reply_to.from_bot
        command = any(entity["type"] == "bot_command" for entity in message.entities)
        return where.standing.present and (to_bot or command or message.via_bot)
