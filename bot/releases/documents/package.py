"""A .docx opened with care: only the parts that hold text, each of bounded size, none with a DTD.

Nothing is unpacked to disk, and the names in the archive are looked up, never used as paths.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from xml.etree import ElementTree as ET

from bot.releases.documents.blocks import Refused

PART_LIMIT = 8_000_000
"""Bytes of one part, unpacked. The text of a long report has about a tenth."""
ALL_LIMIT = 12_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STRICT = "http://purl.oclc.org/ooxml/"
_TRANSITIONAL = {
    "wordprocessingml/main": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "officeDocument/relationships": (
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
    "drawingml/main": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "drawingml/wordprocessingDrawing": (
        "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    ),
    "drawingml/picture": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "officeDocument/math": "http://schemas.openxmlformats.org/officeDocument/2006/math",
}
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_OTHERS = (("xl/", ".xlsx"), ("ppt/", ".pptx"), ("content.xml", ".odt"), ("META-INF/", ".zip"))


class _Builder(ET.TreeBuilder):
    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise Refused("doctype")


class Package:
    """The parts of one .docx. Raises :class:`Refused` for whatever is not a plain one."""

    def __init__(self, data: bytes) -> None:
        if data.startswith(_OLE):
            raise Refused("ole")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
            raise Refused("broken") from error
        names = {entry.filename for entry in self._zip.infolist()}
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Refused("macros")
        self._names = names
        self._left = ALL_LIMIT
        self.main = self._main()

    def relations(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Of a part, by id: the last word of the type, the target, and whether it is outside."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for relation in root.iter(_RELATION) if root is not None else ():
            kind = relation.get("Type", "").rsplit("/", 1)[-1]
            target = relation.get("Target", "")
            outside = relation.get("TargetMode") == "External"
            if not outside:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[relation.get("Id", "")] = (kind, target, outside)
        return found

    def xml(self, name: str) -> ET.Element | None:
        """The root of a part in the namespaces of the transitional form, or None without one."""
        if name not in self._names:
            return None
        parser = ET.XMLParser(target=_Builder())  # noqa: S314 -- it refuses every DTD
        try:
            parser.feed(self._bytes(name))
            root: ET.Element = parser.close()
        except (ET.ParseError, ValueError, LookupError) as error:
            raise Refused("broken") from error
        _make_transitional(root)
        return root

    def _bytes(self, name: str) -> bytes:
        limit = min(PART_LIMIT, self._left)
        try:
            with self._zip.open(name) as part:
                data = part.read(limit + 1)
        except RuntimeError as error:  # which zipfile raises for a part with a password
            raise Refused("password") from error
        except (
            *(zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError),
            *(OSError, ValueError, OverflowError),
        ) as error:
            raise Refused("broken") from error
        if len(data) > limit:
            raise Refused("bomb", limit=PART_LIMIT)
        self._left -= len(data)
        return data

    def _main(self) -> str:
        if "[Content_Types].xml" not in self._names:
            kind = next((suffix for sign, suffix in _OTHERS if self._has(sign)), ".zip")
            raise Refused("other", suffix=kind)
        types = self._bytes("[Content_Types].xml")
        if b"macroEnabled" in types:
            raise Refused("macros")
        for kind, target, outside in self.relations("").values():
            if kind == "officeDocument" and not outside and target in self._names:
                if target.startswith(("xl/", "ppt/")):
                    raise Refused("other", suffix=".xlsx" if target[0] == "x" else ".pptx")
                return target
        if "word/document.xml" in self._names:
            return "word/document.xml"
        raise Refused("broken")

    def _has(self, sign: str) -> bool:
        return any(name.startswith(sign) for name in self._names)


def _make_transitional(root: ET.Element) -> None:
    for element in root.iter():
        if isinstance(element.tag, str) and _STRICT in element.tag[:28]:
            element.tag = _renamed(element.tag)
        for name in [name for name in element.attrib if _STRICT in name[:28]]:
            element.attrib[_renamed(name)] = element.attrib.pop(name)


def _renamed(name: str) -> str:
    namespace, _, local = name[1:].partition("}")
    known = _TRANSITIONAL.get(namespace.removeprefix(_STRICT))
    return f"{{{known}}}{local}" if known else name
