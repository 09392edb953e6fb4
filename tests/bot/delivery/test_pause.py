"""The switch: all sending, or one announcement, stops at once and goes on where it was."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.delivery import control, ledger, switch
from bot.delivery.announcement import AnnouncementState
from bot.delivery.engine import InProcess
from bot.errors import Conflict, NotAllowed
from bot.releases import publication
from bot.releases.release import ObservanceSpec
from bot.releases.review import OPERATOR, Actor, Role
from bot.store import tables as t

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

ORIGIN = date(1945, 6, 26)
ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])
KEY = "lighthouse/publication"


async def pause(office: Office, name: str | None = None) -> None:
    if name is None:
        await control.pause_all(office.database, office.clock, OPERATOR)
    else:
        await control.pause(office.database, office.clock, OPERATOR, name)


async def resume(office: Office, name: str | None = None) -> None:
    if name is None:
        await control.resume_all(office.database, office.settings, office.clock, OPERATOR)
    else:
        await control.resume(office.database, office.clock, OPERATOR, name)


async def state(office: Office, key: str = KEY) -> str:
    async with office.database.read() as connection:
        announcement = await ledger.by_key(connection, key)
    assert announcement is not None
    return announcement.state.value


async def publish(office: Office, *people: int) -> None:
    for ident in people:
        await office.subscribe(ident, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")


async def test_while_all_is_paused_pages_go_on_and_messages_wait(office: Office) -> None:
    await pause(office)
    await publish(office, 1, 2)
    await office.run()
    async with office.database.read() as connection:
        assert await publication.by_slug(connection, "lighthouse") is not None
    assert await office.states() == {"1": "pending", "2": "pending"}
    assert office.texts(1) == []
    await office.later(hours=3)
    await resume(office)
    await office.run()
    assert await office.states() == {"1": "sent", "2": "sent"}
    assert await state(office) == "done"
    assert office.told == []


@ON_ONE
async def test_what_became_due_on_an_earlier_day_is_held_and_asked_about(office: Office) -> None:
    await pause(office)
    await publish(office, 1)
    await office.run()
    await office.later(days=1)
    await resume(office)
    await office.run()
    assert office.texts(1) == []
    assert await state(office) == "held"
    assert office.told == [
        "Left unsent on an earlier day: The release “lighthouse”. It is held; resume or cancel it."
    ]
    await resume(office, KEY)
    await office.run()
    assert len(office.texts(1)) == 1


@ON_ONE
@pytest.mark.parametrize(("catch_up", "sent"), [("2d", 2), ("same-day", 1)])
async def test_an_anniversary_is_as_late_as_its_observance_allows(
    office: Office, catch_up: str, sent: int
) -> None:
    await office.subscribe(1, "en")
    spec = ObservanceSpec(origin=ORIGIN, catch_up=catch_up)
    await office.release(origin=ORIGIN, observance=spec)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2027-06-25T12:00:00")
    await pause(office)
    await office.at("2027-06-26T09:00:00")
    await office.at("2027-06-27T09:00:00")
    await resume(office)
    await office.run()
    assert len(office.texts(1)) == sent


async def test_what_was_in_flight_ends_and_nothing_more_is_claimed(office: Office) -> None:
    await publish(office, 1, 2)
    await office.planner.look()
    gate = office.sandbox.hold("sendMessage")
    async with office.database.read() as connection:
        (announcement,) = await ledger.announcements(connection)
    office.settings = office.settings.model_copy(update={"rate_per_second": 30})
    sending = asyncio.create_task(office.sender().send_chunk(announcement.id))
    await gate.wait_held()
    await pause(office)
    gate.release()
    await sending
    assert sorted((await office.states()).values()) == ["pending", "sent"]
    assert await office.sender().send_chunk(announcement.id) == 0
    engine = office.planner.engine = InProcess()
    await office.planner.look()
    await asyncio.wait_for(engine.drained(), 1)  # no work is offered that nobody may do
    office.planner.engine = office.engine
    await resume(office)
    await office.run()
    assert [len(office.texts(ident)) for ident in (1, 2)] == [1, 1]


@ON_ONE
async def test_one_announcement_is_paused_and_goes_on_exactly_there(office: Office) -> None:
    await publish(office, 1)
    await office.planner.look()
    await pause(office, KEY)
    office.clock.set(office.clock.now() + timedelta(minutes=1))
    await office.subscribe(2, "en")
    await office.release("foghorn")
    await office.desk.publish(OPERATOR, "foghorn")
    await office.run()
    assert await state(office) == "paused"
    assert [len(office.texts(ident)) for ident in (1, 2)] == [1, 1], "the other goes out"
    await office.later(hours=5)
    await resume(office, KEY)
    await office.run()
    assert [len(office.texts(ident)) for ident in (1, 2)] == [2, 1], "who came later came later"
    assert await state(office) == "done"


@ON_ONE
async def test_zones_whose_hour_comes_while_it_is_paused_wait(office: Office) -> None:
    await office.subscribe(1, "en", zone="Asia/Tokyo")
    await office.subscribe(2, "en", zone="America/Los_Angeles")
    await office.release(origin=ORIGIN)
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    key = "lighthouse/occurrence/2027"
    await office.at("2027-06-26T00:00:00")
    await pause(office, key)
    await office.at("2027-06-26T16:00:00")
    assert (len(office.texts(1)), len(office.texts(2))) == (2, 1)
    assert await state(office, key) == "paused"
    await resume(office, key)
    await office.run()
    assert (len(office.texts(1)), len(office.texts(2))) == (2, 2)
    assert office.texts(2)[-1].startswith("82nd")


@ON_ONE
async def test_what_has_ended_or_is_held_is_not_paused(office: Office) -> None:
    await publish(office, 1)
    await office.run()
    with pytest.raises(Conflict, match="ended"):
        await pause(office, KEY)
    async with office.database.write() as connection:
        (announcement,) = await ledger.announcements(connection)
        await ledger.set_state(connection, announcement.id, AnnouncementState.HELD, reason="late")
    with pytest.raises(Conflict, match="held already"):
        await pause(office, KEY)


@ON_ONE
async def test_the_whole_is_an_admins_and_is_written_down(office: Office) -> None:
    editor = Actor("telegram:7", (Role("editor"),))
    with pytest.raises(NotAllowed):
        await control.pause_all(office.database, office.clock, editor)
    await pause(office)
    with pytest.raises(Conflict, match="already"):
        await pause(office)
    with pytest.raises(NotAllowed):
        await control.resume_all(office.database, office.settings, office.clock, editor)
    await resume(office)
    with pytest.raises(Conflict, match="not paused"):
        await resume(office)
    async with office.database.read() as connection:
        acts = (await connection.execute(t.audit.select())).all()
        assert [(row.actor, row.act) for row in acts] == [
            ("operator", "pause"),
            ("operator", "resume"),
        ]
        assert await switch.paused(connection) is None
