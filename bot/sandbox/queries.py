"""Pressed buttons that wait for the bot's answer."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.refusal import bad_request
from bot.sandbox.updates import Updates

if TYPE_CHECKING:
    from bot.sandbox.message import Message
    from bot.sandbox.person import Person

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the bot said to a pressed button; ``alert`` asks for a dialogue, not a passing note."""

    text: str = ""
    alert: bool = False
    url: str = ""


class Queries:
    """Open callback queries by id."""

    def __init__(self, updates: Updates) -> None:
        self._updates = updates
        self._ids = itertools.count(7_000_001)
        self._open: dict[str, asyncio.Future[Answer]] = {}

    def open(self, person: Person, message: Message, data: str) -> asyncio.Future[Answer]:
        query_id = str(next(self._ids))
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._open[query_id] = answer
        self._updates.add(
            "callback_query",
            {
                "id": query_id,
                "from": person.as_json(),
                "message": message.as_json(),
                "chat_instance": str(abs(message.chat.id) * 31),
                "data": data,
            },
        )
        return answer

    def answer(self, query_id: str, answer: Answer) -> None:
        """Raises the ``Refusal`` of an id that is unknown, too old, or answered before."""
        waiting = self._open.pop(query_id, None)
        if waiting is None:
            raise bad_request(_TOO_OLD)
        if not waiting.done():
            waiting.set_result(answer)

    def expire(self) -> None:
        """Make all open queries too old to be answered."""
        self._open.clear()
