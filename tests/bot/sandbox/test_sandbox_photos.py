"""Photos on the sandbox: sent, named, edited and fetched as on the real server."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from PIL import Image
from telegram import Bot, InputMediaPhoto
from telegram.error import BadRequest

from bot.sandbox import Sandbox
from bot.sandbox.person import Person

Raw = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


@pytest.fixture
def ana(sandbox: Sandbox) -> Person:
    person = sandbox.person(11, "Ana")
    person.start()
    return person


def drawn(width: int = 300, height: int = 200, kind: str = "JPEG", colour: str = "red") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, kind)
    return written.getvalue()


async def test_a_photo_is_uploaded_then_sent_by_its_name(
    sandbox: Sandbox, api: Bot, ana: Person
) -> None:
    first = await api.send_photo(11, drawn(), caption="<b>Red</b>", parse_mode="HTML")
    again = await api.send_photo(11, first.photo[-1].file_id, caption="Again")

    small, large = first.photo
    assert (large.width, large.height) == (300, 200)
    assert (small.width, small.height) == (90, 60)
    assert (first.caption, first.text) == ("Red", None)
    assert again.photo == first.photo
    assert [m.photo.largest.width for m in ana.chat.messages if m.photo] == [300, 300]


async def test_what_a_person_sends_can_be_fetched(sandbox: Sandbox, api: Bot, ana: Person) -> None:
    data = drawn(colour="blue")
    ana.send_photo(data, caption="The sea", album="1")
    (update,) = [u for u in await api.get_updates(timeout=0) if u.message and u.message.photo]
    assert update.message is not None
    assert (update.message.caption, update.message.media_group_id) == ("The sea", "1")

    file = await api.get_file(update.message.photo[-1].file_id)

    assert file.file_path is not None
    assert file.file_path.partition("/photos/")[2].endswith(".jpg")
    assert bytes(await file.download_as_bytearray()) == data


async def test_photos_are_refused_as_the_real_server_does(
    sandbox: Sandbox, api: Bot, ana: Person
) -> None:
    document = (await api.send_document(11, drawn())).document
    photo = (await api.send_photo(11, drawn())).photo[-1]
    assert document is not None
    for given, words, more in (
        (b"no picture", "IMAGE_PROCESS_FAILED", {}),
        (drawn(2100, 100), "PHOTO_INVALID_DIMENSIONS", {}),
        ("SANDBOX0", "wrong file identifier", {}),
        (document.file_id, "can't use file of type Document as Photo", {}),
        (photo.file_id, "message caption is too long", {"caption": "x" * 1025}),
    ):
        with pytest.raises(BadRequest, match=f"(?i){words}"):
            await api.send_photo(11, given, **more)  # type: ignore[arg-type]
    with pytest.raises(BadRequest, match=r"(?i)can.t use file of type photo as document"):
        await api.send_document(11, photo.file_id)


async def test_captions_and_texts_are_edited_each_in_its_own_way(
    sandbox: Sandbox, api: Bot, ana: Person
) -> None:
    photo = await api.send_photo(11, drawn(), caption="Red")
    words = await api.send_message(11, "Words")

    with pytest.raises(BadRequest, match="no text in the message to edit"):
        await api.edit_message_text("x", 11, photo.message_id)
    with pytest.raises(BadRequest, match="no caption in the message to edit"):
        await api.edit_message_caption(11, words.message_id, caption="x")
    await api.edit_message_caption(11, photo.message_id, caption="Crimson")
    with pytest.raises(BadRequest, match="not modified"):
        await api.edit_message_caption(11, photo.message_id, caption="Crimson")

    shown = ana.chat.message(photo.message_id)
    assert shown is not None
    assert (shown.text, shown.edited is not None) == ("Crimson", True)


async def test_media_are_put_in_the_place_of_a_photo_and_of_a_text(
    sandbox: Sandbox, api: Bot, ana: Person
) -> None:
    photo = await api.send_photo(11, drawn(), caption="Red")
    words = await api.send_message(11, "Words")
    blue = InputMediaPhoto(drawn(colour="blue"), caption="Blue")

    changed = await api.edit_message_media(blue, 11, photo.message_id)
    assert not isinstance(changed, bool)
    named = InputMediaPhoto(changed.photo[-1].file_id, caption="Blue")
    with pytest.raises(BadRequest, match="not modified"):
        await api.edit_message_media(named, 11, photo.message_id)
    await api.edit_message_media(named, 11, words.message_id)

    for ident in (photo.message_id, words.message_id):
        shown = ana.chat.message(ident)
        assert shown is not None
        assert shown.photo is not None
        assert (shown.text, shown.photo.data) == ("Blue", drawn(colour="blue"))


async def test_media_of_other_kinds_and_fields_are_refused(raw: Raw, ana: Person) -> None:
    sent = {"chat_id": 11, "message_id": 1, "media": {"type": "video", "media": "x"}}
    assert (await raw("editMessageMedia", json=sent))[0] == 400
    sent["media"] = {"type": "photo", "media": "x", "colour": "red"}
    status, answer = await raw("editMessageMedia", json=sent)
    assert (status, "colour" in answer["description"]) == (400, True)


async def test_the_page_shows_photos(sandbox: Sandbox, api: Bot, ana: Person) -> None:
    await api.send_photo(11, drawn(kind="PNG"), caption="Red")
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{sandbox.url}/") as answer:
            page = await answer.text()
            assert "img-src 'self'" in answer.headers["Content-Security-Policy"]
        source = page.partition('class="photo" src="')[2].partition('"')[0]
        async with session.get(sandbox.url + source) as answer:
            assert answer.headers["Content-Type"] == "image/jpeg"
            assert Image.open(io.BytesIO(await answer.read())).size == (300, 200)
        document = (await api.send_document(11, b"<script>", filename="x.html")).document
        assert document is not None
        async with session.get(f"{sandbox.url}/photos/{document.file_id}") as answer:
            assert answer.status == 404
