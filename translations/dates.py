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
    "en": ("en-GB",),
    "es": ("es-MX", "es-PE"),
    "fr": ("fr-CA",),
}
_DAY = (
    r"(?<![\w./:-])(?P<day>\d{1,2})"
    r"(?:\s?(?:st|nd|rd|th|er|ᵉʳ|\.?[ºo°]|\.er|[-‐‑](?:e|го|ci|cı|cu|cü))(?!\w)|\.)?"
)
_YEAR = r"(?P<year>\d{4})(?!\d)"
_YEAR_WORD = (
    r"(?:\s?(?:г\.|р\.)|\s?(?:года|году|год|року)\b"
    r"|[-‐‑]?(?:ci|cı|cu|cü)\s+il\w{0,3}\b|\s?م(?!\w))?"
)
_ISO = re.compile(r"(?<![\w-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?![\w-])")
_CJK = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日号號일]"
)
_POINTS = re.compile(
    r"(?<![\w./:-])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d|[./]\d)" + _YEAR_WORD
)


class ImpossibleDate(ValueError):
    """A date that no calendar has, such as 31 February; ``text`` is how it was written."""

    def __init__(self, text: str) -> None:
        super().__init__(f"no such date: {text}")
        self.text = text


def parse_date(text: str, tag: str) -> tuple[dt.date, tuple[int, int]] | None:
    """The first date written out in ``text`` as ``tag`` writes dates, and its (start, end).

    Month names in words (CLDR's, wide and abbreviated, in any grammatical case it knows), digits
    of any script, a year of four digits; in every language also “2019-02-26”, “26.02.2019” and
    “2019年2月26日”. “26/02/2019” is not read, since half the world means something else by it.
    The span takes in what belongs to the year (“2019 г.”, “2019-cu il”).
    Raises :class:`ImpossibleDate`, and ``UnknownLanguage`` for ``tag``.
    """
    months = _months(canonical(tag))
    shapes = (_ISO, _CJK, _POINTS, *_shapes(canonical(tag)))
    found = [match for shape in shapes if (match := shape.search(text))]
    if not found:
        return None
    first = min(found, key=lambda match: (match.start(), -match.end()))
    written = first["month"]
    month = int(written) if written.isdecimal() else months[_key(written)]
    try:
        date = dt.date(int(first["year"]), month, int(first["day"]))
    except ValueError as wrong:
        raise ImpossibleDate(first[0]) from wrong
    return date, first.span()


@lru_cache(maxsize=64)
def _shapes(tag: str) -> tuple[re.Pattern[str], ...]:
    names = sorted(_months(tag), key=len, reverse=True)
    if not names:
        return ()
    name = "|".join(re.sub(r"(?:\\?\s)+", r"\\s+", re.escape(each)) for each in names)
    month = rf"(?P<month>{name})(?!\w)\.?(?:\s?/\s?(?:{name})(?!\w))?"
    of = r"(?:\s*(?:of|de|del|di|d’|d'|do|da)\s+|\s*ב?)"
    year_is_over = r"(?:\.|[-‐‑](?:ci|cı|cu|cü)\s+il\w{0,3}|\s+m\.|\.\s+gada)?"
    shapes = (
        rf"{_DAY}{of}{month}{of}[,،]?\s*{_YEAR}{_YEAR_WORD}",
        rf"(?<!\w){month}\s+{_DAY},?\s+{_YEAR}",
        rf"(?<![\w-]){_YEAR}{year_is_over}\s+{_DAY}\s+{month}",
        rf"(?<![\w-]){_YEAR}{year_is_over}\s+{month}\s+{_DAY}",
    )
    return tuple(re.compile(shape, re.IGNORECASE) for shape in shapes)


@lru_cache(maxsize=64)
def _months(tag: str) -> Mapping[str, int]:
    """The number of each month name; a name of two months in two countries is of neither."""
    months: dict[str, set[int]] = {}
    for locale in _locales(tag):
        for width, number, name in _names(locale):
            if width != "narrow" and not name.isdecimal():
                months.setdefault(_key(name), set()).add(number)
    return {name: numbers.pop() for name, numbers in months.items() if len(numbers) == 1}


def _locales(tag: str) -> Iterator[Locale]:
    own = next(filter(None, map(cldr_locale, fallback_chain(tag))), None)
    others = map(cldr_locale, _COUNTRIES.get(tag.split("-")[0], ()))
    yield from filter(None, (own, *others))


def _names(locale: Locale) -> Iterator[tuple[str, int, str]]:
    for widths in locale.months.values():
        for width, names in widths.items():
            for number, name in names.items():
                yield width, number, str(name)


def _key(name: str) -> str:
    plain = " ".join(name.lower().split()).rstrip(".")
    return plain.replace("\N{COMBINING DOT ABOVE}", "")
