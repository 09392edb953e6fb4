from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.audience import repository as audience
from bot.audience.subscriber import Subscriber
from bot.chat.app import Chat
from bot.clock import FixedClock
from bot.delivery import ledger, lines, publications
from bot.delivery.announcement import AnnouncementState
from bot.delivery.engine import InProcess
from bot.delivery.outcome import OPEN
from bot.delivery.pace import Pace
from bot.delivery.pins import Pinner
from bot.delivery.planner import Planner
from bot.delivery.sender import Sender
from bot.releases import repository
from bot.releases.desk import Desk
from bot.releases.release import ObservanceSpec, Release, Variant
from bot.releases.review import OPERATOR
from bot.sandbox import Sandbox
from bot.sandbox.message import Message
from bot.sandbox.person import Person
from bot.settings import Settings
from bot.store.database import Database
from bot.transports.photos import Photos
from bot.transports.telegram import TelegramTransport

ADMIN, EDITOR, TRANSLATOR, OBSERVER, READER = 11, 12, 13, 14, 21


class Bot:
    """The bot under test, polling a sandbox; and ways to talk to it and look behind it."""

    def __init__(
        self,
        database: Database,
        sandbox: Sandbox,
        clock: FixedClock,
        settings: Settings,
        transport: TelegramTransport,
    ) -> None:
        self.database = database
        self.sandbox = sandbox
        self.clock = clock
        self.settings = settings
        self.transport = transport
        self.desk = Desk(database, settings, clock)
        self.chat = Chat(database, settings, clock, self.desk, transport)
        self.stop = asyncio.Event()
        self.started = asyncio.Event()
        self.running = asyncio.create_task(self.run())

    async def run(self) -> None:
        await self.chat.start()
        self.started.set()
        await self.chat.run(self.stop)

    async def end(self) -> None:
        self.stop.set()
        await self.running
        await self.chat.close()
        await self.transport.close()

    def person(self, id: int = READER, name: str = "Mara", language: str | None = "en") -> Person:
        return self.sandbox.person(id, name, language)

    async def ask(self, person: Person, words: str, **more: Any) -> Message:
        """What the bot answers first."""
        sent = person.send(words, **more)
        return await person.chat.wait_for(lambda message: True, after=sent)

    async def quiet(self, person: Person) -> list[Message]:
        """Everything the bot has said to this person, once all that they sent was handled."""
        sent = person.send("/privacy")
        await person.chat.wait_for(lambda m: "/mydata" in m.text and "90" in m.text, after=sent)
        return [message for message in person.chat.messages if message.from_bot]

    async def subscriber(self, chat_id: int) -> Subscriber | None:
        async with self.database.read() as connection:
            return await audience.find(connection, "telegram", str(chat_id))

    async def state_is(self, chat_id: int, state: str | None) -> None:
        """Wait until the subscriber is in that state; ``None``: until there is none."""
        async with asyncio.timeout(10):
            while True:
                subscriber = await self.subscriber(chat_id)
                if (subscriber and subscriber.state) == state:
                    return
                await asyncio.sleep(0.01)

    async def deliver(self) -> None:
        """Plan, send and pin whatever is due; a room gets two posts a few seconds apart."""
        transports: Any = {"telegram": self.transport}
        pace = Pace(self.database, "bot", 1000)
        async with self.database.write() as connection:
            await pace.prepare(connection)
        for _ in range(8):
            engine = InProcess()
            planner = Planner(self.database, self.settings, self.clock, engine)
            await planner.look()
            sender = Sender(self.database, self.settings, self.clock, transports, pace)
            running = asyncio.create_task(engine.run(sender.send_chunk))
            await engine.drained()
            await engine.stop()
            await running
            async with self.database.read() as connection:
                entries = await lines.entries(connection)
            if not any(e.state in OPEN for e in entries):
                break
            self.clock.set(self.clock.now() + timedelta(seconds=4))
        await Pinner(self.database, self.clock, transports).look()

    async def release(self, slug: str) -> Release | None:
        async with self.database.read() as connection:
            return await repository.find(connection, slug)

    async def releases(self) -> list[Release]:
        async with self.database.read() as connection:
            return await repository.everything(connection)


