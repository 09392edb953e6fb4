"""Pictures that a release's files name: found, refused with the remedy, and made anew."""

from __future__ import annotations

import base64
import io
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from bot.errors import BadDocument
from bot.releases.documents import child
from bot.releases.documents.blocks import Refused
from bot.releases.documents.raster import read_picture
from bot.releases.intake import Draft, read
from bot.releases.intake.pictures import digest_of, picture_of
from bot.releases.picture import Picture
from translations.text import Text

Photograph = Callable[..., bytes]


def folder_of(place: Path, front: str, **files: bytes) -> Path:
    folder = place / "harbour"
    folder.mkdir()
    (folder / "release.yaml").write_text(f"date: 2026-06-26\noriginal: en\n{front}")
    (folder / "en.md").write_text("# The harbour opens\n\nShips may come.\n")
    (folder / "fr.md").write_text("# Le port ouvre\n\nLes navires arrivent.\n")
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


def taken(folder: Path) -> Draft:
    (draft,) = read([folder], languages=("en", "fr"), default_zone="UTC")
    return draft


def refused(folder: Path) -> list[str]:
    with pytest.raises(BadDocument) as caught:
        read([folder], languages=("en", "fr"), default_zone="UTC")
    said = [str(p.as_text()) for p in caught.value.problems if p.fatal]
    return [words.replace(str(folder) + "/", "") for words in said]


def made(data: bytes) -> list[Image.Image]:
    """What the process makes of a file, here without the process; the widest first."""
    renditions = read_picture(data)["pictures"]
    return [Image.open(io.BytesIO(base64.b64decode(each["data"]))) for each in renditions]


def refusal_of(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read_picture(data)
    return caught.value.code


def reason(data: bytes, **limits: int) -> str:
    found = picture_of(data, **limits)
    assert isinstance(found, Text)
    return str(found)


def test_pictures_with_words_in_each_language_come_with_the_release(
    tmp_path: Path, photograph: Photograph
) -> None:
    front = (
        "pictures:\n"
        "  - file: quay.jpg\n    captions: {en: The quay, fr: Le quai}\n    credit: A. Keeper\n"
        "    alt: {en: Stones in the sun}\n"
        "  - plan.png\n"
    )
    draft = taken(folder_of(tmp_path, front, quay__jpg=photograph(2000, 1000), plan__png=flat()))

    quay, plan = draft.release.pictures
    assert quay.captions == {"en": "The quay", "fr": "Le quai"}
    assert quay.credits == {"en": "A. Keeper"}
    assert quay.alternatives == {"en": "Stones in the sun"}
    assert [(r.width, r.height) for r in quay.renditions] == [(1600, 800), (800, 400), (400, 200)]
    assert [r.length for r in quay.renditions] == [len(data) for data in quay.data]
    assert (plan.media_type, plan.captions) == ("image/png", {})
    (problem,) = draft.problems
    assert "Nothing says what this picture shows" in str(problem.what)
    assert problem.line == 8


def flat() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (300, 200), "navy").save(written, "PNG")
    return written.getvalue()


def test_each_problem_names_the_line_and_the_remedy(tmp_path: Path, photograph: Photograph) -> None:
    front = (
        "pictures:\n"
        "  - {file: ../secret.jpg}\n"
        "  - {file: /etc/passwd}\n"
        "  - {file: https://example.org/a.jpg}\n"
        "  - {file: missing.jpg}\n"
        "  - {file: link.jpg}\n"
        "  - {file: words.jpg}\n"
        "  - {captions: {en: Nothing}}\n"
        "  - {file: quay.jpg, captoins: {en: The quay}}\n"
        "  - {file: quay.jpg}\n"
    )
    folder = folder_of(tmp_path, front, quay__jpg=photograph(), words__jpg=b"no picture")
    (tmp_path / "elsewhere.jpg").write_bytes(photograph(seed=1))
    (folder / "link.jpg").symlink_to(tmp_path / "elsewhere.jpg")

    said = refused(folder)

    beside = "is not the name of a file beside the texts. Put the picture there"
    assert said[0].startswith(f"release.yaml, line 4: “../secret.jpg” {beside}")
    assert said[1].startswith(f"release.yaml, line 5: “/etc/passwd” {beside}")
    assert said[2].startswith("release.yaml, line 6: Pictures are not fetched. Save “https://")
    assert said[3] == "release.yaml, line 7: “missing.jpg”: There is no such file."
    assert said[4].startswith("release.yaml, line 8: “link.jpg”: This is a symbolic link")
    assert said[5].startswith("release.yaml, line 9: “words.jpg”: This is no picture")
    assert said[6].startswith("release.yaml, line 10: A picture needs its file")
    assert said[7] == "release.yaml, line 11: There is no key “captoins”. Is “captions” meant?"
    assert said[8] == "release.yaml, line 12: This picture is listed twice. Keep one."
    assert len(said) == 9


def test_a_picture_that_no_text_names_is_pointed_out(
    tmp_path: Path, photograph: Photograph
) -> None:
    (problem,) = taken(folder_of(tmp_path, "", quay__jpg=photograph())).problems

    assert (Path(problem.where).name, problem.fatal) == ("quay.jpg", False)
    assert "does not name it" in str(problem.what)


