"""Who and what there is on a walk: an office and its staff, readers, rooms, releases."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from bot.clock import FixedClock
from bot.releases.desk import Desk
from bot.releases.release import Moment, ObservanceSpec, Release, Variant
from bot.releases.review import OPERATOR, Actor, Role
from bot.sandbox import Sandbox
from bot.sandbox.chat import Chat
from bot.sandbox.message import Message
from bot.sandbox.person import Person
from bot.sandbox.room import Room
from bot.settings import Settings
from bot.store.database import Database
from tests.properties.talk.process import Process

NOW = datetime(2026, 6, 26, 10, tzinfo=UTC)
BASE = "http://news.example.org"
LANGUAGES = ("en", "fr", "ar")

ADMIN, EDITOR, TRANSLATOR, OBSERVER = 11, 12, 13, 14
STAFF = {
    ADMIN: Role("admin"),
    EDITOR: Role("editor"),
    TRANSLATOR: Role("translator", "fr"),
    OBSERVER: Role("observer"),
}
CHIEF = Actor("chief", (Role("admin"),))
"""Who approves what the operator has filed, where that takes two."""
READERS = {21: "en", 22: "ar", 23: "fr", 24: None}

MARK = re.compile(r"qz[a-p]{5}")
"""In whatever anybody writes there is one of these, so that it is known wherever it turns up."""


RIGHTS = {
    "admin": {"view", "write", "approve", "schedule", "administer"},
    "editor": {"view", "write", "approve", "schedule"},
    "translator": {"view", "write", "approve"},
    "observer": {"view"},
}
"""Written down a second time, so that a slip in the first is noticed."""


def may(number: int, right: str, language: str | None) -> bool:
    """Whether a member of staff may do that, to a text in that language if it is about one."""
    role = STAFF[number]
    if role.name == "translator" and right in ("write", "approve"):
        return language == role.language
    return right in RIGHTS[role.name]


@dataclass(kw_only=True)
class Scene:
    """``chance`` decides all that happens. ``wrote`` says who has written a mark, ``titles`` which
    room has it in its title."""

    seed: int
    url: str
    sandbox: Sandbox
    clock: FixedClock
    settings: Settings
    chance: random.Random
    people: list[Person] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    slugs: list[str] = field(default_factory=list)
    wrote: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    titles: dict[str, Room] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    """The mark in each person's own name."""
    deleted: set[tuple[int, int]] = field(default_factory=set)
    """Messages that people have deleted, by chat and number."""
    story: list[str] = field(default_factory=list)
    marks: int = 0

    def __post_init__(self) -> None:
        self.process = Process(self.url, self.settings, self.clock, self.sandbox)

    async def begin(self) -> None:
        for number, language in {**dict.fromkeys(STAFF, "en"), **READERS}.items():
            mark = self.mark()
            self.names[mark] = number
            self.people.append(self.sandbox.person(number, f"<b>{mark}</b>\u202e", language))
        self._open_rooms()
        await self.process.start()
        await self._subscribe()
        await self._file_releases()
        await self.process.settled()

    async def start_anew(self) -> None:
        """On the same database, when the process before has ended or died."""
        self.process = Process(self.url, self.settings, self.clock, self.sandbox)
        await self.process.start()

    def mark(self, *writers: int) -> str:
        """A new mark, in what these people write."""
        self.marks += 1
        made = "qz" + "".join(chr(ord("a") + (self.marks >> 4 * place & 15)) for place in range(5))
        self.wrote[made] |= set(writers)
        return made

    def writes(self, person: Person, *words: str) -> None:
        """Note whose words these are."""
        for mark in MARK.findall(" ".join(words).lower()):
            self.wrote[mark].add(person.id)

    def person(self, number: int) -> Person:
        return self.sandbox.chats.people[number]

    def chats_of(self, person: Person) -> list[Chat]:
        """Where they can read."""
        rooms = [room for room in self.rooms if person.id in room.members and not room.migrated_to]
        return [person.chat, *rooms]

    def seen_by(self, person: Person) -> list[Message]:
        return [message for chat in self.chats_of(person) for message in chat.messages]

    def passes(self, time: timedelta) -> None:
        self.clock.set(self.clock.now() + time)

    def tell(self, what: str) -> None:
        self.story.append(f"{len(self.story)}. {self.clock.now():%d %b %H:%M:%S} {what}")

    async def _subscribe(self) -> None:
        """All but one have met the bot, and two rooms get releases already."""
        for person in self.people[:-1]:
            person.start()
        await self.process.settled()
        for room in self.rooms[1:3]:
            room.add_bot()
        await self.process.settled()
        for room in self.rooms[1:3]:
            last = room.owner.chat.last
            assert last is not None
            self.sandbox.chats.queries.open(room.owner, last, f"done:{room.id}")
        await self.process.settled()

    def _open_rooms(self) -> None:
        for number, owner, kind in (
            (-501, 21, "group"),
            (-1_000_000_000_502, 22, "supergroup"),
            (-1_000_000_000_503, 23, "channel"),
            (-1_000_000_000_504, EDITOR, "channel"),
        ):
            mark = self.mark()
            title = f"[{mark}](http://evil.example/{mark})"
            person = self.person(owner)
            if kind == "channel":
                room = self.sandbox.channel(number, title, person)
            else:
                room = self.sandbox.group(number, title, person, supergroup=kind == "supergroup")
            room.add_member(self.person(24))
            room.add_member(self.person(OBSERVER), admin=True)
            self.titles[mark] = room
            self.rooms.append(room)

    async def _file_releases(self) -> None:
        """A draft, an embargoed one, one that is queued, and one that goes out at once."""
        database = Database(self.url)
        desk = Desk(database, self.settings, self.clock)
        for place in range(4):
            release = self._release(place)
            await desk.file(OPERATOR, release)
            self.slugs.append(release.slug)
            if place:
                await desk.approve(CHIEF, release.slug, ["en"] if place == 2 else [])
            if place == 2:
                soon, later = (Moment(at=NOW + timedelta(hours=hours)) for hours in (2, 30))
                await desk.queue(OPERATOR, release.slug, at=soon, embargo=later)
            if place == 3:
                await desk.publish(OPERATOR, release.slug)
        await database.close()

    def _release(self, place: int) -> Release:
        slug = f"harbour-{self.mark(ADMIN)}"
        variants = {}
        for tag in LANGUAGES[: 2 + place % 2]:
            head, body = self.mark(ADMIN), self.mark(ADMIN)
            variants[tag] = Variant(
                language=tag,
                headline=f"The harbour <i>{head}</i> opens",
                body=f"Ships may **come** {body}.\n\nThey may [go](https://port.example.org) too.",
                occasion=f"{{ordinal}} anniversary {head}",
            )
        return Release(
            slug=slug,
            original="en",
            date=date(2026, 6, 26),
            topics=("harbour", f"topic-{self.mark(ADMIN)}"),
            variants=variants,
            observance=ObservanceSpec(origin=date(1946, 6, 27 + place % 2), accepted=place == 3),
        )
