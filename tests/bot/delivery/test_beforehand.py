"""What staff decide of an anniversary before its day holds on its day."""

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.delivery import beforehand, control, ledger
from bot.delivery.announcement import AnnouncementState
from bot.errors import Conflict, NotAllowed, NotFound
from bot.occasions import repository as occasions
from bot.occasions.repository import Occurrence
from bot.releases import audit
from bot.releases.review import OPERATOR, Actor, Role

if TYPE_CHECKING:
    from bot.delivery.beforehand import Decision
    from tests.bot.delivery.conftest import Office

KEY = "lighthouse/occurrence/2027"


async def _next(office: "Office") -> Occurrence:
    async with office.database.read() as connection:
        coming = await occasions.between(connection, date.min, date.max, "coming")
    return next(o for o in coming if o.year == 2027)


async def _published(office: "Office") -> int:
    """A release of last year with a day in this one, and a reader; how many messages they have."""
    await office.subscribe(1, "en")
    await office.release(origin=date(1945, 6, 26))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2027-06-01T09:00:00")
    return len(office.texts(1))


async def _decide(office: "Office", decision: "Decision", actor: Actor = OPERATOR) -> None:
    found = await _next(office)
    await beforehand.decide(office.database, office.settings, office.clock, actor, found, decision)


async def test_what_is_held_waits_on_its_day_until_it_is_sent_on(office: "Office") -> None:
    before = await _published(office)
    await _decide(office, "hold")
    await office.at("2027-06-26T09:00:00")
    assert len(office.texts(1)) == before
    await control.resume(office.database, office.clock, OPERATOR, KEY)
    await office.run()
    assert len(office.texts(1)) == before + 1
    assert "82nd anniversary" in office.texts(1)[-1]


async def test_it_is_held_also_once_the_occurrences_were_filled_anew(office: "Office") -> None:
    before = await _published(office)
    await _decide(office, "hold")
    await office.desk.accept_observance(OPERATOR, "lighthouse")
    await office.run()
    async with office.database.read() as connection:
        announcement = await ledger.by_key(connection, KEY)
    assert announcement is not None
    assert announcement.occurrence_id is None, "the row that it was of is gone"
    await office.at("2027-06-26T09:00:00")
    await office.at("2027-06-28T09:00:00")
    assert len(office.texts(1)) == before
    await control.resume(office.database, office.clock, OPERATOR, KEY)
    await office.run()
    assert len(office.texts(1)) == before + 1


async def test_what_is_cancelled_is_not_announced_and_nobody_is_asked(office: "Office") -> None:
    before = await _published(office)
    await office.read_notices()
    told = list(office.told)
    await _decide(office, "cancel")
    for day in ("19T09", "25T09", "26T09", "28T09"):
        await office.at(f"2027-06-{day}:00:00")
    assert len(office.texts(1)) == before
    await office.read_notices()
    assert office.told == told, "nor is anybody reminded of it"
    await office.at("2028-06-26T09:00:00")
    assert "83rd anniversary" in office.texts(1)[-1], "only of that year"


async def test_it_can_be_let_be_before_its_day_and_is_announced_once(office: "Office") -> None:
    before = await _published(office)
    decisions: tuple[Decision, ...] = ("hold", "cancel", "let be")
    for decision in decisions:
        await _decide(office, decision)
        with pytest.raises(Conflict):
            await _decide(office, decision)
    for hour in ("2027-06-26T09:00:00", "2027-06-26T10:00:00", "2027-06-28T09:00:00"):
        await office.at(hour)
    assert len(office.texts(1)) == before + 1
    async with office.database.read() as connection:
        acts = [row.act for row in await audit.history(connection, "lighthouse")]
    assert [act for act in acts if act in ("pause", "cancel", "resume")] == [
        "pause",
        "cancel",
        "resume",
    ]


async def test_what_has_begun_is_not_decided_so(office: "Office") -> None:
    await office.subscribe(2, "en", zone="Pacific/Auckland")
    await _published(office)
    found = await _next(office)
    await office.at("2027-06-25T21:00:00")
    with pytest.raises(NotFound) as refused:
        await beforehand.decide(
            office.database, office.settings, office.clock, OPERATOR, found, "cancel"
        )
    assert "not to come any more" in str(refused.value)
    async with office.database.read() as connection:
        announcement = await ledger.by_key(connection, KEY)
    assert announcement is not None
    assert announcement.state in (AnnouncementState.SENDING, AnnouncementState.DONE)


async def test_it_holds_for_all_releases_of_the_series(office: "Office") -> None:
    before = await _published(office)
    await office.release("lighthouse-82", on=date(2027, 6, 26), approve=(), edition_of="lighthouse")
    await office.run()
    await _decide(office, "cancel")
    await office.at("2027-06-26T09:00:00")
    assert len(office.texts(1)) == before


async def test_only_who_may_schedule_decides(office: "Office") -> None:
    await _published(office)
    with pytest.raises(NotAllowed):
        await _decide(office, "hold", Actor("x", (Role("translator", "fr"),)))
