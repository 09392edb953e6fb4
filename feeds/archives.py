"""The documents that a feed is kept in for good (RFC 5005, section 4): which, and their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NAME = re.compile(r"([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,4}))?", re.ASCII)


@dataclass(frozen=True)
class Part:
    """The ``number``-th archive document of a feed, counted from 1, the oldest.

    Its first so many ``entries`` while it is not full yet; 0 for the whole of a full one. So
    either names something that never grows.
    """

    number: int
    entries: int = 0

    @property
    def name(self) -> str:
        """As it stands in an address: ``3``, or ``3-17`` for the first 17 entries."""
        return f"{self.number}-{self.entries}" if self.entries else str(self.number)

    def and_before(self) -> Iterator[Part]:
        """This one and the full ones before it, the newest first."""
        yield self
        yield from (Part(number) for number in range(self.number - 1, 0, -1))

    @classmethod
    def named(cls, name: str) -> Part | None:
        """What :attr:`name` is of; ``None`` for what it never is."""
        found = _NAME.fullmatch(name)
        return cls(int(found[1]), int(found[2] or 0)) if found else None
