"""Staff choose when they are told things; what waited comes in one message."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import and_, or_, select

from bot.audience import repository as audience
from bot.releases import notices
from bot.releases.notices import Notice
from bot.releases.release import Variant
from bot.releases.review import Actor, Role
from bot.store import tables as t
from translations.catalogs import catalog_for
from translations.text import Text, text

ADMIN, EDITOR, TRANSLATOR, OBSERVER = 11, 12, 13, 14
EVENING = datetime(2026, 6, 24, 20, 30, tzinfo=UTC)
"""Half past ten in Paris, where the office is."""


def about(number: int) -> Text:
    return text("The setting number {n} is wrong in some way.", n=number)


async def post(bot: Any, *what: Notice) -> None:
    async with bot.database.write() as connection:
        await notices.post(bot.database, connection, bot.settings, bot.clock.now(), what)


def said(person: Any) -> list[str]:
    return [m.text for m in person.chat.messages if m.from_bot and "setting number" in m.text]


async def settled(bot: Any, *staff: int) -> None:
    """Wait until nothing is due to be told to them, nor under way."""
    c = t.notice_copy.c
    query = select(c.notice_id).where(
        c.staff.in_(map(str, staff)),
        or_(c.state == "sending", and_(c.state == "pending", c.due_at <= bot.clock.now())),
    )
    async with asyncio.timeout(10):
        while True:
            async with bot.database.read() as connection:
                if await connection.scalar(query) is None:
                    return
            await asyncio.sleep(0.02)


def plain(message: Any) -> str:
    """Without the narrow blanks that stand in times."""
    return str(message.text).replace("\u202f", " ")


@pytest.fixture
async def office(bot: Any) -> Any:
    """Ada and Ed, who have started the bot, on a quiet evening."""
    bot.clock.set(EVENING)
    bot.ada, bot.ed = bot.person(ADMIN, "Ada"), bot.person(EDITOR, "Ed")
    bot.ada.chat.started = bot.ed.chat.started = True
    return bot


async def quiet(bot: Any, person: Any, first: str, last: str) -> Any:
    card = await bot.ask(person, "/notices")
    await person.press("Quiet hours …", card)
    await person.press(first, card)
    await person.press(last, card)
    return card


async def test_what_waited_through_the_night_comes_in_one_message(office: Any) -> None:
    card = await quiet(office, office.ada, "10:00 pm", "7:00 am")
    assert "From 10:00 pm until 7:00 am you are told nothing." in plain(card)
    assert "Time zone: Europe/Paris" in card.text
    await post(office, *(Notice(key=f"n{n}", what=about(n)) for n in range(30)))
    await settled(office, ADMIN, EDITOR)
    assert len(said(office.ed)) == 30, "who has not asked for quiet is told at once"
    assert said(office.ada) == []
    office.clock.set(EVENING + timedelta(hours=4))
    await settled(office, ADMIN)
    assert said(office.ada) == []
    office.clock.set(datetime(2026, 6, 25, 5, 0, tzinfo=UTC))
    await settled(office, ADMIN)
    (told,) = said(office.ada)
    since = "What there is to tell you since 24 June 2026, 10:30 pm"
    assert told.replace("\u202f", " ").startswith(since)
    assert told.count("is wrong in some way.") == 30
    await post(office, Notice(key="later", what=about(99)))
    await settled(office, ADMIN)
    assert said(office.ada)[1:] == ["The setting number 99 is wrong in some way."]


async def test_urgent_things_come_at_night_unless_they_are_let_wait(office: Any) -> None:
    card = await quiet(office, office.ada, "10:00 pm", "7:00 am")
    assert "What is urgent you are told at any time." in card.text
    await post(office, Notice(key="a", what=about(1), urgent=True))
    await settled(office, ADMIN)
    assert len(said(office.ada)) == 1
    await office.ada.press("Let urgent things wait, too", card)
    assert "What is urgent waits like everything else." in card.text
    await post(office, Notice(key="b", what=about(2), urgent=True))
    await settled(office, ADMIN)
    assert len(said(office.ada)) == 1
    office.clock.set(datetime(2026, 6, 25, 5, 0, tzinfo=UTC))
    await settled(office, ADMIN)
    assert len(said(office.ada)) == 2


async def test_everything_together_at_an_hour_of_their_own_zone(office: Any) -> None:
    async with office.database.write() as connection:
        await audience.subscribe(
            office.database,
            connection,
            office.clock.now(),
            transport="telegram",
            address=str(ADMIN),
            languages=("en",),
            timezone="America/New_York",
        )
    card = await office.ask(office.ada, "/notices")
    await office.ada.press("All together at …", card)
    await office.ada.press("6:00 pm", card)
    assert "You are told everything together at 6:00 pm." in plain(card)
    assert "Time zone: America/New_York" in card.text
    await post(office, Notice(key="a", what=about(1)))
    await settled(office, ADMIN)
    office.clock.set(datetime(2026, 6, 24, 21, 59, tzinfo=UTC))
    await post(office, Notice(key="b", what=about(2)))
    await settled(office, ADMIN)
    assert said(office.ada) == []
    office.clock.set(datetime(2026, 6, 24, 22, 0, tzinfo=UTC))
    await settled(office, ADMIN)
    (told,) = said(office.ada)
    assert told.count("is wrong") == 2


async def test_who_changes_their_mind_gets_what_waited_now(office: Any) -> None:
    card = await quiet(office, office.ada, "10:00 pm", "7:00 am")
    await post(office, Notice(key="a", what=about(1)))
    await settled(office, ADMIN)
    assert said(office.ada) == []
    await office.ada.press("No quiet hours", card)
    assert "You have no quiet hours." in card.text
    await settled(office, ADMIN)
    assert said(office.ada) == ["The setting number 1 is wrong in some way."]


async def test_the_doctor_is_not_worried_by_what_waits_on_purpose(office: Any) -> None:
    await quiet(office, office.ada, "10:00 pm", "7:00 am")
    await quiet(office, office.ed, "10:00 pm", "7:00 am")
    await post(office, Notice(key="a", what=about(1)))
    await settled(office, ADMIN, EDITOR)
    office.clock.set(EVENING + timedelta(minutes=14))
    async with office.database.read() as connection:
        before = office.clock.now() - timedelta(minutes=1)
        assert await notices.untold(connection, before) == 0
        # A quarter of an hour later somebody should have looked again.
        assert await notices.untold(connection, before + timedelta(minutes=20)) == 1


async def test_a_button_in_a_collected_message_leads_to_what_it_names(
    office: Any, hold_harbour: Callable[..., Awaitable[int]]
) -> None:
    await hold_harbour(office)
    await quiet(office, office.ada, "10:00 pm", "7:00 am")
    key = "harbour-opens-2026/publication"
    held = text(
        "Not to be sent because of a fault: {announcement}. It is held; the operator finds the "
        "fault in the log.",
        announcement="x",
        key=key,
    )
    ready = text("“{slug}” is ready.", slug="harbour-opens-2026")
    await post(
        office,
        Notice(key="a", what=held), Notice(key="b", what=ready), Notice(key="c", what=about(3)),
    )  # fmt: skip
    await settled(office, ADMIN)
    office.clock.set(datetime(2026, 6, 25, 5, 0, tzinfo=UTC))
    await settled(office, ADMIN)
    told = office.ada.chat.last
    assert [b.data.split(":")[0] for b in told.buttons] == ["report", "release"]
    answer = await office.ask(office.ada, "/privacy")
    await office.ada.press(told.buttons[0].label, told)
    report = await office.ada.chat.wait_for("State: held", after=answer)
    assert {"Send anyway", "Cancel it"} <= {b.label for b in report.buttons}
    await office.ada.press("Cancel it", report)
    assert "The announcement is cancelled." in report.text


@pytest.mark.parametrize(
    "data",
    ["digest!:24", "digest!:x", "digest!:", "rest:-1", "rest!:3:3", "rest!:3:-", "rest!:-:4",
     "urgent!:2", "urgent!:", "digest!:٣"],
)  # fmt: skip
async def test_a_forged_hour_is_refused(office: Any, data: str) -> None:
    card = await office.ask(office.ada, "/notices")
    answer = await asyncio.wait_for(office.sandbox.chats.queries.open(office.ada, card, data), 10)
    assert "out of date" in answer.text
    async with office.database.read() as connection:
        assert (await connection.execute(select(t.staff_person))).all() == []


async def test_only_staff_have_it(bot: Any) -> None:
    reader = bot.person()
    shown = await bot.ask(reader, "/privacy")
    for data in (
        "notices",
        "digest",
        "digest!:8",
        "rest:-",
        "rest!:-:-",
        "urgent!:0",
        "report:1",
    ):
        answer = await asyncio.wait_for(bot.sandbox.chats.queries.open(reader, shown, data), 10)
        assert "Only the press office may do that." in answer.text, data


async def test_in_arabic(office: Any) -> None:
    ar = catalog_for("ar")
    obi = office.person(OBSERVER, "Obi", "ar")
    card = await office.ask(obi, "/notices")
    assert ar.gettext("You are told each thing at once.") in card.text
    await obi.press(ar.gettext("All together at …"), card)
    eight = next(b for b in card.buttons if b.data == "digest!:8")
    await obi.press(eight.label, card)
    assert ar.gettext("You are told each thing at once.") not in card.text


# --- what staff are told -------------------------------------------------------------------------


async def test_a_translation_that_became_stale_is_told_once_to_whom_it_concerns(
    bot: Any, file_harbour: Any
) -> None:
    release = await file_harbour(bot, approve=True)
    people = {}
    for ident in (ADMIN, EDITOR, TRANSLATOR, OBSERVER):
        people[ident] = bot.person(ident, f"Staff {ident}")
        people[ident].chat.started = True
    editor = Actor(f"telegram:{EDITOR}", (Role("editor"),))
    for body in ("Ships may come at noon.", "Ships may come at one."):
        changed = Variant(language="en", headline="The harbour opens", body=body)
        await bot.desk.file(editor, replace(release, variants={"en": changed}))
    told = await people[ADMIN].chat.wait_for("has changed")
    assert "are to be approved again before anybody gets them: Français" in told.text
    assert [b.label for b in told.buttons] == [release.slug]
    await people[TRANSLATOR].chat.wait_for("is stale, because the original changed.")
    await settled(bot, ADMIN, EDITOR, TRANSLATOR, OBSERVER)
    heard = {
        ident: sum("changed" in m.text for m in person.chat.messages if m.from_bot)
        for ident, person in people.items()
    }
    assert heard == {ADMIN: 1, EDITOR: 0, TRANSLATOR: 1, OBSERVER: 0}


async def test_a_channel_that_the_bot_lost_is_told_once(bot: Any) -> None:
    admin = bot.person(ADMIN, "Ada")
    admin.chat.started = True
    owner = bot.person(21, "Mara")
    await bot.ask(owner, "/start")
    channel = bot.sandbox.channel(-1001234567890, "Harbour <i>news</i>", owner)
    channel.add_bot()
    await owner.press("Confirm", await owner.chat.wait_for("Harbour <i>news</i>"))
    channel.remove_bot()
    told = await admin.chat.wait_for("gets nothing more")
    assert told.text == (
        "“Harbour <i>news</i>” gets nothing more until the bot may write there again. The bot was "
        "removed from the group or channel. Ask its admin to add it."
    )
    await settled(bot, ADMIN)
    assert sum("gets nothing more" in m.text for m in admin.chat.messages) == 1
