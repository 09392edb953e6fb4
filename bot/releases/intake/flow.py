"""The paragraphs and tables of an office document as the units that a letter is read by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from bot.releases.documents.blocks import Contents, Paragraph, Span, Table
from bot.releases.intake.dateline import NoSuchDay, find_date_line
from bot.releases.intake.layout import Unit, mark_of, units
from bot.releases.intake.richtext import addresses, markdown

_LETTERHEAD = 500
"""Characters that may stand above a table which is still the head of the letter."""
_MOST_COLUMNS = 3
_LONG_CELL = 300
_BETWEEN_CELLS = " · "


def flow(contents: Contents, tags: Sequence[str]) -> tuple[Unit, ...]:
    """The units of a document, in order; no word is lost.

    A table above the date line, as the languages ``tags`` write one, is a letterhead: what stands
    side by side in it is read column by column. Any other becomes a list, a row to an item, with
    the names of its columns where it has some.
    """
    chunks = count()
    columns = count(1)
    total = sum(len(block.text) for block in contents.blocks if isinstance(block, Paragraph))
    found: list[Unit] = []
    above = 0
    feet: list[Unit] = []
    for block in contents.blocks:
        if isinstance(block, Paragraph):
            made = _units(block, next(chunks), loose=len(block.text) > total / 2)
            if block.kind == "foot":
                feet += made
                continue
        elif above <= _LETTERHEAD and not _is_dated(found, tags):
            made = list(_letterhead(block, chunks, columns))
        else:
            made = list(_table(block, chunks))
        above += sum(len(unit.text) for unit in made)
        found += made
    # What stands below the page is the office's address: it is read with the letterhead.
    below = next(columns)
    return tuple([replace(unit, column=below) for unit in feet] + found)


def _is_dated(above: Sequence[Unit], tags: Sequence[str]) -> bool:
    try:
        return find_date_line(above, tags) is not None
    except NoSuchDay:
        return True


def _units(paragraph: Paragraph, chunk: int, *, loose: bool) -> list[Unit]:
    """The lines of a paragraph. ``loose``: they are paragraphs themselves, as in a page that
    knows no other."""
    if paragraph.kind == "pre":
        return [
            replace(unit, line=paragraph.line + unit.line - 1 if unit.line else None)
            for unit in units(paragraph.text)
        ]
    found = []
    for i, spans in enumerate(_lines(paragraph.spans)):
        words = "".join(span.text for span in spans)
        mark = ""
        kind = paragraph.kind
        if kind == "item":
            mark = f"{paragraph.mark} " if paragraph.mark and i == 0 else ""
            words = mark + words
        elif kind == "paragraph":
            kind, mark = "", mark_of(words)
            spans = _without_start(spans, len(mark))
        plain = not any(span.bold or span.italic or span.url for span in spans)
        found.append(
            Unit(
                text=words,
                line=paragraph.line or None,
                chunk=chunk,
                mark=mark,
                kind=kind,
                level=paragraph.level,
                joins=i > 0 and not (loose and not kind),
                markdown="" if plain else markdown(spans),
                links=addresses(spans),
            )
        )
    return found


def _lines(spans: Sequence[Span]) -> list[list[Span]]:
    lines: list[list[Span]] = [[]]
    for span in spans:
        first, *more = span.text.split("\n")
        lines[-1].append(replace(span, text=first))
        lines += [[replace(span, text=each)] for each in more]
    stripped = (_stripped([span for span in line if span.text]) for line in lines)
    return [line for line in stripped if line]


def _stripped(line: list[Span]) -> list[Span]:
    while line and not line[0].text.strip():
        line = line[1:]
    while line and not line[-1].text.strip():
        line = line[:-1]
    if line:
        line[0] = replace(line[0], text=line[0].text.lstrip())
        line[-1] = replace(line[-1], text=line[-1].text.rstrip())
    return line


def _without_start(spans: list[Span], size: int) -> list[Span]:
    while size and spans:
        if len(spans[0].text) > size:
            return [replace(spans[0], text=spans[0].text[size:]), *spans[1:]]
        size -= len(spans[0].text)
        spans = spans[1:]
    return spans


def _letterhead(table: Table, chunks: Iterator[int], columns: Iterator[int]) -> Iterator[Unit]:
    """The cells column by column; but row by row where the first column says what is in the
    second, and in a frame of one column."""
    widest = max(len(row) for row in table.rows)
    if widest > _MOST_COLUMNS:
        yield from _table(table, chunks)
    elif widest == 1:
        for row in table.rows:
            for paragraph in row[0]:
                yield from _units(paragraph, next(chunks), loose=True)
    elif _names_values(table):
        column = next(columns)
        for row in table.rows:
            words = " ".join("".join(s.text for s in _joined(cell)) for cell in row if cell)
            yield Unit(text=words, line=_line_of(row), chunk=next(chunks), column=column)
    else:
        for i in range(widest):
            column = next(columns)
            for row in table.rows:
                for paragraph in row[i] if i < len(row) else ():
                    for unit in _units(paragraph, next(chunks), loose=True):
                        yield replace(unit, column=column)


def _names_values(table: Table) -> bool:
    """Whether the first column says what is in the second: "Tel.:", "Date:"."""
    firsts = [" ".join(p.text for p in row[0]).strip() for row in table.rows if len(row) > 1]
    named = sum(first.endswith((":", "：")) for first in firsts if first)
    return named * 2 >= len([first for first in firsts if first]) > 0


def _table(table: Table, chunks: Iterator[int]) -> Iterator[Unit]:
    cells = [cell for row in table.rows for cell in row if cell]
    wide = max(len(row) for row in table.rows) > 1
    long = any(len(cell) > 1 or len(cell[0].text) > _LONG_CELL for cell in cells)
    if not wide or long:  # a frame to set text in
        for cell in cells:
            for paragraph in cell:
                yield from _units(paragraph, next(chunks), loose=False)
        return
    heads = [_joined(cell) for cell in table.rows[0]] if table.heads == 1 else []
    chunk = next(chunks)
    for row in table.rows[1 if heads else 0 :]:
        yield _row(row, heads, chunk)


def _row(row: tuple[tuple[Paragraph, ...], ...], heads: list[list[Span]], chunk: int) -> Unit:
    """A row as an item: "Port · Lamps: 12 · Keepers: 3"."""
    spans: list[Span] = []
    for i, cell in enumerate(row):
        words = _joined(cell)
        if not words:
            continue
        if spans:
            spans.append(Span(_BETWEEN_CELLS))
            if i < len(heads) and heads[i]:
                spans += [*heads[i], Span(": ")]
        spans += words
    plain = not any(span.bold or span.italic or span.url for span in spans)
    return Unit(
        text="- " + "".join(span.text for span in spans),
        line=_line_of(row),
        chunk=chunk,
        mark="- ",
        kind="item",
        markdown="" if plain else markdown(spans),
        links=addresses(spans),
    )


def _joined(cell: Sequence[Paragraph]) -> list[Span]:
    return [
        replace(span, text=span.text.replace("\n", " "))
        for paragraph in cell
        for span in paragraph.spans
    ]


def _line_of(row: Sequence[Sequence[Paragraph]]) -> int | None:
    return next((cell[0].line or None for cell in row if cell), None)
