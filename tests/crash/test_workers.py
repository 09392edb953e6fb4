"""Several senders: one that dies is survived, one that stood still does no harm."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from bot.delivery.engine import LANES
from bot.sandbox.person import Person
from tests.service.house import House, Serving, until

pytestmark = pytest.mark.parametrize("backend", ["postgresql"])


async def _two(house: House) -> tuple[list[Person], Serving, Serving]:
    """One with every role, and a machine more that only sends."""
    people = await house.crowd(60)
    house.write_release()
    first = await house.serve()
    await house.taken_in()
    second = await house.serve("--roles", "sender")
    return people, first, second


async def _sending(house: House, serving: Serving) -> set[str]:
    """Whom this process has claimed and not yet recorded."""
    async with house.database.read() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT s.address, d.worker FROM delivery d JOIN subscriber s "
            "ON s.id = d.subscriber_id WHERE d.state = 'sending'"
        )
        return {row.address for row in rows if f":{serving.process.pid}:" in row.worker}


async def test_a_survivor_takes_over_and_marks_what_was_in_flight(house: House) -> None:
    """Within seconds of the dead one's last word: nobody waits until a send could have ended."""
    people, first, second = await _two(house)
    gate = house.sandbox.hold("sendMessage")
    await house.polyherald("publish", "comet-log")
    await gate.wait_held(LANES + 1, timeout=30)

    async def both() -> bool:
        return bool(await _sending(house, first)) and bool(await _sending(house, second))

    await until(both, "both are sending")
    await second.killed()
    lost = await _sending(house, second)
    gate.release()
    await house.idle(first)
    await house.leases_run_out()  # as the dead one's does by itself, after 15 s
    await house.through(60, "sent", "unknown")
    states = await house.states()
    unknown = {address for address, state in states.items() if state == "unknown"}
    assert unknown == lost
    assert unknown
    assert max(len(house.announced(person)) for person in people) == 1


@pytest.mark.soak
async def test_within_half_a_minute_everything_is_known(house: House) -> None:
    """By itself: nobody moves a clock or a lease."""
    _, first, second = await _two(house)
    gate = house.sandbox.hold("sendMessage")
    await house.polyherald("publish", "comet-log")
    await gate.wait_held(LANES + 1, timeout=30)
    await second.killed()
    gate.release()
    async with asyncio.timeout(30):
        await house.through(60, "sent", "unknown")
    assert list((await house.states()).values()).count("unknown") <= LANES
    assert first.process.returncode is None


async def test_one_that_stood_still_sends_nothing_twice(house: House) -> None:
    """Stopped, taken for dead, its deliveries decided on by a person – and then it wakes up."""
    people, first, second = await _two(house)
    gate = house.sandbox.hold("sendMessage", after_acting=False)
    await house.polyherald("publish", "comet-log")
    await gate.wait_held(LANES + 1, timeout=30)

    async def claimed() -> bool:
        return bool(await _sending(house, second))

    await until(claimed, "the second one is sending")
    os.killpg(second.process.pid, signal.SIGSTOP)
    gate.release()
    await house.idle(first)
    await house.leases_run_out()
    await house.through(60, "sent", "unknown")
    os.killpg(second.process.pid, signal.SIGCONT)
    # What it sent before it stopped was sent: it says so, and nothing is unknown any more.
    await house.through(60)
    assert {len(house.announced(person)) for person in people} == {1}
