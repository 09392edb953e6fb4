"""Everything that the server knows: people, chats, files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.clock import Clock
from bot.sandbox.chat import Chat
from bot.sandbox.files import Files
from bot.sandbox.offers import Offers
from bot.sandbox.person import Person
from bot.sandbox.queries import Queries
from bot.sandbox.refusal import bad_request
from bot.sandbox.room import Room
from bot.sandbox.updates import Updates


class Chats:
    """People and chats by id. ``bot`` is the bot as the Bot API's User."""

    def __init__(self, bot: dict[str, Any], clock: Clock, updates: Updates) -> None:
        self.bot = bot
        self.clock = clock
        self.updates = updates
        self.queries = Queries(updates)
        self.offers = Offers(updates, clock)
        self.people: dict[int, Person] = {}
        self.files = Files()
        self._chats: dict[int, Chat] = {}

    def __iter__(self) -> Iterator[Chat]:
        return iter(tuple(self._chats.values()))

    def get(self, chat_id: int) -> Chat | None:
        return self._chats.get(chat_id)

    def find(self, chat_id: int | str) -> Chat:
        """The chat that a call names; raises ``Refusal``."""
        if isinstance(chat_id, int):
            chat = self._chats.get(chat_id)
            if chat is not None:
                return chat
        else:
            name = chat_id.removeprefix("@").lower()
            for room in self._chats.values():
                if room.username.lower() == name and room.type != "private":
                    return room
        raise bad_request("chat not found")

    def add_person(
        self,
        id: int,
        first_name: str,
        language_code: str | None = None,
        username: str | None = None,
        zone: str | None = None,
    ) -> Person:
        if id in self._chats:
            raise ValueError(f"{id} is taken")
        person = Person(self, id, first_name, language_code, username, zone)
        self.people[id] = person
        self._chats[id] = person.chat
        return person

    def add_room(self, room: Room) -> Room:
        if room.id in self._chats:
            raise ValueError(f"{room.id} is taken")
        marked = room.id < -1_000_000_000_000
        if marked is (room.type == "group") or room.id >= 0:
            raise ValueError("a group's id is negative, a supergroup's or channel's -100…")
        self._chats[room.id] = room
        return room
