"""A .docx to blocks: what Word shows on paper, with all tracked changes accepted ("no markup").

Mammoth reads the document; it gets one in which everything has been settled that it passes over:
page headers and footers, text boxes, hidden text, the numbers of lists, fields, formulas.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

from bot.releases.documents.blocks import LONGEST, Contents, Refused, every_paragraph
from bot.releases.documents.hypertext import MARK_END, read_html
from bot.releases.documents.numbering import Numbering, W
from bot.releases.documents.package import Package

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PICTURES = (
    "{http://schemas.openxmlformats.org/drawingml/2006/main}blip",
    "{urn:schemas-microsoft-com:vml}imagedata",
)
_DROPPED = frozenset(
    f"{W}{name}"
    for name in (
        *("del", "moveFrom", "delText", "delInstrText", "proofErr", "bookmarkStart"),
        *("bookmarkEnd", "commentRangeStart", "commentRangeEnd", "commentReference"),
        *("lastRenderedPageBreak", "permStart", "permEnd", "pgNum", "annotationRef"),
    )
)
_FIELD_SIGNS = (f"{W}fldChar", f"{W}instrText")
_PROPERTIES = tuple(f"{W}{name}" for name in ("pPr", "rPr", "sectPr", "tblPr", "trPr", "tcPr"))
_UNWRAPPED = frozenset(f"{W}{name}" for name in ("fldSimple", "dir", "bdo", "rubyBase"))
_GRAPHICS = frozenset(f"{W}{name}" for name in ("drawing", "pict", "object"))
_PAGE_FIELD = re.compile(r"\b(?:PAGE|NUMPAGES|SECTIONPAGES)\b")
_HEADING = re.compile(r"heading ([1-6])")
_DEEPEST_STYLE = 10

_MAP = "\n".join(
    (
        *(f"p[style-name='heading-{n}'] => h{n}:fresh" for n in range(1, 7)),
        *(f"p[style-name='item-{n}'] => p.item-{n}:fresh" for n in range(1, 10)),
        "p[style-name='quote'] => blockquote > p:fresh",
        "p[style-name='foot'] => p.foot:fresh",
        "r[style-name='Strong'] => strong",
        "r[style-name='Emphasis'] => em",
    )
)
_ROLES = (
    *(f"heading-{n}" for n in range(1, 7)),
    *(f"item-{n}" for n in range(1, 10)),
    *("quote", "foot", "plain"),
)


def read_word(data: bytes) -> Contents:
    """The text of a .docx. Raises :class:`Refused`."""
    document = _Document(Package(data))
    prepared = document.prepared()
    import mammoth  # a tenth of a second: only after the document has passed its checks

    try:
        html = mammoth.convert_to_html(
            io.BytesIO(prepared),
            style_map=_MAP,
            include_default_style_map=False,
            include_embedded_style_map=False,
        ).value
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # whatever mammoth makes of a part that lacks what it must have
        raise Refused("broken") from error
    contents = read_html(html, from_word=True)
    left_out = Counter(document.left_out)
    shown = Counter("".join(p.text for p in every_paragraph(contents.blocks)))
    if lost := (document.letters - shown).total():
        left_out["letters"] = lost
    return replace(contents, left_out=dict(left_out))


class _Document:
    """One document on its way to mammoth."""

    def __init__(self, package: Package) -> None:
        self.left_out: Counter[str] = Counter()
        self.letters: Counter[str] = Counter()
        self._package = package
        self._relations = package.relations(package.main)
        self._links: dict[str, str] = {}
        self._styles = _Styles(self._part("styles"))
        self._numbering = Numbering(self._part("numbering"))

    def prepared(self) -> bytes:
        """A small .docx with the text alone."""
        root = self._package.xml(self._package.main)
        body = root.find(f"{W}body") if root is not None else None
        if root is None or body is None:
            raise Refused("broken")
        head, foot = self._around(body)
        self._take_links(self._relations, "")
        self._clean(body)
        for at, element in enumerate(head):
            body.insert(at, element)
        body.extend(foot)
        self._count(body)
        notes = {name: self._notes(name) for name in ("footnotes", "endnotes")}
        return self._zipped(root, {name: part for name, part in notes.items() if part is not None})

    def _part(self, kind: str) -> ET.Element | None:
        for found, target, outside in self._relations.values():
            if found == kind and not outside:
                return self._package.xml(target)
        return None

    def _notes(self, kind: str) -> ET.Element | None:
        """Footnotes, without the lines that Word draws above them."""
        root = self._part(kind)
        if root is None:
            return None
        target = next(t for k, t, _ in self._relations.values() if k == kind)
        self._take_links(self._package.relations(target), f"{kind}-")
        for note in list(root):
            if note.get(f"{W}type") in ("separator", "continuationSeparator"):
                root.remove(note)
        self._clean(root, f"{kind}-")
        return root

    # What stands above and below the text of the first page.

    def _around(self, body: ET.Element) -> tuple[list[ET.Element], list[ET.Element]]:
        section = next(body.iter(f"{W}sectPr"), None)
        if section is None:
            return [], []
        first = section.find(f"{W}titlePg")
        wanted = "first" if first is not None and _is_on(first) else "default"
        return (
            self._outer(section, "headerReference", wanted),
            self._outer(section, "footerReference", wanted),
        )

    def _outer(self, section: ET.Element, kind: str, wanted: str) -> list[ET.Element]:
        for reference in section.findall(f"{W}{kind}"):
            if reference.get(f"{W}type", "default") != wanted:
                continue
            target = self._relations.get(reference.get(f"{R}id", ""), ("", "", True))[1]
            root = self._package.xml(target)
            if root is None:
                continue
            prefix = f"{kind}-"
            self._take_links(self._package.relations(target), prefix)
            self._clean(root, prefix)
            for parent in list(root.iter()):
                for child in list(parent):
                    if child.tag == f"{W}p" and _numbers_pages(child):
                        parent.remove(child)
            if kind == "headerReference":
                return list(root)
            paragraphs = list(root.iter(f"{W}p"))
            for paragraph in paragraphs:
                _set_role(paragraph, "foot")
            return paragraphs
        return []

    def _take_links(self, relations: dict[str, tuple[str, str, bool]], prefix: str) -> None:
        for ident, (kind, target, outside) in relations.items():
            if kind == "hyperlink" and outside:
                self._links[prefix + ident] = target

    # Settling what mammoth passes over.

    def _clean(self, parent: ET.Element, prefix: str = "") -> None:
        children: list[ET.Element] = []
        for child in list(parent):
            children += self._cleaned(child, prefix)
        parent[:] = children

    def _cleaned(self, element: ET.Element, prefix: str) -> list[ET.Element]:
        tag = element.tag
        if tag in _PROPERTIES:  # where a deletion is that of the whole, which mammoth sees to
            return [element]
        if tag in _DROPPED or element.find(f"{W}trPr/{W}del") is not None:
            return []
        if tag == f"{_MC}AlternateContent":
            return self._alternative(element, prefix)
        if tag in _GRAPHICS:
            return self._boxes(element, prefix)
        if tag in _UNWRAPPED:
            self._clean(element, prefix)
            return list(element)
        if tag == f"{W}ruby":
            base = element.find(f"{W}rubyBase")
            return self._cleaned(base, prefix) if base is not None else []
        if tag in (f"{_MATH}oMath", f"{_MATH}oMathPara"):
            return [_run("".join(t.text or "" for t in element.iter(f"{_MATH}t")))]
        if tag == f"{W}altChunk":
            self.left_out["parts"] += 1
            return []
        if tag == f"{W}r":
            return self._cleaned_run(element, prefix)
        if tag == f"{W}hyperlink" and (ident := element.get(f"{R}id")):
            if prefix + ident not in self._links:
                del element.attrib[f"{R}id"]
            else:
                element.set(f"{R}id", prefix + ident)
        self._clean(element, prefix)
        if tag != f"{W}p":
            return [element]
        boxes = [box for parent in element.iter() for box in parent.findall(_BOX)]
        self._label(element)
        return [*(block for box in boxes for block in box), _without(element, _BOX)]

    def _cleaned_run(self, run: ET.Element, prefix: str) -> list[ET.Element]:
        hidden = run.find(f"{W}rPr/{W}vanish")
        if hidden is not None and _is_on(hidden):
            run[:] = [child for child in run if child.tag in _FIELD_SIGNS]
            return [run]
        for child in run:
            if child.tag == f"{W}cr":
                child.tag = f"{W}br"
            elif child.tag == f"{W}ptab":
                child.tag = f"{W}tab"
            if child.tag == f"{W}br":
                child.attrib.clear()  # a new page is a new line as well
        self._clean(run, prefix)
        return [run]

    def _alternative(self, element: ET.Element, prefix: str) -> list[ET.Element]:
        """The first of the alternatives that holds text boxes, else what Word 2007 shows."""
        for choice in element:
            if next(choice.iter(f"{W}txbxContent"), None) is not None:
                return self._boxes(choice, prefix)
        fallback = element.find(f"{_MC}Fallback")
        if fallback is None:
            return self._boxes(element, prefix)
        self._clean(fallback, prefix)
        return list(fallback)

    def _boxes(self, element: ET.Element, prefix: str) -> list[ET.Element]:
        """The text in a drawing, for its paragraph to put before itself; pictures are counted."""
        found = []
        for content in element.iter(f"{W}txbxContent"):
            self._clean(content, prefix)
            box = ET.Element(_BOX)
            box.extend(content)
            found.append(box)
        if any(next(element.iter(name), None) is not None for name in _PICTURES):
            self.left_out["pictures"] += 1
        return found

    def _label(self, paragraph: ET.Element) -> None:
        """Write down the paragraph's number, and what it is."""
        properties = paragraph.find(f"{W}pPr")
        style = _value(properties, f"{W}pStyle")
        role = self._styles.role(style)
        numbered = properties.find(f"{W}numPr") if properties is not None else None
        ident = _value(numbered, f"{W}numId")
        level = _value(numbered, f"{W}ilvl")
        if numbered is None or not ident:
            ident = self._styles.list_of(style)
            level = str(self._numbering.level_of(ident, style)) if ident else ""
        if properties is not None and numbered is not None:
            properties.remove(numbered)
        label = None
        if ident and ident != "0" and "".join(paragraph.itertext()).strip():
            label = self._numbering.label(ident, int(level) if level.isdecimal() else 0)
        if label is not None and label.mark and role == "plain":
            role = f"item-{label.level}"
            paragraph.insert(_after_properties(paragraph), _run(label.mark + MARK_END))
        elif label is not None and (label.mark or label.words):
            words = label.words or label.mark
            paragraph.insert(_after_properties(paragraph), _run(f"{words} "))
        _set_role(paragraph, role)

    def _count(self, body: ET.Element) -> None:
        size = 0
        for words in body.iter(f"{W}t"):
            size += len(words.text or "")
            if size > LONGEST:
                raise Refused("long", limit=LONGEST)
            self.letters.update(c for c in words.text or "" if c.isalnum())

    # The new document.

    def _zipped(self, root: ET.Element, notes: dict[str, ET.Element]) -> bytes:
        package = io.BytesIO()
        links = "".join(
            f'<Relationship Id="{_quoted(ident)}" Type="{_TYPES}/hyperlink" '
            f'Target="{_quoted(target)}" TargetMode="External"/>'
            for ident, target in self._links.items()
        )
        relations = f'<Relationships xmlns="{_REL}">{{}}</Relationships>'
        main = f'<Relationship Id="m" Type="{_TYPES}/officeDocument" Target="word/document.xml"/>'
        with zipfile.ZipFile(package, "w") as written:
            written.writestr("_rels/.rels", relations.format(main))
            written.writestr("word/document.xml", ET.tostring(root))
            written.writestr("word/_rels/document.xml.rels", relations.replace("{}", links))
            written.writestr("word/styles.xml", self._styles.written())
            for name, part in notes.items():
                written.writestr(f"word/{name}.xml", ET.tostring(part))
                written.writestr(f"word/_rels/{name}.xml.rels", relations.replace("{}", links))
        return package.getvalue()


