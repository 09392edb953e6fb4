"""The release set: whatever is approved when, under each policy everybody gets what they should.

The rules are written down a second time here, for languages that need no matching.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, false

from bot.audience import repository as audience
from bot.clock import FixedClock
from bot.delivery import ledger
from bot.delivery.engine import InProcess
from bot.delivery.pace import Pace
from bot.delivery.planner import Planner
from bot.delivery.sender import Sender
from bot.releases.desk import Desk
from bot.releases.release import Completeness, Moment, Release, Variant
from bot.releases.review import OPERATOR
from bot.sandbox import Sandbox
from bot.settings import Settings
from bot.store import tables as t
from bot.store.database import AUDIT_HEAD, Database
from bot.transports.telegram import TelegramTransport

OFFICE = ("en", "fr", "ru", "zh")
READERS: dict[int, tuple[str, ...]] = {
    1: ("en",),
    2: ("fr",),
    3: ("zh", "fr"),
    4: ("fr", "zh"),
    5: ("ru", "en"),
    6: ("tr",),
    7: ("tr", "fr"),
    8: ("fr", "en"),
}
NOW = datetime(2026, 6, 26, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """``prepared`` languages have a text; those ``approved`` are so at the time it is to go out,
    the others follow in the order of ``later``."""

    policy: Completeness
    required: tuple[str, ...]
    of_the_office: bool
    prepared: tuple[str, ...]
    approved: tuple[str, ...]
    later: tuple[str, ...]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    others = draw(st.lists(st.sampled_from(OFFICE[1:]), unique=True))
    prepared = ("en", *others)
    # Without its original approved no release is given a time.
    first = draw(st.lists(st.sampled_from(others), unique=True)) if others else []
    approved = ("en", *first)
    return Case(
        policy=draw(st.sampled_from(Completeness)),
        required=tuple(draw(st.lists(st.sampled_from(OFFICE), unique=True))),
        of_the_office=draw(st.booleans()),
        prepared=prepared,
        approved=approved,
        later=tuple(draw(st.permutations([tag for tag in prepared if tag not in approved]))),
    )


@dataclass
class Expected:
    """What each reader has: a language and whether the text says that it is none of theirs."""

    case: Case
    approved: set[str] = field(default_factory=set)
    out: bool = False
    has: dict[int, str] = field(default_factory=dict)
    stand_in: set[int] = field(default_factory=set)

    def approve(self, *languages: str) -> None:
        self.approved |= set(languages)
        case = self.case
        needed = {"en", *(case.required if case.policy is Completeness.HOLD else ())}
        self.out = self.out or needed <= self.approved
        if self.out:
            for reader, wanted in READERS.items():
                self._serve(reader, wanted)

    def _serve(self, reader: int, wanted: tuple[str, ...]) -> None:
        served = [tag for tag in wanted if tag in self.approved]
        if reader in self.has:
            if reader in self.stand_in and served:
                self.has[reader] = served[0]
            return
        coming: set[str] = set()
        if self.case.policy is not Completeness.FALLBACK:
            coming = {*self.case.required, *self.case.prepared} - self.approved
        best = next((tag for tag in wanted if tag in self.approved | coming), None)
        if best is None:
            self.has[reader] = "en"
            self.stand_in.add(reader)
        elif best in self.approved:
            self.has[reader] = best


class House:
    """An office with everything real, and readers who look at what they have."""

    def __init__(
        self, database: Database, sandbox: Sandbox, transport: TelegramTransport, case: Case
    ) -> None:
        self.sandbox = sandbox
        self.case = case
        policy = (
            {"completeness": case.policy.value, "required_languages": case.required}
            if case.of_the_office
            else {}
        )
        self.settings = Settings(languages=OFFICE, rate_per_second=1000, **policy)
        self.clock = FixedClock(NOW)
        self.database = database
        self.desk = Desk(self.database, self.settings, self.clock)
        self.planner = Planner(self.database, self.settings, self.clock, InProcess())
        self.pace = Pace(self.database, "bot", 1000)
        transports = {"telegram": transport}
        self.sender = Sender(self.database, self.settings, self.clock, transports, self.pace)
        self.before = {i: len(sandbox.chat(i)) for i in READERS}

    async def open(self) -> None:
        async with self.database.write() as connection:
            for table in reversed(t.metadata.sorted_tables):
                if table is t.audit:  # which lets nobody, and goes on from its head
                    continue
                kept = table.c.key == AUDIT_HEAD if table is t.meta else false()
                await connection.execute(delete(table).where(~kept))
            await self.pace.prepare(connection)
            for reader, wanted in READERS.items():
                await audience.subscribe(
                    self.database,
                    connection,
                    NOW,
                    transport="telegram",
                    address=str(reader),
                    languages=wanted,
                    timezone="UTC",
                )
        release = Release(
            slug="log",
            original="en",
            date=date(2026, 6, 26),
            variants={
                tag: Variant(language=tag, headline=f"Text in {tag}") for tag in self.case.prepared
            },
            required_languages=() if self.case.of_the_office else self.case.required,
            completeness=None if self.case.of_the_office else self.case.policy,
            publish_at=Moment(at=NOW.replace(hour=11)),
        )
        await self.desk.file(OPERATOR, release)

    async def approve(self, *languages: str) -> None:
        await self.desk.approve(OPERATOR, "log", languages)

    async def run(self) -> None:
        """The planner looks, and everything that is due is sent."""
        await self.planner.look()
        async with self.database.read() as connection:
            announced = await ledger.announcements(connection)
        for announcement in announced:
            await self.sender.send_chunk(announcement.id)

    def seen(self) -> dict[int, tuple[str, bool]]:
        """Reader → the language of the one message that they have, and whether it has a label."""
        found = {}
        for reader, before in self.before.items():
            messages = self.sandbox.chat(reader).messages[before:]
            assert len(messages) <= 1
            for message in messages:
                headline, *rest = message.text.split("\n\n")
                found[reader] = (headline.removeprefix("Text in "), len(rest) == 2)
        return found


@contextmanager
def _readers(runner: asyncio.Runner) -> Iterator[tuple[Sandbox, TelegramTransport]]:
    sandbox = Sandbox(rates=None)
    runner.run(sandbox.start())
    transport = TelegramTransport(sandbox.token, sandbox.url)
    try:
        for reader in READERS:
            sandbox.person(reader, f"Reader {reader}").start()
        yield sandbox, transport
    finally:
        runner.run(transport.close())
        runner.run(sandbox.stop())


def test_everybody_gets_what_the_policy_says(
    migrated: Callable[[str], str], tmp_path: Path
) -> None:
    file = tmp_path / "polyherald.db"
    shutil.copy(migrated("sqlite").removeprefix("sqlite:///"), file)
    database = Database(f"sqlite:///{file}")

    async def scenario(house: House) -> None:
        case, expected = house.case, Expected(house.case)
        await house.open()
        await house.approve(*case.approved)
        expected.approve(*case.approved)
        house.clock.set(NOW.replace(hour=12))
        await house.run()
        await check(house, expected)
        for language in case.later:
            await house.approve(language)
            expected.approve(language)
            await house.run()
            await check(house, expected)

    async def check(house: House, expected: Expected) -> None:
        labelled = {
            reader for reader in expected.stand_in if expected.has[reader] not in READERS[reader]
        }
        assert house.seen() == {
            reader: (language, reader in labelled) for reader, language in expected.has.items()
        }

    with asyncio.Runner() as runner, _readers(runner) as (sandbox, transport):

        @settings(
            max_examples=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
        @given(cases())
        @example(
            Case(Completeness.HOLD, ("en", "fr", "ru"), True, OFFICE, ("en", "fr"), ("zh", "ru"))
        )
        @example(Case(Completeness.FALLBACK, (), False, OFFICE, ("en",), ("zh", "ru", "fr")))
        @example(Case(Completeness.PUBLISH_READY, ("fr",), False, ("en", "zh"), ("en",), ("zh",)))
        def whatever(case: Case) -> None:
            runner.run(scenario(House(database, sandbox, transport, case)))

        whatever()
        runner.run(database.close())
