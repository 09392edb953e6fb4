"""Which language a document is taken to be in, and what to ask about it."""

from __future__ import annotations

from bot.releases.intake.detect import SURE
from bot.releases.intake.document import Findings, Options, Place
from translations.messages import interface_languages
from translations.text import text

GUESS = 0.5
"""Confidence below which a language is not taken on trust."""


def reading_languages(options: Options) -> tuple[str, ...]:
    """The languages a letter may be in: the one said, the office's, then all known here."""
    said = (options.language,) if options.language else ()
    return tuple(dict.fromkeys((*said, *options.languages, *interface_languages(), "en")))


def language_of(
    answer: tuple[str, float], place: Place, options: Options, findings: Findings
) -> str | None:
    """The language a text is taken to be in, after asking about what is not sure."""
    tag, sure = answer
    if sure < GUESS:
        findings.fatal(
            place, text("The language of the text is not certain. Name it: --language fr")
        )
        return None
    if sure < SURE:
        findings.note(
            place,
            text(
                "The text seems to be in {language}. If not, name its language: --language fr",
                language=tag,
            ),
        )
    if tag not in options.languages:
        findings.note(
            place,
            text(
                "The text is in {language}, which is not one of the office’s languages.",
                language=tag,
            ),
        )
    return tag
