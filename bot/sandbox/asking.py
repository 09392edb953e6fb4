"""Methods that ask for updates, about chats, and set the bot's own card."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox import parameters as p
from bot.sandbox.chat import Chat, PrivateChat
from bot.sandbox.methods import Desk, Methods, Values
from bot.sandbox.profile import (
    Profile,
    checked_commands,
    checked_language,
    checked_scope,
)
from bot.sandbox.refusal import bad_request
from bot.sandbox.room import Room
from bot.sandbox.updates import Webhook

DOWNLOAD_BYTES = 20 * 1024 * 1024
LONGEST_POLL = 50
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PORTS = frozenset({443, 80, 88, 8443})

table = Methods()


@table.method("getMe")
def get_me(desk: Desk, _values: Values) -> dict[str, Any]:
    return {
        **desk.chats.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": desk.chats.offers.is_on,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@table.method(
    "getUpdates",
    offset=p.integer,
    limit=p.integer,
    timeout=p.integer,
    allowed_updates=p.strings,
)
async def get_updates(desk: Desk, values: Values) -> list[dict[str, Any]]:
    desk.chats.updates.allow(values.get("allowed_updates"))
    limit = min(max(values.get("limit", 100), 1), 100)
    timeout = min(max(values.get("timeout", 0), 0), LONGEST_POLL)
    return await desk.chats.updates.fetch(values.get("offset", 0), limit, timeout)


@table.method(
    "setWebhook",
    "url",
    url=p.string,
    ip_address=p.string,
    max_connections=p.integer,
    allowed_updates=p.strings,
    drop_pending_updates=p.boolean,
    secret_token=p.string,
)
async def set_webhook(desk: Desk, values: Values) -> bool:
    updates = desk.chats.updates
    secret = values.get("secret_token", "")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = values.get("max_connections", 40)
    if not 1 <= connections <= 100:
        raise bad_request("max_connections must be from 1 to 100")
    url = values["url"]
    if url:
        _check_webhook(url)
    updates.allow(values.get("allowed_updates"))
    if values.get("drop_pending_updates"):
        updates.drop()
    hook = Webhook(url=url, secret=secret, max_connections=connections) if url else None
    await updates.set_webhook(hook)
    return True


@table.method("deleteWebhook", drop_pending_updates=p.boolean)
async def delete_webhook(desk: Desk, values: Values) -> bool:
    if values.get("drop_pending_updates"):
        desk.chats.updates.drop()
    if desk.chats.updates.webhook is not None:
        await desk.chats.updates.set_webhook(None)
    return True


@table.method("getWebhookInfo")
def get_webhook_info(desk: Desk, _values: Values) -> dict[str, Any]:
    updates = desk.chats.updates
    info: dict[str, Any] = {
        "url": updates.webhook.url if updates.webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": updates.pending,
        "allowed_updates": sorted(updates.allowed),
    }
    if updates.webhook is not None:
        info["max_connections"] = updates.webhook.max_connections
        if updates.last_error is not None:
            at, what = updates.last_error
            info |= {"last_error_date": int(at.timestamp()), "last_error_message": what}
    return info


@table.method("getChat", "chat_id", chat_id=p.chat_id)
def get_chat(desk: Desk, values: Values) -> dict[str, Any]:
    return _readable(desk, values).full_json()


@table.method("getChatMember", "chat_id", "user_id", chat_id=p.chat_id, user_id=p.integer)
def get_chat_member(desk: Desk, values: Values) -> dict[str, Any]:
    chat = _readable(desk, values)
    if values["user_id"] == desk.chats.bot["id"]:
        if isinstance(chat, Room):
            return chat.bot_json()
        return {"user": desk.chats.bot, "status": "member"}
    person = desk.chats.people.get(values["user_id"])
    if person is None:
        raise bad_request("user not found")
    if isinstance(chat, Room):
        return chat.member_json(person)
    if isinstance(chat, PrivateChat) and chat.person is person:
        return {"user": person.as_json(), "status": "member"}
    raise bad_request("user not found")


@table.method("getChatAdministrators", "chat_id", chat_id=p.chat_id, return_bots=p.boolean)
def get_chat_administrators(desk: Desk, values: Values) -> list[dict[str, Any]]:
    chat = _readable(desk, values)
    if not isinstance(chat, Room):
        raise bad_request("there are no administrators in the private chat")
    people = {chat.owner.id: chat.owner, **chat.admins}
    found = [chat.member_json(person) for person in people.values()]
    # Other bots are left out unless asked for; the bot itself is always listed.
    return found + ([chat.bot_json()] if chat.standing.status == "administrator" else [])


@table.method("leaveChat", "chat_id", chat_id=p.chat_id)
def leave_chat(desk: Desk, values: Values) -> bool:
    chat = _readable(desk, values)
    if not isinstance(chat, Room):
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot_leaves()
    return True


@table.method("getFile", "file_id", file_id=p.string)
def get_file(desk: Desk, values: Values) -> dict[str, Any]:
    file = desk.chats.files.find(values["file_id"])
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.data) > DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": f"u{file.file_id}",
        "file_size": len(file.data),
        "file_path": file.path,
    }


@table.method(
    "setMyCommands", "commands", commands=p.array, scope=p.mapping, language_code=p.string
)
def set_my_commands(desk: Desk, values: Values) -> bool:
    key = _commands_key(desk, values)
    commands = checked_commands(values["commands"])
    if commands:
        desk.profile.commands[key] = commands
    else:
        desk.profile.commands.pop(key, None)
    return True


@table.method("getMyCommands", scope=p.mapping, language_code=p.string)
def get_my_commands(desk: Desk, values: Values) -> list[dict[str, str]]:
    return desk.profile.commands.get(_commands_key(desk, values), [])


@table.method("deleteMyCommands", scope=p.mapping, language_code=p.string)
def delete_my_commands(desk: Desk, values: Values) -> bool:
    desk.profile.commands.pop(_commands_key(desk, values), None)
    return True


def _commands_key(desk: Desk, values: Values) -> tuple[tuple[str | int, ...], str]:
    scope = checked_scope(values.get("scope"))
    if len(scope) > 1:
        chat = desk.chats.find(scope[1])
        if isinstance(chat, PrivateChat) and not chat.started:
            raise bad_request("chat not found")
        chat.check_readable()
    return scope, checked_language(values.get("language_code", ""))


def _card(name: str, field: str, limit: int, of: Callable[[Profile], dict[str, str]]) -> None:
    """Enter the pair of methods that set and get one line of the card."""

    def put(desk: Desk, values: Values) -> bool:
        value = values.get(field, "")
        if len(value) > limit:
            raise bad_request(f"{field} is too long: at most {limit} characters")
        language = checked_language(values.get("language_code", ""))
        if value:
            of(desk.profile)[language] = value
        else:
            of(desk.profile).pop(language, None)
        return True

    def get(desk: Desk, values: Values) -> dict[str, str]:
        lines = of(desk.profile)
        language = checked_language(values.get("language_code", ""))
        fallback = desk.chats.bot["first_name"] if field == "name" else ""
        return {field: lines.get(language, lines.get("", fallback))}

    readers: dict[str, p.Reader] = {field: p.string}
    table.method(f"setMy{name}", language_code=p.string, **readers)(put)
    table.method(f"getMy{name}", language_code=p.string)(get)


_card("Name", "name", 64, lambda profile: profile.names)
_card("Description", "description", 512, lambda profile: profile.descriptions)
_card("ShortDescription", "short_description", 120, lambda profile: profile.short_descriptions)


def _readable(desk: Desk, values: Values) -> Chat:
    chat = desk.chats.find(values["chat_id"])
    chat.check_readable()
    return chat


def _check_webhook(url: str) -> None:
    """HTTPS on one of four ports; plain HTTP and any port on loopback, which only we can reach."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == "localhost" or _is_loopback(host):
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
