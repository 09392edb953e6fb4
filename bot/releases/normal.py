"""Texts as they are compared: what no reader sees, or any typesetting changes, is levelled. Pure.

Two texts are the same here if they have the same words and signs in the same order, however they
are spaced, broken into lines, quoted or dashed. Letters, case and digits stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from bot.releases.difference import spelt

Words = tuple[str, ...]
"""The words and signs of a sentence, or of what stands by itself such as a headline."""

Spelling = Sequence[tuple[str, str]]
"""The same with the white space after each."""

OPENING = 150
"""Words at the beginning of a text that can be recognised even where many were changed."""

SHINGLE = 6
"""Words in a row that are rarely found in two texts."""

SAMPLED = 24
"""Of such rows in the opening."""

MOST_MARKS = 128
SHORTEST = 4
"""Words of a sentence that tells of one text and not of many."""

# Soft hyphens, marks and isolates of direction, joiners of words: not the joiners of letters,
# which are spelling.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ALIKE = str.maketrans(
    dict.fromkeys("“”„‟«»〝〞〟＂″", '"')
    | dict.fromkeys("‘’‚‛‹›′`´ʼ＇", "'")
    | dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
    | {"…": "...", "⋯": "..."}
)
_BULLET = re.compile(r"^[•◦▪‣·]\s+")
_ENDS = frozenset(".!?。！？｡؟۔।։")
_CLOSED = frozenset("。！？｡")
"""Signs that end a sentence although no space follows."""


def normal(text: str) -> str:
    """``text`` in the form in which it is compared; its lines stay lines."""
    clean = _LINE_ENDS.sub("\n", text.encode("utf-8", "replace").decode())
    clean = _CONTROLS.sub(" ", _UNSEEN.sub("", unicodedata.normalize("NFC", clean)))
    lines = _SPACES.sub(" ", clean.translate(_ALIKE)).split("\n")
    return "\n".join(_BULLET.sub("", line.strip()) for line in lines)


def words(text: str) -> Words:
    """The words and signs of ``text``."""
    return bare(spelt(normal(text)))


def bare(spelling: Spelling) -> Words:
    return tuple(word for word, _ in spelling)


def written(spelling: Spelling) -> str:
    return "".join(word + gap for word, gap in spelling)


def sentences(paragraph: str) -> list[Spelling]:
    """A paragraph in sentences; a new line in it is white space like any other."""
    found, rest = cut(spelt(normal(paragraph)))
    return [*found, rest] if rest else found


def cut(spelling: Spelling) -> tuple[list[Spelling], Spelling]:
    """The whole sentences among these words, and what is left after the last."""
    found: list[Spelling] = []
    start = 0
    for end, (word, gap) in enumerate(spelling, 1):
        if word in _CLOSED or (gap and word in _ENDS):
            found.append(spelling[start:end])
            start = end
    return found, spelling[start:]


def units(paragraphs: Iterable[str]) -> list[Words]:
    """A text in sentences; none reaches from one paragraph into the next."""
    return [bare(sentence) for paragraph in paragraphs for sentence in sentences(paragraph)]


def digest(sentence: Sequence[str]) -> str:
    """A hash of 96 bits, in 16 letters."""
    return urlsafe_b64encode(blake2b(_joined(sentence), digest_size=12).digest()).decode()


def address(url: str) -> str:
    """The digest of an address; chat programs put a slash after the name of a host."""
    return digest((url.rstrip("/"),))


def mark(words: Sequence[str]) -> int:
    """A hash of 64 bits, as databases store a number: by it a text is found again."""
    return int.from_bytes(blake2b(_joined(words), digest_size=8).digest(), "big", signed=True)


def marks(text: Sequence[Words]) -> tuple[int, ...]:
    """By what a text, given in sentences, is found again, the most telling first: its headline,
    a sample of its opening, and its sentences."""
    opening = [word for sentence in text for word in sentence][:OPENING]
    sample = sorted(set(shingles(opening)))[:SAMPLED]
    telling = [mark(s) for s in text[1:] if len(s) >= SHORTEST]
    return tuple(dict.fromkeys((*map(mark, text[:1]), *sample, *telling)))[:MOST_MARKS]


def questions(readings: Iterable[Sequence[Words]]) -> tuple[int, ...]:
    """The marks by which a text may be found that can be read, in sentences, in several ways."""
    found: dict[int, None] = {}
    for text in readings:
        found |= dict.fromkeys(map(mark, text))
        found |= dict.fromkeys(shingles([word for sentence in text for word in sentence]))
    return tuple(found)


def shingles(words: Sequence[str]) -> Iterator[int]:
    """Marks of every run of so many words."""
    for start in range(len(words) - SHINGLE + 1):
        yield mark(words[start : start + SHINGLE])


def _joined(words: Sequence[str]) -> bytes:
    return "\x1f".join(words).encode()
