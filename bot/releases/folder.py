"""Keeps the office in step with ``releases_dir``: what is changed there is taken in at once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

import structlog

from bot.errors import BadDocument, PolyheraldError
from bot.releases.desk import Desk
from bot.releases.intake import Draft, read
from bot.releases.notices import Notice, in_english, lines
from bot.releases.picture import Picture
from bot.releases.release import Issuer
from bot.releases.review import FOLDER
from bot.settings import Settings
from translations.text import Text

log = structlog.get_logger(__name__)

DEBOUNCE_MILLISECONDS = 300
LOOK_MILLISECONDS = 1000


class Folder:
    """One pass takes in each release's folder by itself: a broken one leaves the others be."""

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        path: Path,
        tell: Callable[[Notice], Awaitable[None]] | None = None,
    ) -> None:
        self._desk = desk
        self._settings = settings
        self._path = path
        self._tell = tell
        self._told: dict[Path, list[str]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Take in everything, then whatever changes, until ``stop``."""
        from watchfiles import awatch

        self._path.mkdir(parents=True, exist_ok=True)
        await self.take_in(self._releases())
        watched = False
        async for changes in awatch(
            self._path,
            stop_event=stop,
            debounce=DEBOUNCE_MILLISECONDS,
            step=50,
            rust_timeout=LOOK_MILLISECONDS,
            yield_on_timeout=True,
        ):
            if not watched:
                # What came after the first pass and before the watch began is caught here.
                watched = True
                await self.take_in(self._releases())
                continue
            touched = {self._release_of(Path(name)) for _, name in changes}
            await self.take_in(sorted(path for path in touched if path and path.is_dir()))

    def _releases(self) -> list[Path]:
        return sorted(
            path
            for path in self._path.iterdir()
            if path.is_dir() and not path.name.startswith((".", "_"))
        )

    def _release_of(self, changed: Path) -> Path | None:
        parts = changed.relative_to(self._path.resolve()).parts if changed.is_absolute() else ()
        if not parts:
            parts = changed.parts[len(self._path.parts) :]
        return self._path / parts[0] if parts and not parts[0].startswith((".", "_")) else None

    async def take_in(self, folders: list[Path]) -> None:
        """Read and file these folders; a problem is told once, until its words change."""
        for folder in folders:
            try:
                stored = await self._desk.pictures_of(folder.name)
                for draft in await asyncio.to_thread(self._read, folder, stored):
                    filed = await self._desk.file(FOLDER, draft.release)
                    if filed.outcome != "same":
                        log.info("taken in", slug=draft.release.slug, outcome=filed.outcome)
                self._told.pop(folder, None)
            except BadDocument as error:
                await self._report(folder, [problem.as_text() for problem in error.problems])
            except PolyheraldError as error:
                await self._report(folder, [error.what])

    def _read(self, folder: Path, stored: Mapping[str, Picture]) -> list[Draft]:
        issuer = self._settings.issuer
        return read(
            [folder],
            languages=self._settings.languages,
            default_zone=self._settings.timezone,
            issuer=Issuer(names=issuer.names, address=issuer.address),
            pictures=stored,
        )

    async def _report(self, folder: Path, problems: list[Text]) -> None:
        said = [in_english(problem) for problem in problems]
        if self._told.get(folder) == said:
            return
        self._told[folder] = said
        for words in said:
            log.error("not taken in", folder=folder.name, reason=words)
        if self._tell is not None:
            await self._tell(Notice(key=_key(folder, said), what=lines(*problems)))


def _key(folder: Path, said: list[str]) -> str:
    """The same for the same problems of the same files, however often the service starts."""
    saved = []
    for file in folder.rglob("*"):
        with suppress(OSError):  # gone meanwhile: then there will be another look
            saved.append(file.stat().st_mtime_ns)
    of = hashlib.sha256("\n".join((*said, str(max(saved, default=0)))).encode("utf-8", "replace"))
    return f"folder/{folder.name}/{of.hexdigest()[:16]}"
