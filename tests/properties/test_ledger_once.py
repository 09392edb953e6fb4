"""Whatever workers, crashes and second thoughts do to the ledger: one message to each reader."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience import repository as audience
from bot.audience.choice import Choice
from bot.audience.repository import Preference
from bot.delivery import ledger
from bot.delivery.announcement import Announcement
from bot.delivery.ledger import Claim
from bot.delivery.outcome import decide
from bot.store import tables as t
from bot.store.database import Database
from bot.transports.base import NotNow, Outcome, Refused, Sent, Unknown

T = TypeVar("T")

WISHES = (("en",), ("fr", "en"), ("ar",))
LONGEST = timedelta(seconds=60)
WORKERS = st.integers(0, 2)


class Deliveries(RuleBasedStateMachine):
    """Several workers on one ledger. ``arrived`` is what the far side has really got."""

    template: Path
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        file = self.folder / f"{secrets.token_hex(8)}.db"
        shutil.copy(self.template, file)
        self.file = file
        self.runner = asyncio.Runner()
        self.database = Database(f"sqlite:///{file}")
        self.now = datetime(2026, 6, 26, 10, tzinfo=UTC)
        self.arrived: Counter[int] = Counter()
        self.answered: set[int] = set()
        self.planned: set[int] = set()
        self.people = 0
        self.lives = [0, 0, 0]
        self.held: list[dict[int, tuple[Claim, Outcome]]] = [{}, {}, {}]

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        for left in self.folder.glob(f"{self.file.name}*"):
            left.unlink()

    # --- what happens ----------------------------------------------------------------------------

    @initialize()
    def announced(self) -> None:
        async def act(connection: AsyncConnection) -> Announcement:
            ident = await ledger.announce(
                self.database,
                connection,
                key="log/publication",
                kind="publication",
                published_id=None,
                due_at=self.now,
                now=self.now,
            )
            return await ledger.by_id(connection, ident)

        self.announcement = self._write(act)

    @rule(wish=st.sampled_from(WISHES), count=st.integers(1, 4))
    def subscribe(self, wish: tuple[str, ...], count: int) -> None:
        async def act(connection: AsyncConnection) -> None:
            for _ in range(count):
                self.people += 1
                await audience.subscribe(
                    self.database,
                    connection,
                    self.now,
                    transport="telegram",
                    address=str(self.people),
                    languages=wish,
                    timezone="UTC",
                )

        self._write(act)

    @rule()
    def plan(self) -> None:
        """For the first time, once more, or by a second planner."""

        async def act(connection: AsyncConnection) -> set[int]:
            for wish in WISHES:
                await ledger.plan(
                    self.database,
                    connection,
                    self.announcement,
                    Preference(wish, (), 0),
                    Choice(wish[0], fallback=False),
                    due_at=self.now,
                    before=self.now,
                )
            return set(await connection.scalars(select(t.delivery.c.subscriber_id)))

        rows = self._write(act)
        assert self.planned <= rows
        self.planned = rows

    @rule(worker=WORKERS, limit=st.integers(1, 5), data=st.data())
    def claim_and_send(self, worker: int, limit: int, data: st.DataObject) -> None:
        """Claim, and send at once; the outcome is known to this worker alone."""
        claims = self._write(
            lambda c: ledger.claim(c, self.announcement.id, self._name(worker), self.now, limit)
        )
        assert len(claims) <= limit
        for claim in claims:
            fate = data.draw(st.sampled_from(("sent", "lost answer", "lost", "not now", "refused")))
            self.arrived[claim.subscriber_id] += fate in ("sent", "lost answer")
            outcome: Outcome = {
                "sent": Sent(message_ids=("7",)),
                "lost answer": Unknown(reason="lost_answer"),
                "lost": Unknown(reason="lost_answer"),
                "not now": NotNow(after=1, reason="rate_limited"),
                "refused": Refused(reason="blocked", unreachable=True),
            }[fate]
            self.held[worker][claim.subscriber_id] = (claim, outcome)

    @rule(worker=WORKERS)
    def record(self, worker: int) -> None:
        """On time, or so late that others have given the worker up."""
        changes = []
        for ident, (claim, outcome) in self.held[worker].items():
            change = decide(
                outcome,
                self.now,
                due_at=claim.due_at,
                attempts=claim.attempts,
                reason=claim.reason,
            )
            changes.append((ident, change))
            if isinstance(outcome, Sent):
                self.answered.add(ident)
        self.held[worker] = {}
        self._write(
            lambda c: ledger.record(c, self.announcement.id, self._name(worker), changes, self.now)
        )

    @rule(worker=WORKERS)
    def crash(self, worker: int) -> None:
        """What it knew is gone; who comes after it has another name."""
        self.held[worker] = {}
        self.lives[worker] += 1

    @rule(seconds=st.sampled_from((1, 20, 61, 600)))
    def sweep(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self._write(lambda c: ledger.sweep(c, self.now - LONGEST, self.now))

    @precondition(lambda self: self.planned)
    @rule(data=st.data())
    def somebody_stops(self, data: st.DataObject) -> None:
        """The subscriber's row goes; the ledger's stays."""
        gone = data.draw(st.sampled_from(sorted(self.planned)))
        self._write(lambda c: c.execute(delete(t.subscriber).where(t.subscriber.c.id == gone)))

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def nobody_gets_two(self) -> None:
        assert max(self.arrived.values(), default=0) <= 1

    @invariant()
    def every_row_tells_the_truth(self) -> None:
        async def act(connection: AsyncConnection) -> list[Any]:
            return list(await connection.execute(select(t.delivery)))

        rows = {row.subscriber_id: row for row in self._write(act)}
        assert set(rows) == self.planned
        for ident, row in rows.items():
            if row.state == "sent":
                assert self.arrived[ident] == 1
            if ident in self.answered:
                assert row.state == "sent"
            if row.state in ("pending", "retrying", "failed"):
                assert self.arrived[ident] == 0

    # --- how -------------------------------------------------------------------------------------

    def _name(self, worker: int) -> str:
        return f"worker {worker}, life {self.lives[worker]}"

    def _write(self, act: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async def transaction() -> T:
            async with self.database.write() as connection:
                return await act(connection)

        return self.runner.run(transaction())


def test_nobody_gets_two_and_no_row_is_lost(migrated: Callable[[str], str], tmp_path: Path) -> None:
    class Here(Deliveries):
        template = Path(migrated("sqlite").removeprefix("sqlite:///"))
        folder = tmp_path

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
