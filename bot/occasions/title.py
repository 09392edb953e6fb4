"""What an occurrence is called in one language. Pure."""

from __future__ import annotations

from bot.releases.publication import Published, filled_headline
from bot.releases.release import Release
from translations.catalogs import catalog_for
from translations.formats import fill_pattern, formats_for
from translations.text import text


def occasion_title(pattern: str, number: int, language: str) -> str:
    """``pattern`` with the anniversary's ``number`` in it; without a place for one, the plain
    “82nd anniversary” of the interface."""
    if has_number(pattern):
        return fill_pattern(pattern, number, language)
    ordinal = formats_for(language).ordinal(number)
    return catalog_for(language).render(text("{ordinal} anniversary", ordinal=ordinal))


def has_number(pattern: str) -> bool:
    """Whether it has a place for the anniversary's number."""
    return "{ordinal}" in pattern or "{years}" in pattern


def published_pattern(release: Release, published: Published | None, language: str) -> str:
    """The title pattern that readers may see: the approved one, else that of the headline as it
    was ``published``; nothing where neither is there."""
    if language not in release.approved_languages:
        return ""
    variant = release.variants[language]
    if variant.occasion or published is None or language not in published.variants:
        return variant.occasion
    as_published = published.variants[language].headline == filled_headline(release, language)
    return variant.headline if as_published else ""
