"""What every transport promises. A new one is added by one line in ``TRANSPORTS``."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date

import pytest
from PIL import Image

from bot.clock import FixedClock
from bot.errors import TransportError
from bot.releases import repository
from bot.releases.picture import Picture, Rendition
from bot.releases.release import Release, Variant
from bot.sandbox import Sandbox
from bot.store.database import Database
from bot.transports.base import (
    REASONS,
    Message,
    NotNow,
    Paragraph,
    Photo,
    Refused,
    Sent,
    Transport,
)
from bot.transports.photos import Photos
from bot.transports.telegram import TelegramTransport


@dataclass(frozen=True, kw_only=True)
class Harness:
    """A transport and a far side that can be looked at.

    ``received`` gives the texts that an address has got, oldest first, as they now read, and
    ``seen`` the pictures that it shows; ``photo`` is one that may go with a message. ``delete``
    takes a message with an id away there. ``refused`` is the same transport with credentials that
    the far side does not know.
    """

    transport: Transport
    refused: Transport
    reachable: str
    gone: str
    malformed: str
    received: Callable[[str], list[str]]
    seen: Callable[[str], list[bytes]]
    photo: Photo
    delete: Callable[[str, str], None]


@asynccontextmanager
async def telegram_on_the_sandbox(database: Database, photo: Photo) -> AsyncIterator[Harness]:
    async with Sandbox(rates=None) as sandbox:
        reader, leaver = sandbox.person(101, "Ana"), sandbox.person(102, "Bo")
        reader.start()
        leaver.start()
        leaver.block()

        def received(address: str) -> list[str]:
            return [m.text for m in sandbox.chat(int(address)).messages if m.from_bot]

        def seen(address: str) -> list[bytes]:
            shown = sandbox.chat(int(address)).messages
            return [m.photo.data for m in shown if m.from_bot and m.photo is not None]

        def delete(address: str, message_id: str) -> None:
            chat = sandbox.chat(int(address))
            message = chat.message(int(message_id))
            assert message is not None
            chat.delete(message)

        photos = Photos(database, "bot")
        transport = TelegramTransport(sandbox.token, sandbox.url, photos=photos)
        refused = TelegramTransport("1:unknown", sandbox.url)
        yield Harness(
            transport=transport,
            refused=refused,
            reachable="101",
            gone="102",
            malformed="Ana",
            received=received,
            seen=seen,
            photo=photo,
            delete=delete,
        )
        await transport.close()
        await refused.close()


TRANSPORTS: list[Callable[[Database, Photo], AbstractAsyncContextManager[Harness]]] = [
    telegram_on_the_sandbox,
]

MESSAGE = Message(
    language="en",
    headline="The Charter is signed",
    paragraphs=(Paragraph(text="Fifty states signed."), Paragraph(text="It enters into force.")),
    label="This text is not in French yet.",
    signature="Press Office · 26 June 2026",
    button=("Read on", "https://press.example.org/en/charter"),
)


@pytest.fixture
def backend() -> str:
    """The database makes no difference to a transport."""
    return "sqlite"


@pytest.fixture
async def photo(database: Database, clock: FixedClock) -> Photo:
    """One of a release that is stored."""
    written = io.BytesIO()
    Image.new("RGB", (80, 80), "red").save(written, "JPEG")
    data = written.getvalue()
    picture = Picture(
        digest="0" * 32,
        media_type="image/jpeg",
        renditions=(Rendition(width=80, height=80, length=len(data)),),
        data=(data,),
    )
    release = Release(
        slug="charter",
        original="en",
        date=date(2026, 6, 26),
        variants={"en": Variant(language="en", headline=MESSAGE.headline)},
        pictures=(picture,),
    )
    async with database.write() as connection:
        await repository.save(connection, release, clock.now())
    return Photo(digest=picture.digest, caption="A red square.", credit="Picture: Press Office")


@pytest.fixture(params=TRANSPORTS, ids=lambda factory: factory.__name__)
async def harness(
    request: pytest.FixtureRequest, database: Database, photo: Photo
) -> AsyncIterator[Harness]:
    async with request.param(database, photo) as made:
        yield made


async def test_name_can_stand_before_a_colon(harness: Harness) -> None:
    name = harness.transport.name
    assert name == name.strip().lower()
    assert name
    assert ":" not in name


async def test_a_canonical_address_is_its_own_canonical_form(harness: Harness) -> None:
    for address in (harness.reachable, harness.gone):
        canonical = harness.transport.check_address(f" {address} ")
        assert harness.transport.check_address(canonical) == canonical == address


async def test_a_malformed_address_is_named(harness: Harness) -> None:
    for address in ("", harness.malformed):
        with pytest.raises(TransportError) as caught:
            harness.transport.check_address(address)
        assert f"“{address}”" in str(caught.value)


async def test_one_send_is_one_delivery_with_ids(harness: Harness) -> None:
    outcome = await harness.transport.send(harness.reachable, MESSAGE)
    assert isinstance(outcome, Sent)
    assert len(outcome.message_ids) == len(harness.received(harness.reachable)) == 1
    assert all(outcome.message_ids)


async def test_all_parts_arrive_in_their_order(harness: Harness) -> None:
    await harness.transport.send(harness.reachable, MESSAGE)
    whole = "\n".join(harness.received(harness.reachable))
    parts = [
        MESSAGE.headline,
        MESSAGE.label,
        *(paragraph.text for paragraph in MESSAGE.paragraphs),
        MESSAGE.signature,
    ]
    places = [whole.index(part) for part in parts]
    assert places == sorted(places)


async def test_a_long_release_is_signed_and_shows_no_part_of_a_paragraph(
    harness: Harness,
) -> None:
    paragraphs = tuple(Paragraph(text=f"<{n}> " + "слово " * 99 + f"</{n}>") for n in range(200))
    message = Message(
        language="ru", headline="Устав", paragraphs=paragraphs, signature="Пресс-служба"
    )
    assert isinstance(await harness.transport.send(harness.reachable, message), Sent)
    whole = "\n".join(harness.received(harness.reachable))
    assert "Пресс-служба" in whole
    shown = [n for n in range(200) if f"<{n}>" in whole]
    assert shown
    assert shown == list(range(len(shown))) == [n for n in range(200) if f"</{n}>" in whole]


async def test_markup_in_a_text_is_text(harness: Harness) -> None:
    headline = "<b>1 < 2</b> & *three* _four_ [five](https://example.org)"
    await harness.transport.send(harness.reachable, Message(language="en", headline=headline))
    assert headline in harness.received(harness.reachable)[0]


async def test_who_is_gone_is_unreachable(harness: Harness) -> None:
    outcome = await harness.transport.send(harness.gone, MESSAGE)
    assert isinstance(outcome, Refused)
    assert outcome.unreachable
    assert outcome.reason in REASONS
    assert harness.received(harness.gone) == []


async def test_refused_credentials_lose_nobody(harness: Harness) -> None:
    outcome = await harness.refused.send(harness.reachable, MESSAGE)
    assert isinstance(outcome, NotNow)
    assert outcome.everyone
    assert outcome.after > 0
    assert outcome.reason in REASONS
    assert harness.received(harness.reachable) == []


async def test_check_says_who_we_are_or_what_to_do(harness: Harness) -> None:
    assert await harness.transport.check()
    with pytest.raises(TransportError):
        await harness.refused.check()


LATER = replace(MESSAGE, language="fr", headline="La Charte est signée", label="")


async def _sent(harness: Harness) -> str:
    outcome = await harness.transport.send(harness.reachable, MESSAGE)
    assert isinstance(outcome, Sent)
    return outcome.message_ids[0]


async def test_an_edit_takes_the_place_of_a_message_and_may_be_repeated(harness: Harness) -> None:
    ident = await _sent(harness)
    once = await harness.transport.edit(harness.reachable, ident, LATER)
    again = await harness.transport.edit(harness.reachable, ident, LATER)
    assert once == again == Sent(message_ids=(ident,))
    (text,) = harness.received(harness.reachable)
    assert LATER.headline in text
    assert MESSAGE.headline not in text
    assert MESSAGE.label not in text


async def test_what_is_gone_cannot_be_edited(harness: Harness) -> None:
    ident = await _sent(harness)
    harness.delete(harness.reachable, ident)
    outcome = await harness.transport.edit(harness.reachable, ident, LATER)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.unreachable) == ("not_editable", False)
    assert harness.received(harness.reachable) == []


async def test_who_is_gone_is_unreachable_for_an_edit_as_well(harness: Harness) -> None:
    outcome = await harness.transport.edit(harness.gone, "1", LATER)
    assert isinstance(outcome, Refused)
    assert outcome.unreachable


async def test_a_reply_arrives_also_where_what_it_replies_to_is_gone(harness: Harness) -> None:
    ident = await _sent(harness)
    transport = harness.transport
    assert isinstance(await transport.send(harness.reachable, LATER, reply_to=ident), Sent)
    harness.delete(harness.reachable, ident)
    assert isinstance(await transport.send(harness.reachable, LATER, reply_to=ident), Sent)
    assert [LATER.headline in text for text in harness.received(harness.reachable)] == [True, True]


async def test_refused_credentials_lose_no_edit(harness: Harness) -> None:
    outcome = await harness.refused.edit(harness.reachable, await _sent(harness), LATER)
    assert isinstance(outcome, NotNow)
    assert outcome.everyone


async def test_a_photo_is_no_second_message_and_keeps_no_word_out(harness: Harness) -> None:
    outcome = await harness.transport.send(harness.reachable, replace(MESSAGE, photo=harness.photo))
    assert isinstance(outcome, Sent)
    assert len(outcome.message_ids) == 1
    (words,) = harness.received(harness.reachable)
    for part in (MESSAGE.headline, MESSAGE.label, MESSAGE.signature, harness.photo.credit):
        assert part in words
    assert len(harness.seen(harness.reachable)) == 1


async def test_a_photo_is_seen_no_more_once_the_message_has_none(harness: Harness) -> None:
    with_photo = replace(MESSAGE, photo=harness.photo)
    outcome = await harness.transport.send(harness.reachable, with_photo)
    assert isinstance(outcome, Sent)
    (ident,) = outcome.message_ids
    before = harness.seen(harness.reachable)

    once = await harness.transport.edit(harness.reachable, ident, LATER)
    again = await harness.transport.edit(harness.reachable, ident, LATER)

    assert once == again == Sent(message_ids=(ident,))
    (words,) = harness.received(harness.reachable)
    assert LATER.headline in words
    assert harness.photo.credit not in words
    assert not set(before) & set(harness.seen(harness.reachable))


async def test_closing_twice_is_closing_once(harness: Harness) -> None:
    await harness.transport.send(harness.reachable, MESSAGE)
    await harness.transport.close()
    await harness.transport.close()
