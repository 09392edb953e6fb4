"""Which language a document is taken to be in, and what to ask about it."""

from __future__ import annotations

from bot.releases.intake.detect import GUESS, SURE, Guess
from bot.releases.intake.document import Findings, Options, Place
from translations.messages import interface_languages
from translations.text import Text, text


def reading_languages(options: Options) -> tuple[str, ...]:
    """The languages a letter may be in: the one said, the office's, then all known here."""
    said = (options.language,) if options.language else ()
    return tuple(dict.fromkeys((*said, *options.languages, *interface_languages(), "en")))


def language_of(
    guess: Guess,
    place: Place,
    options: Options,
    findings: Findings,
    named: str | None = None,
) -> str | None:
    """The language a text is taken to be in, after asking about what is not sure.

    ``named`` is what the file's name says: it decides where the text leaves room for doubt.
    """
    tag, sure = guess.tag, guess.sure
    if named is not None and (sure < SURE or _alike(named, tag)):
        tag, sure = named, 1.0
    if sure < GUESS:
        findings.unsure = guess.likely
        findings.fatal(place, _question(guess))
        return None
    if sure < SURE:
        findings.note(
            place,
            text(
                "The text seems to be in {language}. If not, name its language: --language fr",
                language=tag,
            ),
        )
    if named is not None and not _alike(named, tag):
        findings.note(
            place,
            text(
                "The name of the file says {named}, but the text is in {language}.",
                named=named,
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


def _alike(one: str, other: str) -> bool:
    return one.split("-")[0] == other.split("-")[0]


def _question(guess: Guess) -> Text:
    if guess.next is None:
        return text("The language of the text is not certain. Name it: --language fr")
    return text(
        "The language of the text is not certain; it may be {one} or {other}. Name it: "
        "--language {one}",
        one=guess.tag,
        other=guess.next,
    )
