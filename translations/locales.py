"""Language tags: their one spelling, what may stand in for what, and the best match.

Tags are BCP 47 (RFC 5646). Parents and likely subtags are CLDR's
(https://www.unicode.org/reports/tr35/#Parent_Locales, #Likely_Subtags), as Babel carries them.
Two texts count as the same written language only if language *and* script agree: Traditional
Chinese is never answered with Simplified, nor Serbian in Latin script with Cyrillic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import langcodes
from babel.core import Locale, UnknownLocaleError, get_global

_LONGEST_TAG = 64
_LOOKS_LIKE_A_TAG = re.compile(r"(?:i[-_][A-Za-z]+|[A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")
_EXTENSION = re.compile(r"[-_][A-Za-z0-9](?=[-_]).*")
_NOT_LANGUAGES = frozenset({"und", "mul", "mis", "zxx"})
_RTL_SCRIPTS = frozenset(
    {"Adlm", "Arab", "Aran", "Hebr", "Mand", "Mani", "Mend", "Nkoo", "Rohg", "Samr", "Sogd"}
    | {"Syrc", "Thaa", "Yezi"}
)
_BOKMAL = ("nb", "no")
"""One written language under two tags. Offices use either, so both spellings stay as given."""


class UnknownLanguage(ValueError):
    """Not the tag of a language; ``tag`` holds what was given."""

    def __init__(self, tag: str) -> None:
        super().__init__(f"not a language tag: {tag[:_LONGEST_TAG]!r}")
        self.tag = tag


@dataclass(frozen=True, kw_only=True)
class Match:
    """``tag``, one of the available ones, answers ``wanted``, one of the wanted ones.

    ``tag`` is spelt as it was given, ``wanted`` canonically.
    """

    tag: str
    wanted: str


class _Subtags(NamedTuple):
    language: str
    script: str
    territory: str
    variants: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "-".join(filter(None, (self.language, self.script, self.territory, *self.variants)))


@lru_cache(maxsize=2048)
def canonical(tag: str) -> str:
    """The one spelling of ``tag``: ``ZH_tw`` → ``zh-TW``, ``iw`` → ``he``, ``azj`` → ``az``.

    Deprecated and grandfathered codes are replaced, and an encompassed language by its usual
    macrolanguage (``cmn`` → ``zh``). ``no`` and ``nb`` both stay: matching treats them as one.
    Extensions and private use say nothing about the text and are dropped.
    Raises :class:`UnknownLanguage`, also for ``und``, ``mul``, ``zxx`` and private codes.
    """
    if len(tag) > _LONGEST_TAG or not _LOOKS_LIKE_A_TAG.fullmatch(tag):
        raise UnknownLanguage(tag)
    bare = tag if tag[1] in "-_" else _EXTENSION.sub("", tag)
    try:
        standard = langcodes.standardize_tag(bare, macro=True)
        language = langcodes.Language.get(standard, normalize=False)
    except ValueError as wrong:
        raise UnknownLanguage(tag) from wrong
    code = language.language or "und"
    private = len(code) == 3 and "qaa" <= code <= "qtz"
    if code in _NOT_LANGUAGES or private or not language.is_valid():
        raise UnknownLanguage(tag)
    return standard


@lru_cache(maxsize=2048)
def fallback_chain(tag: str) -> tuple[str, ...]:
    """``tag`` and what may stand in for it, nearest first, all in its own script.

    ``zh-TW`` → ``zh-TW, zh-Hant-TW, zh-Hant``; ``en-GB`` → ``en-GB, en-001, en``. The bare
    language is in the chain only where the tag's script is that language's default one. Raises
    :class:`UnknownLanguage`.
    """
    chain: list[str] = []
    for step in _ancestors(_split(canonical(tag))):
        if str(step) not in chain:
            chain.append(str(step))
    if chain[-1] in _BOKMAL:  # CLDR has nb and nn inherit from no, which is written as nb
        chain.extend(code for code in _BOKMAL if code not in chain)
    return tuple(chain)


def best_match(wanted: Sequence[str], available: Iterable[str]) -> Match | None:
    """The available language that serves the first wanted one that can be served at all.

    For each wanted tag in turn: the same tag, then its fallback chain, then the nearest other
    regional form in the same language and script (``pt-PT`` may get ``pt-BR``). Wanted tags that
    are no languages (browsers and chat programs report all sorts) are passed over; an available
    one raises :class:`UnknownLanguage`.
    """
    on_offer = {canonical(tag): tag for tag in sorted(available, reverse=True)}
    for given in wanted:
        try:
            tag = canonical(given)
        except UnknownLanguage:
            continue
        found = _serve(tag, tuple(sorted(on_offer)))
        if found is not None:
            return Match(tag=on_offer[found], wanted=tag)
    return None


def direction(tag: str) -> Literal["ltr", "rtl"]:
    """In which direction ``tag`` is written, judged by its script. Raises UnknownLanguage."""
    return "rtl" if _likely(_split(canonical(tag))).script in _RTL_SCRIPTS else "ltr"


@lru_cache(maxsize=512)
def native_name(tag: str) -> str:
    """What speakers call ``tag``, as a menu shows it: ``Français``, ``Azərbaycan``, ``繁體中文``.

    A language that CLDR has no name for is shown by its tag. Raises :class:`UnknownLanguage`.
    """
    tag = canonical(tag)
    locale = next(filter(None, map(cldr_locale, fallback_chain(tag))), None)
    if locale is None:
        return tag
    language, script, territory, _ = _split(tag)
    # CLDR names some combinations as a whole; what it does not is added in parentheses.
    for key, rest in (
        (f"{language}_{script}_{territory}", ()),
        (f"{language}_{script}", (locale.territories.get(territory),)),
        (f"{language}_{territory}", (locale.scripts.get(script),)),
        (language, (locale.scripts.get(script), locale.territories.get(territory))),
    ):
        name: str | None = locale.languages.get(key)
        if name:
            more = ", ".join(filter(None, rest))
            return name[0].upper() + name[1:] + (f" ({more})" if more else "")
    return tag


@lru_cache(maxsize=512)
def cldr_locale(tag: str) -> Locale | None:
    """CLDR's locale for exactly ``tag``, territory and script made explicit if need be."""
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


