"""The menu of commands, per scope and language."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.chat.office import Office
from translations.catalogs import Catalog, catalog_for, interface_languages
from translations.text import Text, ptext, text

Menu = Sequence[tuple[str, Text]]

# Translators: what a command does, as Telegram's menu shows it; at most 256 characters, better 30.
SUBSCRIBERS: tuple[tuple[str, Text], ...] = (
    ("start", ptext("command", "Subscribe")),
    ("settings", text("Choose what you get, and when")),
    ("language", ptext("command", "Choose languages")),
    ("topics", ptext("command", "Choose topics")),
    ("timezone", ptext("command", "Choose the time zone")),
    ("quiet", text("Choose hours without a sound")),
    ("latest", ptext("command", "Show the latest releases")),
    ("calendar", ptext("command", "Show the coming anniversaries")),
    ("search", text("Search the press releases")),
    ("feeds", ptext("command", "Show the feeds")),
    ("channels", ptext("command", "Show your groups and channels")),
    ("check", ptext("command", "Check whether a text is genuine")),
    ("privacy", ptext("command", "Say what is stored")),
    ("mydata", ptext("command", "Show what is stored about you")),
    ("stop", ptext("command", "Unsubscribe and erase everything")),
    ("help", ptext("command", "Explain the commands")),
)
STAFF: tuple[tuple[str, Text], ...] = (
    ("new", ptext("command", "File a release")),
    ("queue", ptext("command", "Show or change what is coming")),
    ("release", ptext("command", "Work on a release")),
    ("history", ptext("command", "Show who did what to a release")),
    ("deliveries", ptext("command", "Show what became of a release")),
    ("subscribers", ptext("command", "Count the subscribers")),
    ("status", ptext("command", "Show how the service is doing")),
    ("notices", text("Choose when you are told things")),
)
ADMIN: tuple[tuple[str, Text], ...] = (("staff", text("Say who belongs to the press office")),)
AT_ONCE = 8

log = structlog.get_logger(__name__)


def languages() -> tuple[str, ...]:
    """The two-letter languages of the menu: Telegram takes no others."""
    return tuple(tag for tag in interface_languages() if len(tag) == 2)


def for_staff(admin: bool) -> Menu:
    """What a member of staff sees in their private chat."""
    return (*STAFF, *(ADMIN if admin else ()), *SUBSCRIBERS)


async def set_for_everybody(office: Office) -> None:
    """Set the menu that all see. Without one the commands work all the same."""
    try:
        await put(office, SUBSCRIBERS, None)
    except TelegramError as error:
        log.warning("no menu of commands", error=type(error).__name__)


async def put(office: Office, commands: Menu, user_id: int | None) -> None:
    """Set the menu of everybody, or of one private chat; raises ``TelegramError``."""
    scope = _scope(user_id)

    async def one(words: Catalog, code: str | None) -> None:
        menu = [BotCommand(name, words.render(what)[:256]) for name, what in commands]
        await office.ask(lambda: office.bot.set_my_commands(menu, scope=scope, language_code=code))

    # The first alone: where it is refused, so are the others.
    await one(catalog_for(office.settings.languages), None)
    await _at_once(lambda code: one(catalog_for(code), code))


async def take_back(office: Office, user_id: int) -> None:
    """Let a private chat have the menu of everybody again; raises ``TelegramError``."""
    scope = _scope(user_id)

    async def one(code: str | None) -> None:
        await office.ask(lambda: office.bot.delete_my_commands(scope=scope, language_code=code))

    await one(None)
    await _at_once(one)


def _scope(user_id: int | None) -> BotCommandScope:
    return BotCommandScopeDefault() if user_id is None else BotCommandScopeChat(user_id)


async def _at_once(one: Callable[[str], Awaitable[None]]) -> None:
    wanted = list(languages())
    for start in range(0, len(wanted), AT_ONCE):
        await asyncio.gather(*(one(code) for code in wanted[start : start + AT_ONCE]))
