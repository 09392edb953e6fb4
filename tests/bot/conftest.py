"""Pictures for tests: drawn here, as cameras and people save them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageDraw

from bot.releases.intake.pictures import picture_of
from bot.releases.picture import Picture


@pytest.fixture
def photograph() -> Callable[..., bytes]:
    """A picture with soft and sharp places, as a file of that kind; ``seed`` makes another."""

    def made(
        width: int = 900,
        height: int = 600,
        kind: str = "JPEG",
        *,
        mode: str = "RGB",
        seed: int = 0,
        **saved: Any,
    ) -> bytes:
        picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
        pen = ImageDraw.Draw(picture)
        pen.rectangle((0, 0, width // 2, height // 2), fill=(200, 30 + seed, 40))
        pen.ellipse((width // 2, height // 2, width, height), fill=(20, 60, 160))
        written = io.BytesIO()
        picture.convert(mode).save(written, kind, **saved)
        return written.getvalue()

    return made


@pytest.fixture
def picture(photograph: Callable[..., bytes]) -> Callable[..., Picture]:
    """A picture as intake makes it of a file, with words about it."""

    def made(seed: int = 0, **words: Any) -> Picture:
        found = picture_of(photograph(seed=seed))
        assert isinstance(found, Picture)
        return replace(found, **words)

    return made
