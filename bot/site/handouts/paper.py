"""A release in one language, with everything that a page or a file shows of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.releases.publication import Published, PublishedVariant
from bot.settings import Settings
from bot.site import content
from bot.site.addresses import Addresses
from bot.site.content import Desk, Document, Figure, Note


@dataclass(frozen=True, kw_only=True)
class Paper:
    """``office`` is the press office's name, ``issuer`` whose release it is: "" if unknown.

    ``url`` is its page, ``versions`` its pages in all its languages, by tag.
    """

    published: Published
    language: str
    office: str
    issuer: str
    contact: Desk
    documents: tuple[Document, ...]
    figures: tuple[Figure, ...]
    notes: tuple[Note, ...]
    url: str
    versions: dict[str, str]

    @property
    def variant(self) -> PublishedVariant:
        return self.published.variants[self.language]

    @property
    def summary(self) -> str:
        return content.summary(self.variant)

    @property
    def is_withdrawn(self) -> bool:
        return self.published.withdrawn_at is not None


def paper(published: Published, language: str, settings: Settings) -> Paper:
    """``published`` in ``language``, which is one of those that it is out in."""
    addresses = Addresses(settings)
    return Paper(
        published=published,
        language=language,
        office=content.office_name(language, settings),
        issuer=content.issuer_name(published.issuer, language, settings),
        contact=content.desk(published.contact, published.issuer.address, settings),
        documents=content.documents(published, language),
        figures=content.figures(published, language, addresses),
        notes=content.notes(published, language, settings),
        url=addresses.release(language, published.slug),
        versions={tag: addresses.release(tag, published.slug) for tag in published.variants},
    )
