"""A subscriber: one address on one transport, with ordered languages, topics and time zone."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.audience.posts import Posts


class SubscriberState(StrEnum):
    """``pending``: a group or channel that its admin has not configured yet gets nothing.

    ``unreachable``: the far side refuses; kept, and revived when it comes back.
    """

    ACTIVE = "active"
    PENDING = "pending"
    UNREACHABLE = "unreachable"


class Announcements(StrEnum):
    """What a subscriber is told of: everything, releases when they come out, or anniversaries."""

    ALL = "all"
    NEW = "new"
    ANNIVERSARIES = "anniversaries"


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """``id`` is random. ``languages`` in order of preference; no ``topics`` means all of them.

    ``quiet`` are hours as :mod:`bot.audience.quiet` writes them, "" for none; ``source`` is what
    the link said by which they came. ``kind`` is ``person``, ``group`` or ``channel``;
    ``added_by`` the address of the person who may configure a group or channel, in which each
    announcement is pinned (``pin``) or not.
    """

    id: int
    transport: str
    address: str
    languages: tuple[str, ...]
    timezone: str
    created_at: datetime
    topics: tuple[str, ...] = ()
    announcements: Announcements = Announcements.ALL
    quiet: str = ""
    source: str = ""
    kind: str = "person"
    name: str = ""
    state: SubscriberState = SubscriberState.ACTIVE
    reason: str = ""
    added_by: str = ""
    posts: Posts = Posts.BEST
    pin: bool = False


def address_hash(key: bytes, transport: str, address: str) -> str:
    """What is kept of an address after /stop: a keyed hash (product rule 11)."""
    return hmac.digest(key, f"{transport}:{address}".encode(), "sha256").hex()
