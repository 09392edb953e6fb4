"""Setting a time: in words, in one's own language and zone, or by buttons; never unread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.releases import audit
from bot.releases.release import Moment, ReleaseState
from bot.releases.review import OPERATOR
from bot.sandbox.keyboards import buttons
from translations.catalogs import catalog_for

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ADMIN, EDITOR, OBSERVER = 11, 12, 14
SLUG = "harbour-opens-2026"


def _plain(words: str) -> str:
    """With spaces for those that keep a number and what belongs to it on one line."""
    return words.replace("\u202f", " ")


def _labels(message: Any) -> list[str]:
    return [_plain(button.label) for button in message.buttons]


async def _in_zone(bot: Any, person: Any, zone: str) -> None:
    """Subscribed, and at home in that zone."""
    await bot.ask(person, "/start")
    await bot.quiet(person)
    await bot.ask(person, f"/timezone {zone}")
    await bot.quiet(person)


async def test_a_time_is_given_by_replying_and_read_back_before_it_counts(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, f"/release {SLUG}")
    await editor.press("Queue …", card)
    assert "When should this go out?" in _plain(card.text)
    assert "Times are in the time zone Europe/Paris" in _plain(card.text)
    wrong = await bot.ask(editor, "as soon as it is ready", reply_to=card)
    assert "“as soon as it is ready” is not understood." in _plain(wrong.text)
    example = wrong.text.partition("for instance “")[2].partition("”")[0]
    read_back = await bot.ask(editor, example, reply_to=wrong)
    assert "Friday, 3 July 2026" in _plain(read_back.text), "the example is understood"
    read_back = await bot.ask(editor, "tomorrow 9:30", reply_to=card)
    said = "To go out: Saturday, 27 June 2026, 9:30 am Central European Summer Time"
    assert said in _plain(read_back.text)
    assert "office" not in _plain(read_back.text)
    assert (await bot.release(SLUG)).state is ReleaseState.DRAFT
    await editor.press("Confirm", read_back)
    assert "The time is set." in _plain(read_back.text)
    queued = await bot.release(SLUG)
    assert queued.state is ReleaseState.QUEUED
    assert queued.publish_at == Moment(
        at=datetime(2026, 6, 27, 7, 30, tzinfo=UTC), zone="Europe/Paris"
    )
    await editor.press("Hold", read_back)
    assert (await bot.release(SLUG)).state is ReleaseState.HELD


async def test_it_is_the_time_of_whoever_writes_and_the_offices_is_named_too(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    await _in_zone(bot, editor, "America/New_York")
    read_back = await bot.ask(editor, f"/queue {SLUG} Monday 10:00")
    assert "Monday, 29 June 2026, 10:00 am Eastern Daylight Time" in _plain(read_back.text)
    there = "In the office’s time zone: Monday, 29 June 2026, 4:00 pm Central European Summer Time"
    assert there in _plain(read_back.text)
    await editor.press("Confirm", read_back)
    queued = await bot.release(SLUG)
    assert queued.publish_at == Moment(
        at=datetime(2026, 6, 29, 14, tzinfo=UTC), zone="America/New_York"
    )


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("ar", "غدًا الساعة ٩:٠٠"),
        ("ru", "завтра в 9:00"),
        ("zh", "明天上午9点"),
        ("az", "sabah saat 9:00"),
        ("fr", "tomorrow 9am"),
    ],
)
async def test_it_is_read_back_in_the_language_of_whoever_writes(
    bot: Any, file_harbour: Any, language: str, written: str
) -> None:
    await file_harbour(bot, approve=True)
    editor, words = bot.person(EDITOR, "Ed", language), catalog_for(language)
    read_back = await bot.ask(editor, f"/queue {SLUG} {written}")
    at = datetime(2026, 6, 27, 7, tzinfo=UTC)
    assert words.formats.datetime(at, "Europe/Paris", weekday=True) in read_back.text
    await editor.press(words.gettext("Confirm"), read_back)
    assert (await bot.release(SLUG)).publish_at.at == at


async def test_what_can_be_read_in_two_ways_is_asked_about(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    asked = await bot.ask(editor, f"/queue {SLUG} 03/04/2027 10:00")
    assert "This can be read in several ways." in _plain(asked.text)
    march, april, leave = _labels(asked)
    assert march.startswith("Thursday, 4 March 2027")
    assert april.startswith("Saturday, 3 April 2027")
    assert leave == "Leave it"
    await editor.press(asked.buttons[1].label, asked)
    await editor.press("Confirm", asked)
    assert (await bot.release(SLUG)).publish_at.at == datetime(2027, 4, 3, 8, tzinfo=UTC)


async def test_the_hour_that_comes_twice_is_asked_about_and_one_that_never_comes_refused(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    asked = await bot.ask(editor, f"/queue {SLUG} 25 October 2026 2:30")
    assert "2:30 am Central European Standard Time" in _plain(asked.text)
    assert [label.partition("2:30 am ")[2] for label in _labels(asked)[:2]] == ["(CEST)", "(CET)"]
    await editor.press(asked.buttons[1].label, asked)
    await editor.press("Confirm", asked)
    assert (await bot.release(SLUG)).publish_at.at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    refused = await bot.ask(editor, f"/queue {SLUG} 28 March 2027 2:30")
    assert "skip" in _plain(refused.text)
    for past in ("2026-06-26 09:00", "26 June 9:00"):
        assert "That time has passed" in (await bot.ask(editor, f"/queue {SLUG} {past}")).text


async def test_a_time_that_has_passed_before_it_was_confirmed_is_refused(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    read_back = await bot.ask(editor, f"/queue {SLUG} in 2 hours")
    bot.clock.set(bot.clock.now() + timedelta(hours=3))
    answer = await editor.press("Confirm", read_back)
    assert "That time has passed" in _plain(answer.text)
    assert (await bot.release(SLUG)).state is ReleaseState.DRAFT


async def test_of_two_who_set_a_time_the_second_is_told(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, approve=True)
    editor, admin = bot.person(EDITOR, "Ed"), bot.person(ADMIN, "Ada")
    first = await bot.ask(editor, f"/queue {SLUG} tomorrow 9:00")
    second = await bot.ask(admin, f"/queue {SLUG} tomorrow 10:00")
    await editor.press("Confirm", first)
    answer = await admin.press("Confirm", second)
    assert answer.alert
    assert "Somebody else has changed when it goes out." in _plain(answer.text)
    assert "It goes out on 27 June 2026, 9:00 am" in _plain(second.text)
    async with bot.database.read() as connection:
        acts = [row.act for row in await audit.history(connection, SLUG)]
    assert acts.count("queue") == 1


async def test_a_day_an_hour_and_a_minute_are_chosen_by_buttons(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, f"/release {SLUG}")
    before = len(editor.chat.messages)
    await editor.press("Queue …", card)
    # It is noon in Paris on a Friday: what has passed is not offered.
    assert _labels(card)[:7] == [
        "Today, 3:00 pm",
        *("Tomorrow, 9:00 am", "12:00 pm", "3:00 pm"),
        *("Mon, 9:00 am", "12:00 pm", "3:00 pm"),
    ]
    await editor.press("Another day …", card)
    labels = _labels(card)
    assert labels[:10] == ["·", "June 2026", "▶", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    assert labels[10:38] == ["·"] * 25 + ["26", "27", "28"]
    await editor.press("▶", card)
    assert _labels(card)[:3] == ["◀", "July 2026", "▶"]
    assert _labels(card)[10:14] == ["·", "·", "1", "2"]
    await editor.press("14", card)
    assert "Tuesday, 14 July 2026" in _plain(card.text)
    assert len(_labels(card)) == 26
    await editor.press("4:00 pm", card)
    assert _labels(card)[:12] == [f"4:{minute:02} pm" for minute in range(0, 60, 5)]
    await editor.press("4:25 pm", card)
    assert "To go out: Tuesday, 14 July 2026, 4:25 pm" in _plain(card.text)
    assert (await bot.release(SLUG)).state is ReleaseState.DRAFT
    await editor.press("Confirm", card)
    assert (await bot.release(SLUG)).publish_at.at == datetime(2026, 7, 14, 14, 25, tzinfo=UTC)
    assert len(editor.chat.messages) == before, "all of it in the place of one message"


async def test_one_press_and_one_to_confirm_for_what_is_usual(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    asked = await bot.ask(editor, f"/queue {SLUG}")
    await editor.press("Tomorrow, 9:00 am", asked)
    await editor.press("Confirm", asked)
    assert (await bot.release(SLUG)).publish_at.at == datetime(2026, 6, 27, 7, tzinfo=UTC)


async def test_the_calendar_runs_from_right_to_left_in_arabic(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, approve=True)
    editor, ar = bot.person(EDITOR, "Ed", "ar"), catalog_for("ar")
    asked = await bot.ask(editor, f"/queue {SLUG}")
    await editor.press(ar.gettext("Another day …"), asked)
    rows = [[b.label for b in row] for row in buttons(asked.reply_markup)]
    assert rows[0] == ["◀", ar.formats.month(datetime(2026, 6, 1).date()), "·"]  # noqa: DTZ001
    # The week begins on Saturday, on the right.
    assert rows[1][-1] == ar.formats.weekday(5, short=True)
    assert rows[-2][-3:] == [ar.formats.number(day) for day in (29, 28, 27)]
    await editor.press(ar.formats.number(28), asked)
    first_row = [b.label for b in next(buttons(asked.reply_markup))]
    hours = [ar.formats.time(datetime(2026, 6, 28, hour).time()) for hour in range(4)]  # noqa: DTZ001
    assert first_row == hours[::-1]


async def test_an_embargo_is_set_changed_and_lifted_and_its_meaning_said(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot, approve=True)
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, f"/release {SLUG}")
    await editor.press("Embargo …", card)
    assert "Until then nothing of it is on pages or in feeds" in _plain(card.text)
    assert "Lift it …" not in _labels(card)
    read_back = await bot.ask(editor, "Monday 10:00", reply_to=card)
    assert "End of the embargo: Monday, 29 June 2026, 10:00 am" in _plain(read_back.text)
    assert (await bot.release(SLUG)).embargo is None
    await editor.press("Confirm", read_back)
    assert "The embargo is set." in _plain(read_back.text)
    assert (await bot.release(SLUG)).embargo.at == datetime(2026, 6, 29, 8, tzinfo=UTC)
    refused = await bot.ask(editor, f"/queue {SLUG} Sunday 9:00")
    assert "goes out when that ends: Monday, 29 June 2026, 10:00 am" in _plain(refused.text)
    await editor.press("Embargo …", read_back)
    await editor.press("12:00 pm", read_back)
    await editor.press("Confirm", read_back)
    release = await bot.release(SLUG)
    assert release.embargo.at == datetime(2026, 6, 27, 10, tzinfo=UTC)
    assert release.state is ReleaseState.DRAFT, "an embargo publishes nothing"
    await editor.press("Embargo …", read_back)
    await editor.press("Lift it …", read_back)
    assert "It is not published by that" in _plain(read_back.text)
    await editor.press("Yes, lift it", read_back)
    assert (await bot.release(SLUG)).embargo is None
    history = await bot.ask(editor, f"/history {SLUG}")
    assert "Put it under embargo until 29 June 2026" in _plain(history.text)
    assert "Lifted its embargo" in _plain(history.text)


async def test_lifting_an_embargo_says_when_that_publishes(bot: Any, file_harbour: Any) -> None:
    now = bot.clock.now()
    embargo = Moment(at=now + timedelta(days=1), zone="Europe/Paris")
    await file_harbour(bot, approve=True, embargo=embargo)
    await bot.desk.queue(OPERATOR, SLUG, at=Moment(at=now, zone="UTC"))
    bot.clock.set(now + timedelta(hours=1))
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, f"/release {SLUG}")
    await editor.press("Embargo …", card)
    await editor.press("Lift it …", card)
    assert "so it goes out at once" in _plain(card.text)


async def test_what_is_out_already_is_not_asked_about(bot: Any, publish_harbour: Any) -> None:
    await publish_harbour(bot)
    editor = bot.person(EDITOR, "Ed")
    assert "is already published" in (await bot.ask(editor, f"/queue {SLUG} tomorrow")).text
    card = await bot.ask(editor, f"/release {SLUG}")
    assert not {"Queue …", "Embargo …"} & set(_labels(card))


async def test_who_may_not_schedule_gets_no_calendar(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, approve=True)
    observer = bot.person(OBSERVER, "Obi")
    assert "You may not do that." in (await bot.ask(observer, f"/queue {SLUG} tomorrow")).text
    card = await bot.ask(observer, f"/release {SLUG}")
    answer = await bot.ask(observer, "tomorrow 9:00", reply_to=card)
    assert "You may not do that." in _plain(answer.text)
