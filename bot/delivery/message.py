"""From a published text and its reader to the one message they get. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from bot.audience.choice import Choice
from bot.occasions.calendar import local_date
from bot.releases import body
from bot.releases.correction import Correction
from bot.releases.picture import Picture
from bot.releases.publication import Published, filled_headline, issuer_name
from bot.releases.release import Issuer, Release
from bot.settings import Settings
from bot.transports.base import Message, Paragraph, Photo, Span
from translations.catalogs import Catalog, catalog_for
from translations.formats import formats_for
from translations.locales import UnknownLanguage, native_name
from translations.text import text

UNAVAILABLE = text("You asked for: {wanted} (not available). You are reading: {language}.")
"""Says of a fallback, in the reader's language, what it is."""


def page_url(settings: Settings, slug: str, language: str) -> str:
    """The public address of a release's page in one language."""
    return f"{settings.base_url}/{quote(language)}/releases/{quote(slug)}"


def published_message(
    published: Published,
    choice: Choice,
    reader: Sequence[str],
    settings: Settings,
    *,
    corrected: bool = False,
    others: Sequence[str] = (),
) -> Message:
    """What a subscriber who lists the languages ``reader`` gets of ``published``, with buttons to
    the page in each of ``others``.

    A fallback says so in the subscriber's own language (product rule 1); issuer and date are
    always named (rule 8). Who has read it otherwise is told what was ``corrected``.
    """
    variant = published.variants[choice.language]
    own = _readable(reader, choice.language) if choice.fallback else catalog_for(choice.language)
    return Message(
        language=choice.language,
        headline=variant.headline,
        label=_label(choice, reader, own) if choice.fallback else "",
        label_language=own.tag if choice.fallback else "",
        paragraphs=(
            *(_notes(published, choice.language, settings) if corrected else ()),
            *_opening(variant.subhead, variant.body),
        ),
        **_illustrated(
            published.pictures,
            choice.language,
            published.original,
            notes=len(published.corrections_in(choice.language)) if corrected else 0,
        ),
        signature=signature(published.issuer, published.date, choice.language, settings),
        button=(
            own.render(text("Read the full release")),
            page_url(settings, published.slug, choice.language),
        ),
        others=tuple((native_name(tag), page_url(settings, published.slug, tag)) for tag in others),
    )


def correction_notice(published: Published, language: str, settings: Settings) -> Message:
    """The reply that tells of a text which was corrected in its place."""
    words = catalog_for(language)
    headline = published.variants[language].headline
    return Message(
        language=language,
        headline=words.render(text("Corrected: {headline}", headline=headline)),
        paragraphs=_notes(published, language, settings)[-1:],
        signature=signature(published.issuer, published.date, language, settings),
        button=(
            words.render(text("Read the full release")),
            page_url(settings, published.slug, language),
        ),
    )


def withdrawal_notice(published: Published, language: str, settings: Settings) -> Message:
    """What stands in the place of a text that was withdrawn, and the reply that tells of it."""
    words = catalog_for(language)
    headline = published.variants[language].headline
    return Message(
        language=language,
        headline=words.render(text("Withdrawn: {headline}", headline=headline)),
        paragraphs=_notes(published, language, settings)[-1:],
        signature=signature(published.issuer, published.date, language, settings),
    )


def note_text(correction: Correction, language: str, settings: Settings) -> str:
    """What readers in ``language`` are told of a correction, with the office's date of it."""
    on = local_date(settings.timezone, correction.at)
    return catalog_for(language).render(correction.as_text(language, on))


def _notes(published: Published, language: str, settings: Settings) -> tuple[Paragraph, ...]:
    """Dated notes to readers, oldest first."""
    lines = [note_text(c, language, settings) for c in published.corrections_in(language)]
    return tuple(Paragraph(text=line, spans=(_whole(line, "italic"),)) for line in lines)


def draft_message(release: Release, language: str, settings: Settings) -> Message:
    """The message as subscribers of ``language`` would get it, from a draft: for previews."""
    variant = release.variants[language]
    return Message(
        language=language,
        headline=filled_headline(release, language),
        paragraphs=_opening(variant.subhead, variant.body),
        **_illustrated(release.pictures, language, release.original),
        signature=signature(release.issuer, release.date, language, settings),
        button=(
            catalog_for(language).render(text("Read the full release")),
            page_url(settings, release.slug, language),
        ),
    )


def _illustrated(
    pictures: Sequence[Picture], language: str, original: str, *, notes: int = 0
) -> dict[str, Any]:
    """The first picture, and how much of the text has to be beside it: the ``notes`` to readers,
    and the paragraph that stands for the text."""
    if not pictures:
        return {}
    first = pictures[0]
    caption, credit = (
        said.text if said is not None else ""
        for said in (first.caption_in(language, original), first.credit_in(language, original))
    )
    words = catalog_for(language)
    line = words.render(text("Picture: {credit}", credit=credit)) if credit else ""
    photo = Photo(digest=first.digest, caption=caption, credit=line)
    return {"photo": photo, "lead": notes + 1}


def signature(issuer: Issuer, on: date, language: str, settings: Settings) -> str:
    """Who issues it and the date it bears, as ``language`` writes them."""
    formats = formats_for(language)
    # A name in another script must not draw the date into its own direction, or reverse it.
    name = formats.set_apart(issuer_name(issuer, language, settings))
    day = formats.date(on)
    return f"{name} · {day}" if name else day


def _readable(reader: Sequence[str], language: str) -> Catalog:
    """The catalog of a language that they list, else of one of those in another script, which
    is nearer than English; else of the ``language`` that they are reading anyway."""
    bare = [tag.split("-")[0] for tag in reader]
    return catalog_for([*reader, *bare, language])


def _label(choice: Choice, reader: Sequence[str], catalog: Catalog) -> str:
    names = {"wanted": tuple(map(_name, reader)), "language": native_name(choice.language)}
    return catalog.render(replace(UNAVAILABLE, args=names))


def _name(tag: str) -> str:
    try:
        return native_name(tag)
    except UnknownLanguage:  # chat programs report all sorts of things
        return tag


def _opening(subhead: str, markdown: str) -> tuple[Paragraph, ...]:
    first = (Paragraph(text=subhead, spans=(_whole(subhead, "italic"),)),) if subhead else ()
    return first + tuple(_paragraph(block) for block in body.paragraphs(markdown))


def _paragraph(block: body.Block) -> Paragraph:
    mark = f"{block.marker} " if block.marker else ""
    words = mark + block.text
    spans = tuple(
        Span(kind=run.kind, offset=run.offset + len(mark), length=run.length, url=run.url)
        for run in block.spans
    )
    if block.kind == "heading":
        spans = (_whole(words, "bold"), *(s for s in spans if s.kind != "bold"))
    return Paragraph(text=words, spans=spans, quote=block.kind == "quote")


def _whole(words: str, kind: str) -> Span:
    return Span(kind=kind, offset=0, length=len(words))
