"""The process that takes one document or picture apart: bytes on stdin, JSON on stdout.

Started anew for each document, under limits that the kernel enforces: whatever the document is,
it costs no more than them, and the service not more than its wait.
"""

from __future__ import annotations

import codecs
import json
import re
import resource
import sys
from collections.abc import Sequence
from typing import Any

from bot.releases.documents.blocks import Refused, to_json
from bot.releases.documents.hypertext import read_html

MEMORY = 300 << 20
"""Bytes of address space."""
PICTURE_MEMORY = 512 << 20
"""The same for a picture, which has four bytes for each of its points."""
CPU_SECONDS = 10
OUTPUT = 24 << 20
"""Bytes of the answer. A text of the greatest length has less than half, even escaped."""
COMPLICATED = "complicated"
"""What is said of a document that does not keep within the limits."""

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.I)
_ENCODINGS = re.compile(
    r"utf-?8|utf-?16(?:[lb]e)?|us-?ascii|(?:windows|cp)-?(?:125[0-8]|874|1251)|iso-?8859-?\d{1,2}"
    r"|koi8-?[ru]|gb2312|gbk|gb18030|big5(?:-?hkscs)?|shift[_-]?jis|euc-?(?:jp|kr|cn)",
    re.IGNORECASE,
)


def main(arguments: Sequence[str]) -> int:
    """``arguments``: the kind (``docx``, ``html`` or ``picture``), bytes of memory, seconds of
    CPU time."""
    kind, memory, seconds = arguments[0], int(arguments[1]), int(arguments[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = _taken_apart(kind, sys.stdin.buffer.read())
    except Refused as refused:
        answer = _refusal(refused.code, **refused.values)
    except (RecursionError, MemoryError):
        answer = _refusal(COMPLICATED)
    sys.stdout.write(json.dumps(answer))
    return 0


def _taken_apart(kind: str, data: bytes) -> dict[str, Any]:
    if kind == "picture":
        from bot.releases.documents.raster import read_picture

        return read_picture(data)
    if kind == "html":
        return to_json(read_html(_decoded(data)))
    from bot.releases.documents.word import read_word

    return to_json(read_word(data))


def _refusal(code: str, **values: str | int) -> dict[str, Any]:
    return {"refused": code, "values": values}


def _decoded(data: bytes) -> str:
    """The page as text: by its mark of UTF, else by its own word, else as UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    else:
        found = _CHARSET.search(data[:4096])
        encoding = found[1].decode("ascii") if found else "utf-8"
        if not _ENCODINGS.fullmatch(encoding):
            raise Refused("encoding", name=encoding)
        if encoding.lower().startswith("utf-16"):  # else this could not have been read
            encoding = "utf-8"
    try:
        content = data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise Refused("undecodable", name=encoding, line=data.count(b"\n", 0, at) + 1) from error
    if "\0" in content:
        raise Refused("nul", line=content.count("\n", 0, content.index("\0")) + 1)
    return content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
