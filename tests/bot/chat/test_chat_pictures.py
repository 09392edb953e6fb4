"""Pictures in the conversation with staff: sent, placed, described, and never without the right."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.releases.correction import Kind
from bot.releases.picture import Picture
from bot.releases.release import Release
from bot.releases.review import OPERATOR
from bot.sandbox.message import Message
from bot.sandbox.person import Person
from tests.bot.chat.conftest import ADMIN, OBSERVER, TRANSLATOR, Bot, Talk

Photograph = Callable[..., bytes]
File = Callable[..., Awaitable[Release]]
SLUG = "harbour-opens-2026"


@pytest.fixture
def backend() -> str:
    """The database makes no difference to what is said."""
    return "sqlite"


@pytest.fixture
async def admin(bot: Bot) -> Person:
    person = bot.person(ADMIN, "Ada")
    await bot.ask(person, "/start")
    return person


def starting(words: str) -> Callable[[Message], bool]:
    return lambda message: message.text.startswith(words)


async def pictures(bot: Bot) -> tuple[Picture, ...]:
    release = await bot.release(SLUG)
    assert release is not None
    return release.pictures


async def card(bot: Bot, person: Person) -> Message:
    return await bot.ask(person, f"/release {SLUG}")


async def test_a_photo_sent_as_a_reply_to_a_card_is_with_the_release(
    bot: Bot, admin: Person, file_harbour: File, photograph: Photograph
) -> None:
    await file_harbour(bot)
    asked = await card(bot, admin)

    sent = admin.send_photo(photograph(), caption="The quay at noon\nA. Keeper", reply_to=asked)
    told = await admin.chat.wait_for("It is with the release.", after=sent)

    (picture,) = await pictures(bot)
    assert picture.captions == {"en": "The quay at noon"}
    assert picture.credits == {"en": "A. Keeper"}
    assert "Picture 1: 900 × 600" in told.text
    assert "English: The quay at noon · A. Keeper" in told.text
    assert "Français: nothing yet" in told.text
    assert "Pictures: 1" in (await card(bot, admin)).text
    sent = admin.send_photo(photograph(), caption=SLUG)
    await admin.chat.wait_for(starting("It is there already."), after=sent)
    assert await pictures(bot) == (picture,)


async def test_a_caption_may_name_the_release(
    bot: Bot, admin: Person, file_harbour: File, photograph: Photograph
) -> None:
    await file_harbour(bot)

    sent = admin.send_document(
        "quay.png", photograph(kind="PNG"), "image/png", caption=f"{SLUG} The quay"
    )
    await admin.chat.wait_for("It is with the release.", after=sent)

    (picture,) = await pictures(bot)
    assert picture.captions == {"en": "The quay"}
    sent = admin.send_document("quay.heic", b"\0\0\0\x18ftypheic" * 9, "image/heic", caption=SLUG)
    told = await admin.chat.wait_for("Nothing was stored.", after=sent)
    assert re.search(r"quay\.heic: .*JPEG, PNG, WebP.*Save it as JPEG", told.text)
    assert len(await pictures(bot)) == 1


async def test_without_a_name_the_bot_asks_and_a_restart_in_between_loses_nothing(
    talk: Talk, file_harbour: File, photograph: Photograph
) -> None:
    bot = await talk()
    person = bot.person(ADMIN, "Ada")
    await bot.ask(person, "/start")
    await file_harbour(bot)
    sent = person.send_photo(photograph())
    asked = await person.chat.wait_for("For which release is this picture?", after=sent)
    assert asked.reply_to is sent
    assert await pictures(bot) == ()
    await bot.end()
    again = await talk()

    await person.press(SLUG, asked)
    await person.chat.wait_for("It is with the release.")

    assert len(await pictures(again)) == 1


async def test_what_came_together_is_asked_about_once_and_goes_together(
    bot: Bot, admin: Person, file_harbour: File, photograph: Photograph
) -> None:
    await file_harbour(bot)
    sent = [admin.send_photo(photograph(seed=n), album="7") for n in range(3)]
    await bot.quiet(admin)
    asked = [m for m in admin.chat.messages if m.text.startswith("For which release")]
    assert [m.reply_to for m in asked] == [sent[0]]

    await admin.press(SLUG, asked[0])
    await admin.chat.wait_for("Picture 3: 900 × 600")
    assert len(await pictures(bot)) == 3

    last = admin.send_photo(photograph(seed=3), album="7")
    await admin.chat.wait_for("Picture 4: 900 × 600")
    assert len(await pictures(bot)) == 4
    assert not [m for m in admin.chat.messages if m.from_bot and m.message_id > last.message_id]


async def test_words_are_given_per_language_by_replying(
    bot: Bot, admin: Person, file_harbour: File, photograph: Photograph
) -> None:
    await file_harbour(bot)
    sent = admin.send_photo(photograph(), caption=SLUG)
    view = await admin.chat.wait_for("It is with the release.", after=sent)
    await admin.press("Words for 1 …", view)
    await admin.press("Français", view)
    asked = await admin.chat.wait_for("Reply to this message, in Français")

    sent = admin.send("Le quai à midi\n–\nDes pierres\nau soleil", reply_to=asked)
    told = await admin.chat.wait_for("These words are kept.", after=sent)

    (picture,) = await pictures(bot)
    assert picture.captions == {"fr": "Le quai à midi"}
    assert picture.credits == {}
    assert picture.alternatives == {"fr": "Des pierres au soleil"}
    assert "Français: Le quai à midi · Des pierres au soleil" in told.text


async def test_which_is_first_and_which_go_is_one_press(
    bot: Bot, admin: Person, file_harbour: File, photograph: Photograph
) -> None:
    await file_harbour(bot)
    for seed in (0, 1):
        sent = admin.send_photo(photograph(seed=seed), caption=SLUG)
        view = await admin.chat.wait_for("It is with the release.", after=sent)
    one, other = await pictures(bot)

    await admin.press("Put 2 first", view)
    assert await pictures(bot) == (other, one)
    await admin.press("Look at 1", view)
    shown = admin.chat.last
    assert shown is not None
    assert shown.photo is not None
    await admin.press("Remove 1", view)
    assert await pictures(bot) == (one,)
    answer = await admin.press("Remove 1", view)
    assert await pictures(bot) == ()
    assert not answer.text


async def test_the_preview_is_what_subscribers_will_get(
    bot: Bot, admin: Person, file_harbour: File, photograph: Photograph
) -> None:
    await file_harbour(bot)
    sent = admin.send_photo(photograph(), caption=f"{SLUG}\nThe quay\nA. Keeper")
    await admin.chat.wait_for("It is with the release.", after=sent)

    await admin.press("Preview: English", await card(bot, admin))

    shown, told = admin.chat.latest(2)
    assert shown.photo is not None
    assert "of at most 1,024 characters" in told.text
    assert "With its picture, so that no link preview is shown" in told.text
    assert shown.text.startswith("The harbour opens\n\nShips may come.")
    assert "The quay Picture: A. Keeper" in shown.text


async def test_a_button_acts_on_the_pictures_that_were_seen(
    bot: Bot, admin: Person, file_harbour: File, photograph: Photograph
) -> None:
    await file_harbour(bot, approve=True)
    before = await card(bot, admin)
    await admin.press("Publish now …", before)
    sent = admin.send_photo(photograph(), caption=SLUG)
    await admin.chat.wait_for("It is with the release.", after=sent)

    answer = await admin.press("Yes, publish now", before)

    assert answer.text.startswith("The text has changed since.")
    release = await bot.release(SLUG)
    assert release is not None
    assert release.state == "draft"


async def test_after_publication_a_picture_waits_for_a_correction(
    bot: Bot, admin: Person, publish_harbour: Any, photograph: Photograph
) -> None:
    await publish_harbour(bot)
    sent = admin.send_photo(photograph(), caption=SLUG)
    told = await admin.chat.wait_for("It is with the release.", after=sent)
    assert "Readers do not see it so yet." in told.text

    question = await card(bot, admin)
    await admin.press("Correct …", question)
    assert "English" in question.text
    assert "Français" in question.text
    done = await bot.desk.correct(OPERATOR, SLUG, Kind.TYPO, {})
    assert set(done.languages) == {"en", "fr"}


async def test_pictures_are_an_editors_and_words_those_of_whoever_writes_the_language(
    bot: Bot, admin: Person, file_harbour: File, photograph: Photograph
) -> None:
    await file_harbour(bot)
    sent = admin.send_photo(photograph(), caption=SLUG)
    view = await admin.chat.wait_for("It is with the release.", after=sent)
    await admin.press("Words for 1 …", view)
    await admin.press("English", view)
    asked = await admin.chat.wait_for("Reply to this message, in English")
    for who in (TRANSLATOR, OBSERVER):
        other = bot.person(who, "Otto")
        await bot.ask(other, "/start")
        sent = other.send_photo(photograph(seed=1), caption=SLUG)
        await other.chat.wait_for("You may not do that.", after=sent)
        await card(bot, other)
        await other.press("Pictures …")
        labels = [b.label for b in other.chat.messages[-1].buttons]
        assert ("Words for 1 …" in labels) is (who == TRANSLATOR)
        assert "Remove 1" not in labels
        forged = other.chat.post(
            None, text=asked.text, entities=[e for e in asked.entities if e["type"] == "code"]
        )
        sent = other.send("Another quay", reply_to=forged)
        await other.chat.wait_for("You may not do that.", after=sent)
    reader = bot.person()
    await bot.ask(reader, "/start")
    sent = reader.send_photo(photograph(seed=1), caption=SLUG)
    await reader.chat.wait_for("I only carry press releases.", after=sent)

    assert len(await pictures(bot)) == 1
    assert (await pictures(bot))[0].captions == {}
