"""Texts that count the years by themselves, outside ``{years}`` and ``{ordinal}``. Pure.

Only the number of the observance's own anniversary counts, and those beside it: “27 years ago”,
“27-ci”, “27周年”, «двадцать семь лет». It is pointed out to whoever approves, never refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from bot.releases.body import paragraphs
from bot.releases.calendars import BeyondCalendar
from bot.releases.recurrence import number_on
from bot.releases.release import Release, Variant
from translations.locales import cldr_locale, fallback_chain, native_name
from translations.numerals import number_words, year_words
from translations.ordinals import ordinal
from translations.text import Text, text

MOST = 20
"""Places pointed out in one text."""

LONGEST = 200_000
"""Characters of a text that are looked at."""

SENTENCE = 160
"""Characters of a sentence that are quoted."""

SMALLEST_ALONE = 10
"""An ordinal below this (“the third session”) is not pointed out by itself."""

_DIGITS = re.compile(r"(?<![\dA-Za-z.,/:-])\d{1,4}(?![\d/:]|[.,]\d)")
_STOP = re.compile(r"[,;:!?。，、；：？！،؛؟…()\[\]«»“”„\"\n]|\.(?=\s|$)")
_NO_STOP = re.compile(r"\.\s*[^\W\d_A-ZÀ-ÞĀĂĄА-ЯЁ]")
_WORD = re.compile(
    r"[^\W\d_][^\W\d_\N{COMBINING GRAVE ACCENT}-\N{COMBINING LATIN SMALL LETTER X}]*"
)
_ORDINAL = re.compile(r"\.?[ºª°ᵉʳ]|[-‑’'\N{ZERO WIDTH NON-JOINER}]?[^\W\d_]{1,5}(?!\w)")
_SENTENCES = re.compile(r"(?<=[.!?…؟।])\s+|(?<=[。！？])|\n+")
_UNSPACED = re.compile(r"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF\u3400-\u9FFF]")
_ARTICLE = re.compile("^(?:ال|لل|ل)(?=[\u0621-\u064a]{3})")
_HAN_NUMBER = "零〇一二三四五六七八九十百千万两廿卅"
_NEAR = 60
_MOST_NUMBERS = 1000
"""Numbers of one spelling that are looked at in one text: more of them are a table."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A ``sentence`` in a ``field`` of the variant in ``language`` that counts the years, or, if
    not ``sure``, may do so. ``returns``: it is the title of the years to come as well."""

    language: str
    field: str
    sentence: str
    sure: bool
    returns: bool

    def as_text(self) -> Text:
        """What whoever approves is told."""
        name = native_name(self.language)
        if not self.sure:
            return text(
                "{language}: this may count the years, look at it: “{sentence}”",
                language=name,
                sentence=self.sentence,
            )
        if self.returns:
            return text(
                "{language}: this counts the years by itself: “{sentence}” Write {ordinal} or "
                "{years} instead of the number, and it is right every year.",
                language=name,
                sentence=self.sentence,
                ordinal="{ordinal}",
                years="{years}",
            )
        return text(
            "{language}: this counts the years, and is right this year only: “{sentence}”",
            language=name,
            sentence=self.sentence,
        )


def counted(release: Release, languages: Sequence[str] = ()) -> tuple[Counted, ...]:
    """What counts the years in the variants in ``languages``, by default in all of them; nothing
    without an observance."""
    if release.observance is None:
        return ()
    try:
        number = number_on(release.observance, release.date)
    except BeyondCalendar:
        return ()
    found: list[Counted] = []
    for tag in languages or release.variants:
        variant = release.variants[tag]
        places = dict.fromkeys(_in_variant(variant, number)) if number > 0 else {}
        found += [
            Counted(
                language=tag,
                field=field,
                sentence=sentence,
                sure=sure,
                returns=field == ("occasion" if variant.occasion else "headline"),
            )
            for field, sentence, sure in list(places)[:MOST]
        ]
    return tuple(found)


def _in_variant(variant: Variant, number: int) -> Iterator[tuple[str, str, bool]]:
    body = "\n".join(block.text for block in paragraphs(variant.body[:LONGEST]))
    for field, words in (
        ("headline", variant.headline),
        ("subhead", variant.subhead),
        ("body", body),
        ("occasion", variant.occasion),
    ):
        for start, end, sure in sorted(_places(words[:LONGEST], number, variant.language)):
            yield field, _sentence(words, start, end), sure


def _places(words: str, number: int, tag: str) -> Iterator[tuple[int, int, bool]]:
    numbers = {n for n in (number - 1, number, number + 1) if n > 0}
    known = year_words(tag)
    dot = "." if ordinal(number, tag).endswith(".") else ""
    for found in islice(_DIGITS.finditer(words), _MOST_NUMBERS):
        if int(found[0]) in numbers and not _is_date(words, found.start(), found.end(), tag):
            near = _counts_years(words, found.start(), found.end(), known, dot)
            is_ordinal = _ORDINAL.match(words, found.end()) is not None
            alone = (
                is_ordinal and int(found[0]) >= SMALLEST_ALONE and not _is_unspaced(words, found)
            )
            if near or alone or not known:
                yield found.start(), found.end(), near
    for n in numbers:
        for pattern, is_ordinal in _in_words(n, tag):
            for found in islice(pattern.finditer(words), _MOST_NUMBERS):
                near = _counts_years(words, found.start(), found.end(), known)
                if near or (is_ordinal and n >= SMALLEST_ALONE) or not known:
                    yield found.start(), found.end(), near


def _is_unspaced(words: str, found: re.Match[str]) -> bool:
    return _UNSPACED.match(words, found.end()) is not None


def _counts_years(words: str, start: int, end: int, known: frozenset[str], dot: str = "") -> bool:
    """Whether a year word stands beside: just before, or after with one word between at most.

    ``dot`` is what makes an ordinal of a number in this language and ends no sentence; before a
    small letter it ends none in any.
    """
    if _NO_STOP.match(words, end):
        dot = "."
    after = _STOP.split(words[end : end + _NEAR].removeprefix(dot), maxsplit=1)[0]
    before = _STOP.split(words[max(0, start - _NEAR) : start])[-1]
    following = _WORD.findall(after.casefold())
    attached = bool(after) and not after[0].isspace()
    led = 2 if before and not before[-1].isspace() else 1  # الـ27
    if _UNSPACED.match(after.lstrip()):
        return any(year in after.lstrip()[: len(year) + 2] for year in known)
    near = [*_WORD.findall(before.casefold())[-led:], *following[: 3 if attached else 2]]
    return any(_is_year(word, known) for word in near)


@lru_cache(maxsize=4096)
def _is_year(word: str, known: frozenset[str]) -> bool:
    bare = _ARTICLE.sub("", word)
    years = (_ARTICLE.sub("", year) for year in known)
    return any(bare == year or (len(year) > 2 and bare.startswith(_stem(year))) for year in years)


@lru_cache(maxsize=1024)
def _stem(word: str) -> str:
    """``word`` without the ending that grammar gives it."""
    return word[: len(word) - (2 if len(word) > 5 else 1 if len(word) > 3 else 0)]


def _is_date(words: str, start: int, end: int, tag: str) -> bool:
    """“27 June”, “June 27”, “6月27日” name a day, not a number of years."""
    after = _WORD.match(words[end : end + _NEAR].lstrip(" .-ºª").casefold())
    before = _WORD.findall(words[max(0, start - _NEAR) : start].casefold())[-1:]
    if words[end : end + 1] in ("日", "号", "號", "月") or words[start - 1 : start] == "月":
        return True
    if words[end : end + 4].casefold() == " de ":  # 27 de junio
        after = _WORD.match(words[end + 4 : end + _NEAR].casefold())
    months = _months(tag)
    return (after is not None and after[0] in months) or bool(months.intersection(before))


@lru_cache(maxsize=128)
def _months(tag: str) -> frozenset[str]:
    locale = next(filter(None, map(cldr_locale, fallback_chain(tag))), None)
    if locale is None:
        return frozenset()
    return frozenset(
        name.casefold().rstrip(".")
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for name in locale.months[context][width].values()
    )


@lru_cache(maxsize=512)
def _in_words(number: int, tag: str) -> tuple[tuple[re.Pattern[str], bool], ...]:
    cardinals, ordinals = number_words(number, tag)
    return tuple(
        (_pattern(words), is_ordinal)
        for forms, is_ordinal in ((ordinals, True), (cardinals, False))
        for words in forms
    )


def _pattern(words: str) -> re.Pattern[str]:
    """``words`` with any space or hyphen between them, and any short ending of each."""
    if _UNSPACED.search(words):
        return re.compile(f"(?<![{_HAN_NUMBER}]){words}(?![{_HAN_NUMBER}])")
    parts = [
        re.escape(part) if len(part) < 4 else re.escape(_stem(part)) + r"\w{0,3}"
        for part in re.split(r"[\s-]+", words)
    ]
    # Arabic writes its “and” with the word that follows.
    joined = "".join(
        part + ("" if last else r"\s?" if part == "و" else r"[\s\N{ZERO WIDTH NON-JOINER}-]+")
        for part, last in zip(parts, [*[False] * (len(parts) - 1), True], strict=True)
    )
    return re.compile(rf"(?<![\w-])(?:ال|و)?{joined}(?!\w)", re.IGNORECASE)


def _sentence(words: str, start: int, end: int) -> str:
    """The sentence around a place, or as much of it as is quoted."""
    edges = [match.end() for match in _SENTENCES.finditer(words, max(0, start - 1000), start)]
    first = edges[-1] if edges else max(0, start - 1000)
    stop = _SENTENCES.search(words, end, end + 1000)
    last = stop.start() if stop else min(len(words), end + 1000)
    if last - first > SENTENCE:
        cut_first = max(first, start - SENTENCE // 2)
        cut_last = min(last, end + SENTENCE // 2)
        lead, tail = "…" * (cut_first > first), "…" * (cut_last < last)
        return lead + words[cut_first:cut_last].strip() + tail
    return words[first:last].strip()