def test_a_text_that_comes_alone_brings_no_picture(take: Any, refusal: Any) -> None:
    front = "---\ndate: 2026-06-26\npictures: [quay.jpg]\n---\n# The harbour opens\n\nShips.\n"

    assert "A text that comes alone brings no picture. Send the picture as well" in refusal(
        front, "harbour.en.md"
    )


def test_nothing_of_the_file_is_left_but_what_is_seen(photograph: Photograph) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side
    exif[0x013B] = "Somebody"
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 15.0)  # where it was
    whole = photograph(900, 600, exif=exif, comment=b"secret note", dpi=(300, 300))
    assert b"Somebody" in whole
    assert b"secret note" in whole

    shown, small = made(whole)

    assert (shown.size, small.size) == ((600, 900), (400, 600))
    assert shown.info.keys() & {"exif", "comment", "icc_profile", "dpi"} == set()
    assert dict(shown.getexif()) == {}
    red, green, blue = shown.convert("RGB").getpixel((450, 150))  # type: ignore[misc]
    assert red > 150 > 100 > max(green, blue), "what was at the left stands on top"


def test_other_colours_become_those_of_a_screen(photograph: Photograph) -> None:
    printed = made(photograph(mode="CMYK"))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    profiled = made(photograph(icc_profile=profile))

    for shown in (printed[0], profiled[0]):
        assert shown.mode == "RGB"
        assert "icc_profile" not in shown.info
        red, green, _ = shown.getpixel((100, 100))  # type: ignore[misc]
        assert red > 150 > green


def test_what_is_transparent_becomes_white() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (200, 100), (0, 0, 0, 0)).save(written, "PNG")

    shown = made(written.getvalue())[0].convert("RGB")

    assert shown.getpixel((50, 50)) == (255, 255, 255)


def test_deep_greys_keep_their_shades() -> None:
    written = io.BytesIO()
    Image.new("I;16", (200, 100), 32768).save(written, "PNG")

    shown = made(written.getvalue())[0].convert("L")

    assert abs(int(shown.getpixel((50, 50))) - 128) <= 2  # type: ignore[arg-type]


def test_a_small_picture_is_not_made_larger(photograph: Photograph) -> None:
    assert [each.width for each in made(photograph(500, 300))] == [500, 400]
    assert [each.width for each in made(photograph(90, 70))] == [90]


def test_the_same_file_has_the_same_name_and_another_another(photograph: Photograph) -> None:
    one, again, other = (picture_of(photograph(seed=n)) for n in (0, 0, 1))

    assert isinstance(one, Picture)
    assert isinstance(other, Picture)
    assert one == again
    assert one.digest != other.digest
    assert len(one.digest) == 32


def test_what_is_no_fit_picture_is_refused_with_the_remedy(photograph: Photograph) -> None:
    frames = [Image.new("RGB", (80, 80), colour) for colour in ("red", "blue")]
    moving = io.BytesIO()
    frames[0].save(moving, "WEBP", save_all=True, append_images=frames[1:])
    cartoon = io.BytesIO()
    frames[0].save(cartoon, "GIF")

    no_picture = photograph()[:-4000], cartoon.getvalue(), b"<svg/>", b""

    assert reason(moving.getvalue()).startswith("The picture moves. Save one frame")
    assert re.search(r"JPEG, PNG, WebP.*Save it as JPEG", reason(no_picture[0]))
    assert {refusal_of(data) for data in no_picture} == {"no_picture"}
    assert "needs 64 pixels each way" in reason(photograph(60, 300))
    assert "15 times as long as wide" in reason(photograph(1600, 80))
    assert "at most 20000000 are taken" in reason(b"\xff\xd8" + bytes(20_000_001))


def test_a_telephones_picture_of_several_layers_is_its_photograph(photograph: Photograph) -> None:
    layers = [Image.open(io.BytesIO(photograph(seed=n))) for n in (0, 1)]
    written = io.BytesIO()
    layers[0].save(written, "MPO", save_all=True, append_images=layers[1:])

    shown, *_ = made(written.getvalue())
    red, _, blue = shown.getpixel((20, 20))  # type: ignore[misc]
    assert red > 150 > blue


def test_bombs_cost_no_more_than_the_limits(photograph: Photograph) -> None:
    assert "more than 25 million pixels" in reason(bomb(30_000, 30_000))
    large = photograph(3000, 2000, "PNG")
    assert "takes too much to be read" in reason(large, memory=40 << 20)
    assert child.PICTURE_MEMORY <= 512 << 20


def bomb(width: int, height: int) -> bytes:
    """A small file that says that it is a large picture."""
    written = io.BytesIO()
    Image.new("1", (8, 8)).save(written, "PNG")
    head = b"IHDR" + struct.pack(">II", width, height) + written.getvalue()[24:29]
    whole = written.getvalue()
    return whole[:12] + head + struct.pack(">I", zlib.crc32(head)) + whole[33:]


def test_what_is_stored_already_is_not_made_again(tmp_path: Path, photograph: Photograph) -> None:
    stored = Picture(digest=digest_of(photograph()), media_type="image/jpeg", renditions=())
    folder = folder_of(
        tmp_path, "pictures: [{file: quay.jpg, caption: The quay}]\n", quay__jpg=photograph()
    )

    (draft,) = read(
        [folder],
        languages=("en", "fr"),
        default_zone="UTC",
        pictures={stored.digest: stored},
    )

    assert draft.release.pictures == (replace(stored, captions={"en": "The quay"}),)
    assert draft.release.pictures[0].data == ()
