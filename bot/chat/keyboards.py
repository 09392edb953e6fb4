"""Buttons, and what is packed into the 64 bytes that one carries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.chat.page import shown
from bot.errors import NotFound
from translations.catalogs import Catalog
from translations.text import Text, text

DATA_BYTES = 64
LABEL_CHARACTERS = 60
MOST_BUTTONS = 90

_ISOLATES = dict.fromkeys(range(0x2066, 0x206A))
"""Left out: a label is one line, and a blank in their place would be seen."""


@dataclass(frozen=True)
class Button:
    """``label`` is put into the reader's language; one of ``data`` and ``url`` is set."""

    label: Text | str
    data: str = ""
    url: str = ""


Rows = Sequence[Sequence[Button]]


@dataclass(frozen=True)
class Key:
    """A key in the place of the letters: it sends its label or, once, where the person is."""

    label: Text
    location: bool = False


@dataclass(frozen=True)
class Keys:
    """What is shown in the place of the letters; without rows, the letters again. In private
    chats only."""

    rows: Sequence[Sequence[Key]] = ()


NO_KEYS = Keys()


def pack(action: str, *parts: object) -> str:
    """``action:part:part``; raises ``ValueError`` if that is more than a button carries."""
    data = ":".join((action, *(str(part) for part in parts)))
    if len(data.encode()) > DATA_BYTES:
        raise ValueError(f"a button carries {DATA_BYTES} bytes, not {data!r}")
    return data


def press(label: Text | str, action: str, *parts: object) -> Button:
    return Button(label, data=pack(action, *parts))


def outdated() -> NotFound:
    """What a button gets that names nothing; anybody can forge what a button carries."""
    return NotFound(text("This button is out of date. Ask again with the command."))


def number(part: str) -> int:
    """An id out of a button; raises ``NotFound``."""
    if len(part) > 17 or not part.removeprefix("-").isdecimal() or not part.isascii():
        raise outdated()
    return int(part)


def parts_of(parts: Sequence[str], count: int) -> Sequence[str]:
    """``parts`` if there are so many; raises ``NotFound``."""
    if len(parts) != count:
        raise outdated()
    return parts


def in_rows(buttons: Iterable[Button], width: int = 2) -> list[list[Button]]:
    every = list(buttons)[:MOST_BUTTONS]
    return [every[start : start + width] for start in range(0, len(every), width)]


def reply_markup(
    shown: Rows | Keys, words: Catalog
) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None:
    """Buttons under a new message, or keys, in the reader's language."""
    if not isinstance(shown, Keys):
        return markup(shown, words)
    if not shown.rows:
        return ReplyKeyboardRemove()
    keys = [
        [KeyboardButton(words.render(k.label), request_location=k.location or None) for k in row]
        for row in shown.rows
    ]
    return ReplyKeyboardMarkup(keys, resize_keyboard=True, one_time_keyboard=True)


def markup(rows: Rows, words: Catalog) -> InlineKeyboardMarkup | None:
    """The keyboard in the reader's language, ``None`` for an empty one."""
    keyboard = [[_made(button, words) for button in row] for row in rows if row]
    return InlineKeyboardMarkup(keyboard) if keyboard else None


def paused(announcement_id: int) -> list[list[Button]]:
    """What staff may do about an announcement that they have paused."""
    return [
        [
            press(text("Let it go on"), "resume", announcement_id),
            press(text("Cancel it"), "cancel", announcement_id),
        ]
    ]


def held(announcement_id: int) -> list[list[Button]]:
    """What staff may do about an announcement that is held."""
    return [
        [
            press(text("Send anyway"), "resume", announcement_id),
            press(text("Cancel it"), "cancel", announcement_id),
        ]
    ]


def _made(button: Button, words: Catalog) -> InlineKeyboardButton:
    label = words.render(button.label) if isinstance(button.label, Text) else button.label
    label = shown(label.translate(_ISOLATES), LABEL_CHARACTERS) or "…"
    if button.url:
        return InlineKeyboardButton(label, url=button.url)
    return InlineKeyboardButton(label, callback_data=button.data)
