"""Whether everybody is accounted for, by comparing the audience with the ledger."""

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete

from bot.audience import repository as audience
from bot.audience.subscriber import SubscriberState
from bot.delivery.verification import Verified, verify
from bot.releases.review import OPERATOR
from bot.sandbox.faults import Fault
from bot.store import tables as t

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office


async def _verified(office: "Office") -> list[Verified]:
    async with office.database.read() as connection:
        return await verify(office.database, office.settings, connection, "lighthouse")


async def _lose(office: "Office", ident: int) -> int:
    """Take a line out of the ledger, as no program of ours does."""
    entry = next(e for e in await office.entries() if e.address == str(ident))
    async with office.database.write() as connection:
        await connection.execute(
            delete(t.delivery).where(t.delivery.c.subscriber_id == entry.subscriber_id)
        )
    return entry.subscriber_id


async def test_a_publication_that_reached_all_is_settled_until_a_line_is_lost(
    office: "Office",
) -> None:
    await office.subscribe(1, "en")
    await office.subscribe(2, "zh")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.later(hours=1)
    await office.subscribe(3, "fr")  # came later: not in its audience
    (all_,) = await _verified(office)
    assert all_.is_settled
    assert all_.states == {"sent": 2}
    lost = await _lose(office, 2)
    (found,) = await _verified(office)
    assert not found.is_settled
    assert (found.missing, found.unsettled) == ([lost], 0)
    assert len(office.texts(2)) == 1  # looking sends nothing


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_who_has_chosen_otherwise_since_is_not_taken_for_missing(office: "Office") -> None:
    """They were not in its audience then; but no line is lost without being missed."""
    await office.subscribe(1, "en", topics=("harbour",))
    await office.subscribe(2, "en")
    await office.subscribe(3, "en")
    await office.release(topics=("lighthouse",))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.later(hours=1)
    await office.subscribe(1, "en")
    await office.subscribe(2, "fr", topics=("lighthouse",))
    (all_,) = await _verified(office)
    assert all_.states == {"sent": 2}
    assert (all_.missing, all_.lost, all_.is_settled) == ([], 0, True)
    await _lose(office, 2)
    (found,) = await _verified(office)
    assert (found.missing, found.lost, found.is_settled) == ([], 1, False)
    lost = await _lose(office, 3)
    (found,) = await _verified(office)
    assert (found.missing, found.lost) == ([lost], 1)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_who_was_out_of_reach_then_is_not_missing(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.subscribe(2, "en")
    async with office.database.write() as connection:
        away = await audience.find(connection, "telegram", "1")
        assert away is not None
        await audience.mark(connection, away.id, SubscriberState.UNREACHABLE, "blocked")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.later(hours=1)
    async with office.database.write() as connection:
        await audience.reach(connection, away.id, office.clock.now())
    (all_,) = await _verified(office)
    assert all_.is_settled


async def test_what_may_not_have_arrived_is_not_settled(office: "Office") -> None:
    await office.subscribe(1, "en")
    office.sandbox.faults.add(Fault("truncate"))
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    (found,) = await _verified(office)
    assert (found.is_settled, found.unsettled) == (False, 1)


async def test_an_anniversary_is_verified_zone_by_zone(office: "Office") -> None:
    await office.subscribe(1, "en", zone="Asia/Tokyo")
    await office.subscribe(2, "fr", zone="America/New_York")
    await office.release(origin=date(1945, 6, 26), on=date(2025, 6, 26), approve=())
    await office.desk.approve(OPERATOR, "lighthouse", ("en", "fr", "zh"))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    await office.at("2027-06-26T00:30:00")
    anniversary = (await _verified(office))[-1]
    assert anniversary.announcement.key == "lighthouse/occurrence/2027"
    assert anniversary.is_settled  # in New York the hour has not come
    lost = await _lose(office, 1)
    missing = {one.announcement.key: one.missing for one in await _verified(office)}
    assert missing["lighthouse/publication"] == [lost]
    assert missing["lighthouse/occurrence/2027"] == [lost]
