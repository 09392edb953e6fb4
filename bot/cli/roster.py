"""Subscribers as a CSV file: reading one, every line checked, and writing one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from bot.audience.repository import Wish
from bot.audience.subscriber import Subscriber
from bot.errors import BadDocument, PolyheraldError, Problem
from bot.releases.intake.slug import is_slug
from bot.releases.moments import zone_names
from bot.transports import address as addresses
from translations.locales import UnknownLanguage, canonical
from translations.text import Text, text

COLUMNS = ("address", "languages", "timezone", "topics")


class BadWish(PolyheraldError):
    """What somebody wrote about a subscriber cannot be used."""


def wish(written: str, languages: str, timezone: str, topics: str) -> Wish:
    """Check one subscriber's values; lists are parted by spaces or commas.

    Raises ``BadWish`` or ``TransportError``, with the remedy.
    """
    transport, address = addresses.split(written)
    if timezone not in zone_names():
        raise BadWish(
            text("There is no time zone “{zone}”. Write it as in Europe/Paris.", zone=timezone)
        )
    return Wish(
        transport=transport,
        address=address,
        languages=_languages(languages),
        timezone=timezone,
        topics=_topics(topics),
        kind=addresses.telegram_kind(address),
    )


def _languages(written: str) -> tuple[str, ...]:
    tags = written.replace(",", " ").split()
    if not tags:
        raise BadWish(text("No language is given. Give them in order, such as fr en."))
    try:
        return tuple(dict.fromkeys(canonical(tag) for tag in tags))
    except UnknownLanguage as error:
        raise BadWish(
            text(
                "“{tag}” is not the tag of a language. Use a BCP 47 tag such as fr, pt-BR or "
                "zh-Hant.",
                tag=error.tag[:80],
            )
        ) from error


def _topics(written: str) -> tuple[str, ...]:
    topics = written.replace(",", " ").split()
    for topic in topics:
        if not is_slug(topic):
            raise BadWish(
                text("“{topic}” cannot be a topic. Use a–z, digits and hyphens.", topic=topic[:80])
            )
    return tuple(dict.fromkeys(topics))


def read_roster(data: bytes, where: str, default_zone: str) -> list[Wish]:
    """The subscribers in a CSV file; raises ``BadDocument`` with every line that is wrong.

    A line without a time zone gets ``default_zone``.
    """
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = text("This line is not in UTF-8. Save the file as UTF-8.")
        raise BadDocument([Problem(what=what, where=where, line=line, fatal=True)]) from error
    rows = csv.reader(io.StringIO(content, newline=""), strict=True)
    found: dict[tuple[str, str], Wish] = {}
    problems: list[Problem] = []

    def wrong(what: Text) -> None:
        problems.append(Problem(what=what, where=where, line=max(rows.line_num, 1), fatal=True))

    try:
        header = tuple(name.strip().lower() for name in next(rows, ()))
        if sorted(header) != sorted(COLUMNS):
            wrong(text("The first line must be: {columns}", columns=",".join(COLUMNS)))
            raise BadDocument(problems)
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                wrong(
                    text(
                        "There are {found} values instead of {wanted}. Put one with a comma in "
                        "quotes.",
                        found=len(row),
                        wanted=len(header),
                    )
                )
                continue
            cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
            try:
                one = wish(
                    cells["address"],
                    cells["languages"],
                    cells["timezone"] or default_zone,
                    cells["topics"],
                )
            except PolyheraldError as error:
                wrong(error.what)
                continue
            if (one.transport, one.address) in found:
                wrong(text("“{address}” is here twice. Keep one.", address=cells["address"]))
            found[one.transport, one.address] = one
    except csv.Error as error:
        wrong(text("This is not valid CSV ({reason}). Check its quotes.", reason=str(error)))
        raise BadDocument(problems) from error
    if problems:
        raise BadDocument(problems)
    return list(found.values())


def write_roster(people: Iterable[Subscriber], *, addresses: bool) -> str:
    """CSV as :func:`read_roster` takes it; without ``addresses`` the random id instead."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(COLUMNS if addresses else ("id", *COLUMNS[1:]))
    for one in people:
        who = f"{one.transport}:{one.address}" if addresses else str(one.id)
        rows.writerow((who, " ".join(one.languages), one.timezone, " ".join(one.topics)))
    return written.getvalue()
