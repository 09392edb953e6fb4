"""The newsroom's feeds as files, for a web server or a network of them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path

import orjson

import bot
from bot.clock import Clock
from bot.errors import Conflict, PolyheraldError, StoreError
from bot.settings import Settings
from bot.site.source import NewsroomFeeds
from bot.store.database import Database, changes
from feeds.documents import DOCUMENTS, feed_path
from feeds.tree import Occupied, Tree
from feeds.web import FeedSite
from translations.text import text

EVERY = 0.25
"""Seconds between looks at the change counter, as a running service takes."""

FAILED = 5.0

STATES = ".exported.json"
"""In this file stands what was exported, so that what is still so need not be made again."""

Step = Callable[[], None]
"""Called for each document that was made."""

Done = Callable[[Tree], None]
Failed = Callable[[PolyheraldError], None]


class Export:
    """Keeps ``folder`` the same as what the service serves below ``/feeds/``."""

    def __init__(self, database: Database, settings: Settings, clock: Clock, folder: Path) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder
        self._source = NewsroomFeeds(database, settings, clock)
        self._site = FeedSite(self._source, settings.base_url, hubs=settings.websub_hubs)
        # Another program, or other settings, may say the same in other words.
        self._words = repr((bot.__version__, settings))

    async def once(self, step: Step) -> Tree:
        """Write what differs, remove what is no more; returns what was done.

        Raises ``PolyheraldError`` where that cannot be; then nothing is removed.
        """
        tree = Tree(self._folder)
        try:
            with tree.alone():
                await self._bring_up_to_date(tree, step)
        except Occupied as error:
            raise Conflict(
                text(
                    "Another export writes into {folder}. Wait until it is through, or end it.",
                    folder=str(self._folder),
                )
            ) from error
        except OSError as error:
            raise StoreError(
                text(
                    "{folder} cannot be written: {reason}. Name another folder, or make room.",
                    folder=str(self._folder),
                    reason=error.strerror or str(error),
                )
            ) from error
        return tree

    async def follow(self, ended: asyncio.Event, done: Done, failed: Failed) -> None:
        """The same whenever something changes, until ``ended``.

        Raises when it cannot be done at all; later on ``failed`` is told why, what was written
        stays, and it is tried again.
        """
        seen = await self._counter()
        done(await self.once(lambda: None))
        pause = EVERY
        while not await _over(ended, pause):
            try:
                counter = await self._counter()
                if counter != seen or self._is_due:
                    done(await self.once(lambda: None))
                seen, pause = counter, EVERY
            except PolyheraldError as error:
                failed(error)
                pause = FAILED

    async def _counter(self) -> int:
        async with self._database.read() as connection:
            return await changes(connection)

    @property
    def _is_due(self) -> bool:
        at = self._source.changes_at
        return at is not None and at <= self._clock.now()

    async def _bring_up_to_date(self, tree: Tree, step: Step) -> None:
        rebuilt = await self._site.refresh()
        for failure in rebuilt.failures:
            raise failure
        before = self._read()
        states: dict[str, list[str]] = {}
        for key, state in self._site.feeds().items():
            first = feed_path(key, DOCUMENTS[0].name)
            said, past = states[first] = [self._mark(value) for value in state]
            said_before, past_before = before.get(first, ("", ""))
            if (said, past) == (said_before, past_before) and tree.keep_feed(first):
                continue
            kept = tree.keep if past == past_before else lambda _path: False
            async for path, page in self._site.documents(key, kept):
                tree.put(path, page)
                step()
        for path in self._site.retired():
            tree.retire(path)
        opml = self._site.list_of_all()
        if opml is not None:
            tree.put(*opml)
        tree.prune()
        if states != before:
            self._write(states)

    def _mark(self, value: Hashable) -> str:
        return hashlib.sha256(repr((self._words, value)).encode()).hexdigest()[:16]

    def _read(self) -> dict[str, list[str]]:
        try:
            return dict(orjson.loads((self._folder / STATES).read_bytes()))
        except (FileNotFoundError, orjson.JSONDecodeError):
            return {}

    def _write(self, states: dict[str, list[str]]) -> None:
        new = self._folder / f"{STATES}.new"
        new.write_bytes(orjson.dumps(states))
        new.replace(self._folder / STATES)


async def _over(ended: asyncio.Event, pause: float) -> bool:
    """Whether it is ``ended``, after at most ``pause`` seconds."""
    with suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), pause)
    return ended.is_set()
