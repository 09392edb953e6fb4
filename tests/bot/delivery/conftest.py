"""A small office with everything real: database, ledger, transport, and a Bot API on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.audience import repository as audience
from bot.audience.subscriber import Announcements
from bot.clock import FixedClock
from bot.delivery import lines
from bot.delivery.engine import InProcess
from bot.delivery.lines import Entry
from bot.delivery.pace import Pace
from bot.delivery.planner import Planner
from bot.delivery.sender import Sender
from bot.releases.desk import Desk
from bot.releases.notices import in_english
from bot.releases.release import (
    Completeness,
    Issuer,
    ObservanceSpec,
    Release,
    Variant,
)
from bot.releases.review import OPERATOR
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import Database
from bot.store.texts import from_json
from bot.transports.photos import Photos
from bot.transports.telegram import TelegramTransport

HEADLINES = {
    "en": "{ordinal} anniversary of the lighthouse",
    "fr": "{ordinal} anniversaire du phare",
    "zh": "灯塔落成{ordinal}周年",
}


class Office:
    """Drives the planner and the sender by hand, at the times that a test sets."""

    def __init__(self, database: Database, clock: FixedClock, sandbox: Sandbox, **settings: object):
        self.database = database
        self.clock = clock
        self.sandbox = sandbox
        self.settings = Settings(
            languages=("en", "fr", "zh"),
            rate_per_second=1000,
            **settings,  # type: ignore[arg-type]
        )
        self.desk = Desk(database, self.settings, clock)
        self.transport = TelegramTransport(
            sandbox.token, sandbox.url, read_timeout=5, photos=Photos(database, "bot")
        )
        self.told: list[str] = []
        self.engine = InProcess()
        self.pace = Pace(database, "bot", self.settings.rate_per_second)
        self.planner = Planner(database, self.settings, clock, self.engine)

    async def read_notices(self) -> None:
        """Bring ``told`` up to what staff are to be told, in English, oldest first."""
        async with self.database.read() as connection:
            found = await connection.scalars(select(t.notice.c.text).order_by(t.notice.c.id))
            told = [in_english(from_json(kept)) for kept in found]
        self.told = [words for words in told if words]

    def sender(self) -> Sender:
        return Sender(
            self.database, self.settings, self.clock, {"telegram": self.transport}, self.pace
        )

    async def open(self) -> None:
        async with self.database.write() as connection:
            await self.pace.prepare(connection)

    async def subscribe(
        self,
        ident: int,
        *languages: str,
        zone: str = "UTC",
        topics: Sequence[str] = (),
        announcements: Announcements = Announcements.ALL,
        quiet: str = "",
    ) -> None:
        try:
            self.sandbox.chat(ident)
        except KeyError:
            self.sandbox.person(ident, f"Reader {ident}").start()
        async with self.database.write() as connection:
            await audience.subscribe(
                self.database,
                connection,
                self.clock.now(),
                transport="telegram",
                address=str(ident),
                languages=languages,
                timezone=zone,
                topics=topics,
                announcements=announcements,
                quiet=quiet,
            )

    async def release(
        self,
        slug: str = "lighthouse",
        *languages: str,
        approve: Sequence[str] | None = None,
        on: date = date(2026, 6, 26),
        origin: date | None = None,
        **changes: object,
    ) -> Release:
        tags = languages or ("en", "fr", "zh")
        draft = Release(
            slug=slug,
            original=tags[0],
            date=on,
            issuer=Issuer(names={"en": "Example Harbour Board"}),
            variants={
                tag: Variant(
                    language=tag,
                    headline=HEADLINES[tag] if origin else f"Lighthouse news in {tag}",
                    occasion=HEADLINES[tag] if origin else "",
                    body=f"First paragraph, {tag}.\n\nSecond paragraph, {tag}.",
                )
                for tag in tags
            },
            observance=ObservanceSpec(origin=origin) if origin else None,
        )
        filed = await self.desk.file(OPERATOR, replace(draft, **changes))  # type: ignore[arg-type]
        chosen = tags if approve is None else approve
        return await self.desk.approve(OPERATOR, slug, chosen) if chosen else filed.release

    async def run(self) -> None:
        """Look, and send until nothing more is due; who gets several messages gets one a second."""
        await self._run()
        while await self._is_spaced():
            self.clock.set(self.clock.now() + timedelta(seconds=1))
            await self._run()

    async def _is_spaced(self) -> bool:
        now = self.clock.now()
        soon = t.delivery.c.due_at > now, t.delivery.c.due_at <= now + timedelta(seconds=1)
        waiting = t.delivery.c.state == "retrying", t.delivery.c.reason == ""
        async with self.database.read() as connection:
            query = select(t.delivery.c.subscriber_id).where(*soon, *waiting)
            return (await connection.scalars(query)).first() is not None

    async def _run(self) -> None:
        await self.planner.look()
        sender = self.sender()
        running = asyncio.create_task(self.engine.run(sender.send_chunk))
        await self.engine.drained()
        await self.engine.stop()
        await running
        await self.planner.look()
        await self.engine.stop()
        self.engine = self.planner.engine = InProcess()
        await self.read_notices()

    async def entries(self) -> list[Entry]:
        async with self.database.read() as connection:
            return await lines.entries(connection)

    async def states(self) -> dict[str, str]:
        return {e.address or str(e.subscriber_id): e.state.value for e in await self.entries()}

    def sounds(self, ident: int) -> list[bool]:
        """Whether each message was heard."""
        return [not m.silent for m in self.sandbox.chat(ident).messages if m.from_bot]

    def texts(self, ident: int) -> list[str]:
        return [m.text for m in self.sandbox.chat(ident).messages if m.from_bot]

    async def at(self, moment: str) -> None:
        """Go to a moment (UTC) and let the office do what is due."""
        self.clock.set(datetime.fromisoformat(moment + "+00:00"))
        await self.run()

    async def later(self, **delta: float) -> None:
        self.clock.set(self.clock.now() + timedelta(**delta))
        await self.run()

    async def close(self) -> None:
        with suppress(Exception):
            await self.transport.close()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rates=None) as running:
        yield running


@pytest.fixture
async def office(
    database: Database, clock: FixedClock, sandbox: Sandbox, tmp_path: Path
) -> AsyncIterator[Office]:
    opened = Office(database, clock, sandbox, data_dir=tmp_path)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def patient_office(
    database: Database, clock: FixedClock, sandbox: Sandbox, tmp_path: Path
) -> AsyncIterator[Office]:
    """The same, holding a release until its required languages are there."""
    opened = Office(
        database,
        clock,
        sandbox,
        data_dir=tmp_path,
        completeness=Completeness.HOLD.value,
        required_languages=("en", "fr"),
    )
    await opened.open()
    yield opened
    await opened.close()
