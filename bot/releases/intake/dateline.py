"""The line of a letter that says what it is and of which day: "Press release 26 June 2026"."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.releases.intake.layout import Unit
from bot.releases.links import is_wide
from translations.dates import AmbiguousDate, ImpossibleDate, parse_date, parse_weekday
from translations.letter import letter_words

_FIRST_UNITS = 30
_LONGEST = 200
_QUOTE_MARKS = re.compile(r"^[>›»❯\s]+")
_EDGES = " \t\u00a0,;:.،؛、，；：。|/·•–—-()（）\u200e\u200f"
_SLIGHT = 3
"""Letters of a word such as "of" or "du" that may stand between "Press release" and the date."""
# An Islamic date may stand before or after the one in the common era: “٢١ جمادى الآخرة ١٤٤٠ هـ
# الموافق ٢٦ فبراير ٢٠١٩”. It goes with the date and is no place.
_ISLAMIC = re.compile(
    r"\b\d{1,2}\s+(?:[^\W\d]+\s+){1,3}\d{4}\s?(?:هـ|هجرية|ه\b)\.?\s*[،,/–-]?\s*(?:الموافق\s*(?:ل\b)?)?"
)


@dataclass(frozen=True)
class DateLine:
    """Which units (``start`` up to ``end``) it takes, the day, and what else it says.

    ``weekday`` is the one that it names (Monday is 0), ``first`` where the date itself stands.
    """

    start: int
    end: int
    day: dt.date
    place: str
    weekday: int | None = None
    first: int = 0


class NoSuchDay(Exception):
    """A date that cannot be taken, as written, and the unit it stands in.

    In no calendar, or, with ``days``, one of two that the figures may mean.
    """

    def __init__(
        self, written: str, unit: Unit, days: tuple[dt.date, dt.date] | None = None
    ) -> None:
        super().__init__(written)
        self.written = written
        self.unit = unit
        self.days = days


def find_date_line(units: Sequence[Unit], tags: Sequence[str]) -> DateLine | None:
    """The date line among the first units, read as the languages ``tags`` write dates.

    The words "press release" and a date decide; without them, a line that is little but a date.
    Where the same day stands again below, in another language, that belongs to it. Raises
    :class:`NoSuchDay` if a date there is in no calendar, or may be one of two.
    """
    reader = _Reader(tuple(tags))
    head = {
        i: _QUOTE_MARKS.sub("", unit.text)
        for i, unit in enumerate(units[:_FIRST_UNITS])
        if len(unit.text) <= _LONGEST
    }
    found = _titled(head, units, reader) or _alone(head, units, reader)
    return None if found is None else _with_repeats(found, head, units, reader)


def is_date_line(line: str, day: dt.date, tags: Sequence[str]) -> bool:
    """Whether ``line`` says no more than "press release" and ``day``, in any of ``tags``."""
    reader = _Reader(tuple(tags))
    try:
        found = reader.day_in(line)
    except (AmbiguousDate, ImpossibleDate):
        return False
    if found is None:
        return bool(reader.titles(line)) and not reader.rest(line)
    return found[0] == day and not reader.rest(line, found[1])


def _titled(head: dict[int, str], units: Sequence[Unit], reader: _Reader) -> DateLine | None:
    for i, line in head.items():
        if not reader.titles(line):
            continue
        # The date may stand below, with the title in other languages in between.
        for j in (i, i + 1, i + 2, i + 3):
            if j not in head or (j > i and len(head[j]) > _LONGEST / 2):
                continue
            found = _strictly(reader, head[j], units[j])
            if found is None:
                continue
            rests = [reader.rest(head[k]) for k in range(i, j)]
            if j > i + 2 and not all(_is_title(head[k], reader) for k in range(i, j)):
                continue
            rests.append(reader.rest(head[j], found[1]))
            place = ", ".join(dict.fromkeys(filter(None, rests)))
            return DateLine(i, j + 1, found[0], place, reader.weekday(head[j]), j)
    return None


def _is_title(line: str, reader: _Reader) -> bool:
    return bool(reader.titles(line)) and not reader.rest(line)


def _alone(head: dict[int, str], units: Sequence[Unit], reader: _Reader) -> DateLine | None:
    for i, line in head.items():
        strict = len(line) <= _LONGEST / 4
        found = _strictly(reader, line, units[i]) if strict else _leniently(reader, line)
        if found is None:
            continue
        rest = reader.rest(line, found[1])
        if len(rest) <= _LONGEST / 4 and reader.stands_apart(line, found[1]):
            return DateLine(i, i + 1, found[0], rest, reader.weekday(line), i)
    return None


def _with_repeats(
    found: DateLine, head: dict[int, str], units: Sequence[Unit], reader: _Reader
) -> DateLine:
    """The date line with those directly below it that say the same in another language."""
    end, place = found.end, found.place
    while end in head and end < found.end + 3:
        again = _leniently(reader, head[end])
        if again is None:
            if not _is_title(head[end], reader):
                break
        elif again[0] != found.day:
            break
        else:
            rest = reader.rest(head[end], again[1])
            if len(rest) > _LONGEST / 4 or not reader.stands_apart(head[end], again[1]):
                break
        end += 1
    return DateLine(found.start, end, found.day, place, found.weekday, found.first)


def _strictly(reader: _Reader, line: str, unit: Unit) -> tuple[dt.date, str] | None:
    try:
        return reader.day_in(line)
    except AmbiguousDate as error:
        raise NoSuchDay(error.text, unit, error.days) from error
    except ImpossibleDate as error:
        raise NoSuchDay(error.text, unit) from error


def _leniently(reader: _Reader, line: str) -> tuple[dt.date, str] | None:
    try:
        return reader.day_in(line)
    except (AmbiguousDate, ImpossibleDate):
        return None


class _Reader:
    """Reads lines in the languages ``tags``, the first that understands one."""

    def __init__(self, tags: tuple[str, ...]) -> None:
        self._tags = tags
        self._titles, self._leads = _patterns(tags)

    def day_in(self, line: str) -> tuple[dt.date, str] | None:
        """The day in ``line`` and the words it is written in.

        Raises what ``parse_date`` does, if no language reads a date in it.
        """
        if not re.search(r"\d{4}|[〇○零一二三四五六七八九]{4}", line):
            return None
        refused: AmbiguousDate | ImpossibleDate | None = None
        for tag in self._tags:
            try:
                found = parse_date(line, tag)
            except (AmbiguousDate, ImpossibleDate) as error:
                refused = refused or error
                continue
            if found is not None:
                day, (start, end) = found
                return day, line[start:end]
        if refused is not None:
            raise refused
        return None

    def titles(self, line: str) -> list[str]:
        """The words "press release" in any of the languages, in their longest form each."""
        return [found[0] for found in self._titles.finditer(line)]

    def weekday(self, line: str) -> int | None:
        found = self._weekday(line)
        return None if found is None else found[0]

    def rest(self, line: str, written: str = "") -> str:
        """What the line says besides the title, the date and its day: usually the place."""
        rest = line.replace(written, " ", 1) if written else line
        rest = _ISLAMIC.sub(" ", rest)
        rest = self._titles.sub(" ", rest)
        again = self._date_again(rest) if written else None
        if again:
            rest = rest.replace(again, " ", 1)
        weekday = self._weekday(rest)
        if weekday is not None:
            rest = rest[: weekday[1][0]] + " " + rest[weekday[1][1] :]
        rest = re.sub(r"\s+", " ", rest).strip(_EDGES)
        for _ in range(2):
            rest = self._leads.sub("", rest).strip(_EDGES)
        rest = re.sub(r"(?:[,،、/|–—-]\s*){2,}", ", ", rest)
        words = [w for w in rest.split() if len(w.strip(_EDGES)) > _SLIGHT or w[0].isupper()]
        return rest if words or (rest and is_wide(rest[0])) else ""

    def stands_apart(self, line: str, written: str) -> bool:
        """Whether the date is a part of its own: "Porto Vela, 5 May", not "Opening on 5 May"."""
        before, _, after = line.partition(written)
        before = self._without_leads(self._titles.sub("", _ISLAMIC.sub("", before)))
        weekday = self._weekday(before)
        if weekday is not None and not before[weekday[1][1] :].strip(_EDGES):
            before = self._without_leads(before[: weekday[1][0]])
        after = after.strip()
        weekday = self._weekday(after)
        if weekday is not None and not after[: weekday[1][0]].strip(_EDGES):
            after = after[weekday[1][1] :].strip()
        return (not before or before[-1] in _EDGES) and (not after or after[0] in _EDGES)

    def _without_leads(self, before: str) -> str:
        return self._leads.sub("", before.rstrip()).rstrip()

    def _date_again(self, line: str) -> str | None:
        try:
            found = self.day_in(line)
        except (AmbiguousDate, ImpossibleDate):
            return None
        return None if found is None else found[1]

    def _weekday(self, line: str) -> tuple[int, tuple[int, int]] | None:
        for tag in self._tags:
            found = parse_weekday(line, tag)
            if found is not None:
                return found
        return None


@lru_cache(maxsize=32)
def _patterns(tags: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """For "press release", and for the words that lead to a date ("Date:", "le") at an end."""
    titles = {words for tag in tags for words in letter_words(tag).press_release}
    leads = {words for tag in tags for words in letter_words(tag).date}
    return (
        re.compile(_one_of(titles), re.IGNORECASE),
        re.compile(rf"^(?:{_one_of(leads)})\W*|(?:{_one_of(leads)})\W*$", re.IGNORECASE),
    )


def _one_of(words: set[str]) -> str:
    return "|".join(_whole(each) for each in sorted(words, key=len, reverse=True)) or r"(?!)"


def _whole(words: str) -> str:
    """A pattern for ``words`` that are not part of a longer one; Han words have no edges."""
    edged = re.escape(words)
    return edged if is_wide(words[0]) else rf"(?<!\w){edged}(?!\w)"
