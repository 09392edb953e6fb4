"""Documents as files, for a server that serves files: the bytes that a site would send."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from feeds.caching import BROTLI, GZIP, IDENTITY, Encoded
from feeds.documents import CALENDAR, DOCUMENTS, FEEDS_PATH, OPML

SUFFIXES = {IDENTITY: "", GZIP: ".gz", BROTLI: ".br"}
GONE = ".gone"
"""An empty file so named stands beside the place of a document that will not come back."""

_NEW = ".new"
_NAMES = frozenset({*(document.name for document in (*DOCUMENTS, CALENDAR)), OPML})
_READABLE, _ENTERABLE = 0o644, 0o755


class Served(Protocol):
    """A document in its codings, as :class:`feeds.serving.Page` is and ``Representation``."""

    @property
    def encodings(self) -> Mapping[str, Encoded]: ...

    @property
    def last_modified(self) -> datetime: ...


class Occupied(Exception):
    """Somebody else is writing into the same folder."""


class Tree:
    """Files below ``root`` at the documents' own paths, each beside its packed forms.

    Every file is whole at any moment, whatever is killed: it is written beside and renamed. What
    would be the same is not touched. A file's time is that of the document's newest change, so
    that a server's ``Last-Modified`` is true, and always later than that of other bytes that it
    replaces: servers take a file's time and size for its entity tag. All may read it, whatever
    the umask.

    ``root`` may hold other things: only files that are called as documents are get removed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.written = 0
        """Documents, and marks of those that are gone."""
        self.removed = 0
        self._there: set[str] = set()
        self._folders: set[str] = set()
        self._gone: set[str] = set()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Raises ``Occupied`` while another process writes there."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise Occupied(str(self.root)) from error
            yield

    def put(self, path: str, document: Served) -> None:
        """Have ``document`` at ``path``, which is percent-encoded and below the public address."""
        file = self._file(path)
        plain = document.encodings[IDENTITY].body
        moment, before = int(document.last_modified.timestamp()), _modified(file)
        if before is not None:
            moment = before if _holds(file, plain) else max(moment, before + 1)
        changed = False
        # The plain one last: while it is the old one all of this is to be done again.
        for coding, encoded in sorted(document.encodings.items(), key=lambda e: e[0] == IDENTITY):
            beside = file + SUFFIXES[coding]
            if _modified(beside) != moment or not _holds(beside, encoded.body):
                self._write(beside, encoded.body, moment)
                changed = True
        Path(file + GONE).unlink(missing_ok=True)
        self._there.add(file)
        self.written += changed

    def keep(self, path: str) -> bool:
        """Leave what is at ``path`` as it is; whether there is something, in all its forms."""
        file = self._file(path)
        whole = all(_modified(file + suffix) is not None for suffix in SUFFIXES.values())
        if whole:
            self._there.add(file)
        return whole

    def keep_feed(self, path: str) -> bool:
        """Leave all documents of a feed as they are, and its archive's; whether there are any.

        ``path`` is that of its first document.
        """
        if not self.keep(path):
            return False
        folder = str(Path(self._file(path)).parent)
        self._folders |= {folder, f"{folder}/archive"}
        return True

    def retire(self, path: str) -> None:
        """What was at ``path`` will not come back."""
        file = self._file(path)
        if _modified(file + GONE) is None:
            self._write(file + GONE, b"", None)
            self.written += 1
        self._gone.add(file)

    def prune(self) -> None:
        """Remove every document that was not named since this tree was made."""
        top = str(self.root / FEEDS_PATH.strip("/"))
        for folder, _, names in os.walk(top, topdown=False):
            all_stay = not self._folders.isdisjoint((folder, str(Path(folder).parent)))
            for name in names:
                file, suffix = _parted(f"{folder}/{name}")
                if suffix is None or (suffix == GONE and file in self._gone):
                    continue
                if suffix not in (GONE, _NEW) and (all_stay or file in self._there):
                    continue
                Path(f"{folder}/{name}").unlink()
                self.removed += suffix == ""
            if folder != top and not any(Path(folder).iterdir()):
                Path(folder).rmdir()

    def _file(self, path: str) -> str:
        parts = unquote(path).removeprefix("/").split("/")
        if not {"", ".", ".."}.isdisjoint(parts) or parts[-1] not in _NAMES:
            raise ValueError(f"{path!r} is not where a document is")
        return str(self.root.joinpath(*parts))

    def _write(self, file: str, body: bytes, moment: int | None) -> None:
        self._make_folder(Path(file).parent)
        new = Path(file + _NEW)
        with new.open("wb") as opened:
            opened.write(body)
            os.fchmod(opened.fileno(), _READABLE)
        if moment is not None:
            os.utime(new, (moment, moment))
        new.replace(file)

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        if folder != self.root:
            self._make_folder(folder.parent)
        folder.mkdir()
        folder.chmod(_ENTERABLE)


def _modified(file: str) -> int | None:
    """When a file changed, in whole seconds since 1970; ``None`` if there is none."""
    try:
        return int(Path(file).stat().st_mtime)
    except FileNotFoundError:
        return None


def _holds(file: str, body: bytes) -> bool:
    path = Path(file)
    return path.stat().st_size == len(body) and path.read_bytes() == body


def _parted(file: str) -> tuple[str, str | None]:
    """The document's own file, and what follows its name; ``None`` for what is no document's."""
    whole = file.removesuffix(_NEW)
    for suffix in (GONE, *SUFFIXES.values()):
        plain = whole.removesuffix(suffix)
        if whole.endswith(suffix) and Path(plain).name in _NAMES:
            return plain, suffix if whole == file else _NEW
    return file, None
