"""Roles apart, on one PostgreSQL: who does what, and nothing twice."""

from __future__ import annotations

import signal
from collections import Counter

import pytest

from tests.service.house import COMET, House, until


@pytest.fixture
def backend() -> str:
    """Only PostgreSQL takes more than one process."""
    return "postgresql"


async def test_the_web_apart_shows_what_the_others_publish(house: House) -> None:
    house.write_release()
    await house.serve("--roles", "planner,sender,bot")
    await house.serve("--roles", "web")
    readers = [await house.join(100, "fr"), await house.join(101, "ar")]
    await house.taken_in()
    await house.polyherald("publish", "comet-log")
    await house.shows("/fr/releases/comet-log", COMET["fr"][0], timeout=3)
    await house.shows("/feeds/ar/rss.xml", COMET["ar"][0], timeout=1)
    await house.through(2)
    assert [len(house.announced(reader)) for reader in readers] == [1, 1]
    for serving in house.started:
        assert await serving.ended(signal.SIGTERM) == 0, serving.log


async def test_two_senders_share_the_work_and_repeat_nothing(house: House) -> None:
    house.write_release()
    people = await house.crowd(300)
    for role in ("planner", "sender", "sender"):
        await house.begin("--roles", role)
    for serving in house.started:
        await serving.logs(" running ")
    await house.taken_in()
    gate = house.sandbox.hold("sendMessage")
    await house.polyherald("publish", "comet-log")

    async def both() -> bool:
        return len(await house.workers()) == 2

    await until(both, "both senders have claimed something")
    gate.release()
    await house.through(300)
    assert Counter(len(house.announced(person)) for person in people) == {1: 300}
    assert len(house.sandbox.calls.of("sendMessage")) == 300


async def test_another_takes_over_when_the_one_that_plans_and_polls_is_killed(house: House) -> None:
    house.write_release()
    first = await house.serve("--roles", "planner,sender,bot")
    await house.taken_in()
    people = await house.crowd(3)
    second = await house.serve("--roles", "planner,sender,bot")
    await house.sandbox.updates.wait_polled(20)
    await first.killed()
    await house.leases_run_out()
    await house.polyherald("publish", "comet-log")
    await house.through(3)
    assert [len(house.announced(person)) for person in people] == [1, 1, 1]
    await house.join(100, "fr")  # the other one polls now, and answers
    assert second.process.returncode is None
