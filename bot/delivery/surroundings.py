"""What stands around a release's text where it is shown: no part of it, and no addition either."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.delivery.message import UNAVAILABLE, note_text, page_url, signature
from bot.releases import normal
from bot.releases.normal import Words
from bot.releases.publication import Published, issuer_name
from bot.releases.release import symbol_url
from bot.settings import Settings
from translations.catalogs import catalog_for, interface_languages
from translations.formats import formats_for
from translations.locales import native_name
from translations.text import text

_BLANK = "\ue000"
"""A letter that nobody writes, in the place of what differs from reader to reader."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """``lines`` may stand around it, ``also`` are digests of sentences that readers were told
    about it, ``links`` digests of the addresses under which it is."""

    lines: frozenset[Words]
    also: frozenset[str]
    links: frozenset[str]


def surroundings(published: Published, language: str, settings: Settings) -> Surroundings:
    """As messages and pages in ``language`` have it."""
    words = catalog_for(language)
    headline = published.variants[language].headline
    told = (
        *(note_text(c, language, settings) for c in published.corrections_in(language)),
        words.render(text("Corrected: {headline}", headline=headline)),
        words.render(text("Withdrawn: {headline}", headline=headline)),
    )
    lines = (
        *_heading(published, language, settings),
        *_files(published, language, settings),
        *_contact(published, settings),
        *map(words.render, _LABELS),
        *_buttons(),
    )
    parts = (part for line in lines if line for part in line.split("\n"))
    pages = (page_url(settings, published.slug, tag) for tag in published.variants)
    documents = (document.url for document in published.related)
    return Surroundings(
        lines=frozenset(map(normal.words, parts)),
        also=frozenset(map(normal.digest, normal.units(told))),
        links=frozenset(map(normal.address, (*pages, *documents))),
    )


_LABELS = (
    text("Press release"),
    text("Related documents"),
    text("Contact for the press"),
    text("E-mail"),
    text("Telephone"),
    text("Fax"),
    text("Source"),
    text("Also in"),
    text("Topics"),
    text("Download"),
    text("Available in all six languages of the United Nations."),
)
"""Headings of pages and files."""


def _heading(published: Published, language: str, settings: Settings) -> Iterator[str]:
    day = formats_for(language).date(published.date)
    yield signature(published.issuer, published.date, language, settings)
    yield f"{catalog_for(language).render(text('Press release'))} · {day}"
    yield day
    yield issuer_name(published.issuer, language, settings)
    yield published.dateline
    yield from map(native_name, published.variants)
    yield from published.topics


def _files(published: Published, language: str, settings: Settings) -> Iterator[str]:
    """Documents and pictures with what is said of them, and the address of it all."""
    words = catalog_for(language)
    for document in published.related:
        yield from (document.text, document.url, *document.symbols, " · ".join(document.symbols))
        for symbol in document.symbols:
            yield from (symbol_url(symbol, language), symbol_url(symbol))
        names = tuple(map(native_name, document.languages))
        yield words.render(text("Available in {languages}.", languages=names))
    for picture in published.pictures:
        caption = picture.caption_in(language, published.original)
        credit = picture.credit_in(language, published.original)
        yield caption.text if caption else ""
        yield words.render(text("Picture: {credit}", credit=credit.text)) if credit else ""
    yield page_url(settings, published.slug, language)


def _contact(published: Published, settings: Settings) -> Iterator[str]:
    yield from (published.issuer.address, settings.issuer.address)
    for contact in (published.contact, settings.issuer.contact):
        yield from (contact.name, contact.email, *contact.phones, *contact.faxes)


@cache
def _buttons() -> tuple[str, ...]:
    """The button under a message, in each language."""
    return tuple(
        catalog_for(tag).render(text("Read the full release")) for tag in interface_languages()
    )


@cache
def fallback_label(office: Sequence[str]) -> re.Pattern[str]:
    """The line that says in which language a text is instead of another, in each language.

    Nothing but names of languages may stand in it, those of the ``office`` and of the interface:
    a line that may say anything would be a place for forged words.
    """
    tags = sorted({*interface_languages(), *office})
    name = "|".join(re.escape(normal.normal(native_name(tag))) for tag in tags)
    list_ = rf"(?:{name})(?:\W{{0,3}}(?:\w{{1,3}}\W{{0,3}})?(?:{name})){{0,{len(tags)}}}"
    blank = replace(UNAVAILABLE, args={"wanted": _BLANK, "language": _BLANK})
    labels = (normal.normal(catalog_for(tag).render(blank)) for tag in interface_languages())
    return re.compile("|".join(re.escape(one).replace(_BLANK, list_) for one in labels))
