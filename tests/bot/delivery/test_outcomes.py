"""Whatever happens on the way, each recipient ends in a truthful state."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.audience import repository as audience
from bot.audience.subscriber import SubscriberState
from bot.delivery import ledger
from bot.delivery.books import Books, Ended
from bot.delivery.outcome import Change, DeliveryState
from bot.delivery.report import REASON_TEXTS, summaries
from bot.releases.review import OPERATOR
from bot.sandbox.faults import Fault
from bot.transports.base import REASONS

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office


async def _announce(office: "Office") -> None:
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()


@pytest.mark.parametrize("kind", ["reset_after", "truncate", "502"])
async def test_a_lost_answer_is_unknown_and_never_repeated(office: "Office", kind: str) -> None:
    await office.subscribe(1, "en")
    office.sandbox.faults.add(Fault(kind))  # type: ignore[arg-type]
    await _announce(office)
    await office.later(hours=1)
    (entry,) = await office.entries()
    assert entry.state == "unknown"
    assert len(office.sandbox.calls.sent_to(1)) == 1


async def test_too_many_requests_pauses_and_then_everybody_gets_one(office: "Office") -> None:
    for i in range(1, 6):
        await office.subscribe(i, "en")
    office.sandbox.faults.add(Fault("429", retry_after=7))
    await _announce(office)
    assert "retrying" in (await office.states()).values()
    await office.later(seconds=6)
    assert "retrying" in (await office.states()).values()
    await office.later(seconds=2)
    assert [len(office.texts(i)) for i in range(1, 6)] == [1] * 5


async def test_who_blocked_the_bot_is_kept_and_named(office: "Office") -> None:
    await office.subscribe(1, "en")
    await office.subscribe(2, "en")
    office.sandbox.chat(1).person.block()  # type: ignore[attr-defined]
    await _announce(office)
    async with office.database.read() as connection:
        gone = await audience.find(connection, "telegram", "1")
        (summary,) = await summaries(connection)
    assert gone is not None
    assert (gone.state, gone.reason) == (SubscriberState.UNREACHABLE, "blocked")
    assert str(summary.as_text()) == (
        "The release “lighthouse”: 1 sent, 1 failed, 0 unknown, 0 to come"
    )


async def test_a_group_that_became_a_supergroup_gets_it_there_once(office: "Office") -> None:
    owner = office.sandbox.person(9, "Owner")
    group = office.sandbox.group(-50, "Harbour", owner)
    group.add_bot(by=owner)
    async with office.database.write() as connection:
        await audience.subscribe(
            office.database,
            connection,
            office.clock.now(),
            transport="telegram",
            address="-50",
            languages=("en",),
            timezone="UTC",
            kind="group",
        )
    group.migrate(-1000000000050)
    await _announce(office)
    await office.later(seconds=5)
    assert await office.states() == {"-1000000000050": "sent"}
    assert len(office.texts(-1000000000050)) == 1


async def test_an_unreachable_server_is_waited_for(office: "Office") -> None:
    await office.subscribe(1, "en")
    port = office.sandbox.port
    await office.sandbox.stop()
    await _announce(office)
    (entry,) = await office.entries()
    assert (entry.state, entry.reason) == ("retrying", "no_connection")
    await office.sandbox.start(port)
    await office.later(minutes=1)
    assert len(office.texts(1)) == 1


async def test_what_was_in_flight_at_a_crash_is_unknown_and_the_rest_goes_out(
    office: "Office",
) -> None:
    from bot.delivery import ledger

    for i in range(1, 4):
        await office.subscribe(i, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()
    async with office.database.write() as connection:
        (announcement,) = await ledger.announcements(connection)
        claimed = await ledger.claim(
            connection, announcement.id, "a worker that dies", office.clock.now(), 1
        )
    assert await office.planner.recover() == 1
    await office.run()
    states = await office.states()
    assert states[claimed[0].address] == "unknown"
    assert sorted(states.values()) == ["sent", "sent", "unknown"]
    assert office.texts(int(claimed[0].address)) == []


def test_every_reason_has_words_for_a_press_officer() -> None:
    assert set(REASONS) <= set(REASON_TEXTS)


async def test_deliveries_of_what_has_no_page_are_told_too(office: "Office") -> None:
    from sqlalchemy import update

    from bot.delivery import lines
    from bot.store import tables as t

    await office.subscribe(1, "en")
    await _announce(office)
    async with office.database.write() as connection:
        await connection.execute(update(t.announcement).values(published_id=None))
        for slug, count in (("lighthouse", 1), ("light", 0)):
            assert len(await lines.entries(connection, slug=slug)) == count
    assert len(await office.entries()) == 1


async def test_what_is_said_once_more_of_an_earlier_try_does_not_undo_the_next(
    office: "Office",
) -> None:
    """A worker repeats itself when the answer to its commit was lost; the row may have been
    claimed anew by then, and who is being sent a message is not to be sent it once more."""
    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()
    async with office.database.read() as connection:
        (announcement,) = await ledger.announcements(connection)
    books = Books(office.database, office.settings, office.clock, office.pace, "one")
    (first,) = (await books.turn(announcement.id, (), 1)).claims
    again = Change(state=DeliveryState.RETRYING, reason="rate_limited", due_at=office.clock.now())
    ended = [Ended(first, again)]
    await books.turn(announcement.id, ended, 0)
    office.clock.set(office.clock.now() + timedelta(seconds=2))
    (second,) = (await books.turn(announcement.id, (), 1)).claims
    await books.turn(announcement.id, ended, 0)
    office.clock.set(office.clock.now() + timedelta(seconds=2))
    assert (await books.turn(announcement.id, (), 1)).claims == []
    sent = Change(state=DeliveryState.SENT, message_ids=("7",))
    await books.turn(announcement.id, [Ended(second, sent)], 0)
    assert await office.states() == {"1": "sent"}
