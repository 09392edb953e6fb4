"""Methods that send and change messages."""

from __future__ import annotations

from typing import Any

from bot.sandbox import parameters as p
from bot.sandbox.chat import Chat
from bot.sandbox.files import Document, Photo
from bot.sandbox.keyboards import Keys, checked_keyboard, checked_markup
from bot.sandbox.message import Message
from bot.sandbox.methods import Desk, Methods, Values
from bot.sandbox.refusal import Refusal, bad_request, too_many
from bot.sandbox.text import CAPTION_UNITS, Entity, checked_url, formatted

UPLOAD_BYTES = 50 * 1024 * 1024
table = Methods()

_PREVIEW: dict[str, p.Reader] = {
    "is_disabled": p.boolean,
    "url": p.string,
    "prefer_small_media": p.boolean,
    "prefer_large_media": p.boolean,
    "show_above_text": p.boolean,
}
_REPLY: dict[str, p.Reader] = {
    "message_id": p.integer,
    "chat_id": p.chat_id,
    "allow_sending_without_reply": p.boolean,
}


def keyboard(name: str, raw: Any) -> Any:
    return checked_keyboard(name, p.mapping(name, raw))


def _markup(name: str, raw: Any) -> Any:
    return checked_markup(name, p.mapping(name, raw))


def preview(name: str, raw: Any) -> dict[str, Any]:
    options = p.only(name, p.mapping(name, raw), _PREVIEW)
    if "url" in options:
        checked_url(options["url"], "link preview URL")
    return options


def _reply(name: str, raw: Any) -> dict[str, Any]:
    reply = p.only(name, p.mapping(name, raw), _REPLY)
    if "message_id" not in reply:
        raise bad_request("can't parse reply parameters: Can't find field \"message_id\"")
    return reply


_PHOTO: dict[str, p.Reader] = {
    "type": p.string,
    "media": p.upload,
    "caption": p.string,
    "parse_mode": p.string,
    "caption_entities": p.array,
    "show_caption_above_media": p.boolean,
    "has_spoiler": p.boolean,
}


def _media(name: str, raw: Any) -> dict[str, Any]:
    media = p.only(name, p.mapping(name, raw), _PHOTO)
    if media.get("type") != "photo" or "media" not in media:
        raise bad_request("the sandbox knows no media but a photo")
    return media


_SENDING: dict[str, p.Reader] = {
    "chat_id": p.chat_id,
    "message_thread_id": p.integer,
    "parse_mode": p.string,
    "disable_notification": p.boolean,
    "protect_content": p.boolean,
    "allow_paid_broadcast": p.boolean,
    "reply_parameters": _reply,
    "reply_markup": _markup,
}


@table.method(
    "sendMessage",
    "chat_id",
    "text",
    text=p.string,
    entities=p.array,
    link_preview_options=preview,
    **_SENDING,
)
def send_message(desk: Desk, values: Values) -> dict[str, Any]:
    chat = _open_chat(desk, values)
    visible, entities = formatted(values["text"], values.get("entities"), values.get("parse_mode"))
    if not visible:
        raise bad_request("message text is empty")
    return _post(
        chat, values, text=visible, entities=entities, preview=values.get("link_preview_options")
    )


@table.method(
    "sendDocument",
    "chat_id",
    "document",
    document=p.upload,
    caption=p.string,
    caption_entities=p.array,
    disable_content_type_detection=p.boolean,
    **_SENDING,
)
def send_document(desk: Desk, values: Values) -> dict[str, Any]:
    chat = _open_chat(desk, values)
    caption, entities = _captioned(values)
    document = _document(desk, values["document"])
    return _post(chat, values, text=caption, entities=entities, document=document)


@table.method(
    "sendPhoto",
    "chat_id",
    "photo",
    photo=p.upload,
    caption=p.string,
    caption_entities=p.array,
    show_caption_above_media=p.boolean,
    has_spoiler=p.boolean,
    **_SENDING,
)
def send_photo(desk: Desk, values: Values) -> dict[str, Any]:
    chat = _open_chat(desk, values)
    caption, entities = _captioned(values)
    return _post(chat, values, text=caption, entities=entities, photo=_photo(desk, values["photo"]))


@table.method(
    "editMessageText",
    "chat_id",
    "message_id",
    "text",
    chat_id=p.chat_id,
    message_id=p.integer,
    text=p.string,
    parse_mode=p.string,
    entities=p.array,
    link_preview_options=preview,
    reply_markup=keyboard,
)
def edit_message_text(desk: Desk, values: Values) -> dict[str, Any]:
    message = _own(desk, values)
    if message.has_caption:
        raise bad_request("there is no text in the message to edit")
    visible, entities = formatted(values["text"], values.get("entities"), values.get("parse_mode"))
    if not visible:
        raise bad_request("message text is empty")
    return _change(
        desk,
        message,
        text=visible,
        entities=entities,
        reply_markup=values.get("reply_markup"),
        preview=values.get("link_preview_options", message.preview),
    )


