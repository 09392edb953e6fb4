"""Inline keyboards: buttons that do exactly one thing each; and keys in the place of letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.refusal import bad_request
from bot.sandbox.text import checked_url

BUTTONS = 100
PER_ROW = 8
DATA_BYTES = 64

Markup = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Button:
    """One button under a message; exactly one of ``data`` and ``url`` is set."""

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Key:
    """What sends its ``label``, or, where it asks for that, where the person is."""

    label: str
    location: bool = False


@dataclass(frozen=True)
class Keys:
    """A keyboard that a chat shows in the place of the letters, until another one comes; without
    rows it takes away the one that was there."""

    rows: tuple[tuple[Key, ...], ...] = ()


_KEYS = ("keyboard", "resize_keyboard", "one_time_keyboard", "is_persistent", "selective")
_NO_KEYS = ("remove_keyboard", "selective")


def checked_markup(name: str, raw: dict[str, Any]) -> Markup | Keys | None:
    """What may come with a new message."""
    if "keyboard" in raw:
        _only(raw, _KEYS)
        return Keys(tuple(tuple(_key(key) for key in row) for row in _rows(raw["keyboard"])))
    if "remove_keyboard" in raw:
        _only(raw, _NO_KEYS)
        if raw["remove_keyboard"] is not True:
            raise bad_request('can\'t parse reply markup: Field "remove_keyboard" must be True')
        return Keys()
    return checked_keyboard(name, raw)


def _only(raw: dict[str, Any], known: tuple[str, ...]) -> None:
    flags = [key for key in raw if key != "keyboard"]
    if not set(raw) <= set(known) or not all(type(raw[key]) is bool for key in flags):
        raise bad_request(f"the sandbox knows of a keyboard only {known}")


def _rows(raw: Any) -> list[list[Any]]:
    if not isinstance(raw, list) or not all(isinstance(row, list) and row for row in raw):
        raise bad_request('Field "keyboard" must be of type Array of Arrays')
    return raw


def _key(raw: Any) -> Key:
    given = {"text": raw} if isinstance(raw, str) else raw
    label = given.get("text") if isinstance(given, dict) else None
    if not isinstance(label, str) or not label.strip():
        raise bad_request('can\'t parse keyboard button: Field "text" must be non-empty')
    wants = given.get("request_location", False)
    if set(given) - {"text", "request_location"} or type(wants) is not bool:
        raise bad_request("the sandbox knows of a key only text and request_location")
    return Key(label=label, location=wants)


def checked_keyboard(_name: str, raw: dict[str, Any]) -> Markup | None:
    """An inline keyboard as the message will carry it, ``None`` for an empty one."""
    unknown = [key for key in raw if key != "inline_keyboard"]
    if unknown or "inline_keyboard" not in raw:
        raise bad_request("the sandbox knows no reply_markup but inline_keyboard")
    rows = raw["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('Field "inline_keyboard" must be of type Array of Arrays')
    if sum(len(row) for row in rows) > BUTTONS:
        raise bad_request("reply markup is too long")
    if any(len(row) > PER_ROW for row in rows):
        raise bad_request(f"more than {PER_ROW} buttons in a row")
    kept = [[_button(item) for item in row] for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def buttons(markup: Markup | None) -> Iterator[list[Button]]:
    """The rows of buttons of a message."""
    if markup is None:
        return
    for row in markup["inline_keyboard"]:
        yield [
            Button(label=item["text"], data=item.get("callback_data", ""), url=item.get("url", ""))
            for item in row
        ]


def _data(value: str) -> None:
    if not 1 <= len(value.encode()) <= DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _url(value: str) -> None:
    checked_url(value, "inline keyboard button URL")


_ACTIONS: dict[str, Callable[[str], None]] = {"callback_data": _data, "url": _url}


def _button(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be Object")
    label = raw.get("text")
    if not isinstance(label, str) or not label.strip():
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be non-empty')
    actions = [key for key in raw if key != "text"]
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request("can't parse inline keyboard button: exactly one action is allowed")
    action = actions[0]
    check = _ACTIONS.get(action)
    if check is None:
        raise bad_request(f"can't parse inline keyboard button: no action {action!r} here")
    value = raw[action]
    if not isinstance(value, str):
        raise bad_request(f'can\'t parse inline keyboard button: Field "{action}" must be String')
    check(value)
    return {"text": label, action: value}
