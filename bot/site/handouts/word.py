"""A release as a Word document (ECMA-376), made with python-docx. Takes a tenth of a second.

Importing this takes half a second: do it where a document is asked for.
"""

from __future__ import annotations

import io
import zipfile

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from bot.site.handouts.paper import Paper
from bot.site.handouts.word_body import Manner, Sheet
from bot.site.handouts.word_styles import dress
from feeds.wellformed import clean
from translations.catalogs import Catalog, catalog_for
from translations.formats import formats_for
from translations.text import text

_ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The date of each file in the archive: the same release is the same bytes."""
_MUTED = Manner(muted=True)
_APART = Manner(apart=True)


def word(paper: Paper) -> bytes:
    document = docx.Document()
    dress(document, paper.language)
    _describe(document, paper)
    sheet, catalog = Sheet(document, paper.language), catalog_for(paper.language)
    _letterhead(sheet, paper, catalog)
    sheet.markdown(paper.variant.body)
    _related(sheet, paper, catalog)
    _contact(sheet, paper, catalog)
    source = sheet.paragraph(f"{catalog.render(text('Source'))} · ", manner=_MUTED)
    source.paragraph_format.space_before = Pt(14)
    sheet.write(source, paper.url, Manner(url=paper.url, apart=True))
    return _packed(document)


def _describe(document: Document, paper: Paper) -> None:
    published, variant, core = paper.published, paper.variant, document.core_properties
    core.title, core.author = clean(variant.headline)[:255], clean(paper.issuer)[:255]
    core.last_modified_by = core.author
    core.language, core.identifier = paper.language, paper.url
    core.keywords = clean(", ".join(published.topics))[:255]
    core.comments, core.category = "", ""
    core.created, core.modified = variant.published_at, variant.updated_at
    core.revision = published.revision + 1
    # The template's own picture of its first page, which is empty.
    for ident, relation in list(document.part.package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del document.part.package.rels[ident]


def _letterhead(sheet: Sheet, paper: Paper, catalog: Catalog) -> None:
    published, variant = paper.published, paper.variant
    head = sheet.paragraph(paper.issuer, manner=Manner(bold=True))
    if paper.contact.address:
        head.add_run().add_break()
        sheet.write(head, paper.contact.address, Manner(muted=True, apart=True))
    _rule_below(head)
    day = formats_for(paper.language).date(published.date)
    sheet.paragraph(f"{catalog.render(text('Press release'))} · {day}", manner=_MUTED)
    sheet.paragraph(variant.headline, "Heading 1")
    if variant.subhead:
        sheet.paragraph(variant.subhead, manner=Manner(bold=True))
    for note in paper.notes:
        sheet.paragraph(note.words, "Quote", Manner(bold=True))
    if published.dateline:
        sheet.paragraph(published.dateline, manner=_MUTED)


def _rule_below(paragraph: Paragraph) -> None:
    line = f'<w:bottom {nsdecls("w")} w:val="single" w:sz="6" w:space="6" w:color="000000"/>'
    border = parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>")
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        border, "w:shd", "w:tabs", "w:bidi", "w:spacing", "w:ind", "w:jc"
    )
    paragraph.paragraph_format.space_after = Pt(14)


def _related(sheet: Sheet, paper: Paper, catalog: Catalog) -> None:
    if not paper.documents:
        return
    sheet.paragraph(catalog.render(text("Related documents")), "Heading 2")
    points, original = sheet.bullets(), paper.published.original
    for document in paper.documents:
        item = sheet.item(points)
        title = document.title
        sheet.write(item, title.text, Manner(url=title.href, language=original))
        for symbol in document.symbols:
            sheet.write(item, " · ")
            sheet.write(item, symbol.text, Manner(url=symbol.href, apart=True))
        if document.in_all:
            there = text("Available in all six languages of the United Nations.")
        elif document.languages:
            there = text("Available in {languages}.", languages=document.languages)
        else:
            continue
        sheet.write(item, "\n" + catalog.render(there), _MUTED)


def _contact(sheet: Sheet, paper: Paper, catalog: Catalog) -> None:
    desk = paper.contact
    if not desk.is_known:
        return
    sheet.paragraph(catalog.render(text("Contact for the press")), "Heading 2")
    for words in (desk.name, desk.address):
        if words:
            sheet.paragraph(words, manner=_APART).paragraph_format.space_after = Pt(2)
    lines = [
        *([(text("E-mail"), desk.email.text, desk.email.href)] if desk.email else ()),
        *((text("Telephone"), phone.text, phone.href) for phone in desk.phones),
        *((text("Fax"), fax, "") for fax in desk.faxes),
    ]
    for label, words, href in lines:
        line = sheet.paragraph(f"{catalog.render(label)} · ", manner=_MUTED)
        sheet.write(line, words, Manner(url=href, apart=True))
        line.paragraph_format.space_after = Pt(2)


def _packed(document: Document) -> bytes:
    """The document's archive, written anew with one date for all its files."""
    made, packed = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(packed, "w") as archive:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ALWAYS)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, source.read(name))
    return packed.getvalue()
