"""What failed or may not have arrived goes out again when staff say so, and only that."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.audience import repository as audience
from bot.delivery import control
from bot.delivery.outcome import DeliveryState
from bot.delivery.resend import candidates, resend
from bot.errors import Conflict, NotAllowed
from bot.releases import audit
from bot.releases.review import OPERATOR, Actor, Role
from bot.sandbox.faults import Fault
from bot.store import tables as t

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

UNKNOWN, FAILED = DeliveryState.UNKNOWN, DeliveryState.FAILED


async def _announce_with_one_lost_answer(office: "Office") -> None:
    for ident in (1, 2):
        await office.subscribe(ident, "en")
    office.sandbox.faults.add(Fault("truncate"))
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    assert sorted((await office.states()).values()) == ["sent", "unknown"]


async def test_only_what_is_unknown_goes_out_again_and_its_history_is_kept(
    office: "Office",
) -> None:
    await _announce_with_one_lost_answer(office)
    lost = next(e for e in await office.entries() if e.state == "unknown")
    async with office.database.read() as connection:
        number, (shown,) = await candidates(connection, "lighthouse", UNKNOWN, 10)
    assert number == 1
    assert (shown.address, shown.headline, shown.at) == (
        lost.address,
        "Lighthouse news in en",
        lost.at,
    )

    assert await resend(office.database, office.clock, OPERATOR, "lighthouse", UNKNOWN) == 1
    await office.later(seconds=5)
    assert set((await office.states()).values()) == {"sent"}
    sent = {i: len(office.sandbox.calls.sent_to(i)) for i in (1, 2)}
    assert sent == {int(lost.address): 2, 3 - int(lost.address): 1}
    async with office.database.read() as connection:
        (past,) = (await connection.execute(select(t.past_delivery))).all()
        acts = await audit.history(connection, "lighthouse")
    assert (past.state, past.at, past.resent_by) == ("unknown", lost.at, OPERATOR.name)
    assert acts[-1].act == "resend"
    with pytest.raises(Conflict, match="Nothing"):
        await resend(office.database, office.clock, OPERATOR, "lighthouse", UNKNOWN)


async def test_each_time_is_remembered(office: "Office") -> None:
    await _announce_with_one_lost_answer(office)
    for _ in range(2):
        office.sandbox.faults.add(Fault("truncate"))
        await resend(office.database, office.clock, OPERATOR, "lighthouse", UNKNOWN)
        await office.later(seconds=5)
    async with office.database.read() as connection:
        past = (await connection.scalars(select(t.past_delivery.c.number))).all()
    assert sorted(past) == [1, 2]
    assert sorted((await office.states()).values()) == ["sent", "unknown"]


async def test_who_has_left_meanwhile_gets_nothing(office: "Office") -> None:
    await _announce_with_one_lost_answer(office)
    lost = next(e for e in await office.entries() if e.state == "unknown")
    async with office.database.write() as connection:
        await audience.unsubscribe(
            office.database, connection, "telegram", lost.address, office.clock.now()
        )
    with pytest.raises(Conflict):
        await resend(office.database, office.clock, OPERATOR, "lighthouse", UNKNOWN)


async def test_what_was_cancelled_stays_cancelled(office: "Office") -> None:
    await _announce_with_one_lost_answer(office)
    async with office.database.write() as connection:
        await connection.execute(t.announcement.update().values(state="sending"))
    await control.cancel(office.database, office.clock, OPERATOR, "lighthouse/publication")
    for state in (UNKNOWN, FAILED):
        with pytest.raises(Conflict):
            await resend(office.database, office.clock, OPERATOR, "lighthouse", state)


async def test_an_observer_may_not(office: "Office") -> None:
    await _announce_with_one_lost_answer(office)
    observer = Actor(name="telegram:7", roles=(Role(name="observer"),))
    with pytest.raises(NotAllowed):
        await resend(office.database, office.clock, observer, "lighthouse", UNKNOWN)
