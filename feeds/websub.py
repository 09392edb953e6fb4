"""What to tell a WebSub hub, and when to tell it again (W3C WebSub, section 6: publishing).

How a publisher tells a hub that a topic has changed is left to the two of them. What hubs take
is a form posted to the hub's own address, answered with any 2xx; they differ in what they call
the topic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
"""However often a hub has failed, it is asked at least this often – unless it says otherwise."""

OBEYED = timedelta(days=1)
"""A hub that asks for more patience than this is asked after it all the same."""

_SECONDS = re.compile(r"[0-9]{1,10}", re.ASCII)


def publish(topic: str) -> tuple[tuple[str, str], ...]:
    """The form that says: what is at ``topic``, the feed's ``self``, has changed.

    PubSubHubbub 0.3 and the hubs that grew from it read ``hub.url``, later ones ``hub.topic``.
    """
    return (("hub.mode", "publish"), ("hub.topic", topic), ("hub.url", topic))


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a hub did not take a ping, in a few words for logs.

    ``whole``: the hub is away or asks for rest, whatever it is told; otherwise it is this topic
    that it will not have. ``wait`` is how long it asks to be left alone at least.
    """

    reason: str
    whole: bool
    wait: timedelta = timedelta(0)


def refusal(status: int, retry_after: str | None, now: datetime) -> Refusal | None:
    """What a hub's answer to a ping means; ``None``: it was taken.

    Redirections are not followed: subscribers are told of the address that is set.
    """
    if 200 <= status < 300:
        return None
    return Refusal(
        reason=f"HTTP {status}",
        whole=status in (408, 429) or not 400 <= status < 500,
        wait=_asked(retry_after, now),
    )


def _asked(retry_after: str | None, now: datetime) -> timedelta:
    """``Retry-After`` (RFC 9110, 10.2.3): seconds or a date; nothing if it is neither."""
    value = (retry_after or "").strip(" \t")
    if _SECONDS.fullmatch(value):
        return min(timedelta(seconds=int(value)), OBEYED)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return timedelta(0)
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), OBEYED)


def wait(attempts: int, refused: Refusal, chance: float) -> timedelta:
    """How long to wait after so many ``attempts`` in a row have failed.

    Each time twice as long, up to an hour, spread by a quarter of it: ``chance`` is anything
    from 0 to 1. Never less than the hub asked for.
    """
    doubled = FIRST_WAIT * (1 << min(attempts - 1, 20))
    return max(min(doubled, LONGEST_WAIT) * (0.75 + chance / 4), refused.wait)
