"""The seconds before a release goes out, in which it can still be stopped.

The act itself is in the database: the release is queued for a moment that is near, and whoever
plans publishes it then. Here its message is kept up to date, also by a bot that was started anew.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
import telegram
from sqlalchemy import Row, and_, delete, select, update
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.chat import release_card as card
from bot.chat.keyboards import Rows, press
from bot.chat.office import Office
from bot.chat.page import Page, shown
from bot.chat.turn import Turn
from bot.errors import StoreError
from bot.releases import members, repository
from bot.releases.publication import filled_headline
from bot.releases.release import Release, ReleaseState
from bot.releases.review import Role, due_at
from bot.store import tables as t
from translations.catalogs import Catalog, catalog_for
from translations.text import Text, text, texts

LASTS = timedelta(seconds=10)

STEP = 3
"""Seconds between two edits of a message: 10, 7, 4, 1."""

EVERY = 0.5
"""Seconds between two looks."""

PATIENCE = timedelta(seconds=30)
"""How long after its time it may take until somebody publishes what is due."""

_ABOUT_TO = -1
"""In the place of the seconds that a message shows: the release is not queued yet."""

_NOTHING = 1000
"""The same: it is queued, and the message shows nothing yet."""

log = structlog.get_logger(__name__)


def remaining(at: datetime, now: datetime) -> int:
    """Whole seconds until ``at``, none once it has come."""
    return max(0, math.ceil((at - now).total_seconds()))


def outcome_of(release: Release, at: datetime, now: datetime) -> Text | None:
    """What to say in the end; ``None`` while it is still to go out at that time. Pure."""
    if release.state is ReleaseState.PUBLISHED:
        return text("It is out.")
    if release.state is ReleaseState.HELD:
        return text("It was stopped: it did not go out, and is held until you decide.")
    if release.state is not ReleaseState.QUEUED or due_at(release) != at:
        return text("It did not go out. This is how it stands now.")
    if now > at + PATIENCE:
        return text("Its time has come. It goes out as soon as nothing keeps it back.")
    return None


def counting(words: Catalog, release: Release, seconds: int) -> tuple[Page, Rows]:
    """The message while seconds are left."""
    page = Page(words, shown(filled_headline(release, release.original))).name(release.slug)
    if not seconds:
        return page.line(text("It goes out now."), bold=True), []
    page.line(
        texts("It goes out in {n} second.", "It goes out in {n} seconds.", seconds), bold=True
    )
    page.line(text("Until then you can stop it."))
    return page, [[press(text("Stop"), "stop!", release.id)]]


async def prepare(turn: Turn, message_id: int, release: Release, at: datetime) -> None:
    """Note, before the release is queued for ``at``, which message is to count the seconds."""
    row = {
        "chat_id": turn.chat_id,
        "message_id": message_id,
        "release_id": release.id,
        "at": at,
        "staff": turn.user_id,
        "language": turn.words.formats.tag,
        "told": _ABOUT_TO,
    }
    keys = [t.countdown.c.chat_id, t.countdown.c.message_id]
    added = turn.office.database.insert(t.countdown).values(row)
    turn.office.counting.set()
    async with turn.write() as connection:
        await connection.execute(added.on_conflict_do_update(index_elements=keys, set_=row))


async def begin(office: Office, chat_id: int, message_id: int) -> None:
    """Count, in that message: nobody else writes it until the end, so that nothing old comes
    after what is new."""
    await _note(office, chat_id, message_id, _NOTHING)
    office.counting.set()


async def end(office: Office, chat_id: int, message_id: int) -> None:
    """That message is left as it is."""
    async with office.database.write() as connection:
        await connection.execute(delete(t.countdown).where(_of(chat_id, message_id)))


async def is_counting(office: Office, chat_id: int, message_id: int) -> bool:
    query = select(t.countdown.c.release_id).where(_of(chat_id, message_id))
    async with office.database.read() as connection:
        return await connection.scalar(query) is not None


class Countdown:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def run(self, stop: asyncio.Event) -> None:
        """Keep all such messages up to date until ``stop``: those that were begun before this
        bot was started, and those that are begun from here on."""
        self._office.counting.set()
        while not stop.is_set():
            try:
                if self._office.counting.is_set():
                    await self.look()
            except StoreError as error:
                self._office.counting.set()
                log.error("countdowns wait for the database", reason=str(error))
            except Exception:  # nobody else would keep them up to date
                self._office.counting.set()
                log.exception("a countdown could not be kept up to date")
            waiting = asyncio.ensure_future(stop.wait())
            await asyncio.wait([waiting], timeout=EVERY)
            waiting.cancel()

    async def look(self) -> None:
        """Edit the messages that no longer say how it is."""
        self._office.counting.clear()  # before looking: what is begun meanwhile sets it again
        async with self._office.database.read() as connection:
            kept: Sequence[Row[Any]] = (await connection.execute(select(t.countdown))).all()
            releases = await repository.by_ids(connection, {row.release_id for row in kept})
            settings = self._office.settings
            roles = {
                row.staff: await members.roles_of(connection, settings, row.staff) for row in kept
            }
        if kept:
            self._office.counting.set()
        for row in kept:
            await self._bring_up_to_date(row, releases[row.release_id], roles[row.staff])

    async def _bring_up_to_date(
        self, row: Row[Any], release: Release, roles: tuple[Role, ...]
    ) -> None:
        office, now = self._office, self._office.clock.now()
        if row.told == _ABOUT_TO and now < row.at:
            return
        turn = self._turn_of(row, roles)
        if turn.actor is None:  # no longer one of the staff
            await end(office, row.chat_id, row.message_id)
            return
        outcome = outcome_of(release, row.at, now)
        left = remaining(row.at, now)
        if outcome is None and (left == row.told or left > max(0, row.told - STEP)):
            return
        if outcome is None:
            page, buttons = counting(turn.words, release, left)
        else:
            page = await card.describe(turn, release, turn.page(outcome))
            buttons = card.actions(turn, release)
        await self._redraw(turn, page, buttons)
        if outcome is not None:
            await end(office, row.chat_id, row.message_id)
        else:
            await _note(office, row.chat_id, row.message_id, left)

    async def _redraw(self, turn: Turn, page: Page, buttons: Rows) -> None:
        assert turn.message is not None
        try:
            await self._office.redraw(turn.message, page, turn.words, buttons)
        except (BadRequest, Forbidden) as error:  # it is gone, or they have blocked the bot
            log.info("a countdown is not shown any more", error=type(error).__name__)
        except TelegramError as error:  # it goes out all the same
            log.warning("a countdown waits for Telegram", error=type(error).__name__)

    def _turn_of(self, row: Row[Any], roles: tuple[Role, ...]) -> Turn:
        """As if whoever began it had asked once more."""
        user = telegram.User(row.staff, "", is_bot=False)
        chat = telegram.Chat(row.chat_id, "private")
        return Turn(
            office=self._office,
            update_id=0,
            chat_id=row.chat_id,
            words=catalog_for((row.language,)),
            user=user,
            roles=roles,
            message=telegram.Message(row.message_id, self._office.clock.now(), chat),
        )


async def _note(office: Office, chat_id: int, message_id: int, told: int) -> None:
    mine = _of(chat_id, message_id)
    async with office.database.write() as connection:
        await connection.execute(update(t.countdown).where(mine).values(told=told))


def _of(chat_id: int, message_id: int) -> Any:
    return and_(t.countdown.c.chat_id == chat_id, t.countdown.c.message_id == message_id)
