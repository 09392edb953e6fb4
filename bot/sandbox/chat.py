"""A chat: its messages, and whether the bot may write there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot.sandbox.keyboards import Keys
from bot.sandbox.message import Message
from bot.sandbox.refusal import bad_request, forbidden

if TYPE_CHECKING:
    from bot.sandbox.chats import Chats
    from bot.sandbox.person import Person

ChatType = Literal["private", "group", "supergroup", "channel"]
Status = Literal["member", "administrator", "left", "kicked"]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the bot is in a chat, and may do there."""

    status: Status = "left"
    can_post: bool = False
    can_edit: bool = False
    can_pin: bool = False
    can_delete: bool = False

    @property
    def present(self) -> bool:
        return self.status in ("member", "administrator")


class Chat:
    """A private chat, group or channel, as all who are in it see it."""

    def __init__(
        self,
        chats: Chats,
        id: int,
        type: ChatType,
        title: str,
        *,
        language: str = "en",
        is_forum: bool = False,
    ) -> None:
        self.chats = chats
        self.id = id
        self.type = type
        self.title = title
        self.language = language
        self.is_forum = is_forum
        self.username = ""
        """Of a public group or channel, without the @."""
        self.standing = Standing()
        self.migrated_to: Chat | None = None
        self.topics: dict[int, str] = {}
        self.closed_topics: set[int] = set()
        self.keys = Keys()
        self.version = 0
        """Counts every change, for those who redraw."""
        self._messages: dict[int, Message] = {}
        self._next_id = 1
        self._waiters: list[asyncio.Future[None]] = []

    @property
    def messages(self) -> list[Message]:
        """All that have not been deleted, oldest first."""
        return list(self._messages.values())

    @property
    def last(self) -> Message | None:
        return next(reversed(self._messages.values()), None)

    def message(self, message_id: int) -> Message | None:
        return self._messages.get(message_id)

    def latest(self, n: int) -> list[Message]:
        """At most ``n``, oldest first."""
        found: list[Message] = []
        for message in reversed(self._messages.values()):
            if len(found) == n:
                break
            found.append(message)
        return found[::-1]

    def __len__(self) -> int:
        return len(self._messages)

    def post(self, sender: Person | None, **fields: Any) -> Message:
        """Enter a message; who may do that has been decided before."""
        message = Message(
            chat=self,
            message_id=self._next_id,
            at=self.chats.clock.now(),
            sender=sender,
            **fields,
        )
        self._messages[message.message_id] = message
        self._next_id += 1
        self.changed()
        return message

    def show_keys(self, keys: Keys) -> None:
        """What stands in the place of letters from now on; raises ``Refusal``."""
        if self.type != "private" and any(key.location for row in keys.rows for key in row):
            raise bad_request("location can be requested in private chats only")
        self.keys = keys
        self.changed()

    def delete(self, message: Message) -> None:
        del self._messages[message.message_id]
        self.changed()

    def changed(self) -> None:
        self.version += 1
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_for(
        self,
        wanted: Callable[[Message], bool] | str,
        timeout: float = 10,
        after: Message | None = None,
    ) -> Message:
        """The first message of the bot that ``wanted`` holds for, or that contains this text.

        Looks at what is here, then waits. ``after`` leaves out that message and older ones.
        Raises ``TimeoutError``, which shows what is in the chat instead.
        """
        first = after.message_id + 1 if after is not None else 1
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for message in self.messages:
                        if message.message_id >= first and message.from_bot:
                            if isinstance(wanted, str):
                                if wanted in message.text:
                                    return message
                            elif wanted(message):
                                return message
                    waiter = asyncio.get_running_loop().create_future()
                    self._waiters.append(waiter)
                    await waiter
        except TimeoutError:
            seen = "\n".join(f"  {m.message_id}: {m.text!r}" for m in self.latest(10))
            what = repr(wanted) if isinstance(wanted, str) else "such a message"
            raise TimeoutError(f"no {what} in {self.title!r} ({self.id}):\n{seen}") from None

    def check_writable(self, thread_id: int | None = None) -> None:
        """Raises the ``Refusal`` that the bot gets if it writes here now."""
        if self.migrated_to is not None:
            raise bad_request(
                "group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.migrated_to.id,
            )
        status = self.standing.status
        if status == "kicked":
            raise forbidden(f"bot was kicked from the {self._kind} chat")
        if status == "left":
            raise forbidden(f"bot is not a member of the {self._kind} chat")
        if self.type == "channel" and not self.standing.can_post:
            raise bad_request("need administrator rights in the channel chat")
        if thread_id is not None:
            if thread_id not in self.topics:
                raise bad_request("message thread not found")
            if thread_id in self.closed_topics:
                raise bad_request("TOPIC_CLOSED")

    def check_readable(self) -> None:
        """Raises the ``Refusal`` that the bot gets if it asks about this chat."""
        if self.standing.status == "kicked":
            raise forbidden(f"bot was kicked from the {self._kind} chat")
        if self.standing.status == "left":
            raise forbidden(f"bot is not a member of the {self._kind} chat")

    @property
    def _kind(self) -> str:
        return self.type

    def as_json(self) -> dict[str, Any]:
        """The Bot API's Chat."""
        result: dict[str, Any] = {"id": self.id, "type": self.type, "title": self.title}
        if self.username:
            result["username"] = self.username
        if self.is_forum:
            result["is_forum"] = True
        return result

    def full_json(self) -> dict[str, Any]:
        """The Bot API's ChatFullInfo."""
        pinned = [message for message in self._messages.values() if message.pinned]
        return {
            **self.as_json(),
            "accent_color_id": abs(self.id) % 7,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(
                (
                    "unlimited_gifts",
                    "limited_gifts",
                    "unique_gifts",
                    "premium_subscription",
                    "gifts_from_channels",
                ),
                False,
            ),
            **({"pinned_message": pinned[-1].as_json()} if pinned else {}),
        }


class PrivateChat(Chat):
    """The chat of one person with the bot."""

    def __init__(self, chats: Chats, person: Person) -> None:
        super().__init__(
            chats, person.id, "private", person.first_name, language=person.language_code or "en"
        )
        self.person = person
        self.started = False

    def check_writable(self, thread_id: int | None = None) -> None:
        if self.person.deactivated:
            raise forbidden("user is deactivated")
        if self.person.blocked:
            raise forbidden("bot was blocked by the user")
        if not self.started:
            raise forbidden("bot can't initiate conversation with a user")
        if thread_id is not None:
            raise bad_request("message thread not found")

    def check_readable(self) -> None:
        """A person's name can be asked for at any time."""

    def as_json(self) -> dict[str, Any]:
        person = self.person
        result: dict[str, Any] = {
            "id": self.id,
            "type": "private",
            "first_name": person.first_name,
        }
        if person.username:
            result["username"] = person.username
        return result
