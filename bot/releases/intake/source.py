"""From a file or an upload to text: size, encoding, and characters that are not what they seem."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from bot.releases.intake.document import Findings, Place
from translations.text import Text, text

TEXT_LIMIT = 1_000_000
"""Bytes of one text file. The longest press releases have some tens of thousands."""

_LINE_END = re.compile(r"\r\n|\r|\x0b|\x0c|\u2028|\u2029")
_LINE_END_BYTES = re.compile(rb"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_DIRECTION = re.compile(r"[\u202a-\u202e]")


def shown(path: Path) -> str:
    """``path`` as text that can be printed and stored, whatever bytes it has."""
    return os.fsencode(path).decode("utf-8", "replace")


def _text_too_large(size: int, limit: int) -> Text:
    return text(
        "The file has {size} bytes; a text may have {limit}. Send the text alone, without "
        "pictures.",
        size=size,
        limit=limit,
    )


def read_bytes(
    path: Path,
    findings: Findings,
    *,
    follow: bool = False,
    limit: int = TEXT_LIMIT,
    excess: Callable[[int, int], Text] = _text_too_large,
) -> bytes | None:
    """The content of a plain file of at most ``limit`` bytes; ``excess`` says what is wrong with
    more.

    The size is asked before anything is read. A symbolic link is refused unless ``follow``: in a
    folder that others write to it could lead to any file of this machine.
    """
    place = Place(shown(path))
    flags = os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        _cannot_open(error, place, findings)
        return None
    except ValueError:  # a NUL in the name
        findings.fatal(place, text("There is no such file."))
        return None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        findings.fatal(place, text("This is not a plain file, so it is not read."))
        return None
    with os.fdopen(descriptor, "rb") as file:
        if too_large(status.st_size, place, findings, limit, excess):
            return None
        data = file.read(limit + 1)
    return None if too_large(len(data), place, findings, limit, excess) else data


def too_large(
    size: int,
    place: Place,
    findings: Findings,
    limit: int = TEXT_LIMIT,
    excess: Callable[[int, int], Text] = _text_too_large,
) -> bool:
    if size <= limit:
        return False
    findings.fatal(place, excess(size, limit))
    return True


def decode(data: bytes, where: str, findings: Findings) -> str | None:
    """UTF-8 with or without a byte order mark, as text with ``\\n`` for every kind of line end.

    Odd but harmless characters stay, and are reported; NUL, which no database keeps, is fatal.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        findings.fatal(Place(where, 1), text("The file is in UTF-16. Save it as UTF-8."))
        return None
    try:
        decoded = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(_LINE_END_BYTES.findall(data[: error.start])) + 1
        findings.fatal(
            Place(where, line), text("This line is not in UTF-8. Save the file as UTF-8.")
        )
        return None
    content = _LINE_END.sub("\n", decoded)
    if "\0" in content:
        findings.fatal(
            Place(where, _line_of(content, content.index("\0"))),
            text("There is a NUL character. Remove it, or save the file as plain text."),
        )
        return None
    if found := _CONTROL.search(content):
        findings.note(
            Place(where, _line_of(content, found.start())),
            text("There is an invisible control character; readers will not see it."),
        )
    if found := _DIRECTION.search(content):
        findings.note(
            Place(where, _line_of(content, found.start())),
            text(
                "There is an invisible mark that changes the direction of the text. Check that it "
                "reads as it is meant to."
            ),
        )
    return content


def _line_of(content: str, index: int) -> int:
    return content.count("\n", 0, index) + 1


def _cannot_open(error: OSError, place: Place, findings: Findings) -> None:
    if error.errno == errno.ENOENT:
        what = text("There is no such file.")
    elif error.errno == errno.ELOOP:
        what = text("This is a symbolic link, so it is not read. Put the file itself here.")
    else:
        what = text("The file cannot be read: {reason}.", reason=error.strerror or str(error))
    findings.fatal(place, what)
