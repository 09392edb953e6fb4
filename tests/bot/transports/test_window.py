"""However unevenly calls arrive, a server that counts finds no more than it allows."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from bot.delivery.pace import Share
from bot.sandbox.rates import Pace, Rates
from bot.transports.window import Window

FASTER = 10
"""So many times the usual rate, so that a window is full in a moment."""


@pytest.mark.parametrize("senders", [1, 2])
async def test_calls_that_a_standstill_has_bunched_draw_no_429(senders: int) -> None:
    """Every hundredth arrives late, together with those behind it; several senders share a rate."""
    rate = 30 * FASTER
    windows = [Window(rate, part=Share(senders, place).part) for place in range(senders)]
    server = Pace(Rates(per_second=rate, burst=10**6))
    jams = [asyncio.Event() for _ in windows]
    for jam in jams:
        jam.set()

    async def call(number: int) -> None:
        jam = jams[number % senders]
        async with windows[number % senders].call():
            if number % 100 == 50:
                jam.clear()
                asyncio.get_running_loop().call_later(0.15, jam.set)
            await jam.wait()
            server.take(monotonic(), number, group=False)

    begun = monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(600):
            group.create_task(call(number))
            await asyncio.sleep(1 / rate)
    assert server.refused == 0
    assert monotonic() - begun < 10  # and it does not stand still for it


async def test_a_way_there_that_was_crowded_for_a_moment_is_not_taken_for_a_longer_one() -> None:
    rate = 5000
    window, server = Window(rate), Pace(Rates(per_second=rate, burst=10**6))

    async def call(number: int, delay: float) -> None:
        async with window.call():
            await asyncio.sleep(delay)
            server.take(monotonic(), number, group=False)

    await call(0, 0)
    await asyncio.gather(*(call(number, 0.1) for number in range(6000)))
    await asyncio.gather(*(call(number, 0) for number in range(6000)))
    assert server.refused == 0


async def test_who_waits_is_let_through_in_the_order_of_coming() -> None:
    window, order = Window(2), []

    async def call(number: int) -> None:
        async with window.call():
            order.append(number)

    await asyncio.gather(*(call(number) for number in range(4)))
    assert order == [0, 1, 2, 3]


async def test_a_call_that_fails_leaves_its_place() -> None:
    window = Window(1)
    for _ in range(2):
        try:
            async with window.call():
                raise OSError
        except OSError:
            pass
    async with asyncio.timeout(5), window.call():
        pass
