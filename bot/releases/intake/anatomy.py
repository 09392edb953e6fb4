"""A letter taken apart: letterhead, date line, headline, body, and the documents at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from bot.releases.intake.dateline import DateLine, NoSuchDay, find_date_line, is_date_line
from bot.releases.intake.document import Findings, Options, Place
from bot.releases.intake.layout import Unit, joined
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
    every: Sequence[Unit], where: str, tags: Sequence[str], options: Options, findings: Findings
) -> Letter | None:
    """The parts of a letter; dates are read as the languages ``tags`` write them, in that order.

    None if there is no date or no headline: both are fatal.
    """
    date_line = _date_line(every, where, tags, options, findings)
    if date_line is None:
        return None
    head, below = list(every[: date_line.start]), list(every[date_line.end :])
    # What stands beside the date in a letterhead in columns belongs to the letterhead.
    beside = len(list(takewhile(lambda unit: unit.column, below)))
    if beside < len(below):
        head, below = head + below[:beside], below[beside:]
    # A date line in a second language may be anywhere in a letterhead.
    head = [unit for unit in head if not is_date_line(unit.text, date_line.day, tags)]
    above = _headline_above(head, below)
    if above is not None:
        head.remove(above)
        below.insert(0, above)
    count = 1 if above is not None else _headline_units(below)
    if count == 0:
        findings.fatal(
            Place(where, below[0].line if below else None),
            text("There is no headline. Put it on a line of its own below the date."),
        )
        return None
    headline = Unit(
        text=joined([unit.text for unit in below[:count]]),
        line=below[0].line,
        chunk=below[0].chunk,
    )
    body, related = _part_documents(tuple(below[count:]))
    return Letter(
        head=tuple(head), date_line=date_line, headline=headline, body=body, related=related
    )


def _date_line(
    every: Sequence[Unit], where: str, tags: Sequence[str], options: Options, findings: Findings
) -> DateLine | None:
    try:
        found = find_date_line(every, tags)
    except NoSuchDay as error:
        _refuse_day(error, Place(where, error.unit.line), findings)
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


def _refuse_day(error: NoSuchDay, place: Place, findings: Findings) -> None:
    if error.days is None:
        what = text("There is no date {date} in the calendar.", date=error.written)
    else:
        what = text(
            "“{written}” may be {one} or {other}. Write the month as a word.",
            written=error.written,
            one=error.days[0],
            other=error.days[1],
        )
    findings.fatal(place, what)


def _headline_above(head: Sequence[Unit], below: Sequence[Unit]) -> Unit | None:
    """A heading right above the date, as on web pages, where what is below it is no headline."""
    last = head[-1] if head else None
    if last is None or last.kind != "heading" or (below and below[0].kind == "heading"):
        return None
    if below and _headline_units(below) and not below[0].text.endswith(_ENDS):
        return None
    return last


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
    address or a UN symbol. A short sign-off below it ("***") and footnotes stay in the body.
    """
    end = len(below)
    while end and below[end - 1].kind == "note":
        end -= 1
    notes = len(below) - end
    while end and len(below) - notes - end < 2 and _is_sign_off(below[end - 1]):
        end -= 1
    start = end
    while start and below[start - 1].mark:
        start -= 1
    items = below[start:end]
    introduced = start > 0 and below[start - 1].text.endswith(_COLONS)
    if introduced and any(first_address(u.text) or u.links or symbols(u.text) for u in items):
        return below[:start] + below[end:], items
    return below, ()


def _is_sign_off(unit: Unit) -> bool:
    return not unit.mark and not unit.kind and len(unit.text) <= _LONGEST_SIGN_OFF
