"""The HTML parse mode: its few tags, nested properly, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from bot.sandbox.refusal import bad_request

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "span": "spoiler",
}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(
    r"""\s+([a-zA-Z][a-zA-Z0-9-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=]+)))?"""
)
# The four named entities that the Bot API knows, and numeric ones; any other stays as it is.
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")


def parse_html(raw: str) -> tuple[str, list[dict[str, Any]]]:
    """The visible text and its entities (offsets in UTF-16 units); raises ``Refusal``."""
    pieces: list[str] = []
    length = 0
    position = 0
    stack: list[tuple[str, Mapping[str, str], int, int]] = []
    entities: list[dict[str, Any]] = []
    while position < len(raw):
        opening = raw.find("<", position)
        stretch = _decoded(raw[position : opening if opening >= 0 else len(raw)])
        pieces.append(stretch)
        length += len(stretch.encode("utf-16-le")) // 2
        if opening < 0:
            break
        tag = _TAG.match(raw, opening)
        at = len(raw[:opening].encode())
        if tag is None:
            raise bad_request(f"can't parse entities: Unclosed start tag at byte offset {at}")
        name = tag[2].lower()
        position = tag.end()
        if not tag[1]:
            attributes = _attributes(tag[3], at)
            if name not in _KINDS or (name == "span" and attributes.get("class") != "tg-spoiler"):
                raise bad_request(
                    f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {at}'
                )
            stack.append((name, attributes, length, len(pieces)))
            continue
        if not stack:
            raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {at}")
        expected, opened, start, first = stack.pop()
        if name != expected:
            raise bad_request(
                f"can't parse entities: Unmatched end tag at byte offset {at}, "
                f'expected "</{expected}>", found "</{name}>"'
            )
        inner = "".join(pieces[first:])
        entity = _entity(name, opened, inner)
        if entity is not None and length > start:
            entities.append({**entity, "offset": start, "length": length - start})
    if stack:
        raise bad_request(
            "can't parse entities: Can't find end tag corresponding to start tag "
            f'"{stack[-1][0]}"'
        )
    entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(pieces), entities


def _decoded(stretch: str) -> str:
    return _REFERENCE.sub(lambda m: unescape(m.group()), stretch)


def _attributes(raw: str, at: int) -> dict[str, str]:
    found: dict[str, str] = {}
    position = 0
    while raw[position:].strip(" \t\r\n/"):
        attribute = _ATTRIBUTE.match(raw, position)
        if attribute is None:
            raise bad_request(f"can't parse entities: Broken attribute at byte offset {at}")
        found[attribute[1].lower()] = _decoded(next((g for g in attribute.groups()[1:] if g), ""))
        position = attribute.end()
    return found


def _entity(name: str, attributes: Mapping[str, str], inner: str) -> dict[str, Any] | None:
    """The entity without its place; none for a link that leads nowhere."""
    entity: dict[str, Any] = {"type": _KINDS[name]}
    if name == "a":
        url = attributes.get("href") or inner.strip()
        if not re.match(r"(?:https?|tg|ton)://|mailto:", url):
            return None
        entity["url"] = url
    elif name == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    elif name == "tg-emoji":
        if not attributes.get("emoji-id"):
            raise bad_request("can't parse entities: tg-emoji needs an emoji-id")
        entity["custom_emoji_id"] = attributes["emoji-id"]
    elif name == "pre" and attributes.get("class", "").startswith("language-"):
        entity["language"] = attributes["class"].removeprefix("language-")
    return entity
