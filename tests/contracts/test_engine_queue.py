"""The queue on PostgreSQL: jobs of another version, and connections that are lost."""

from __future__ import annotations

import asyncio

import procrastinate
import psycopg
import pytest

from bot.delivery.engine import Distributed
from bot.errors import StoreError
from bot.store.database import Database

pytestmark = pytest.mark.parametrize("backend", ["postgresql"])


async def test_what_another_version_has_queued_holds_up_nothing(database: Database) -> None:
    """More is in its jobs than this version knows of; one is of a kind that is new to it."""
    connector = procrastinate.PsycopgConnector(conninfo=database.url, min_size=1, max_size=2)
    other = procrastinate.App(connector=connector)

    @other.task(name="polyherald:send_chunk", queue="send")
    async def send_chunk(announcement_id: int, urgent: bool, shard: str) -> None: ...

    @other.task(name="polyherald:of_later", queue="send")
    async def of_later(announcement_id: int) -> None: ...

    async with other.open_async():
        for lane in range(8):
            lock = of_later.configure(queueing_lock=f"later/{lane}", priority=1)
            await lock.defer_async(announcement_id=3)
        await send_chunk.defer_async(announcement_id=1, urgent=True, shard="a-m")
    done, finished = set[int](), asyncio.Event()

    async def work(announcement_id: int) -> int:
        done.add(announcement_id)
        if done == {1, 2}:
            finished.set()
        return 0

    engine = Distributed(database)
    running = asyncio.create_task(engine.run(work))
    await engine.offer(2)
    async with asyncio.timeout(20):
        await finished.wait()
    await engine.stop()
    await running
    assert done == {1, 2}


async def test_connections_that_are_lost_do_not_end_the_engine(database: Database) -> None:
    """As when the server crashes, or is started anew."""
    done: asyncio.Queue[int] = asyncio.Queue()

    async def work(announcement_id: int) -> int:
        done.put_nowait(announcement_id)
        return 0

    async def until_done(announcement_id: int) -> None:
        while await done.get() != announcement_id:
            pass

    engine = Distributed(database)
    running = asyncio.create_task(engine.run(work))
    await engine.offer(1)
    async with asyncio.timeout(40):
        await until_done(1)
        async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as other:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        offered = False
        while not offered:
            try:
                await engine.offer(2)
                offered = True
            except StoreError:  # the planner looks again, too
                await asyncio.sleep(0.1)
        await until_done(2)
    assert not running.done()
    await engine.stop()
    await running
