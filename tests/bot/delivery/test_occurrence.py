"""Anniversaries: each subscriber at the occasion hour of their own zone, once."""

from datetime import date
from typing import TYPE_CHECKING

from bot.delivery import control
from bot.releases import publication
from bot.releases.release import ObservanceSpec
from bot.releases.review import OPERATOR

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

ORIGIN = date(1945, 6, 26)


async def _published_last_year(office: "Office") -> None:
    await office.release(origin=ORIGIN)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()


async def test_each_zone_is_told_at_its_own_hour(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Pacific/Auckland")
    await office.subscribe(2, "fr", zone="Europe/Paris")
    await office.subscribe(3, "zh", zone="America/Los_Angeles")
    await _published_last_year(office)
    before = {i: len(office.texts(i)) for i in (1, 2, 3)}
    seen = []
    for hour in (
        "2027-06-25T20:59",
        "2027-06-25T21:00",
        "2027-06-26T06:59",
        "2027-06-26T07:00",
        "2027-06-26T15:59",
        "2027-06-26T16:00",
        "2027-06-27T23:00",
    ):
        await office.at(hour + ":00")
        seen.append([len(office.texts(i)) - before[i] for i in (1, 2, 3)])
    assert seen == [[0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 0], [1, 1, 1], [1, 1, 1]]


async def test_the_new_number_stands_in_the_title_and_no_old_paragraph(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.subscribe(2, "fr")
    await office.subscribe(3, "zh")
    await _published_last_year(office)
    await office.at("2027-06-26T09:00:00")
    titles = [office.texts(i)[-1].split("\n")[0] for i in (1, 2, 3)]
    assert titles == [
        "82nd anniversary of the lighthouse",
        "82e anniversaire du phare",
        "灯塔落成82周年",
    ]
    assert "81st anniversary of the lighthouse" in office.texts(1)[-1]
    assert "26 June 2026" in office.texts(1)[-1]
    assert all("paragraph" not in office.texts(i)[-1] for i in (1, 2, 3))


async def test_its_page_goes_live_with_the_first_wave(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Pacific/Auckland")
    await _published_last_year(office)
    await office.at("2027-06-25T20:59:00")
    async with office.database.read() as connection:
        assert await publication.by_slug(connection, "lighthouse-2027") is None
    await office.at("2027-06-25T21:00:00")
    async with office.database.read() as connection:
        page = await publication.by_slug(connection, "lighthouse-2027")
    assert page is not None
    assert page.variants["en"].headline == "82nd anniversary of the lighthouse"


async def test_it_comes_again_every_year(office: "Office") -> None:
    await office.subscribe(1, "en")
    await _published_last_year(office)
    for year in (2027, 2028, 2029):
        await office.at(f"{year - 1}-12-01T12:00:00")
        await office.at(f"{year}-06-26T09:00:00")
        await office.at(f"{year}-06-28T09:00:00")
    numbers = [text.split(" ")[0] for text in office.texts(1)]
    assert numbers == ["81st", "82nd", "83rd", "84th"]


async def test_a_proposed_observance_does_nothing_until_it_is_accepted(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release(origin=ORIGIN, observance=ObservanceSpec(origin=ORIGIN, accepted=False))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2027-06-26T09:00:00")
    assert len(office.texts(1)) == 1
    await office.desk.accept_observance(OPERATOR, "lighthouse")
    await office.at("2027-06-26T09:05:00")
    assert office.texts(1)[-1].startswith("82nd")


async def test_a_release_published_on_the_day_is_this_years_announcement(
    office: "Office",
) -> None:
    await office.subscribe(1, "en")
    await office.release(origin=ORIGIN)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2026-06-26T23:00:00")
    assert len(office.texts(1)) == 1


async def test_an_approved_edition_is_announced_whole_on_its_day(office: "Office") -> None:
    office.clock.set(office.clock.now().replace(month=5))
    await office.subscribe(1, "en")
    await office.release(origin=ORIGIN)
    await office.at("2026-06-26T08:59:00")
    assert office.texts(1) == []
    await office.at("2026-06-26T09:00:00")
    (text,) = office.texts(1)
    assert text.startswith("81st anniversary of the lighthouse\n\nFirst paragraph, en.")


async def test_an_outage_over_the_hour_is_made_up_for_the_same_day(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Europe/Paris")
    await _published_last_year(office)
    await office.at("2027-06-26T21:50:00")
    assert office.texts(1)[-1].startswith("82nd")


async def test_an_outage_past_the_day_is_held_per_zone_and_staff_decide(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Asia/Tokyo")
    await office.subscribe(2, "fr", zone="America/Los_Angeles")
    await _published_last_year(office)
    await office.at("2027-06-26T16:30:00")  # 01:30 on the 27th in Tokyo
    assert len(office.texts(1)) == 1
    assert office.texts(2)[-1].startswith("82e")
    assert "Asia/Tokyo" in office.told[-1]
    await control.resume(office.database, office.clock, OPERATOR, "lighthouse/occurrence/2027")
    await office.run()
    assert office.texts(1)[-1].startswith("82nd")
    assert len(office.texts(2)) == 2


async def test_a_service_down_for_days_asks_before_it_sends(office: "Office") -> None:
    await office.subscribe(1, "en")
    await _published_last_year(office)
    await office.at("2027-07-02T09:00:00")
    assert len(office.texts(1)) == 1
    assert "Too late" in office.told[-1]
    await office.later(hours=1)
    assert len(office.told) == 1
    await control.resume(office.database, office.clock, OPERATOR, "lighthouse/occurrence/2027")
    await office.run()
    assert office.texts(1)[-1].startswith("82nd")


async def test_who_moves_to_another_zone_on_the_day_gets_one_message(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Asia/Tokyo")
    await _published_last_year(office)
    await office.at("2027-06-26T00:00:00")
    assert office.texts(1)[-1].startswith("82nd")
    await office.subscribe(1, "en", zone="America/Los_Angeles")
    await office.at("2027-06-26T16:00:00")
    assert len(office.texts(1)) == 2


async def test_a_skipped_and_a_repeated_hour_are_announced_once(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Europe/Paris")
    await office.release(
        origin=date(1990, 3, 28),
        observance=ObservanceSpec(origin=date(1990, 3, 28), at="02:30"),
    )
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    # Summer time begins in Paris on 28 March 2027: 02:30 does not come; 03:30 does, at 01:30 UTC.
    await office.at("2027-03-28T01:29:00")
    assert len(office.texts(1)) == 1
    await office.at("2027-03-28T01:30:00")
    await office.at("2027-03-28T02:30:00")
    assert len(office.texts(1)) == 2


async def test_without_an_edition_an_observance_may_ask_first(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.release(
        origin=ORIGIN, observance=ObservanceSpec(origin=ORIGIN, without_edition="hold")
    )
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2027-06-26T09:00:00")
    await office.later(minutes=5)
    assert len(office.texts(1)) == 1
    assert [told for told in office.told if "No release was prepared" in told] == office.told
    assert len(office.told) == 1
    await control.resume(office.database, office.clock, OPERATOR, "lighthouse/occurrence/2027")
    await office.run()
    assert office.texts(1)[-1].startswith("82nd")


async def test_a_text_without_a_pattern_is_still_announced_by_its_number(
    office: "Office",
) -> None:
    await office.subscribe(1, "en")
    await office.release(observance=ObservanceSpec(origin=ORIGIN))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2027-06-26T09:00:00")
    assert office.texts(1)[-1].startswith("82nd anniversary\n\nOur release of 26 June 2026:")


async def test_an_anniversary_that_could_not_be_announced_is_told_once(office: "Office") -> None:
    await office.release(origin=ORIGIN, approve=[])
    await office.at("2026-06-26T12:00:00")
    assert office.told == []
    await office.at("2026-06-28T12:00:00")
    await office.later(hours=1)
    assert len(office.told) == 1
    assert "was not announced" in office.told[0]


async def test_nothing_goes_out_for_an_observance_under_embargo(office: "Office") -> None:
    from datetime import timedelta

    from bot.releases.release import Moment

    office.clock.set(office.clock.now().replace(month=5))
    await office.subscribe(1, "en")
    lifted = office.clock.now().replace(month=6, day=26, hour=13)
    await office.release(origin=ORIGIN, embargo=Moment(at=lifted))
    await office.at("2026-06-26T12:59:00")
    assert office.texts(1) == []
    await office.at("2026-06-26T13:00:00")
    assert len(office.texts(1)) == 1
    assert timedelta(0) == office.clock.now() - lifted
