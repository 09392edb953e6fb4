"""A message as a client shows it: text and entities into safe HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from bot.sandbox.text import Entity

_QUOTE = Markup("<blockquote>{}</blockquote>")
_BLOCKS = {
    "blockquote": _QUOTE,
    "expandable_blockquote": _QUOTE,
    "pre": Markup("<pre>{}</pre>"),
}
_TAGS = {
    "bold": Markup("<strong>{}</strong>"),
    "italic": Markup("<em>{}</em>"),
    "underline": Markup("<u>{}</u>"),
    "strikethrough": Markup("<s>{}</s>"),
    "code": Markup("<code>{}</code>"),
    "spoiler": Markup('<span class="spoiler" tabindex="0">{}</span>'),
    "bot_command": Markup('<span class="command">{}</span>'),
}
_LINK = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
_LINE = Markup('<div dir="auto">{}</div>')
_ADDRESS = re.compile(r"https?://[^\s<>\"“”«»]+")
_AFTER_ADDRESS = ".,;:!?)]}’'…"
_SCHEMES = frozenset({"http", "https", "tg", "mailto"})


@dataclass(frozen=True, kw_only=True)
class _Stretch:
    """An entity with its place in code points; ``end`` is exclusive."""

    kind: str
    start: int
    end: int
    entity: Entity


def as_html(text: str, entities: Sequence[Entity]) -> Markup:
    """One ``div`` with its own direction per line; quotations and code blocks around theirs."""
    stretches = _stretches(text, entities)
    blocks = [s for s in stretches if s.kind in _BLOCKS]
    inline = [s for s in stretches if s.kind not in _BLOCKS]
    placed = ((_block_of(start, end, blocks), start, end) for start, end in _lines(text))
    parts: list[Markup] = []
    for block, group in groupby(placed, key=lambda line: line[0]):
        verbatim = block is not None and block.kind == "pre"
        lines = Markup("").join(
            _LINE.format(_line(text, start, end, inline, verbatim) or Markup("<br>"))
            for _, start, end in group
        )
        if block is None:
            parts.append(lines)
        else:
            parts.append(_BLOCKS[block.kind].format(lines))
    return Markup("").join(parts)


def safe_link(url: str) -> str:
    """``url`` if a page may link to it, else nothing."""
    return url if urlsplit(url).scheme.lower() in _SCHEMES else ""


def _stretches(text: str, entities: Sequence[Entity]) -> list[_Stretch]:
    """Entities count UTF-16 units; Python counts code points."""
    if not entities:
        return []
    points = [0]
    for index, character in enumerate(text):
        points.extend([index + 1] * (2 if ord(character) > 0xFFFF else 1))
    return [
        _Stretch(
            kind=entity["type"],
            start=points[entity["offset"]],
            end=points[entity["offset"] + entity["length"]],
            entity=entity,
        )
        for entity in entities
    ]


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _block_of(start: int, end: int, blocks: Sequence[_Stretch]) -> _Stretch | None:
    return next((b for b in blocks if b.start < max(end, start + 1) and b.end > start), None)


def _line(text: str, start: int, end: int, inline: Sequence[_Stretch], verbatim: bool) -> Markup:
    here = [s for s in inline if s.start < end and s.end > start]
    cuts = sorted({start, end, *(min(max(p, start), end) for s in here for p in (s.start, s.end))})
    parts = []
    for first, last in pairwise(cuts):
        around = [s for s in here if s.start <= first and last <= s.end]
        piece = text[first:last]
        plain = verbatim or any(s.kind in ("text_link", "code") for s in around)
        shown = escape(piece) if plain else _linked(piece)
        for stretch in reversed(around):
            shown = _wrapped(shown, stretch.kind, stretch.entity)
        parts.append(shown)
    return Markup("").join(parts)


def _wrapped(shown: Markup, kind: str, entity: dict[str, Any]) -> Markup:
    if kind == "text_link":
        url = safe_link(entity["url"])
        return _LINK.format(url, shown) if url else shown
    tag = _TAGS.get(kind)
    return tag.format(shown) if tag is not None else shown


def _linked(piece: str) -> Markup:
    """Clients make links of the addresses that they find."""
    parts: list[Markup] = []
    position = 0
    for match in _ADDRESS.finditer(piece):
        address = match.group().rstrip(_AFTER_ADDRESS)
        parts.append(escape(piece[position : match.start()]))
        parts.append(_LINK.format(address, address))
        position = match.start() + len(address)
    parts.append(escape(piece[position:]))
    return Markup("").join(parts)
