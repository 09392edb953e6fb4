"""The bot's own card: its commands per scope and language, its names and descriptions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox import parameters
from bot.sandbox.refusal import bad_request

if TYPE_CHECKING:
    from bot.sandbox.person import Person

COMMANDS = 100
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_SCOPE_FIELDS: dict[str, tuple[str, ...]] = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
Scope = tuple[str | int, ...]
DEFAULT: Scope = ("default",)


def checked_scope(raw: dict[str, Any] | None) -> Scope:
    """The scope as a key: its type, then the ids it needs; raises ``Refusal``."""
    if raw is None:
        return DEFAULT
    kind = raw.get("type")
    fields = _SCOPE_FIELDS.get(kind) if isinstance(kind, str) else None
    if kind is None or fields is None or set(raw) != {"type", *fields}:
        raise bad_request("can't parse BotCommandScope")
    return (kind, *(parameters.integer(f"scope.{name}", raw[name]) for name in fields))


def checked_language(code: str) -> str:
    """Two letters of ISO 639-1, or nothing for everybody else."""
    if code and not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def checked_commands(raw: list[Any]) -> list[dict[str, str]]:
    """BotCommand values; raises ``Refusal``."""
    if len(raw) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = []
    for item in raw:
        if not isinstance(item, dict) or set(item) != {"command", "description"}:
            raise bad_request("can't parse BotCommand: it has command and description")
        name, description = item["command"], item["description"]
        if not isinstance(name, str) or not _NAME.fullmatch(name.removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not isinstance(description, str) or not 1 <= len(description.strip()) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        commands.append({"command": name.removeprefix("/"), "description": description})
    return commands


@dataclass
class Profile:
    """What setMy… has set, by language ("" is the default)."""

    commands: dict[tuple[Scope, str], list[dict[str, str]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)

    def commands_for(self, person: Person) -> list[dict[str, str]]:
        """What this person's client lists in the private chat; the narrowest scope wins.

        The order is https://core.telegram.org/bots/api#determining-list-of-commands.
        """
        language = (person.language_code or "")[:2]
        scopes: tuple[Scope, ...] = (("chat", person.id), ("all_private_chats",), DEFAULT)
        for scope in scopes:
            for code in (language, ""):
                if (scope, code) in self.commands:
                    return self.commands[scope, code]
        return []
