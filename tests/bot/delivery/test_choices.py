"""Only anniversaries, only new releases, or both: whoever chose gets that, and no less."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.audience.subscriber import Announcements
from bot.delivery.forecast import forecast
from bot.delivery.verification import verify
from bot.releases import repository
from bot.releases.correction import Kind
from bot.releases.release import Variant
from bot.releases.review import OPERATOR

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

ORIGIN = date(1945, 6, 26)
READERS = {1: Announcements.ALL, 2: Announcements.NEW, 3: Announcements.ANNIVERSARIES}


async def _readers(office: "Office", zone: str = "UTC") -> None:
    for ident, announcements in READERS.items():
        await office.subscribe(ident, "en", zone=zone, announcements=announcements)


def _counts(office: "Office") -> list[int]:
    return [len(office.texts(ident)) for ident in READERS]


async def _last_year(office: "Office", **more: object) -> None:
    """A release from another day than its anniversary."""
    await office.release(origin=ORIGIN, on=date(2026, 6, 20), **more)  # type: ignore[arg-type]
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()


async def test_a_release_is_new_and_its_anniversary_is_not(office: "Office") -> None:
    await _readers(office)
    await _last_year(office)
    assert _counts(office) == [1, 1, 0]
    await office.at("2027-06-26T09:00:00")
    assert _counts(office) == [2, 1, 1]


async def test_what_was_prepared_for_an_anniversary_is_both(office: "Office") -> None:
    await _readers(office)
    await _last_year(office)
    await office.release("lighthouse-2027", origin=ORIGIN, on=date(2027, 6, 26))
    await office.at("2027-06-26T09:00:00")
    assert _counts(office) == [2, 2, 1]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_release_published_on_its_anniversary_is_both(office: "Office") -> None:
    await _readers(office)
    await office.release(origin=ORIGIN, on=date(2026, 6, 26))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    assert _counts(office) == [1, 1, 1]


async def test_a_correction_reaches_whoever_got_the_first_message(office: "Office") -> None:
    await _readers(office)
    await _last_year(office)
    await office.subscribe(1, "en", announcements=Announcements.ANNIVERSARIES)
    await office.subscribe(3, "en", announcements=Announcements.ALL)
    await office.later(hours=1)
    await _correct(office)
    await office.later(minutes=1)
    assert _counts(office) == [2, 2, 0]


async def _correct(office: "Office") -> None:
    async with office.database.read() as connection:
        release = await repository.get(connection, "lighthouse")
    text = Variant(language="en", headline="Lighthouse news", body="The tower is 30 m high.")
    draft = replace(release, variants={"en": text})
    await office.desk.correct(
        OPERATOR, "lighthouse", Kind.CORRECTION, {"en": "The height was wrong."}, draft
    )


async def test_a_dry_run_and_the_check_count_who_chose_it(office: "Office") -> None:
    await _readers(office)
    await _last_year(office)
    await office.at("2027-06-25T00:00:00")
    now = office.clock.now()
    found = await forecast(office.database, office.settings, date(2027, 6, 26), now)
    assert [planned.total for planned in found.planned] == [2]
    await office.at("2027-06-26T09:00:00")
    assert _counts(office) == [2, 1, 1]
    assert await _verified(office) == [({"sent": 2}, True)] * 2
    # Who chooses otherwise later was not in the audience then.
    await office.later(hours=1)
    await office.subscribe(2, "en")
    await office.subscribe(3, "en")
    assert await _verified(office) == [({"sent": 2}, True)] * 2


async def _verified(office: "Office") -> list[tuple[Mapping[str, int], bool]]:
    async with office.database.read() as connection:
        found = await verify(office.database, office.settings, connection, "lighthouse")
    return [(one.states, one.is_settled) for one in found if one.states or not one.is_settled]


async def test_who_moves_to_a_zone_that_was_told_gets_what_they_chose(office: "Office") -> None:
    await office.subscribe(9, "en", zone="Pacific/Auckland")
    await _readers(office, zone="America/Los_Angeles")
    await _last_year(office)
    before = _counts(office)
    await office.at("2027-06-25T21:00:00")  # nine in Auckland
    await office.at("2027-06-25T22:00:00")
    assert _counts(office) == before
    await _readers(office, zone="Pacific/Auckland")
    await office.later(minutes=1)
    assert [n - m for n, m in zip(_counts(office), before, strict=True)] == [1, 0, 1]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_staff_are_not_asked_about_a_zone_where_nobody_wants_it(office: "Office") -> None:
    await office.subscribe(1, "en", zone="UTC")
    await office.subscribe(2, "en", zone="Asia/Tokyo", announcements=Announcements.NEW)
    await _last_year(office)
    await office.at("2027-06-28T12:00:00")
    assert not any("Asia/Tokyo" in told for told in office.told)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_late_translation_is_for_those_who_chose_the_release(office: "Office") -> None:
    for ident, announcements in READERS.items():
        await office.subscribe(ident, "fr", announcements=announcements)
    await _last_year(office, approve=("en",))
    await office.desk.approve(OPERATOR, "lighthouse", ("fr",))
    await office.later(minutes=1)
    assert _counts(office) == [1, 1, 0]
