"""The bot is stopped and started before everything that people do: nothing is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.audience.subscriber import SubscriberState
from bot.chat.questions import KEPT
from bot.releases.correction import Kind
from bot.releases.release import ReleaseState
from bot.sandbox import Fault
from bot.sandbox.message import Message
from bot.sandbox.person import Person
from bot.store import tables as t
from tests.bot.chat.conftest import ADMIN, EDITOR, READER, Bot, Talk
from translations.catalogs import catalog_for

File = Callable[..., Awaitable[Any]]

SLUG = "harbour-opens-2026"
DOUBTFUL = b"14.03.2026\n\nMuseum\n\n1, 2, 3"
ENGLISH = """Press release 14 March 2026

The lamps are lit

Until 1989 the coast had 412 lights, which were kept by 38 authorities with their own signals.

The archive holds 5,200 hours of recordings (www.harbours.example.org/en/909) for everybody.
"""
FRENCH = """Communiqué de presse, le 14 mars 2026

Les feux sont allumés

Jusqu’en 1989, la côte comptait 412 feux, entretenus par 38 autorités avec leurs signaux.

Les archives gardent 5 200 heures d’enregistrements (www.harbours.example.org/fr/909) pour tous.
"""


class Restarting:
    """A bot that is started anew before each thing that somebody does."""

    def __init__(self, talk: Talk, bot: Bot) -> None:
        self._talk = talk
        self.bot = bot

    async def restart(self) -> None:
        await self.bot.end()
        self.bot = await self._talk()

    async def said(self, person: Person, words: str, reply_to: Message | None = None) -> Message:
        """What the bot answers to these words."""
        await self.restart()
        return await self.bot.ask(person, words, reply_to=reply_to)

    async def sent(self, person: Person, name: str, data: bytes, **more: Any) -> Message:
        """What the bot answers to a file."""
        await self.restart()
        sent = person.send_document(name, data, **more)
        return await person.chat.wait_for(lambda message: True, after=sent)

    async def pressed(self, person: Person, label: str, message: Message) -> Message:
        """The message that answers, in its place or below."""
        await self.restart()
        last = person.chat.last
        await person.press(label, message)
        return message if person.chat.last is last or person.chat.last is None else person.chat.last


@pytest.fixture
async def house(talk: Talk) -> Restarting:
    return Restarting(talk, await talk())


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
def editor(house: Restarting) -> Person:
    return house.bot.person(EDITOR, "Ed")


async def _kept(house: Restarting) -> int:
    async with house.bot.database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(t.tray)) or 0)


async def test_a_time_that_is_asked_for(
    house: Restarting, editor: Person, file_harbour: File
) -> None:
    await file_harbour(house.bot, approve=True)
    card = await house.said(editor, f"/release {SLUG}")
    question = await house.pressed(editor, "Queue …", card)
    read_back = await house.said(editor, "2026-06-29 09:30", question)
    await house.pressed(editor, "Confirm", read_back)

    release = await house.bot.release(SLUG)
    assert release is not None
    assert release.state is ReleaseState.QUEUED
    assert release.publish_at is not None
    assert release.publish_at.at == datetime(2026, 6, 29, 7, 30, tzinfo=UTC)


async def test_the_corrected_text_its_note_and_a_withdrawal(
    house: Restarting, editor: Person, publish_harbour: File
) -> None:
    await publish_harbour(house.bot)
    card = await house.said(editor, f"/release {SLUG}")
    question = await house.pressed(editor, "Correct …", card)
    changed = b"---\ndate: 2026-06-26\n---\n# The harbour opens\n\nThere were 13 ships.\n"
    card = await house.sent(editor, "en.md", changed, reply_to=question)
    card = await house.pressed(editor, "Approve: English", card)
    kinds = await house.pressed(editor, "Correct …", card)
    question = await house.pressed(editor, "A correction", kinds)
    read_back = await house.said(editor, "There were 13 ships, not 12.", question)
    done = await house.pressed(editor, "Yes, correct", read_back)
    assert "It is corrected." in done.text
    question = await house.pressed(editor, "Withdraw …", done)
    read_back = await house.said(editor, "Sent by mistake.", question)
    await house.pressed(editor, "Yes, withdraw", read_back)

    async with house.bot.database.read() as connection:
        kinds_of = await connection.scalars(select(t.correction.c.kind).order_by("number"))
    assert list(kinds_of) == [Kind.CORRECTION, Kind.RETRACTION]


async def test_the_words_of_a_picture(
    house: Restarting, editor: Person, file_harbour: File, photograph: Callable[..., bytes]
) -> None:
    await file_harbour(house.bot)
    sent = editor.send_photo(photograph())
    asked = await editor.chat.wait_for("For which release", after=sent)
    shown = await house.pressed(editor, SLUG, asked)
    tongues = await house.pressed(editor, "Words for 1 …", shown)
    question = await house.pressed(editor, "Français", tongues)
    await house.said(editor, "Le quai à midi", question)

    release = await house.bot.release(SLUG)
    assert release is not None
    assert release.pictures[0].captions == {"fr": "Le quai à midi"}


async def test_the_language_of_a_file_and_of_a_text(house: Restarting, editor: Person) -> None:
    for place, ask in enumerate(
        (
            lambda: house.sent(editor, "museum.txt", DOUBTFUL),
            lambda: house.said(editor, "14.04.2026\n\nHotel\n\n4, 5, 6"),
        )
    ):
        asked = await ask()
        assert "In which language is this text?" in asked.text
        await house.pressed(editor, "Français", asked)
        assert ("Headline: Museum", "Headline: Hotel")[place] in asked.text
        assert len(await house.bot.releases()) == place + 1
    assert {release.original for release in await house.bot.releases()} == {"fr"}
    assert await _kept(house) == 0, "what is answered is not kept"


async def test_to_which_release_a_text_belongs(house: Restarting, editor: Person) -> None:
    await house.sent(editor, "a.txt", ENGLISH.encode())
    asked = await house.sent(editor, "b.txt", FRENCH.encode())
    await house.pressed(editor, "To this release", asked)

    (release,) = await house.bot.releases()
    assert set(release.variants) == {"en", "fr"}


async def test_a_text_that_is_asked_about_keeps_its_formatting(
    house: Restarting, editor: Person
) -> None:
    words = "14.04.2026\n\nHotel\n\n4, 5, 6"
    bold = {"type": "bold", "offset": words.index("5"), "length": 1}
    sent = editor.send(words, entities=[bold])
    asked = await editor.chat.wait_for("In which language is this text?", after=sent)
    await house.pressed(editor, "Français", asked)

    (release,) = await house.bot.releases()
    assert release.variants["fr"].body == "4, **5**, 6"


async def test_files_that_are_sent_together(house: Restarting, editor: Person) -> None:
    await house.sent(editor, "a.txt", ENGLISH.encode(), album="7")
    await house.sent(editor, "b.txt", FRENCH.encode(), album="7")

    (release,) = await house.bot.releases()
    assert set(release.variants) == {"en", "fr"}


async def test_pictures_that_are_sent_together(
    house: Restarting, editor: Person, file_harbour: File, photograph: Callable[..., bytes]
) -> None:
    await file_harbour(house.bot)
    sent = editor.send_photo(photograph(seed=0), album="7")
    asked = await editor.chat.wait_for("For which release", after=sent)
    for seed in (1, 2):
        await house.restart()
        editor.send_photo(photograph(seed=seed), album="7")
        await house.bot.quiet(editor)
    shown = await house.pressed(editor, SLUG, asked)
    assert "Picture 3" in shown.text
    await house.restart()
    editor.send_photo(photograph(seed=3), album="7")
    await editor.chat.wait_for("Picture 4")

    release = await house.bot.release(SLUG)
    assert release is not None
    assert len(release.pictures) == 4
    assert [m.text for m in editor.chat.messages if "For which" in m.text] == []


async def test_what_telegram_does_not_give_again_is_to_be_sent_again(
    house: Restarting, editor: Person
) -> None:
    asked = await house.sent(editor, "museum.txt", DOUBTFUL)
    house.bot.sandbox.faults.add(Fault("refuse", method="getFile", description="Bad Request: gone"))
    answer = await editor.press("Français", asked)

    assert answer.text == "“museum.txt” could not be fetched. Please send it again."
    await house.pressed(editor, "Français", asked)
    assert len(await house.bot.releases()) == 1


async def test_a_question_is_its_senders_own_and_is_not_kept_for_ever(
    house: Restarting, editor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chat.questions.MOST", 2)
    asked = await house.sent(editor, "museum.txt", DOUBTFUL)
    (button, *_) = asked.buttons
    admin = house.bot.person(ADMIN, "Ada")
    seen = await house.bot.ask(admin, "/start")
    queries = house.bot.sandbox.chats.queries
    outdated = "This question is out of date. Please send the file again."
    assert (await queries.open(admin, seen, button.data)).text == outdated

    house.bot.clock.set(house.bot.clock.now() + KEPT + timedelta(minutes=1))
    await house.sent(editor, "museum.txt", DOUBTFUL)
    assert (await editor.press(button.data, asked)).text == outdated
    for number in range(2):
        await house.bot.ask(editor, f"14.03.2026\n\nMuseum\n\n1, 2, {number}")
    assert await _kept(house) == 2
    assert await house.bot.releases() == []


async def test_a_subscribers_choices_in_arabic(house: Restarting) -> None:
    reader = house.bot.person(READER, "Mara", "ar")
    ar = catalog_for("ar")
    welcome = await house.said(reader, "/start l-fr")
    await house.pressed(reader, "العربية", welcome)
    chosen = await house.said(reader, "/language")
    await house.pressed(reader, "English", chosen)
    await house.pressed(reader, ar.gettext("Done"), chosen)
    zones = await house.said(reader, "/timezone")
    await house.pressed(reader, "باكو", zones)

    subscriber = await house.bot.subscriber(READER)
    assert subscriber is not None
    assert subscriber.languages == ("ar", "en")
    assert subscriber.timezone == "Asia/Baku"


async def test_a_channel_that_is_being_set_up(house: Restarting) -> None:
    owner = house.bot.person()
    start = await house.said(owner, "/start")
    channel = house.bot.sandbox.channel(-1001234567890, "Tides", owner)
    await house.restart()
    channel.add_bot()
    card = await owner.chat.wait_for("Tides", after=start)
    await house.pressed(owner, "Languages", card)
    await house.pressed(owner, "Français", card)
    await house.pressed(owner, "Confirm", card)

    room = await house.bot.subscriber(channel.id)
    assert room is not None
    assert (room.state, room.languages) == (SubscriberState.ACTIVE, ("en", "fr"))
