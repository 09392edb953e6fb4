"""One thing to tell subscribers: its kinds, states and unique keys. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from translations.locales import UnknownLanguage, native_name
from translations.text import Text, text, texts


class AnnouncementState(StrEnum):
    """``planning`` → ``sending`` → ``done``. ``held`` waits for staff to decide, ``paused`` for
    them to let it go on; ``cancelled`` is final."""

    PLANNING = "planning"
    SENDING = "sending"
    HELD = "held"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


RESUMED = "resumed"
"""The reason of an announcement that staff sent on although it was late."""


FAULT = "fault"
"""The reason of one whose message could not be made."""

BY_STAFF = "staff"
"""The reason of one that staff held or cancelled before its day."""

STANDSTILL = "standstill"
"""The reason of one that was left unsent on an earlier day, because no sender ran."""


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """``key`` is unique in the database: the same thing is never announced twice.

    ``published_id`` is missing while an occurrence is held before its page was made. ``about_id``
    names the announcement whose messages this one edits or replies to; ``revision`` which
    correction of the text it tells of; ``paid`` how many messages were sent that may cost Stars;
    ``planned`` how many deliveries were ever written into the ledger for it.
    """

    id: int
    key: str
    kind: str
    published_id: int | None
    occurrence_id: int | None
    about_id: int | None
    state: AnnouncementState
    reason: str
    due_at: datetime
    created_at: datetime
    finished_at: datetime | None
    revision: int = 0
    paid: int = 0
    planned: int = 0


def publication_key(slug: str) -> str:
    return f"{slug}/publication"


def occurrence_key(slug: str, year: int, lead: int = 0) -> str:
    """``year`` is of the observance's own calendar: it names an occurrence, moved or not."""
    return f"{slug}/occurrence/{year}/{lead}-days-ahead" if lead else f"{slug}/occurrence/{year}"


def translation_key(about: str, language: str) -> str:
    """Of the late translation of what was announced under the key ``about``."""
    return f"{about.removesuffix('/publication')}/translation/{language}"


def correction_key(about: str, number: int) -> str:
    """Of the ``number``-th correction of what was announced under the key ``about``."""
    return f"{about.removesuffix('/publication')}/correction/{number}"


def withdrawal_key(about: str) -> str:
    return f"{about.removesuffix('/publication')}/withdrawal"


def called(key: str) -> Text:
    """The announcement of that key in words, as people are told of it."""
    slug, *rest = key.split("/")
    match rest:
        case [*about, "translation", language]:
            whole = called("/".join((slug, *(about or ("publication",)))))
            return text(
                "{announcement}, late translation: {language}",
                announcement=whole,
                language=_name(language),
            )
        case [*about, "correction", number]:
            whole = called("/".join((slug, *(about or ("publication",)))))
            return text("{announcement}, correction {number}", announcement=whole, number=number)
        case [*about, "withdrawal"]:
            whole = called("/".join((slug, *(about or ("publication",)))))
            return text("{announcement}, withdrawal", announcement=whole)
        case ["occurrence", year]:
            return text("The anniversary of “{slug}” in {year}", slug=slug, year=year)
        case ["occurrence", year, ahead] if ahead.partition("-")[0].isdecimal():
            return texts(
                "The anniversary of “{slug}” in {year}, {n} day ahead",
                "The anniversary of “{slug}” in {year}, {n} days ahead",
                int(ahead.partition("-")[0]),
                slug=slug,
                year=year,
            )
        case ["publication"]:
            return text("The release “{slug}”", slug=slug)
    return text("“{key}”", key=key)


def _name(language: str) -> str:
    try:
        return native_name(language)
    except UnknownLanguage:
        return language
