"""What a command prints: words in the operator's language, tables, and JSON.

On a terminal Rich lays it out. Anywhere else a line is a line: cells parted by tabs, dates as ISO
writes them, nothing wrapped, cut or boxed.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from textwrap import indent
from typing import TYPE_CHECKING, Any

from translations.catalogs import Catalog
from translations.text import Text

if TYPE_CHECKING:
    from rich.console import Console

Cell = Text | str | int | date | datetime | tuple[str, ...] | None
Line = tuple[Text, Cell]

# Texts come from documents and chats: none of them may steer the terminal.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_BREAKS = re.compile(r"\s*[\n\t]\s*")


class Output:
    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._stdout = sys.stdout
        self._stderr = sys.stderr
        self.terminal = self._stdout.isatty()

    def words(self, cell: Cell) -> str:
        """``cell`` in the operator's language; an aware datetime in its own zone."""
        match cell:
            case None:
                return ""
            case Text():
                return _clean(self.catalog.render(cell))
            case datetime():
                zone = getattr(cell.tzinfo, "key", "UTC")
                if self.terminal:
                    return self.catalog.formats.datetime(cell, zone)
                return cell.isoformat(timespec="seconds")
            case date():
                return self.catalog.formats.date(cell) if self.terminal else cell.isoformat()
            case int():
                return self.catalog.formats.number(cell) if self.terminal else str(cell)
            case tuple():
                return _clean(self.catalog.formats.join(cell) if self.terminal else " ".join(cell))
            case _:
                return _clean(cell)

    def say(self, what: Text | str) -> None:
        """A line of its own, or a text of several."""
        self._stdout.write(self.words(what) + "\n")

    def complain(self, what: Text) -> None:
        """One line on stderr, whatever is in it."""
        self._stderr.write(_one_line(self.words(what)) + "\n")

    def json(self, value: Any) -> None:
        """The one JSON document of a command."""
        # An encoding that cannot write every letter still gets the document whole.
        plain = (self._stdout.encoding or "").lower().replace("-", "") != "utf8"
        json.dump(value, self._stdout, ensure_ascii=plain, indent=2)
        self._stdout.write("\n")

    @contextmanager
    def json_list(self) -> Iterator[Callable[[Any], None]]:
        """The same for a list whose items are given one by one, however many they are."""
        plain = (self._stdout.encoding or "").lower().replace("-", "") != "utf8"
        before = "[\n"

        def write(item: Any) -> None:
            nonlocal before
            self._stdout.write(
                before + indent(json.dumps(item, ensure_ascii=plain, indent=2), "  ")
            )
            before = ",\n"

        yield write
        self._stdout.write("[]\n" if before == "[\n" else "\n]\n")

    def table(
        self,
        columns: Sequence[Text],
        rows: Sequence[Sequence[Cell]],
        empty: Text,
        *,
        name: int = 0,
    ) -> None:
        """``rows`` under ``columns``; ``empty`` is said on stderr when there are none.

        The column ``name`` holds what people copy into the next command: it is not wrapped.
        """
        if not rows:
            self.complain(empty)
            return
        cells = [[_one_line(self.words(cell)) for cell in row] for row in rows]
        if not self.terminal:
            self._stdout.writelines("\t".join(row) + "\n" for row in cells)
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text as Styled

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for place, column in enumerate(columns):
            heading = Styled(self.words(column))
            table.add_column(heading, overflow="fold", no_wrap=place == name)
        for row in cells:
            table.add_row(*(Styled(cell) for cell in row))
        self._console().print(table)

    def sheet(self, title: Text | str, lines: Sequence[Line], body: str = "") -> None:
        """A titled block: labelled values, those that are empty left out, then a text."""
        shown = [
            (self.words(label), _one_line(words))
            for label, value in lines
            if (words := self.words(value))
        ]
        heading, body = _one_line(self.words(title)), _clean(body).strip()
        if not self.terminal:
            parts = [heading, *(f"{label}: {value}" for label, value in shown)]
            parts += ["", body] if body else []
            self._stdout.write("\n".join(parts) + "\n\n")
            return
        from rich.console import Group
        from rich.panel import Panel
        from rich.table import Table
        from rich.text import Text as Styled

        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim")
        grid.add_column(overflow="fold")
        for label, value in shown:
            grid.add_row(Styled(label), Styled(value))
        text = [Styled(f"\n{body}" if shown else body)] if body else []
        self._console().print(
            Panel(Group(grid, *text), title=Styled(heading, style="bold"), title_align="left")
        )

    def marked(self, label: Text, parts: Sequence[tuple[str, str]]) -> None:
        """A line under a ``label``, of parts that each have a Rich style on a terminal."""
        heading = self.words(label)
        cleaned = [(_one_line(self.words(f"{words}|"))[:-1], style) for words, style in parts]
        if not self.terminal:
            self._stdout.write(f"{heading}: {''.join(words for words, _ in cleaned).strip()}\n")
            return
        from rich.text import Text as Styled

        line = Styled.assemble((f"{heading}  ", "dim"), *cleaned)
        self._console().print(line)

    @contextmanager
    def progress(self, label: Text, total: int | None) -> Iterator[_Step]:
        """A bar on a terminal while more than a few things are done; call what it gives for each.

        It goes to stderr, so that what is printed meanwhile stays as it is. ``None``: nobody
        knows of how many.
        """
        if (total is not None and total < 8) or not self._stderr.isatty():
            yield _Step()
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(file=self._stderr), transient=True) as bar:
            task = bar.add_task(self.words(label), total=total)
            yield _Bar(bar, task)

    def _console(self) -> Console:
        from rich.console import Console

        return Console(file=self._stdout, markup=False, highlight=False, emoji=False)


class _Step:
    def __call__(self, more: int = 1) -> None:
        """So many more are done."""


class _Bar(_Step):
    def __init__(self, bar: Any, task: Any) -> None:
        self._bar, self._task = bar, task

    def __call__(self, more: int = 1) -> None:
        self._bar.advance(self._task, more)


def _clean(words: str) -> str:
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", words.replace("\r\n", "\n"))


def _one_line(words: str) -> str:
    return _BREAKS.sub(" ", words.strip())
