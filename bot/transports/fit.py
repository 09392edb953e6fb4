"""Fit a message to Telegram: one text, or one photo with a caption, within its limits, and
entities instead of markup."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate
from urllib.parse import urlsplit

from bot.releases.direction import stretches
from bot.transports.base import Message, Paragraph, Photo
from bot.transports.entities import Entity, Mark, entities, units
from translations.bidi import controls, inserted
from translations.locales import direction

TEXT_LIMIT = 4096
"""UTF-16 code units (Bot API, ``sendMessage``). At three bytes a unit at most, a text within it
is also within the 32,768 bytes of UTF-8 that the server reads."""

CAPTION_LIMIT = 1024
"""The same below a photo (Bot API, ``sendPhoto``)."""

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
    begins nor ends with white space, because Telegram would trim it. It is the caption of
    ``photo``, if there is one.
    """

    text: str
    entities: tuple[Entity, ...] = ()
    button: tuple[str, str] | None = None
    others: tuple[tuple[str, str], ...] = ()
    shown: int = 0
    photo: Photo | None = None

    @property
    def limit(self) -> int:
        return TEXT_LIMIT if self.photo is None else CAPTION_LIMIT


@dataclass(frozen=True, kw_only=True)
class _Block:
    text: str
    marks: tuple[Mark, ...] = ()
    cut: bool = False


def fit(message: Message) -> Fitted:
    """The message as it is sent: below its photo where a caption has room for all that has to be
    read, else as a text of its own, of which the page's preview shows the picture."""
    if message.photo is not None:
        fitted, whole = _laid_out(message, CAPTION_LIMIT)
        if whole and fitted.shown >= min(message.lead, len(message.paragraphs)):
            return fitted
    return fit_text(message)


def fit_text(message: Message) -> Fitted:
    """The same as a text, whatever photo there is."""
    return _laid_out(replace(message, photo=None), TEXT_LIMIT)[0]


def fit_caption(message: Message, otherwise: Photo) -> Fitted:
    """The same below its photo, or the other where it has none, however little fits there: a
    photo that was sent cannot become a text."""
    return _laid_out(replace(message, photo=message.photo or otherwise), CAPTION_LIMIT)[0]


def _laid_out(message: Message, limit: int) -> tuple[Fitted, bool]:
    """Headline, label, as many opening paragraphs as fit, what is said of a photo, signature;
    parted by blank lines; and whether nothing of it was cut.

    A paragraph is shown whole or not at all, and none after the first that does not fit. Only a
    headline, label or signature too long by itself is cut, at a word, with “…”.

    A release's text is kept to the byte, except that direction gets invisible controls: each
    line runs as its language does, what runs against it stands in isolates, and what a text
    leaves open is closed at the end of its line. So nothing in a headline reaches the signature.
    No control is within an address, a document symbol or a piece of code.
    """
    # A quarter of the text is many times any real label or signature, and leaves the headline half
    # (of a caption a quarter).
    language, quarter = message.language, limit // 4
    label = _line(message.label, message.label_language or language, quarter, "italic")
    signature = _line(message.signature, language, quarter)
    about = _about(message.photo, language, quarter)
    # Every block is counted with a gap after it, and the last one has none.
    room = limit + len(GAP) - _cost([label, about, signature])
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

    blocks = [block for block in (headline, label, *opening, about, signature) if block.text]
    starts = accumulate((units(block.text) + len(GAP) for block in blocks), initial=0)
    fitted = Fitted(
        text=GAP.join(block.text for block in blocks),
        entities=entities(
            (start, block.text, block.marks) for start, block in zip(starts, blocks, strict=False)
        ),
        button=message.button if message.button and all(message.button) else None,
        others=message.others,
        shown=shown,
        photo=message.photo,
    )
    return fitted, not any(block.cut for block in (headline, label, signature))


def _about(photo: Photo | None, language: str, room: int) -> _Block:
    """What is said of a photo. Where there is not room for all, whose it is matters more than
    what it shows."""
    if photo is None:
        return _Block(text="")
    whole = _line(" ".join(filter(None, (photo.caption, photo.credit))), language, room, "italic")
    return _line(photo.credit, language, room, "italic") if whole.cut else whole


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
    cut = shown != text[start:end]
    shown = inserted(shown, _controls(shown, language))
    marks = (Mark(start=0, end=len(shown), type=style, ours=True),) if style and shown else ()
    return _Block(text=shown, marks=marks, cut=cut)


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