@lru_cache(maxsize=4096)
def _serve(tag: str, on_offer: tuple[str, ...]) -> str | None:
    chain = fallback_chain(tag)
    for step in chain:
        if step in on_offer:
            return step
    written = _written(tag)
    relatives = (offer for offer in on_offer if _written(offer) == written)
    return min(relatives, key=lambda offer: (*_distance(chain, offer), offer), default=None)


def _distance(chain: tuple[str, ...], offer: str) -> tuple[int, bool]:
    """How far up ``chain`` its line and that of ``offer`` meet, and whether ``offer`` is other
    than the form that CLDR takes the bare meeting point to mean (``pt`` → ``pt-BR``)."""
    theirs = fallback_chain(offer)
    for steps, step in enumerate(chain):
        if step in theirs:
            return steps, _likely(_split(step)) != _likely(_split(offer))
    return len(chain), True


def _written(tag: str) -> tuple[str, str]:
    likely = _likely(_split(tag))
    return ("nb" if likely.language in _BOKMAL else likely.language, likely.script)


def _ancestors(tag: _Subtags) -> Iterator[_Subtags]:
    yield tag
    if tag.variants:
        tag = tag._replace(variants=())
        yield tag
    likely = _likely(tag)
    if not tag.script and likely.script != _likely(_Subtags(tag.language, "", "")).script:
        tag = tag._replace(script=likely.script)
        yield tag
    parents: Mapping[str, str] = get_global("parent_exceptions")
    while True:
        parent = parents.get(str(tag).replace("-", "_"))
        if parent is not None:
            above = _split(parent.replace("_", "-"))
        elif tag.territory:
            above = tag._replace(territory="")
        elif tag.script:
            above = tag._replace(script="")
        else:
            return
        # hi-Latn inherits *formats* from en-IN, ht from fr-HT: no stand-in for reading.
        kin = above.language == tag.language or above.language in _BOKMAL
        if not kin or _likely(above).script != likely.script:
            return
        tag = above
        yield tag


def _split(tag: str) -> _Subtags:
    parsed = langcodes.Language.get(tag, normalize=False)
    return _Subtags(
        parsed.language or "",
        parsed.script or "",
        parsed.territory or "",
        tuple(parsed.variants or ()),
    )


@lru_cache(maxsize=2048)
def _likely(tag: _Subtags) -> _Subtags:
    """``tag`` with script and territory filled in (UTS 35, "Add Likely Subtags")."""
    likely: Mapping[str, str] = get_global("likely_subtags")
    language, script, territory, variants = tag
    for key in (
        (language, script, territory),
        (language, "", territory),
        (language, script, ""),
        (language, "", ""),
        ("und", script, ""),
    ):
        full = likely.get("_".join(filter(None, key)))
        if full is not None:
            parts = full.split("_")
            return _Subtags(language, script or parts[1], territory or parts[2], variants)
    return tag
