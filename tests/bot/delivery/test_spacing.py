"""What one chat may be sent in a minute; who comes first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.delivery import spacing
from bot.delivery.engine import InProcess
from bot.delivery.ledger import Claim
from bot.store.database import Database

NOW = datetime(2026, 6, 26, 10, tzinfo=UTC)


def _claim(ident: int, address: str) -> Claim:
    return Claim(
        subscriber_id=ident,
        transport="telegram",
        address=address,
        languages=("en",),
        language="en",
        fallback=False,
        due_at=NOW,
        claimed_at=NOW,
        attempts=1,
        reason="",
    )


async def _sent(
    database: Database, claims: list[Claim], at: datetime, *, crowded: bool = False
) -> list[int]:
    async with database.write() as connection:
        ready = await spacing.spaced(database, connection, 1, claims, at, crowded=crowded)
    return [claim.subscriber_id for claim in ready]


async def test_a_group_with_its_topics_gets_at_most_twenty_in_a_minute(database: Database) -> None:
    topics = [_claim(n, f"-1001/{n}") for n in range(1, 100)]
    sent: list[datetime] = []
    for tenth in range(1800):
        at = NOW + timedelta(seconds=tenth / 10)
        sent += [at for _ in await _sent(database, topics, at)] if tenth % 5 == 0 else []
    assert len(sent) > 50
    for moment in sent:
        within = [other for other in sent if moment <= other < moment + timedelta(seconds=60)]
        assert len(within) <= 20


async def test_a_person_gets_one_in_a_second_and_does_not_hold_up_others(
    database: Database,
) -> None:
    both = [_claim(1, "1"), _claim(2, "2")]
    assert await _sent(database, both[:1], NOW, crowded=True) == [1]
    assert await _sent(database, both, NOW, crowded=True) == [2]
    assert await _sent(database, both, NOW + timedelta(seconds=1), crowded=True) == [1, 2]


async def test_a_clock_that_was_set_back_silences_nobody(database: Database) -> None:
    group = [_claim(1, "-1001")]
    assert await _sent(database, group, NOW + timedelta(days=1)) == [1]
    assert await _sent(database, group, NOW) == [1]


async def test_what_is_urgent_overtakes_and_the_others_take_turns() -> None:
    engine, order = InProcess(), list[int]()
    left = {1: 40, 2: 8, 3: 4}

    async def work(ident: int) -> int:
        order.append(ident)
        await asyncio.sleep(0)
        left[ident] -= 1
        if len(order) == 8:
            await engine.offer(3, urgent=True)
        return max(0, left[ident])

    await engine.offer(1)
    await engine.offer(2)
    running = asyncio.create_task(engine.run(work))
    await engine.drained()
    await engine.stop()
    await running
    assert order.index(2) < 8  # not behind all of the first
    first = order.index(3)
    assert first <= 13  # what lanes were at work on ends first
    assert set(order[first : first + 4]) == {3}
