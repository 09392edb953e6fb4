"""Updates as they come in: each handled once, those of one chat in order, none fatal."""

from __future__ import annotations

import asyncio
import traceback
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

import structlog
import telegram
from sqlalchemy import delete
from telegram.error import TelegramError

from bot.chat import dispatch
from bot.chat.lines import Lines
from bot.chat.office import Office, not_reached
from bot.chat.turn import Handled, Turn, words_for
from bot.errors import BadDocument, PolyheraldError, StoreError
from bot.store import tables as t
from translations.text import text

KINDS = ("message", "callback_query", "inline_query", "my_chat_member")
"""What Telegram is asked for (Bot API, ``allowed_updates``)."""

KEPT = timedelta(days=2)
"""Telegram keeps updates for 24 hours: older ones are never repeated."""

log = structlog.get_logger(__name__)


class Updates:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._lines: Lines[telegram.Update] = Lines(self._serve)
        self._pruned: datetime | None = None

    async def below(self, count: int) -> None:
        """Wait until at most ``count`` updates stand in line."""
        await self._lines.below(count)

    def take(self, raw: dict[str, Any]) -> asyncio.Future[bool] | None:
        """Put one update in line. The future is false when Telegram should give it again;
        ``None`` stands for an update with which nothing is to be done."""
        try:
            update = telegram.Update.de_json(raw, self._office.bot)
            chat, user = update.effective_chat, update.effective_user
        except Exception as error:  # noqa: BLE001 – a newer Bot API may send anything
            log.warning("update not understood", error=type(error).__name__)
            return None
        # What is asked inline comes from a person, and from no chat.
        key = chat.id if chat is not None else user.id if user is not None else 0
        place = self._lines.join(key, update)
        if place is None:
            log.warning("update dropped: too many from one chat", update=update.update_id)
        return place

    async def drain(self) -> None:
        await self._lines.drain()

    async def close(self) -> None:
        await self._lines.close()

    async def prune(self) -> None:
        """Forget, at most once an hour, the updates that cannot come again."""
        now = self._office.clock.now()
        if self._pruned is not None and abs(now - self._pruned) < timedelta(hours=1):
            return
        async with self._office.database.write() as connection:
            await connection.execute(
                delete(t.handled_update).where(t.handled_update.c.at < now - KEPT)
            )
        self._pruned = now

    async def _serve(self, update: telegram.Update) -> bool:
        turn = None
        try:
            turn = await self._turn(update)
            if not await turn.is_handled():
                await dispatch.dispatch(turn, update)
                if update.inline_query is None:  # which is only read for, and may be once more
                    await turn.claim()
        except Handled:
            log.debug("update already handled", update=update.update_id)
        except StoreError as error:
            log.error("update waits for the database", reason=str(error))
            return False
        except Exception as error:  # noqa: BLE001 – one person's trouble is not everybody's
            await self._apologise(turn, update, error)
        if turn is not None:
            await turn.answer()
        return True

    async def _turn(self, update: telegram.Update) -> Turn:
        query, user, chat = update.callback_query, update.effective_user, update.effective_chat
        message = query.message if query is not None else update.message
        turn = Turn(
            office=self._office,
            update_id=update.update_id,
            chat_id=chat.id if chat is not None else 0,
            words=words_for(self._office, user, None),
            user=user,
            message=message if isinstance(message, telegram.Message) else None,
            query=query,
        )
        if user is not None:
            await turn.reload()
        return turn

    async def _apologise(
        self, turn: Turn | None, update: telegram.Update, error: Exception
    ) -> None:
        """Say what is wrong where the person can do something; log the rest, without content."""
        if isinstance(error, TelegramError):
            log.warning("no answer given", update=update.update_id, error=type(error).__name__)
            if not_reached(error):
                return
        elif not isinstance(error, PolyheraldError):
            log.error(
                "update failed",
                update=update.update_id,
                error=type(error).__name__,
                where=_where(error),
            )
        if turn is None or not (turn.private or turn.query is not None):
            return
        what = (
            error.what
            if isinstance(error, PolyheraldError) and not isinstance(error, BadDocument)
            else text("Something went wrong here. It has been noted; please try again later.")
        )
        try:
            await turn.note(what, alert=True)
            await turn.claim()
        except (TelegramError, StoreError, Handled) as further:
            log.info("no answer given", update=update.update_id, error=type(further).__name__)


def _where(error: Exception) -> list[str]:
    """The way to the error in file names and lines: values could be anybody's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames[-6:]]
