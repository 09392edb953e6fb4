"""One observance over the years: who speaks for it, ahead of it, and to whom that moves about."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.releases import publication
from bot.releases.release import Moment, ObservanceSpec, Release, Variant
from bot.releases.review import OPERATOR

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

pytestmark = pytest.mark.either_database

ORIGIN = date(1945, 6, 26)


def _draft(
    slug: str, year: int, headline: str = "{ordinal} anniversary of the lighthouse"
) -> Release:
    return Release(
        slug=slug,
        original="en",
        date=date(year, 6, 26),
        variants={
            "en": Variant(language="en", headline=headline, occasion=headline, body="Words.")
        },
        observance=ObservanceSpec(origin=ORIGIN),
    )


async def test_ten_years_of_archives_make_one_anniversary(office: "Office") -> None:
    office.clock.set(office.clock.now().replace(month=6, day=20))
    await office.subscribe(1, "en")
    for year in range(2016, 2026):
        draft = _draft(f"lighthouse-{year}", year)
        await office.desk.file(OPERATOR, draft, archive=True)
    await office.run()
    await office.at("2026-06-26T09:00:00")
    await office.at("2026-06-26T15:00:00")
    assert len(office.texts(1)) == 1
    assert office.texts(1)[0].startswith("81st anniversary of the lighthouse")
    assert "26 June 2025" in office.texts(1)[0]


async def _published(office: "Office", **changes: object) -> None:
    await office.release(origin=ORIGIN, **changes)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()


async def test_an_edition_may_have_words_of_its_own(office: "Office") -> None:
    await office.subscribe(1, "en")
    await _published(office)
    edition = replace(
        _draft("the-light-at-82", 2027, "The light at {years}"),
        observance=None,
        edition_of="lighthouse",
    )
    await office.desk.file(OPERATOR, edition)
    await office.desk.approve(OPERATOR, "the-light-at-82")
    await office.at("2027-06-26T09:00:00")
    await office.at("2027-06-26T12:00:00")
    assert [text.split("\n")[0] for text in office.texts(1)[1:]] == ["The light at 82"]
    await office.at("2028-06-26T09:00:00")
    await office.at("2028-06-26T12:00:00")
    assert [text.split("\n")[0] for text in office.texts(1)[2:]] == ["The light at 83"]


async def test_two_things_of_one_day_are_two_anniversaries(office: "Office") -> None:
    await office.subscribe(1, "en")
    await _published(office)
    harbour = _draft("harbour-court", 2026, "{ordinal} anniversary of the harbour court")
    await office.desk.file(OPERATOR, harbour)
    await office.desk.approve(OPERATOR, "harbour-court")
    await office.desk.publish(OPERATOR, "harbour-court")
    await office.run()
    before = len(office.texts(1))
    await office.at("2027-06-26T09:00:00")
    titles = sorted(text.split("\n")[0] for text in office.texts(1)[before:])
    assert titles == [
        "82nd anniversary of the harbour court",
        "82nd anniversary of the lighthouse",
    ]


async def test_an_edition_approved_too_late_is_not_a_second_message(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Asia/Tokyo")
    await office.subscribe(2, "en", zone="America/New_York")
    await _published(office)
    before = [len(office.texts(i)) for i in (1, 2)]
    await office.at("2027-06-26T00:30:00")
    await office.release("lighthouse-next", origin=ORIGIN, on=date(2027, 6, 26))
    await office.at("2027-06-26T13:00:00")
    await office.at("2027-06-26T20:00:00")
    assert [len(office.texts(i)) for i in (1, 2)] == [n + 1 for n in before]
    assert any("lighthouse-next" in told for told in office.told)


async def test_it_is_announced_ahead_where_that_is_asked_for(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Asia/Tokyo")
    await office.subscribe(2, "fr", zone="America/New_York")
    await _published(office, observance=ObservanceSpec(origin=ORIGIN, lead=(7,)))
    before = [len(office.texts(i)) for i in (1, 2)]
    await office.at("2027-06-19T00:00:00")
    assert [len(office.texts(i)) for i in (1, 2)] == [before[0] + 1, before[1]]
    await office.at("2027-06-19T13:00:00")
    assert [len(office.texts(i)) for i in (1, 2)] == [n + 1 for n in before]
    ahead = office.texts(1)[-1]
    assert ahead.startswith("82nd anniversary of the lighthouse\n\nIn 7 days, on 26 June 2027.")
    await office.at("2027-06-26T13:00:00")
    assert [len(office.texts(i)) for i in (1, 2)] == [n + 2 for n in before]
    assert "In 7 days" not in office.texts(1)[-1]
    async with office.database.read() as connection:
        for slug in ("lighthouse-2027-in-7-days", "lighthouse-2027"):
            assert await publication.by_slug(connection, slug) is not None


async def test_an_embargo_holds_back_what_would_go_ahead_of_it(office: "Office") -> None:
    office.clock.set(office.clock.now().replace(month=5))
    await office.subscribe(1, "en")
    lifts = Moment(at=office.clock.now().replace(month=6, day=26, hour=8))
    spec = ObservanceSpec(origin=ORIGIN, lead=(7,))
    await office.release(origin=ORIGIN, observance=spec, embargo=lifts)
    await office.at("2026-06-19T12:00:00")
    await office.at("2026-06-25T12:00:00")
    assert office.texts(1) == []
    await office.at("2026-06-26T09:00:00")
    assert len(office.texts(1)) == 1


async def test_a_new_zone_whose_hour_has_passed_costs_nobody_the_message(office: "Office") -> None:
    await office.subscribe(1, "en", zone="America/New_York")
    await office.subscribe(2, "en", zone="America/New_York")
    await office.subscribe(3, "en", zone="Asia/Tokyo")
    await _published(office)
    before = [len(office.texts(i)) for i in (1, 2, 3)]
    await office.at("2027-06-26T09:00:00")
    await office.subscribe(1, "en", zone="Asia/Tokyo")  # others live there, and have it
    await office.subscribe(2, "en", zone="Europe/Paris")  # nobody else lives there
    await office.subscribe(3, "en", zone="America/New_York")  # has it, and 09:00 is to come
    await office.later(minutes=1)
    assert [len(office.texts(i)) for i in (1, 2, 3)] == [n + 1 for n in before]
    for hour in ("13", "16", "23"):
        await office.at(f"2027-06-26T{hour}:00:00")
    assert [len(office.texts(i)) for i in (1, 2, 3)] == [n + 1 for n in before]


async def test_over_the_date_line_on_the_day_there_is_still_one_message(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Pacific/Honolulu")
    await office.subscribe(2, "en", zone="Pacific/Auckland")
    await _published(office)
    before = [len(office.texts(i)) for i in (1, 2)]
    await office.at("2027-06-25T21:00:00")
    await office.at("2027-06-26T13:00:00")  # in Auckland it is the 27th
    await office.subscribe(1, "en", zone="Pacific/Auckland")
    await office.subscribe(2, "en", zone="Pacific/Honolulu")
    await office.later(minutes=1)
    await office.at("2027-06-26T19:00:00")
    await office.at("2027-06-27T13:00:00")
    assert [len(office.texts(i)) for i in (1, 2)] == [n + 1 for n in before]
    assert office.told == []


async def test_a_newcomer_who_then_names_a_zone_gets_no_old_news(office: "Office") -> None:
    await office.subscribe(2, "en", zone="Asia/Tokyo")
    await _published(office)
    await office.at("2027-06-26T08:00:00")
    await office.subscribe(1, "en")
    await office.later(minutes=1)
    await office.subscribe(1, "en", zone="Asia/Tokyo")
    await office.later(minutes=1)
    await office.at("2027-06-26T13:00:00")
    assert office.texts(1) == []


async def test_a_date_that_a_zone_left_out_is_kept_on_the_next(office: "Office") -> None:
    office.clock.set(office.clock.now().replace(year=2011, month=12, day=1))
    await office.subscribe(1, "en", zone="Pacific/Apia")
    await office.subscribe(2, "en")
    await office.release(on=date(2010, 12, 30), origin=date(1990, 12, 30))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    before = [len(office.texts(i)) for i in (1, 2)]
    seen = []
    for moment in ("30T09:00", "30T18:59", "30T19:00", "31T19:00"):
        await office.at(f"2011-12-{moment}:00")
        seen.append([len(office.texts(i)) - n for i, n in zip((1, 2), before, strict=True)])
    assert seen == [[0, 1], [0, 1], [1, 1], [1, 1]]
