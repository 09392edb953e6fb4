"""Finding a written date in a line of a press letter."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from babel.core import Locale

from translations.locales import canonical, cldr_locale, fallback_chain

# The month names of a language's countries differ: in Arabic they are borrowed from three
# calendars, and letters often give two (“26 شباط/فبراير 2019”).
_COUNTRIES: Mapping[str, tuple[str, ...]] = {
    "ar": ("ar-SY", "ar-IQ", "ar-DZ", "ar-MA", "ar-MR"),
    "de": ("de-AT",),
    "en": ("en-GB",),
    "es": ("es-MX", "es-PE"),
    "fr": ("fr-CA",),
}
# Russian and Ukrainian letters leave the day in quotes: «26» февраля.
_DAY = (
    r"(?<![\w./:-])[«“„\"]?(?P<day>\d{1,2})[»”“\"]?"
    r"(?:\s?(?:st|nd|rd|th|er|ᵉʳ|\.?[ºo°]|\.er|[-‐‑](?:e|го|ci|cı|cu|cü))(?!\w)|\.)?"
)
_YEAR = r"(?P<year>\d{4})(?!\d)"
_YEAR_WORD = (
    r"(?:\s?(?:г\.|р\.)|\s?(?:года|году|год|року)\b"
    r"|[-‐‑]?(?:ci|cı|cu|cü)\s+il\w{0,3}\b|\s?(?:م|میلادی)(?!\w))?"
)
_ISO = re.compile(r"(?<![\w-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?![\w-])")
_CJK = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日号號일]"
)
_POINTS = re.compile(
    r"(?<![\w./:-])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d|[./]\d)" + _YEAR_WORD
)
_YEAR_FIRST = re.compile(
    r"(?<![\w./:-])(?P<year>\d{4})(?P<by>[./])(?P<month>\d{1,2})(?P=by)(?P<day>\d{1,2})(?![\w/-]|\.\d)"
)
_EITHER = re.compile(
    r"(?<![\w./:-])(?P<day>\d{1,2})(?P<by>[/-])(?P<month>\d{1,2})(?P=by)(?P<year>\d{4})(?![\w/-]|\.\d)"
)
"""Day and month in this order in most of the world, in the other in the United States."""
_HAN_DIGITS = "〇○零一二三四五六七八九"
_HAN = re.compile(
    rf"(?P<year>[{_HAN_DIGITS}]{{4}})年(?P<month>十?[一二三四五六七八九]|十)月"
    r"(?P<day>(?:[二三]?十)?[一二三四五六七八九]|[二三]?十)[日号號]"
)
# The Persian calendar, in the names of Iran and of Afghanistan. CLDR has them, Babel does not.
_PERSIAN = (
    ("فروردین", "حمل"),
    ("اردیبهشت", "ثور"),
    ("خرداد", "جوزا"),
    ("تیر", "سرطان"),
    ("مرداد", "امرداد", "اسد"),
    ("شهریور", "سنبله"),
    ("مهر", "میزان"),
    ("آبان", "عقرب"),
    ("آذر", "قوس"),
    ("دی", "جدی"),
    ("بهمن", "دلو"),
    ("اسفند", "حوت"),
)
_PERSIAN_YEAR = (
    r"(?P<year>[1۱١][34۳۴٣٤]\d{2})(?!\d)(?:\s?(?:هجری\s)?(?:خورشیدی|شمسی)(?!\w)"
    r"|\s?ه\u200d?\.?\s?ش\.?(?!\w))?"
)
_PERSIAN_NUMBERS = re.compile(
    r"(?<![\w./:-])(?P<year>[1۱١][34۳۴٣٤]\d{2})(?P<by>[./-])(?P<month>\d{1,2})(?P=by)(?P<day>\d{1,2})"
    r"(?![\w/-]|\.\d)"
)


_ALIKE = str.maketrans({"ı": "i", "ي": "ی", "ك": "ک"})


class ImpossibleDate(ValueError):
    """A date that no calendar has, such as 31 February; ``text`` is how it was written."""

    def __init__(self, text: str) -> None:
        super().__init__(f"no such date: {text}")
        self.text = text


class AmbiguousDate(ValueError):
    """Figures that mean one day in most countries and another in the United States; ``text`` is
    how it was written, ``days`` the two that it may be."""

    def __init__(self, text: str, days: tuple[dt.date, dt.date]) -> None:
        super().__init__(f"one of two dates: {text}")
        self.text = text
        self.days = days


def parse_date(text: str, tag: str) -> tuple[dt.date, tuple[int, int]] | None:
    """The first date written out in ``text`` as ``tag`` writes dates, and its (start, end).

    Month names in words (CLDR's, wide and abbreviated, in any grammatical case it knows), digits
    of any script, a year of four digits; in every language also “2019-02-26”, “2019/2/26”,
    “26.02.2019”, “2019年2月26日” and “二〇一九年二月二十六日”. In ``fa`` the Persian calendar too,
    which its month names tell, or in figures a year 13xx or 14xx. “26/02/2019” is read where
    there is but one reading. The span takes in what belongs to the year (“2019 г.”, “2019-cu il”).
    Raises :class:`ImpossibleDate`, :class:`AmbiguousDate`, and ``UnknownLanguage`` for ``tag``.
    """
    tag = canonical(tag)
    shapes = (_ISO, _CJK, _HAN, _POINTS, _YEAR_FIRST, _EITHER, *_shapes(tag))
    if tag.split("-")[0] == "fa":
        shapes = (_PERSIAN_NUMBERS, _persian_shape(), *shapes)
    found = [(shape, match) for shape in shapes if (match := shape.search(text))]
    if not found:
        return None
    shape, first = min(found, key=lambda each: (each[1].start(), -each[1].end()))
    try:
        return _date_in(shape, first, tag), first.span()
    except AmbiguousDate:
        raise
    except ValueError as wrong:
        raise ImpossibleDate(first[0]) from wrong


def _date_in(shape: re.Pattern[str], found: re.Match[str], tag: str) -> dt.date:
    if shape is _HAN:
        figures = "".join(str(max(_HAN_DIGITS.index(c) - 2, 0)) for c in found["year"])
        return dt.date(int(figures), _han_number(found["month"]), _han_number(found["day"]))
    year, day, written = int(found["year"]), int(found["day"]), found["month"]
    if shape is _PERSIAN_NUMBERS:
        return _from_persian(year, int(written), day)
    if "persian" in shape.groupindex:
        return _from_persian(year, _persian_months()[_key(written)], day)
    month = int(written) if written.isdecimal() else _months(tag)[_key(written)]
    if shape is _EITHER:
        if month > 12:
            day, month = month, day
        elif day <= 12 and day != month:
            raise AmbiguousDate(found[0], (dt.date(year, month, day), dt.date(year, day, month)))
    return dt.date(year, month, day)


def parse_weekday(text: str, tag: str) -> tuple[int, tuple[int, int]] | None:
    """The first day of the week that ``text`` names in ``tag`` (Monday is 0), and its span."""
    shape, names = _weekdays(canonical(tag))
    found = shape.search(text)
    return (names[_key(found[1])], found.span()) if found else None


@lru_cache(maxsize=64)
def _weekdays(tag: str) -> tuple[re.Pattern[str], Mapping[str, int]]:
    names: dict[str, int] = {}
    for locale in locales_of(tag):
        for widths in locale.days.values():
            for width in ("wide", "abbreviated"):
                for number, name in widths.get(width, {}).items():
                    key = _key(str(name))
                    if len(key) > 2 or width == "wide":
                        names.setdefault(key, number)
    either = "|".join(map(_spelt_either_way, sorted(names, key=len, reverse=True)))
    # Han letters have no edges between words.
    shape = rf"(?<![^\W\u3400-\u9fff])({either})(?![^\W\u3400-\u9fff])\.?"
    return re.compile(shape if either else r"(?!)()", re.IGNORECASE), names


def _from_persian(year: int, month: int, day: int) -> dt.date:
    """The Gregorian date of one in the Persian (Solar Hijri) calendar. Raises ``ValueError``."""
    # Imported here because few letters need it.
    from persiantools.jdatetime import JalaliDate

    date: dt.date = JalaliDate(year, month, day).to_gregorian()
    return date


@lru_cache(maxsize=1)
def _persian_months() -> Mapping[str, int]:
    return {_key(name): n for n, names in enumerate(_PERSIAN, 1) for name in names}


@lru_cache(maxsize=1)
def _persian_shape() -> re.Pattern[str]:
    names = sorted((name for names in _PERSIAN for name in names), key=len, reverse=True)
    either = "|".join(map(_spelt_either_way, names))
    return re.compile(
        rf"{_DAY}\s+(?P<month>(?P<persian>{either}))(?!\w)\s*(?:ماه\s*)?{_PERSIAN_YEAR}"
    )


def _han_number(written: str) -> int:
    tens, ten, ones = written.rpartition("十")
    value = _HAN_DIGITS.index(ones) - 2 if ones else 0
    return value + (10 * (_HAN_DIGITS.index(tens) - 2 if tens else 1) if ten else 0)


@lru_cache(maxsize=64)
def _shapes(tag: str) -> tuple[re.Pattern[str], ...]:
    names = sorted(_months(tag), key=len, reverse=True)
    if not names:
        return ()
    name = "|".join(map(_spelt_either_way, names))
    month = rf"(?P<month>{name})(?!\w)\.?(?:\s?/\s?(?:{name})(?!\w)|\s?\((?:{name})\))?"
    of = r"(?:\s*(?:of|day of|de|del|di|d’|d'|do|da)\s+|\s*ב?)"
    year_is_over = r"(?:\.|[-‐‑](?:ci|cı|cu|cü)\s+il\w{0,3}|\s+m\.|\.\s+gada)?"
    shapes = (
        rf"{_DAY}{of}{month}{of}[,،]?\s*{_YEAR}{_YEAR_WORD}",
        rf"(?<!\w){month}\s+{_DAY}(?:,|\s+del?)?\s+{_YEAR}",
        rf"(?<![\w-]){_YEAR}{year_is_over}\s+{_DAY}\s+{month}",
        rf"(?<![\w-]){_YEAR}{year_is_over}\s+{month}\s+{_DAY}",
    )
    return tuple(re.compile(shape, re.IGNORECASE) for shape in shapes)


@lru_cache(maxsize=64)
def _months(tag: str) -> Mapping[str, int]:
    """The number of each month name; a name of two months in two countries is of neither."""
    months: dict[str, set[int]] = {}
    for locale in locales_of(tag):
        for width, number, name in names_of_months(locale):
            if width != "narrow" and not name.isdecimal():
                months.setdefault(_key(name), set()).add(number)
    return {name: numbers.pop() for name, numbers in months.items() if len(numbers) == 1}


def locales_of(tag: str) -> Iterator[Locale]:
    """The locales whose names of months and days are understood in ``tag``, its own first."""
    own = next(filter(None, map(cldr_locale, fallback_chain(tag))), None)
    others = map(cldr_locale, _COUNTRIES.get(tag.split("-")[0], ()))
    yield from filter(None, (own, *others))


def names_of_months(locale: Locale) -> Iterator[tuple[str, int, str]]:
    """Each name with its width and the month's number, in every grammatical case that CLDR has."""
    for widths in locale.months.values():
        for width, names in widths.items():
            for number, name in names.items():
                yield width, number, str(name)


def _spelt_either_way(name: str) -> str:
    """A pattern for a name as :func:`_key` gives it."""
    pattern = re.sub(r"(?:\\?\s)+", r"\\s+", re.escape(name))
    return pattern.replace("ی", "[یي]").replace("ک", "[کك]")


def _key(name: str) -> str:
    plain = " ".join(name.lower().split()).rstrip(".").replace("\N{COMBINING DOT ABOVE}", "")
    # Capitals hide these differences, or typists do: KASIM, Arabic yeh and kaf in Persian.
    return plain.translate(_ALIKE)
