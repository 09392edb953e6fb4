"""The only place that reads wall time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """Wall time as the machine has it."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """Wall time moved by ``offset``: the demo's time machine, and the tests'."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def set(self, moment: datetime) -> None:
        """Make ``moment`` (aware) the present."""
        self.offset = moment - datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is told otherwise; for tests and dry runs."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        return self.moment

    def set(self, moment: datetime) -> None:
        self.moment = moment.astimezone(UTC)
