"""Text as the Bot API takes it: limits, and entities that fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox import parameters
from bot.sandbox.markup import parse_html
from bot.sandbox.refusal import bad_request

MESSAGE_UNITS = 4096
CAPTION_UNITS = 1024
RAW_BYTES = 32_768
ENTITIES = 100

Entity = dict[str, Any]

_EXTRA_FIELD = {
    "text_link": "url",
    "text_mention": "user",
    "pre": "language",
    "custom_emoji": "custom_emoji_id",
}
_PLAIN = frozenset(
    {
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
    }
)
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_READERS: dict[str, parameters.Reader] = {
    "type": parameters.string,
    "offset": parameters.integer,
    "length": parameters.integer,
    "url": parameters.string,
    "user": parameters.mapping,
    "language": parameters.string,
    "custom_emoji_id": parameters.string,
}
_COMMAND = re.compile(r"(?<![\w/<>])/[a-z0-9_]{1,32}(?:@\w{3,32})?(?![\w/<>])")


def units(value: str) -> int:
    """Length in UTF-16 code units, which is how the Bot API counts."""
    return len(value) if value.isascii() else len(value.encode("utf-16-le")) // 2


def formatted(
    raw: str,
    entities: list[Any] | None,
    parse_mode: str | None,
    *,
    limit: int = MESSAGE_UNITS,
) -> tuple[str, list[Entity]]:
    """The text that readers see and its entities in order; raises ``Refusal``.

    White space around the text is cut off, as the real server does it, and entities move along.
    """
    if len(raw.encode()) > RAW_BYTES:
        raise bad_request("message is too long")
    if parse_mode:
        if parse_mode.lower() != "html":
            raise bad_request("the sandbox knows no parse_mode but HTML")
        if entities:
            raise bad_request("entities and parse_mode exclude each other")
        visible, spans = parse_html(raw)
    else:
        visible = raw
        spans = _checked(raw, entities) if entities else []
    start = len(visible) - len(visible.lstrip())
    trimmed = visible.strip()
    if spans:
        spans = _shifted(spans, units(visible[:start]), units(trimmed))
    if units(trimmed) > limit:
        wording = "message is too long" if limit == MESSAGE_UNITS else "message caption is too long"
        raise bad_request(wording)
    return trimmed, spans


def commands_in(value: str) -> list[Entity]:
    """The ``bot_command`` entities that the server finds in what a person writes."""
    if "/" not in value:
        return []
    return [
        {"type": "bot_command", "offset": units(value[: m.start()]), "length": units(m.group())}
        for m in _COMMAND.finditer(value)
    ]


def checked_url(url: str, what: str) -> str:
    """``url`` if the real server would take it; raises ``Refusal``."""
    parts = urlsplit(url)
    if parts.scheme in ("tg", "ton"):
        return url
    host = parts.hostname or ""
    # The real server refuses bare host names such as "localhost".
    if parts.scheme not in ("http", "https") or not ("." in host or ":" in host) or " " in url:
        raise bad_request(f"{what} '{url}' is invalid: Wrong HTTP URL")
    return url


def _checked(value: str, raw: Sequence[Any]) -> list[Entity]:
    if len(raw) > ENTITIES:
        raise bad_request(f"can't parse entities: there are more than {ENTITIES}")
    entities = [_entity(item) for item in raw]
    encoded = value.encode("utf-16-le")
    size = len(encoded) // 2
    for entity in entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if start < 0 or entity["length"] <= 0 or end > size:
            raise bad_request(f"can't parse entities: {entity['type']} is outside of the text")
        if _splits(encoded, start) or _splits(encoded, end):
            raise bad_request(f"can't parse entities: {entity['type']} splits a surrogate pair")
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    _check_nesting(entities)
    return entities


def _entity(raw: Any) -> Entity:
    if not isinstance(raw, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    entity = parameters.only("entity", raw, _READERS)
    for field in ("type", "offset", "length"):
        if field not in entity:
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{field}\"")
    kind = entity["type"]
    if kind not in _PLAIN and kind not in _EXTRA_FIELD:
        raise bad_request(f"can't parse entities: the type {kind!r} is not for bots to give")
    allowed = _EXTRA_FIELD.get(kind)
    for field in entity:
        if field not in ("type", "offset", "length", allowed):
            raise bad_request(f'can\'t parse MessageEntity: {kind} has no field "{field}"')
    if kind == "text_link":
        checked_url(entity.get("url", ""), "entity URL")
    elif allowed and allowed not in entity and kind != "pre":
        raise bad_request(f'can\'t parse MessageEntity: {kind} needs the field "{allowed}"')
    return entity


def _splits(encoded: bytes, unit: int) -> bool:
    """Whether ``unit`` lies between the halves of a surrogate pair."""
    low = encoded[2 * unit : 2 * unit + 2]
    return len(low) == 2 and 0xDC <= low[1] <= 0xDF


def _check_nesting(entities: Sequence[Entity]) -> None:
    open_ones: list[Entity] = []
    for entity in entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        while open_ones and open_ones[-1]["offset"] + open_ones[-1]["length"] <= start:
            open_ones.pop()
        if open_ones and end > open_ones[-1]["offset"] + open_ones[-1]["length"]:
            raise bad_request("can't parse entities: they overlap without nesting")
        kinds = {outer["type"] for outer in open_ones}
        if kinds & {"code", "pre"}:
            raise bad_request("can't parse entities: code can't contain other entities")
        if entity["type"] in _QUOTES and kinds & _QUOTES:
            raise bad_request("can't parse entities: quotations can't be nested")
        open_ones.append(entity)


def _shifted(entities: Sequence[Entity], by: int, size: int) -> list[Entity]:
    kept = []
    for entity in entities:
        start = max(entity["offset"] - by, 0)
        end = min(entity["offset"] + entity["length"] - by, size)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return kept
