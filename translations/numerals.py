"""Numbers in words, and the words beside which a number counts years.

Words for numbers are num2words', for the languages that it has, and our own for Chinese; year
words are CLDR's units, through Babel, and the catalogs'.
"""

from __future__ import annotations

import re
from functools import lru_cache

from babel.units import format_unit

from translations.catalogs import catalog_for
from translations.locales import cldr_locale, fallback_chain
from translations.messages import interface_languages
from translations.text import ptext, text

# Translators: not a sentence but words that stand beside a number of years or of an anniversary
# in your language, in all their forms, parted by “|”.
_COUNTED = ptext("letter", "year|years|anniversary|anniversaries|jubilee")

_PHRASES = (ptext("letter", "anniversary"), text("{ordinal} anniversary"))
_BESIDE = re.compile(r"(?:([^\W\d_]+)[^\w{}|]*)?\{(?:ordinal|years|n)\}(?:[^\w{}|]*([^\W\d_]+))?")
_SAMPLES = (1, 2, 3, 5, 11, 27, 100)
_HAN = "零一二三四五六七八九"
_LARGEST = 9999
_ONE_LETTER = frozenset("年岁歲載载년")


def number_words(number: int, tag: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """``number`` in words as ``tag`` writes it: as cardinals, and as ordinals. Nothing where the
    language is not known, or the number is not one from 1 to 9999."""
    if not 0 < number <= _LARGEST:
        return (), ()
    return _words(number, tag)


@lru_cache(maxsize=1024)
def _words(number: int, tag: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    # The module takes a moment to import, and few need it.
    from num2words import CONVERTER_CLASSES, num2words

    for step in fallback_chain(tag):
        code = step.replace("-", "_")
        if code.split("_")[0] == "zh":
            return (_han(number),), (f"第{_han(number)}",)
        if code == "tr" and 10 < number < 100 and number % 10:
            # Turkish writes them apart (Türk Dil Kurumu, Sayıların Yazılışı), the module together.
            (ten,), _ = _words(number // 10 * 10, tag)
            (one,), (last,) = _words(number % 10, tag)
            return (f"{ten} {one}",), (f"{ten} {last}",)
        if code in CONVERTER_CLASSES:
            found: list[tuple[str, ...]] = []
            for form in ("cardinal", "ordinal"):
                try:
                    found.append((str(num2words(number, lang=code, to=form)).casefold().strip(),))
                except (NotImplementedError, LookupError, ValueError):
                    found.append(())
            return found[0], found[1]
    return (), ()


def _han(number: int) -> str:
    """As Chinese says it: 二十七, 一百零一, 一千零二十."""
    written, gap = "", False
    digits = f"{number:04d}"
    for digit, unit in zip(digits, ("千", "百", "十", ""), strict=True):
        if digit == "0":
            gap = bool(written)
            continue
        written += ("零" if gap else "") + _HAN[int(digit)] + unit
        gap = False
    return written.removeprefix("一") if written.startswith("一十") else written


@lru_cache(maxsize=256)
def year_words(tag: str) -> frozenset[str]:
    """Words beside which a number counts years in ``tag``, without regard to case; none where
    nothing is known of the language."""
    return _cldr(tag) | _in_catalog(tag)


def _cldr(tag: str) -> frozenset[str]:
    locale = next(filter(None, map(cldr_locale, fallback_chain(tag))), None)
    if locale is None:
        return frozenset()
    written = [
        format_unit(n, "duration-year", length, locale=locale)
        for n in _SAMPLES
        for length in ("long", "short")
    ]
    # Where CLDR has no pattern Babel writes the name of the unit.
    known = " ".join(unit for unit in written if "duration" not in unit)
    return frozenset(filter(_is_word, re.findall(r"[^\W\d_]+", known.casefold())))


def _in_catalog(tag: str) -> frozenset[str]:
    catalog = catalog_for(tag)
    if catalog.tag not in {*fallback_chain(tag)} & {*interface_languages()}:
        return frozenset()
    listed = catalog.context(_COUNTED.context or "", _COUNTED.msgid).split("|")
    for phrase in _PHRASES:
        known = (
            catalog.context(phrase.context, phrase.msgid)
            if phrase.context
            else catalog.gettext(phrase.msgid, ordinal="{ordinal}")
        )
        listed += [word for pair in _BESIDE.findall(known) for word in pair]
    return frozenset(filter(_is_word, (word.strip().casefold() for word in listed)))


def _is_word(word: str) -> bool:
    """Endings and abbreviations of one letter say nothing; a Chinese 年 does."""
    return len(word) > 1 or word in _ONE_LETTER
