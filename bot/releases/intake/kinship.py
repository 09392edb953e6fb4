"""Whether two texts are one release in two languages: what they have in common tells. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from urllib.parse import urlsplit

from bot.releases.body import paragraphs, plain
from bot.releases.links import find_links
from bot.releases.release import Release
from bot.releases.symbols import symbols
from translations.locales import UnknownLanguage, canonical
from translations.text import Text, text

ENOUGH = 3
"""Points from which two texts are taken together."""

# Thousands are parted by points, commas, apostrophes or spaces of any width.
_NUMBER = re.compile(r"\d{1,3}(?:[.,'’ \u00a0\u202f\u2009٬]\d{3})+(?!\d)|\d+")
_FEWEST_NUMBERS = 3
_LANGUAGE_PART = re.compile(r"(?:^|[._\- (\[])([A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?)[)\]]?$")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?|")
_LANGUAGE_FIRST = re.compile(r"^([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)[._\- ]+(?=.)")


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What of a text stays the same in a translation."""

    language: str
    day: date
    shape: int
    related: int
    numbers: frozenset[int]
    links: frozenset[str]
    symbols: frozenset[str]
    origin: date | None
    contact: frozenset[str]
    stem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Kinship:
    """``points`` for and against, and what speaks for it, in words."""

    points: int
    reasons: tuple[Text, ...]

    @property
    def close(self) -> bool:
        return self.points >= ENOUGH


def traits(release: Release, language: str | None = None, source: str = "") -> Traits:
    """Of the text in ``language``, by default the original; ``source`` is its file's name."""
    language = language or release.original
    variant = release.variants[language]
    original = language == release.original
    related = [document.text for document in release.related] if original else []
    words = "\n".join((variant.headline, plain(variant.body), *related))
    addresses = [link.url for link in find_links(words) if link.schema != "mailto:"]
    blocks = paragraphs(variant.body)
    addresses += [s.url for b in blocks for s in b.spans if s.url.startswith("http")]
    addresses += [document.url for document in release.related if document.url and original]
    observance = release.observance
    return Traits(
        language=language,
        day=release.date,
        shape=len(blocks),
        related=len(related),
        numbers=frozenset(n for n in map(_value, _NUMBER.findall(words)) if n > 9),
        links=frozenset(filter(None, map(_landmark, addresses))),
        symbols=frozenset(symbols(words)),
        origin=observance.origin if observance is not None else None,
        contact=frozenset(
            _digits(n) for n in (*release.contact.phones, *release.contact.faxes) if _digits(n)
        ),
        stem=stem_of(source),
    )


def kinship(one: Traits, other: Traits) -> Kinship:
    """How closely two texts are related. Of another day, or in the same language: not at all."""
    if one.day != other.day or one.language == other.language:
        return Kinship(points=0, reasons=())
    points = 0
    reasons: list[Text] = [text("date")]
    if one.stem is not None and one.stem == other.stem:
        points += 3
        reasons.append(text("file name"))
    for (a, b), what in (
        ((one.symbols, other.symbols), text("document symbols")),
        ((one.links, other.links), text("web addresses")),
    ):
        if a & b:
            points += 2
            reasons.append(what)
        elif a and b:
            points -= 1
    points += _by_numbers(one.numbers, other.numbers, reasons)
    points += _by_shape(one, other, reasons)
    if one.origin is not None and other.origin is not None:
        points += 1 if one.origin == other.origin else -3
    if one.contact & other.contact:
        points += 1
    return Kinship(points=points, reasons=tuple(reasons))


def _by_numbers(one: frozenset[int], other: frozenset[int], reasons: list[Text]) -> int:
    """The date itself is in both, wherever it is written out."""
    fewest = min(len(one), len(other))
    if fewest == 0:
        return 0
    shared = len(one & other)
    if shared >= min(_FEWEST_NUMBERS, max(len(one), len(other))) and shared >= fewest * 0.6:
        reasons.append(text("numbers"))
        return 2 if shared >= _FEWEST_NUMBERS else 1
    return -2 if fewest >= _FEWEST_NUMBERS and shared < fewest * 0.3 else 0


def _by_shape(one: Traits, other: Traits, reasons: list[Text]) -> int:
    points = 0
    if one.shape == other.shape > 1:
        reasons.append(text("number of paragraphs"))
        points += 2 if one.shape >= 5 else 1
    elif abs(one.shape - other.shape) > max(1, one.shape // 4):
        points -= 1
    if one.related == other.related > 0:
        points += 1
    return points


def stem_of(source: str) -> str | None:
    """A file's name without its language: ``statement_en.docx`` → ``statement``.

    "" where it is a language and nothing else (``en.txt``); None where it names no language.
    """
    return _name_parts(source)[0]


def language_of_name(source: str, known: Sequence[str]) -> str | None:
    """The language, one of ``known``, that a file's name ends or begins with."""
    tag = _name_parts(source)[1]
    return (
        tag if tag is not None and tag.split("-")[0] in {k.split("-")[0] for k in known} else None
    )


def _name_parts(source: str) -> tuple[str | None, str | None]:
    path = PurePath(source)
    name = path.stem
    for pattern in (_LANGUAGE_PART, _LANGUAGE_FIRST):
        found = pattern.search(name)
        if found is None:
            continue
        try:
            tag = canonical(found[1])
        except UnknownLanguage:
            continue
        rest = name[: found.start()] + name[found.end() :]
        return f"{path.parent}/{rest.casefold().strip()}", tag
    return None, None


def _value(written: str) -> int:
    return int("".join(c for c in written if c.isdecimal())[:18])


def _digits(written: str) -> str:
    return "".join(str(unicodedata.digit(c)) for c in written if c.isdecimal())


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _landmark(url: str) -> str:
    """What of an address stays the same in its pages in other languages: the host, and the
    numbers in it, else its path. A site's front page is in everything that an office writes."""
    host = _host(url)
    labels = host.split(".")
    if len(labels) > 2 and len(labels[0]) == 2:
        host = ".".join(labels[1:])
    path = [part for part in urlsplit(url).path.split("/") if not _LANGUAGE_TAG.fullmatch(part)]
    numbers = re.findall(r"\d+", "/".join(path))
    landmark = "/".join(numbers or path)
    return f"{host} {landmark}" if host and landmark.strip("/") else ""


def closest(new: Traits, known: Sequence[Traits]) -> tuple[int, Kinship] | None:
    """Which of ``known`` the text belongs to, by index, if to any."""
    found = [(i, kinship(each, new)) for i, each in enumerate(known)]
    close = [(i, kin) for i, kin in found if kin.close]
    return max(close, key=lambda each: each[1].points, default=None)