_BOX = "box"


class _Styles:
    """What the styles of a document make of a paragraph, whatever they are called by its author:
    the names of Word's own styles are English in every edition."""

    def __init__(self, root: ET.Element | None) -> None:
        self._styles: dict[str, ET.Element] = {}
        for style in root.findall(f"{W}style") if root is not None else ():
            self._styles[style.get(f"{W}styleId", "")] = style

    def role(self, style: str) -> str:
        for element in self._line(style):
            name = _value(element, f"{W}name").lower()
            if found := _HEADING.fullmatch(name):
                return f"heading-{found[1]}"
            if name == "title":
                return "heading-1"
            if name in ("quote", "intense quote", "block text"):
                return "quote"
        return "plain"

    def list_of(self, style: str) -> str:
        for element in self._line(style):
            numbered = element.find(f"{W}pPr/{W}numPr")
            if numbered is not None and (ident := _value(numbered, f"{W}numId")):
                return ident
        return ""

    def _line(self, style: str) -> list[ET.Element]:
        """The style, the one that it is based on, and so on."""
        line: list[ET.Element] = []
        while style in self._styles and len(line) < _DEEPEST_STYLE:
            line.append(self._styles[style])
            style = _value(line[-1], f"{W}basedOn")
        return line

    def written(self) -> bytes:
        root = ET.Element(f"{W}styles")
        for role in _ROLES:
            style = ET.SubElement(root, f"{W}style", {f"{W}type": "paragraph", f"{W}styleId": role})
            ET.SubElement(style, f"{W}name", {f"{W}val": role})
        for ident, known in self._styles.items():
            if known.get(f"{W}type") == "character":
                style = ET.SubElement(
                    root, f"{W}style", {f"{W}type": "character", f"{W}styleId": ident}
                )
                ET.SubElement(style, f"{W}name", {f"{W}val": _value(known, f"{W}name")})
        return ET.tostring(root)


