"""Days, and days from … to …, as CLDR writes them: “26 June 2026”, “26–28 June 2026”."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from babel.core import Locale
from babel.dates import format_date

_SHORT_MONTH = re.compile(r"(?<!M)MMM(?!M)|(?<!L)LLL(?!L)")
_DAY_OF_MONTH = re.compile(r"'[^']*'|(?<!d)d(?!d)")
# CLDR 47 has Azerbaijani ranges with the year before the day, or in the first date alone. CLDR 48
# has them right, as these are: https://unicode.org/cldr/charts/48/summary/az.html
_CORRECTED: Mapping[str, Mapping[str, Sequence[str]]] = {
    "az": {
        "d": ("d\N{THIN SPACE}–\N{THIN SPACE}", "d MMM y"),
        "M": ("d MMM\N{THIN SPACE}–\N{THIN SPACE}", "d MMM y"),
        "y": ("d MMM y\N{THIN SPACE}–\N{THIN SPACE}", "d MMM y"),
    },
}
# CLDR cannot say that the first day of a month is an ordinal: “1er juillet” (Lexique des règles
# typographiques en usage à l'Imprimerie nationale), “1º de julho” (Manual de Redação da
# Presidência da República; in Portugal the plain number is as usual).
_FIRST = {"pt": "1º", "pt_BR": "1º"}


def whole_day(day: dt.date, style: Literal["long", "full"], locale: Locale) -> str:
    """One day, with its weekday where ``style`` is “full”; Latin digits."""
    return _written(day, str(locale.date_formats[style]), locale)


def date_range(first: dt.date, last: dt.date, locale: Locale) -> str:
    """Two different days, with what they share said once; Latin digits.

    The pattern is chosen by the greatest thing that differs, and the month is written out, as
    UTS 35 has it (https://www.unicode.org/reports/tr35/tr35-dates.html#intervalFormats).
    """
    differing = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    return "".join(
        _written(day, _SHORT_MONTH.sub(lambda month: month[0] + month[0][0], part), locale)
        for day, part in zip((first, last), _pattern(locale, differing), strict=True)
    )


def _pattern(locale: Locale, differing: str) -> Sequence[str]:
    """What is written of each day. CLDR's root has a pattern for every locale without its own."""
    known: Sequence[Mapping[str, Sequence[str]]] = (
        _CORRECTED.get(str(locale), {}),
        locale.interval_formats.get("yMMMMd", {}),
        locale.interval_formats["yMMMd"],
    )
    return next(patterns[differing] for patterns in known if len(patterns.get(differing, ())) == 2)


def _written(day: dt.date, pattern: str, locale: Locale) -> str:
    first = "1er" if locale.language == "fr" else _FIRST.get(str(locale))
    if first and day.day == 1:
        pattern = _DAY_OF_MONTH.sub(lambda d: f"'{first}'" if d[0] == "d" else d[0], pattern)
    return format_date(day, pattern, locale)
