"""A release as plain text: a paragraph a line, for whoever pastes it elsewhere. Pure.

The release's own words stand as they are, without the controls that order right and left: they
would come along with what is pasted. What such text could put into disorder – addresses, numbers –
has a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.releases import body
from bot.releases.body import Block
from bot.site.content import Document, bare
from bot.site.handouts.paper import Paper
from translations.catalogs import Catalog, catalog_for
from translations.formats import formats_for
from translations.text import text


def plaintext(paper: Paper) -> bytes:
    """UTF-8, lines that end in a line feed, parts that are parted by a blank line."""
    parts = (*_head(paper), *paragraphs(paper.variant.body), *_foot(paper))
    return ("\n\n".join(filter(None, parts)) + "\n").encode()


def paragraphs(markdown: str) -> Iterator[str]:
    """The body's paragraphs with the addresses of their links."""
    for block in body.paragraphs(markdown):
        words = _with_addresses(block)
        yield f"{block.marker} {words}" if block.marker else words


def _with_addresses(block: Block) -> str:
    words = block.text
    links = [span for span in block.spans if span.kind == "link"]
    for link in sorted(links, key=lambda span: span.offset, reverse=True):
        end = link.offset + link.length
        if bare(words[link.offset : end]) != bare(link.url):
            words = f"{words[:end]} <{link.url}>{words[end:]}"
    return words


def _head(paper: Paper) -> Iterator[str]:
    published, catalog = paper.published, catalog_for(paper.language)
    yield paper.issuer
    day = formats_for(paper.language).date(published.date)
    yield f"{catalog.render(text('Press release'))}\n{day}"
    yield paper.variant.headline
    yield paper.variant.subhead
    yield from (note.words for note in paper.notes)
    yield published.dateline


def _foot(paper: Paper) -> Iterator[str]:
    catalog, contact = catalog_for(paper.language), paper.contact
    if paper.documents:
        yield catalog.render(text("Related documents"))
        yield from ("\n".join(_document(document, catalog)) for document in paper.documents)
    if contact.is_known:
        phones, faxes = [phone.text for phone in contact.phones], contact.faxes
        yield "\n".join(
            (
                catalog.render(text("Contact for the press")),
                *filter(None, (contact.name, contact.address)),
                *([contact.email.text] if contact.email else ()),
                *((catalog.render(text("Telephone")), *phones) if phones else ()),
                *((catalog.render(text("Fax")), *faxes) if faxes else ()),
            )
        )
    yield f"{catalog.render(text('Source'))}\n{paper.url}"


def _document(document: Document, catalog: Catalog) -> Iterator[str]:
    yield f"• {document.title.text}"
    links = (document.title, *document.symbols)
    yield from dict.fromkeys(link.href for link in links if link.href)
    if document.in_all:
        yield catalog.render(text("Available in all six languages of the United Nations."))
    elif document.languages:
        yield catalog.render(text("Available in {languages}.", languages=document.languages))