Talk = Callable[..., Awaitable[Bot]]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rates=None) as running:
        yield running
        unanswered = running.chats.queries._open
        assert not unanswered, "every pressed button gets an answer"


@pytest.fixture
async def talk(database: Database, sandbox: Sandbox, clock: FixedClock) -> AsyncIterator[Talk]:
    """Starts a bot with these settings, polling."""
    async with AsyncExitStack() as stack:

        async def start(**settings: Any) -> Bot:
            given = {
                "telegram_token": sandbox.token,
                "telegram_api_url": sandbox.url,
                "base_url": "http://news.example.org",
                "languages": "en,fr,ru,ar",
                "timezone": "Europe/Paris",
                "staff": f"{ADMIN}:admin,{EDITOR}:editor,{TRANSLATOR}:translator:fr,"
                f"{OBSERVER}:observer",
                "issuer": {"names": {"en": "Harbour Office"}},
            }
            bot = Bot(
                database,
                sandbox,
                clock,
                Settings(**given | settings),
                TelegramTransport(
                    sandbox.token, sandbox.url, photos=Photos(database, sandbox.token)
                ),
            )
            stack.push_async_callback(bot.end)
            await bot.started.wait()
            return bot

        yield start


@pytest.fixture
async def bot(talk: Talk) -> Bot:
    return await talk()


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    """What the service logs during the test."""
    with capture_logs() as entries:
        yield entries


def harbour(**more: Any) -> Release:
    """A release about nothing in particular, in English and French."""
    return Release(
        **{
            "slug": "harbour-opens-2026",
            "original": "en",
            "date": date(2026, 6, 26),
            "topics": ("harbour",),
            "variants": {
                "en": Variant(
                    language="en",
                    headline="The harbour opens",
                    body="Ships may come.\n\nThey may go as well.",
                    occasion="{ordinal} anniversary of the harbour",
                ),
                "fr": Variant(
                    language="fr", headline="Le port ouvre", body="Les navires arrivent."
                ),
            },
            "observance": ObservanceSpec(origin=date(1946, 6, 27), accepted=False),
        }
        | more
    )


@pytest.fixture
def file_harbour() -> Callable[..., Awaitable[Release]]:
    async def file(bot: Bot, *, approve: bool = False, **more: Any) -> Release:
        filed = await bot.desk.file(OPERATOR, harbour(**more))
        if approve:
            return await bot.desk.approve(OPERATOR, filed.release.slug)
        return filed.release

    return file


@pytest.fixture
def publish_harbour(
    file_harbour: Callable[..., Awaitable[Release]],
) -> Callable[..., Awaitable[int]]:
    """Publishes it at once, as the planner of a running service does; returns the id of its
    announcement."""

    async def publish(bot: Bot, **more: Any) -> int:
        release = await file_harbour(bot, approve=True, **more)
        now = bot.clock.now()
        async with bot.database.write() as connection:
            return await publications.publish(bot.database, connection, release, now, now)

    return publish


@pytest.fixture
def hold_harbour(
    publish_harbour: Callable[..., Awaitable[int]],
) -> Callable[[Bot], Awaitable[int]]:
    """Publishes it, and holds its announcement."""

    async def hold(bot: Bot) -> int:
        ident = await publish_harbour(bot)
        async with bot.database.write() as connection:
            await ledger.set_state(connection, ident, AnnouncementState.HELD, reason="late")
        return ident

    return hold


@pytest.fixture
def letter() -> str:
    """What an office might paste into a message."""
    return (
        "Press release\n24 June 2026\n\n"
        "80th anniversary of the opening of the old harbour\n\n"
        "On 24 June 1946 the first ship of the season entered the old harbour of the town.\n\n"
        "Since then the harbour has been open in every year, and the town remembers that day.\n\n"
        "The harbour office invites everybody to the quay.\n"
    )


@pytest.fixture
def markdown() -> bytes:
    return (
        b"---\ndate: 2026-06-26\ntopics: [harbour]\n---\n"
        b"# The harbour opens\n\nShips may come.\n\nThey may go as well.\n"
    )
