"""Subscribers as a CSV file: reading one, every line checked, and writing one."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from typing import BinaryIO, TextIO

from bot.audience import quiet as hours
from bot.audience.posts import Posts
from bot.audience.repository import Wish
from bot.audience.subscriber import Announcements, Subscriber
from bot.errors import BadDocument, PolyheraldError, Problem
from bot.releases.intake.slug import is_slug
from bot.releases.moments import zone_names
from bot.transports import address as addresses
from translations.locales import UnknownLanguage, canonical
from translations.text import Text, text

NEEDED = ("address", "languages", "timezone", "topics")
OPTIONAL = ("announcements", "quiet", "posts", "pin")
"""Not in the files of earlier versions: whoever is known keeps what a file does not say."""
COLUMNS = NEEDED + OPTIONAL


class BadWish(PolyheraldError):
    """What somebody wrote about a subscriber cannot be used."""


def wish(
    written: str,
    languages: str,
    timezone: str,
    topics: str,
    announcements: str | None = None,
    quiet: str | None = None,
    posts: str | None = None,
    pin: str | None = None,
) -> Wish:
    """Check one subscriber's values; lists are parted by spaces or commas. ``None`` is left as
    it is, "" the default.

    Raises ``BadWish`` or ``TransportError``, with the remedy.
    """
    transport, address = addresses.split(written)
    kind = addresses.telegram_kind(address)
    if kind == "person" and (posts or pin):
        raise BadWish(text("Posts and pins are for groups and channels, not for people."))
    return Wish(
        transport=transport,
        address=address,
        languages=_languages(languages),
        timezone=_timezone(timezone),
        topics=_topics(topics),
        announcements=None if announcements is None else _announcements(announcements),
        quiet=None if quiet is None else _quiet(quiet),
        posts=None if posts is None else _posts(posts),
        pin=None if pin is None else _yes(pin),
        kind=kind,
    )


def _posts(written: str) -> Posts:
    try:
        return Posts(written.lower() or Posts.BEST)
    except ValueError as error:
        raise BadWish(
            text(
                "“{value}” is no kind of posts. Known are: {known}.",
                value=written[:80],
                known=tuple(map(str, Posts)),
            )
        ) from error


def _yes(written: str) -> bool:
    answers = {"": False, "no": False, "yes": True}
    if written.lower() not in answers:
        raise BadWish(text("“{value}” is neither yes nor no.", value=written[:80]))
    return answers[written.lower()]


# Among a million lines there are a few hundred different wishes.
@lru_cache(maxsize=512)
def _timezone(name: str) -> str:
    if name not in zone_names():
        raise BadWish(
            text("There is no time zone “{zone}”. Write it as in Europe/Paris.", zone=name)
        )
    return name


@lru_cache(maxsize=512)
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


@lru_cache(maxsize=512)
def _topics(written: str) -> tuple[str, ...]:
    topics = written.replace(",", " ").split()
    for topic in topics:
        if not is_slug(topic):
            raise BadWish(
                text("“{topic}” cannot be a topic. Use a–z, digits and hyphens.", topic=topic[:80])
            )
    return tuple(dict.fromkeys(topics))


def _announcements(written: str) -> Announcements:
    try:
        return Announcements(written.lower() or Announcements.ALL)
    except ValueError as error:
        raise BadWish(
            text(
                "“{value}” is nothing that can be announced. Known are: {known}.",
                value=written[:80],
                known=tuple(map(str, Announcements)),
            )
        ) from error


@lru_cache(maxsize=512)
def _quiet(written: str) -> str:
    try:
        return str(hours.read(written)) if written else ""
    except hours.BadHours as error:
        raise BadWish(
            text("“{value}” are no quiet hours. Write them as in 22:00-07:00.", value=written[:80])
        ) from error


LONGEST_LINE = 100_000  # bytes

Lines = Iterable[bytes]


class _Decoded:
    """The lines of a file as text; goes on after one that is none."""

    def __init__(self, lines: Lines) -> None:
        self._lines = iter(lines)
        self.number = 0

    def __iter__(self) -> _Decoded:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        return line.decode("utf-8-sig" if self.number == 1 else "utf-8")


class _Seen:
    """The addresses there were: in a file of its own that goes away, so that however many there
    are, they take no more memory."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("", isolation_level=None)
        self._kept.execute("PRAGMA journal_mode=OFF")
        self._kept.execute("CREATE TABLE seen (address TEXT PRIMARY KEY) WITHOUT ROWID")

    def is_new(self, address: str) -> bool:
        """Whether this is the first time that it is asked about."""
        return self._kept.execute("INSERT OR IGNORE INTO seen VALUES (?)", (address,)).rowcount > 0

    def close(self) -> None:
        self._kept.close()


