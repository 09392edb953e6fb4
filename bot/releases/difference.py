"""What changed between two wordings, word by word. Pure.

A word is what people take for one: letters, digits and marks, with the apostrophes and hyphens
inside. Where words are written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) each letter
with its marks stands for itself. However long the texts are, the cost is bounded: what cannot be
compared in time is shown as taken out and put in whole.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from bot.releases.release import Variant

FIELDS = ("headline", "subhead", "body", "occasion")

CONTEXT = 6
"""Words that are shown before and after a change."""

LARGEST = 1_500_000
"""Pairs of words (or of paragraphs) that are compared with each other at once."""

LONGEST = 200_000
"""Characters that are looked at word by word at once."""

ISLAND = 3
"""What stays between two changes and is no longer than this is shown as changed with them."""

Kind = Literal["same", "removed", "added"]

_JOINS = frozenset("'’ʼ-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{MIDDLE DOT}")
_UNSPACED = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x30FF)),
    *((0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)),
    *((0xF900, 0xFAFF), (0xFF66, 0xFF9D), (0x20000, 0x3FFFF)),
)
_STARTS = [start for start, _ in _UNSPACED]
_BREAK = "\n\n"
_GAP = re.compile(r"(\n[^\S\n]*\n\s*)")


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed the ``same``, was ``removed`` or was ``added``."""

    kind: Kind
    text: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A place in ``field`` where the wording changed, with a few words around it."""

    field: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class _Token:
    """``word`` counts when comparing; ``text`` is it with the white space that follows."""

    word: str
    text: str


def changes(before: Variant, after: Variant) -> tuple[Change, ...]:
    """Every change from one wording of a variant to another, in the order of its parts.

    None where only white space differs.
    """
    return tuple(
        Change(field=field, pieces=pieces)
        for field in FIELDS
        for pieces in _places(getattr(before, field), getattr(after, field))
    )


def difference(before: str, after: str) -> list[Piece]:
    """Both texts as one run of pieces: ``before`` is what is same and removed, ``after`` what is
    same and added, but for white space."""
    return [
        Piece(kind, "".join(token.text for token in tokens))
        for kind, tokens in _compared(before, after)
    ]


def spelt(text: str) -> list[tuple[str, str]]:
    """Each word of ``text``, and the white space after it. Ends of paragraphs are none."""
    return [
        (token.word, token.text[len(token.word) :])
        for token in _tokens(text)
        if token.word and token.word != _BREAK
    ]


_Run = tuple[Kind, Sequence[_Token]]


def _compared(before: str, after: str) -> list[_Run]:
    runs: list[_Run] = []
    old, new = _paragraphs(before), _paragraphs(after)
    for same, a, b in _matched(old, new):
        if same:
            runs.append(("same", _tokens("".join(b))))
        elif len(a) == len(b) and _are_many("".join(a), "".join(b)):
            for one, other in zip(a, b, strict=True):
                runs += _words(one, other)
        else:
            runs += _words("".join(a), "".join(b))
    return _merged(runs)


def _are_many(before: str, after: str) -> bool:
    """Too much to compare all of it with all of it: then each paragraph with its own kind."""
    return len(before.split()) * len(after.split()) > LARGEST


def _paragraphs(text: str) -> list[str]:
    """Each with the empty lines that follow it."""
    parts = _GAP.split(text)
    gaps = [*parts[1::2], ""]
    return [part + gap for part, gap in zip(parts[::2], gaps, strict=True) if part or gap]


def _matched(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Runs of paragraphs that are the same, and of those that are not, in order."""
    keys = [[p.strip() for p in side] for side in (old, new)]
    first, last = _common(*keys)
    middle = len(old) - last, len(new) - last
    if first:
        yield True, old[:first], new[:first]
    a, b = old[first : middle[0]], new[first : middle[1]]
    if len(a) * len(b) <= LARGEST // 100:
        inner_old, inner_new = keys[0][first : middle[0]], keys[1][first : middle[1]]
        matcher = SequenceMatcher(None, inner_old, inner_new, autojunk=False)
        for tag, i, j, k, m in matcher.get_opcodes():
            yield tag == "equal", a[i:j], b[k:m]
    elif a or b:
        yield False, a, b
    if last:
        yield True, old[middle[0] :], new[middle[1] :]


