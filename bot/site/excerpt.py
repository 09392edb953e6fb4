"""The part of a text that shows what was looked for. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from translations.words import LONGEST, Term, places

BEFORE, WHOLE = 60, 240
"""Letters before the first place that is shown, and altogether; characters of a script in which
they are twice as wide count for two."""

_NEAR = 20
"""How far a space may be for the excerpt to begin or end there and not within a word."""

Place = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some of the text; ``marked`` if it is what was looked for."""

    text: str
    marked: bool = False


def excerpt(text: str, wanted: Sequence[Term], language: str) -> list[Piece]:
    """Where ``text`` has most of what is ``wanted``, else how it begins; one line."""
    text = " ".join(text[:LONGEST].split())
    found = places(text, wanted, language)
    before, whole = (BEFORE // 2, WHOLE // 2) if _is_wide(text) else (BEFORE, WHOLE)
    start = _beginning(text, found, before, whole)
    end = _end(text, start + whole)
    pieces = [Piece(text="… ")] if start else []
    for first, last in found:
        if start <= first and last <= end:
            pieces += [Piece(text=text[start:first]), Piece(text=text[first:last], marked=True)]
            start = last
    pieces += [Piece(text=text[start:end]), Piece(text=" …" if end < len(text) else "")]
    return [piece for piece in pieces if piece.text]


def _is_wide(text: str) -> bool:
    some = text[:WHOLE]
    return 2 * sum(unicodedata.east_asian_width(c) in "WF" for c in some) > len(some)


def _beginning(text: str, found: Sequence[Place], before: int, whole: int) -> int:
    """Where the stretch with the most places begins, or the first of such."""
    best, start = 0, 0
    for n, (first, _) in enumerate(found):
        within = sum(last <= first + whole - before for _, last in found[n : n + whole])
        if within > best:
            best, start = within, first
    if start <= before:
        return 0
    space = text.find(" ", start - before, start - before + _NEAR)
    return space + 1 if space >= 0 else start - before


def _end(text: str, end: int) -> int:
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", end - _NEAR, end)
    return space if space >= 0 else end
