"""The pictures that a release's files name: found beside them, and made ready for readers."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot.releases.documents.child import CPU_SECONDS, PICTURE_MEMORY
from bot.releases.intake.apart import taken_apart
from bot.releases.intake.document import Findings, Place
from bot.releases.intake.fields import Fields
from bot.releases.intake.source import read_bytes, shown
from bot.releases.picture import MOST, Picture, Rendition
from translations.text import Text, text

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
NAMED = "JPEG, PNG, WebP"
FILE_LIMIT = 20_000_000
"""Bytes of a picture's file. Telegram lets bots fetch as many."""

_MADE = b"1"
"""Changes whenever the same file would become another picture: names are for ever."""
_KEPT_BYTES = 16_000_000
_KEYS = ("file", "caption", "captions", "credit", "credits", "alt")


def picture_of(
    data: bytes, *, memory: int = PICTURE_MEMORY, seconds: int = CPU_SECONDS
) -> Picture | Text:
    """The picture in a file's bytes, or what is wrong with it. Blocks, for at most a minute."""
    digest = digest_of(data)
    known = _RECENT.get(digest)
    if known is not None:
        return known
    if len(data) > FILE_LIMIT:
        return _too_large(len(data), FILE_LIMIT)
    answer = taken_apart("picture", data, memory, seconds)
    if "refused" in answer:
        return _reason(answer["refused"], dict(answer["values"]))
    made = tuple(base64.b64decode(each["data"]) for each in answer["pictures"])
    picture = Picture(
        digest=digest,
        media_type=answer["type"],
        renditions=tuple(
            Rendition(width=each["width"], height=each["height"], length=len(one))
            for each, one in zip(answer["pictures"], made, strict=True)
        ),
        data=made,
    )
    _RECENT.put(picture)
    return picture


def digest_of(data: bytes) -> str:
    """The name of the picture that is made of a file."""
    return hashlib.sha256(_MADE + data).hexdigest()[:32]


def read_pictures(
    rows: Sequence[Fields],
    folder: Path | None,
    there: Sequence[Path],
    original: str,
    findings: Findings,
) -> tuple[Picture, ...]:
    """What ``pictures`` names, from ``folder``; without one there is no place to look. Those that
    are ``there`` and are not named are pointed out."""
    named = {fields.line("file") for fields in rows}
    for path in there:
        if path.name not in named:
            findings.note(
                Place(shown(path)),
                text("This picture is not shown: “{key}” does not name it.", key="pictures"),
            )
    if len(rows) > MOST:
        findings.fatal(
            rows[MOST].table.place,
            text("A release has at most {most} pictures. Leave out some.", most=MOST),
        )
        return ()
    found: dict[str, Picture] = {}
    for fields in rows:
        fields.refuse_unknown(_KEYS)
        picture = _read(fields, folder)
        if picture is None:
            continue
        if picture.digest in found:
            _wrong(fields, text("This picture is listed twice. Keep one."))
        found[picture.digest] = _with_words(picture, fields, original)
    return tuple(found.values())


def _read(fields: Fields, folder: Path | None) -> Picture | None:
    name = fields.line("file")
    if not name:
        fields.findings.fatal(
            fields.table.place, text("A picture needs its file. Add “file: …”, as in harbour.jpg.")
        )
        return None
    what = _misplaced(name, folder)
    if what is not None or folder is None:
        _wrong(fields, what or _NO_FOLDER)
        return None
    beside = Findings()
    data = read_bytes(folder / name, beside, limit=FILE_LIMIT, excess=_too_large)
    for problem in beside.problems:
        _wrong(fields, text("“{file}”: {problem}", file=name, problem=problem.what))
    if data is None:
        return None
    stored = fields.options.pictures.get(digest_of(data))
    picture = stored or picture_of(data)
    if isinstance(picture, Picture):
        return picture
    _wrong(fields, text("“{file}”: {problem}", file=name, problem=picture))
    return None


def _misplaced(name: str, folder: Path | None) -> Text | None:
    """Why a name is none of a file beside the texts. It is never a path, so it leads nowhere."""
    if "://" in name:
        return text(
            "Pictures are not fetched. Save “{file}” beside the texts, and give its name.",
            file=name[:80],
        )
    if folder is None:
        return _NO_FOLDER
    if not name.isprintable() or name in (".", "..") or set(name) & set("/\\"):
        return text(
            "“{file}” is not the name of a file beside the texts. Put the picture there, and give "
            "its name alone, as in harbour.jpg.",
            file=name[:80].encode("utf-8", "replace").decode(),
        )
    return None


def _with_words(picture: Picture, fields: Fields, original: str) -> Picture:
    captions = _by_language(fields, "caption", "captions", original)
    alternatives = fields.by_language("alt")
    if not captions and not alternatives:
        fields.findings.note(
            fields.table.place,
            text(
                "Nothing says what this picture shows, for those who do not see it. Add a caption, "
                "or an alternative text, as in {example}",
                example="alt: {en: …}",
            ),
        )
    return replace(
        picture,
        captions=captions,
        credits=_by_language(fields, "credit", "credits", original),
        alternatives=alternatives,
        sent=False,
    )


def _by_language(fields: Fields, one: str, many: str, original: str) -> Mapping[str, str]:
    """Texts by language; one that names no language is in the original's."""
    alone = fields.line(one)
    return {**({original: alone} if alone else {}), **fields.by_language(many)}


def _wrong(fields: Fields, what: Text) -> None:
    fields.wrong(fields.table.entries["file"], what)


def _too_large(size: int, limit: int) -> Text:
    return text(
        "The picture has {size} bytes; at most {limit} are taken. Save it smaller, as JPEG.",
        size=size,
        limit=limit,
    )


_NO_FOLDER = text(
    "A text that comes alone brings no picture. Send the picture as well, or import the folder in "
    "which both lie."
)


def _reason(code: object, values: dict[str, int]) -> Text:
    match code:
        case "pixels":
            return text(
                "The picture has more than {limit} million pixels. Save it smaller, as JPEG.",
                limit=values["limit"],
            )
        case "small":
            return text(
                "The picture is too small: it needs {limit} pixels each way. Send a larger one.",
                limit=values["limit"],
            )
        case "slender":
            return text(
                "The picture is more than {limit} times as long as wide. Cut out what matters.",
                limit=values["limit"],
            )
        case "moving":
            return text("The picture moves. Save one frame of it, as JPEG or PNG.")
        case "no_picture":
            return text(
                "This is no picture of the kinds that are taken ({known}), or it is damaged. Save "
                "it as JPEG.",
                known=NAMED,
            )
    return text("The picture takes too much to be read. Save it smaller, as JPEG.")


class _Recent:
    """The pictures made last, up to so many bytes: a folder is read again whenever any file in it
    changes, and an answer given to a question reads once more what was sent."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: str) -> Picture | None:
        with self._lock:
            return self._pictures.get(digest)

    def put(self, picture: Picture) -> None:
        with self._lock:
            self._pictures[picture.digest] = picture
            while sum(len(d) for p in self._pictures.values() for d in p.data) > _KEPT_BYTES:
                self._pictures.popitem(last=False)


_RECENT = _Recent()
