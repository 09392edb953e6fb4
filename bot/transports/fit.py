"""Fit a message to Telegram: one text within its limits, and entities instead of markup."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from urllib.parse import urlsplit

from bot.releases.direction import stretches
from bot.transports.base import Message, Paragraph
from bot.transports.entities import Entity, Mark, entities, units
from translations.bidi import controls, inserted
from translations.locales import direction

TEXT_LIMIT = 4096
"""UTF-16 code units (Bot API, ``sendMessage``). At three bytes a unit at most, a text within it
is also within the 32,768 bytes of UTF-8 that the server reads."""

GAP = "\n\n"
ZWJ = "\u200d"

_TYPES = {
    "bold": "bold",
    "italic": "italic",
    "code": "code",
    "strike": "strikethrough",
    "link": "text_link",
}


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A text Telegram accepts as it stands.

    ``shown`` counts the opening paragraphs that are in it, each of them whole. The text neither
    begins nor ends with white space, because Telegram would trim it.
    """

    text: str
    entities: tuple[Entity, ...] = ()
    button: tuple[str, str] | None = None
    shown: int = 0


@dataclass(frozen=True, kw_only=True)
class _Block:
    text: str
    marks: tuple[Mark, ...] = ()


def fit(message: Message) -> Fitted:
    """Headline, label, as many opening paragraphs as fit, signature; parted by blank lines.

    A paragraph is shown whole or not at all, and none after the first that does not fit. Only a
    headline, label or signature too long by itself is cut, at a word, with “…”.

    A release's text is kept to the byte, except that direction gets invisible controls: each
    line runs as its language does, what runs against it stands in isolates, and what a text
    leaves open is closed at the end of its line. So nothing in a headline reaches the signature.
    No control is within an address, a document symbol or a piece of code.
    """
    # A quarter of the text is many times any real label or signature, and leaves the headline half.
    language = message.language
    label = _line(message.label, message.label_language or language, TEXT_LIMIT // 4, "italic")
    signature = _line(message.signature, language, TEXT_LIMIT // 4)
    # Every block is counted with a gap after it, and the last one has none.
    room = TEXT_LIMIT + len(GAP) - _cost([label, signature])
    headline = _line(message.headline, language, room - len(GAP), "bold")
    room -= _cost([headline])

    opening: list[_Block] = []
    shown = 0
    for paragraph in message.paragraphs:
        block = _paragraph(paragraph, language)
        cost = _cost([block])
        if cost > room:
            break
        room -= cost
        opening.append(block)
        shown += 1

    blocks = [block for block in (headline, label, *opening, signature) if block.text]
    starts = accumulate((units(block.text) + len(GAP) for block in blocks), initial=0)
    return Fitted(
        text=GAP.join(block.text for block in blocks),
        entities=entities(
            (start, block.text, block.marks) for start, block in zip(starts, blocks, strict=False)
        ),
        button=message.button if message.button and all(message.button) else None,
        shown=shown,
    )


def _cost(blocks: Iterable[_Block]) -> int:
    return sum(units(block.text) + len(GAP) for block in blocks if block.text)


def _line(text: str, language: str, room: int, style: str = "") -> _Block:
    """A text of the layout's own, all of it in one ``style``, in at most ``room`` units."""
    start, end = _inner(text)
    budget = room
    shown = _cut(text[start:end], budget)
    while (over := units(shown) + len(_controls(shown, language)) - room) > 0:
        budget -= over
        shown = _cut(text[start:end], budget)
    shown = inserted(shown, _controls(shown, language))
    if not style or not shown:
        return _Block(text=shown)
    return _Block(text=shown, marks=(Mark(start=0, end=len(shown), type=style, ours=True),))


def _paragraph(paragraph: Paragraph, language: str) -> _Block:
    first, last = _inner(paragraph.text)
    shown = paragraph.text[first:last]
    spans = [
        (max(span.offset, first) - first, min(span.offset + span.length, last) - first, span)
        for span in paragraph.spans
    ]
    added = _controls(shown, language, [(a, b) for a, b, span in spans if span.kind == "code"])
    places = [at for at, _ in added]
    marks: list[Mark] = []
    for start, end, span in spans:
        if start < end and (span.kind != "link" or _is_taken(span.url)):
            # Controls at either end are outside of what they are about.
            start += bisect_right(places, start)
            end += bisect_left(places, end)
            marks.append(Mark(start=start, end=end, type=_TYPES[span.kind], url=span.url))
    shown = inserted(shown, added)
    if paragraph.quote:
        marks.append(Mark(start=0, end=len(shown), type="blockquote"))
    return _Block(text=shown, marks=tuple(marks))


def _is_taken(url: str) -> bool:
    """Whether Telegram takes ``url`` in a link; for any other it refuses the whole message.

    Addresses of e-mail it links by itself, where they are in the text.
    """
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    except ValueError:
        return False


def _controls(
    text: str, language: str, code: Iterable[tuple[int, int]] = ()
) -> list[tuple[int, str]]:
    found = [
        (start, end)
        for start, end in stretches(text, language)
        if not any(a < start < b or a < end < b for a, b in code)
    ]
    return controls(text, direction(language), found)


def _inner(text: str) -> tuple[int, int]:
    """Where ``text`` begins and ends without white space and control characters around it."""
    start, end = 0, len(text)
    while start < end and _is_blank(text[start]):
        start += 1
    while end > start and _is_blank(text[end - 1]):
        end -= 1
    return start, end


def _is_blank(char: str) -> bool:
    # Telegram turns control characters into spaces, then trims.
    return char.isspace() or char < " "


def _cut(text: str, room: int) -> str:
    if units(text) <= room:
        return text
    # A surrogate pair cut in two does not decode, and goes.
    kept = text.encode("utf-16-le")[: 2 * (room - 1)].decode("utf-16-le", "ignore")
    words = kept.rsplit(None, 1)
    if len(words) == 2 and len(words[0]) >= len(kept) // 2:
        return words[0].rstrip() + "…"
    # Written without spaces: between letters, not between a letter and its accents.
    end = len(kept)
    while end and _joins(text, end):
        end -= 1
    return (kept[:end] or kept) + "…"


def _joins(text: str, at: int) -> bool:
    return unicodedata.category(text[at])[0] == "M" or ZWJ in text[at - 1 : at + 1]
