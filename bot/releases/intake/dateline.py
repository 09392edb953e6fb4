"""The line of a letter that says what it is and of which day: "Press release 26 June 2026"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.releases.intake.layout import Unit
from bot.releases.links import is_wide
from translations.dates import ImpossibleDate, parse_date
from translations.letter import letter_words

_FIRST_UNITS = 30
_LONGEST = 200
_QUOTE_MARKS = re.compile(r"^[>›»❯\s]+")
_EDGES = " \t\u00a0,;:.،؛、，；：。|/·•–—-()"
_SLIGHT = 3
"""Letters of a word such as "of" or "du" that may stand between "Press release" and the date."""


@dataclass(frozen=True)
class DateLine:
    """Which units (``start`` up to ``end``) it takes, the day, and what else it says."""

    start: int
    end: int
    day: date
    place: str


def find_date_line(units: Sequence[Unit], tags: Sequence[str]) -> DateLine | None:
    """The date line among the first units, read as the languages ``tags`` write dates.

    The words "press release" and a date decide; without them, a line that is little but a date.
    Raises :class:`NoSuchDay` if a date there is in no calendar.
    """
    head = [
        (i, _QUOTE_MARKS.sub("", unit.text))
        for i, unit in enumerate(units[:_FIRST_UNITS])
        if len(unit.text) <= _LONGEST
    ]
    titled = [i for i, line in head if _title(line, tags)]
    texts = dict(head)
    for i in titled:
        for j in (i, i + 1, i + 2):
            if j not in texts or (j > i and len(texts[j]) > _LONGEST / 2):
                continue
            found = _day_in(texts[j], tags, units[j])
            if found is not None:
                rest = texts[j] if j == i else f"{texts[i]}, {texts[j]}"
                between = [texts[k] for k in range(i + 1, j)]
                rest = ", ".join([*between, _rest(rest, found[1], tags)])
                return DateLine(i, j + 1, found[0], rest.strip(_EDGES))
    for i, line in head:
        found = _day_in(line, tags, units[i], strict=len(line) <= _LONGEST / 4)
        if found is not None:
            rest = _rest(line, found[1], tags)
            if len(rest) <= _LONGEST / 4 and _stands_apart(line, found[1], tags):
                return DateLine(i, i + 1, found[0], rest)
    return None


class NoSuchDay(Exception):
    """A date in no calendar, as written, and the unit it stands in."""

    def __init__(self, written: str, unit: Unit) -> None:
        super().__init__(written)
        self.written = written
        self.unit = unit


def _day_in(
    line: str, tags: Sequence[str], unit: Unit, *, strict: bool = True
) -> tuple[date, str] | None:
    """The day in ``line`` and the words it is written in, in the first language that sees one."""
    impossible: ImpossibleDate | None = None
    for tag in tags:
        try:
            found = parse_date(line, tag)
        except ImpossibleDate as error:
            impossible = impossible or error
            continue
        if found is not None:
            day, (start, end) = found
            return day, line[start:end]
    if impossible is not None and strict:
        raise NoSuchDay(impossible.text, unit) from impossible
    return None


def _title(line: str, tags: Sequence[str]) -> re.Match[str] | None:
    """The words "press release" in one of the languages, in their longest form."""
    found = [
        match
        for tag in tags
        for words in letter_words(tag).press_release
        if (match := re.search(_whole(words), line, re.IGNORECASE))
    ]
    return max(found, key=lambda match: len(match[0]), default=None)


def _rest(line: str, written: str, tags: Sequence[str]) -> str:
    """What the line says besides the title and the date: usually the place."""
    rest = line.replace(written, " ", 1)
    title = _title(rest, tags)
    if title:
        rest = rest[: title.start()] + " " + rest[title.end() :]
    rest = re.sub(r"\s+", " ", rest).strip(_EDGES)
    leads = _leads(tags)
    rest = re.sub(rf"^(?:{leads})|(?:{leads})$", "", rest, flags=re.IGNORECASE).strip(_EDGES)
    words = [w for w in rest.split() if len(w.strip(_EDGES)) > _SLIGHT or w[0].isupper()]
    return rest if words or (rest and is_wide(rest[0])) else ""


def _stands_apart(line: str, written: str, tags: Sequence[str]) -> bool:
    """Whether the date is a part of its own: "Porto Vela, 5 May", but not "Opening on 5 May"."""
    before, _, after = line.partition(written)
    before = re.sub(rf"(?:{_leads(tags)})\W*$", "", before, flags=re.IGNORECASE).rstrip()
    after = after.strip()
    return (not before or before[-1] in _EDGES) and (not after or after[0] in _EDGES)


def _leads(tags: Sequence[str]) -> str:
    """A pattern for the words that lead to a date: "Date:", "le"."""
    return "|".join(_whole(words) for tag in tags for words in letter_words(tag).date)


def _whole(words: str) -> str:
    """A pattern for ``words`` that are not part of a longer one; Han words have no edges."""
    edged = re.escape(words)
    return edged if is_wide(words[0]) else rf"(?<!\w){edged}(?!\w)"
