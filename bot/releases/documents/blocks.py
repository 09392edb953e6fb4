"""A document as paragraphs and tables: what the child process hands back, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

LONGEST = 1_000_000
"""Characters of all paragraphs together, as many as a text file may have."""
MOST_BLOCKS = 20_000


class Refused(Exception):
    """The document is not taken; ``code`` says why, and ``values`` with what numbers or names."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Span:
    """A stretch of a paragraph. A line break is ``\\n``, the step to another column ``\\t``."""

    text: str
    bold: bool = False
    italic: bool = False
    url: str = ""


@dataclass(frozen=True)
class Paragraph:
    """``kind``: ``paragraph``, ``heading``, ``item``, ``quote``, ``pre``, ``note`` (a footnote) or
    ``foot`` (below the page).

    ``level`` is that of a heading, or how deep an item is nested, from 1 on. ``mark`` is an
    item's own ("-" or "3."), "" where a paragraph goes on with the item before it. ``line`` is
    that of the source, or 0.
    """

    spans: tuple[Span, ...]
    kind: str = "paragraph"
    level: int = 1
    mark: str = ""
    line: int = 0

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True)
class Table:
    """``rows`` of cells, each with its paragraphs; ``heads`` rows at the top name the columns."""

    rows: tuple[tuple[tuple[Paragraph, ...], ...], ...]
    heads: int = 0


Block = Paragraph | Table


@dataclass(frozen=True)
class Contents:
    """``left_out`` counts what was not taken, by kind (``pictures``, ``scripts`` …)."""

    blocks: tuple[Block, ...]
    left_out: dict[str, int]


def to_json(contents: Contents) -> dict[str, Any]:
    return asdict(contents)


def from_json(data: dict[str, Any]) -> Contents:
    blocks = (_table(d) if "rows" in d else _paragraph(d) for d in data["blocks"])
    return Contents(tuple(blocks), data["left_out"])


def _paragraph(data: dict[str, Any]) -> Paragraph:
    return Paragraph(**data | {"spans": tuple(Span(**span) for span in data["spans"])})


def _table(data: dict[str, Any]) -> Table:
    rows = (tuple(tuple(map(_paragraph, cell)) for cell in row) for row in data["rows"])
    return Table(tuple(rows), data["heads"])


def every_paragraph(blocks: Iterable[Block]) -> Iterator[Paragraph]:
    """All paragraphs in order, those of the tables row by row."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row:
                    yield from cell
