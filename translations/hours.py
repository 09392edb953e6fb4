"""The words in which a language speaks of days to come and of the time of day.

Names of months, days and parts of the day, and “in 2 hours”, are CLDR's; what it does not have is
in the catalogs (context “moment”), alternatives parted by “|”. All are folded: without case,
accents and joiners.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel.core import Locale
from babel.dates import get_timezone, get_timezone_name

from translations.catalogs import catalog_for
from translations.dates import locales_of, names_of_months
from translations.folding import letters
from translations.formats import MISSPELT, formats_for
from translations.locales import canonical
from translations.text import Text, ptext

# Translators: not sentences to translate but words that people write when they say when something
# is to happen, the usual one first, all in any case, parted by “|”. Accents may be left out.
TODAY = ptext("moment", "today")
TOMORROW = ptext("moment", "tomorrow")
DAY_AFTER = ptext("moment", "the day after tomorrow|day after tomorrow")
# Translators: before or after the name of a day, as in “next Monday”: the first one to come.
NEXT = ptext("moment", "next")
# Translators: the same of the week after this one, as in “Monday next week”.
NEXT_WEEK = ptext("moment", "next week|of next week")
# Translators: the days of the week from Monday on, as written after “on”; seven, parted by “|”.
DAYS = ptext("moment", "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday")
# Translators: what stands before a time of day, as in “at 9”: a number after it is an hour.
AT = ptext("moment", "at")
# Translators: what else may stand before a day or a time, as in “on Monday”.
ON = ptext("moment", "on|this|coming|the|of|by")
# Translators: what stands after a number that is an hour, as in “9 o’clock”.
OCLOCK = ptext("moment", "o’clock|hours|hrs|h")
# Translators: what stands after a number of minutes, as in “9 h 30 min”.
MINUTES = ptext("moment", "minutes|min")
# Translators: how much later; {n} is a number, and what says it without one means 1.
IN_MINUTES = ptext("moment", "in {n} minutes|in {n} minute|in {n} min|in a minute")
IN_HOURS = ptext("moment", "in {n} hours|in {n} hour|in {n} h|in an hour")
IN_HALF_AN_HOUR = ptext("moment", "in half an hour")
IN_TWO_HOURS = ptext("moment", "in two hours")
IN_DAYS = ptext("moment", "in {n} days|in {n} day|in a day")
IN_WEEKS = ptext("moment", "in {n} weeks|in {n} week|in a week")
# Translators: parts of the day, as in “9 in the morning”.
MORNING = ptext("moment", "in the morning|morning")
AFTERNOON = ptext("moment", "in the afternoon|afternoon")
EVENING = ptext("moment", "in the evening|evening|tonight")
NIGHT = ptext("moment", "at night|night")
NOON = ptext("moment", "noon|midday")
MIDNIGHT = ptext("moment", "midnight")

_DAY = 24 * 60
_PARTS: Mapping[str, tuple[tuple[int, int], ...]] = {
    MORNING.msgid: ((0, 12 * 60),),
    AFTERNOON.msgid: ((12 * 60, 18 * 60),),
    EVENING.msgid: ((16 * 60, _DAY),),
    NIGHT.msgid: ((20 * 60, _DAY), (0, 6 * 60)),
}
_UNITS = {"minute": 1, "hour": 60, "day": _DAY, "week": 7 * _DAY}
_LATER = (
    (IN_HALF_AN_HOUR, 30),
    (IN_TWO_HOURS, 120),
    (IN_MINUTES, 1),
    (IN_HOURS, 60),
    (IN_DAYS, _DAY),
    (IN_WEEKS, 7 * _DAY),
)
_COUNTED = {"one": 1, "two": 2}
_NAMED_TIMES = {"noon": 12 * 60, "midnight": 0}
# Case endings that are written on to the name of a month: “fevralın 26-sı”, “26 Şubatta”.
_ENDINGS = {"az": "(?:in|un|nin|nun|da|de)?", "tr": "(?:in|un|nin|nun|da|de|ta|te)?"}

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class TimeWords:
    """Folded phrases of one language, and what they mean.

    ``parts`` of the day are ranges of minutes, ``times`` minutes since midnight, ``later`` the
    minutes of a unit by patterns with ``{n}``, or of so many by patterns without; ``at`` stands
    before an hour, ``on`` before anything.
    """

    months: Mapping[str, frozenset[int]]
    weekdays: Mapping[str, int]
    days: Mapping[str, int]
    parts: Mapping[str, Ranges]
    times: Mapping[str, int]
    later: Mapping[str, int]
    next: tuple[str, ...]
    next_week: tuple[str, ...]
    at: tuple[str, ...]
    on: tuple[str, ...]
    oclock: tuple[str, ...]
    minutes: tuple[str, ...]
    ending: str
    first_weekday: int


def plain(written: str) -> str:
    """``written`` as the phrases here are: its letters folded, all else as it stands."""
    return "".join(
        known if known.strip() or letter.isspace() or not known else letter
        for letter, known in zip(written, letters(written), strict=True)
    )


@lru_cache(maxsize=64)
def time_words(tag: str) -> TimeWords:
    """The words of ``tag``. A language without a catalog has those of English besides its own.

    Raises ``UnknownLanguage``.
    """
    tag = canonical(tag)
    locales = tuple(locales_of(tag))
    days = dict.fromkeys(_listed(DAY_AFTER, tag), 2)
    days |= dict.fromkeys(_listed(TOMORROW, tag), 1)
    days |= dict.fromkeys(_listed(TODAY, tag), 0)
    small = tuple(dict.fromkeys((*_listed(ON, tag), *_joints(locales))))
    parts = {
        name: ranges
        for name, ranges in _parts(tag, locales).items()
        if name not in days and name not in small
    }
    return TimeWords(
        months=_months(locales),
        weekdays=_weekdays(tag, locales),
        days=days,
        parts=parts,
        times={n: m for n, m in _times(tag, locales).items() if n not in parts},
        later=_later(tag, locales),
        next=_listed(NEXT, tag),
        next_week=_listed(NEXT_WEEK, tag),
        at=_listed(AT, tag),
        on=small,
        oclock=(*_listed(OCLOCK, tag), "h"),
        minutes=_listed(MINUTES, tag),
        ending=_ENDINGS.get(tag.split("-")[0], ""),
        first_weekday=formats_for(tag).first_weekday,
    )


@lru_cache(maxsize=256)
def names_of_zone(zone: str, tag: str) -> tuple[str, ...]:
    """What a time zone is called in ``tag``, in summer and in winter; folded."""
    locale = formats_for(tag).locale
    of_zone = get_timezone(zone)
    names = [
        get_timezone_name(of_zone, width, locale=locale, zone_variant=variant)
        for width in ("long", "short")
        for variant in ("generic", "standard", "daylight")
    ]
    spelt = (zone, *names, *(name.replace(*MISSPELT) for name in names))
    return tuple(dict.fromkeys(filter(None, (plain(name).strip() for name in spelt))))


def _listed(entry: Text, tag: str) -> tuple[str, ...]:
    listed = catalog_for(tag).context(entry.context or "", entry.msgid)
    return tuple(filter(None, (plain(word).strip() for word in listed.split("|"))))


def _months(locales: Sequence[Locale]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for locale in locales:
        for width, number, name in names_of_months(locale):
            if width != "narrow" and not name.isdecimal():
                found.setdefault(_bare(name), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


def _weekdays(tag: str, locales: Sequence[Locale]) -> dict[str, int]:
    """Monday is 0."""
    found = {
        _bare(str(name)): number
        for locale in locales
        for widths in locale.days.values()
        for width in ("abbreviated", "wide")
        for number, name in widths.get(width, {}).items()
    }
    found |= {name: number % 7 for number, name in enumerate(_listed(DAYS, tag))}
    return {name: number for name, number in found.items() if len(name) > 1}


def _parts(tag: str, locales: Sequence[Locale]) -> dict[str, Ranges]:
    found: dict[str, Ranges] = {}
    for entry in (MORNING, AFTERNOON, EVENING, NIGHT):
        for name in _listed(entry, tag):
            found[name] = (*found.get(name, ()), *_PARTS[entry.msgid])
    for locale in locales:
        rules = locale.day_period_rules.get(None, {})
        for period, name in _periods(locale):
            if period in ("am", "pm"):
                ranges: Ranges = ((0, 12 * 60),) if period == "am" else ((12 * 60, _DAY),)
            elif period in _NAMED_TIMES:
                continue
            else:
                ranges = tuple(
                    (rule["from"] // 60, rule["before"] // 60) for rule in rules.get(period, ())
                )
            found[name] = (*found.get(name, ()), *_unwound(ranges))
    return {name: ranges for name, ranges in found.items() if ranges}


def _unwound(ranges: Ranges) -> Iterator[tuple[int, int]]:
    """What goes past midnight, in two parts."""
    for begin, end in ranges:
        if begin < end:
            yield begin, end
        else:
            yield from ((begin, _DAY), (0, end))


def _times(tag: str, locales: Sequence[Locale]) -> dict[str, int]:
    found = {
        name: _NAMED_TIMES[period]
        for locale in locales
        for period, name in _periods(locale)
        if period in _NAMED_TIMES
    }
    found |= dict.fromkeys(_listed(NOON, tag), 12 * 60)
    return found | dict.fromkeys(_listed(MIDNIGHT, tag), 0)


def _periods(locale: Locale) -> Iterator[tuple[str, str]]:
    """The parts of the day as they stand beside a number, with CLDR's names for them."""
    for width in ("abbreviated", "wide"):
        for period, name in locale.day_periods.get("format", {}).get(width, {}).items():
            spelt = plain(str(name)).strip()
            yield str(period), spelt
            if "." in spelt:
                yield str(period), spelt.replace(".", "").replace(" ", "")
            elif spelt in ("am", "pm"):
                yield str(period), f"{spelt[0]}.m."


def _later(tag: str, locales: Sequence[Locale]) -> dict[str, int]:
    found: dict[str, int] = {}
    for locale in locales:
        fields = locale._data["date_fields"]
        for unit, minutes in _UNITS.items():
            for width in ("", "-short", "-narrow"):
                future = fields.get(unit + width, {}).get("future", {})
                for count, pattern in future.items():
                    phrase = plain(str(pattern)).strip()
                    if "{0}" in phrase:
                        found[phrase.replace("{0}", "{n}")] = minutes
                    elif count in _COUNTED:
                        found[phrase] = minutes * _COUNTED[count]
    for entry, minutes in _LATER:
        found |= dict.fromkeys(_listed(entry, tag), minutes)
    return found


def _joints(locales: Sequence[Locale]) -> Iterator[str]:
    """The words by which CLDR joins a date and a time."""
    for locale in locales:
        for pattern in locale.datetime_formats.values():
            between = re.sub(r"\{[01]\}|'", " ", str(pattern))
            yield from (plain(word) for word in between.split() if word.isalpha())


def _bare(name: str) -> str:
    return plain(name).strip().rstrip(".")
