"""Formatted paragraphs as Markdown that shows exactly their words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from bot.releases.body import escape, paragraphs
from bot.releases.documents.blocks import Span
from bot.releases.links import find_links

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_EDGES = re.compile(r"\A(\W*)(.*?)(\W*)\Z", re.DOTALL)
_SPACES = re.compile(r"\A(\s*)(.*?)(\s*)\Z", re.DOTALL)


def markdown(spans: Sequence[Span]) -> str:
    """One paragraph without line breaks; its words are never changed for the sake of its marks.

    Where CommonMark cannot set a stretch apart (marks beside Han letters, say), the marks take in
    less, and at last are left out.
    """
    spans = _settled(spans)
    words = "".join(span.text for span in spans)
    if all(_is_plain(span) for span in spans):
        return escape(words)
    for edges in (_SPACES, _EDGES):
        for escaped in (_lightly, _fully):
            written = _written(spans, edges, escaped)
            if _shows(written, words, spans):
                return written
    unmarked = [replace(span, bold=False, italic=False) for span in spans]
    if unmarked != spans:
        return markdown(unmarked)
    return escape(words)


def addresses(spans: Sequence[Span]) -> tuple[str, ...]:
    """What the words of a paragraph lead to, each once."""
    return tuple(dict.fromkeys(span.url for span in spans if span.url))


def _settled(spans: Sequence[Span]) -> list[Span]:
    """The spans with what is not worth marking left out."""
    whole = "".join(span.text for span in spans).strip()
    settled: list[Span] = []
    for url, group in groupby(spans, key=lambda span: span.url):
        members = list(group)
        shown = "".join(span.text for span in members).strip()
        if url and (not shown or any(_same_address(url, link.url) for link in find_links(shown))):
            members = [replace(span, url="") for span in members]
        settled += members
    if all(span.bold for span in settled if span.text.strip()) and len(whole) > 0:
        # A paragraph that is bold throughout is one of many such, or a heading by hand.
        return [replace(span, bold=bool(span.text.strip())) for span in settled]
    return settled


def _same_address(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(url: str) -> str:
    without = re.sub(r"\A(?:https?://|mailto:)", "", url, flags=re.IGNORECASE)
    return without.removeprefix("www.").rstrip("/")


def _is_plain(span: Span) -> bool:
    return not (span.bold or span.italic or span.url)


def _lightly(words: str) -> str:
    leading, middle, trailing = _parts(words, _SPACES)
    return leading + (escape(middle) if middle else "") + trailing


def _fully(words: str) -> str:
    return _PUNCTUATION.sub(lambda found: "\\" + found[0], words)


def _written(spans: Sequence[Span], edges: re.Pattern[str], escaped: Callable[[str], str]) -> str:
    parts = []
    for url, linked in groupby(spans, key=lambda span: span.url):
        inner = "".join(_marked(list(linked), edges, escaped))
        if url:
            leading, middle, trailing = _parts(inner, _SPACES)
            address = url.replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E")
            inner = f"{leading}[{middle}](<{address}>){trailing}" if middle else inner
        parts.append(inner)
    return "".join(parts)


def _marked(
    spans: Sequence[Span], edges: re.Pattern[str], escaped: Callable[[str], str]
) -> Iterator[str]:
    for (bold, italic), group in groupby(spans, key=lambda span: (span.bold, span.italic)):
        words = "".join(span.text for span in group)
        if not (bold or italic):
            yield escaped(words)
            continue
        leading, middle, trailing = _parts(words, edges)
        mark = "**" * bold + "*" * italic
        inner = f"{mark}{escaped(middle)}{mark}" if middle else ""
        yield escaped(leading) + inner + escaped(trailing)


def _parts(words: str, edges: re.Pattern[str]) -> tuple[str, str, str]:
    found = edges.match(words)
    return (found[1], found[2], found[3]) if found is not None else ("", words, "")


def _shows(written: str, words: str, spans: Sequence[Span]) -> bool:
    """Whether ``written`` reads as ``words``, and sets apart what ``spans`` do but for marks."""
    blocks = paragraphs(written)
    if len(blocks) != 1 or blocks[0].kind != "paragraph" or blocks[0].text != words.strip():
        return False
    shown = blocks[0]
    known = {(run.kind, run.offset + i) for run in shown.spans for i in range(run.length)}
    if any(run.kind == "code" for run in shown.spans):
        return False
    at = len(words.lstrip()) - len(words)
    for span in spans:
        for i, char in enumerate(span.text, start=at):
            if not char.isalnum():
                continue
            for kind, wanted in (("bold", span.bold), ("italic", span.italic)):
                if ((kind, i) in known) != wanted:
                    return False
            if span.url and ("link", i) not in known:
                return False
        at += len(span.text)
    return True
