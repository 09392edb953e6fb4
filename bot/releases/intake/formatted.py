"""What is bold, italic, quoted or a link in a text that came with its formatting beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from bot.releases.documents.blocks import Span
from bot.releases.intake.layout import Unit, joined
from bot.releases.intake.richtext import addresses, markdown


@dataclass(frozen=True, kw_only=True)
class Format:
    """A stretch of the text, in code points. ``kind``: bold, italic, link (with ``url``), quote."""

    start: int
    end: int
    kind: str
    url: str = ""


@dataclass(frozen=True)
class _Look:
    bold: bool = False
    italic: bool = False
    quote: bool = False
    url: str = ""


def with_formats(
    every: Sequence[Unit], content: str, formats: Iterable[Format]
) -> tuple[Unit, ...]:
    """The units of ``content`` with the Markdown of what is set apart in them.

    A unit of which it cannot be told where it stands in ``content`` stays plain.
    """
    looks = _looks(len(content), formats)
    rows = content.split("\n")
    starts = list(accumulate((len(row) + 1 for row in rows), initial=0))
    return tuple(_formatted(unit, looks, _places(unit, rows, starts)) for unit in every)


def _looks(length: int, formats: Iterable[Format]) -> list[_Look]:
    looks = [_Look()] * length
    for one in formats:
        for at in range(max(one.start, 0), min(one.end, length)):
            if one.kind == "link":
                looks[at] = replace(looks[at], url=one.url)
            elif one.kind == "bold":
                looks[at] = replace(looks[at], bold=True)
            elif one.kind == "italic":
                looks[at] = replace(looks[at], italic=True)
            elif one.kind == "quote":
                looks[at] = replace(looks[at], quote=True)
    return looks


def _places(unit: Unit, rows: Sequence[str], starts: Sequence[int]) -> list[int]:
    """Where in the content each character of the unit's text is; nothing if that is unknown."""
    lines: list[str] = []
    places: list[int] = []
    for number in range((unit.line or 0) - 1, len(rows)):
        if number < 0:
            return []
        words = rows[number].strip()
        before = joined(lines) if lines else ""
        lines.append(words)
        so_far = joined(lines)
        if not unit.text.startswith(so_far):
            return []
        between = len(so_far) - len(before) - len(words)
        places += [places[-1]] * between if places else []
        first = starts[number] + len(rows[number]) - len(rows[number].lstrip())
        places += range(first, first + len(words))
        if so_far == unit.text:
            return places
    return []


def _formatted(unit: Unit, looks: Sequence[_Look], places: Sequence[int]) -> Unit:
    own = [looks[place] for place in places[len(unit.mark) :]]
    if not own:
        return unit
    if all(look.quote for look in own) and not unit.mark:
        unit = replace(unit, kind="quote")
    spans = list(_spans(unit.words, own))
    if not any(span.bold or span.italic or span.url for span in spans):
        return unit
    return replace(unit, markdown=markdown(spans), links=addresses(spans))


def _spans(words: str, own: Sequence[_Look]) -> Iterator[Span]:
    for look, group in groupby(zip(words, own, strict=True), key=lambda pair: pair[1]):
        text = "".join(letter for letter, _ in group)
        yield Span(text, bold=look.bold, italic=look.italic, url=look.url)
