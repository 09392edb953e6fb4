"""The numbers before the paragraphs of a Word document, which stand nowhere in its text.

ECMA-376 Part 1, 17.9. Mammoth knows only whether a list is numbered, and begins each with 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bot.releases.documents.counting import letters, roman

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLAIN = re.compile(r"%\d([.)])")
_DEEPEST = 9


@dataclass(frozen=True)
class Label:
    """``mark`` of a list item ("-", "3.") at ``level`` (from 1), or ``words`` before the text."""

    level: int = 1
    mark: str = ""
    words: str = ""


@dataclass(frozen=True)
class _Level:
    form: str = "decimal"
    pattern: str = ""
    start: int = 1
    style: str = ""


@dataclass
class _List:
    levels: dict[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts through one document, in its order."""

    def __init__(self, root: ET.Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._numbers: dict[str, tuple[str, dict[int, int]]] = {}
        self._begun: set[str] = set()
        if root is None:
            return
        for abstract in root.findall(f"{W}abstractNum"):
            levels = {_number(lvl, "ilvl"): _level(lvl) for lvl in abstract.findall(f"{W}lvl")}
            self._lists[abstract.get(f"{W}abstractNumId", "")] = _List(levels)
        for num in root.findall(f"{W}num"):
            overrides = {}
            for override in num.findall(f"{W}lvlOverride"):
                start = override.find(f"{W}startOverride")
                if start is not None:
                    overrides[_number(override, "ilvl")] = _number(start, "val")
            abstract_id = _value(num, "abstractNumId")
            self._numbers[num.get(f"{W}numId", "")] = (abstract_id, overrides)

    def label(self, num_id: str, level: int) -> Label | None:
        """Of the next paragraph in list ``num_id`` at ``level`` (from 0)."""
        abstract, overrides = self._numbers.get(num_id, ("", {}))
        counted = self._lists.get(abstract)
        if counted is None or level not in counted.levels:
            return None
        if num_id not in self._begun:
            self._begun.add(num_id)
            for each, start in overrides.items():
                counted.counts[each] = start - 1
        this = counted.levels[level]
        counted.counts[level] = counted.counts.get(level, this.start - 1) + 1
        for deeper in [each for each in counted.counts if each > level]:
            del counted.counts[deeper]
        if this.form == "none" or not this.pattern:
            return None
        if this.form == "bullet":
            return Label(level + 1, mark="-")
        number = counted.counts[level]
        if this.form == "decimal" and (plain := _PLAIN.fullmatch(this.pattern)):
            return Label(level + 1, mark=f"{number}{plain[1]}")
        return Label(level + 1, words=_filled(this.pattern, counted))

    def level_of(self, num_id: str, style: str) -> int:
        """The level that belongs to a paragraph style."""
        counted = self._lists.get(self._numbers.get(num_id, ("", {}))[0])
        levels = counted.levels if counted is not None else {}
        return next((n for n, level in levels.items() if level.style == style), 0)


def _filled(pattern: str, counted: _List) -> str:
    def written(found: re.Match[str]) -> str:
        level = int(found[1]) - 1
        known = counted.levels.get(level, _Level())
        return _in_form(counted.counts.get(level, known.start), known.form)

    return re.sub(r"%(\d)", written, pattern)


def _in_form(number: int, form: str) -> str:
    match form:
        case "lowerLetter":
            return letters(number)
        case "upperLetter":
            return letters(number).upper()
        case "lowerRoman":
            return roman(number)
        case "upperRoman":
            return roman(number).upper()
        case "decimalZero":
            return f"{number:02}"
        case _:
            return str(number)


def _level(element: ET.Element) -> _Level:
    start = element.find(f"{W}start")
    return _Level(
        form=_value(element, "numFmt") or "decimal",
        pattern=_value(element, "lvlText"),
        start=_number(start, "val") if start is not None else 1,
        style=_value(element, "pStyle"),
    )


def _value(element: ET.Element, child: str) -> str:
    found = element.find(f"{W}{child}")
    return found.get(f"{W}val", "") if found is not None else ""


def _number(element: ET.Element, attribute: str) -> int:
    written = element.get(f"{W}{attribute}", "0")
    return int(written) if re.fullmatch(r"\d{1,4}", written, re.ASCII) else 0
