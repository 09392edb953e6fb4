"""The press office at work: drafts, cards, previews, approval, time, publication, reports."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from bot.delivery import ledger
from bot.delivery.message import draft_message
from bot.occasions import repository as occasions
from bot.releases import notices
from bot.releases.notices import Notice
from bot.releases.release import ObservanceSpec, ReleaseState
from bot.releases.review import OPERATOR
from bot.store import tables as t
from bot.transports.fit import fit
from translations.catalogs import catalog_for
from translations.text import text

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ADMIN, EDITOR, TRANSLATOR, OBSERVER = 11, 12, 13, 14


async def test_a_text_becomes_a_draft_and_is_told_as_it_was_understood(
    bot: Any, letter: str
) -> None:
    editor = bot.person(EDITOR, "Ed")
    answer = await bot.ask(editor, letter)
    (release,) = await bot.releases()
    assert release.state is ReleaseState.DRAFT
    assert not release.approved_languages
    for said in (
        "Headline: 80th anniversary of the opening of the old harbour",
        "Date: 24 June 2026",
        "Language: English",
        "Paragraphs: 3",
        "Related documents: 0",
        "Proposed observance: Every anniversary of 24 June 1946.",
    ):
        assert said in answer.text
    assert {"Accept observance", "Approve: English", "Preview: English"} <= {
        b.label for b in answer.buttons
    }
    async with bot.database.read() as connection:
        (line,) = (await connection.execute(select(t.audit))).all()
    assert (line.actor, line.act) == (f"telegram:{EDITOR}", "import")


async def test_a_preview_is_exactly_what_subscribers_get(bot: Any, file_harbour: Any) -> None:
    release = await file_harbour(bot)
    observer = bot.person(OBSERVER, "Obi")
    card = await bot.ask(observer, f"/release {release.slug}")
    await observer.press("Preview: Français", card)
    shown, told = observer.chat.messages[-2:]
    expected = fit(draft_message(release, "fr", bot.settings))
    assert shown.text == expected.text
    assert [b.url for b in shown.buttons] == [expected.button[1]]
    assert [(e["type"], e["offset"], e["length"]) for e in shown.entities] == [
        (e.type, e.offset, e.length) for e in expected.entities
    ]
    assert told.text == (
        "This is what subscribers get:\nharbour-opens-2026\n\nFrançais\n"
        f"• One message, {len(expected.text)} of at most 4,096 characters\n"
        "• All paragraphs are in it: 1\n• No picture\n"
        "• Link preview: “Le port ouvre”, from "
        "http://news.example.org/fr/releases/harbour-opens-2026"
    )


async def test_all_languages_are_previewed_at_once_with_what_has_no_room(
    bot: Any, file_harbour: Any
) -> None:
    release = await file_harbour(bot)
    english = replace(release.variants["en"], body="\n\n".join(["Ships may come. 🚢 " * 100] * 4))
    await bot.desk.file(OPERATOR, replace(release, variants={**release.variants, "en": english}))
    observer = bot.person(OBSERVER, "Obi")
    card = await bot.ask(observer, f"/release {release.slug}")
    await observer.press("Preview: all", card)
    english, french, told = observer.chat.messages[-3:]
    assert english.text.startswith("The harbour opens")
    assert french.text.startswith("Le port ouvre")
    assert "Paragraphs in it: 2 of 4. The button opens the rest." in told.text
    assert told.text.index("English") < told.text.index("Français")


async def test_the_card_shows_each_language_and_only_what_one_may_do(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot)
    admin, observer = bot.person(ADMIN, "Ada"), bot.person(OBSERVER, "Obi")
    translator = bot.person(TRANSLATOR, "Tia")
    labels = {}
    for person in (admin, observer, translator):
        card = await bot.ask(person, "/release harbour-opens-2026")
        assert "Français: not approved" in card.text
        assert "No text yet in: Русский and \u2068العربية\u2069" in card.text
        labels[person.id] = {b.label for b in card.buttons}
    assert {"Approve all", "Queue …", "Publish now …", "Accept observance"} <= labels[ADMIN]
    assert labels[OBSERVER] == {"Preview: English", "Preview: Français", "Preview: all"}
    assert labels[TRANSLATOR] - labels[OBSERVER] == {"Approve: Français", "Ask for changes …"}


async def test_an_anniversary_on_the_very_day_stands_on_the_card_before_it_is_accepted(
    bot: Any, file_harbour: Any
) -> None:
    spec = ObservanceSpec(origin=date(1946, 6, 26), accepted=False)
    release = await file_harbour(bot, observance=spec)
    card = await bot.ask(bot.person(EDITOR, "Ed"), f"/release {release.slug}")
    assert "Next on 26 June 2026: “80th anniversary of the harbour”" in card.text


async def test_all_texts_are_approved_and_the_observance_accepted(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot)
    admin = bot.person(ADMIN, "Ada")
    card = await bot.ask(admin, "/release harbour-opens-2026")
    await admin.press("Accept observance", card)
    await admin.press("Approve all", card)
    release = await bot.release("harbour-opens-2026")
    assert release.observance.accepted
    assert set(release.approved_languages) == {"en", "fr"}
    assert "“80th anniversary of the harbour”" in card.text


async def test_a_button_acts_only_on_the_text_that_it_was_shown_with(
    bot: Any, file_harbour: Any
) -> None:
    release = await file_harbour(bot)
    admin = bot.person(ADMIN, "Ada")
    card = await bot.ask(admin, f"/release {release.slug}")
    english = replace(release.variants["en"], body="Ships may not come.")
    changed = replace(release, variants={**release.variants, "en": english})
    await bot.desk.file(OPERATOR, changed)
    answer = await admin.press("Approve: English", card)
    assert answer.alert
    assert "has changed" in answer.text
    assert not (await bot.release(release.slug)).approved_languages
    await admin.press("Approve: English", card)
    assert (await bot.release(release.slug)).approved_languages == ("en",)


async def test_the_queue_command_sets_a_time_and_lists_what_is_coming_in_order(
    bot: Any, file_harbour: Any
) -> None:
    editor = bot.person(EDITOR, "Ed")
    assert "Nothing is coming." in (await bot.ask(editor, "/queue")).text
    await file_harbour(bot, approve=True, slug="later")
    await file_harbour(bot, approve=True, slug="sooner")
    await file_harbour(bot, slug="someday")
    for slug, when in (("later", "2026-06-30 09:00"), ("sooner", "2026-06-29T09:00[Asia/Tokyo]")):
        answer = await bot.ask(editor, f"/queue {slug} {when}")
        assert (await bot.release(slug)).state is ReleaseState.DRAFT
        await editor.press("Confirm", answer)
        assert "The time is set." in answer.text
    await bot.desk.accept_observance(OPERATOR, "someday")
    async with bot.database.write() as connection:
        await occasions.fill(bot.database, connection, bot.clock.now().date())
    listed = await bot.ask(editor, "/queue")
    places = [listed.text.index(f"\n{slug}\n") for slug in ("sooner", "later", "someday")]
    assert listed.text.index("27 June 2026\n") < places[0] < places[1]
    assert listed.text.rindex("someday") > places[1]
    assert "Still missing: English (not approved)" in listed.text
    await editor.press("later", listed)
    assert "It goes out on 30 June 2026" in listed.text
    past = await bot.ask(editor, "/queue later 2026-06-01 09:00")
    assert "has passed" in past.text


async def test_a_mistyped_name_gets_the_nearest_one(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot)
    observer = bot.person(OBSERVER, "Obi")
    for command in ("/release", "/deliveries"):
        answer = await bot.ask(observer, f"{command} harbour-open-2026")
        assert "Did you mean harbour-opens-2026?" in answer.text
    assert "/release lists them" in (await bot.ask(observer, "/release %s<b>")).text


async def test_what_cannot_be_read_is_refused_with_its_reasons_and_nothing_is_stored(
    bot: Any,
) -> None:
    editor = bot.person(EDITOR, "Ed")
    for name, data in (
        ("bad.md", b"---\ndate: 2026-02-31\n---\n# Title\n\nText.\n"),
        ("bytes.txt", b"\xff\xfe\xfa\n\nmore"),
        ("list.md", b"---\n- a\n---\n# Title\n\nText.\n"),
    ):
        sent = editor.send_document(name, data)
        answer = await editor.chat.wait_for(lambda m: True, after=sent)
        assert "Nothing was stored. Please correct this:" in answer.text
        assert name in answer.text
    sent = editor.send_document("photo.pdf", b"%PDF")
    assert "Save it as .docx." in (await editor.chat.wait_for(lambda m: True, after=sent)).text
    sent = editor.send_document("long.txt", b"x" * 1_500_000)
    assert "too large" in (await editor.chat.wait_for(lambda m: True, after=sent)).text
    assert "headline" in (await bot.ask(editor, "thanks!")).text
    assert await bot.releases() == []


async def test_a_reply_to_the_card_files_another_language(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, topics=("harbour", "ships"))
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, "/release harbour-opens-2026")
    await bot.ask(
        editor,
        "Гавань открыта\n\nКорабли снова могут входить в старую гавань нашего города каждый день."
        "\n\nСлужба гавани приглашает всех жителей города на набережную.",
        reply_to=card,
    )
    release = await bot.release("harbour-opens-2026")
    assert set(release.variants) == {"en", "fr", "ru"}
    assert release.original == "en"
    assert release.topics == ("harbour", "ships")
    assert release.variants["ru"].headline == "Гавань открыта"
    assert len(await bot.releases()) == 1


@pytest.mark.parametrize(
    ("button", "state"), [("Send anyway", "sending"), ("Cancel it", "cancelled")]
)
async def test_what_is_held_is_sent_or_cancelled_by_a_button(
    bot: Any, hold_harbour: Any, button: str, state: str
) -> None:
    ident = await hold_harbour(bot)
    editor = bot.person(EDITOR, "Ed")
    notice = await bot.ask(editor, "/queue")
    assert "Held: The release “harbour-opens-2026”." in notice.text
    again = await bot.ask(editor, "/queue")
    await editor.press(button, notice)
    async with bot.database.read() as connection:
        assert (await ledger.by_id(connection, ident)).state == state
    if state == "cancelled":
        answer = await editor.press("Send anyway", again)
        assert "ended already" in answer.text
        assert "State: cancelled" in again.text


async def test_the_report_counts_by_language_and_says_what_to_do(
    bot: Any, hold_harbour: Any
) -> None:
    ident = await hold_harbour(bot)
    async with bot.database.write() as connection:
        rows = [("en", "sent", ""), ("en", "failed", "blocked"), ("fr", "unknown", "lost_answer")]
        for n, (language, state, reason) in enumerate(rows):
            await connection.execute(
                t.delivery.insert().values(
                    announcement_id=ident,
                    subscriber_id=n,
                    language=language,
                    fallback=False,
                    state=state,
                    reason=reason,
                    due_at=bot.clock.now(),
                )
            )
    observer = bot.person(OBSERVER, "Obi")
    answer = await bot.ask(observer, "/deliveries harbour-opens-2026")
    assert "1 sent, 1 failed, 1 unknown, 0 to come" in answer.text
    assert "Français: 1 unknown" in answer.text
    assert "1 × The person blocked the bot" in answer.text
    assert "1 sent" in (await bot.ask(observer, "/deliveries")).text
    status = await bot.ask(observer, "/status")
    assert "Announcements held: 1" in status.text
    assert "whether they arrived: 1" in status.text


async def test_subscribers_are_counted_and_not_named(bot: Any) -> None:
    observer = bot.person(OBSERVER, "Obi")
    assert "no subscribers" in (await bot.ask(observer, "/subscribers")).text
    for n, tag in enumerate(("en", "fr", "fr")):
        await bot.ask(bot.person(1000 + n, f"Reader {n}", tag), "/start")
    answer = await bot.ask(observer, "/subscribers")
    assert "Subscribers: 3" in answer.text
    assert "Français: 2 active" in answer.text
    assert "Reader" not in answer.text
    assert "1000" not in answer.text


async def test_staff_are_told_in_their_own_language_with_buttons(
    bot: Any, hold_harbour: Any, logged: list[Any]
) -> None:
    admin, translator = bot.person(ADMIN, "Ada", "ru"), bot.person(TRANSLATOR, "Tia")
    before = await bot.ask(admin, "/start")
    await bot.quiet(admin)
    await bot.ask(translator, "/start")
    await bot.quiet(translator)
    ident = await hold_harbour(bot)
    notice = text("The announcement “{key}” is held.", key="harbour-opens-2026/publication")
    async with bot.database.write() as connection:
        told = Notice(key="held/1", what=notice)
        await notices.post(bot.database, connection, bot.settings, bot.clock.now(), [told])
    ru = catalog_for("ru")
    told = await admin.chat.wait_for(ru.render(notice), after=before)
    assert [b.data for b in told.buttons] == [f"resume:{ident}", f"cancel:{ident}"]
    assert not [m for m in translator.chat.messages if "is held" in m.text]
    async with asyncio.timeout(10):  # the editor never started the bot
        while not any(e["event"] == "a member of staff was not told" for e in logged):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_staff_read_everything_in_arabic(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot, approve=True)
    admin = bot.person(ADMIN, "Ada", "ar")
    ar = catalog_for("ar")
    card = await bot.ask(admin, "/release harbour-opens-2026")
    assert ar.formats.date(date(2026, 6, 26)) in card.text
    assert any(b.label == ar.gettext("Publish now …") for b in card.buttons)
    await admin.press(ar.gettext("Publish now …"), card)
    await admin.press(ar.gettext("Yes, publish now"), card)
    assert (await bot.release("harbour-opens-2026")).state is ReleaseState.QUEUED


async def test_an_anniversary_without_texts_shows_what_is_missing(
    bot: Any, file_harbour: Any
) -> None:
    await file_harbour(bot)
    await bot.desk.accept_observance(OPERATOR, "harbour-opens-2026")
    async with bot.database.write() as connection:
        await occasions.fill(bot.database, connection, bot.clock.now().date())
    answer = await bot.ask(bot.person(ADMIN, "Ada"), "/calendar")
    assert "27 June 2026" in answer.text
    assert "Still missing:" in answer.text
    assert "(missing)" not in answer.text