def _words(before: str, after: str) -> list[_Run]:
    if max(len(before), len(after)) <= LONGEST:
        return _word_by_word(before, after)
    # Of texts as long as books only what lies between their common ends is looked at.
    first, last = _common_ends(before, after)
    a, b = before[first : len(before) - last], after[first : len(after) - last]
    if max(len(a), len(b)) > LONGEST:
        return [("removed", [_Token(before, before)]), ("added", [_Token(after, after)])]
    head, tail = after[:first], after[len(after) - last :]
    return [("same", _bulk(head)), *_word_by_word(a, b), ("same", _bulk(tail, at_end=False))]


def _common_ends(before: str, after: str) -> tuple[int, int]:
    """How many characters are the same at the beginning and at the end, in whole words."""
    first, last = _common(before, after)
    while first and not before[first - 1].isspace():
        first -= 1
    while last and not before[len(before) - last].isspace():
        last -= 1
    return first, last


def _bulk(text: str, *, at_end: bool = True) -> list[_Token]:
    """What is near the change in words, the rest in one."""
    near = 500
    if len(text) <= near:
        return _tokens(text)
    if at_end:
        return [_Token(text[:-near], text[:-near]), *_tokens(text[-near:])]
    return [*_tokens(text[:near]), _Token(text[near:], text[near:])]


def _word_by_word(before: str, after: str) -> list[_Run]:
    old, new = _tokens(before), _tokens(after)
    first, last = _common([t.word for t in old], [t.word for t in new])
    a, b = old[first : len(old) - last], new[first : len(new) - last]
    runs: list[_Run] = [("same", new[:first])]
    if len(a) * len(b) > LARGEST:
        runs += [("removed", a), ("added", b)]
    else:
        matcher = SequenceMatcher(None, [t.word for t in a], [t.word for t in b])
        for tag, i, j, k, m in matcher.get_opcodes():
            runs += (
                [("same", b[k:m])] if tag == "equal" else [("removed", a[i:j]), ("added", b[k:m])]
            )
    return [*runs, ("same", new[len(new) - last :])]


