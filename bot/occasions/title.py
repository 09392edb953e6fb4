"""What an occurrence is called in one language. Pure."""

from __future__ import annotations

from translations.catalogs import catalog_for
from translations.formats import fill_pattern, formats_for
from translations.text import text


def occasion_title(pattern: str, number: int, language: str) -> str:
    """``pattern`` with the anniversary's ``number`` in it; without a place for one, the plain
    “82nd anniversary” of the interface."""
    if "{ordinal}" in pattern or "{years}" in pattern:
        return fill_pattern(pattern, number, language)
    ordinal = formats_for(language).ordinal(number)
    return catalog_for(language).render(text("{ordinal} anniversary", ordinal=ordinal))