@table.method(
    "editMessageCaption",
    "chat_id",
    "message_id",
    chat_id=p.chat_id,
    message_id=p.integer,
    caption=p.string,
    parse_mode=p.string,
    caption_entities=p.array,
    show_caption_above_media=p.boolean,
    reply_markup=keyboard,
)
def edit_message_caption(desk: Desk, values: Values) -> dict[str, Any]:
    message = _own(desk, values)
    if not message.has_caption:
        raise bad_request("there is no caption in the message to edit")
    caption, entities = _captioned(values)
    markup = values.get("reply_markup")
    return _change(desk, message, text=caption, entities=entities, reply_markup=markup)


@table.method(
    "editMessageMedia",
    "chat_id",
    "message_id",
    "media",
    chat_id=p.chat_id,
    message_id=p.integer,
    media=_media,
    reply_markup=keyboard,
)
def edit_message_media(desk: Desk, values: Values) -> dict[str, Any]:
    """A text becomes a photo as well."""
    message = _own(desk, values)
    media = values["media"]
    caption, entities = _captioned(media)
    return _change(
        desk,
        message,
        text=caption,
        entities=entities,
        photo=_photo(desk, media["media"]),
        document=None,
        preview=None,
        reply_markup=values.get("reply_markup"),
    )


@table.method(
    "editMessageReplyMarkup",
    "chat_id",
    "message_id",
    chat_id=p.chat_id,
    message_id=p.integer,
    reply_markup=keyboard,
)
def edit_message_reply_markup(desk: Desk, values: Values) -> dict[str, Any]:
    return _change(desk, _own(desk, values), reply_markup=values.get("reply_markup"))


def _open_chat(desk: Desk, values: Values) -> Chat:
    """The chat that is written to, if rates and rights allow it."""
    chat = desk.chats.find(values["chat_id"])
    paid = values.get("allow_paid_broadcast", False)
    rates = desk.pace.rates
    if paid and rates is not None and not rates.paid:
        # The real wording is not documented; only that it is refused without enough Stars.
        raise bad_request("not enough Telegram Stars for a paid broadcast")
    _pace(desk, chat, paid=paid)
    chat.check_writable(values.get("message_thread_id"))
    return chat


def _pace(desk: Desk, chat: Chat, *, edit: bool = False, paid: bool = False) -> None:
    if desk.pace.rates is None:
        return
    group = chat.type in ("group", "supergroup")
    seconds = desk.pace.take(desk.monotonic(), chat.id, group=group, edit=edit, paid=paid)
    if seconds:
        raise too_many(seconds)


def _post(chat: Chat, values: Values, **fields: Any) -> dict[str, Any]:
    reply = values.get("reply_parameters")
    replied = chat.message(reply["message_id"]) if reply else None
    if reply and replied is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    markup = values.get("reply_markup")
    if isinstance(markup, Keys):
        chat.show_keys(markup)
        markup = None
    return chat.post(
        None,
        reply_markup=markup,
        thread_id=values.get("message_thread_id"),
        reply_to=replied,
        silent=values.get("disable_notification", False),
        protected=values.get("protect_content", False),
        **fields,
    ).as_json()


def _own(desk: Desk, values: Values) -> Message:
    """The message of the bot that is to be edited."""
    chat = desk.chats.find(values["chat_id"])
    _pace(desk, chat, edit=True)
    chat.check_writable()
    message = chat.message(values["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return message


def _change(desk: Desk, message: Message, **fields: Any) -> dict[str, Any]:
    if all(getattr(message, name) == value for name, value in fields.items()):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are "
            "exactly the same as a current content and reply markup of the message"
        )
    for name, value in fields.items():
        setattr(message, name, value)
    # Clients mark an edited text, not a keyboard that changed.
    if "text" in fields:
        message.edited = desk.chats.clock.now()
    message.chat.changed()
    return message.as_json()


def _captioned(values: Values) -> tuple[str, list[Entity]]:
    return formatted(
        values.get("caption", ""),
        values.get("caption_entities"),
        values.get("parse_mode"),
        limit=CAPTION_UNITS,
    )


def _document(desk: Desk, given: p.Upload | str) -> Document:
    if isinstance(given, str):
        return desk.chats.files.known_document(given)
    _check_upload(given)
    return desk.chats.files.document(given.name, given.data, given.mime)


def _photo(desk: Desk, given: p.Upload | str) -> Photo:
    if isinstance(given, str):
        return desk.chats.files.known_photo(given)
    _check_upload(given)
    return desk.chats.files.photo(given.data)


def _check_upload(given: p.Upload) -> None:
    if not given.data:
        raise bad_request("file must be non-empty")
    if len(given.data) > UPLOAD_BYTES:
        raise Refusal(413, "Request Entity Too Large")
