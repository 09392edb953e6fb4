"""``kill -9`` while a late translation goes out: an edit is made again, a reply never is."""

from __future__ import annotations

import pytest

from bot.audience import repository as audience
from bot.clock import SystemClock
from bot.delivery.engine import LANES
from bot.releases.desk import Desk
from bot.releases.review import OPERATOR
from bot.sandbox import Fault
from bot.sandbox.person import Person
from bot.settings import Settings
from tests.service.house import LANGUAGES, House

READERS = 8

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def _write(house: House, tag: str, headline: str) -> None:
    house.write("tide-log", f"{tag}.md", f"---\nheadline: {headline}\nstate: approved\n---\n\nA.\n")


async def _who_were_sent_a_fallback(house: House) -> list[Person]:
    house.set(completeness="fallback")
    house.write("tide-log", "release.yaml", "date: 2026-06-26\noriginal: en\n")
    _write(house, "en", "The tide log")
    people = [house.sandbox.person(1000 + i, f"Reader {i}", "fr") for i in range(READERS)]
    for person in people:
        person.start()
    house.sandbox.updates.drop()
    first = await house.serve()
    async with house.database.write() as connection:
        for person in people:
            await audience.subscribe(
                house.database,
                connection,
                SystemClock().now(),
                transport="telegram",
                address=str(person.id),
                languages=("fr",),
                timezone="UTC",
            )
    await house.taken_in("tide-log")
    desk = Desk(house.database, Settings(languages=LANGUAGES), SystemClock())
    await desk.publish(OPERATOR, "tide-log")
    await house.through(READERS)
    # Half of them have deleted the message since: there a reply is sent.
    for person in people[::2]:
        for message in house.announced(person):
            person.chat.delete(message)
    # What a worker does is slowed down, so that some of both is in flight.
    house.sandbox.faults.add(Fault("latency", method="editMessageText", seconds=0.02, times=None))
    gate = house.sandbox.hold("sendMessage")
    _write(house, "fr", "Le journal des marées")
    await gate.wait_held(LANES, timeout=30)
    await first.killed()
    gate.release()
    house.sandbox.faults.clear()
    return people


async def test_each_reader_has_the_translation_once_or_it_is_unknown(house: House) -> None:
    people = await _who_were_sent_a_fallback(house)
    await house.serve()
    await house.through(2 * READERS, "sent", "unknown")
    late = [e for e in await house.entries() if e.announcement == "tide-log/translation/fr"]
    assert {e.way.value for e in late if e.state.value == "unknown"} == {"reply"}
    assert len([e for e in late if e.state.value == "unknown"]) == LANES
    edited = {e.address for e in late if e.way.value == "edit"}
    for person in people:
        headlines = [m.text.split("\n")[0] for m in house.announced(person)]
        assert headlines == ["Le journal des marées"]
    assert edited == {str(person.id) for person in people[1::2]}
