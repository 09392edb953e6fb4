"""The parameters of a call: present, of the right type, and known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bot.sandbox.refusal import bad_request

Reader = Callable[[str, Any], Any]
"""Takes a parameter's name and raw value; returns its value or raises ``Refusal``."""

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_WORDS = {"true": True, "false": False, "True": True, "False": False, "1": True, "0": False}


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    mime: str
    data: bytes


def integer(name: str, raw: Any) -> int:
    if type(raw) is int:
        return raw
    if isinstance(raw, str) and _INTEGER.fullmatch(raw):
        return int(raw)
    raise bad_request(f'parameter "{name}" must be an Integer')


def boolean(name: str, raw: Any) -> bool:
    if type(raw) is bool:
        return raw
    if isinstance(raw, str) and raw in _WORDS:
        return _WORDS[raw]
    raise bad_request(f'parameter "{name}" must be a Boolean')


def string(name: str, raw: Any) -> str:
    if isinstance(raw, str):
        return raw
    raise bad_request(f'parameter "{name}" must be a String')


def chat_id(name: str, raw: Any) -> int | str:
    """A number, or ``@name``; Bot API also takes the number as a string."""
    if type(raw) is int:
        return raw
    if isinstance(raw, str):
        if _INTEGER.fullmatch(raw):
            return int(raw)
        if raw.startswith("@") and len(raw) > 1:
            return raw
        if not raw:
            raise bad_request(f"{name} is empty")
        raise bad_request("chat not found")
    raise bad_request(f'parameter "{name}" must be an Integer or a String')


def _decoded(name: str, raw: Any) -> Any:
    """Bot API takes objects and arrays as JSON, or as a string that holds JSON."""
    if not isinstance(raw, str):
        return raw
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise bad_request(f'can\'t parse "{name}": it is no JSON') from None


def array(name: str, raw: Any) -> list[Any]:
    value = _decoded(name, raw)
    if isinstance(value, list):
        return value
    raise bad_request(f'parameter "{name}" must be an Array')


def mapping(name: str, raw: Any) -> dict[str, Any]:
    value = _decoded(name, raw)
    if isinstance(value, dict):
        return value
    raise bad_request(f'parameter "{name}" must be an Object')


def strings(name: str, raw: Any) -> list[str]:
    return [string(name, item) for item in array(name, raw)]


def upload(name: str, raw: Any) -> Upload | str:
    """A file, or the id of one that the server has."""
    if isinstance(raw, Upload | str):
        return raw
    raise bad_request(f'parameter "{name}" must be an InputFile or a String')


def only(name: str, value: Mapping[str, Any], known: Mapping[str, Reader]) -> dict[str, Any]:
    """Read the fields of an object; refuses those that it does not have."""
    unknown = [key for key in value if key not in known]
    if unknown:
        raise bad_request(f'"{name}" has no field "{unknown[0]}"')
    return {key: known[key](f"{name}.{key}", item) for key, item in value.items()}


# What the real server says when these are missing; for others it has no fixed wording.
_MISSING = {"chat_id": "chat_id is empty", "text": "message text is empty"}


@dataclass(frozen=True, kw_only=True)
class Signature:
    """The parameters that a method takes."""

    required: tuple[str, ...]
    readers: Mapping[str, Reader]

    def read(self, method: str, raw: Mapping[str, Any], *, strict: bool) -> dict[str, Any]:
        """The values by name. ``strict`` refuses what the real server would silently ignore."""
        values: dict[str, Any] = {}
        readers = self.readers
        for name, item in raw.items():
            reader = readers.get(name)
            if reader is None:
                if strict:
                    raise bad_request(f'{method} takes no parameter "{name}" here')
                continue
            if item is not None:
                values[name] = reader(name, item)
        for name in self.required:
            if name not in values:
                raise bad_request(_MISSING.get(name, f'parameter "{name}" is required'))
        return values
