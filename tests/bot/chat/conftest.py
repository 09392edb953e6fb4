from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import date
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from bot.audience import repository as audience
from bot.audience.subscriber import Subscriber
from bot.chat.app import Chat
from bot.clock import FixedClock
from bot.releases import repository
from bot.releases.desk import Desk
from bot.releases.release import ObservanceSpec, Release, Variant
from bot.releases.review import OPERATOR
from bot.sandbox import Sandbox
from bot.sandbox.message import Message
from bot.sandbox.person import Person
from bot.settings import Settings
from bot.store.database import Database
from bot.transports.telegram import TelegramTransport
from translations.catalogs import catalog_for
from translations.text import Text

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

    def person(self, id: int = READER, name: str = "Mara", language: str | None = "en") -> Person:
        return self.sandbox.person(id, name, language)

    async def ask(self, person: Person, words: str, **more: Any) -> Message:
        """What the bot answers first."""
        sent = person.send(words, **more)
        return await person.chat.wait_for(lambda message: True, after=sent)

    async def quiet(self, person: Person) -> list[Message]:
        """Everything the bot has said to this person, once all that they sent was handled."""
        await self.ask(person, "/privacy")
        return [message for message in person.chat.messages if message.from_bot]

    async def subscriber(self, chat_id: int) -> Subscriber | None:
        async with self.database.read() as connection:
            return await audience.find(connection, "telegram", str(chat_id))

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
async def talk(
    database: Database, sandbox: Sandbox, clock: FixedClock
) -> AsyncIterator[Talk]:
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
                TelegramTransport(sandbox.token, sandbox.url),
            )
            stack.push_async_callback(bot.transport.close)
            stack.push_async_callback(bot.chat.close)
            await bot.chat.start()
            running = asyncio.create_task(bot.chat.run(bot.stop))

            async def end() -> None:
                bot.stop.set()
                await running

            stack.push_async_callback(end)
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
    structlog.reset_defaults()


def in_language(tag: str, what: Text) -> str:
    return catalog_for(tag).render(what)


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
                "fr": Variant(language="fr", headline="Le port ouvre", body="Les navires arrivent."),
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