def _common(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """How many are the same at the beginning, and of the rest at the end."""
    shorter = min(len(a), len(b))
    first = next((i for i in range(shorter) if a[i] != b[i]), shorter)
    rest = shorter - first
    last = next((i for i in range(rest) if a[-1 - i] != b[-1 - i]), rest)
    return first, last


def _merged(runs: Sequence[_Run]) -> list[_Run]:
    """Neighbours of one kind joined; a word or two left standing between changes goes with
    them, so that a rewritten sentence does not come out in shreds."""
    result: list[_Run] = []
    removed: list[_Token] = []
    added: list[_Token] = []

    def settle() -> None:
        if removed:
            result.append(("removed", tuple(removed)))
        if added:
            result.append(("added", tuple(added)))
        removed.clear()
        added.clear()

    joined = list(_joined(runs))
    for place, (kind, tokens) in enumerate(joined):
        if kind == "removed":
            removed += tokens
        elif kind == "added":
            added += tokens
        elif (removed or added) and place + 1 < len(joined) and _is_island(tokens):
            removed += tokens
            added += tokens
        else:
            settle()
            result.append((kind, tokens))
    settle()
    return result


def _joined(runs: Sequence[_Run]) -> Iterator[_Run]:
    kind: Kind | None = None
    held: list[_Token] = []
    for next_kind, tokens in runs:
        if not tokens:
            continue
        if next_kind != kind and kind is not None:
            yield kind, tuple(held)
            held = []
        kind = next_kind
        held += tokens
    if kind is not None:
        yield kind, tuple(held)


def _is_island(tokens: Sequence[_Token]) -> bool:
    return sum(len(t.word) for t in tokens) <= ISLAND and all(t.word != _BREAK for t in tokens)


def _places(before: str, after: str) -> Iterator[tuple[Piece, ...]]:
    """The changes, those that are near each other together, with what stands around them."""
    pieces: list[Piece] = []
    runs = _compared(before, after)
    changed = False
    for place, (kind, tokens) in enumerate(runs):
        if kind != "same":
            pieces.append(Piece(kind, "".join(t.text for t in tokens)))
            changed = True
            continue
        is_last = place + 1 == len(runs)
        if changed and not is_last and len(tokens) <= 2 * CONTEXT and not _breaks(tokens):
            pieces.append(Piece("same", "".join(t.text for t in tokens)))
            continue
        if changed:
            yield (*pieces, *_after(tokens))
        pieces = _before(tokens)
        changed = False
    if changed:
        yield tuple(pieces)


def _after(tokens: Sequence[_Token]) -> list[Piece]:
    """What is shown behind a change: a few words, no further than the paragraph."""
    near = _until_break(tokens[:CONTEXT])
    words = "".join(t.text for t in near).rstrip()
    more = len(near) == CONTEXT and not _ends(tokens[CONTEXT : CONTEXT + 1])
    return [Piece("same", f"{words} …" if more else words)] if words else []


def _before(tokens: Sequence[_Token]) -> list[Piece]:
    near = _after_break(tokens[-CONTEXT:])
    words = "".join(t.text for t in near)
    more = len(near) == CONTEXT and not _ends(tokens[-CONTEXT - 1 : -CONTEXT])
    return [Piece("same", f"… {words}" if more else words)] if words.strip() else []


def _ends(tokens: Sequence[_Token]) -> bool:
    """Whether nothing more of the paragraph comes there."""
    return not tokens or tokens[0].word == _BREAK


def _breaks(tokens: Sequence[_Token]) -> bool:
    return any(t.word == _BREAK for t in tokens)


def _until_break(tokens: Sequence[_Token]) -> Sequence[_Token]:
    end = next((i for i, t in enumerate(tokens) if t.word == _BREAK), len(tokens))
    return tokens[:end]


def _after_break(tokens: Sequence[_Token]) -> Sequence[_Token]:
    places = [i for i, t in enumerate(tokens) if t.word == _BREAK]
    return tokens[places[-1] + 1 :] if places else tokens


def _tokens(text: str) -> list[_Token]:
    """The words of ``text``; a paragraph's end is a word of its own."""
    if len(text) > LONGEST:
        return [_Token(text, text)]
    found: list[_Token] = []
    at = 0
    while at < len(text):
        end = _end_of_word(text, at)
        word = text[at:end]
        space = end
        while space < len(text) and text[space].isspace():
            space += 1
        gap = text[end:space]
        if not word:  # white space at the very beginning
            found.append(_Token("", gap))
        elif gap.count("\n") > 1:
            found += [_Token(word, word), _Token(_BREAK, _BREAK)]
        else:
            found.append(_Token(word, word + gap))
        at = space
    return found


def _end_of_word(text: str, at: int) -> int:
    kind = _kind(text[at])
    if kind == "space":
        return at
    end = at + 1
    if kind == "mark" or kind == "unspaced":
        while end < len(text) and _kind(text[end]) == "mark":
            end += 1
    elif kind == "letter":
        while end < len(text) and (
            _kind(text[end]) in ("letter", "mark")
            or (text[end] in _JOINS and end + 1 < len(text) and _kind(text[end + 1]) == "letter")
        ):
            end += 1
    return end


@lru_cache(maxsize=8192)
def _kind(char: str) -> str:
    if char.isspace():
        return "space"
    category = unicodedata.category(char)
    if category[0] == "M" or char in "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}":
        return "mark"
    if category[0] not in "LN":
        return "sign"
    place = bisect_right(_STARTS, ord(char)) - 1
    return "unspaced" if place >= 0 and ord(char) <= _UNSPACED[place][1] else "letter"
