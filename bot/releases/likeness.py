"""Whether a text is one that was published, a part of one, or one that was changed. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal

from bot.releases import body, normal
from bot.releases.difference import Change, changes, spelt
from bot.releases.normal import Spelling, Words
from bot.releases.release import Variant

LONGEST = 8192
"""Characters of a text that are looked at: twice what fits into a message."""

LONGEST_LINE = 100
"""Words that a headline, or anything else without a full stop, may have."""

ALIKE = 0.5
"""How much of a text has to be known for it to count as a changed one rather than another; or
how much of the published one has to be in it, if that is at least so many words:"""
ENOUGH = 12

RUN = 3
"""Words in a row by which the place of a changed text in the published one is found."""

_MARKUP = re.compile(r"[*_`#\\]|\]\(|^\s*>", re.MULTILINE)
_DASHES = re.compile(r"^[^\S\n]*[-–*+][^\S\n]+", re.MULTILINE)
_ENTITY = re.compile(r"&#?\w{2,31};")
_LINK = re.compile(r"(?<!\\)\]\(<?(https?://[^\s)>]{1,2000})")
_ADDRESSES = re.compile(r" ?<(https?://[^\s<>]{1,2000})>")
_EMPTY_LINES = re.compile(r"\n{2,}")

Kind = Literal["same", "part", "changed", "other"]


@dataclass(frozen=True)
class Reading:
    """A text that somebody asks about, in lines; an empty one ends a paragraph.

    ``links`` are the addresses that it leads to, other than those that stand in it as words.
    """

    lines: tuple[str, ...]
    links: tuple[str, ...] = ()

    def without(self, surroundings: Collection[Words], pattern: re.Pattern[str]) -> Reading:
        """Less what stands around a text where it is shown, such as its date and issuer."""
        kept = (
            line
            for line in self.lines
            if not line or (normal.words(line) not in surroundings and not pattern.fullmatch(line))
        )
        return Reading(tuple(kept), self.links)

    def sentences(self, known: Collection[str] = ()) -> Iterator[Words]:
        """A line's end is a paragraph's where what it ends is ``known`` (by its digest): texts
        are broken into lines anywhere, and a headline by nothing but a line's end parted from
        what follows."""
        pending: list[tuple[str, str]] = []
        for line in self.lines:
            found, rest = normal.cut(spelt(line + "\n"))
            for sentence in found:
                yield normal.bare([*pending, *sentence])
                pending = []
            pending += rest
            if pending and (not line or _is_known(pending, known)):
                yield normal.bare(pending)
                pending = []
        if pending:
            yield normal.bare(pending)

    @cached_property
    def words(self) -> Words:
        return tuple(word for line in self.lines for word, _ in spelt(line))


def _is_known(spelling: Spelling, known: Collection[str]) -> bool:
    return len(spelling) <= LONGEST_LINE and normal.digest(normal.bare(spelling)) in known


def readings(
    text: str, links: Sequence[str] = (), *, longest: int = LONGEST
) -> tuple[Reading, ...]:
    """``text`` as it stands and, where it has something of Markdown or of a list, as that reads."""
    text = text[:longest]
    if _ENTITY.search(text):
        text = html.unescape(text)
    found = {_lines(text): tuple(links)}
    if _DASHES.search(text):
        found.setdefault(_lines(_DASHES.sub("", text)), tuple(links))
    if _ADDRESSES.search(text):
        found.setdefault(_lines(_ADDRESSES.sub("", text)), (*links, *_ADDRESSES.findall(text)))
    if _MARKUP.search(text):
        found.setdefault(_lines(body.plain(text)), (*links, *_LINK.findall(text)))
    return tuple(Reading(lines, led) for lines, led in found.items())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(_EMPTY_LINES.sub("\n\n", normal.normal(text)).strip().split("\n"))


def questions(given: Iterable[Reading]) -> tuple[int, ...]:
    """The marks by which what is asked about may be found."""
    ways: list[Sequence[Words]] = []
    for reading in given:
        lines = [normal.words(line) for line in reading.lines if line]
        ways.append(list(reading.sentences()))
        ways.append(normal.units(reading.lines))
        ways.append(lines)
        # “Corrected: The headline”
        ways.append([line[line.index(":") + 1 :] for line in lines if ":" in line[:-1]])
    return normal.questions(ways)


@dataclass(frozen=True, kw_only=True)
class Print:
    """What is kept of a published text for good: digests of its sentences, in order, and of the
    addresses that it leads to. ``also`` are those of what readers were told about it."""

    units: tuple[str, ...]
    links: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()

    @cached_property
    def places(self) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for place, unit in enumerate(self.units):
            found[unit] = (*found.get(unit, ()), place)
        return found


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How a text compares with a published one. ``known`` is how much of it is, or how much of
    that is in it: 1 for all.

    ``foreign`` are addresses that it leads to and the published one does not.
    """

    kind: Kind
    known: float
    foreign: tuple[str, ...] = ()
    changes: tuple[Change, ...] = field(default=())


