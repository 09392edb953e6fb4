"""A dry run says what then happens: to whom, when, in which words; and leaves nothing behind."""

from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from bot.delivery.forecast import Forecast, forecast
from bot.delivery.message import published_message
from bot.releases.release import Moment, ObservanceSpec
from bot.releases.review import OPERATOR
from bot.store import tables as t
from bot.transports.fit import fit

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

pytestmark = pytest.mark.either_database

LEAP = date(2028, 2, 29)
ORIGIN = date(1948, 2, 29)
READERS = {
    1: ("en", "Pacific/Auckland"),
    2: ("fr", "Europe/Paris"),
    3: ("fr", "Europe/Paris"),
    4: ("zh", "America/Los_Angeles"),
    5: ("mi", "Pacific/Auckland"),
}


async def _told(office: "Office", found: Forecast) -> Counter[tuple[datetime, str]]:
    """(time, text) of every message that the dry run foretells."""
    foretold: Counter[tuple[datetime, str]] = Counter()
    for planned in found.planned:
        for wave, number in planned.waves.items():
            message = published_message(
                planned.published, wave.choice, wave.reader, office.settings
            )
            foretold[wave.at, fit(message).text] += number
    return foretold


async def test_what_it_foretells_is_what_happens(office: "Office") -> None:
    for ident, (language, zone) in READERS.items():
        await office.subscribe(ident, language, zone=zone)
    await office.release(origin=ORIGIN, on=date(2024, 2, 29), observance=_spec(), approve=None)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.release(
        "harbour", on=LEAP, publish_at=Moment(at=datetime.fromisoformat("2028-02-29T12:00+00:00"))
    )
    before = {ident: len(office.texts(ident)) for ident in READERS}

    found = await forecast(office.database, office.settings, LEAP, office.clock.now())

    happened: Counter[tuple[datetime, str]] = Counter()
    for hour in (
        "28T19:59",
        "28T20:00",
        "29T07:59",
        "29T08:00",
        "29T12:00",
        "29T16:59",
        "29T17:00",
    ):
        moment = datetime.fromisoformat(f"2028-02-{hour}+00:00")
        await office.at(moment.replace(tzinfo=None).isoformat())
        for ident in READERS:
            for words in office.texts(ident)[before[ident] :]:
                happened[moment, words] += 1
            before[ident] = len(office.texts(ident))
    assert sum(happened.values()) == 2 * len(READERS)
    assert await _told(office, found) == happened


def _spec() -> ObservanceSpec:
    return ObservanceSpec(origin=ORIGIN)


async def test_it_changes_nothing(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release(origin=ORIGIN, on=date(2024, 2, 29))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()

    async def everything() -> dict[str, int]:
        async with office.database.read() as connection:
            return {
                table.name: await connection.scalar(select(func.count()).select_from(table))
                for table in t.metadata.tables.values()
            }

    before = await everything()
    found = await forecast(office.database, office.settings, LEAP, office.clock.now())
    assert found.planned
    assert await everything() == before
    assert (await forecast(office.database, office.settings, LEAP, office.clock.now())).planned


async def test_of_a_day_that_has_begun_only_the_rest_is_foretold(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Pacific/Auckland")
    await office.subscribe(2, "en", zone="America/Los_Angeles")
    await office.release(origin=ORIGIN, on=date(2024, 2, 29))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2028-02-28T20:00:00")
    found = await forecast(office.database, office.settings, LEAP, office.clock.now())
    (planned,) = found.planned
    assert [wave.zone for wave in planned.waves.elements()] == ["America/Los_Angeles"]


async def test_what_would_be_asked_instead_is_told(office: "Office") -> None:
    await office.subscribe(1, "en")
    spec = ObservanceSpec(origin=ORIGIN, without_edition="hold")
    await office.release(origin=ORIGIN, on=date(2024, 2, 29), observance=spec)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    found = await forecast(office.database, office.settings, LEAP, office.clock.now())
    assert not found.planned
    assert any("lighthouse" in str(notice) for notice in found.notices)
