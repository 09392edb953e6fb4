"""The chain of the audit log: each act seals the one before it. Pure.

A seal is the SHA-256, in lower-case hex, of the UTF-8 of a JSON array without spaces:

    [previous, at, actor, act, slug, details]

``previous`` is the seal before, 64 zeros for the first. ``at`` is in UTC with microseconds and a
Z. The keys of ``details`` are sorted, and no letter is escaped that JSON lets stand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

START = "0" * 64

Kind = Literal["changed", "gap", "end", "head"]


@dataclass(frozen=True, kw_only=True)
class Act:
    """One line of the log as it is stored; ``id`` grows from line to line."""

    id: int
    at: datetime
    actor: str
    act: str
    slug: str
    details: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class Break:
    """Where the chain does not hold.

    ``changed``: this ``act`` reads otherwise than when it was written. ``gap``: before it acts
    are missing, or others were put in. ``end``: nothing follows it, though more was written.
    ``head``: an act that is known from elsewhere is not there. ``act`` is ``None`` where there
    is none left to name.
    """

    kind: Kind
    act: Act | None


def seal(
    previous: str, at: datetime, actor: str, act: str, slug: str, details: Mapping[str, Any]
) -> str:
    """The seal of an act; ``at`` is aware."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    written = json.dumps(
        [previous, moment, actor, act, slug, dict(details)],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


class Walk:
    """Along the chain from its beginning, act by act, with no more in memory than the last.

    ``wanted`` is a seal that is known from elsewhere; ``found`` whether it was met.
    """

    def __init__(self, wanted: str = "") -> None:
        self.acts = 0
        self.head = START
        self.last: Act | None = None
        self.found = wanted in ("", START)
        self._wanted = wanted

    def through(self, acts: Iterable[Act]) -> Break | None:
        """Go on with the next of them; returns the first place where the chain does not hold."""
        for act in acts:
            if act.previous != self.head:
                return Break(kind="gap", act=act)
            if act.hash != seal(act.previous, act.at, act.actor, act.act, act.slug, act.details):
                return Break(kind="changed", act=act)
            self.acts += 1
            self.head, self.last = act.hash, act
            self.found = self.found or act.hash == self._wanted
        return None
