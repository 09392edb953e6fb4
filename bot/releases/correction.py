"""What is changed in a text after readers have it: kinds, notes to readers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from bot.errors import Conflict, NotFound
from bot.releases.release import Release
from translations.locales import best_match
from translations.text import Text, text

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

LONGEST_NOTE = 600
"""Characters: a note is a sentence or two, and stands above the text in a message."""


class Kind(StrEnum):
    """A ``typo`` is put right silently; ``clarification`` and ``correction`` are told of; a
    ``retraction`` withdraws the text (product rule 7)."""

    TYPO = "typo"
    CLARIFICATION = "clarification"
    CORRECTION = "correction"
    RETRACTION = "retraction"


@dataclass(frozen=True, kw_only=True)
class Correction:
    """The ``number``-th of one published text. ``notes`` say by language what readers are told;
    ``languages`` are those whose text changed; ``at`` is in UTC."""

    number: int
    kind: Kind
    notes: Mapping[str, str]
    languages: tuple[str, ...]
    at: datetime

    def concerns(self, language: str) -> bool:
        """Whether readers in ``language`` see a note of it."""
        return self.kind is not Kind.TYPO and language in self.languages

    def note_in(self, language: str) -> str:
        """The note in the language nearest to ``language``, else the one that there is."""
        match = best_match([language], self.notes)
        return self.notes[match.tag] if match else next(iter(self.notes.values()), "")

    def as_text(self, language: str, on: date) -> Text:
        """What readers in ``language`` are told, dated ``on`` their office's calendar."""
        note = self.note_in(language)
        if self.kind is Kind.CLARIFICATION:
            return text("Clarification, {date}: {note}", date=on, note=note)
        if self.kind is Kind.RETRACTION:
            return text("This press release was withdrawn on {date}: {note}", date=on, note=note)
        return text("Correction, {date}: {note}", date=on, note=note)


def notes_of(given: Sequence[str], release: Release) -> dict[str, str]:
    """Notes by language from ``["fr=…", "…"]``: without a language, the original's.

    Raises ``Conflict`` for two in one language, or one that is too long, ``NotFound`` for one in
    a language that the release does not have.
    """
    notes: dict[str, str] = {}
    for one in given:
        tag, equals, words = one.partition("=")
        if not equals or not _TAG.fullmatch(tag.strip()):
            tag, words = release.original, one
        elif tag.strip() not in release.variants:
            raise NotFound(
                text(
                    "“{slug}” has no variant in {language}. There are: {known}.",
                    slug=release.slug,
                    language=tag.strip(),
                    known=tuple(release.variants),
                )
            )
        tag, words = tag.strip(), " ".join(words.split())
        if not words:
            continue
        if tag in notes:
            raise Conflict(text("There are two notes in {language}. Give one.", language=tag))
        if len(words) > LONGEST_NOTE:
            raise Conflict(
                text(
                    "A note has at most {most} characters, and this one has {count}. Shorten it.",
                    most=LONGEST_NOTE,
                    count=len(words),
                )
            )
        notes[tag] = words
    return notes


def demand_notes(kind: Kind, notes: Mapping[str, str]) -> None:
    """Raises ``Conflict``: only a typo may be put right without a word to readers."""
    if kind is not Kind.TYPO and not notes:
        raise Conflict(
            text("Say in a note what readers are told. Only a typo is put right silently.")
        )


def kept_approvals(before: Release, after: Release) -> Release:
    """``after`` with the approvals that ``before`` had: a typo in the original changes nothing
    that its translations were approved for."""
    variants = {
        tag: replace(variant, approved_original_hash=after.original_hash)
        if tag in before.variants
        and before.is_approved(tag)
        and before.variants[tag].content_hash == variant.content_hash
        else variant
        for tag, variant in after.variants.items()
    }
    return replace(after, variants=variants)
