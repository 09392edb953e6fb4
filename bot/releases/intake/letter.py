"""A press release that came as a letter, or as text pasted into a chat."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.releases.intake.anatomy import Letter, take_apart
from bot.releases.intake.columns import in_columns
from bot.releases.intake.detect import GUESS, SURE, DetectionFailed, detect
from bot.releases.intake.document import Draft, Findings, Options, Place
from bot.releases.intake.kinship import language_of_name
from bot.releases.intake.layout import Unit
from bot.releases.intake.letterhead import HeadReader, Letterhead
from bot.releases.intake.shared import first_address
from bot.releases.intake.slug import check_slug, slugify
from bot.releases.intake.tongue import language_of, reading_languages
from bot.releases.intake.writing import body_of
from bot.releases.release import (
    UN_LANGUAGES,
    Issuer,
    ObservanceSpec,
    RelatedDocument,
    Release,
    Variant,
)
from bot.releases.symbols import symbols
from translations.letter import find_ordinal, letter_words
from translations.text import text

_FINISHED = tuple('.!?…。！？؟۔।"”’»“)）]』」›:：')
_UNFINISHED_ITEM = tuple(";,،؛；，、:-–")


def read_letter(
    every: Sequence[Unit], where: str, options: Options, findings: Findings
) -> Draft | None:
    """The draft in the units of a letter, or None if something fatal was found.

    Wording is kept to the byte; the letterhead and the date line become issuer, contact and date.
    """
    tags = reading_languages(options)
    letter = take_apart(every, where, tags, options, findings)
    if letter is None:
        return None
    # The foot of the page goes on with the address that its head begins.
    above = sorted(letter.head, key=lambda unit: unit.kind == "foot")
    head = HeadReader(letter_words(tag) for tag in tags).read(in_columns(above))
    language, names = _languages(letter, head, where, options, findings)
    if language is None:
        return None
    # Read the date as the letter's own language writes it: “listopad” is October in Croatian and
    # November in Polish.
    letter = take_apart(every, where, (language, *tags), options, findings) or letter
    day = letter.date_line.day
    _look_at_the_weekday(letter, every, where, findings)
    slug = options.slug or slugify(letter.headline.text, day)
    check_slug(slug, Place(where), findings)
    if findings.bad:
        return None
    observance, occasion = _observance(letter.headline, day, language, where, findings)
    variant = Variant(
        language=language,
        headline=letter.headline.text,
        body=body_of(letter.body),
        occasion=occasion,
    )
    _look_at_the_end(letter, where, findings)
    release = Release(
        slug=slug,
        original=language,
        date=day,
        dateline=letter.date_line.place,
        variants={language: variant},
        issuer=_issuer(head, names, options),
        contact=head.contact,
        related=tuple(_document(unit) for unit in letter.related),
        observance=observance,
    )
    return Draft(release=release, problems=tuple(findings.problems), sources=(where,), alone=True)


def _languages(
    letter: Letter, head: Letterhead, where: str, options: Options, findings: Findings
) -> tuple[str | None, dict[str, str]]:
    """The language of the text, and the issuer's names by language."""
    place = Place(where)
    texts = [unit.text for unit in head.names]
    if options.language is None:
        texts.append("\n".join(unit.text for unit in (letter.headline, *letter.body)))
    try:
        guesses = detect(texts, reading_languages(options))
    except DetectionFailed as error:
        findings.fatal(place, error.what)
        return None, {}
    language = options.language
    if language is None:
        named = language_of_name(where, reading_languages(options))
        language = language_of(guesses.pop(), place, options, findings, named)
    names: dict[str, str] = {}
    for unit, guess in zip(head.names, guesses, strict=True):
        tag = guess.tag
        if guess.sure < GUESS:
            tag = language or tag
        if guess.sure < SURE:
            findings.note(
                Place(where, unit.line),
                text(
                    "The name “{name}” is taken to be in {language}. Check it.",
                    name=unit.text[:80],
                    language=tag,
                ),
            )
        names[tag] = f"{names[tag]}, {unit.text}" if tag in names else unit.text
    return language, names


def _issuer(head: Letterhead, names: dict[str, str], options: Options) -> Issuer:
    if names:
        return Issuer(names=names, address=head.address)
    known = options.issuer or Issuer()
    return replace(known, address=head.address) if head.address else known


def _observance(
    headline: Unit, day: date, language: str, where: str, findings: Findings
) -> tuple[ObservanceSpec | None, str]:
    """What the headline seems to commemorate, for staff to accept, and its title pattern."""
    found = find_ordinal(headline.text, language)
    if found is None or not 0 < found[0] < day.year:
        return None, ""
    years, pattern = found
    try:
        origin = day.replace(year=day.year - years)
    except ValueError:  # 29 February, in a year that has none
        origin = day.replace(year=day.year - years, day=28)
    findings.note(
        Place(where, headline.line),
        text(
            "The headline names an anniversary. Proposed: {years} years since {origin}, every year "
            "as “{pattern}”. Accept it with --accept-observance or the button.",
            years=years,
            origin=origin,
            pattern=pattern,
        ),
    )
    return ObservanceSpec(origin=origin, accepted=False), pattern


def _document(unit: Unit) -> RelatedDocument:
    """One item of the list: its wording, and what in it can be followed.

    UN documents that bear a symbol are issued in the six official languages.
    """
    found = symbols(unit.words)
    return RelatedDocument(
        text=unit.words,
        url=first_address(unit.words) or next(iter(unit.links), ""),
        symbols=found,
        languages=UN_LANGUAGES if found else (),
    )


def _look_at_the_weekday(
    letter: Letter, every: Sequence[Unit], where: str, findings: Findings
) -> None:
    """A day of the week that does not go with the date: one of the two is a slip."""
    line = letter.date_line
    if line.weekday is not None and line.weekday != line.day.weekday():
        findings.note(
            Place(where, every[line.first].line),
            text(
                "The letter names another day of the week than that of {date}. Check the date.",
                date=line.day,
            ),
        )


def _look_at_the_end(letter: Letter, where: str, findings: Findings) -> None:
    """Say so where the letter seems to break off."""
    last = (letter.related or letter.body or (letter.headline,))[-1]
    place = Place(where, last.line)
    if letter.related:
        if last.text.endswith(_UNFINISHED_ITEM):
            findings.note(
                place,
                text(
                    "The list ends with “{mark}”, as if more were to follow: it is possibly "
                    "truncated. Compare it with the original.",
                    mark=last.text[-1],
                ),
            )
    elif not letter.body:
        findings.note(place, text("There is no text below the headline."))
    elif not last.text.endswith(_FINISHED) and re.search(r"\w", last.text):
        findings.note(
            place,
            text(
                "The text ends without a full stop: it is possibly truncated. Compare it with "
                "the original."
            ),
        )
