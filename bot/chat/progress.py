"""Messages to staff that show how an announcement goes, and keep themselves up to date."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic

import structlog
import telegram
from sqlalchemy import Row, and_, delete, select, update
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.chat.office import Office
from bot.chat.reports import shown_report
from bot.delivery import ledger, outlook
from bot.delivery.announcement import AnnouncementState
from bot.delivery.outlook import Speed
from bot.delivery.report import Summary, summary_of
from bot.errors import StoreError
from bot.releases import members
from bot.releases.review import Actor
from bot.store import tables as t
from translations.catalogs import catalog_for
from translations.text import Text

EVERY = 3.0
"""Seconds between two looks, and so between two edits of a message."""

BUSY = 10.0
"""Counting a million deliveries takes a while: no more than a tenth of the time is for that."""

log = structlog.get_logger(__name__)


class Progress:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._speeds: dict[int, Speed] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Keep all such messages up to date until ``stop``."""
        while not stop.is_set():
            begun = monotonic()
            try:
                await self.look()
            except StoreError as error:
                log.error("reports wait for the database", reason=str(error))
            except Exception:  # nobody else would keep them up to date
                log.exception("a report could not be kept up to date")
            waiting = asyncio.ensure_future(stop.wait())
            pause = max(EVERY, BUSY * (monotonic() - begun))
            await asyncio.wait([waiting], timeout=pause)
            waiting.cancel()

    async def look(self) -> int:
        """Edit the messages that no longer say how it is; returns how many those were."""
        now = self._office.clock.now()
        async with self._office.database.read() as connection:
            kept = (await connection.execute(select(t.live_report))).all()
            ahead = await outlook.outlook(connection, now) if kept else None
            everybody = await members.everybody(connection, self._office.settings) if kept else ()
            found = {}
            for ident in {row.announcement_id for row in kept}:
                announcement = await ledger.by_id(connection, ident)
                found[ident] = await summary_of(connection, announcement)
        staff = members.actors(everybody)
        self._speeds = {ident: self._speeds.get(ident, Speed()) for ident in found}
        if ahead is None:
            return 0
        when = {
            ident: outlook.finishing(
                summary,
                ahead,
                self._office.settings,
                now,
                self._speeds[ident].at(monotonic(), summary.total - summary.open),
            )
            for ident, summary in found.items()
        }
        return sum(
            [
                await self._bring_up_to_date(
                    row,
                    staff.get(row.staff),
                    found[row.announcement_id],
                    when[row.announcement_id],
                    outlook.fingerprint(found[row.announcement_id], ahead),
                )
                for row in kept
            ]
        )

    async def _bring_up_to_date(
        self,
        row: Row[tuple[object, ...]],
        actor: Actor | None,
        summary: Summary,
        when: Text | None,
        told: str,
    ) -> bool:
        office = self._office
        if actor is None:  # no longer one of the staff
            await self._forget([row.message_id], row.chat_id)
            return False
        words = catalog_for((row.language,))
        page, buttons = shown_report(actor, words, summary, when)
        state = summary.announcement.state
        if state in (AnnouncementState.PAUSED, AnnouncementState.HELD):
            return False  # whoever paused it was told so in its place
        if told != row.told:
            message = telegram.Message(
                row.message_id, office.clock.now(), telegram.Chat(row.chat_id, "private")
            )
            try:
                await office.redraw(message, page, words, buttons)
            except (BadRequest, Forbidden):  # it is gone, or they have blocked the bot
                await self._forget([row.message_id], row.chat_id)
                return False
            except TelegramError as error:
                log.warning("a report waits for Telegram", error=type(error).__name__)
                return False
            await self._note(row, told)
        if state in (AnnouncementState.DONE, AnnouncementState.CANCELLED):
            await self._forget([row.message_id], row.chat_id)
        return bool(told != row.told)

    async def _note(self, row: Row[tuple[object, ...]], told: str) -> None:
        c = t.live_report.c
        mine = and_(c.chat_id == row.chat_id, c.message_id == row.message_id)
        async with self._office.database.write() as connection:
            await connection.execute(update(t.live_report).where(mine).values(told=told))

    async def _forget(self, message_ids: Sequence[int], chat_id: int) -> None:
        c = t.live_report.c
        async with self._office.database.write() as connection:
            await connection.execute(
                delete(t.live_report).where(c.chat_id == chat_id, c.message_id.in_(message_ids))
            )


async def follow(
    office: Office,
    chat_id: int,
    message_id: int,
    staff: int,
    language: str,
    announcement_id: int,
    told: str,
) -> None:
    """Keep that message, which says what was ``told``, up to date from now on, in the place of the
    one before it."""
    c = t.live_report.c
    row = {
        "chat_id": chat_id,
        "message_id": message_id,
        "announcement_id": announcement_id,
        "staff": staff,
        "language": language,
        "told": told,
    }
    async with office.database.write() as connection:
        await connection.execute(
            delete(t.live_report).where(c.chat_id == chat_id, c.announcement_id == announcement_id)
        )
        await connection.execute(office.database.insert(t.live_report).values(row))
