"""How the number of an anniversary is written: “27th”, “27-я”, “27-ci”.

Patterns are in the catalogs (context “ordinal”), one for each ordinal category that CLDR knows in
the language (https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html).
Languages without a catalog have theirs here. The gender is that of the word “anniversary”.
"""

from __future__ import annotations

from functools import lru_cache

from babel.core import Locale

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

_FULL_STOP = frozenset(
    {"bs", "cs", "da", "de", "et", "fi", "hr", "hu", "is", "lv", "nb", "nn", "no", "pl", "sk", "sl"}
    | {"sr", "sr-Latn", "tr"}
)
_WITHOUT_CATALOG: dict[str, dict[str, str]] = {
    "ca": {"one": "{n}r", "two": "{n}n", "few": "{n}t", "other": "{n}è"},
    "fa": {"other": "{n}\N{ZERO WIDTH NON-JOINER}مین"},
    "it": {"other": "{n}º"},
    "nl": {"other": "{n}e"},
    "pt": {"other": "{n}.º"},
    "sv": {"one": "{n}:a", "other": "{n}:e"},
    "uk": {
        "one": "{n}-ша",
        "two": "{n}-га",
        "few": "{n}-тя",
        "many": "{n}-ма",
        "zero": "{n}-ва",
        "other": "{n}-та",
    },
}


@lru_cache(maxsize=256)
def ordinal_patterns(tag: str) -> dict[str, str]:
    """The patterns of ``tag``, each with ``{n}``, by category; empty where none is known."""
    for step in fallback_chain(canonical(tag)):
        if step in interface_languages():
            messages = messages_in(step)
            found = {
                category: messages.pgettext("ordinal", entry.msgid)
                for category, entry in CATEGORIES.items()
            }
            return {
                category: pattern
                for category, pattern in found.items()
                if pattern != CATEGORIES[category].msgid
            }
        if step in _WITHOUT_CATALOG:
            return _WITHOUT_CATALOG[step]
        if step in _FULL_STOP:
            return {"other": "{n}."}
    return {}


def categories_of(tag: str) -> frozenset[str]:
    """The ordinal categories that ``tag`` distinguishes, “other” always among them."""
    if canonical(tag).split("-")[0] == "uk":
        return frozenset(_WITHOUT_CATALOG["uk"])
    locale = cldr_locale(tag)
    return frozenset(locale.ordinal_form.tags if locale else ()) | {"other"}


def ordinal(n: int, tag: str) -> str:
    """``n`` (not grouped: “1000th”) as an ordinal; the bare number where no pattern is known."""
    patterns = ordinal_patterns(tag)
    pattern = patterns.get(_category(n, tag)) or patterns.get("other", "{n}")
    return pattern.replace("{n}", str(n))


def _category(n: int, tag: str) -> str:
    language = tag.split("-")[0]
    if language == "az" and n and n % 1000 == 0 and n % 1_000_000:
        return "one"  # 1000-ci (mininci), which CLDR puts with 9-cu
    if language == "uk":
        return _ukrainian(n)
    locale = cldr_locale(tag) or Locale("en")
    return str(locale.ordinal_form(n))


def _ukrainian(n: int) -> str:
    """By the last word spoken (перша, друга, третя, сьома, сорокова); CLDR knows only третя."""
    if n % 100 in (0, 40):
        return "zero" if n % 100 == 40 or n == 0 else "other"
    if n % 100 in range(10, 20):
        return "other"
    return {1: "one", 2: "two", 3: "few", 7: "many", 8: "many"}.get(n % 10, "other")
