"""The direction of stretches within a line (Unicode Standard Annex 9), and controls for it; pure.

Controls are invisible, and only ever added: without them a text is what it was, to the byte.
Isolates are used and not the older embeddings, because Telegram's servers drop the latter
(U+2028–U+202E; ``clean_input_string`` in TDLib).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

Direction = Literal["ltr", "rtl"]
Stretch = tuple[int, int]
"""Where it begins and ends, in code points."""

LRM, RLM = "\N{LEFT-TO-RIGHT MARK}", "\N{RIGHT-TO-LEFT MARK}"
LRI, RLI = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{RIGHT-TO-LEFT ISOLATE}"
FSI, PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
PDF = "\N{POP DIRECTIONAL FORMATTING}"

_PAIRED = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What opens or closes an embedding, an override or an isolate."""

# The blocks that Unicode keeps for scripts from right to left (DerivedBidiClass.txt), with their
# own digits and punctuation; and letters of any other script. A mark counts as a letter.
_RTL_BLOCKS = (
    "\u200f\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
)
_RTL = re.compile(f"[{_RTL_BLOCKS}]")
_LTR_LETTER = rf"(?:[^\W\d_{_RTL_BLOCKS}]|\u200e)"
_LTR = re.compile(_LTR_LETTER)
# From the first letter to the last letter or digit before something of the other direction. What
# is written together with a letter belongs to it: 3D, @example.
_LTR_RUN = re.compile(
    r"(?:(?<![^\s(\[{«“])[@#$€£/]|(?<![0-9.,])[0-9][0-9.,]{0,20})?"
    rf"{_LTR_LETTER}(?:[^\n{_RTL_BLOCKS}]*[^\W_{_RTL_BLOCKS}])?"
)
_RTL_RUN = re.compile(rf"[{_RTL_BLOCKS}](?:(?:(?!{_LTR_LETTER})[^\n])*[{_RTL_BLOCKS}])?")
_SIGNS = frozenset("+#°®™")
"""What belongs to the word or number before it: C++, 25 °C."""
_LIST_MARK = re.compile(r"[^\S\n]*(?:[•◦▪‣*–—-]|\(?\d{1,3}[.)])[^\S\n]+")
_BRACKETS = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»", "‹": "›"}
_CLOSERS = frozenset(_BRACKETS.values())


def is_arranged(text: str) -> bool:
    """Whether ``text`` brings embeddings, overrides or isolates of its own."""
    return _PAIRED.search(text) is not None


def first_strong(text: str) -> Direction | None:
    """Which way a line runs by itself (rules P2 and P3: what is isolated does not count)."""
    depth = 0
    for char in text:
        match unicodedata.bidirectional(char):
            case "LRI" | "RLI" | "FSI":
                depth += 1
            case "PDI":
                depth = max(0, depth - 1)
            case "R" | "AL" if depth == 0:
                return "rtl"
            case "L" if depth == 0:
                return "ltr"
    return None


def clashes(text: str, base: Direction) -> bool:
    """Whether ``text`` could disturb the order of a line that runs as ``base`` says."""
    if _PAIRED.search(text):
        return True
    return bool((_LTR if base == "rtl" else _RTL).search(text))


def closing(line: str) -> str:
    """The controls that close what ``line`` leaves open, the innermost first (X5a–X7)."""
    opened: list[str] = []
    isolates = 0
    for found in _PAIRED.finditer(line):
        match unicodedata.bidirectional(found[0]):
            case "LRE" | "RLE" | "LRO" | "RLO":
                opened.append(PDF)
            case "LRI" | "RLI" | "FSI":
                opened.append(PDI)
                isolates += 1
            case "PDF" if opened and opened[-1] == PDF:
                opened.pop()
            case "PDI" if isolates:
                isolates -= 1
                while opened.pop() != PDI:
                    pass
    return "".join(reversed(opened))


def runs(line: str, base: Direction, whole: Sequence[Stretch] = ()) -> list[Stretch]:
    """The stretches of a ``line`` that run against ``base``, in order, apart from each other.

    Each is laid out within itself as it would be anyway; set into an isolate it no longer draws
    in what stands beside it, such as the comma of a list or a number that follows. ``whole``
    are stretches from left to right that have to stay in one piece and by themselves, such as
    addresses: in prose of their direction they are part of it, in a line that runs from right to
    left they stand alone. A line that is arranged already has none.
    """
    against, own = (_LTR, _RTL) if base == "rtl" else (_RTL, _LTR)
    if is_arranged(line) or not (against.search(line) or (whole and base == "rtl")):
        return []
    whole = _together(line, whole)
    found = list(_found(line, _LTR_RUN if base == "rtl" else _RTL_RUN, own))
    if base == "ltr":
        # An address is never cut, and numbers alone run neither way.
        return [
            run
            for run, inner in _with(found, whole)
            if not inner and first_strong(line[slice(*run)]) == "rtl"
        ]
    prose = [
        (a, b)
        for (a, b), inner in _with(found, whole)
        if all(a <= c and d <= b for c, d in inner) and _LTR.search(_between(line, a, b, inner))
    ]
    alone = [part for part, around in _with(whole, prose) if not around]
    return sorted([*prose, *alone])


