"""One thing to tell subscribers: its kinds, states and unique keys. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AnnouncementState(StrEnum):
    """``planning`` → ``sending`` → ``done``; ``held`` waits for staff, ``cancelled`` is final."""

    PLANNING = "planning"
    SENDING = "sending"
    HELD = "held"
    CANCELLED = "cancelled"
    DONE = "done"


RESUMED = "resumed"
"""The reason of an announcement that staff sent on although it was late."""


FAULT = "fault"
"""The reason of one whose message could not be made."""

STANDSTILL = "standstill"
"""The reason of one that was left unsent on an earlier day, because no sender ran."""


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """``key`` is unique in the database: the same thing is never announced twice.

    ``published_id`` is missing while an occurrence is held before its page was made.
    """

    id: int
    key: str
    kind: str
    published_id: int | None
    occurrence_id: int | None
    state: AnnouncementState
    reason: str
    due_at: datetime
    created_at: datetime
    finished_at: datetime | None


def publication_key(slug: str) -> str:
    return f"{slug}/publication"


def occurrence_key(slug: str, year: int, lead: int = 0) -> str:
    """``year`` is of the observance's own calendar: it names an occurrence, moved or not."""
    return f"{slug}/occurrence/{year}/{lead}-days-ahead" if lead else f"{slug}/occurrence/{year}"
