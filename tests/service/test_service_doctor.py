"""What the doctor learns from Telegram and from the ledger."""

from __future__ import annotations

import pytest

from bot.sandbox import Fault
from tests.service.house import House

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


async def _found(house: House) -> dict[str, str]:
    examined = (await house.polyherald("doctor", "--json")).json
    return {finding["check"]: finding["status"] for finding in examined}


async def test_updates_that_go_to_another_program(house: House) -> None:
    house.releases.mkdir()
    assert "updates" not in await _found(house)
    async with house.http.post(
        f"{house.sandbox.url}/bot{house.sandbox.token}/setWebhook",
        json={"url": "https://another.example.org/hook"},
    ) as answer:
        assert answer.status == 200
    assert (await _found(house))["updates"] == "warning"


async def test_messages_of_which_nobody_knows(house: House) -> None:
    await house.crowd(3)
    house.write_release()
    await house.serve()
    await house.taken_in()
    house.sandbox.faults.add(Fault("reset_after"))
    await house.polyherald("publish", "comet-log")
    await house.through(3, "sent", "unknown")
    found = await _found(house)
    assert found["unknown"] == "warning"
    assert found["backup"] == "warning"  # and there is something to lose by now
