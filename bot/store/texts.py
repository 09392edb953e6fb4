"""A text for people as JSON, and back: kept whole until its reader's language is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from translations.text import Text

_LARGEST = 2**53
"""Beyond it JSON readers differ on integers."""


def as_json(text: Text) -> dict[str, Any]:
    """What :func:`from_json` makes the same text of. An argument of another type than catalogs
    know is kept as its ``str``, which is what they would write."""
    found: dict[str, Any] = {
        "msgid": text.msgid,
        "args": {name: _kept(value) for name, value in text.args.items()},
    }
    if text.plural is not None:
        found |= {"plural": text.plural, "n": text.n}
    if text.context is not None:
        found["context"] = text.context
    return found


def from_json(value: Mapping[str, Any]) -> Text:
    return Text(
        value["msgid"],
        {name: _found(kept) for name, kept in value["args"].items()},
        plural=value.get("plural"),
        n=value.get("n", 1),
        context=value.get("context"),
    )


def _kept(value: Any) -> Any:
    match value:
        case Text():
            return {"text": as_json(value)}
        case bool() | None:
            return value
        case int():
            return value if abs(value) < _LARGEST else {"int": str(value)}
        case datetime():
            return {"moment": value.isoformat(), "zone": getattr(value.tzinfo, "key", None)}
        case date():
            return {"date": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case tuple() | list():
            return {"list": [_kept(item) for item in value]}
    # A file's name may hold bytes that are no text.
    return str(value).encode("utf-8", "replace").decode()


def _found(kept: Any) -> Any:
    match kept:
        case {"text": text}:
            return from_json(text)
        case {"int": digits}:
            return int(digits)
        case {"moment": moment, "zone": zone}:
            return _in_zone(datetime.fromisoformat(moment), zone)
        case {"date": day}:
            return date.fromisoformat(day)
        case {"time": hour}:
            return time.fromisoformat(hour)
        case {"list": items}:
            return tuple(_found(item) for item in items)
    return kept


def _in_zone(moment: datetime, zone: str | None) -> datetime:
    """The moment on the wall clock of its zone; another machine may not know that one."""
    try:
        return moment if zone is None else moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return moment
