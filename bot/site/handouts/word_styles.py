"""How a Word document of ours looks: fonts, sizes and proofing language for every script.

Word keeps three fonts and three languages beside each other – Latin, East Asian and “complex”
(Arabic, Hebrew, Indic …) – and takes for each character the one of its script (ECMA-376, part 1,
17.3.2.26 and 17.3.2.20).
"""

from __future__ import annotations

import langcodes
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.styles.style import ParagraphStyle

from translations.locales import canonical, direction

LATIN = "Times New Roman"
CODE = "Courier New"
_EAST_ASIAN = {"ja": "MS Mincho", "ko": "Batang", "zh-Hans": "SimSun", "zh-Hant": "PMingLiU"}
_POINTS = {"Normal": 11.5, "Heading 1": 20, "Heading 2": 14, "Heading 3": 12.5, "Heading 4": 11.5}
_AFTER_BIDI = (
    *("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing"),
    *("w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment"),
    *("w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr"),
    "w:pPrChange",
)
"""What may follow ``w:bidi`` in a paragraph's properties, in the schema's order."""


def dress(document: Document, language: str) -> None:
    """Give a new document the fonts and the direction of ``language``, on A4."""
    _defaults(document, language)
    for name, points in _POINTS.items():
        style = document.styles[name]
        assert isinstance(style, ParagraphStyle)
        _plain(style, points)
    quote = document.styles["Quote"]
    assert isinstance(quote, ParagraphStyle)
    _plain(quote, _POINTS["Normal"])
    quote.font.italic = quote.font.cs_italic = False
    quote.paragraph_format.left_indent = Cm(1)
    if direction(language) == "rtl":
        normal = document.styles["Normal"].element
        normal.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *_AFTER_BIDI)
        grid = document.sections[0]._sectPr.find(qn("w:docGrid"))
        assert grid is not None
        grid.addprevious(OxmlElement("w:bidi"))
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)


def proofing(language: str) -> dict[str, str]:
    """The attributes of ``w:lang`` for text in ``language``."""
    tag = _with_territory(language)
    if direction(language) == "rtl":
        return {"w:bidi": tag}
    return {"w:val": tag, "w:eastAsia": tag} if _east_asian(language) else {"w:val": tag}


def _defaults(document: Document, language: str) -> None:
    """What holds wherever no style says otherwise."""
    properties = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    assert properties is not None
    fonts = properties.find(qn("w:rFonts"))
    assert fonts is not None
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), LATIN)
    fonts.set(qn("w:eastAsia"), _east_asian(language) or LATIN)
    spoken = properties.find(qn("w:lang"))
    assert spoken is not None
    for name, tag in proofing(language).items():
        spoken.set(qn(name), tag)


def _plain(style: ParagraphStyle, points: float) -> None:
    """Black, in the document's own fonts; Word's blue headings are no press office's."""
    properties = style.element.get_or_add_rPr()
    for name in ("w:rFonts", "w:color", "w:sz", "w:szCs"):
        for found in properties.findall(qn(name)):
            properties.remove(found)
    style.font.size = Pt(points)
    complex_size = OxmlElement("w:szCs")
    complex_size.set(qn("w:val"), str(round(points * 2)))
    properties.find(qn("w:sz")).addnext(complex_size)
    heading = style.name != "Normal" and style.name != "Quote"
    style.paragraph_format.space_before = Pt(14 if heading else 0)
    style.paragraph_format.space_after = Pt(8)
    style.paragraph_format.line_spacing = 1.1 if heading else 1.25


def _east_asian(language: str) -> str:
    """The font of an East Asian language, else ""."""
    parsed = langcodes.Language.get(canonical(language)).maximize()
    return _EAST_ASIAN.get(
        parsed.language or "", _EAST_ASIAN.get(f"{parsed.language}-{parsed.script}", "")
    )


def _with_territory(language: str) -> str:
    """Word's dictionaries go by country: “fr-FR”. Bare English is international English here."""
    parsed = langcodes.Language.get(canonical(language))
    if parsed.territory:
        return str(parsed)
    territory = "GB" if str(parsed) == "en" else parsed.maximize().territory
    return str(parsed.update_dict({"territory": territory})) if territory else str(parsed)
