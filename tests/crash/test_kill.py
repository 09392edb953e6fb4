"""``kill -9`` at any moment: nobody gets a message twice, and nobody is dropped in silence."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from bot.delivery.engine import LANES
from bot.sandbox import Fault
from tests.service.house import House, until


@pytest.mark.parametrize("after_acting", [True, False], ids=["arrived", "not-yet-arrived"])
async def test_what_was_in_flight_is_unknown_and_the_rest_is_delivered(
    house: House, after_acting: bool
) -> None:
    house.write_release()
    people = await house.crowd(12)
    first = await house.serve()
    await house.taken_in()
    gate = house.sandbox.hold("sendMessage", after_acting=after_acting)
    await house.polyherald("publish", "comet-log")
    await gate.wait_held(LANES, timeout=30)
    await first.killed()
    held = gate.held
    assert held == LANES
    in_flight = {a for a, state in (await house.states()).items() if state == "sending"}
    assert len(in_flight) == held
    gate.release()

    if not house.database.is_sqlite:
        # It may be alive on another machine: until it has not been heard of for 15 s.
        await house.leases_run_out()
    await house.serve()
    await house.through(12, "sent", "unknown")
    states = await house.states()
    assert {address for address, state in states.items() if state == "unknown"} == in_flight
    got = {str(person.id): len(house.announced(person)) for person in people}
    assert {got[address] for address in states if address not in in_flight} == {1}
    assert max(got.values()) == 1

    report = (await house.polyherald("deliveries", "--state", "unknown", "--json")).json
    assert len(report) == held
    assert {row["reason"] for row in report} == {"interrupted"}


async def _survives(house: House, kills: int, readers: int, seed: int) -> None:
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    chance = random.Random(seed)
    moments = sorted(chance.sample(range(1, readers - 8), kills))
    house.write_release()
    people = await house.crowd(readers)
    serving = await house.serve()
    await house.taken_in()
    house.sandbox.faults.add(Fault("latency", seconds=0.03, times=None))
    await house.polyherald("publish", "comet-log")
    for moment in moments:

        async def reached(moment: int = moment) -> bool:
            return len(house.sandbox.calls.of("sendMessage")) >= moment

        await until(reached, f"{moment} messages are sent")
        await serving.killed()
        if not house.database.is_sqlite:
            await house.leases_run_out()
        serving = await house.serve()
    if not house.database.is_sqlite:
        await house.idle(serving)
        await house.sends_end()
    await house.through(readers, "sent", "unknown")

    entries = await house.entries()
    states = Counter(entry.state.value for entry in entries)
    assert states["unknown"] <= LANES * kills
    got = {str(person.id): len(house.announced(person)) for person in people}
    assert max(got.values()) == 1
    assert all(got[e.address] == 1 for e in entries if e.state.value == "sent")


async def test_killed_at_any_moments(house: House) -> None:
    await _survives(house, 3, 45, random.randrange(10**6))


@pytest.mark.soak
async def test_killed_many_times(house: House) -> None:
    await _survives(house, 60, 1000, random.randrange(10**6))
