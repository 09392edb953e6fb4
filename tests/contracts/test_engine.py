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
