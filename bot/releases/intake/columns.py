"""Letterheads set in columns: what stands side by side is read one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from bot.releases.intake.layout import COLUMN_GAP, Unit

_MOST = 3


def in_columns(head: Sequence[Unit]) -> list[Unit]:
    """``head`` with the lines that tabs or wide gaps part turned into columns.

    Lines that follow each other with as many parts make one set of columns.
    """
    taken = max((unit.column for unit in head), default=0)
    found: list[Unit] = []
    for count, members in groupby(head, key=_count):
        lines = list(members)
        if count == 1:
            found += lines
            continue
        for column in range(count):
            taken += 1
            found += _column(lines, column, taken)
    return found


def _count(unit: Unit) -> int:
    """Into how many columns a line falls; more than a few are no columns."""
    count = len(COLUMN_GAP.split(unit.text)) if not unit.column else 1
    return count if count <= _MOST else 1


def _column(lines: Sequence[Unit], column: int, number: int) -> Iterator[Unit]:
    for unit in lines:
        words = COLUMN_GAP.split(unit.text)[column].strip()
        if words:
            yield replace(unit, text=words, mark="", column=number)