def _set_role(paragraph: ET.Element, role: str) -> None:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = ET.Element(f"{W}pPr")
        paragraph.insert(0, properties)
    style = properties.find(f"{W}pStyle")
    if style is None:
        style = ET.SubElement(properties, f"{W}pStyle")
    style.set(f"{W}val", role)


def _after_properties(paragraph: ET.Element) -> int:
    return 1 if len(paragraph) and paragraph[0].tag == f"{W}pPr" else 0


def _numbers_pages(paragraph: ET.Element) -> bool:
    fields = (field.text or "" for field in paragraph.iter(f"{W}instrText"))
    return any(_PAGE_FIELD.search(field) for field in fields)


def _without(parent: ET.Element, tag: str) -> ET.Element:
    for element in list(parent.iter()):
        for child in element.findall(tag):
            element.remove(child)
    return parent


def _run(words: str) -> ET.Element:
    run = ET.Element(f"{W}r")
    ET.SubElement(run, f"{W}t").text = words
    return run


def _value(element: ET.Element | None, child: str) -> str:
    found = element.find(child) if element is not None else None
    return found.get(f"{W}val", "") if found is not None else ""


def _is_on(element: ET.Element) -> bool:
    return element.get(f"{W}val", "1") not in ("0", "false", "off")


def _quoted(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
