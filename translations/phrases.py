"""How a day and a time are said: everything that a text may be read as, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from translations.hours import Ranges, TimeWords, names_of_zone, time_words

_HALF = "半"
HOUR = 60
DAY = 24 * HOUR

# Between parts there may be space, marks and small words. Han letters have no edges.
_GAP = re.compile(r"[\s.,،、;·()\[\]–—-]+")
_EDGE = r"(?<![^\W\d_\u3400-\u9fff])"
_NO_LETTER = r"(?![^\W\d_\u3400-\u9fff])"
_SUFFIX = r"(?:['’ʼ][^\W\d_]{1,4})?"
"""A case ending after a number or a name: “9:00’da”."""
_NTH = r"(?:\s?(?:st|nd|rd|th|er|o|a|\.o)(?![^\W\d_])|-?(?:го|е|ci|cu|si|su)(?![^\W\d_])|\.)?"
_YEAR = r"(?P<year>\d{4})(?!\d)(?:\s?[гр]\.|\s?(?:года|году|год|року)|-?c[iu] il\w{0,2})?"
_DAY = rf"(?<!\d)(?P<day>\d\d?)(?!\d){_NTH}"


_Meaning = TypeVar("_Meaning")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What has been read so far. ``day`` is (year, month, day), the year ``None`` if not said."""

    day: tuple[int | None, int, int] | None = None
    ahead: int | None = None
    weekday: int | None = None
    next: bool = False
    next_week: bool = False
    minute: int | None = None
    bare: bool = False
    part: Ranges = ()
    minutes_on: int | None = None
    last: str = ""


_Step = tuple[Said, int]


class Grammar:
    def __init__(self, words: TimeWords, zones: Sequence[str]) -> None:
        self.words = words
        self._months, self._weekdays = _keyed(words.months), _keyed(words.weekdays)
        self._days, self._parts = _keyed(words.days), _keyed(words.parts)
        self._times = _keyed(words.times)
        self._fillers = (("at", _any_of(words.at)), ("on", _any_of(words.on)), ("", _any_of(zones)))
        self._shapes = tuple(self._made())
        self._later = tuple(_pattern_of(phrase, size) for phrase, size in words.later.items())

    def readings(self, text: str) -> Iterator[Said]:
        """Everything that can be said to have been meant, the whole text being used up."""
        stack: list[_Step] = [(Said(), 0)]
        seen: set[_Step] = set()
        while stack:
            said, at = step = stack.pop()
            if step in seen:
                continue
            seen.add(step)
            if at >= len(text):
                if _is_whole(said):
                    yield replace(said, last="", bare=False)
                continue
            stack.extend(self._after(text, said, at))

    def _after(self, text: str, said: Said, at: int) -> Iterator[_Step]:
        gap = _GAP.match(text, at)
        if gap:
            yield said, gap.end()
        for kind, shape in self._fillers:
            found = shape.match(text, at)
            if found is not None:
                yield replace(said, last=kind or said.last), found.end()
        for name, shape in self._shapes:
            found = shape.match(text, at)
            if found is not None:
                for more in self._with(said, name, found):
                    yield more, found.end()
        for shape, minutes in self._later:
            found = shape.match(text, at)
            if found is None or said.ahead is not None or said.minutes_on is not None:
                continue
            number = int(found["n"]) if "n" in shape.groupindex else 1
            if minutes % DAY:
                yield replace(said, minutes_on=number * minutes, last="later"), found.end()
            elif said.day is None:
                days = number * minutes // DAY
                yield replace(said, ahead=days, last="later"), found.end()

    def _made(self) -> Iterator[tuple[str, re.Pattern[str]]]:
        words = self.words
        month = f"{_EDGE}(?P<month>{_either(words.months)}){words.ending}{_NO_LETTER}"
        month += rf"{_SUFFIX}\.?"
        of = r"(?:\s*(?:of|de|del|d’|d')\s+|\s*)"
        oclock, minutes = _either(words.oclock), _either(words.minutes)
        hour = r"(?<![\d.:/])(?P<hour>\d\d?)"
        colon = rf"{hour}[:：](?P<minute>\d\d)(?::(?P<second>00))?(?![\d:])"
        for name, shape in (
            ("date", r"(?P<year>\d{4})[-./](?P<month>\d\d?)[-./](?P<day>\d\d?)(?!\d)"),
            (
                "date",
                r"(?:(?P<year>\d{4})\s*年)?\s*(?P<month>\d\d?)\s*月\s*(?P<day>\d\d?)[日号號]?",
            ),
            ("date", r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?:(?P<year>\d{4})(?!\d))?(?![\d:])"),
            ("date", r"(?P<day>\d\d?)\.(?P<month>\d\d?)(?![\d.:])"),
            ("either", r"(?P<day>\d\d?)/(?P<month>\d\d?)(?:/(?P<year>\d{4}))?(?![\d/:])"),
            ("either", r"(?P<day>\d\d?)-(?P<month>\d\d?)-(?P<year>\d{4})(?!\d)"),
            ("named", rf"{_DAY}{of}{month}(?:{of}[,،]?\s*{_YEAR})?{_SUFFIX}"),
            ("named", rf"{month}\s+{_DAY}(?:(?:,|\s+del?)?\s+{_YEAR})?{_SUFFIX}"),
            ("named", rf"{_YEAR}\.?\s+{month}\s+{_DAY}"),
            ("named", rf"{_YEAR}\.?\s+{_DAY}\s+{month}"),
            ("ahead", f"{_EDGE}(?P<word>{_either(words.days)}){_NO_LETTER}"),
            ("weekday", f"{_EDGE}(?P<word>{_either(words.weekdays)}){_NO_LETTER}{_SUFFIX}\\.?"),
            ("next", f"{_EDGE}(?:{_either(words.next)}){_NO_LETTER}"),
            ("next week", f"{_EDGE}(?:{_either(words.next_week)}){_NO_LETTER}"),
            ("time", rf"{colon}{_SUFFIX}(?:-[dt][ae])?"),
            ("time", rf"{colon}\s?(?:{oclock}){_NO_LETTER}"),
            ("time", rf"{hour}\s?(?:{oclock})(?P<half>{_HALF})?{_NO_LETTER}{_SUFFIX}"),
            (
                "time",
                rf"{hour}\s?(?:{oclock})\s?(?P<minute>\d\d?)(?!\d)(?:\s?(?:{minutes}))?{_NO_LETTER}",
            ),
            ("time", rf"{hour}\.(?P<minute>\d\d)(?!\d|\.\d)"),
            ("time", rf"{hour}\.(?P<minute>\d\d)\s?(?:{oclock}){_NO_LETTER}"),
            ("bare", rf"{hour}(?![\d:/]|\.\d){_SUFFIX}(?:-[dt][ae])?"),
            ("part", f"{_EDGE}(?P<word>{_either(words.parts)}){_NO_LETTER}"),
            ("named time", f"{_EDGE}(?P<word>{_either(words.times)}){_NO_LETTER}"),
        ):
            yield name, re.compile(shape)

    def _with(self, said: Said, kind: str, found: re.Match[str]) -> Iterator[Said]:
        """``said`` with what was found, in each way in which that can be taken; nothing is said
        twice."""
        before, part, said = said.last, found.groupdict(), replace(said, last=kind)
        word = _key(part.get("word") or "")
        is_dated = said.day is not None or said.ahead is not None
        match kind:
            case "date" | "either" | "named" if not is_dated:
                for day in _days(kind, part, self._months):
                    yield replace(said, day=day)
            case "ahead" if not is_dated:
                yield replace(said, ahead=self._days[word])
            case "weekday" if said.weekday is None:
                yield replace(said, weekday=self._weekdays[word])
            case "next" if not said.next:
                yield replace(said, next=True)
            case "next week" if not said.next_week:
                yield replace(said, next_week=True)
            case "part" if not said.part:
                yield replace(said, part=self._parts[word])
            case "named time" if said.minute in (None, 12 * HOUR):
                yield replace(said, minute=self._times[word], bare=False)
            case "time" | "bare" if before == "named time" and int(part["hour"]) == 12:
                yield said
            case "time" | "bare" if said.minute is None:
                hour, minute = int(part["hour"]), int(part.get("minute") or 0)
                minute = 30 if part.get("half") else minute
                if hour < 24 and minute < 60:
                    bare = kind == "bare" and before != "at"
                    yield replace(said, minute=hour * HOUR + minute, bare=bare)


