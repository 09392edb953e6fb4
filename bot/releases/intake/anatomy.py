"""A letter taken apart: letterhead, date line, headline, body, and the documents at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, takewhile

from bot.releases.intake.dateline import DateLine, NoSuchDay, find_date_line
from bot.releases.intake.document import Findings, Options, Place
from bot.releases.intake.layout import Unit, joined, units
from bot.releases.intake.shared import first_address
from bot.releases.symbols import symbols
from translations.text import text

_LONGEST_HEADLINE = 250
_LONGEST_SENTENCE = 100
"""Characters up to which a line that ends with a full stop may still be a headline."""
_LONGEST_SIGN_OFF = 60
_STOPS = (".", "。", "۔", "।")
_ENDS = (*_STOPS, "!", "?", ":", ";", "؟", "！", "？")
_COLONS = (":", "：")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Every unit of the text is in exactly one place. ``head`` is above the date line.

    ``related`` are the items of a list of documents; the sentence that introduces them is the
    last of ``body``.
    """

    head: tuple[Unit, ...]
    date_line: DateLine
    headline: Unit
    body: tuple[Unit, ...]
    related: tuple[Unit, ...]


def take_apart(
    content: str, where: str, tags: Sequence[str], options: Options, findings: Findings
) -> Letter | None:
    """The parts of a letter; dates are read as the languages ``tags`` write them, in that order.

    None if there is no date or no headline: both are fatal.
    """
    every = units(content)
    date_line = _date_line(every, where, tags, options, findings)
    if date_line is None:
        return None
    below = every[date_line.end :]
    count = _headline_units(below)
    if count == 0:
        line = below[0].line if below else None
        findings.fatal(
            Place(where, line),
            text("There is no headline. Put it on a line of its own below the date."),
        )
        return None
    headline = Unit(
        text=joined([unit.text for unit in below[:count]]),
        line=below[0].line,
        chunk=below[0].chunk,
    )
    body, related = _part_documents(below[count:])
    return Letter(
        head=every[: date_line.start],
        date_line=date_line,
        headline=headline,
        body=body,
        related=related,
    )


def _date_line(
    every: Sequence[Unit], where: str, tags: Sequence[str], options: Options, findings: Findings
) -> DateLine | None:
    try:
        found = find_date_line(every, tags)
    except NoSuchDay as error:
        findings.fatal(
            Place(where, error.unit.line),
            text("There is no date {date} in the calendar.", date=error.written),
        )
        return None
    if found is None and options.today is not None and every:
        findings.note(
            Place(where),
            text("There is no date in the text; it bears today’s, {date}.", date=options.today),
        )
        return DateLine(0, 0, options.today, "")
    if found is None:
        findings.fatal(
            Place(where),
            text(
                "There is no date. Add a line above the headline, as in “{example}”.",
                example="Press release 26 June 2026",
            ),
        )
    return found


def _headline_units(below: Sequence[Unit]) -> int:
    """How many units the headline takes: one, or a few short lines that stand by themselves."""
    if not below:
        return 0
    first = below[0]
    if len(first.text) > _LONGEST_HEADLINE:
        return 0
    if first.text.endswith(_STOPS) and len(first.text) > _LONGEST_SENTENCE:
        return 0
    together = list(takewhile(lambda unit: unit.chunk == first.chunk, below))
    apart = len(together) < len(below)
    short = all(len(u.text) <= 120 and not u.mark and not u.text.endswith(_ENDS) for u in together)
    return len(together) if apart and short and len(together) <= 3 else 1


def _part_documents(below: tuple[Unit, ...]) -> tuple[tuple[Unit, ...], tuple[Unit, ...]]:
    """The body, and the list of documents that ends the letter.

    A list is one of documents if a sentence with a colon introduces it and any item has a web
    address or a UN symbol. A short sign-off below it ("***") stays in the body.
    """
    end = len(below)
    while end and len(below) - end < 2 and _is_sign_off(below[end - 1]):
        end -= 1
    start = end
    while start and below[start - 1].mark:
        start -= 1
    items = below[start:end]
    introduced = start > 0 and below[start - 1].text.endswith(_COLONS)
    if introduced and any(first_address(u.text) or symbols(u.text) for u in items):
        return below[:start] + below[end:], items
    return below, ()


def _is_sign_off(unit: Unit) -> bool:
    return not unit.mark and len(unit.text) <= _LONGEST_SIGN_OFF


def lists(body: Sequence[Unit]) -> list[list[Unit]]:
    """The body in groups: each paragraph alone, the items of a list together."""
    groups: list[list[Unit]] = []
    for kind, members in groupby(body, key=_list_kind):
        found = list(members)
        if kind == "" or len(found) < 2 or (kind == "number" and not _counts_up(found)):
            groups.extend([unit] for unit in found)
        else:
            groups.append(found)
    return groups


def _list_kind(unit: Unit) -> str:
    """A dash may also begin what somebody says, so it makes no list."""
    mark = unit.mark.strip()
    if not mark or mark in "–—":
        return ""
    return "number" if mark[0].isdigit() else "" if mark[0] == "(" else "bullet"


def _counts_up(items: Sequence[Unit]) -> bool:
    numbers = [int(unit.mark.strip()[:-1]) for unit in items]
    return all(b == a + 1 for a, b in pairwise(numbers))
