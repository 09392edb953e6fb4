"""A picture decoded and made anew: upright, in sRGB, in a few widths, without its file's notes.

Runs in the process of ``child.py`` and nowhere else: a picture is as hostile as a document.
"""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageCms

from bot.releases.documents.blocks import Refused

WIDTHS = (1600, 800, 400)
"""Pixels: of a large screen, of a phone's, of a small place on a page."""
TALLEST = 3200
MOST_PIXELS = 50_000_000
"""Of a photograph (JPEG), as many as a good camera's: it is decoded at a fraction of its size."""
MOST_PIXELS_WHOLE = 25_000_000
"""Of other kinds, which are decoded whole."""
LEAST_SIDE = 64
MOST_SLENDER = 15
"""Times as long as wide, or as wide as long. Telegram takes 20."""
QUALITY = 82

_FORMATS = ("JPEG", "PNG", "WEBP")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture of that orientation (EXIF) upright."""
_ON_ITS_SIDE = (5, 6, 7, 8)


def read_picture(data: bytes) -> dict[str, Any]:
    """Its media type, and each width with its height and bytes, the widest first. Raises
    :class:`Refused`."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # refused below; Pillow itself only far beyond it
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            lossless = opened.format == "PNG"
            picture = _prepared(opened)
    except Image.DecompressionBombError as error:
        raise Refused("pixels", limit=MOST_PIXELS_WHOLE // 1_000_000) from error
    except (Refused, MemoryError):
        raise
    except Exception as error:  # Pillow's decoders raise whatever a broken file leads them to
        raise Refused("no_picture") from error
    widths = [width for width in WIDTHS if width < picture.width]
    sizes = [picture.width, *widths]
    kind = _smaller_kind(picture) if lossless else "JPEG"
    return {
        "type": f"image/{kind.lower()}",
        "pictures": [
            {"width": made.width, "height": made.height, "data": _base64(_encoded(made, kind))}
            for made in _sized(picture, sizes)
        ],
    }


def _prepared(opened: Image.Image) -> Image.Image:
    width, height = opened.size
    whole = opened.format in ("PNG", "WEBP")
    limit = MOST_PIXELS_WHOLE if whole else MOST_PIXELS
    if width * height > limit:
        raise Refused("pixels", limit=limit // 1_000_000)
    if min(width, height) < LEAST_SIDE:
        raise Refused("small", limit=LEAST_SIDE)
    if max(width, height) > MOST_SLENDER * min(width, height):
        raise Refused("slender", limit=MOST_SLENDER)
    # A JPEG with several pictures in it is a telephone's: the first is the photograph.
    if whole and getattr(opened, "n_frames", 1) > 1:
        raise Refused("moving")
    turn = _orientation(opened)
    wide, tall = (height, width) if turn in _ON_ITS_SIDE else (width, height)
    scale = min(1.0, WIDTHS[0] / wide, TALLEST / tall)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    opened.draft(None, size)
    profile = opened.info.get("icc_profile")
    picture = _in_colour(_plain(opened, size), profile)
    picture = picture.transpose(_TURNS[turn]) if turn in _TURNS else picture
    picture.info = {}
    return picture


def _orientation(opened: Image.Image) -> int:
    try:
        return int(opened.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 – a picture is no worse for broken notes about it
        return 1


def _plain(opened: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture in that size, in a mode that knows neither palette nor transparency."""
    picture: Image.Image = opened
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif picture.mode not in ("L", "RGB", "CMYK", "RGBA", "LA"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if picture.mode in ("RGBA", "LA"):
        # Text in black on nothing cannot be read on a dark page.
        whole = Image.new("RGBA", picture.size, "white")
        whole.alpha_composite(picture.convert("RGBA"))
        picture = whole.convert("RGB")
    return picture


def _in_colour(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """In sRGB, which is what pages and messages are shown in."""
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that does not fit the picture says nothing about it
    return picture.convert("RGB")


def _sized(picture: Image.Image, widths: list[int]) -> Iterator[Image.Image]:
    yield picture
    for width in widths[1:]:
        height = max(1, round(picture.height * width / picture.width))
        yield picture.resize((width, height), Image.Resampling.LANCZOS)


def _smaller_kind(picture: Image.Image) -> str:
    """Flat art is smaller, and sharper, as PNG."""
    return min(("PNG", "JPEG"), key=lambda kind: len(_encoded(picture, kind)))


def _encoded(picture: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    if kind == "PNG":
        picture.save(written, "PNG", optimize=True)
    else:
        picture.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return written.getvalue()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
