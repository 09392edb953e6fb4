"""Entities as Telegram wants them: counted in UTF-16, properly nested, a hundred at most."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

ENTITY_LIMIT = 100
"""Telegram ignores what comes after these; so which ones go is decided here."""

# Which ones stay when there are too many: ours (the headline's), then what carries meaning –
# where a link leads, what is struck out, who is quoted. Emphasis goes first.
_OURS, _EMPHASIS = 4, 0
_WORTH = {"text_link": 3, "strikethrough": 2, "blockquote": 1}


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A Bot API ``MessageEntity``: offset and length in UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """The same in code points of a block. ``ours``: the layout's own, not the release's."""

    start: int
    end: int
    type: str
    url: str = ""
    ours: bool = False

    @property
    def worth(self) -> int:
        return _OURS if self.ours else _WORTH.get(self.type, _EMPHASIS)

    def meets(self, other: Mark) -> bool:
        return self.start < other.end and other.start < self.end


def units(text: str) -> int:
    """The length of ``text`` as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def entities(blocks: Iterable[tuple[int, str, Sequence[Mark]]]) -> tuple[Entity, ...]:
    """From blocks of (offset in units, text, marks) to what is sent."""
    found = [
        (
            mark.worth,
            Entity(
                type=mark.type,
                offset=base + units(text[: mark.start]),
                length=units(text[mark.start : mark.end]),
                url=mark.url,
            ),
        )
        for base, text, marks in blocks
        for mark in nested(marks)
        if text[mark.start : mark.end].strip()
    ]
    found.sort(key=lambda item: (-item[0], item[1].offset))
    kept = [entity for _, entity in found[:ENTITY_LIMIT]]
    return tuple(sorted(kept, key=lambda entity: (entity.offset, -entity.length)))


def nested(marks: Sequence[Mark]) -> list[Mark]:
    """The marks under the rules of “Formatting options” in the Bot API.

    Of two with common characters one contains the other; links and code contain neither each
    other nor themselves, and code no emphasis. A link is worth more than code, and code more
    than emphasis, which is cut where it may not be.
    """
    links = _apart([mark for mark in marks if mark.type == "text_link"], ())
    code = _apart([mark for mark in marks if mark.type == "code"], links)
    others: list[Mark] = []
    for mark in marks:
        if mark.type == "blockquote":
            others.append(mark)
        elif mark.type not in ("text_link", "code"):
            others += _without(mark, code)
    return _uncrossed([*links, *code, *others])


def _apart(marks: Iterable[Mark], taken: Iterable[Mark]) -> list[Mark]:
    kept: list[Mark] = []
    for mark in marks:
        if not any(mark.meets(other) for other in (*taken, *kept)):
            kept.append(mark)
    return kept


def _without(mark: Mark, holes: Iterable[Mark]) -> list[Mark]:
    pieces, start = [], mark.start
    for hole in sorted(holes, key=lambda hole: hole.start):
        if hole.meets(mark):
            pieces.append(replace(mark, start=start, end=max(start, hole.start)))
            start = hole.end
    pieces.append(replace(mark, start=start, end=max(start, mark.end)))
    return [piece for piece in pieces if piece.start < piece.end]


def _uncrossed(marks: Iterable[Mark]) -> list[Mark]:
    """What begins inside another and ends outside of it is parted where that one ends."""
    queue = [(mark.start, -mark.end, n, mark) for n, mark in enumerate(marks)]
    heapq.heapify(queue)
    done: list[Mark] = []
    ends: list[int] = []
    while queue:
        start, minus_end, n, mark = heapq.heappop(queue)
        while ends and ends[-1] <= start:
            ends.pop()
        if ends and -minus_end > ends[-1]:
            rest = replace(mark, start=ends[-1])
            heapq.heappush(queue, (rest.start, minus_end, n, rest))
            mark = replace(mark, end=ends[-1])
            heapq.heappush(queue, (start, -mark.end, n, mark))
            continue
        ends.append(mark.end)
        done.append(mark)
    return done
