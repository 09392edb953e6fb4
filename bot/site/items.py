"""A published release in one language as an item of a feed, or as the notice that it is gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from markupsafe import Markup

from bot.releases.direction import standalone
from bot.releases.publication import Published
from bot.settings import Settings
from bot.site import content
from bot.site.addresses import Addresses
from bot.site.authority import Authority
from bot.site.templating import render
from feeds.model import HTML, Alternate, Gone, Item, Picture, Related
from feeds.size import octets
from translations.catalogs import catalog_for
from translations.text import text

HUGE = 4_000_000
"""Octets. A text that takes more would make a feed that no reader takes: it is on its page."""


class Items:
    """Makes items whose ids are ``minted`` for good."""

    def __init__(self, settings: Settings, minted: Authority) -> None:
        self._settings = settings
        self._minted = minted
        self._addresses = Addresses(settings)

    def item(self, published: Published, language: str) -> Item:
        """The whole text with its notes; of what was withdrawn, the notice in its place."""
        variant = published.variants[language]
        issuer = content.issuer_name(published.issuer, language, self._settings)
        documents = content.documents(published, language)
        notes = content.notes(published, language, self._settings)
        figures = content.figures(published, language, self._addresses)
        is_gone = published.withdrawn_at is not None
        summary = "\n".join(n.words for n in notes) if is_gone else content.summary(variant)
        body = content.body_html(variant.body, language)
        made = Item(
            id=self._minted.release(published.slug, language),
            url=self._addresses.release(language, published.slug),
            title=self._title(published, language),
            language=language,
            # Readers keep what they have of a text, unless all its dates are others.
            published=variant.updated_at if is_gone else variant.published_at,
            updated=variant.updated_at,
            content_html=str(
                render(
                    "item.html",
                    language,
                    published=published,
                    variant=variant,
                    body=body,
                    issuer=issuer,
                    documents=documents,
                    figures=figures,
                    notes=notes,
                )
            ),
            summary="\n".join(standalone(line, language) for line in summary.split("\n")),
            author=issuer,
            categories=published.topics,
            alternates=tuple(
                Alternate(
                    self._addresses.release(other, published.slug),
                    HTML,
                    other,
                    self._title(published, other),
                )
                for other in published.variants
                if other != language
            ),
            related=tuple(_related(documents)),
            pictures=tuple(map(_picture, figures)),
        )
        return made if octets(made) <= HUGE else self._shortened(made)

    def tombstone(self, published: Published, language: str) -> Gone:
        notes = content.notes(published, language, self._settings)
        return Gone(
            id=self._minted.release(published.slug, language),
            at=published.variants[language].updated_at,
            comment=notes[-1].words if notes else "",
        )

    def _title(self, published: Published, language: str) -> str:
        if published.withdrawn_at is not None:
            return catalog_for(language).render(text("Withdrawn"))
        return standalone(published.variants[language].headline, language)

    @staticmethod
    def _shortened(item: Item) -> Item:
        more = catalog_for(item.language).render(text("Read the full release"))
        body = Markup('<p>{}</p><p><a href="{}">{}</a></p>')
        opening = item.summary[:1000]
        return replace(
            item, summary=opening, content_html=str(body.format(opening, item.url, more))
        )


def _picture(figure: content.Figure) -> Picture:
    said = figure.caption or figure.alternative
    return Picture(
        href=figure.href,
        type=figure.media_type,
        length=figure.length,
        width=figure.width,
        height=figure.height,
        title=standalone(said.text, said.language) if said else "",
        credit=standalone(figure.credit.text, figure.credit.language) if figure.credit else "",
    )


def _related(documents: Iterable[content.Document]) -> Iterable[Related]:
    hrefs: set[str] = set()
    for document in documents:
        for link in (document.title, *document.symbols):
            if link.href and link.href not in hrefs:
                hrefs.add(link.href)
                yield Related(link.href, link.text)
