"""Messages with a photo: uploaded once, edited whatever they were, never lost for want of it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image

from bot.clock import FixedClock
from bot.releases import repository
from bot.releases.picture import Picture
from bot.releases.release import Release, Variant
from bot.sandbox import Fault, Sandbox
from bot.sandbox.message import Message as Shown
from bot.store.database import Database
from bot.transports.base import Message, NotNow, Paragraph, Photo, Refused, Sent
from bot.transports.photos import Photos
from bot.transports.telegram import TelegramTransport

PAGE = "https://press.example.org/en/harbour"


@pytest.fixture
def backend() -> str:
    """The database makes no difference to what is sent."""
    return "sqlite"


@pytest.fixture
async def pictures(
    database: Database, clock: FixedClock, picture: Callable[..., Picture]
) -> list[Picture]:
    """Two, of a release that is stored."""
    found = [picture(seed=n) for n in (0, 1)]
    release = Release(
        slug="harbour",
        original="en",
        date=date(2026, 6, 26),
        variants={"en": Variant(language="en", headline="The harbour opens")},
        pictures=tuple(found),
    )
    async with database.write() as connection:
        await repository.save(connection, release, clock.now())
    return found


@pytest.fixture
async def transport(database: Database, sandbox: Sandbox) -> AsyncIterator[TelegramTransport]:
    made = TelegramTransport(sandbox.token, sandbox.url, photos=Photos(database, "bot"))
    yield made
    await made.close()


def readers(sandbox: Sandbox, count: int) -> list[str]:
    for n in range(count):
        sandbox.person(100 + n, f"Reader {n}").start()
    return [str(100 + n) for n in range(count)]


def message(picture: Picture | None, **changes: object) -> Message:
    digest = picture.digest if picture else ""
    photo = Photo(digest=digest, caption="The quay.", credit="Picture: A. Keeper")
    fields = {
        "language": "en",
        "headline": "The harbour opens",
        "paragraphs": (Paragraph(text="Ships may come."),),
        "signature": "Harbour Office",
        "button": ("Read on", PAGE),
        "photo": photo if picture else None,
    }
    return Message(**fields | changes)  # type: ignore[arg-type]


def last(sandbox: Sandbox, address: str) -> Shown:
    shown = sandbox.chat(int(address)).last
    assert shown is not None
    return shown


def colour(shown: Shown) -> tuple[int, ...]:
    """Of the photo that a chat shows, in its upper left."""
    assert shown.photo is not None
    with Image.open(io.BytesIO(shown.photo.data)) as opened:
        pixel = opened.convert("RGB").getpixel((20, 20))
    assert isinstance(pixel, tuple)
    return pixel


async def test_a_photo_goes_out_with_its_caption_and_is_uploaded_once(
    sandbox: Sandbox, transport: TelegramTransport, pictures: list[Picture]
) -> None:
    people = readers(sandbox, 12)
    sent = await asyncio.gather(*(transport.send(p, message(pictures[0])) for p in people))

    assert all(isinstance(outcome, Sent) for outcome in sent)
    for person in people:
        shown = last(sandbox, person)
        assert shown.photo is not None
        assert shown.photo.data == pictures[0].data[0]
        assert shown.text == (
            "The harbour opens\n\nShips may come.\n\nThe quay. Picture: A. Keeper\n\nHarbour Office"
        )
        assert [b.url for b in shown.buttons] == [PAGE]
    given = [call.params["photo"] for call in sandbox.calls.of("sendPhoto")]
    assert sorted(isinstance(each, str) for each in given) == [False] + [True] * 11
    assert not sandbox.calls.of("sendMessage")


async def test_another_worker_knows_the_name(
    sandbox: Sandbox, transport: TelegramTransport, pictures: list[Picture], database: Database
) -> None:
    one, other = readers(sandbox, 2)
    await transport.send(one, message(pictures[0]))
    second = TelegramTransport(sandbox.token, sandbox.url, photos=Photos(database, "bot"))

    assert isinstance(await second.send(other, message(pictures[0])), Sent)

    await second.close()
    assert isinstance(sandbox.calls.of("sendPhoto")[-1].params["photo"], str)


async def test_a_name_that_the_server_forgot_is_asked_for_anew(
    sandbox: Sandbox, transport: TelegramTransport, pictures: list[Picture], database: Database
) -> None:
    one, other = readers(sandbox, 2)
    photos = Photos(database, "bot")
    await photos.learn(pictures[0].digest, "SANDBOX99999999")

    assert isinstance(await transport.send(one, message(pictures[0])), Sent)
    assert isinstance(await transport.send(other, message(pictures[0])), Sent)

    assert [call.status for call in sandbox.calls.of("sendPhoto")] == [400, 200, 200]
    assert await Photos(database, "bot").name(pictures[0].digest) not in ("", "SANDBOX99999999")
    assert await Photos(database, "another").name(pictures[0].digest) == ""


@pytest.mark.parametrize(
    "said",
    [
        "Bad Request: not enough rights to send photos to the chat",
        "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN",
        "Bad Request: IMAGE_PROCESS_FAILED",
    ],
)
async def test_where_no_photo_may_be_sent_the_text_is(
    sandbox: Sandbox, transport: TelegramTransport, pictures: list[Picture], said: str
) -> None:
    (person,) = readers(sandbox, 1)
    sandbox.faults.add(Fault("refuse", method="sendPhoto", code=400, description=said))

    assert isinstance(await transport.send(person, message(pictures[0])), Sent)

    (call,) = sandbox.calls.of("sendMessage")
    preview = {"url": PAGE, "prefer_large_media": True, "show_above_text": True}
    assert call.params["link_preview_options"] == preview
    assert "A. Keeper" not in last(sandbox, person).text


async def test_a_picture_that_is_gone_keeps_nobody_from_the_text(
    sandbox: Sandbox, transport: TelegramTransport, pictures: list[Picture]
) -> None:
    (person,) = readers(sandbox, 1)
    gone = replace(pictures[0], digest="0" * 32)

    assert isinstance(await transport.send(person, message(gone)), Sent)
    assert last(sandbox, person).photo is None
    assert "Ships may come." in last(sandbox, person).text


async def test_without_the_database_nothing_is_sent_and_nothing_is_lost(sandbox: Sandbox) -> None:
    (person,) = readers(sandbox, 1)
    away = Database("postgresql://127.0.0.1:1/nothing")
    transport = TelegramTransport(sandbox.token, sandbox.url, photos=Photos(away, "bot"))
    picture = Picture(digest="0" * 32, media_type="image/jpeg", renditions=())

    outcome = await transport.send(person, message(picture))

    assert isinstance(outcome, NotNow)
    assert [m for m in sandbox.chat(int(person)).messages if m.from_bot] == []
    await transport.close()
    await away.close()


async def test_an_edit_puts_words_and_picture_in_their_place(
    sandbox: Sandbox, transport: TelegramTransport, pictures: list[Picture]
) -> None:
    (person,) = readers(sandbox, 1)
    await transport.send(person, message(pictures[0]))
    ident = str(last(sandbox, person).message_id)
    before = colour(last(sandbox, person))

    for changed in (
        message(pictures[0], headline="The harbour is open"),
        message(pictures[1], headline="The harbour is open"),
    ):
        for _ in range(2):  # doing it twice does no harm
            assert await transport.edit(person, ident, changed) == Sent(message_ids=(ident,))
        shown = last(sandbox, person)
        assert shown.text.startswith("The harbour is open")
        assert [b.url for b in shown.buttons] == [PAGE]
    assert colour(shown) != before
    assert not sandbox.calls.of("editMessageText")


async def test_what_was_a_photo_shows_nothing_once_there_is_none(
    sandbox: Sandbox, transport: TelegramTransport, pictures: list[Picture]
) -> None:
    one, other, third = readers(sandbox, 3)
    idents = {}
    for person in (one, other, third):
        await transport.send(person, message(pictures[0]))
        idents[person] = str(last(sandbox, person).message_id)
    notice = message(None, headline="Withdrawn: The harbour opens", button=None)

    for person in (one, other, third):
        outcome = await transport.edit(person, idents[person], notice)
        assert outcome == Sent(message_ids=(idents[person],))

    for person in (one, other, third):
        shown = last(sandbox, person)
        assert shown.text.startswith("Withdrawn")
        assert shown.buttons == []
        red, green, blue = colour(shown)
        assert max(red, green, blue) - min(red, green, blue) < 20, "a grey card"
    assert len(sandbox.calls.of("editMessageText")) == 1, "the server says once what they are"


async def test_a_photo_stays_one_where_the_text_has_become_long(
    sandbox: Sandbox, transport: TelegramTransport, pictures: list[Picture]
) -> None:
    (person,) = readers(sandbox, 1)
    await transport.send(person, message(pictures[0]))
    ident = str(last(sandbox, person).message_id)
    long = message(pictures[0], paragraphs=(Paragraph(text="Ships may come. " * 100),))

    assert await transport.edit(person, ident, long) == Sent(message_ids=(ident,))
    assert last(sandbox, person).photo is not None
    assert "Ships" not in last(sandbox, person).text


async def test_a_text_becomes_a_photo_where_the_release_now_has_one(
    sandbox: Sandbox, transport: TelegramTransport, pictures: list[Picture]
) -> None:
    one, other = readers(sandbox, 2)
    for person in (one, other):
        await transport.send(person, message(None))
    ident = str(last(sandbox, one).message_id)

    assert isinstance(await transport.edit(one, ident, message(pictures[0])), Sent)
    said = "Bad Request: not enough rights to send photos to the chat"
    sandbox.faults.add(Fault("refuse", method="editMessageMedia", code=400, description=said))
    assert isinstance(await transport.edit(other, ident, message(pictures[0])), Sent)

    assert last(sandbox, one).photo is not None
    assert last(sandbox, other).photo is None


async def test_a_photo_where_none_may_be_put_any_more_gets_a_reply_instead(
    sandbox: Sandbox, transport: TelegramTransport, pictures: list[Picture]
) -> None:
    (person,) = readers(sandbox, 1)
    await transport.send(person, message(pictures[0]))
    ident = str(last(sandbox, person).message_id)
    said = "Bad Request: not enough rights to send photos to the chat"
    sandbox.faults.add(Fault("refuse", method="editMessageMedia", code=400, description=said))

    outcome = await transport.edit(person, ident, message(None))

    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.unreachable) == ("not_editable", False)
