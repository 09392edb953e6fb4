"""Pictures by the names that a bot's server gave them: each is uploaded once, then named."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

import structlog
from sqlalchemy import delete, select
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.errors import StoreError
from bot.releases import library
from bot.releases.picture import PNG
from bot.store import tables as t
from bot.store.database import Database
from bot.transports.content import NOTHING
from bot.transports.request import AiohttpRequest

REMEMBERED = 1000
PATIENCE = 15.0
"""Seconds to wait while a picture is being uploaded for somebody else."""

FIELD = "photo"
"""In which a picture's file is sent."""

Posted = Callable[[str], dict[str, Any]]
"""What a method is told when it is to post the picture of that name, or ("") the file with it."""

_NOT_THERE = (
    "rights to send photo",
    "send_photos_forbidden",
    "send_media_forbidden",
    "image_process_failed",
    "photo_invalid",
)
_UNKNOWN = ("wrong file identifier", "wrong remote file", "wrong file_id", "file reference")

log = structlog.get_logger(__name__)


class Photos:
    """``bot`` tells bots apart: a name is good for the one that it was given to."""

    def __init__(self, database: Database, bot: str) -> None:
        self._database = database
        self._bot = bot
        self._names: OrderedDict[str, str] = OrderedDict()
        self._uploading = asyncio.Lock()

    async def post(
        self,
        request: AiohttpRequest,
        url: str,
        digest: str,
        posted: Posted,
        *,
        paid: bool = False,
    ) -> Any:
        """What posting a picture results in: by its name, else with its file.

        ``None`` where there is no such picture, or none may be posted there: then nothing was.
        Raises PTB's errors, and before anything was posted ``StoreError`` and ``TimeoutError``.
        """
        while True:
            name = await self.name(digest)
            try:
                if name:
                    return await request.call(url, posted(name), paid=paid)
                async with self._turn():
                    if await self.name(digest):
                        continue  # somebody else has uploaded it meanwhile
                    file = await self.file(digest)
                    if file is None:
                        return None
                    result = await request.upload(url, posted(""), (FIELD, *file), paid=paid)
                    await self.learn(digest, _name_in(result))
                    return result
            except (BadRequest, Forbidden) as error:
                if says(error, _NOT_THERE):
                    return None
                if not name or not says(error, _UNKNOWN):
                    raise
                await self.forget(digest, name)

    async def name(self, digest: str) -> str:
        """ "" for a picture that the server has not had yet. Raises ``StoreError``."""
        if (known := self._names.get(digest)) is not None:
            return known
        p = t.photo.c
        query = select(p.file_id).where(p.bot == self._bot, p.digest == digest)
        async with self._database.read() as connection:
            found: str | None = await connection.scalar(query)
        if found is not None:
            self._remember(digest, found)
        return found or ""

    async def file(self, digest: str) -> tuple[str, bytes] | None:
        """Media type and bytes; ``None`` for a picture that is not here any more."""
        if digest == NOTHING.digest:
            return PNG, (files("bot.transports") / "nothing.png").read_bytes()
        async with self._database.read() as connection:
            return await library.widest_file(connection, digest)

    async def learn(self, digest: str, name: str) -> None:
        """Keep a name, here and for other workers. That these learn it is not worth a failure:
        they upload it themselves."""
        if not name:
            return
        self._remember(digest, name)
        added = self._database.insert(t.photo).values(bot=self._bot, digest=digest, file_id=name)
        p = t.photo.c
        try:
            async with self._database.write() as connection:
                await connection.execute(
                    added.on_conflict_do_update(
                        index_elements=[p.bot, p.digest], set_={"file_id": added.excluded.file_id}
                    )
                )
        except StoreError as error:
            log.warning("the name of a picture was not kept", reason=str(error))

    async def forget(self, digest: str, name: str) -> None:
        """The server does not know that name any more. Raises ``StoreError``."""
        if self._names.get(digest) == name:
            del self._names[digest]
        p = t.photo
        async with self._database.write() as connection:
            await connection.execute(
                delete(p).where(p.c.bot == self._bot, p.c.digest == digest, p.c.file_id == name)
            )

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """To upload: one at a time; raises ``TimeoutError`` where that takes long."""
        async with asyncio.timeout(PATIENCE):
            await self._uploading.acquire()
        try:
            yield
        finally:
            self._uploading.release()

    def _remember(self, digest: str, name: str) -> None:
        self._names[digest] = name
        while len(self._names) > REMEMBERED:
            self._names.popitem(last=False)


def says(error: TelegramError, words: Iterable[str]) -> bool:
    said = error.message.lower()
    return any(each in said for each in words)


def _name_in(result: Any) -> str:
    """The name of the photo in a message, "" where there is none: then it is uploaded again."""
    try:
        return str(result["photo"][-1]["file_id"])
    except (KeyError, TypeError, IndexError):
        return ""
