"""Staff are told, once, when sending stands still, is late, or has been told to wait for long."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from bot.delivery import switch
from bot.delivery.switch import Pause, Why
from bot.releases.review import OPERATOR
from bot.store import tables as t

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


async def _announced(office: "Office") -> None:
    """Planned, and nobody sends."""
    await office.subscribe(1, "en")
    await office.subscribe(2, "fr")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()


async def _pace(office: "Office", **later: float) -> None:
    now = office.clock.now().timestamp()
    values = {name: now + seconds for name, seconds in later.items()}
    async with office.database.write() as connection:
        await connection.execute(update(t.pace).values(**values))


async def _look(office: "Office", minutes: int = 0) -> list[str]:
    """As the planner of a running service does, every minute."""
    await office.planner.look()
    for _ in range(minutes):
        office.clock.set(office.clock.now() + timedelta(minutes=1))
        await office.planner.look()
    await office.read_notices()
    return office.told


async def test_it_is_said_once_that_nobody_sends(office: "Office") -> None:
    await _announced(office)
    assert await _look(office, minutes=10) == []
    (told,) = await _look(office, minutes=10)
    assert "The release “lighthouse”" in told
    assert "“sender”" in told
    assert len(await _look(office, minutes=10)) == 1


async def test_what_takes_much_longer_than_it_should_is_overdue(office: "Office") -> None:
    await _announced(office)
    await _pace(office, free_at=1200)  # something is sent, but not this
    (told,) = await _look(office, minutes=20)
    assert told.startswith("2 messages should have been sent by now and still wait")


async def test_a_flood_wait_of_hours_is_told_with_its_end(office: "Office") -> None:
    await _announced(office)
    await _pace(office, blocked_until=60)
    assert await _look(office) == []
    await _pace(office, blocked_until=3 * 3600)
    (told,) = await _look(office, minutes=2)
    assert "Telegram has asked the bot to wait until" in told
    assert len(await _look(office, minutes=60)) == 1  # and not that nothing is sent


async def test_what_staff_have_paused_is_no_news_to_them(office: "Office") -> None:
    await _announced(office)
    async with office.database.write() as connection:
        pause = Pause(why=Why.ASKED, at=office.clock.now())
        await switch.stop(office.database, connection, pause)
    assert await _look(office, minutes=60) == []


async def test_who_comes_back_after_hours_does_not_cry_alarm(office: "Office") -> None:
    await _announced(office)
    office.clock.set(office.clock.now() + timedelta(hours=5))
    assert await _look(office, minutes=2) == []
