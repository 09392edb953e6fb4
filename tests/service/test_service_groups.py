"""Against a server that counts: a group gets no more than it may, and nobody waits for it."""

from __future__ import annotations

import pytest

from bot.audience import repository as audience
from bot.clock import SystemClock
from bot.sandbox.rates import Rates
from tests.service.house import House, until

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


async def test_the_topics_of_a_group_are_spaced_and_draw_no_429(house: House) -> None:
    """Twenty-four topics of one forum would be twenty-four messages within a second."""
    house.sandbox.rates.rates = Rates()
    house.set(rate_per_second=30)
    people = await house.crowd(40)
    forum = house.sandbox.group(-1001234567890, "Forum", people[0], forum=True)
    forum.add_bot()
    topics = [forum.topic(f"Topic {number}") for number in range(24)]
    house.sandbox.updates.drop()
    async with house.database.write() as connection:
        for topic in topics:
            await audience.subscribe(
                house.database,
                connection,
                SystemClock().now(),
                transport="telegram",
                address=f"{forum.id}/{topic}",
                languages=("en",),
                timezone="UTC",
            )
    house.write_release()
    await house.serve()
    await house.taken_in()
    await house.polyherald("publish", "comet-log")

    async def people_have_it() -> bool:
        states = await house.states()
        return all(states.get(str(person.id)) == "sent" for person in people)

    await until(people_have_it, "everybody alone has it")
    states = await house.states()
    waiting = [a for a, state in states.items() if "/" in a and state != "sent"]
    assert len(waiting) >= 20  # they do not hold up anybody
    assert house.sandbox.rates.refused == 0
