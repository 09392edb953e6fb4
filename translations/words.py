"""The words of a text as they are looked for: in any case, with or without accents. Pure.

A text and what is asked for are folded alike, so that “Élysée” is found by “elysee”, «الإعلانُ»
by «الاعلان», “Işık” by “isik”, “Azərbaycan” by “azerbaycan” and “５” by “5”. In scripts that do
not part words by spaces (Chinese, Japanese, Thai …) every two neighbours are a word.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from translations.folding import fold, letters, parted

LONGEST = 50_000
"""Characters of a text that are looked at: some fifteen pages of print."""

LONGEST_WORD = 64
_LONGEST_UNIT = 8
LONGEST_QUESTION = 300

MOST_TERMS = 12
"""Of what is asked for; the rest is left out."""

_BEGINNING = 5
"""Letters by which words are told apart in languages that have no stemmer: nearly as good as one
(Can et al., Information retrieval on Turkish texts, JASIST 59, 2008)."""

_NORWEGIAN = {"nb": "no", "nn": "no"}
# Without it “the declaration” and “declaration” have different stems.
_ARABIC_ARTICLE = re.compile("^[وف]?(?:ال|بال|كال|لل)(?=..)")
_DOTLESS = dict.fromkeys(("az", "tr"), str.maketrans("Iİ", "ıi"))

# Scripts without spaces, and Hangul, where endings are written on to the word.
_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1980-\u19ff\u1a20-\u1aaf\u3005-\u3007\u3040-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)
_CHUNK = re.compile(r"\S+")
_QUOTED = re.compile(r'"([^"]*)"?')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』〝〞＂", '"'))
_APOSTROPHE = re.compile("['‘’ʼ＇]")


@dataclass(frozen=True, kw_only=True)
class Term:
    """What a text must have: ``words`` one after the other or, if it is one, its ``stem``."""

    words: tuple[str, ...]
    stem: str = ""


class _Placed(NamedTuple):
    """A word and where it stands in the folded text; how many characters it is made of."""

    word: str
    start: int
    end: int
    units: int = 0


def words(text: str) -> list[str]:
    """The words of ``text``, folded, in order. What comes after ``LONGEST`` is left out."""
    folded = fold(text[:LONGEST])
    if not _UNSPACED.search(folded):
        return [word[:LONGEST_WORD] for word in folded.split()]
    return [placed.word for placed in _placed(folded)]


def other_forms(text: str, language: str) -> list[str]:
    """What else ``text`` is found by, folded, each once: the stems of words that are inflected
    and, where words are pairs of characters, the single ones."""
    known = list(dict.fromkeys(_in_lower_case(text[:LONGEST], language).split()))
    found: dict[str, None] = {}
    for word, bare in zip(_folded_lines(known), _bares(known, language), strict=True):
        if bare:
            found[bare] = None
        elif runs := _UNSPACED.findall(word):
            found |= dict.fromkeys(unit for run in runs for unit in _units(run))
    return list(found)


def terms(asked: str, language: str) -> tuple[Term, ...]:
    """What a reader of ``language`` asks for: a text must have all of it.

    What stands in quotation marks is wanted in just this form and order.
    """
    asked = asked[:LONGEST_QUESTION].translate(_QUOTES)
    found: dict[Term, None] = {}
    position = 0
    for quoted in _QUOTED.finditer(asked):
        found |= dict.fromkeys(_loose(asked[position : quoted.start()], language))
        found |= dict.fromkeys(_phrase(quoted[1]))
        position = quoted.end()
    found |= dict.fromkeys(_loose(asked[position:], language))
    return tuple(found)[:MOST_TERMS]


def places(text: str, wanted: Sequence[Term], language: str) -> list[tuple[int, int]]:
    """Where ``text`` has what is ``wanted``: starts and ends, in order, none touching another."""
    parts = letters(text)
    ends = list(accumulate(map(len, parts)))
    folded = "".join(parts)

    def own(start: int, end: int) -> tuple[int, int]:
        first, last = bisect_right(ends, start), bisect_right(ends, end - 1) + 1
        while last < len(parts) and not parts[last]:
            last += 1  # marks that belong to the last letter
        return first, last

    placed = list(_placed(folded))
    once = list({one.word: one for one in placed if not one.units}.values())
    written = "\n".join(text[slice(*own(one.start, one.end))] for one in once)
    lines = _in_lower_case(written, language).split("\n") if once else []
    bare = {one.word: bare for one, bare in zip(once, _bares(lines, language), strict=True)}
    merged: list[tuple[int, int]] = []
    for start, end in sorted(own(*span) for span in _matches(folded, placed, wanted, bare)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _matches(
    folded: str, placed: Sequence[_Placed], wanted: Sequence[Term], bare: Mapping[str, str]
) -> Iterator[tuple[int, int]]:
    for term in wanted:
        size = len(term.words)
        if size > 1:
            for n in range(len(placed) - size + 1):
                if tuple(one.word for one in placed[n : n + size]) == term.words:
                    yield placed[n].start, placed[n + size - 1].end
        elif _is_unit(term.words[0]):
            yield from (found.span() for found in re.finditer(term.words[0], folded))
        else:
            alike = {term.words[0], term.stem} - {""}
            for one in placed:
                if one.word in alike or bare.get(one.word) in alike:
                    yield one.start, one.end


def _loose(asked: str, language: str) -> Iterator[Term]:
    for chunk in asked.split():
        # Of l’anniversaire, п’ять and O’Brien the part that says most.
        part = max(_APOSTROPHE.split(chunk), key=len)
        found = tuple(_phrase(part))
        if len(found) == 1 and len(found[0].words) == 1 and not _UNSPACED.search(part):
            (bare,) = _bares([_in_lower_case(part, language).strip()], language)
            yield Term(words=found[0].words, stem=bare)
        else:
            yield from found


def _phrase(asked: str) -> Iterator[Term]:
    """One term; before and after it single characters, which may be halves of pairs."""
    placed = list(_placed(fold(asked)))[:MOST_TERMS]
    start = int(len(placed) > 1 and placed[0].units == 1)
    end = len(placed) - int(len(placed) - start > 1 and placed[-1].units == 1)
    for part in (placed[:start], placed[start:end], placed[end:]):
        if part:
            yield Term(words=tuple(one.word for one in part))


def _placed(folded: str) -> Iterator[_Placed]:
    for chunk in _CHUNK.finditer(folded):
        position, end = chunk.span()
        for run in _UNSPACED.finditer(folded, position, end):
            if position < run.start():
                yield _whole(folded, position, run.start())
            yield from _pairs(folded, *run.span())
            position = run.end()
        if position < end:
            yield _whole(folded, position, end)


def _whole(folded: str, start: int, end: int) -> _Placed:
    return _Placed(folded[start : min(end, start + LONGEST_WORD)], start, end)


def _pairs(folded: str, start: int, end: int) -> Iterator[_Placed]:
    units = _units(folded[start:end])
    if len(units) == 1:
        yield _Placed(units[0], start, end, 1)
    for one, other in pairwise(units):
        yield _Placed(one + other, start, start + len(one + other), 2)
        start += len(one)


def _units(run: str) -> list[str]:
    """Characters with the vowels and tones that stand over and under them."""
    units: list[str] = []
    for letter in run:
        if units and unicodedata.category(letter)[0] == "M" and len(units[-1]) < _LONGEST_UNIT:
            units[-1] += letter
        else:
            units.append(letter)
    return units


def _is_unit(word: str) -> bool:
    return bool(_UNSPACED.fullmatch(word)) and len(_units(word)) == 1


def _in_lower_case(text: str, language: str) -> str:
    """``text`` as a stemmer wants it: small letters in one piece, with their accents, and spaces
    for all else."""
    text = unicodedata.normalize("NFC", text).translate(_DOTLESS.get(_bare_tag(language), {}))
    return parted(text.lower())


def _bare_tag(language: str) -> str:
    return language.partition("-")[0]


def _bares(words: Sequence[str], language: str) -> list[str]:
    """The stem of each word, folded; "" where it is the word itself, or cannot be told."""
    stemmed = _folded_lines(_stems(words, language))
    return [
        "" if bare == word or " " in bare or _UNSPACED.search(bare) else bare[:LONGEST_WORD]
        for word, bare in zip(_folded_lines(words), stemmed, strict=True)
    ]


def _folded_lines(words: Sequence[str]) -> list[str]:
    """All at once, which takes a fraction of the time."""
    return fold("\n".join(words)).split("\n") if words else []


def _stems(words: Sequence[str], language: str) -> list[str]:
    """By Snowball (https://snowballstem.org/algorithms/), whose algorithms PostgreSQL has, too."""
    from Stemmer import Stemmer

    bare = _bare_tag(language)
    try:
        stemmer = Stemmer(_NORWEGIAN.get(bare, bare))
    except KeyError:
        return [word[:_BEGINNING] for word in words]
    if bare == "ar":
        words = [_ARABIC_ARTICLE.sub("", word) for word in words]
    return list(stemmer.stemWords(words))
