"""What the Bot API is told of a message: as a text, or as the caption of a photo. Pure.

Thousands of subscribers share one message, so what it becomes is worked out once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from bot.transports.base import Message, Photo
from bot.transports.entities import Entity
from bot.transports.fit import Fitted, fit, fit_caption, fit_text

Parameters = dict[str, Any]

NOTHING = Photo(digest="nothing")
"""What is shown in the place of a photo that is to be seen no more. It has no words: one picture
does for all languages."""


IN_A_ROW = 3
"""Buttons to other languages."""


@lru_cache(maxsize=64)
def photo_of(message: Message) -> tuple[str, Parameters] | None:
    """The picture that a message goes out below, and what ``sendPhoto`` says beside it; ``None``
    for one that goes out as a text."""
    fitted = fit(message)
    return (fitted.photo.digest, _caption(fitted)) if fitted.photo is not None else None


@lru_cache(maxsize=64)
def any_photo_of(message: Message) -> tuple[str, Parameters]:
    """The same for what takes the place of a photo, whether it has one itself or not."""
    fitted = fit_caption(message, NOTHING)
    assert fitted.photo is not None
    return fitted.photo.digest, _caption(fitted)


@lru_cache(maxsize=64)
def text_of(message: Message) -> Parameters:
    """What ``sendMessage`` says."""
    return fresh_text_of(message)


def fresh_text_of(message: Message) -> Parameters:
    """The same, for a message that few are sent: it takes the place of none that many are."""
    fitted = fit_text(message)
    content: Parameters = {
        "text": fitted.text,
        "entities": [_entity(entity) for entity in fitted.entities],
        "link_preview_options": {"is_disabled": True},
    }
    if fitted.button is not None:
        # The page itself, not whichever document the text happens to link to first.
        preview: Parameters = {"url": fitted.button[1]}
        large = {"prefer_large_media": True, "show_above_text": True}
        preview |= {"prefer_small_media": True} if message.photo is None else large
        content |= {"link_preview_options": preview, **_keyboard(fitted)}
    return content


def _caption(fitted: Fitted) -> Parameters:
    return {
        "caption": fitted.text,
        "caption_entities": [_entity(entity) for entity in fitted.entities],
        **_keyboard(fitted),
    }


def _keyboard(fitted: Fitted) -> Parameters:
    if fitted.button is None:
        return {}
    further = [fitted.others[at : at + IN_A_ROW] for at in range(0, len(fitted.others), IN_A_ROW)]
    rows = [
        [{"text": label, "url": url} for label, url in row] for row in ([fitted.button], *further)
    ]
    return {"reply_markup": {"inline_keyboard": rows}}


def _entity(entity: Entity) -> Parameters:
    placed = {"type": entity.type, "offset": entity.offset, "length": entity.length}
    return placed | ({"url": entity.url} if entity.url else {})
