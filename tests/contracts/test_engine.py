"""One suite for both engines: chunks are carried out, and doubled or lost ones do no harm."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.delivery.engine import Engine, engine_for
from bot.store.database import Database


@pytest.fixture
async def engine(database: Database) -> AsyncIterator[Engine]:
    made = engine_for(database)
    yield made
    await made.stop()


async def test_what_is_offered_is_carried_out_until_nothing_is_left(engine: Engine) -> None:
    left = {1: 5, 2: 3}
    done: Counter[int] = Counter()
    finished = asyncio.Event()

    async def work(announcement_id: int) -> int:
        if not left[announcement_id]:
            return 0
        left[announcement_id] -= 1
        done[announcement_id] += 1
        if not any(left.values()):
            finished.set()
        return 1

    running = asyncio.create_task(engine.run(work))
    await engine.offer(1)
    await engine.offer(2)
    await engine.offer(1)
    async with asyncio.timeout(20):
        await finished.wait()
    await engine.stop()
    await running
    assert done == {1: 5, 2: 3}


async def test_a_stop_waits_for_what_was_begun(engine: Engine) -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work(announcement_id: int) -> int:
        begun.set()
        await go_on.wait()
        ended.set()
        return 0

    running = asyncio.create_task(engine.run(work))
    await engine.offer(7)
    async with asyncio.timeout(20):
        await begun.wait()
        stopping = asyncio.create_task(engine.stop())
        await asyncio.sleep(0)
        go_on.set()
        await stopping
        await running
    assert ended.is_set()


async def test_a_chunk_that_fails_does_not_end_the_engine(engine: Engine) -> None:
    worked = asyncio.Event()

    async def work(announcement_id: int) -> int:
        if announcement_id == 1:
            raise RuntimeError("broken on purpose")
        worked.set()
        return 0

    running = asyncio.create_task(engine.run(work))
    await engine.offer(1)
    await engine.offer(2)
    async with asyncio.timeout(20):
        await worked.wait()
    await engine.stop()
    await running


async def test_a_small_one_is_not_stuck_behind_a_large_one_and_what_is_urgent_comes_first(
    engine: Engine,
) -> None:
    left = {1: 400, 2: 12, 3: 12}
    order: list[int] = []
    finished = asyncio.Event()

    async def work(announcement_id: int) -> int:
        order.append(announcement_id)
        await asyncio.sleep(0.002)
        if len(order) == 20:
            await engine.offer(2)
            await engine.offer(3, urgent=True)
        left[announcement_id] -= 1
        if left[2] <= 0 and left[3] <= 0:
            finished.set()
        return max(0, left[announcement_id])

    running = asyncio.create_task(engine.run(work))
    await engine.offer(1)
    async with asyncio.timeout(30):
        await finished.wait()
    await engine.stop()
    await running
    of_two, of_three = ([n for n, ident in enumerate(order) if ident == i] for i in (2, 3))
    assert of_three[-1] < of_two[-1]
    between = order[20 : of_two[11] + 1]
    assert between.count(1) <= 3 * 12  # a fair share, and what was under way
    assert left[1] > 200
