"""A release's Markdown as paragraphs of a Word document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from unicodedata import bidirectional

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor, Twips
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from markdown_it.token import Token

from bot.releases.commonmark import commonmark
from bot.releases.direction import stretches
from bot.site.handouts.word_lists import Lists, indent
from bot.site.handouts.word_styles import CODE, proofing
from feeds.wellformed import clean
from translations.bidi import LRM, RLM, first_strong
from translations.locales import direction

_LINK = RGBColor(0x1B, 0x44, 0x69)
_LOWEST_HEADING = 4


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How words stand out. ``url`` is where they lead; ``language`` if not the document's;
    ``apart`` if they run as their first letter does, whatever stands around: names, numbers."""

    bold: bool = False
    italic: bool = False
    code: bool = False
    muted: bool = False
    apart: bool = False
    url: str = ""
    language: str = ""


PLAIN = Manner()


class Sheet:
    """A document that is being written, in one language."""

    def __init__(self, document: Document, language: str) -> None:
        self.document = document
        self._language = language
        self._rtl = direction(language) == "rtl"
        self._lists = Lists(document)

    def paragraph(
        self, words: str = "", style: str = "Normal", manner: Manner = PLAIN
    ) -> Paragraph:
        made = self.document.add_paragraph(style=style)
        self.write(made, words, manner)
        return made

    def write(self, paragraph: Paragraph, words: str, manner: Manner = PLAIN) -> None:
        """Add ``words``; what runs against the direction of the language in runs of its own."""
        runs = [
            self._run(paragraph, self._kept(piece) if against else piece, manner, against)
            for piece, against in self._pieces(clean(words), manner)
            if piece
        ]
        if manner.url and runs:
            _link(paragraph, runs, manner.url)

    def bullets(self) -> int:
        """A list of points."""
        return self._lists.begin("•")

    def item(self, ident: int, level: int = 0) -> Paragraph:
        made = self.document.add_paragraph(style="List Paragraph")
        self._lists.mark(made, ident, level)
        return made

    def markdown(self, markdown: str) -> None:
        _Body(self, self._lists).add(commonmark().parse(markdown))

    def _pieces(self, words: str, manner: Manner) -> Iterator[tuple[str, bool]]:
        """``words`` in parts, and whether each runs against the document's direction."""
        if manner.apart or manner.language:
            own = direction(manner.language) if manner.language else first_strong(words)
            yield words, (own == "rtl") != self._rtl
            return
        position = 0
        for start, end in stretches(words, self._language):
            yield words[position:start], False
            yield words[start:end], True
            position = end
        yield words[position:], False

    def _kept(self, piece: str) -> str:
        """What runs against the document, so that a digit or a sign at its edge stays there."""
        mark, strong = (LRM, {"L"}) if self._rtl else (RLM, {"R", "AL"})
        before = "" if bidirectional(piece[0]) in strong else mark
        after = "" if bidirectional(piece[-1]) in {*strong, "EN"} else mark
        return f"{before}{piece}{after}"

    def _run(self, paragraph: Paragraph, words: str, manner: Manner, against: bool) -> Run:
        run = paragraph.add_run(words)
        if manner.bold:
            run.font.bold = run.font.cs_bold = True
        if manner.italic:
            run.font.italic = run.font.cs_italic = True
        if manner.code:
            run.font.name = CODE
        if manner.muted:
            run.font.color.rgb = RGBColor(0x55, 0x55, 0x55)
        if manner.url:
            run.font.color.rgb, run.font.underline = _LINK, True
        if self._rtl != against:
            run.font.rtl = True
        if manner.language and manner.language != self._language:
            spoken = OxmlElement("w:lang")
            for name, tag in proofing(manner.language).items():
                spoken.set(qn(name), tag)
            run._r.get_or_add_rPr().append(spoken)
        return run


def _link(paragraph: Paragraph, runs: Iterable[Run], url: str) -> None:
    """Put runs that stand at the end of a paragraph into a link."""
    ident = paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), ident)
    for run in runs:
        link.append(run._r)
    paragraph._p.append(link)


class _Body:
    """Where in the Markdown the writing is: in which lists, in a quotation or not."""

    def __init__(self, sheet: Sheet, lists: Lists) -> None:
        self._sheet = sheet
        self._lists = lists
        self._open: list[int] = []
        self._fresh = False
        """Whether the next paragraph begins an item."""
        self._quotes = 0
        self._heading = 0

    def add(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            match token.type:
                case "bullet_list_open":
                    self._open.append(self._lists.begin("•"))
                case "ordered_list_open":
                    first = int(token.attrGet("start") or 1)
                    self._open.append(self._lists.begin(token.markup, first))
                case "bullet_list_close" | "ordered_list_close":
                    self._open.pop()
                case "list_item_open":
                    self._fresh = True
                case "blockquote_open" | "blockquote_close":
                    self._quotes += token.nesting
                case "heading_open":
                    self._heading = min(int(token.tag[1]) + 1, _LOWEST_HEADING)
                case "heading_close":
                    self._heading = 0
                case "inline":
                    self._inline(self._begin(), token.children or [])
                case "fence":
                    words = token.content.rstrip("\n")
                    self._sheet.write(self._begin(), words, Manner(code=True))
                case "hr":
                    self._sheet.paragraph("* * *").alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _begin(self) -> Paragraph:
        if self._heading:
            return self._sheet.paragraph(style=f"Heading {self._heading}")
        if not self._open:
            return self._sheet.paragraph(style="Quote" if self._quotes else "Normal")
        level = len(self._open) - 1
        if self._fresh:
            self._fresh = False
            return self._sheet.item(self._open[-1], level)
        made = self._sheet.paragraph(style="List Paragraph")
        made.paragraph_format.left_indent = Twips(indent(level))
        return made

    def _inline(self, paragraph: Paragraph, children: Sequence[Token]) -> None:
        bold = italic = 0
        url = ""
        for child in children:
            match child.type:
                case "strong_open" | "strong_close":
                    bold += child.nesting
                case "em_open" | "em_close":
                    italic += child.nesting
                case "link_open":
                    url = str(child.attrGet("href") or "")
                case "link_close":
                    url = ""
                case kind:
                    words = "\n" if kind == "hardbreak" else child.content
                    manner = Manner(
                        bold=bold > 0, italic=italic > 0, code=kind == "code_inline", url=url
                    )
                    self._sheet.write(paragraph, words, manner)
        paragraph.paragraph_format.space_after = Pt(4) if self._open else None
