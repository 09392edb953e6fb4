"""A log of the calls that were made."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT = 250_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call; ``status`` is the HTTP status, or 0 while no answer has been given. ``refusal`` is
    why it was refused, if it was."""

    method: str
    params: Mapping[str, Any]
    at: datetime
    status: int
    refusal: str = ""


class Calls:
    """The latest calls, oldest first; one is entered when it has been answered or lost."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT)

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def add(self, call: Call) -> None:
        self._calls.append(call)

    def clear(self) -> None:
        self._calls.clear()

    def of(self, method: str) -> list[Call]:
        return [call for call in self._calls if call.method == method]

    def sent_to(self, chat_id: int) -> list[Call]:
        """Every call that sent something to this chat, whatever came of it."""
        return [
            call
            for call in self._calls
            if call.method.startswith("send") and call.params.get("chat_id") == chat_id
        ]
