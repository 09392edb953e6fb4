"""A release with a picture: what each subscriber's chat shows, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.delivery.outcome import DeliveryState
from bot.releases.correction import Kind
from bot.releases.gallery import Added, Described, Removed
from bot.releases.picture import Picture
from bot.releases.review import OPERATOR
from bot.sandbox.message import Message

MakePicture = Callable[..., Picture]
ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])
"""Where the database makes no difference."""


@pytest.fixture
def lamp(picture: MakePicture) -> Picture:
    return picture(captions={"en": "The lamp", "fr": "La lampe"}, credits={"en": "A. Keeper"})


def shown(office: Any, ident: int) -> Message:
    """The message that brought the release, as the chat shows it now."""
    return next(m for m in office.sandbox.chat(ident).messages if m.from_bot)


@ON_ONE
async def test_everybody_gets_it_with_a_caption_in_their_language(
    office: Any, lamp: Picture
) -> None:
    for ident, language in ((1, "en"), (2, "fr"), (3, "zh"), (4, "fr")):
        await office.subscribe(ident, language)
    await office.release(pictures=(lamp,))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()

    assert set((await office.states()).values()) == {"sent"}
    for ident in (1, 2, 3, 4):
        (message,) = [m for m in office.sandbox.chat(ident).messages if m.from_bot]
        assert message.photo is not None
        assert message.photo.data == lamp.data[0]
    assert "\n\nThe lamp Picture: A. Keeper\n\n" in shown(office, 1).text
    assert "\n\nLa lampe " in shown(office, 2).text
    assert "\n\nThe lamp " in shown(office, 3).text, "the original's, where there is no other"
    uploads = [
        c for c in office.sandbox.calls.of("sendPhoto") if isinstance(c.params["photo"], str)
    ]
    assert len(office.sandbox.calls.of("sendPhoto")) - len(uploads) == 1


@ON_ONE
async def test_a_correction_of_the_picture_reaches_whoever_has_it(
    office: Any, lamp: Picture, picture: MakePicture
) -> None:
    await office.subscribe(1, "en")
    await office.subscribe(2, "fr")
    await office.release(pictures=(lamp,))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()

    said = Described(digest=lamp.digest, language="en", caption="The old lamp", credit="B. Keeper")
    await office.desk.illustrate(OPERATOR, "lighthouse", said)
    await office.later(minutes=1)
    assert "The lamp" in shown(office, 1).text, "nothing goes out by itself"
    await office.desk.correct(OPERATOR, "lighthouse", Kind.CORRECTION, {"en": "It is the old one."})
    await office.later(minutes=1)

    assert "The old lamp Picture: B. Keeper" in shown(office, 1).text
    assert "It is the old one." in shown(office, 1).text
    assert "Corrected" in office.texts(1)[-1]
    assert "La lampe Image\N{NO-BREAK SPACE}: B. Keeper" in shown(office, 2).text, (
        "the credit is theirs as well"
    )

    other = picture(seed=1, captions={"en": "The new lamp"})
    await office.desk.illustrate(OPERATOR, "lighthouse", Added(picture=other))
    await office.desk.illustrate(OPERATOR, "lighthouse", Removed(digest=lamp.digest))
    await office.desk.correct(OPERATOR, "lighthouse", Kind.TYPO, {})
    await office.later(minutes=1)

    for ident in (1, 2):
        photo = shown(office, ident).photo
        assert photo is not None
        assert photo.data == other.data[0]
    assert {e.state for e in await office.entries()} == {DeliveryState.SENT}


async def test_a_withdrawal_takes_the_picture_out_of_every_chat(office: Any, lamp: Picture) -> None:
    await office.subscribe(1, "en")
    await office.release(pictures=(lamp,))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()

    await office.desk.withdraw(OPERATOR, "lighthouse", {"en": "It was another lamp."})
    await office.later(minutes=1)

    message = shown(office, 1)
    assert "It was another lamp." in message.text
    assert "The lamp" not in message.text
    assert message.photo is None or message.photo.data != lamp.data[0]
    assert {e.state for e in await office.entries()} == {DeliveryState.SENT}


@ON_ONE
async def test_a_late_translation_takes_the_place_of_what_was_sent(
    office: Any, lamp: Picture
) -> None:
    office.settings = office.settings.model_copy(update={"completeness": "fallback"})
    office.planner._settings = office.settings
    await office.subscribe(2, "fr")
    await office.release(approve=("en",), pictures=(lamp,))
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()
    assert "The lamp" in shown(office, 2).text

    await office.desk.approve(OPERATOR, "lighthouse", ["fr"])
    await office.later(minutes=1)

    message = shown(office, 2)
    assert message.photo is not None
    assert message.text.startswith("Lighthouse news in fr")
    assert "La lampe" in message.text


@ON_ONE
async def test_an_opening_too_long_for_a_caption_goes_out_as_a_text_with_the_page(
    office: Any, lamp: Picture
) -> None:
    await office.subscribe(1, "en")
    release = await office.release("lighthouse", "en", approve=(), pictures=(lamp,))
    variant = replace(release.variants["en"], body="Ships may come. " * 100)
    await office.desk.file(OPERATOR, replace(release, variants={"en": variant}))
    await office.desk.approve(OPERATOR, "lighthouse", ["en"])
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.run()

    message = shown(office, 1)
    assert message.photo is None
    assert message.preview is not None
    assert message.preview["prefer_large_media"] is message.preview["show_above_text"] is True
    assert message.preview["url"].endswith("/en/releases/lighthouse")
    assert len(message.text) > 1024
