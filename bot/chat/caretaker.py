"""Tells whoever looks after a group or channel, once, what keeps it from getting releases."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from telegram.error import RetryAfter, TelegramError

from bot.audience import repository as audience
from bot.audience.rooms import PIN
from bot.audience.subscriber import Subscriber
from bot.chat.keyboards import Rows, press
from bot.chat.office import TRANSPORT, Office
from bot.chat.page import Page
from bot.chat.posting import may_not_pin
from bot.errors import StoreError
from bot.store import tables as t
from bot.transports.request import NeverSent
from translations.catalogs import catalog_for
from translations.text import Text, text

LOOK_EVERY = 1.0
"""Seconds between looks at what is to be told."""

AT_A_LOOK = 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _News:
    room: Subscriber
    trouble: str
    told: str


class Caretaker:
    """What is wrong is in the row of the room, and of what its admin was told last. That is noted
    before it is told: who looks at the same time, or after a crash, does not tell it again."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._pause = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.look()
            except StoreError as error:
                log.error("rooms wait for the database", reason=str(error))
            except Exception:  # nobody else would tell anybody
                log.exception("an admin could not be told")
            waiting = asyncio.ensure_future(stop.wait())
            await asyncio.wait([waiting], timeout=max(LOOK_EVERY, self._pause))
            self._pause = 0.0
            waiting.cancel()

    async def look(self) -> int:
        """Tell what is to be told; returns how many rooms that was about."""
        s = t.subscriber
        query = select(s.c.address, s.c.trouble, s.c.told).where(t.UNTOLD).limit(AT_A_LOOK)
        async with self._office.database.read() as connection:
            rows = (await connection.execute(query.where(s.c.transport == TRANSPORT))).all()
            found = [
                _News(room=room, trouble=row.trouble, told=row.told)
                for row in rows
                if (room := await audience.find(connection, TRANSPORT, row.address)) is not None
            ]
        for news in found:
            if await self._note(news, news.trouble, before=news.told) and news.trouble:
                await self._tell(news)
        return len(found)

    async def _note(self, news: _News, told: str, *, before: str) -> bool:
        """Whether it was this look, and no other, that noted it."""
        s = t.subscriber
        async with self._office.database.write() as connection:
            noted = await connection.scalar(
                update(s)
                .where(s.c.id == news.room.id, s.c.told == before, s.c.trouble == news.trouble)
                .values(told=told)
                .returning(s.c.id)
            )
        return noted is not None

    async def _tell(self, news: _News) -> None:
        room, office = news.room, self._office
        if not room.added_by:
            return
        async with office.database.read() as connection:
            words = catalog_for(await _languages(connection, room))
        page = Page(words, _what(news))
        rows: Rows = []
        if news.trouble == PIN:
            rows = [[press(text("Posts"), "open", room.address, "p")]]
        try:
            await office.send(int(room.added_by), page, words, rows)
        except (RetryAfter, NeverSent) as error:  # certainly not told
            after = getattr(error, "retry_after", timedelta())
            self._pause = after.total_seconds() if isinstance(after, timedelta) else float(after)
            await self._note(news, news.told, before=news.trouble)
        except TelegramError as error:
            log.info("the admin of a room was not told", error=type(error).__name__)


async def _languages(connection: AsyncConnection, room: Subscriber) -> tuple[str, ...]:
    """The admin's own, else the room's."""
    known = await audience.find(connection, TRANSPORT, room.added_by)
    return (known or room).languages


def _what(news: _News) -> Text:
    title = news.room.name
    match news.trouble:
        case "kicked":
            return text(
                "I am not in “{title}” any more, and it gets no more releases. Add me again, and "
                "it goes on as it was.",
                title=title,
            )
        case "no_rights":
            return text(
                "I may not post in “{title}” any more, and it gets no more releases. Give me that "
                "right again, and it goes on as it was.",
                title=title,
            )
        case "topic_closed":
            return text(
                "The topic in which releases appear, “{title}”, is closed or gone. Open it again, "
                "or write /here in another one.",
                title=title,
            )
    assert news.trouble == PIN
    return may_not_pin(news.room)
