"""The lines of a plain text as paragraphs and list items, however its lines were broken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.releases.links import is_wide

_MARK = re.compile(r"(?:[-*•·▪◦‣●○■–—]|\(?\d{1,2}[.)])\s+(?=\S)")
_WIDEST_WRAP = 120
"""Columns; beyond this, lines are paragraphs. E-mail wraps at 72, typewriters at about 65."""
_NARROWEST_WRAP = 50
_FEWEST_BREAKS = 3
_ENDS = (".", "!", "?", "…", ";", "。", "؟", "।")
_FEWEST_WORDS = 3
"""Words of a line that tell its script; fewer may be a web address in a text of another."""
_SHORTEST_LINE = 40
_LONG_WORD = 30
"""Columns of a word, such as a web address, before which even a short line is broken."""
COLUMN_GAP = re.compile(r"(?<=\S)(?:[ \u00a0]*\t[ \t\u00a0]*|[ \u00a0]{4,})(?=\S)")
"""What parts two columns within a line."""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A paragraph, heading or list item; ``line`` counts from 1, None where there are no lines.

    ``mark`` is the list mark with which ``text`` begins, with its space, or nothing. ``chunk``
    numbers the groups of lines that blank lines part.

    What only documents with formatting say: ``kind`` (``heading``, ``item``, ``quote``, ``note``)
    and its ``level``; ``markdown`` of the words, where they are more than plain; the addresses
    that they lead to. ``joins``: a line of the same paragraph as the unit before it. ``column``:
    units of one column have the same number, 0 being none.
    """

    text: str
    line: int | None
    chunk: int
    mark: str = ""
    kind: str = ""
    level: int = 1
    markdown: str = ""
    links: tuple[str, ...] = ()
    joins: bool = False
    column: int = 0

    @property
    def words(self) -> str:
        """The text without its list mark, otherwise verbatim."""
        return self.text[len(self.mark) :]


@dataclass(frozen=True)
class _Line:
    text: str
    number: int
    chunk: int
    indent: int
    width: int
    mark: str


def units(content: str) -> tuple[Unit, ...]:
    """The units of a text, in order; no word is lost.

    Lines are joined only where the evidence says that they were wrapped: all lines are narrow,
    and nearly every line was broken where its next word would not have fitted.
    """
    lines = _lines(content)
    wrap = _wrap_width(lines)
    groups: list[list[_Line]] = []
    for line in lines:
        if groups and (_hangs(groups[-1], line) or (wrap and _continues(groups[-1], line, wrap))):
            groups[-1].append(line)
        else:
            groups.append([line])
    return tuple(
        Unit(
            text=joined([line.text for line in group]),
            line=group[0].number,
            chunk=group[0].chunk,
            mark=group[0].mark,
        )
        for group in groups
    )


def mark_of(words: str) -> str:
    """The list mark with which ``words`` begin, with its space, or nothing."""
    mark = _MARK.match(words)
    return mark[0] if mark else ""


def joined(lines: Sequence[str]) -> str:
    """``lines`` as one: a space between them, but none after a hyphen or between Han letters."""
    parts = [lines[0]]
    for before, line in pairwise(lines):
        hyphen = before[-1] in "-\u2010" and before[-2:-1].isalnum()
        wide = is_wide(before[-1]) and is_wide(line[0])
        parts += [line] if hyphen or wide else [" ", line]
    return "".join(parts)


def _lines(content: str) -> list[_Line]:
    rows = content.split("\n")
    filled = [row for row in rows if row.strip()]
    quoted = filled and sum(row.lstrip().startswith(">") for row in filled) > len(filled) * 0.8
    found = []
    chunk = 0
    for number, row in enumerate(rows, start=1):
        if quoted and len(filled) > 1:
            row = re.sub(r"^\s*>", "", row)
        words = row.strip()
        if not words:
            chunk += 1
            continue
        indent = len(row.expandtabs(4)) - len(row.expandtabs(4).lstrip())
        found.append(_Line(words, number, chunk, indent, indent + _columns(words), mark_of(words)))
    return found


def _columns(words: str) -> int:
    if words.isascii():
        return len(words)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in words)


def _wrap_width(lines: Sequence[_Line]) -> int:
    """The width at which the text was wrapped, or 0 if its lines are paragraphs."""
    pairs = [(one, two) for one, two in pairwise(lines) if one.chunk == two.chunk and not two.mark]
    inner = [(one, two) for one, two in pairs if one.width >= _NARROWEST_WRAP]
    if len(inner) < _FEWEST_BREAKS:
        return 0
    widths = sorted(one.width for one, _ in inner)
    width = widths[int(0.9 * (len(widths) - 1))]  # a line or two may be wider: an address, a title
    long_lines = sum(line.width > 1.5 * _WIDEST_WRAP for line in lines)
    if width > _WIDEST_WRAP or long_lines > len(inner) / 4:
        return 0
    if sum(one.text.endswith(_ENDS) for one, _ in inner) > len(inner) / 2:
        return 0  # a sentence to a line
    forced = sum(_is_forced(one, two, width) for one, two in inner)
    return width if forced >= 0.6 * len(inner) else 0


def _is_forced(line: _Line, following: _Line, width: int) -> bool:
    """Whether the next word would not have fitted on this line."""
    return line.width + 1 + _first_columns(following) > width


def _first_columns(line: _Line) -> int:
    """Columns of the line's first word; Han is broken between any two letters."""
    first = line.text.split(None, 1)[0]
    return _columns(first[:2] if is_wide(first[0]) else first)


def _hangs(group: Sequence[_Line], line: _Line) -> bool:
    """Whether ``line`` is set in under a list item, and so belongs to it."""
    item = group[0]
    return (
        bool(item.mark) and item.chunk == line.chunk and not line.mark and line.indent > item.indent
    )


def _continues(group: Sequence[_Line], line: _Line, wrap: int) -> bool:
    before, mark = group[-1], group[0].mark
    if any(COLUMN_GAP.search(each.text, len(each.mark)) for each in (before, line)):
        return False
    if before.chunk != line.chunk or line.mark or line.text[0] == ">":
        return False
    if not mark and line.indent > before.indent + 1:
        return False  # the indented first line of a paragraph
    if not mark and _other_script(before, line):
        return False
    if before.width < _SHORTEST_LINE and _first_columns(line) < _LONG_WORD:
        return False
    if _is_forced(before, line, wrap):
        return True
    return before.width >= 0.6 * wrap and line.text[0].islower()


def _other_script(before: _Line, line: _Line) -> bool:
    """Whether two lines share no script, as the names in a bilingual letterhead do."""
    scripts = []
    for each in (before, line):
        letters = [c for c in each.text if c.isalpha()]
        if len(each.text.split()) < _FEWEST_WORDS and not is_wide(letters[0] if letters else " "):
            return False
        scripts.append({unicodedata.name(c, "").split(" ")[0] for c in letters})
    return bool(scripts[0] and scripts[1]) and not scripts[0] & scripts[1]
