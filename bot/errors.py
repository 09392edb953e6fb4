"""The one tree of errors: each says what, where and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from translations.text import Text, text


class PolyheraldError(Exception):
    """Root of everything this service raises on purpose.

    ``what`` is for a person and ends with the remedy; it is put into words where the reader's
    language is known.
    """

    def __init__(self, what: Text) -> None:
        super().__init__(str(what))
        self.what = what


class SettingsError(PolyheraldError):
    """A setting has a value that cannot be used; names key, value and what is allowed."""


class StoreError(PolyheraldError):
    """The database cannot be used: unreachable, locked by another service, from the future."""


class NotFound(PolyheraldError):
    """There is no release, announcement or subscriber of that name."""


class NotAllowed(PolyheraldError):
    """This member of staff may not do that, or that move is not legal in this state."""


class Conflict(PolyheraldError):
    """The thing changed meanwhile, or already is as asked."""


class TransportError(PolyheraldError):
    """A transport cannot be used at all (a refused token, an address of a wrong form)."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong, or worth a look, in an incoming document.

    ``where`` is the file's name as the sender knows it; ``line`` counts from 1. ``fatal``
    problems mean that nothing is stored.
    """

    what: Text
    where: str = ""
    line: int | None = None
    fatal: bool = False

    def as_text(self) -> Text:
        if self.where and self.line is not None:
            return text(
                "{file}, line {line}: {problem}",
                file=self.where,
                line=str(self.line),
                problem=self.what,
            )
        if self.where:
            return text("{file}: {problem}", file=self.where, problem=self.what)
        return self.what


class BadDocument(PolyheraldError):
    """A document cannot be taken in; ``problems`` lists every reason found, in order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        fatal = next((p for p in self.problems if p.fatal), self.problems[0])
        super().__init__(fatal.as_text())
