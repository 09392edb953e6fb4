"""Hundreds of ``kill -9`` at random moments: nobody is lost, nobody has anything twice.

``SOAK_SEED`` repeats a run; ``SOAK_KILLS`` makes one shorter or longer.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter

import pytest
from sqlalchemy import select

from bot.sandbox import Fault
from bot.store import tables as t
from tests.service.house import House, Serving, until

PER_KILL = 40
"""Readers for each kill: so many messages go out between two of them, at most."""

pytestmark = pytest.mark.soak


def _seed() -> int:
    seed = int(os.environ.get("SOAK_SEED") or random.randrange(10**6))
    print(f"seed {seed}")  # noqa: T201 - to run it again
    return seed


async def _in_flight(house: House, killed: Serving) -> set[int]:
    """What the ledger says this worker had begun and not ended."""
    d = t.delivery
    mine = d.c.worker.like(f"%:{killed.process.pid}:%")
    async with house.database.read() as connection:
        found = await connection.scalars(
            select(d.c.subscriber_id).where(d.c.state == "sending", mine)
        )
        return set(found)


async def _survives(house: House, kills: int, workers: int) -> None:
    chance = random.Random(_seed())
    # While one of several starts anew the others go on.
    readers = kills * PER_KILL if workers == 1 else kills * 3 * PER_KILL
    house.set(rate_per_second=100 if workers == 1 else 30)
    house.write_release()
    people = await house.crowd(readers)
    alone = house.database.is_sqlite
    planner = None if alone else await house.serve("--roles", "planner")
    roles = "planner,sender" if alone else "sender"
    if alone:
        planner = await house.serve("--roles", "planner")
        await house.taken_in()
        await planner.killed()
    else:
        await house.taken_in()
    await house.polyherald("publish", "comet-log")
    house.sandbox.faults.add(Fault("latency", seconds=0.02, times=None))
    running = [await house.serve("--roles", roles) for _ in range(workers)]
    calls = house.sandbox.calls.of
    in_flight: set[int] = set()
    done = 0
    while done < kills:
        assert len(calls("sendMessage")) < readers - 50, f"all is sent after {done} kills"
        sent, more = len(calls("sendMessage")), chance.randrange(1, PER_KILL)

        async def reached(goal: int = min(sent + more, readers - 10)) -> bool:
            return len(calls("sendMessage")) >= goal

        await until(reached, "more is sent", 60)
        await asyncio.sleep(chance.random() * 0.02)  # anywhere between two of its steps
        place = chance.randrange(workers)
        await running[place].killed()
        in_flight |= await _in_flight(house, running[place])
        running[place] = await house.serve("--roles", roles)
        done += 1

    async def through() -> bool:
        async with house.database.read() as connection:
            d = t.delivery
            waiting = d.c.state.in_(("pending", "retrying"))
            return await connection.scalar(select(d.c.subscriber_id).where(waiting)) is None

    await until(through, "nothing is left to send", 600)
    if not alone:
        for worker in running:
            await house.idle(worker)
        await house.sends_end()
    await house.through(readers, "sent", "unknown")

    entries = await house.entries()
    states = Counter(entry.state.value for entry in entries)
    got = {str(person.id): len(house.announced(person)) for person in people}
    print(  # noqa: T201 - the figures of the run
        f"{done} kills, {workers} worker(s): {states['sent']} sent, {states['unknown']} unknown "
        f"of {len(in_flight)} in flight, most in one chat {max(got.values())}, "
        f"lost {sum(1 for e in entries if e.state.value == 'sent' and not got[e.address])}"
    )
    assert max(got.values()) == 1
    assert all(got[e.address] == 1 for e in entries if e.state.value == "sent")
    assert {e.subscriber_id for e in entries if e.state.value == "unknown"} <= in_flight
    # What is unknown waits for staff; that is all that does.
    verified = await house.polyherald(
        *("verify-delivery", "comet-log", "--json"), status=1 if states["unknown"] else 0
    )
    (found,) = verified.json
    assert found["missing"] == []
    assert set(found["states"]) <= {"sent", "unknown"}


def _kills(usual: int) -> int:
    return int(os.environ.get("SOAK_KILLS") or usual)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_one_worker_on_sqlite(house: House) -> None:
    await _survives(house, _kills(200), 1)


@pytest.mark.parametrize("backend", ["postgresql"])
@pytest.mark.parametrize("workers", [1, 3])
async def test_workers_on_postgresql(house: House, workers: int) -> None:
    await _survives(house, _kills(150), workers)
