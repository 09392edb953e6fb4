"""Dates, times, numbers, ordinals and lists as a language writes them (CLDR, through Babel).

Some things are not as CLDR or Babel has them. The calendar is always the Gregorian one, also in
Persian, since that is what releases are dated by. The first of a month may be an ordinal
(:mod:`translations.days`). Digits are the language's own (:mod:`translations.digits`), and a
number in Spanish or European Portuguese is grouped from five digits on (“1234”, “12.345”).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from babel import dates, lists, numbers
from babel.core import Locale, get_global

from translations.bidi import clashes
from translations.days import date_range, whole_day
from translations.digits import native
from translations.locales import canonical, cldr_locale, direction, fallback_chain
from translations.ordinals import ordinal

_FSI, _PDI = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_ISOLATE_MARKS = re.compile("[\N{LEFT-TO-RIGHT ISOLATE}-\N{POP DIRECTIONAL ISOLATE}]")
_SLOT = re.compile(r"\{(ordinal|years)\}")
_AFTER_TIME = re.compile(r"(,?\s?[(\[]?)zzzz([)\]]?)$")
_FROM_FIVE_DIGITS = frozenset({"es", "es_ES", "pt_PT"})
"""CLDR's ``minimumGroupingDigits`` of 2, for languages with a catalog."""
# “e” before the sound of i, unless it begins a diphthong: español e inglés, cal y hielo
# (Real Academia Española, Diccionario panhispánico de dudas, “y²”). ICU does the same.
_SPANISH_I = re.compile(r"h?[ií](?![aeoáéó])", re.IGNORECASE)
_DOTTED = frozenset({"az", "tr"})
"""Where the capital of “i” keeps its dot."""
# CLDR 47 and 48, pt, the time zone; the country is spelt right there.
MISSPELT = ("Arzeibaijão", "Azerbaijão")


@dataclass(frozen=True, kw_only=True)
class Formats:
    """How ``tag`` writes things; get one from :func:`formats_for`."""

    tag: str
    locale: Locale
    direction: Literal["ltr", "rtl"]

    @property
    def first_weekday(self) -> int:
        """With which day a week begins on a calendar; Monday is 0."""
        return int(_at_home(self.locale).first_week_day)

    @property
    def weekend(self) -> frozenset[int]:
        """The days on which offices are closed; Monday is 0."""
        home = _at_home(self.locale)
        first, days = home.weekend_start, (home.weekend_end - home.weekend_start) % 7 + 1
        return frozenset((first + day) % 7 for day in range(days))

    def weekday(self, number: int, *, short: bool = False) -> str:
        """The name of a day of the week on its own: “Monday”, or “Mo” for a calendar."""
        names = self.locale.days["stand-alone"]
        return str(names["short" if short else "abbreviated"][number])

    def date(self, day: dt.date, *, weekday: bool = False) -> str:
        """“26 June 2026”; with ``weekday`` “Friday, 26 June 2026”."""
        if isinstance(day, dt.datetime):
            raise TypeError("a datetime falls on different dates in different zones")
        return _date(day, "full" if weekday else "long", self.locale)

    def month(self, day: dt.date) -> str:
        """“June 2026”, “Juin 2026”, «2026年6月», as a heading."""
        return _month(day.replace(day=1), self.locale)

    def date_range(self, first: dt.date, last: dt.date) -> str:
        """“26–28 June 2026”, “26 June – 2 July 2026”; one day alone is that day's date.

        Raises ``ValueError`` where ``last`` is before ``first``.
        """
        if last < first:
            raise ValueError("a range of days ends before it begins")
        if first == last:
            return self.date(first)
        return native(date_range(first, last, self.locale), self.locale)

    def datetime(self, moment: dt.datetime, zone_name: str, *, weekday: bool = False) -> str:
        """An aware ``moment`` in the IANA zone ``zone_name``, which is named in words.

        Raises ``ValueError`` for a naive ``moment``, ``LookupError`` for an unknown zone.
        """
        if moment.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return _datetime(moment, zone_name, "full" if weekday else "long", self.locale)

    def time(self, time: dt.time) -> str:
        """“10:00 am”, “10:00”; no zone."""
        return native(dates.format_time(time, "short", locale=self.locale), self.locale)

    def number(self, number: int) -> str:
        """“12,345”, “12 345”, “۱۲٬۳۴۵”."""
        grouped = abs(number) >= 10_000 or str(self.locale) not in _FROM_FIVE_DIGITS
        written = numbers.format_decimal(
            number, locale=self.locale, group_separator=grouped, numbering_system="default"
        )
        return native(written, self.locale)

    def ordinal(self, number: int) -> str:
        """The number of an anniversary: “27th”, “27-я”, in the gender of that word."""
        return ordinal(number, self.tag)

    def join(self, items: Sequence[str]) -> str:
        """“a, b and c”; “” of nothing."""
        if not items:
            return ""
        joined = lists.format_list(list(items), locale=self.locale)
        and_last = f" y {items[-1]}"
        if self.locale.language == "es" and len(items) > 1 and _SPANISH_I.match(items[-1]):
            return joined.removesuffix(and_last) + and_last.replace("y", "e", 1)
        return joined

    def isolate(self, string: str) -> str:
        """``string`` kept from the direction of the text around it (UAX 9: FSI … PDI).

        Isolates that it opens itself are closed and stray closings dropped: it cannot leak.
        """
        return _isolate(string)

    def set_apart(self, string: str) -> str:
        """``string`` for a line of this language: isolated if its direction could disturb that."""
        return _isolate(string) if clashes(string, self.direction) else string


