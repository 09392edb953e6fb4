"""Inline queries that wait for the bot's answer, and the answers that are kept for a while."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.clock import Clock
from bot.sandbox.keyboards import Markup
from bot.sandbox.refusal import bad_request
from bot.sandbox.text import Entity
from bot.sandbox.updates import Updates

if TYPE_CHECKING:
    from bot.sandbox.chat import Chat
    from bot.sandbox.person import Person

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, kw_only=True)
class Result:
    """One thing that the bot offers, and the message that choosing it sends."""

    id: str
    title: str
    text: str
    description: str = ""
    entities: tuple[Entity, ...] = ()
    reply_markup: Markup | None = None
    preview: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a client shows: the results, the offset of the next ones ("" for none), and the label
    and payload of a button above them that leads into the private chat."""

    results: tuple[Result, ...] = ()
    next_offset: str = ""
    button: tuple[str, str] | None = None

    def titled(self, title: str) -> Result:
        """Raises ``LookupError`` if nothing of that title is offered."""
        for result in self.results:
            if result.title == title:
                return result
        raise LookupError(f"no {title!r}; there are {[result.title for result in self.results]}")


_Key = tuple[int, str, str]


class Offers:
    """Open inline queries by id. The server answers by itself what it was told to keep."""

    def __init__(self, updates: Updates, clock: Clock) -> None:
        self.is_on = True
        """Whether @BotFather has been told /setinline."""
        self._updates = updates
        self._clock = clock
        self._ids = itertools.count(8_000_001)
        self._open: dict[str, tuple[_Key, asyncio.Future[Offer]]] = {}
        self._kept: dict[_Key, tuple[datetime, Offer]] = {}

    def open(self, person: Person, chat: Chat, query: str, offset: str) -> asyncio.Future[Offer]:
        answer: asyncio.Future[Offer] = asyncio.get_running_loop().create_future()
        for key in ((person.id, query, offset), (0, query, offset)):
            until, kept = self._kept.get(key, (None, None))
            if until is not None and kept is not None and self._clock.now() < until:
                answer.set_result(kept)
                return answer
        query_id = str(next(self._ids))
        self._open[query_id] = ((person.id, query, offset), answer)
        self._updates.add(
            "inline_query",
            {
                "id": query_id,
                "from": person.as_json(),
                "query": query,
                "offset": offset,
                "chat_type": "sender" if chat is person.chat else chat.type,
            },
        )
        return answer

    def answer(self, query_id: str, offer: Offer, seconds: int, *, personal: bool) -> None:
        """Raises the ``Refusal`` of an id that is unknown, too old, or answered before."""
        found = self._open.pop(query_id, None)
        if found is None:
            raise bad_request(_TOO_OLD)
        (who, query, offset), waiting = found
        if seconds:
            until = self._clock.now() + timedelta(seconds=seconds)
            self._kept[who if personal else 0, query, offset] = (until, offer)
        if not waiting.done():
            waiting.set_result(offer)

    def expire(self) -> None:
        """Make all open queries too old to be answered."""
        self._open.clear()
