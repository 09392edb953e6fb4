"""The dialect of Markdown that bodies are written in: CommonMark, with addresses linked; pure."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import cache
from itertools import islice

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_core.text_join import text_join
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from bot.releases.links import Linkifier, find_links, is_wide

NEAR = 8
"""Letters on either side that tell what a line's end means."""
_SCHEMES = ("http:", "https:", "mailto:")


@cache
def commonmark() -> MarkdownIt:
    """CommonMark without HTML and without indented code, which pasted paragraphs look like.

    Nothing in it alters the typography of a text.
    """
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "typographer": False})
    parser.disable("code").enable("linkify")
    # markdown-it's own inline rule copies the rest of the text at every "://".
    parser.inline.ruler.disable("linkify")
    parser.inline.ruler.before("emphasis", "addresses", _spare_addresses)
    parser.linkify = Linkifier()
    parser.validateLink = lambda url: url.lower().startswith(_SCHEMES)  # type: ignore[method-assign]
    # The text of an address stays as it was written: no decoding of %2F or xn--.
    parser.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    parser.core.ruler.before("linkify", "text_join_first", text_join)
    parser.core.ruler.push("no_images", _show_no_images)
    parser.core.ruler.push("join_lines", _join_lines)
    return parser


def line_end(before: str, after: str) -> str:
    """What a line's end between these words means within a paragraph: a space, or nothing.

    Nothing between Han letters or kana, and nothing after their comma, stop or colon. Quotation
    marks, dashes and dots that other scripts have too (East Asian Width “A”) are as wide as what
    they stand at.
    """
    if not before or not after:
        return " "
    if (
        is_wide(before[-1])
        and unicodedata.category(before[-1]) == "Po"
        and not _is_hangul(after[0])
    ):
        return ""
    last = next((char for char in reversed(before) if not _is_shared(char)), " ")
    first = next((char for char in after if not _is_shared(char)), " ")
    return "" if is_wide(last) and is_wide(first) else " "


def _is_shared(char: str) -> bool:
    return unicodedata.category(char)[0] == "P" and unicodedata.east_asian_width(char) == "A"


def _is_hangul(char: str) -> bool:
    return unicodedata.name(char, "").startswith("HANGUL")


def _spare_addresses(state: StateInline, silent: bool) -> bool:
    """Inline rule: ``*`` and ``_`` within an address belong to it and set nothing apart."""
    if state.src[state.pos] not in "*_":
        return False
    known = state.env.get("addresses")
    if known is None or known[0] is not state.src:
        found = [(link.index, link.last_index) for link in find_links(state.src)]
        known = state.env["addresses"] = (state.src, found)
    i = bisect_right(known[1], (state.pos, len(state.src) + 1)) - 1
    if i < 0 or not known[1][i][0] < state.pos < known[1][i][1]:
        return False
    if not silent:
        state.pending += state.src[state.pos]
    state.pos += 1
    return True


def _join_lines(state: StateCore) -> None:
    for token in state.tokens:
        before = ""
        children = token.children or []
        for i, child in enumerate(children):
            if child.type == "softbreak":
                after = next((c.content for c in islice(children, i + 1, None) if c.content), "")
                child.type, child.content = "text", line_end(before, after[:NEAR])
            before = (before + child.content)[-NEAR:]


def _show_no_images(state: StateCore) -> None:
    """An image would make readers fetch it; its description stays, as a link to it."""
    for token in state.tokens:
        if not token.children or not any(c.type == "image" for c in token.children):
            continue
        children: list[Token] = []
        depth = 0
        for child in token.children:
            depth += child.type == "link_open"
            depth -= child.type == "link_close"
            if child.type != "image":
                children.append(child)
                continue
            text = Token("text", "", 0, content=child.content or str(child.attrGet("src") or ""))
            if depth:
                children.append(text)
                continue
            opening = Token("link_open", "a", 1, attrs={"href": child.attrGet("src") or ""})
            children += [opening, text, Token("link_close", "a", -1)]
        token.children = children
