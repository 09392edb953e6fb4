"""The words by which a press letter is understood, and the anniversary in its headline.

They are in the catalogs (context “letter”), alternatives parted by “|”, so that a new language
needs no code. A language without a catalog is read as English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from translations.catalogs import catalog_for
from translations.ordinals import ordinal_patterns
from translations.text import Text, ptext

# Translators: not sentences to translate but the words that press letters in your language use,
# the usual one first, all in any case, parted by “|”.
_PRESS_RELEASE = ptext("letter", "press release")
_TELEPHONE = ptext("letter", "telephone")
_FAX = ptext("letter", "fax")
_EXTENSION = ptext("letter", "extension")
_EMAIL = ptext("letter", "email")
# Translators: what stands before the date of a letter, as in “Date: 26 June 2026”.
_DATE = ptext("letter", "date")
# Translators: how headlines name an anniversary. {ordinal} stands for “27th”, {years} for “27”.
# Only phrases that stay grammatical for every number: what is found becomes next year's headline.
_ANNIVERSARY = ptext("letter", "anniversary")
# Translators: how letters write an ordinal number before or after {n}, in all usual spellings
# besides those of the context “ordinal”.
_ORDINAL = ptext("letter", "ordinal")

_NUMBER = r"(?<![\dA-Za-z.,/:-])(?P<number>\d{1,4})(?![\d/:]|[.,]\d)"
_HYPHENS = "[-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}]"


@dataclass(frozen=True, kw_only=True)
class LetterWords:
    """Words of one language, the usual one first; compare them without regard to case."""

    press_release: tuple[str, ...]
    telephone: tuple[str, ...]
    fax: tuple[str, ...]
    extension: tuple[str, ...]
    email: tuple[str, ...]
    date: tuple[str, ...]


@lru_cache(maxsize=64)
def letter_words(tag: str) -> LetterWords:
    """The words of a press letter in ``tag``."""
    return LetterWords(
        press_release=_alternatives(_PRESS_RELEASE, tag),
        telephone=_alternatives(_TELEPHONE, tag),
        fax=_alternatives(_FAX, tag),
        extension=_alternatives(_EXTENSION, tag),
        email=_alternatives(_EMAIL, tag),
        date=_alternatives(_DATE, tag),
    )


def find_ordinal(headline: str, tag: str) -> tuple[int, str] | None:
    """The anniversary that ``headline`` (in ``tag``) names: its number, and the headline as a
    pattern with ``{ordinal}`` or ``{years}`` in the number's place. Else ``None``.

    “27th anniversary of the Charter” → ``(27, "{ordinal} anniversary of the Charter")``. Digits
    may be of any script; numbers in words are not recognised. The rest of the headline is kept
    to the letter: the catalogs list only phrases that stay right for every number.
    """
    for phrase in _phrases(tag):
        found = phrase.search(headline)
        number = int(found["number"]) if found else 0
        if found and number:
            slot = "ordinal" if "ordinal" in found.groupdict() else "years"
            start, end = found.span(slot)
            return number, f"{headline[:start]}{{{slot}}}{headline[end:]}"
    return None


@lru_cache(maxsize=64)
def _phrases(tag: str) -> tuple[re.Pattern[str], ...]:
    ours = ordinal_patterns(tag)
    written = {*ours.by_category.values(), *ours.by_ending.values(), *_alternatives(_ORDINAL, tag)}
    spellings = [spelling.partition("{n}") for spelling in written]
    before = _one_of({before for before, _, _ in spellings})
    after = _one_of({after for _, _, after in spellings})
    slots = {
        "ordinal": f"(?P<ordinal>{before}{_NUMBER}{after})",
        "years": f"(?P<years>{_NUMBER})",
    }
    phrases = []
    for template in _alternatives(_ANNIVERSARY, tag):
        match re.split(r"\{(ordinal|years)\}", template):
            case [head, slot, tail]:
                phrase = _loosely(head) + slots[slot] + _loosely(tail)
                phrases.append(re.compile(phrase, re.IGNORECASE))
            case _:  # one slot each; the audit names a template without, it recognises nothing
                continue
    return tuple(phrases)


def _one_of(words: set[str]) -> str:
    return f"(?:{'|'.join(_loosely(word) for word in sorted(words, key=len, reverse=True))})"


def _loosely(words: str) -> str:
    """A pattern for ``words`` with any width of space and any hyphen."""
    pattern = re.sub(r"(?:\\\s)+", r"\\s+", re.escape(words))
    return pattern.replace(r"\-", _HYPHENS)


def _alternatives(entry: Text, tag: str) -> tuple[str, ...]:
    listed = catalog_for(tag).context(entry.context or "", entry.msgid)
    return tuple(filter(None, (word.strip() for word in listed.split("|"))))
