"""Templates in the reader's language: ``t``, ``tn`` and ``tp`` are bound to a catalog."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.releases.direction import standalone, stretches
from translations.catalogs import Catalog, catalog_for
from translations.digits import native
from translations.formats import formats_for
from translations.locales import best_match, direction, native_name
from translations.text import Text


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("bot.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(template: str, language: str, **values: Any) -> Markup:
    """``template`` for readers of ``language``, everything in ``values`` escaped.

    The interface's words come from that language's catalog; where there is none they are
    English, and ``ui`` marks them as such. Dates are in the language itself, as the release is.
    A release's own words go through ``words`` where markup can be, through ``line`` where it
    cannot, and through ``apart`` beside others in one line.
    """
    catalog = catalog_for(language)
    formats = formats_for(language)
    written = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            direction=direction(language),
            direction_of=direction,
            native_name=native_name,
            catalog=catalog,
            date=formats.date,
            month=formats.month,
            digits=lambda number: native(str(number), formats.locale),
            words=lambda text: _in_order(text, language),
            line=lambda text: standalone(text, language),
            apart=formats.set_apart,
            ui=_marked(catalog, language),
            t=catalog.gettext,
            tn=lambda one, many, n, **args: catalog.render(
                Text(one, {"n": n, **args}, plural=many, n=n)
            ),
            tp=lambda context, words, **args: catalog.render(Text(words, args, context=context)),
            **values,
        )
    )
    return Markup(written)  # noqa: S704 – autoescaped


def _in_order(text: str, language: str) -> Markup:
    """``text`` with what runs against the page's direction in elements of its own."""
    against = "ltr" if direction(language) == "rtl" else "rtl"
    isolated = Markup('<bdi dir="{}">{}</bdi>')
    parts, position = [], 0
    for start, end in stretches(text, language):
        parts += [escape(text[position:start]), isolated.format(against, text[start:end])]
        position = end
    return Markup("").join([*parts, escape(text[position:])])


def _marked(catalog: Catalog, language: str) -> Markup:
    """Attributes for an element whose words are the interface's, not in the page's language."""
    if best_match([language], [catalog.tag]) is not None:
        return Markup()
    return Markup(' lang="{}" dir="{}"').format(catalog.tag, catalog.direction)
