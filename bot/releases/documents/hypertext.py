"""HTML to blocks: a walk over the standard library's tokenizer, which neither fetches nor runs.

No tree is built, so that nothing can be nested too deeply. A cleaner that gives HTML back (nh3)
would leave this walk to be done, and a converter to Markdown (markdownify) writes text that would
have to be taken apart again to find the letterhead; both parse without bounds.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from bot.releases.documents.blocks import (
    LONGEST,
    MOST_BLOCKS,
    Block,
    Contents,
    Paragraph,
    Refused,
    Span,
    Table,
)
from bot.releases.documents.counting import letters, roman

MARK_END = "\ue000"
"""Parts the mark of a list item from its words in what ``word.py`` writes (private use)."""

Attributes = list[tuple[str, str | None]]

_VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta"),
        *("param", "source", "track", "wbr"),
    )
)
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd"),
        *("details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html"),
        *("legend", "li", "listing", "main", "menu", "ol", "p", "pre", "search", "section"),
        *("summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "xmp"),
    )
)
_SKIPPED = {
    **dict.fromkeys(("script", "noscript", "template"), "scripts"),
    **dict.fromkeys(("iframe", "frame", "object", "embed", "applet"), "frames"),
    **dict.fromkeys(("svg", "canvas", "video", "audio", "img", "picture"), "pictures"),
    **dict.fromkeys(("select", "textarea", "button", "input", "nav"), "controls"),
    **dict.fromkeys(("head", "title", "style", "map", "datalist", "del", "rp", "rt"), ""),
}
_CLOSED_BY = {
    "li": (("li",), ("ul", "ol", "menu", "dir")),
    "dt": (("dt", "dd"), ("dl",)),
    "dd": (("dt", "dd"), ("dl",)),
    "tr": (("tr",), ("table",)),
    "td": (("td", "th"), ("tr", "table")),
    "th": (("td", "th"), ("tr", "table")),
}
_LISTS = ("ul", "ol", "menu", "dir")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_SPACE_WITHOUT_TABS = re.compile(r"[ \n\r\f]+")
_WEB = re.compile(r"\s*(?:https?://|mailto:)[^\s<>]+\s*", re.IGNORECASE)
_HIDING = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)")
_BOLD = re.compile(r"font-weight\s*:\s*(bold|[6-9]00|normal|[1-5]00|lighter)")
_ITALIC = re.compile(r"font-style\s*:\s*(italic|oblique|normal)")


@dataclass(frozen=True)
class _Look:
    """How what comes now is set; ``skip`` counts the elements around it that are not taken."""

    bold: bool = False
    italic: bool = False
    url: str = ""
    skip: bool = False
    kind: str = "paragraph"
    level: int = 1


@dataclass
class _List:
    ordered: bool
    next: int
    style: str


@dataclass
class _Cells:
    """A table that is being read."""

    rows: list[list[list[Paragraph]]] = field(default_factory=list)
    heads: int = 0
    in_cell: bool = False


def read_html(content: str, *, from_word: bool = False) -> Contents:
    """What a reader of the page sees as text, in order.

    ``from_word`` tells HTML that mammoth made: there a tab parts columns, and notes are known by
    their ids. Raises :class:`Refused` for more text or more paragraphs than a release may have.
    """
    walk = _Walk(from_word)
    walk.feed(content)
    walk.close()
    return walk.finish()


class _Walk(HTMLParser):
    def __init__(self, from_word: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._space = _SPACE_WITHOUT_TABS if from_word else _SPACE
        self._from_word = from_word
        self._blocks: list[Block] = []
        self._left_out: Counter[str] = Counter()
        self._open: list[tuple[str, _Look]] = []
        self._opened: Counter[str] = Counter()
        self._look = _Look()
        self._lists: list[_List] = []
        self._mark = ""
        self._label = ""
        self._table: _Cells | None = None
        self._spans: list[Span] = []
        self._line = 0
        self._size = 0
        self._count = 0

    def finish(self) -> Contents:
        self._end_paragraph()
        if self._table is not None:
            self._end_table()
        return Contents(tuple(self._blocks), dict(self._left_out))

    # What the tokenizer calls.

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in reversed(attrs)}
        if tag in _BLOCKS:
            if self._opened["head"]:
                self.handle_endtag("head")
            self._close_what_ends_before(tag)
            self._end_paragraph()
        look = self._dressed(tag, given)
        if tag in _SKIPPED and not self._look.skip and _SKIPPED[tag]:
            self._left_out[_SKIPPED[tag]] += 1
        if tag in _VOID:
            if tag == "br" and not look.skip:
                self._add("\n")
            return
        self._open.append((tag, self._look))
        self._opened[tag] += 1
        self._look = look
        if not look.skip:
            self._begin(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "p" and not self._opened["p"]:
            self._end_paragraph()
        if not self._opened[tag]:
            return
        while True:
            closed, look = self._open.pop()
            self._opened[closed] -= 1
            self._end(closed)
            self._look = look
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._look.skip:
            return
        if self._look.kind == "pre":
            self._add(data.replace("\r\n", "\n").replace("\r", "\n"))
        else:
            self._add(self._space.sub(" ", data))

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Word's ``<![if …]>`` and whatever else begins so is a remark, as browsers have it."""
        return self.parse_bogus_comment(i)

    # Elements.

    def _dressed(self, tag: str, given: dict[str, str]) -> _Look:
        look = self._look
        style = given.get("style", "").lower()
        if tag in _SKIPPED or "hidden" in given or _HIDING.search(style):
            return replace(look, skip=True)
        bold = tag in ("b", "strong") or (look.bold and tag not in ("h1", "h2", "h3", "h4"))
        italic = tag in ("i", "em", "cite", "dfn", "var") or look.italic
        if style:
            if found := _BOLD.search(style):
                bold = found[1] in ("bold", "600", "700", "800", "900")
            if found := _ITALIC.search(style):
                italic = found[1] != "normal"
        look = replace(look, bold=bold, italic=italic)
        if tag == "a":
            url = given.get("href", "")
            look = replace(look, url=url.strip() if _WEB.fullmatch(url) else "")
            if self._from_word and url.startswith(("#footnote-ref", "#endnote-ref")):
                look = replace(look, skip=True)
        elif tag in ("pre", "xmp", "listing"):
            look = replace(look, kind="pre")
        elif tag == "blockquote":
            look = replace(look, kind="quote")
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            look = replace(look, kind="heading", level=int(tag[1]))
        elif tag == "li":
            look = replace(look, kind="item", level=max(len(self._lists), 1))
        elif self._from_word and tag == "p":
            look = _of_class(look, given.get("class", ""))
        return look

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        if tag in _LISTS:
            start = given.get("start", "").strip()
            begin = int(start) if re.fullmatch(r"\d{1,4}", start, re.ASCII) else 1
            self._lists.append(_List(tag == "ol", begin, given.get("type", "")))
        elif tag == "li":
            self._begin_item(given)
        elif tag == "q":
            self._add("“")
        elif tag == "table":
            self._begin_table()
        elif tag == "tr" and self._table is not None and self._opened["table"] == 1:
            self._table.rows.append([])
            self._table.in_cell = False
        elif tag in ("td", "th") and self._table is not None and self._opened["table"] == 1:
            self._begin_cell()

    def _end(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_paragraph()
        if self._look.skip:
            return
        if tag in _LISTS and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._mark = self._label = ""
        elif tag == "q":
            self._add("”")
        elif tag == "thead" and self._table is not None and self._opened["table"] == 1:
            self._table.heads = len(self._table.rows)
        elif tag in ("td", "th") and self._table is not None and self._opened["table"] == 1:
            self._table.in_cell = False
        elif tag == "table" and self._table is not None and not self._opened["table"]:
            self._end_table()

    def _close_what_ends_before(self, tag: str) -> None:
        """End tags that HTML lets authors leave out."""
        closing, within = _CLOSED_BY.get(tag, (("p",), ()))
        if tag not in _CLOSED_BY:
            if self._opened["p"]:
                self._close_down_to(("p",), ("table", "td", "th", "li", "blockquote", "div"))
            return
        self._close_down_to(closing, within)

    def _close_down_to(self, closing: tuple[str, ...], within: tuple[str, ...]) -> None:
        if not any(self._opened[tag] for tag in closing):
            return
        for tag, _ in reversed(self._open[-50:]):
            if tag in within:
                return
            if tag in closing:
                self.handle_endtag(tag)
                return

    def _begin_item(self, given: dict[str, str]) -> None:
        ident = given.get("id", "")
        if self._from_word and ident.startswith(("footnote-", "endnote-")):
            number = self._lists[-1].next if self._lists else 1
            if self._lists:
                self._lists[-1].next += 1
            self._look = replace(self._look, kind="note", level=1)
            self._label = f"[{number}] "
            return
        around = self._lists[-1] if self._lists else _List(False, 1, "")
        if not around.ordered:
            self._mark = "-"
            return
        value = given.get("value", "").strip()
        if re.fullmatch(r"\d{1,4}", value, re.ASCII):
            around.next = int(value)
        number, around.next = around.next, around.next + 1
        if around.style in ("a", "A", "i", "I"):
            written = letters(number) if around.style in "aA" else roman(number)
            self._label = f"{written if around.style.islower() else written.upper()}. "
            self._look = replace(self._look, kind="paragraph")  # CommonMark counts in figures
        else:
            self._mark = f"{number}."

    def _begin_table(self) -> None:
        if self._opened["table"] == 1:
            self._table = _Cells()

    def _begin_cell(self) -> None:
        assert self._table is not None
        if not self._table.rows:
            self._table.rows.append([])
        self._table.rows[-1].append([])
        self._table.in_cell = True
        self._counted()

    def _end_table(self) -> None:
        assert self._table is not None
        cells, self._table = self._table, None
        rows = tuple(
            tuple(tuple(cell) for cell in row) for row in cells.rows if any(cell for cell in row)
        )
        if rows:
            self._blocks.append(Table(rows, min(cells.heads, len(rows))))

    # Paragraphs.

    def _add(self, words: str) -> None:
        words = words.replace("\u00ad", "")  # where a word may be parted is no part of it
        if not words:
            return
        if not self._spans:
            self._line = self.getpos()[0]
        self._size += len(words)
        if self._size > LONGEST * 2:  # white space between elements may come to nothing
            raise Refused("long", limit=LONGEST)
        look = self._look
        self._spans.append(Span(words, look.bold, look.italic, look.url))

    def _end_paragraph(self) -> None:
        spans, self._spans = self._spans, []
        if not spans:
            return
        for part in _parted(spans) if self._look.kind != "pre" else [spans]:
            trimmed = _trimmed(part) if self._look.kind != "pre" else _as_set(part)
            if not trimmed:
                continue
            if self._label:
                trimmed = (Span(self._label), *trimmed)
                self._label = ""
            look = self._look
            mark = self._mark if look.kind == "item" else ""
            if self._from_word and look.kind == "item" and MARK_END in trimmed[0].text:
                mark, _, rest = trimmed[0].text.partition(MARK_END)
                trimmed = _trimmed([replace(trimmed[0], text=rest), *trimmed[1:]])
                if not trimmed:
                    continue
            self._put(
                Paragraph(
                    trimmed,
                    kind=look.kind,
                    level=min(look.level, 6),
                    mark=mark,
                    line=0 if self._from_word else self._line,
                )
            )
            self._mark = ""

    def _put(self, paragraph: Paragraph) -> None:
        self._counted()
        if self._table is not None and self._table.in_cell:
            self._table.rows[-1][-1].append(paragraph)
        else:
            self._blocks.append(paragraph)

    def _counted(self) -> None:
        self._count += 1
        if self._count > MOST_BLOCKS:
            raise Refused("parts", limit=MOST_BLOCKS)


def _of_class(look: _Look, name: str) -> _Look:
    """The classes that ``word.py`` has mammoth write."""
    if name == "foot":
        return replace(look, kind="foot")
    level = name.removeprefix("item-")
    if level != name and level.isdecimal():
        return replace(look, kind="item", level=int(level[:2]))
    return look


def _parted(spans: list[Span]) -> list[list[Span]]:
    """The paragraphs in ``spans``: two line breaks in a row are how some write a new one."""
    parts: list[list[Span]] = [[]]
    breaks = 0
    for span in spans:
        if span.text == "\n":
            breaks += 1
            if breaks == 2:
                parts.append([])
            elif breaks == 1:
                parts[-1].append(span)
            continue
        if span.text.strip():
            breaks = 0
        elif breaks:
            continue
        parts[-1].append(span)
    return parts


def _as_set(spans: list[Span]) -> tuple[Span, ...]:
    return tuple(spans) if any(span.text.strip() for span in spans) else ()


def _trimmed(spans: list[Span]) -> tuple[Span, ...]:
    """The spans without white space around them and around line breaks, nor twice in a row."""
    kept: list[Span] = []
    after_space = True
    for span in spans:
        words = span.text
        if after_space:
            words = words.lstrip(" ")
        if words == "\n" and kept:
            _strip_end(kept)
        if not words:
            continue
        after_space = words[-1] in " \n"
        last = kept[-1] if kept else None
        if last is not None and replace(last, text="") == replace(span, text=""):
            kept[-1] = replace(last, text=last.text + words)
        else:
            kept.append(replace(span, text=words))
    _strip_end(kept)
    while kept and not kept[0].text.strip():
        kept.pop(0)
    if kept:
        kept[0] = replace(kept[0], text=kept[0].text.lstrip())
    return tuple(kept)


def _strip_end(spans: list[Span]) -> None:
    while spans and not spans[-1].text.rstrip():
        spans.pop()
    if spans:
        spans[-1] = replace(spans[-1], text=spans[-1].text.rstrip())
