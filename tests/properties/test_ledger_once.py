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

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.audience.choice import Choice
from bot.audience.repository import Preference
from bot.delivery import ledger
from bot.delivery.announcement import Announcement, AnnouncementState
from bot.delivery.ledger import Claim
from bot.delivery.outcome import Change, DeliveryState, decide
from bot.releases import publication, repository
from bot.releases.release import Release, Variant
from bot.store import tables as t
from bot.store.database import Database
from bot.transports.base import NotNow, Outcome, Refused, Sent, Unknown

T = TypeVar("T")

_ALL = select(t.delivery)

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
        self.rows: dict[int, Row[Any]] = {}
        self.said: list[list[tuple[int, Change]]] = [[], [], []]
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
                published_id=await _page(self.database, connection, self.now),
                due_at=self.now,
                now=self.now,
                state=AnnouncementState.SENDING,
            )
            return await ledger.by_id(connection, ident)

        self.announcement = self._write(act)
        self.more_subscribe(WISHES[0], 3)

    @rule(wish=st.sampled_from(WISHES), count=st.integers(1, 4))
    def more_subscribe(self, wish: tuple[str, ...], count: int) -> None:
        """And the planner looks again."""
        self._subscribe(wish, count)
        self.plan()

    def _subscribe(self, wish: tuple[str, ...], count: int) -> None:
        rows = [_person(self.people + i + 1, wish, self.now) for i in range(count)]
        self.people += count
        self._write(lambda c: c.execute(insert(t.subscriber), rows))

    @rule()
    def plan(self) -> None:
        """For the first time, once more, or by a second planner."""

        async def act(connection: AsyncConnection) -> None:
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

        self._write(act)
        assert self.planned <= set(self.rows)
        self.planned = set(self.rows)

    @rule(worker=WORKERS, limit=st.integers(1, 5), data=st.data())
    def claim_and_send(self, worker: int, limit: int, data: st.DataObject) -> None:
        """Claim, and send at once; the outcome is known to this worker alone.

        Nobody claims before what they said has been heard.
        """
        self.said[worker] = []
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

    @precondition(lambda self: any(self.held))
    @rule(data=st.data())
    def record(self, data: st.DataObject) -> None:
        """On time, or so late that others have given the worker up."""
        worker = data.draw(st.sampled_from([w for w in range(3) if self.held[w]]))
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
        self.said[worker] = changes
        self._say(worker)

    @precondition(lambda self: any(self.said))
    @rule(data=st.data())
    def record_again(self, data: st.DataObject) -> None:
        """When the database broke off, a worker cannot know whether its words were kept."""
        self._say(data.draw(st.sampled_from([w for w in range(3) if self.said[w]])))

    @precondition(lambda self: any(self.held))
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        """What it knew is gone; who comes after it has another name."""
        worker = data.draw(st.sampled_from([w for w in range(3) if self.held[w]]))
        self.held[worker], self.said[worker] = {}, []
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
        rows = self.rows
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

    def _say(self, worker: int) -> None:
        changes = self.said[worker]
        self._write(
            lambda c: ledger.record(c, self.announcement.id, self._name(worker), changes, self.now)
        )

    def _write(self, act: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async def transaction() -> T:
            async with self.database.write() as connection:
                result = await act(connection)
                self.rows = {d.subscriber_id: d for d in await connection.execute(_ALL)}
                return result

        return self.runner.run(transaction())


def test_nobody_gets_two_and_no_row_is_lost(migrated: Callable[[str], str], tmp_path: Path) -> None:
    class Here(Deliveries):
        template = Path(migrated("sqlite").removeprefix("sqlite:///"))
        folder = tmp_path

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=50,
            stateful_step_count=30,
            deadline=None,
            # Shrinking what takes a database each time would last for minutes.
            phases=[phase for phase in Phase if phase is not Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


async def _page(database: Database, connection: AsyncConnection, now: datetime) -> int:
    """What is announced; returns its id."""
    variants = {"en": Variant(language="en", headline="The log")}
    log = Release(slug="log", original="en", date=now.date(), variants=variants)
    stored = await repository.save(connection, log, now)
    return await publication.publish(database, connection, stored, now)


async def _one_delivery(database: Database, connection: AsyncConnection, now: datetime) -> int:
    """An announcement to one reader; returns its id."""
    await connection.execute(insert(t.subscriber), [_person(1, ("en",), now)])
    ident = await ledger.announce(
        database,
        connection,
        key="log/publication",
        kind="publication",
        published_id=await _page(database, connection, now),
        due_at=now,
        now=now,
        state=AnnouncementState.SENDING,
    )
    await ledger.plan(
        database,
        connection,
        await ledger.by_id(connection, ident),
        Preference(("en",), (), 0),
        Choice("en", fallback=False),
        due_at=now,
        before=now,
    )
    return ident


NOW = datetime(2026, 6, 26, 10, tzinfo=UTC)


async def test_words_said_twice_do_not_undo_anothers_claim(database: Database) -> None:
    """The answer to a commit may be lost: then a worker says once more what was kept already."""
    later = [(1, Change(state=DeliveryState.RETRYING, reason="rate_limited", due_at=NOW))]
    async with database.write() as connection:
        ident = await _one_delivery(database, connection, NOW)
        assert await ledger.claim(connection, ident, "a", NOW, 5)
        await ledger.record(connection, ident, "a", later, NOW)
        assert await ledger.claim(connection, ident, "b", NOW, 5)
        await ledger.record(connection, ident, "a", later, NOW)
        assert await ledger.claim(connection, ident, "c", NOW, 5) == []
        (row,) = await connection.execute(_ALL)
    assert (row.state, row.worker) == ("sending", "b")


async def test_words_said_twice_do_not_undo_a_later_claim_of_ones_own(database: Database) -> None:
    """Else it would be claimed once more while it is being sent, and sent twice."""
    later = [(1, Change(state=DeliveryState.RETRYING, reason="rate_limited", due_at=NOW))]
    soon = NOW + timedelta(milliseconds=1)
    async with database.write() as connection:
        ident = await _one_delivery(database, connection, NOW)
        (first,) = await ledger.claim(connection, ident, "a", NOW, 5)
        said = {1: first.claimed_at}
        await ledger.record(connection, ident, "a", later, NOW, claimed_at=said)
        (second,) = await ledger.claim(connection, ident, "a", soon, 5)
        await ledger.record(connection, ident, "a", later, soon, claimed_at=said)
        assert await ledger.claim(connection, ident, "a", soon, 5) == []
        sent = [(1, Change(state=DeliveryState.SENT, message_ids=("7",)))]
        said = {1: second.claimed_at}
        await ledger.record(connection, ident, "a", sent, soon, claimed_at=said)
        (row,) = await connection.execute(_ALL)
    assert (row.state, row.message_ids) == ("sent", "7")


async def test_who_was_thought_dead_may_still_say_what_became_of_it(database: Database) -> None:
    sent = [(1, Change(state=DeliveryState.SENT, message_ids=("7",)))]
    async with database.write() as connection:
        ident = await _one_delivery(database, connection, NOW)
        assert await ledger.claim(connection, ident, "a", NOW, 5)
        assert await ledger.sweep(connection, NOW, NOW + LONGEST) == 1
        assert await ledger.claim(connection, ident, "b", NOW + LONGEST, 5) == []
        await ledger.record(connection, ident, "b", sent, NOW + LONGEST)
        (row,) = await connection.execute(_ALL)
        assert row.state == "unknown"
        await ledger.record(connection, ident, "a", sent, NOW + LONGEST)
        (row,) = await connection.execute(_ALL)
    assert (row.state, row.message_ids) == ("sent", "7")


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_looking_for_the_lost_waits_for_nobody_who_records(database: Database) -> None:
    """Each would wait for a row of the other's, and the database would end one of them."""
    sent = Change(state=DeliveryState.SENT, message_ids=("7",))
    async with database.write() as connection:
        ident = await _one_delivery(database, connection, NOW)
        await connection.execute(insert(t.subscriber), [_person(2, ("en",), NOW)])
        audience = (Preference(("en",), (), 0), Choice("en", fallback=False))
        announcement = await ledger.by_id(connection, ident)
        await ledger.plan(database, connection, announcement, *audience, due_at=NOW, before=NOW)
        assert len(await ledger.claim(connection, ident, "a", NOW, 5)) == 2
    async with database.write() as worker:
        await ledger.record(worker, ident, "a", [(2, sent)], NOW + LONGEST)
        async with asyncio.timeout(10), database.write() as planner:
            assert await ledger.sweep(planner, NOW, NOW + LONGEST) == 1
        await ledger.record(worker, ident, "a", [(1, sent)], NOW + LONGEST)
    async with database.read() as connection:
        assert [row.state for row in await connection.execute(_ALL)] == ["sent", "sent"]


def _person(ident: int, wish: tuple[str, ...], now: datetime) -> dict[str, object]:
    return {
        "id": ident,  # not random as usual, so that a failure repeats
        "transport": "telegram",
        "address": str(ident),
        "kind": "person",
        "name": "",
        "languages": " ".join(wish),
        "topics": "",
        "timezone": "UTC",
        "state": "active",
        "reason": "",
        "added_by": "",
        "created_at": now,
    }
