"""Paying for speed, against a server that counts: never beyond the cap, never refused."""

from __future__ import annotations

import pytest

from bot.sandbox.rates import Rates
from tests.service.house import House, until

CAP = 60


def _flags(house: House) -> list[bool]:
    """Of each message that went to a subscriber, whether it was to be paid for."""
    calls = [c for c in house.sandbox.calls.of("sendMessage") if "/releases/" in str(c.params)]
    return [bool(call.params.get("allow_paid_broadcast")) for call in calls]


async def test_as_many_as_the_cap_allows_are_paid_for(house: House) -> None:
    """The rest follows at the free rate, and people who ask meanwhile are answered."""
    house.sandbox.rates.rates = Rates(paid=200)
    house.set(
        rate_per_second=200,
        allow_paid_broadcast="true",
        paid_messages_cap=CAP,
        staff="12:admin",
    )
    await house.crowd(CAP + 30)
    editor = house.sandbox.person(12, "Ed", "en")
    house.write_release()
    await house.serve()
    await house.taken_in()
    asked = editor.send("/help")
    await house.polyherald("publish", "comet-log")
    await editor.chat.wait_for(lambda message: True, after=asked, timeout=30)
    await house.through(CAP + 30)
    assert _flags(house).count(True) == CAP
    assert _flags(house).count(False) == 30
    assert house.sandbox.rates.refused == 0


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_without_stars_all_goes_at_the_free_rate(house: House) -> None:
    house.sandbox.rates.rates = Rates()
    house.set(
        rate_per_second=200, allow_paid_broadcast="true", paid_messages_cap=CAP, staff="12:admin"
    )
    editor = house.sandbox.person(12, "Ed", "en")
    editor.start()
    people = await house.crowd(40)
    house.write_release()
    await house.serve()
    await house.taken_in()
    await house.polyherald("publish", "comet-log")
    await house.through(40)
    assert {len(house.announced(person)) for person in people} == {1}
    assert house.sandbox.rates.refused == 0

    async def told() -> bool:
        return any("does not let the bot pay" in m.text for m in editor.chat.messages)

    await until(told, "the editor knows that nothing could be paid for")


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_no_cap_no_payment(house: House) -> None:
    """Nobody's money is spent because one of two settings was forgotten."""
    house.set(rate_per_second=200, allow_paid_broadcast="true")
    await house.crowd(20)
    house.write_release()
    await house.serve()
    await house.taken_in()
    await house.polyherald("publish", "comet-log")
    await house.through(20)
    assert _flags(house) == [False] * 20