def controls(text: str, base: Direction, stretches: Sequence[Stretch]) -> list[tuple[int, str]]:
    """What to insert where, so that each line of ``text`` reads as one that runs as ``base``.

    ``stretches`` are those of :func:`runs`. A line that would begin the other way gets a mark;
    nothing is added where it is already, and what a line leaves open is closed at its end.
    """
    mark = RLM if base == "rtl" else LRM
    opening = LRI if base == "rtl" else RLI
    added: list[tuple[int, str]] = []
    position, n = 0, 0
    for line in text.split("\n"):
        end = position + len(line)
        if _needs_mark(line, base):
            added.append((position, mark))
        while n < len(stretches) and stretches[n][0] < end:
            added += [(stretches[n][0], opening), (stretches[n][1], PDI)]
            n += 1
        added += [(end, char) for char in closing(line)]
        position = end + 1
    return added


def inserted(text: str, added: Sequence[tuple[int, str]]) -> str:
    """``text`` with each of ``added`` at its place."""
    cuts = [0, *(at for at, _ in added), len(text)]
    parts = [text[a:b] for a, b in pairwise(cuts)]
    return parts[0] + "".join(char + part for (_, char), part in zip(added, parts[1:], strict=True))


def standalone(text: str, base: Direction, stretches: Sequence[Stretch] = ()) -> str:
    """One line for a place of which nobody knows the direction, such as a feed reader's list.

    Most lines read right anywhere and stay as they are.
    """
    line = inserted(text, [a for a in controls(text, base, stretches) if a[1] not in (LRM, RLM)])
    if base == "rtl" and _keeps_order(text):
        return line
    if base == "ltr" and not _RTL.search(text):
        return line
    mark, opening = (RLM, RLI) if base == "rtl" else (LRM, LRI)
    return f"{mark}{opening}{line}{PDI}"


def _needs_mark(line: str, base: Direction) -> bool:
    if not line.strip():
        return False
    if base == "rtl":
        return first_strong(line) != "rtl"
    # A line that is altogether of the other direction reads right by itself.
    return first_strong(line) == "rtl" and _LTR.search(line) is not None


def _keeps_order(line: str) -> bool:
    """Whether a line from right to left reads the same among text from left to right."""
    if _PAIRED.search(line) or _LTR.search(line) or not line:
        return False
    ends = unicodedata.bidirectional(line[0]), unicodedata.bidirectional(line[-1])
    return ends[0] in ("R", "AL") and ends[1] in ("R", "AL", "AN", "EN", "NSM")


def _found(line: str, pattern: re.Pattern[str], own: re.Pattern[str]) -> Iterator[Stretch]:
    """The runs by ``pattern``; all of a line that has nothing of its ``own`` direction."""
    if not own.search(line):
        mark = _LIST_MARK.match(line)
        start = mark.end() if mark else len(line) - len(line.lstrip())
        if start < len(line.rstrip()):
            yield start, len(line.rstrip())
        return
    for run in pattern.finditer(line):
        yield from _paired(line, run.start(), run.end(), pattern)


def _paired(line: str, start: int, end: int, pattern: re.Pattern[str]) -> Iterator[Stretch]:
    """The run from ``start`` to ``end``, parted at brackets that have no fellow within it."""
    lonely: list[int] = []
    opened: list[int] = []
    while end < len(line) and unicodedata.category(line[end])[0] == "M":
        end += 1
    at = start
    while at < end or (at < len(line) and opened and line[at] == _BRACKETS[line[opened[-1]]]):
        char = line[at]
        if char in _BRACKETS:
            opened.append(at)
        elif char in _CLOSERS:
            if opened and _BRACKETS[line[opened[-1]]] == char:
                opened.pop()
            else:
                lonely.append(at)
        at += 1
    if not lonely and not opened:
        while at < len(line) and line[at] in _SIGNS:
            at += 1
        yield start, at
        return
    cuts = sorted([*lonely, *opened])
    for first, last in zip([start, *(cut + 1 for cut in cuts)], [*cuts, at], strict=True):
        words = pattern.search(line, first, last)
        if words is not None:
            opening = next((i for i in range(first, words.start()) if line[i] in _BRACKETS), last)
            yield min(words.start(), opening), len(line[:last].rstrip())


def _together(line: str, whole: Sequence[Stretch]) -> list[Stretch]:
    """``whole`` in order without overlaps; two that only a dash or a slash parts are one."""
    joined: list[Stretch] = []
    for start, end in sorted(whole):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif joined and line[joined[-1][1] : start] in ("-", "–", "—", "/"):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _with(
    stretches: Sequence[Stretch], others: Sequence[Stretch]
) -> Iterator[tuple[Stretch, list[Stretch]]]:
    """Each of ``stretches`` with those of ``others`` that it meets; both are in order."""
    ends = [end for _, end in others]
    for start, end in stretches:
        inner = []
        for n in range(bisect_right(ends, start), len(others)):
            if others[n][0] >= end:
                break
            inner.append(others[n])
        yield (start, end), inner


def _between(line: str, start: int, end: int, parts: Sequence[Stretch]) -> str:
    cuts = [start, *(at for part in parts for at in part), end]
    return " ".join(line[a:b] for a, b in list(pairwise(cuts))[::2])
