"""Who comes first while an announcement goes to many: neither people nor small ones wait."""

from __future__ import annotations

import pytest

from bot.audience import repository as audience
from bot.clock import SystemClock
from tests.service.house import House, until

READERS = 240


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_a_small_announcement_and_answers_overtake_a_large_one(house: House) -> None:
    house.set(rate_per_second=30)
    await house.crowd(READERS)
    few = [house.sandbox.person(5000 + n, f"Few {n}", "en") for n in range(6)]
    house.write_release(topics="[comets]")
    house.write_release("lamp-log", topics="[lamps]")
    await house.serve()
    for slug in ("comet-log", "lamp-log"):
        await house.taken_in(slug)
    async with house.database.write() as connection:
        for person in few:
            person.start()
            await audience.subscribe(
                house.database,
                connection,
                SystemClock().now(),
                transport="telegram",
                address=str(person.id),
                languages=("en",),
                timezone="UTC",
                topics=("lamps",),
            )
        await connection.exec_driver_sql(
            "UPDATE subscriber SET topics = 'comets' WHERE topics = ''"
        )
    await house.polyherald("publish", "comet-log")

    async def some() -> bool:
        return len(house.sandbox.calls.of("sendMessage")) >= 20

    await until(some, "the large one is being sent")
    asked = few[0].send("/help")
    await house.polyherald("publish", "lamp-log")
    await few[0].chat.wait_for("/language", after=asked, timeout=20)

    async def small() -> bool:
        states = await house.states("lamp-log")
        return len(states) == len(few) and set(states.values()) == {"sent"}

    await until(small, "the small one is through")
    waiting = [state for state in (await house.states("comet-log")).values() if state != "sent"]
    assert len(waiting) > READERS // 4
