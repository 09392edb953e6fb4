"""The body of a letter as Markdown that shows exactly its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from bot.releases.body import escape, paragraphs
from bot.releases.intake.layout import Unit

_DEEPEST_HEADING = 6


def body_of(units: Sequence[Unit]) -> str:
    """Paragraphs and lists, parted by blank lines. No word is added or lost."""
    blocks: list[str] = []
    for kind, members in groupby(units, key=_kind):
        found = list(members)
        if kind == "item":
            blocks += _items(found)
        elif kind == "quote":
            blocks.append("\n>\n".join(_set_off(each) for each in _paragraphs(found)))
        elif kind == "heading":
            blocks += [_heading(unit) for unit in found]
        elif kind in ("", "note"):
            blocks += _paragraphs(found)
        else:
            blocks += _plain_list(found)
    return "\n\n".join(blocks)


def _kind(unit: Unit) -> str:
    """What documents say of a unit, or its list mark's kind where they say nothing.

    A dash may also begin what somebody says, so it makes no list.
    """
    mark = unit.mark.strip()
    if unit.kind or not mark or mark in "–—" or unit.joins:
        return unit.kind
    return "number" if mark[0].isdigit() else "" if mark[0] == "(" else "bullet"


def _paragraphs(units: Sequence[Unit]) -> list[str]:
    """Each with its lines, where it has several."""
    found: list[str] = []
    for unit in units:
        written = _words(unit)
        if unit.joins and found:
            found[-1] += "\\\n" + written
        else:
            found.append(written)
    return found


def _words(unit: Unit) -> str:
    if not unit.markdown:
        return escape(unit.text)
    return _mark(unit) + unit.markdown


def _mark(unit: Unit) -> str:
    """The mark as words: what would make a list of it is escaped."""
    if not unit.mark:
        return ""
    return escape(unit.mark + "x")[:-1]


def _heading(unit: Unit) -> str:
    level = min(max(unit.level, 2), _DEEPEST_HEADING)
    return f"{'#' * level} {unit.markdown or escape(unit.text)}"


def _set_off(paragraph: str) -> str:
    return "\n".join(f"> {line}" for line in paragraph.split("\n"))


def _plain_list(units: Sequence[Unit]) -> Iterator[str]:
    """Marks typed by hand: a list if there are several that count up, else paragraphs."""
    if len(units) < 2 or (units[0].mark.strip()[0].isdigit() and not _counts_up(units)):
        yield from _paragraphs(units)
        return
    marks = [unit.mark.strip() for unit in units]
    rows = [
        f"{mark if mark[0].isdigit() else '-'} {unit.markdown or escape(unit.words)}"
        for mark, unit in zip(marks, units, strict=True)
    ]
    yield "\n".join(rows)


def _counts_up(items: Sequence[Unit]) -> bool:
    numbers = [int(unit.mark.strip()[:-1]) for unit in items]
    return all(b == a + 1 for a, b in pairwise(numbers))


def _items(units: Sequence[Unit]) -> Iterator[str]:
    """The lists of a document, nested as there; as paragraphs where CommonMark, which counts by
    itself, would number them otherwise."""
    rows: list[str] = []
    widths: list[int] = []
    tight = True
    for unit in units:
        if unit.joins and rows:
            rows[-1] += "\\\n" + " " * sum(widths) + (unit.markdown or escape(unit.words))
            continue
        level = min(unit.level, len(widths) + bool(unit.mark))
        if unit.mark:
            widths = widths[: max(level - 1, 0)]
            indent = " " * sum(widths)
            widths = [*widths, len(unit.mark)]
            rows.append(f"{indent}{unit.mark}{unit.markdown or escape(unit.words)}")
        else:  # a further paragraph of the item above
            tight = tight and not rows
            widths = widths[: max(unit.level, 0)]
            rows.append(" " * sum(widths) + (unit.markdown or escape(unit.words)))
    written = ("\n" if tight else "\n\n").join(rows)
    shown = [block.marker for block in paragraphs(written)]
    wanted = [_shown_mark(unit) for unit in units if not unit.joins]
    if shown == wanted:
        yield written
    else:
        yield from _paragraphs(units)


def _shown_mark(unit: Unit) -> str:
    mark = unit.mark.strip()
    return "•" if mark == "-" else mark
