"""The body of a release: Markdown to paragraphs, to HTML, to plain text, and back; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import nh3
from markdown_it.token import Token

from bot.releases.commonmark import NEAR, commonmark, line_end
from bot.releases.direction import isolate
from translations.locales import direction

_KINDS = {"strong_open": "bold", "em_open": "italic", "link_open": "link"}
_CLOSERS = ("strong_close", "em_close", "link_close")


@dataclass(frozen=True, kw_only=True)
class Run:
    """A stretch of ``Block.text`` set apart; ``offset`` and ``length`` in code points.

    ``kind`` is ``bold``, ``italic``, ``code`` or ``link``; a link's ``url`` is absolute, with the
    scheme http, https or mailto.
    """

    kind: str
    offset: int
    length: int
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Block:
    """One paragraph of a body as plain text with its runs.

    ``kind`` is ``paragraph``, ``heading``, ``item`` or ``quote``. ``marker`` is the first line's
    list mark of an item: "•" or "1.", not part of ``text``.
    """

    text: str
    spans: tuple[Run, ...] = ()
    kind: str = "paragraph"
    marker: str = ""


def paragraphs(markdown: str) -> tuple[Block, ...]:
    """The body's paragraphs in order, none lost, none joined, none empty."""
    return tuple(_blocks(commonmark().parse(markdown)))


def to_html(markdown: str, language: str) -> str:
    """A sanitised HTML fragment; headings start at ``h2``, links are absolute.

    In a language written from right to left each block says so, because feed readers show the
    fragment outside of any page of ours. What runs against the language is in elements of its own.
    """
    tokens = commonmark().parse(markdown)
    isolate(tokens, language)
    rtl = direction(language) == "rtl"
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
        if rtl and token.nesting == 1 and not token.hidden:
            token.attrSet("dir", "rtl")
    parser = commonmark()
    return _cleaner().clean(parser.renderer.render(tokens, parser.options, {}))


def plain(markdown: str) -> str:
    """The body's words without markup, paragraphs parted by a blank line."""
    blocks = paragraphs(markdown)
    return "\n\n".join(f"{b.marker} {b.text}" if b.marker else b.text for b in blocks)


def escape(plain_text: str) -> str:
    """Markdown that renders as exactly ``plain_text``.

    A paragraph that has no meaning in Markdown is returned byte for byte; in others only the
    marks that would have one get a backslash.
    """
    parts = _BLANK_LINES.split(plain_text)
    return "".join(_escape_block(p) if i % 2 == 0 else p for i, p in enumerate(parts))


_BLANK_LINES = re.compile(r"(\n[ \t]*(?:\n[ \t]*)+)")
_SUSPECT = re.compile(r"[\\`*_\[<&~]|  \n|^[^\S\n]*[#>+=\-\d]", re.MULTILINE)
"""What any mark of CommonMark has; most paragraphs have nothing of it and need no parsing."""
_INLINE_MARK = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|\n|$)"
    r"|`|\["
    r"|(?<!\s)\*|\*(?!\s)"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|<(?=[A-Za-z])"
    r"|&(?=#?\w{1,40};)"
)
_LINE_MARK = re.compile(
    r"^(?P<indent>[^\S\n]*)(?:(?P<mark>\#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|~~~|=+[^\S\n]*$|-+[^\S\n]*$"
    r"|[*_](?=(?:[^\S\n]|[*_])*$))|(?P<number>\d{1,9})(?=[.)](?:\s|$)))",
    re.MULTILINE,
)
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def _shows(markdown: str, wanted: str) -> bool:
    """Whether ``markdown`` is one paragraph that reads as the plain text ``wanted``."""
    blocks = paragraphs(markdown)
    if len(blocks) != 1 or blocks[0].kind != "paragraph":
        return False
    if any(span.kind != "link" for span in blocks[0].spans):
        return False
    return blocks[0].text == _joined(wanted)


def _joined(text: str) -> str:
    """A paragraph's lines as one, as a reader sees them."""
    lines = [line.strip() for line in text.strip().split("\n")]
    joined = lines[0]
    for line in lines[1:]:
        joined += line_end(joined[-NEAR:], line[:NEAR]) + line
    return joined


def _escape_block(block: str) -> str:
    if not _SUSPECT.search(block) or _shows(block, block):
        return block
    marked = _LINE_MARK.sub(
        lambda m: f"{m['indent']}\\{m['mark']}" if m["mark"] else f"{m[0]}\\",
        _INLINE_MARK.sub(lambda m: "\\" + m[0], block),
    )
    if _shows(marked, block):
        return marked
    return _PUNCTUATION.sub(lambda m: "\\" + m[0], block)


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags={
            *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote"),
            *("ul", "ol", "li", "strong", "em", "code", "pre", "a", "span"),
        },
        attributes={"*": {"dir"}, "a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    )


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    quotes = 0
    markers: list[str] = []
    lists: list[int | None] = []
    heading = False
    for token in tokens:
        kind = token.type
        quotes += (kind == "blockquote_open") - (kind == "blockquote_close")
        if kind == "ordered_list_open":
            lists.append(int(token.attrGet("start") or 1))
        elif kind == "bullet_list_open":
            lists.append(None)
        elif kind in ("ordered_list_close", "bullet_list_close"):
            lists.pop()
        elif kind == "list_item_open":
            number = lists[-1]
            markers.append("•" if number is None else f"{number}{token.markup}")
            lists[-1] = None if number is None else number + 1
        elif kind == "list_item_close":
            markers.pop()
        elif kind in ("heading_open", "heading_close"):
            heading = kind == "heading_open"
        elif kind == "inline" or kind == "fence":
            text, spans = _runs(token)
            if not text:
                continue
            if heading:
                yield Block(text=text, spans=spans, kind="heading")
            elif markers:
                yield Block(text=text, spans=spans, kind="item", marker=markers[-1])
                markers[-1] = ""
            else:
                yield Block(text=text, spans=spans, kind="quote" if quotes else "paragraph")


def _runs(token: Token) -> tuple[str, tuple[Run, ...]]:
    """The text of an inline token (or a fenced block) and its runs, outermost first."""
    if token.type == "fence":
        text = token.content.rstrip("\n")
        return text, (Run(kind="code", offset=0, length=len(text)),)
    parts: list[str] = []
    length = 0
    opened: list[tuple[str, int, str]] = []
    spans: list[Run] = []
    for child in token.children or ():
        if child.type in _KINDS:
            opened.append((_KINDS[child.type], length, str(child.attrGet("href") or "")))
        elif child.type in _CLOSERS:
            kind, offset, url = opened.pop()
            if length > offset:
                spans.append(Run(kind=kind, offset=offset, length=length - offset, url=url))
        else:
            content = "\n" if child.type == "hardbreak" else child.content
            if child.type == "code_inline" and content:
                spans.append(Run(kind="code", offset=length, length=len(content)))
            parts.append(content)
            length += len(content)
    spans.sort(key=lambda span: (span.offset, -span.length))
    return "".join(parts), tuple(spans)