@lru_cache(maxsize=256)
def grammar_of(tag: str, zone: str) -> Grammar:
    return Grammar(time_words(tag), names_of_zone(zone, tag))


def _days(
    kind: str, part: Mapping[str, str | None], months: Mapping[str, frozenset[int]]
) -> Iterator[tuple[int | None, int, int]]:
    year = int(part.get("year") or 0) or None
    day, month = int(part["day"] or 0), part["month"] or ""
    if kind == "named":
        yield from ((year, number, day) for number in sorted(months[_key(month)]))
    elif kind == "date":
        if int(month) <= 12:
            yield year, int(month), day
    else:
        orders = dict.fromkeys(((int(month), day), (day, int(month))))
        yield from ((year, first, second) for first, second in orders if first <= 12)


def _is_whole(said: Said) -> bool:
    """Whether it names a time. A bare number is an hour only with a part of the day, after
    “at”, or at the end after a day."""
    if said.minutes_on is not None:
        return said == Said(minutes_on=said.minutes_on, last=said.last)
    if (said.next or said.next_week) and said.weekday is None:
        return False
    is_day = said.day is not None or said.ahead is not None or said.weekday is not None
    if said.bare and not (said.part or (is_day and said.last == "bare")):
        return False
    if said.part and said.minute is None:
        return False
    return is_day or said.minute is not None


def _keyed(phrases: Mapping[str, _Meaning]) -> dict[str, _Meaning]:
    return {_key(phrase): meaning for phrase, meaning in phrases.items()}


def _key(phrase: str) -> str:
    """A phrase however its words are spaced."""
    return "".join(phrase.split()).replace("’", "'").replace("ʼ", "'")


def _pattern_of(phrase: str, minutes: int) -> tuple[re.Pattern[str], int]:
    shape = r"\s*(?P<n>\d{1,4})\s*".join(map(_loosely, phrase.split("{n}", 1)))
    return re.compile(f"(?<!\\d){_EDGE if phrase[0].isalpha() else ''}{shape}{_NO_LETTER}"), minutes


def _any_of(phrases: Sequence[str]) -> re.Pattern[str]:
    return re.compile(f"{_EDGE}(?:{_either(phrases)}){_NO_LETTER}")


def _either(phrases: Sequence[str] | Mapping[str, object]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(map(_loosely, longest_first)) or r"(?!)"


def _loosely(phrase: str) -> str:
    """A pattern for ``phrase`` with any width of space and either apostrophe."""
    pattern = re.sub(r"(?:\\?\s)+", r"\\s*", re.escape(phrase.strip()))
    return re.sub("['’ʼ]", "['’ʼ]", pattern)
