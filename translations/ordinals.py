"""How the number of an anniversary is written: “27th”, “27-я”, “27-ci”.

Patterns are in the catalogs (context “ordinal”), one for each ordinal category that CLDR knows in
the language (https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html).
Where those are too few, as in Ukrainian, a catalog adds patterns by the digits that the number
ends in. Languages without a catalog have theirs here. The gender is that of “anniversary”.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from babel.core import Locale

from translations.digits import native
from translations.locales import canonical, cldr_locale, fallback_chain
from translations.messages import interface_languages, messages_in
from translations.text import Text, ptext

# Translators: the number of an anniversary, “27th”, in the gender of “anniversary”. One pattern
# for each CLDR ordinal category of the language; leave out those that it does not have.
CATEGORIES: dict[str, Text] = {
    "zero": ptext("ordinal", "{n} (zero)"),
    "one": ptext("ordinal", "{n} (one)"),
    "two": ptext("ordinal", "{n} (two)"),
    "few": ptext("ordinal", "{n} (few)"),
    "many": ptext("ordinal", "{n} (many)"),
    "other": ptext("ordinal", "{n} (other)"),
}
# Translators: only where CLDR's categories do not suffice: patterns for numbers that end in
# certain digits, parted by “|”, the longest ending counts: “1={n}-a|11={n}-b”. Else leave it out.
ENDINGS = ptext("ordinal", "by ending")

_FULL_STOP = frozenset(
    {"bs", "cs", "da", "et", "fi", "hr", "hu", "is", "lv", "nb", "nn", "no", "pl", "sk", "sl"}
    | {"sr", "sr-Latn"}
)


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """How a language writes ordinals: patterns with ``{n}``, and what decides between them."""

    by_category: Mapping[str, str]
    by_ending: Mapping[str, str] = field(default_factory=dict)

    def choose(self, n: int, locale: Locale) -> str:
        """The pattern for ``n``: of its longest ending that has one, else of its category."""
        digits = str(n)
        for start in range(len(digits)):
            if digits[start:] in self.by_ending:
                return self.by_ending[digits[start:]]
        category = str(locale.ordinal_form(n))
        return self.by_category.get(category) or self.by_category.get("other", "{n}")


_WITHOUT_CATALOG = {
    "ca": Patterns(by_category={"one": "{n}r", "two": "{n}n", "few": "{n}t", "other": "{n}è"}),
    "it": Patterns(by_category={"other": "{n}º"}),
    "nl": Patterns(by_category={"other": "{n}e"}),
    "sv": Patterns(by_category={"one": "{n}:a", "other": "{n}:e"}),
}


def ordinal(n: int, tag: str) -> str:
    """``n`` (not grouped: “1000th”) as an ordinal, in the language's digits; the bare number
    where no pattern is known."""
    locale = _locale(tag)
    return ordinal_patterns(tag).choose(n, locale).replace("{n}", native(str(n), locale))


@lru_cache(maxsize=256)
def ordinal_patterns(tag: str) -> Patterns:
    """The patterns of ``tag``; none where none are known."""
    for step in fallback_chain(canonical(tag)):
        if step in interface_languages():
            return _in_catalog(step)
        if step in _WITHOUT_CATALOG:
            return _WITHOUT_CATALOG[step]
        if step in _FULL_STOP:
            return Patterns(by_category={"other": "{n}."})
    return Patterns(by_category={})


def categories_of(tag: str) -> frozenset[str]:
    """The ordinal categories that CLDR distinguishes in ``tag``, “other” always among them."""
    return frozenset(_locale(tag).ordinal_form.tags) | {"other"}


def parse_endings(written: str) -> dict[str, str]:
    """The patterns of a catalog's entry “by ending”. Raises ``ValueError``, naming what is wrong.

    >>> parse_endings("1={n}-ша|40={n}-ва")
    {'1': '{n}-ша', '40': '{n}-ва'}
    """
    endings: dict[str, str] = {}
    for entry in filter(None, written.split("|")):
        digits, _, pattern = entry.partition("=")
        if not (digits.isascii() and digits.isdigit()) or pattern.count("{n}") != 1:
            raise ValueError(entry)
        if endings.setdefault(digits, pattern) != pattern:
            raise ValueError(entry)
    return endings


def _in_catalog(tag: str) -> Patterns:
    messages = messages_in(tag)

    def said(entry: Text) -> str:
        pattern = messages.pgettext("ordinal", entry.msgid)
        return "" if pattern == entry.msgid else pattern

    found = {category: said(entry) for category, entry in CATEGORIES.items()}
    return Patterns(
        by_category={category: pattern for category, pattern in found.items() if pattern},
        by_ending=parse_endings(said(ENDINGS)),
    )


@lru_cache(maxsize=256)
def _locale(tag: str) -> Locale:
    """CLDR's rules for ``tag`` are those of its nearest kin that has any."""
    known = filter(None, map(cldr_locale, fallback_chain(canonical(tag))))
    return next(known, Locale("en", "001"))
