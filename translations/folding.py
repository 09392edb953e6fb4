"""Letters without case and marks, as they are looked for. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# Letters of their own to Unicode, which people type without what sets them apart.
_PLAIN = (
    str.maketrans("ıəøđłðħŋґє", "ieodldhnге")
    | str.maketrans("ٱىیېکةۀەھہۃ", "ايييكهههههه")
    | {ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th"}
)
# Marks that may be left out in writing, and what joins, parts or turns letters without being
# one: tatweel, joiners, soft hyphens, marks of direction.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
)
_UNSEEN = "\u0640\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
_DROPPED = re.compile(f"[{_MARKS}{_UNSEEN}]")
_JOINING = re.compile(f"[{_UNSEEN}]")


class _Letters(dict[int, str]):
    """A table for ``str.translate`` that fills itself. Lines stay lines."""

    def __init__(self, written: Callable[[str], str]) -> None:
        super().__init__({ord("\n"): "\n"})
        self._written = written

    def __missing__(self, point: int) -> str:
        self[point] = written = self._written(chr(point))
        return written


def _is_of_a_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LM" or unicodedata.category(letter) in ("Nd", "Nl")


def _folded(letter: str) -> str:
    if _DROPPED.match(letter):
        return ""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold())
    plain = unicodedata.normalize("NFC", _DROPPED.sub("", apart).translate(_PLAIN))
    return "".join(
        str(unicodedata.decimal(c, c)) if _is_of_a_word(c) else " " for c in plain or " "
    )


def _kept(letter: str) -> str:
    if _JOINING.match(letter):
        return ""
    return letter if _is_of_a_word(letter) else " "


_FOLDED = _Letters(_folded)
_KEPT = _Letters(_kept)


def fold(text: str) -> str:
    """``text`` without case and marks, with spaces for all that is no letter and no digit.

    Each character is folded by itself.
    """
    return text.translate(_FOLDED)


def letters(text: str) -> list[str]:
    """The folding of each character of ``text``."""
    return [_FOLDED[ord(letter)] for letter in text]


def parted(text: str) -> str:
    """``text`` with its letters as they are, joiners left out, and spaces for all else."""
    return text.translate(_KEPT)
