"""What an occurrence says when no release was prepared for it. Pure."""

from __future__ import annotations

from datetime import date

from bot.delivery.message import page_url
from bot.occasions.title import occasion_title
from bot.releases.body import escape
from bot.releases.publication import Published
from bot.releases.release import Release
from bot.settings import Settings
from translations.catalogs import catalog_for
from translations.text import text, texts


def occurrence_texts(
    release: Release,
    number: int,
    latest: Published | None,
    settings: Settings,
    *,
    ahead: tuple[int, date] | None = None,
) -> dict[str, tuple[str, str]]:
    """Language → (headline, body in Markdown), for each approved language of ``release``.

    The approved title pattern with the new number; headline, date and address of the latest
    release; never its paragraphs, which may count the years (product rule 4). ``ahead`` is given
    when it is announced so many days before that date.
    """
    found = {}
    for tag in release.approved_languages:
        catalog, paragraphs = catalog_for(tag), []
        if ahead is not None:
            days, on = ahead
            paragraphs.append(
                escape(
                    catalog.render(
                        texts("In {n} day, on {date}.", "In {n} days, on {date}.", days, date=on)
                    )
                )
            )
        if latest is not None:
            shown = latest.variants.get(tag) or latest.variants[latest.original]
            intro = catalog.render(text("Our release of {date}:", date=latest.date))
            url = page_url(settings, latest.slug, shown.language)
            paragraphs += [escape(intro), f"[{escape(shown.headline)}]({url})"]
        variant = release.variants[tag]
        title = occasion_title(variant.occasion or variant.headline, number, tag)
        found[tag] = (title, "\n\n".join(paragraphs))
    return found
