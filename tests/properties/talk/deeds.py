"""What people do, at random, with a Telegram client – and what one can do without a client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.chat import dispatch
from bot.sandbox.chat import Chat
from bot.sandbox.message import Message
from bot.sandbox.person import Person
from bot.sandbox.queries import Answer
from bot.sandbox.room import Room
from tests.properties.talk import hostile
from tests.properties.talk.scene import ADMIN, EDITOR, STAFF, Scene

BUSY = (ADMIN, EDITOR)
RECENT = 6
"""Messages from which a button is mostly pressed: who works with the bot presses what it shows."""


@dataclass
class Pressed:
    """``answer`` is what the bot says to it."""

    person: Person
    data: str
    answer: asyncio.Future[Answer]


@dataclass
class Step:
    """What was done before the bot was waited for. ``asked`` holds a command for each answer that
    somebody must get."""

    actors: set[int] = field(default_factory=set)
    asked: list[tuple[int, str]] = field(default_factory=list)
    pressed: list[Pressed] = field(default_factory=list)
    away: set[int] = field(default_factory=set)
    """Who has blocked the bot meanwhile."""
    is_again: bool = False
    """Whether all that happened is that an update came twice."""


class Deeds:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._chance = scene.chance
        self._supergroups = -1_000_000_000_600
        self._of_people: tuple[tuple[int, Callable[[Step, Person], str]], ...] = (
            (14, self._command),
            (6, self._write),
            (6, self._reply),
            (24, self._press),
            (6, self._forge),
            (4, self._send_file),
            (2, self._send_picture),
            (2, self._send_album),
            (3, self._forward),
            (2, self._start),
            (2, self._block),
            (2, self._delete),
            (3, self._in_room),
        )
        self._of_staff: tuple[tuple[int, Callable[[Step, Person], str]], ...] = (
            *self._of_people,
            (4, self._file_release),
            (60, self._press),
            (8, self._answer_question),
        )
        self._of_rooms = (self._add, self._remove, self._promote, self._migrate)

    def something(self, step: Step) -> None:
        """One deed of one person, or something that happens to a room."""
        if self._chance.random() < 0.06:
            room = self._chance.choice(self._scene.rooms)
            step.actors.add(room.owner.id)
            self._scene.tell(f"{room.id}: {self._chance.choice(self._of_rooms)(room)}")
            return
        # Staff have more to do with the bot than readers.
        weights = [2 + (person.id in BUSY) * 3 for person in self._scene.people]
        (person,) = self._chance.choices(self._scene.people, weights)
        deeds = self._of_staff if person.id in STAFF else self._of_people
        ((_, deed),) = self._chance.choices(deeds, [weight for weight, _ in deeds])
        if person.deactivated:
            return
        if person.blocked:
            deed = self._start
        step.actors.add(person.id)
        self._scene.tell(f"{person.id} {deed.__name__}: {deed(step, person)}")

    # --- words -----------------------------------------------------------------------------------

    def _mark(self, person: Person) -> str:
        return self._scene.mark(person.id)

    def _say(
        self,
        person: Person,
        text: str,
        chat: Chat | None = None,
        reply_to: Message | None = None,
    ) -> str:
        self._scene.writes(person, text)
        person.send(text, chat=chat, reply_to=reply_to)
        return repr(text if len(text) < 100 else text[:100] + "…")

    def _command(self, step: Step, person: Person) -> str:
        own = dispatch.COMMANDS
        if person.id in STAFF or self._chance.random() < 0.3:
            own = {**own, **dispatch.STAFF_COMMANDS}
        name = self._chance.choice(list(own))
        to = self._chance.choice(("", "", "", "@Herald_Sandbox_bot"))
        gap = self._chance.choice((" ", " ", "\n", "  "))
        given = hostile.argument(self._chance, self._mark(person), self._scene.slugs)
        text = f"/{name}{to}{gap}{given}".strip()
        if name in dispatch.COMMANDS or person.id in STAFF:
            step.asked.append((person.id, name))
        return self._say(person, hostile.sendable(text))

    def _write(self, step: Step, person: Person) -> str:
        return self._say(person, hostile.words(self._chance, self._mark(person)))

    def _start(self, step: Step, person: Person) -> str:
        payload = self._chance.choice(("", "", "l-ar", "l-fr_t-harbour"))
        person.start(payload)
        step.asked.append((person.id, "start"))
        return payload

    def _reply(self, step: Step, person: Person) -> str:
        if not person.chat.messages:
            return self._write(step, person)
        to = self._chance.choice(person.chat.messages)
        mark = self._mark(person)
        make = self._chance.choice((hostile.words, hostile.reply))
        said = self._say(person, make(self._chance, mark), reply_to=to)
        return f"to {to.message_id}: {said}"

    def _answer_question(self, step: Step, person: Person) -> str:
        """To the last message that asks for an answer."""
        asking = [m for m in person.chat.messages if m.from_bot and "eply to this" in m.text]
        if not asking:
            return self._file_release(step, person)
        mark = self._mark(person)
        said = self._say(person, hostile.reply(self._chance, mark), reply_to=asking[-1])
        return f"to {asking[-1].message_id}: {said}"

    def _forward(self, step: Step, person: Person) -> str:
        seen = [m for m in self._scene.seen_by(person) if m.service is None]
        if not seen:
            return self._write(step, person)
        message = self._chance.choice(seen)
        self._scene.writes(person, message.text)
        person.forward(message)
        return f"{message.message_id} of {message.chat.id}"

    def _delete(self, step: Step, person: Person) -> str:
        own = person.chat.messages
        if not own:
            return "nothing"
        message = self._chance.choice(own[-RECENT:])
        person.chat.delete(message)
        self._scene.deleted.add((person.id, message.message_id))
        return str(message.message_id)

    def _block(self, step: Step, person: Person) -> str:
        if person.id in STAFF and self._chance.random() < 0.7:
            return self._write(step, person)
        person.block()
        step.away.add(person.id)
        return ""

    # --- files -----------------------------------------------------------------------------------

    def _send(
        self, person: Person, file: hostile.File, caption: str = "", album: str = "",
        reply_to: Message | None = None,
    ) -> str:  # fmt: skip
        name, data, mime = file
        self._scene.writes(person, name, caption)
        person.send_document(name, data, mime, caption=caption, album=album, reply_to=reply_to)
        return f"{name[:60]!r}, {len(data)} bytes, {caption[:60]!r}"

    def _send_file(self, step: Step, person: Person) -> str:
        mark = self._mark(person)
        caption = hostile.words(self._chance, mark)[:900] if self._chance.random() < 0.3 else ""
        reply_to = self._any_of(person) if self._chance.random() < 0.3 else None
        return self._send(person, hostile.document(self._chance, mark), caption, "", reply_to)

    def _file_release(self, step: Step, person: Person) -> str:
        """A text that is in order, by itself or as the answer to a card."""
        language = self._chance.choice(("en", "en", "fr", "fr", "ar"))
        cards = [m for m in person.chat.messages if m.from_bot and m.buttons]
        reply_to = self._chance.choice(cards) if cards and self._chance.random() < 0.6 else None
        file = hostile.release(self._mark(person), language)
        return self._send(person, file, reply_to=reply_to)

    def _send_picture(self, step: Step, person: Person, album: str = "") -> str:
        mark = self._mark(person)
        slug = self._chance.choice(self._scene.slugs)
        caption = self._chance.choice(("", slug, mark, hostile.words(self._chance, mark)[:900]))
        self._scene.writes(person, caption)
        reply_to = self._any_of(person) if self._chance.random() < 0.5 else None
        data = hostile.picture(self._chance.randrange(3))
        person.send_photo(data, caption=caption, album=album, reply_to=reply_to)
        return repr(caption[:80])

    def _send_album(self, step: Step, person: Person) -> str:
        album = str(self._chance.randrange(10**6))
        mark = self._mark(person)
        if self._chance.random() < 0.5:
            return ", ".join(self._send_picture(step, person, album) for _ in range(2))
        return ", ".join(
            self._send(person, hostile.release(mark, language), album=album)
            for language in ("en", "fr")
        )

    def _any_of(self, person: Person) -> Message | None:
        return self._chance.choice(person.chat.messages) if person.chat.messages else None

    # --- buttons ---------------------------------------------------------------------------------

    def _press(self, step: Step, person: Person) -> str:
        with_buttons = [
            message
            for message in self._scene.seen_by(person)
            if any(button.data for button in message.buttons)
        ]
        if not with_buttons:
            return self._command(step, person)
        recent = with_buttons[-RECENT:] if self._chance.random() < 0.8 else with_buttons
        message = self._chance.choice(recent)
        data = self._chance.choice([button.data for button in message.buttons if button.data])
        twice = self._chance.random() < 0.1
        for _ in range(1 + twice):
            self._open(step, person, message, data)
        return f"{data} on {message.message_id} of {message.chat.id}" + " twice" * twice

    def _forge(self, step: Step, person: Person) -> str:
        """What a program sends that says it is a client: any words for any message."""
        messages = [m for m in self._scene.seen_by(person) if m.from_bot]
        if not messages:
            return self._command(step, person)
        message = self._chance.choice(messages)
        data = self._forged()
        self._scene.writes(person, data)
        self._open(step, person, message, data)
        return f"{data!r} on {message.message_id} of {message.chat.id}"

    def _forged(self) -> str:
        known = [
            button.data
            for chat in self._scene.sandbox.chats
            for message in chat.messages
            for button in message.buttons
            if button.data
        ]
        action, *parts = self._chance.choice(known or ["release:1"]).split(":")
        kind = self._chance.random()
        if kind < 0.4:
            return ":".join((action, *parts))
        if kind < 0.6:
            action = self._chance.choice(list(dispatch.PRESSES))
        odd = ("0", "-1", "1", "9" * 17, "9" * 18, "٣", "", "*", "en", "x" * 40, "\x00", "%s", "🙂")
        if parts and kind < 0.9:
            parts[self._chance.randrange(len(parts))] = self._chance.choice(odd)
        else:
            parts = [self._chance.choice(odd) for _ in range(self._chance.randrange(5))]
        return ":".join((action, *parts)).encode()[:64].decode("utf-8", "ignore")

    def _open(self, step: Step, person: Person, message: Message, data: str) -> None:
        answer = self._scene.sandbox.chats.queries.open(person, message, data)
        step.pressed.append(Pressed(person, data, answer))

    # --- rooms -----------------------------------------------------------------------------------

    def _in_room(self, step: Step, person: Person) -> str:
        rooms = [chat for chat in self._scene.chats_of(person) if isinstance(chat, Room)]
        if not rooms:
            return self._write(step, person)
        room = self._chance.choice(rooms)
        mark = self._mark(person)
        text = hostile.words(self._chance, mark)
        if self._chance.random() < 0.7:
            name = self._chance.choice([*dispatch.COMMANDS, *dispatch.STAFF_COMMANDS])
            text = f"/{name} {hostile.argument(self._chance, mark, self._scene.slugs)}".strip()
        own = [message for message in room.messages if message.from_bot]
        reply_to = self._chance.choice(own) if own and self._chance.random() < 0.5 else None
        return f"in {room.id} {self._say(person, hostile.sendable(text), room, reply_to)}"

    def _add(self, room: Room) -> str:
        if room.migrated_to is not None or room.standing.present:
            return self._promote(room)
        by = self._chance.choice([room.owner, *room.admins.values()])
        room.add_bot(by=by)
        return f"added by {by.id}"

    def _remove(self, room: Room) -> str:
        if room.standing.present and room.migrated_to is None:
            room.remove_bot()
        return "removed"

    def _promote(self, room: Room) -> str:
        if not room.standing.present or room.migrated_to is not None:
            return "nothing"
        rights = {name: self._chance.random() < 0.7 for name in ("can_post", "can_edit", "can_pin")}
        room.promote_bot(**rights)
        return repr(rights)

    def _migrate(self, room: Room) -> str:
        if room.type != "group" or room.migrated_to is not None or not room.standing.present:
            return "nothing"
        self._supergroups -= 1
        new = room.migrate(self._supergroups)
        self._scene.rooms.append(new)
        for mark, titled in list(self._scene.titles.items()):
            if titled is room:
                self._scene.titles[mark] = new
        return f"becomes {new.id}"

    # --- the world -------------------------------------------------------------------------------

    def time(self) -> None:
        """A few seconds; now and then much more."""
        far = self._chance.random()
        if far < 0.04:
            self._scene.passes(timedelta(days=self._chance.choice((1, 1, 2, 30, 366))))
        elif far < 0.12:
            self._scene.passes(timedelta(hours=self._chance.randrange(1, 24)))
        else:
            self._scene.passes(timedelta(seconds=self._chance.randrange(1, 90)))
