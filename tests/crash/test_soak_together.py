"""Two announcements and a correction at once, with ``kill -9`` in between."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from bot.sandbox import Fault
from tests.service.house import House, until

READERS = 120
KILLS = 12

pytestmark = pytest.mark.soak


async def test_each_has_both_releases_and_the_correction(house: House) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    chance = random.Random(seed)
    house.write_release()
    house.write_release("lamp-log", secret=" again")
    people = await house.crowd(READERS)
    serving = await house.serve()
    for slug in ("comet-log", "lamp-log"):
        await house.taken_in(slug)
        await house.polyherald("publish", slug)
    house.sandbox.faults.add(Fault("latency", method=None, seconds=0.02, times=None))

    async def some() -> bool:
        """Of those whom the correction concerns; in which order languages are sent is not said."""
        found = await house.entries("comet-log")
        return len([e for e in found if (e.state.value, e.language) == ("sent", "en")]) >= 5

    await until(some, "some have the first in English", 60)
    corrected = house.folder / "en.md"
    corrected.write_text("---\nheadline: The comet log is shut\n---\n\nIt is shut.\n", "utf-8")
    correct = ("correct", "comet-log", str(corrected), "--kind", "correction", "--note", "Shut.")
    await house.polyherald(*correct)
    for _ in range(KILLS):
        await asyncio.sleep(chance.random())  # anywhere
        await serving.killed()
        if not house.database.is_sqlite:
            await house.leases_run_out()
        serving = await house.serve()

    async def through() -> bool:
        if not house.database.is_sqlite:
            await house.sends_end()
        found = await house.entries()
        ended = all(e.state.value in ("sent", "failed", "unknown") for e in found)
        return ended and any("/correction/" in e.announcement for e in found)

    await until(through, "all of it has ended", 300)
    entries = await house.entries()
    states = Counter((e.announcement, e.state.value) for e in entries)
    print(states)  # noqa: T201
    assert sum(n for (key, _), n in states.items() if key.endswith("/publication")) == 2 * READERS
    unknown = sum(n for (_, state), n in states.items() if state == "unknown")
    assert unknown <= 4 * (KILLS + 1)
    sure = {e.address for e in entries} - {e.address for e in entries if e.state.value != "sent"}
    for person in people:
        found = [m.text for m in house.announced(person)]
        assert len([x for x in found if "again" in x]) <= 1
        if str(person.id) in sure:
            told = [x for x in found if "again" not in x]
            notes = [x for x in told if "Corrected:" in x]
            assert len(told) - len(notes) == 1
            assert len(notes) <= 1
            assert not any("opens its log of comets" in x for x in told if "again" not in x)
