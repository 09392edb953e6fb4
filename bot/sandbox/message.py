"""One message in a chat."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.sandbox.files import Document, Photo
from bot.sandbox.keyboards import Button, Markup, buttons
from bot.sandbox.text import Entity

if TYPE_CHECKING:
    from bot.sandbox.chat import Chat
    from bot.sandbox.person import Person


@dataclass(kw_only=True, slots=True, eq=False)
class Message:
    """A message as it now is. ``sender`` is ``None`` for the bot; ``at`` and ``edited`` are UTC.

    ``text`` holds the caption if there is a ``document`` or a ``photo``, and what was sent
    together has the same ``album``; ``entities`` have offsets in UTF-16 units. ``location`` is
    (latitude, longitude). ``service`` holds the fields of a message that people did not write.
    """

    chat: Chat
    message_id: int
    at: datetime
    sender: Person | None
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    reply_markup: Markup | None = None
    edited: datetime | None = None
    thread_id: int | None = None
    reply_to: Message | None = None
    document: Document | None = None
    photo: Photo | None = None
    location: tuple[float, float] | None = None
    album: str = ""
    silent: bool = False
    via_bot: bool = False
    """Whether a person chose it among what the bot offered inline."""
    protected: bool = False
    pinned: bool = False
    preview: dict[str, Any] | None = None
    origin: dict[str, Any] | None = None
    service: dict[str, Any] | None = None

    @property
    def from_bot(self) -> bool:
        return self.sender is None and self.service is None

    @property
    def has_caption(self) -> bool:
        return self.document is not None or self.photo is not None

    @property
    def buttons(self) -> list[Button]:
        """All its buttons, row by row."""
        return [button for row in buttons(self.reply_markup) for button in row]

    def as_json(self, *, whole: bool = True) -> dict[str, Any]:
        """The Bot API's Message; without the message that it replies to unless ``whole``."""
        chat = self.chat
        result: dict[str, Any] = {
            "message_id": self.message_id,
            "date": int(self.at.timestamp()),
            "chat": chat.as_json(),
        }
        if chat.type == "channel":
            result["sender_chat"] = result["chat"]
        elif self.sender is not None:
            result["from"] = self.sender.as_json()
        else:
            result["from"] = chat.chats.bot
        if self.has_caption:
            if self.document is not None:
                result["document"] = self.document.as_json()
            if self.photo is not None:
                result["photo"] = self.photo.as_json()
            if self.text:
                result["caption"] = self.text
                if self.entities:
                    result["caption_entities"] = self.entities
            if self.album:
                result["media_group_id"] = self.album
        elif self.location is not None:
            latitude, longitude = self.location
            result["location"] = {"latitude": latitude, "longitude": longitude}
        elif self.service is None:
            result["text"] = self.text
            if self.entities:
                result["entities"] = self.entities
        if self.service is not None:
            result.update(self.service)
        if self.reply_markup is not None:
            result["reply_markup"] = self.reply_markup
        if self.edited is not None:
            result["edit_date"] = int(self.edited.timestamp())
        if self.thread_id is not None:
            result["message_thread_id"] = self.thread_id
            result["is_topic_message"] = True
        replied = self.reply_to
        if replied is None and self.thread_id is not None:
            replied = chat.message(self.thread_id)  # what opened the topic, as the server has it
        if replied is not None and whole:
            result["reply_to_message"] = replied.as_json(whole=False)
        if self.protected:
            result["has_protected_content"] = True
        if self.preview is not None:
            result["link_preview_options"] = self.preview
        if self.origin is not None:
            result["forward_origin"] = self.origin
        if self.via_bot:
            result["via_bot"] = chat.chats.bot
        return result