def compare(reading: Reading, with_: Print) -> Likeness:
    """By digests alone: of texts of which nothing else is kept, it can only be told how many of
    their sentences were left as they were."""
    known = total = 0
    places: list[int] = []
    for sentence in reading.sentences({*with_.places, *with_.also}):
        digest = normal.digest(sentence)
        total += len(sentence)
        if digest in with_.places:
            known += len(sentence)
            places.append(_next(with_.places[digest], places))
        elif digest in with_.also:
            known += len(sentence)
    foreign = tuple(link for link in reading.links if normal.address(link) not in with_.links)
    share = known / total if total else 0.0
    if known >= ENOUGH:
        share = max(share, len(set(places)) / len(with_.units))
    in_order = all(after == before + 1 for before, after in pairwise(places))
    if not total or share < ALIKE:
        return Likeness(kind="other", known=share, foreign=foreign)
    if known < total or not in_order or foreign:
        return Likeness(kind="changed", known=share, foreign=foreign)
    return Likeness(kind="same" if len(places) == len(with_.units) else "part", known=1.0)


def _next(places: Sequence[int], before: Sequence[int]) -> int:
    """Of several places of the same sentence the one that goes on from the last."""
    after = before[-1] if before else -1
    return min((p for p in places if p > after), default=places[0])


def covered(reading: Reading, text: Iterable[str]) -> float:
    """How much of ``reading`` is in a text, given in paragraphs, in runs of words."""
    sentences = [one for paragraph in text for one in normal.sentences(paragraph)]
    return _place(reading.words, sentences)[0]


def inspect(reading: Reading, text: Iterable[str], like: Likeness) -> Likeness:
    """``like`` with every place where ``reading`` differs from the published ``text``, which is
    given in paragraphs."""
    sentences = [one for paragraph in text for one in normal.sentences(paragraph)]
    share, part = _place(reading.words, sentences)
    known = max(share, like.known)
    if not part or known < ALIKE:
        return like
    found: tuple[Change, ...] = ()
    if normal.bare(part) != reading.words:
        found = changes(_worded(normal.written(part)), _worded(" ".join(reading.lines)))
    if found or like.foreign:
        return Likeness(kind="changed", known=known, foreign=like.foreign, changes=found)
    whole = len(part) == sum(map(len, sentences))
    return Likeness(kind="same" if whole else "part", known=1.0)


def _worded(text: str) -> Variant:
    return Variant(language="und", headline="", body=" ".join(text.split()))


def _place(given: Words, sentences: Sequence[Spelling]) -> tuple[float, Spelling]:
    """How much of ``given`` is found in a text, in runs of words, and that text from the first
    sentence to the last in which some of it is."""
    sentence_of = [n for n, sentence in enumerate(sentences) for _ in sentence]
    words = [word for sentence in sentences for word, _ in sentence]
    places: dict[Words, list[int]] = {}
    for at in range(len(words) - RUN + 1):
        places.setdefault(tuple(words[at : at + RUN]), []).append(at)
    seen: set[int] = set()
    sure: list[int] = []
    unsure: list[int] = []
    for at in range(len(given) - RUN + 1):
        found = places.get(given[at : at + RUN])
        if found:
            seen.update(range(at, at + RUN))
            (sure if len(found) == 1 else unsure).extend(found)
    where = sure or unsure
    if not where:
        return 0.0, ()
    first, last = sentence_of[min(where)], sentence_of[max(where) + RUN - 1]
    return len(seen) / len(given), [
        (word, gap or (" " if end == len(sentence) else ""))
        for sentence in sentences[first : last + 1]
        for end, (word, gap) in enumerate(sentence, 1)
    ]