def lines_of(file: BinaryIO, read: Callable[[int], None] = lambda size: None) -> Iterator[bytes]:
    """The lines of a file in bounded memory: what is longer than any line may be is cut, and so
    refused. ``read`` is told the bytes of each."""
    while line := file.readline(LONGEST_LINE):
        read(len(line))
        yield line


def read_roster(lines: Lines, where: str, default_zone: str) -> Iterator[Wish | Problem]:
    """The subscribers of a CSV file, one after another, and a problem for each wrong line.

    A line without a time zone gets ``default_zone``. Raises ``BadDocument`` where the file as a
    whole is none: a wrong header, quotes that are never closed.
    """
    decoded = _Decoded(lines)
    rows = csv.reader(decoded, strict=True)

    def wrong(what: Text) -> Problem:
        return Problem(what=what, where=where, line=max(decoded.number, 1), fatal=True)

    places: list[int | None] = []
    with closing(_Seen()) as seen:
        while True:
            try:
                row = next(rows)
            except StopIteration:
                if not places:
                    raise BadDocument([wrong(_HEADER)]) from None
                return
            except UnicodeDecodeError:
                yield wrong(text("This line is not in UTF-8. Save the file as UTF-8."))
                continue
            except csv.Error as error:
                what = text(
                    "This is not valid CSV ({reason}). Check its quotes.", reason=str(error)
                )
                raise BadDocument([wrong(what)]) from error
            if not places:
                header = [name.strip().lower() for name in row]
                if not _is_header(header):
                    raise BadDocument([wrong(_HEADER)])
                places = [header.index(name) if name in header else None for name in COLUMNS]
            elif "".join(row).strip():
                found = _row(row, places, len(header), default_zone)
                if isinstance(found, Wish):
                    address = f"{found.transport}:{found.address}"
                    if not seen.is_new(address):
                        found = text("“{address}” is here twice. Keep one.", address=address)
                yield wrong(found) if isinstance(found, Text) else found


_HEADER = text("The first line must be: {columns}", columns=",".join(COLUMNS))


def _is_header(names: list[str]) -> bool:
    """What is needed, and what else there is, each once and in any order."""
    return set(NEEDED) <= set(names) <= set(COLUMNS) and len(names) == len(set(names))


def _row(row: list[str], places: list[int | None], width: int, default_zone: str) -> Wish | Text:
    if len(row) != width:
        return text(
            "There are {found} values instead of {wanted}. Put one with a comma in quotes.",
            found=len(row),
            wanted=width,
        )
    given = [None if place is None else row[place].strip() for place in places]
    address, languages, zone, topics = (value or "" for value in given[: len(NEEDED)])
    more = dict(zip(OPTIONAL, given[len(NEEDED) :], strict=True))
    try:
        return wish(address, languages, zone or default_zone, topics, **more)
    except PolyheraldError as error:
        return error.what


def write_roster(file: TextIO, people: Iterable[Subscriber], *, addresses: bool) -> None:
    """Lines of CSV as :func:`read_roster` takes them, without a header; without ``addresses``
    the random id instead."""
    rows = csv.writer(file, lineterminator="\n")
    for one in people:
        who = f"{one.transport}:{one.address}" if addresses else str(one.id)
        lists = " ".join(one.languages), one.timezone, " ".join(one.topics)
        rows.writerow((who, *lists, one.announcements, one.quiet, *_of_room(one)))


def _of_room(one: Subscriber) -> tuple[str, str]:
    return ("", "") if one.kind == "person" else (one.posts, "yes" if one.pin else "no")
