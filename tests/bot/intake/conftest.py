"""Word documents made from raw markup, down to what no library would write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import escape

import pytest

from bot.errors import BadDocument
from bot.releases.body import Block, paragraphs
from bot.releases.intake import Draft, read_text

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DATE_LINE = "Press release 14 March 2024"

Take = Callable[..., Draft]


class Word:
    """Raw WordprocessingML, and packages of it."""

    @staticmethod
    def run(words: str, look: str = "") -> str:
        """``look`` are the run's properties, as in ``<w:b/>``."""
        properties = f"<w:rPr>{look}</w:rPr>" if look else ""
        return f'<w:r>{properties}<w:t xml:space="preserve">{escape(words)}</w:t></w:r>'

    @classmethod
    def p(cls, content: str, properties: str = "") -> str:
        """A paragraph; plain words become a run."""
        inner = content if content.startswith("<") else cls.run(content)
        properties = f"<w:pPr>{properties}</w:pPr>" if properties else ""
        return f"<w:p>{properties}{inner}</w:p>"

    @classmethod
    def item(cls, words: str, number: int = 1, level: int = 0) -> str:
        """A paragraph of the list ``number``."""
        listed = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
        return cls.p(words, listed)

    @classmethod
    def table(cls, *rows: tuple[str, ...], header: bool = False) -> str:
        """Lines of a cell are its paragraphs."""
        made = []
        for i, row in enumerate(rows):
            cells = "".join(
                "<w:tc>" + "".join(map(cls.p, cell.split("\n"))) + "</w:tc>" for cell in row
            )
            mark = "<w:trPr><w:tblHeader/></w:trPr>" if header and i == 0 else ""
            made.append(f"<w:tr>{mark}{cells}</w:tr>")
        return f"<w:tbl>{''.join(made)}</w:tbl>"

    @classmethod
    def letter(cls, *body: str) -> str:
        """A date line, a headline and paragraphs, each as words or markup."""
        return "".join(
            each if each.startswith("<w:") and not each.startswith("<w:r>") else cls.p(each)
            for each in (DATE_LINE, "Lamps are lit", *body)
        )

    @staticmethod
    def docx(
        body: str,
        *,
        links: dict[str, str] | None = None,
        parts: dict[str, str] | None = None,
        files: dict[str, str | bytes] | None = None,
    ) -> bytes:
        """A .docx of a body, with links (by id), parts (by kind) and any other files."""
        relations = [
            f'<Relationship Id="{ident}" Type="{_KINDS}/hyperlink" Target="{escape(target)}" '
            'TargetMode="External"/>'
            for ident, target in (links or {}).items()
        ]
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("[Content_Types].xml", TYPES)
            for name, inner in (parts or {}).items():
                kind = name.rstrip("0123456789")
                root = {"header": "hdr", "footer": "ftr"}.get(kind, kind)
                package.writestr(f"word/{name}.xml", _rooted(root, inner))
                relations.append(
                    f'<Relationship Id="{name}" Type="{_KINDS}/{kind}" Target="{name}.xml"/>'
                )
            document = _rooted("document", f"<w:body>{body}</w:body>")
            package.writestr("word/document.xml", document)
            package.writestr(
                "word/_rels/document.xml.rels",
                f'<Relationships xmlns="{_RELATIONS}">{"".join(relations)}</Relationships>',
            )
            for name, data in (files or {}).items():
                package.writestr(name, data)
        return written.getvalue()


def _rooted(name: str, inner: str) -> str:
    return f"<w:{name} {SPACES}>{inner}</w:{name}>"


@pytest.fixture
def word() -> type[Word]:
    return Word


@pytest.fixture
def take() -> Take:
    """Reads what was sent as a file of that name, in English unless another is given."""

    def read(data: bytes | str, name: str = "letter.docx", **options: object) -> Draft:
        content = data.encode() if isinstance(data, str) else data
        known = {"languages": ("en", "fr"), "default_zone": "UTC", "language": "en", **options}
        return read_text(content, name, **known)  # type: ignore[arg-type]

    return read


@pytest.fixture
def refusal(take: Take) -> Callable[..., str]:
    """The one reason for which a document is not taken."""

    def refused(data: bytes | str, name: str = "letter.docx", **options: object) -> str:
        with pytest.raises(BadDocument) as error:
            take(data, name, **options)
        (problem,) = (p for p in error.value.problems if p.fatal)
        return str(problem.as_text())

    return refused


@pytest.fixture
def blocks() -> Callable[[Draft], list[Block]]:
    """The paragraphs of a draft's original, as readers get them."""

    def of(draft: Draft) -> list[Block]:
        return list(paragraphs(draft.release.variants[draft.release.original].body))

    return of
