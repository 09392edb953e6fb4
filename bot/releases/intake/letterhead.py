"""The head of a letter: who issues it, where they are, and how to reach them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.releases.intake.layout import Unit, joined
from bot.releases.links import find_links, is_wide
from bot.releases.release import Contact
from translations.letter import LetterWords

_FEWEST_DIGITS = 5
"""Digits of a telephone number; fewer belong to an extension of the number before."""
_PARTS = re.compile(r"[,;،؛、，；]")
_EDGES = " \t\u00a0,;،؛、，；|/·•–—-"
_NUMBER = re.compile(r"[\s\d()+./\-\u2010-\u2013]{7,40}")


@dataclass(frozen=True)
class Letterhead:
    """``names`` of the issuer in the order of the letter, each in some language of its own."""

    names: tuple[Unit, ...]
    address: str
    contact: Contact


@dataclass
class _Found:
    """``begun``: the address has begun in the column that is being read."""

    phones: list[str] = field(default_factory=list)
    faxes: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    address: list[str] = field(default_factory=list)
    names: list[Unit] = field(default_factory=list)
    begun: bool = False
    column: int = 0


class HeadReader:
    """Reads letterheads with the ``words`` of several languages at once."""

    def __init__(self, words: Iterable[LetterWords]) -> None:
        every = list(words)
        phone = _one_of({w for words in every for w in words.telephone})
        fax = _one_of({w for words in every for w in words.fax})
        mail = _one_of({w for words in every for w in words.email})
        separator = r"\s*[/&+]\s*"
        colon = r"\s*\.?\s*[:：]?\s*"
        self._label = re.compile(
            rf"(?:(?P<both>{phone}\.?{separator}{fax}|{fax}\.?{separator}{phone})"
            rf"|(?P<phone>{phone})|(?P<fax>{fax})){colon}(?=[(+\d])"
            rf"|(?P<mail>{mail}){colon}(?=[^\s@]{{1,64}}@)",
            re.IGNORECASE,
        )

    def read(self, units: Sequence[Unit]) -> Letterhead:
        """Every word of ``units`` is in the result, except the labels before numbers.

        What two languages say alike, such as a telephone number, is there once.
        """
        found = _Found()
        for unit in _one_language_after_the_other(units):
            if unit.column != found.column:
                found.begun, found.column = False, unit.column
            self._take(unit, found)
        if not found.names and found.address:
            first = found.address.pop(0)
            found.names.append(Unit(text=first, line=units[0].line, chunk=units[0].chunk))
        return Letterhead(
            names=tuple({unit.text: unit for unit in found.names}.values()),
            address="\n".join(dict.fromkeys(found.address)),
            contact=Contact(
                email=", ".join(dict.fromkeys(found.mails)),
                phones=_each_once(found.phones),
                faxes=_each_once(found.faxes),
            ),
        )

    def _take(self, unit: Unit, found: _Found) -> None:
        labels = list(self._label.finditer(unit.text))
        start = labels[0].start() if labels else len(unit.text)
        before = _without_mails(unit.text[:start], found).strip(_EDGES)
        for i, label in enumerate(labels):
            end = labels[i + 1].start() if i + 1 < len(labels) else len(unit.text)
            value = _without_mails(unit.text[label.end() : end], found).strip(_EDGES)
            numbers, rest = _numbers(value)
            if label["fax"] or label["both"]:
                found.faxes += numbers
            if label["phone"] or label["both"]:
                found.phones += numbers
            found.address += rest
        if not any(c.isalnum() for c in before):
            return
        if not labels and _NUMBER.fullmatch(before) and _digits(before) >= 7:
            found.phones.append(before)
        elif labels or found.begun or _is_address(before):
            found.begun = True
            found.address.append(before)
        else:
            _add_name(
                Unit(text=before, line=unit.line, chunk=unit.chunk, column=unit.column), found
            )


def _one_language_after_the_other(units: Sequence[Unit]) -> Iterator[Unit]:
    """``units`` with names that are set in lines of two languages by turns put in order.

    That they are is told by small letters, with which both go on, or by the scripts.
    """
    at = 0
    while at < len(units):
        end = at + 2
        while end + 1 < len(units) and _turn(units[at : at + 2], units[end : end + 2]):
            end += 2
        if end > at + 2 and _turn(units[at : at + 2], units[at + 2 : end]):
            for start in (at, at + 1):
                lines = [units[i].text for i in range(start, end, 2)]
                yield replace(units[start], text=joined(lines))
            at = end
        else:
            yield units[at]
            at += 1


def _turn(first: Sequence[Unit], following: Sequence[Unit]) -> bool:
    """Whether two lines go on with the names in the two lines ``first``, in the same order."""
    if any(_is_address(unit.text) or unit.column for unit in (*first, *following)):
        return False
    one, other = (_script(unit.text) for unit in first)
    again = [_script(unit.text) for unit in following[:2]]
    small = [unit.text[0].islower() for unit in following[:2]]
    if one != other:
        return again == [one, other] and any(small)
    return again == [one, other] and all(small) and not first[1].text[0].islower()


def _script(words: str) -> str:
    letters = [c for c in words if c.isalpha()]
    return unicodedata.name(letters[0], "").split(" ")[0] if letters else ""


def _add_name(unit: Unit, found: _Found) -> None:
    """A name broken over two lines goes on with a small letter."""
    last = found.names[-1] if found.names else None
    if last is not None and last.column == unit.column and unit.text[0].islower():
        found.names[-1] = replace(last, text=joined([last.text, unit.text]))
    else:
        found.names.append(unit)


def _each_once(numbers: Sequence[str]) -> tuple[str, ...]:
    """Without repeats, whatever digits and signs a number is written with."""
    seen: dict[str, str] = {}
    for number in numbers:
        seen.setdefault(_plain_digits(number), number)
    return tuple(seen.values())


def _plain_digits(number: str) -> str:
    return "".join(str(unicodedata.digit(c)) for c in number if c.isdigit())


def _is_address(words: str) -> bool:
    return any(c.isdigit() for c in words) or next(find_links(words), None) is not None


def _numbers(value: str) -> tuple[list[str], list[str]]:
    """The numbers in ``value`` exactly as written, and what is no number.

    "010-0142, 010-0143, ext. 7" are two: too few digits belong to what precedes them.
    """
    numbers: list[str] = []
    rest: list[str] = []
    start = 0
    for part in _PARTS.finditer(value + ","):
        piece = value[start : part.start()]
        if _digits(piece) >= _FEWEST_DIGITS and _digits(piece) * 3 >= len(piece.strip()):
            numbers.append(piece.strip().rstrip("."))
        elif numbers and not rest and _digits(piece):
            numbers[-1] += value[start - 1 : part.start()].rstrip()
        elif piece.strip(_EDGES):
            rest.append(piece.strip(_EDGES))
        start = part.end()
    return numbers, [", ".join(rest)] if rest else []


def _without_mails(words: str, found: _Found) -> str:
    kept = []
    end = 0
    for link in find_links(words):
        if link.schema == "mailto:":
            found.mails.append(link.url.removeprefix("mailto:"))
            kept.append(words[end : link.index])
            end = link.last_index
    return "".join((*kept, words[end:]))


def _digits(words: str) -> int:
    return sum(c.isdigit() for c in words)


def _one_of(words: set[str]) -> str:
    """A pattern for whole words; Han words have no edges."""
    patterns = []
    for word in sorted(words, key=len, reverse=True):
        pattern = re.escape(word)
        patterns.append(pattern if is_wide(word[0]) else rf"(?<![^\W\d]){pattern}(?![^\W\d])")
    return f"(?:{'|'.join(patterns)})"
