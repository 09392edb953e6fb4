"""In quiet hours a message comes when it would have come, and makes no sound."""

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from bot.releases import repository
from bot.releases.correction import Kind
from bot.releases.review import OPERATOR
from bot.sandbox.faults import Fault

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

NIGHT = "22:00-07:00"


async def test_a_publication_reaches_all_at_one_instant_and_wakes_nobody(office: "Office") -> None:
    """At 10:00 UTC it is seven in the evening in Tokyo, and three in the morning in Los Angeles."""
    await office.subscribe(1, "en", zone="America/Los_Angeles", quiet=NIGHT)
    await office.subscribe(2, "en", zone="America/Los_Angeles")
    await office.subscribe(3, "en", zone="Asia/Tokyo", quiet=NIGHT)
    await office.subscribe(4, "en", zone="Asia/Tokyo", quiet="18:30-19:15")
    await office.subscribe(5, "fr", zone="Asia/Tokyo", quiet="18:30-19:00")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    assert [office.sounds(ident) for ident in (1, 2, 3, 4, 5)] == [
        [False],
        [True],
        [True],
        [False],
        [True],
    ]
    assert {(e.state.value, e.at) for e in await office.entries()} == {("sent", office.clock.now())}


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_an_anniversary_in_quiet_hours_comes_at_its_hour(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Europe/Paris", quiet="23:00-10:00")
    await office.release(origin=date(1945, 6, 26), on=date(2026, 6, 20))
    await office.at("2026-06-26T12:00:00")
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2027-06-26T07:00:00")
    assert office.sounds(1) == [True, False]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_corrections_and_withdrawals_at_night_are_silent_too(office: "Office") -> None:
    await office.subscribe(1, "en", zone="UTC", quiet=NIGHT)
    await office.subscribe(2, "en", zone="UTC")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    async with office.database.read() as connection:
        release = await repository.get(connection, "lighthouse")
    changed = replace(release.variants["en"], body="The tower is 30 m high.")
    await office.at("2026-06-26T23:30:00")
    draft = replace(release, variants={"en": changed})
    await office.desk.correct(OPERATOR, "lighthouse", Kind.CORRECTION, {"en": "Wrong."}, draft)
    await office.later(minutes=1)
    await office.desk.withdraw(OPERATOR, "lighthouse", {"en": "All of it was wrong."})
    await office.later(minutes=1)
    assert office.sounds(1) == [True, False, False]
    assert office.sounds(2) == [True, True, True]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_counts_is_when_it_is_sent_not_when_it_was_due(office: "Office") -> None:
    await office.subscribe(1, "en", zone="UTC", quiet="10:00-10:05")
    office.sandbox.faults.add(Fault("429", retry_after=400))
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    assert office.sounds(1) == []
    await office.later(seconds=420)
    assert office.sounds(1) == [True]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_the_night_of_the_changed_clock_ends_at_seven(office: "Office") -> None:
    """In Paris the night of 29 March 2026 has no hour from two to three."""
    office.clock.set(datetime.fromisoformat("2026-03-28T12:00:00+00:00"))
    await office.subscribe(1, "en", zone="Europe/Paris", quiet=NIGHT)
    for n, moment in enumerate(("2026-03-29T04:59:00", "2026-03-29T05:00:00")):
        office.clock.set(datetime.fromisoformat(moment + "+00:00"))
        await office.release(f"lighthouse-{n}")
        await office.desk.publish(OPERATOR, f"lighthouse-{n}")
        await office.run()
    assert office.sounds(1) == [False, True]
