"""What can go wrong on the way, one by one: the state it ends in, and what staff are told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.audience import repository as audience
from bot.audience.subscriber import SubscriberState
from bot.delivery.announcement import AnnouncementState
from bot.delivery.outcome import DeliveryState
from bot.delivery.outlook import Outlook, finishing
from bot.delivery.report import REASON_TEXTS, summaries
from bot.delivery.resend import resend
from bot.releases.review import OPERATOR
from bot.sandbox.faults import Fault
from translations.catalogs import catalog_for, interface_languages

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ACTIVE, GONE = SubscriberState.ACTIVE, SubscriberState.UNREACHABLE


def _blocked(office: Office) -> str:
    office.sandbox.person(1, "Ana").start()
    office.sandbox.chat(1).person.block()  # type: ignore[attr-defined]
    return "1"


def _deactivated(office: Office) -> str:
    person = office.sandbox.person(1, "Ana")
    person.start()
    person.deactivate()
    return "1"


def _never_started(office: Office) -> str:
    office.sandbox.person(1, "Ana")
    return "1"


def _kicked(office: Office) -> str:
    group = office.sandbox.group(-50, "Harbour", office.sandbox.person(9, "Owner"))
    group.add_bot()
    group.remove_bot()
    return "-50"


def _without_rights(office: Office) -> str:
    channel = office.sandbox.channel(-1000000000051, "News", office.sandbox.person(9, "Owner"))
    channel.add_bot()
    channel.promote_bot(can_post=False)
    return str(channel.id)


def _closed_topic(office: Office) -> str:
    owner = office.sandbox.person(9, "Owner")
    forum = office.sandbox.group(-1000000000052, "Forum", owner, forum=True)
    forum.add_bot()
    topic = forum.topic("Releases")
    forum.close_topic(topic)
    return f"{forum.id}/{topic}"


def _struck_by(fault: str) -> Callable[[Office], str]:
    def make(office: Office) -> str:
        office.sandbox.person(1, "Ana").start()
        office.sandbox.faults.add(Fault(fault, chat_id=1))  # type: ignore[arg-type]
        return "1"

    return make


async def _subscribe(office: Office, address: str) -> None:
    async with office.database.write() as connection:
        await audience.subscribe(
            office.database,
            connection,
            office.clock.now(),
            transport="telegram",
            address=address,
            languages=("en",),
            timezone="UTC",
        )


async def _announce(office: Office, slug: str = "lighthouse") -> None:
    await office.release(slug)
    await office.desk.publish(OPERATOR, slug)
    await office.run()


async def _state_of(office: Office, address: str) -> SubscriberState:
    async with office.database.read() as connection:
        found = await audience.find(connection, "telegram", address)
    assert found is not None
    return found.state


@pytest.mark.parametrize(
    ("arrange", "state", "reason", "subscriber"),
    [
        (_blocked, "failed", "blocked", GONE),
        (_deactivated, "failed", "deactivated", GONE),
        (_never_started, "failed", "not_found", GONE),
        (_kicked, "failed", "kicked", GONE),
        (_without_rights, "failed", "no_rights", ACTIVE),
        (_closed_topic, "failed", "topic_closed", ACTIVE),
        (_struck_by("502"), "unknown", "server_error", ACTIVE),
        (_struck_by("truncate"), "unknown", "lost_answer", ACTIVE),
        (_struck_by("reset_after"), "unknown", "lost_answer", ACTIVE),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_each_ends_in_its_state_and_says_why_in_every_language(
    office: Office,
    arrange: Callable[[Office], str],
    state: str,
    reason: str,
    subscriber: SubscriberState,
) -> None:
    address = arrange(office)
    await _subscribe(office, address)
    await office.subscribe(2, "en")
    await _announce(office)
    await office.later(days=2)
    found = {entry.address: entry for entry in await office.entries()}
    assert (found[address].state, found[address].reason) == (state, reason)
    assert found["2"].state == "sent"
    assert await _state_of(office, address) is subscriber
    english = str(REASON_TEXTS[reason])
    told = {tag: catalog_for(tag).render(REASON_TEXTS[reason]) for tag in interface_languages()}
    assert [tag for tag, words in told.items() if words == english] == ["en"]


async def test_a_flood_wait_of_hours_stops_all_and_loses_nobody(office: Office) -> None:
    for ident in range(1, 7):
        await office.subscribe(ident, "en")
    office.sandbox.faults.add(Fault("429", retry_after=3 * 3600))
    await _announce(office)
    asked = len(office.sandbox.calls.of("sendMessage"))
    assert asked <= 6  # what was in flight at that moment
    await office.later(hours=2)
    assert len(office.sandbox.calls.of("sendMessage")) == asked
    assert {e.reason for e in await office.entries() if e.state == "retrying"} == {"rate_limited"}
    await office.later(hours=1, seconds=1)
    assert set((await office.states()).values()) == {"sent"}
    assert [len(office.texts(ident)) for ident in range(1, 7)] == [1] * 6


async def test_while_it_waits_no_time_is_promised(office: Office) -> None:
    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()
    async with office.database.read() as connection:
        (summary,) = await summaries(connection)
    assert summary.announcement.state is AnnouncementState.SENDING
    until = office.clock.now() + timedelta(hours=3)
    waits = Outlook(open={}, blocked_until=until)
    said = finishing(summary, waits, office.settings, office.clock.now())
    assert "Telegram has asked the bot to wait until" in str(said)


async def test_a_chat_that_moved_is_remembered_and_moved_to_once(office: Office) -> None:
    group = office.sandbox.group(-50, "Harbour", office.sandbox.person(9, "Owner"))
    group.add_bot()
    await _subscribe(office, "-50")
    group.migrate(-1000000000050)
    await _announce(office)
    await office.later(seconds=5)
    assert len(office.sandbox.calls.sent_to(-50)) == 1
    await _announce(office, "foghorn")
    await office.later(seconds=5)
    assert len(office.sandbox.calls.sent_to(-50)) == 1  # nobody asks there again
    assert len(office.texts(-1000000000050)) == 2


async def test_who_is_reached_after_all_is_no_longer_thought_lost(office: Office) -> None:
    """The bot was let in again while it was not looking: nothing else would tell of it."""
    address = _kicked(office)
    await _subscribe(office, address)
    await _announce(office)
    assert await _state_of(office, address) is GONE
    office.sandbox.chat(-50).add_bot()  # type: ignore[attr-defined]
    await resend(office.database, office.clock, OPERATOR, "lighthouse", DeliveryState.FAILED)
    await office.later(seconds=5)
    assert await office.states() == {address: "sent"}
    assert await _state_of(office, address) is ACTIVE


async def test_a_room_that_was_lost_is_told_to_staff_once_and_a_person_is_not(
    office: Office,
) -> None:
    address, person = _kicked(office), _blocked(office)
    await _subscribe(office, person)
    async with office.database.write() as connection:
        await audience.subscribe(
            office.database,
            connection,
            office.clock.now(),
            transport="telegram",
            address=address,
            languages=("en",),
            timezone="UTC",
            kind="group",
            name="Harbour",
        )
    await _announce(office)
    await _announce(office, "foghorn")
    await office.read_notices()
    lost = [said for said in office.told if "gets nothing more" in said]
    assert lost == [
        "“Harbour” gets nothing more until the bot may write there again. The bot was removed "
        "from the group or channel. Ask its admin to add it."
    ]


@pytest.mark.parametrize("seconds", [-7200, -600, -20, 600, 7200])
async def test_a_clock_that_jumps_between_two_announcements(office: Office, seconds: int) -> None:
    """Nobody waits in a slot that lies where the clock once was."""
    for ident in range(1, 5):
        await office.subscribe(ident, "en")
    await _announce(office)
    office.clock.set(office.clock.now() + timedelta(seconds=seconds))
    for ident in range(5, 7):  # subscribed by the new clock
        await office.subscribe(ident, "en")
    async with asyncio.timeout(30):
        await office.release("foghorn")
        await office.desk.publish(OPERATOR, "foghorn")
        await office.run()
        await office.later(seconds=30)
    late = {e.state.value for e in await office.entries() if e.announcement.startswith("foghorn")}
    assert late == {"sent"}
    assert max(len(office.texts(ident)) for ident in range(1, 7)) <= 2


@pytest.mark.parametrize("hours", [-1, 1, 30])
async def test_a_clock_that_jumps_in_the_middle_repeats_nothing(office: Office, hours: int) -> None:
    """Whoever is in flight is thought lost, says what became of it, and is believed."""
    for ident in range(1, 4):
        await office.subscribe(ident, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    gate = office.sandbox.hold("sendMessage")
    running = asyncio.create_task(office.run())
    await gate.wait_held(3)
    office.clock.set(office.clock.now() + timedelta(hours=hours))
    await office.planner.look()
    in_between = set((await office.states()).values())
    assert in_between == ({"sending"} if hours < 0 else {"unknown"})
    gate.release()
    await running
    await office.later(hours=2)
    assert set((await office.states()).values()) == {"sent"}
    assert [len(office.texts(ident)) for ident in range(1, 4)] == [1, 1, 1]
