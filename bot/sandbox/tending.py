"""Methods that tend what is there: delete, pin, answer a button, show that work is going on."""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox import parameters as p
from bot.sandbox.chat import Chat
from bot.sandbox.methods import Desk, Methods, Values
from bot.sandbox.queries import Answer
from bot.sandbox.refusal import bad_request

MINE = timedelta(hours=48)
ANSWER_CHARACTERS = 200
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)

table = Methods()


@table.method("deleteMessage", "chat_id", "message_id", chat_id=p.chat_id, message_id=p.integer)
def delete_message(desk: Desk, values: Values) -> bool:
    chat = desk.chats.find(values["chat_id"])
    chat.check_readable()
    message = chat.message(values["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    allowed = message.from_bot or chat.type == "private" or chat.standing.can_delete
    if not allowed or desk.chats.clock.now() - message.at > MINE:
        raise bad_request("message can't be deleted for everyone")
    chat.delete(message)
    return True


@table.method(
    "pinChatMessage",
    "chat_id",
    "message_id",
    chat_id=p.chat_id,
    message_id=p.integer,
    disable_notification=p.boolean,
)
def pin_chat_message(desk: Desk, values: Values) -> bool:
    chat = _pinnable(desk, values)
    message = chat.message(values["message_id"])
    if message is None:
        raise bad_request("message to pin not found")
    message.pinned = True
    chat.changed()
    return True


@table.method("unpinChatMessage", "chat_id", chat_id=p.chat_id, message_id=p.integer)
def unpin_chat_message(desk: Desk, values: Values) -> bool:
    """The newest pinned message, if none is named; one that is not pinned stays so."""
    chat = _pinnable(desk, values)
    pinned = [message for message in chat.messages if message.pinned]
    if "message_id" in values:
        pinned = [message for message in pinned if message.message_id == values["message_id"]]
        if chat.message(values["message_id"]) is None:
            raise bad_request("message to unpin not found")
    for message in pinned[-1:]:
        message.pinned = False
    chat.changed()
    return True


def _pinnable(desk: Desk, values: Values) -> Chat:
    chat = desk.chats.find(values["chat_id"])
    chat.check_writable()
    standing = chat.standing
    may = standing.can_edit if chat.type == "channel" else standing.can_pin
    if chat.type != "private" and not may:
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


@table.method(
    "sendChatAction",
    "chat_id",
    "action",
    chat_id=p.chat_id,
    message_thread_id=p.integer,
    action=p.string,
)
def send_chat_action(desk: Desk, values: Values) -> bool:
    if values["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    desk.chats.find(values["chat_id"]).check_writable(values.get("message_thread_id"))
    return True


@table.method(
    "answerCallbackQuery",
    "callback_query_id",
    callback_query_id=p.string,
    text=p.string,
    show_alert=p.boolean,
    url=p.string,
    cache_time=p.integer,
)
def answer_callback_query(desk: Desk, values: Values) -> bool:
    text = values.get("text", "")
    if len(text) > ANSWER_CHARACTERS:
        raise bad_request("MESSAGE_TOO_LONG")
    answer = Answer(text=text, alert=values.get("show_alert", False), url=values.get("url", ""))
    desk.chats.queries.answer(values["callback_query_id"], answer)
    return True