@lru_cache(maxsize=1024)
def formats_for(tag: str) -> Formats:
    """The formats of ``tag``, or of the nearest CLDR locale up its fallback chain.

    Bare ``en`` is international English (CLDR ``en-001``: “26 June 2026”), since an office that
    says only “English” is not thereby American; ``en-US`` is. A language without a
    locale in CLDR is written as English too. Raises ``UnknownLanguage``.
    """
    tag = canonical(tag)
    steps = ("en-001" if step == "en" and tag == "en" else step for step in fallback_chain(tag))
    locale = next(filter(None, map(cldr_locale, steps)), None)
    return Formats(tag=tag, locale=locale or Locale("en", "001"), direction=direction(tag))


def fill_pattern(pattern: str, number: int, tag: str) -> str:
    """``pattern`` with ``{ordinal}`` and ``{years}`` filled in as ``tag`` writes ``number``.

    It is a press office's text, not a format string: any other brace stays as it is.
    """
    formats = formats_for(tag)
    filled = {"ordinal": formats.ordinal(number), "years": native(str(number), formats.locale)}
    return _SLOT.sub(lambda slot: filled[slot[1]], pattern)


@lru_cache(maxsize=64)
def _at_home(locale: Locale) -> Locale:
    """``locale`` with the country where most of its readers are, which CLDR knows weeks by."""
    if locale.territory:
        return locale
    return Locale.parse(str(get_global("likely_subtags").get(str(locale), locale)))


@lru_cache(maxsize=4096)
def _date(day: dt.date, style: Literal["long", "full"], locale: Locale) -> str:
    return native(whole_day(day, style, locale), locale)


@lru_cache(maxsize=4096)
def _month(day: dt.date, locale: Locale) -> str:
    written = dates.format_skeleton("yMMMM", day, locale=locale)
    first = "İ" if written[0] == "i" and locale.language in _DOTTED else written[0].upper()
    return native(first + written[1:], locale)


@lru_cache(maxsize=4096)
def _datetime(
    moment: dt.datetime, zone_name: str, style: Literal["long", "full"], locale: Locale
) -> str:
    local = moment.astimezone(dates.get_timezone(zone_name))
    day = whole_day(local.date(), style, locale)
    time = dates.format_time(local.time(), "short", locale=locale)
    zone = dates.get_timezone_name(local, "long", locale=locale).replace(*MISSPELT)
    pattern = str(locale.datetime_formats["long"]).replace("'", "")
    written = pattern.replace("{1}", day).replace("{0}", _zoned(time, zone, locale))
    return native(written, locale)


def _zoned(time: str, zone: str, locale: Locale) -> str:
    """``time`` and ``zone`` in the order, and with the brackets, of CLDR's full time format."""
    pattern = str(locale.time_formats["full"])
    if pattern.startswith("zzzz"):
        return f"{zone} {time}"
    before, after = found.groups() if (found := _AFTER_TIME.search(pattern)) else (" ", "")
    return f"{time}{before}{zone}{after}"


def _isolate(string: str) -> str:
    depth = 0

    def balance(mark: re.Match[str]) -> str:
        nonlocal depth
        if mark[0] != _PDI:
            depth += 1
        elif depth:
            depth -= 1
        else:
            return ""
        return mark[0]

    inner = _ISOLATE_MARKS.sub(balance, string)
    return f"{_FSI}{inner}{_PDI * depth}{_PDI}"
