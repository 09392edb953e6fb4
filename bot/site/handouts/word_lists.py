"""Lists in a Word document: bullets and numbers that Word itself counts."""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.text.paragraph import Paragraph

DEEPEST = 8
_BULLETS = "•◦▪"
_IDS = {"•": 9000, ".": 9001, ")": 9002}
"""Beyond the numbers that the template's own lists have."""


class Lists:
    """The lists of one document."""

    def __init__(self, document: Document) -> None:
        self._numbering = document.part.numbering_part.element
        self._made: set[str] = set()

    def begin(self, mark: str, first: int = 1) -> int:
        """A new list, its items marked “•”, or numbered from ``first`` as “1.” or “1)”."""
        abstract = _IDS[mark]
        if mark not in self._made:
            self._made.add(mark)
            # The schema wants what is abstract before what is made from it.
            self._numbering.insert(0, parse_xml(_definition(mark, abstract)))
        made = self._numbering.add_num(abstract)
        if mark != "•":
            for level in range(DEEPEST + 1):
                made.add_lvlOverride(ilvl=level).add_startOverride(first)
        ident: int = made.numId
        return ident

    @staticmethod
    def mark(paragraph: Paragraph, ident: int, level: int) -> None:
        """Make ``paragraph`` the next item of a list."""
        properties: Any = paragraph._p.get_or_add_pPr()
        numbered = properties.get_or_add_numPr()
        numbered.get_or_add_ilvl().val = min(level, DEEPEST)
        numbered.get_or_add_numId().val = ident


def _definition(mark: str, ident: int) -> str:
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/>'
        + (
            f'<w:numFmt w:val="bullet"/><w:lvlText w:val="{_BULLETS[level % 3]}"/>'
            if mark == "•"
            else f'<w:numFmt w:val="decimal"/><w:lvlText w:val="%{level + 1}{mark}"/>'
        )
        + f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{indent(level)}" w:hanging="360"/></w:pPr>'
        "</w:lvl>"
        for level in range(DEEPEST + 1)
    )
    kind = '<w:multiLevelType w:val="multilevel"/>'
    return f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{ident}">{kind}{levels}</w:abstractNum>'


def indent(level: int) -> int:
    """How far the words of an item stand from the margin, in twentieths of a point."""
    return 425 + 425 * min(level, DEEPEST)
