"""Against a server that counts: a group gets no more than it may, and nobody waits for it."""

from __future__ import annotations

import pytest

from bot.audience import repository as audience
from bot.clock import SystemClock
from bot.sandbox.rates import Rates
from tests.service.house import COMET, House, until

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


async def test_a_channel_in_two_languages_gets_two_posts_and_the_first_is_pinned(
    house: House,
) -> None:
    owner = house.sandbox.person(71, "Vera", "en")
    channel = house.sandbox.channel(-1001234567890, "Tides", owner)
    channel.add_bot()
    house.sandbox.updates.drop()
    address = f"telegram:{channel.id}"
    wanted = ("--languages", "en,ar", "--posts", "each", "--pin", "yes")
    await house.polyherald("subscribers", "add", address, *wanted)
    house.write_release()
    await house.serve()
    await house.taken_in()
    await house.polyherald("publish", "comet-log")
    first = await channel.wait_for(COMET["en"][0], timeout=20)
    second = await channel.wait_for(COMET["ar"][0], timeout=20)

    async def pinned() -> bool:
        return first.pinned

    await until(pinned, "the first is pinned")
    assert not second.pinned
    await house.through(2)
    states = await house.states()
    assert states == {str(channel.id): "sent", f"{channel.id}+ar": "sent"}
    assert (await house.polyherald("verify-delivery", "comet-log")).status == 0
