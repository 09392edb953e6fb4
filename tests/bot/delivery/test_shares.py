"""Several senders share one rate, so that a server that counts strictly refuses none of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pace import SHARED, Pace, Share
from bot.releases.review import OPERATOR
from bot.store.database import Database

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)


async def _senders(database: Database, *names: str) -> list[Pace]:
    paces = [Pace(database, "bot", 30) for _ in names]
    async with database.write() as connection:
        for pace, name in zip(paces, names, strict=True):
            pace.sender = name
            await pace.prepare(connection)
    return paces


async def _take(database: Database, pace: Pace, now: datetime) -> int:
    async with database.write() as connection:
        await pace.take(connection, 1, now)
    return pace.share.part(30)


@given(st.integers(1, 1000), st.integers(1, 40))
def test_the_shares_add_up_to_the_rate(rate: int, senders: int) -> None:
    parts = [Share(senders, place).part(rate) for place in range(senders)]
    assert sum(parts) == max(rate, senders)
    assert max(parts) - min(parts) <= 1


async def test_whoever_sends_has_a_share_at_once(database: Database) -> None:
    one, two, three = await _senders(database, "one", "two", "three")
    assert await _take(database, one, NOW) == 30
    assert await _take(database, two, NOW) == 15
    assert await _take(database, one, NOW) == 15
    await _take(database, three, NOW)
    assert [await _take(database, pace, NOW) for pace in (one, two, three)] == [10, 10, 10]


async def test_the_share_of_one_that_died_is_given_back(database: Database) -> None:
    one, two = await _senders(database, "one", "two")
    await _take(database, one, NOW)
    await _take(database, two, NOW)
    later = NOW + timedelta(seconds=SHARED / 2)
    assert await _take(database, one, later) == 15
    assert await _take(database, one, NOW + timedelta(seconds=SHARED + 1)) == 30


async def test_who_only_answers_takes_nothing_from_senders(database: Database) -> None:
    sender, bot = await _senders(database, "one", "")
    await _take(database, sender, NOW)
    async with database.write() as connection:
        await bot.take_for_answer(connection, NOW)
        await sender.take_for_answer(connection, NOW)
    assert bot.share == Share(2, 0)
    assert sender.share == Share(1, 0)
    assert await _take(database, sender, NOW) == 30


async def test_another_bot_and_another_time_are_no_concern(database: Database) -> None:
    one, two = await _senders(database, "one", "two")
    other = Pace(database, "another bot", 30)
    other.sender = "other"
    async with database.write() as connection:
        await other.prepare(connection)
    await _take(database, other, NOW)
    assert await _take(database, one, NOW) == 30
    await _take(database, two, NOW + timedelta(hours=1))  # a clock that was set back since
    assert await _take(database, one, NOW) == 30


async def test_whoever_sends_an_announcement_has_a_share(office: Office) -> None:
    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    assert len(office.texts(1)) == 1
    (another,) = await _senders(office.database, "another")
    assert await _take(office.database, another, office.clock.now()) == 15
