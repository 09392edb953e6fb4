"""What intake hands on: a draft with the problems found, and how they are collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.errors import BadDocument, Problem
from bot.releases.picture import Picture
from bot.releases.release import Issuer, Release
from translations.text import Text, text

MOST_PROBLEMS = 100
"""Past this many the rest of a hostile or hopeless document is not worth a person's reading."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the sender said, and what the office's settings say, about incoming documents.

    ``languages`` are the office's, the first being the fallback. ``default_zone`` (IANA) is for
    times that name no zone. ``issuer`` stands in where a document names none. ``language``
    (canonical) and ``slug`` overrule what is found; ``original`` (canonical) says which of several
    texts is the original. ``today``, if given, dates a text that bears no date.
    """

    languages: Sequence[str] = ("en",)
    default_zone: str = "UTC"
    language: str | None = None
    slug: str | None = None
    original: str | None = None
    issuer: Issuer | None = None
    of: date | None = None
    """The date of the release that is known already, for a text that does not repeat it."""
    today: date | None = None
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    """By their digests, those that are stored already: they need not be made again."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A release as it was read, with what staff should look at; ``sources`` are file names.

    An observance that was read from a letter's headline has ``accepted=False``. ``alone``: a text
    in one language that does not say that it is an original, so that it may be a translation.
    ``common``: what several texts have in common, by which they were taken as one release.
    """

    release: Release
    problems: tuple[Problem, ...] = ()
    sources: tuple[str, ...] = ()
    alone: bool = False
    common: tuple[Text, ...] = ()


class LanguageUnsure(BadDocument):
    """Only the language of a text is in question; ``likely`` are the likeliest, the first first."""

    def __init__(self, problems: Sequence[Problem], likely: tuple[str, ...]) -> None:
        super().__init__(problems)
        self.likely = likely


@dataclass(frozen=True)
class Place:
    """A file, as its sender knows it, and a line from 1 on, or the file as a whole."""

    where: str
    line: int | None = None


@dataclass
class Findings:
    """The problems met so far, in order, each once.

    ``unsure``: the likeliest languages of a text whose language has to be asked about.
    """

    problems: list[Problem] = field(default_factory=list)
    bad: bool = False
    unsure: tuple[str, ...] = ()

    def fatal(self, place: Place, what: Text) -> None:
        self.bad = True
        self._add(Problem(what=what, where=place.where, line=place.line, fatal=True))

    def note(self, place: Place, what: Text) -> None:
        self._add(Problem(what=what, where=place.where, line=place.line))

    def _add(self, problem: Problem) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            if problem not in self.problems:
                self.problems.append(problem)
        elif len(self.problems) == MOST_PROBLEMS:
            self.problems.append(
                Problem(
                    what=text("There are more problems. Solve these first, then try again."),
                    where=problem.where,
                    fatal=self.bad,
                )
            )

    def raise_if_bad(self) -> None:
        """Raise :class:`BadDocument` if anything found so far is fatal."""
        if self.bad and self.unsure and sum(p.fatal for p in self.problems) == 1:
            raise LanguageUnsure(self.problems, self.unsure)
        if self.bad:
            raise BadDocument(self.problems)
