"""Finding a written date in a line of a press letter."""

from __future__ import annotations

import datetime as dt


class ImpossibleDate(ValueError):
    """A date that no calendar has, such as 31 February; ``text`` is how it was written."""

    def __init__(self, text: str) -> None:
        super().__init__(f"no such date: {text}")
        self.text = text


def parse_date(text: str, tag: str) -> tuple[dt.date, tuple[int, int]] | None:
    """The first date written in ``text`` as ``tag`` writes dates, with its (start, end)."""
    return None
