"""Keeps the menus of commands of staff in step with who belongs to the press office.

Whoever invites or removes somebody – here, on another machine, on the command line – changes who
belongs to it and nothing else; this compares, and tells Telegram what differs.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from hashlib import sha256
from time import monotonic

import structlog
from sqlalchemy import delete, select
from telegram.error import TelegramError

from bot.chat import commands
from bot.chat.office import Office, not_reached
from bot.errors import StoreError
from bot.releases import members
from bot.releases.members import is_admin
from bot.releases.review import Role
from bot.store import tables as t
from bot.store.database import Database
from translations.catalogs import catalog_for

LOOK_EVERY = 1.0
"""Seconds between looks at who belongs to it."""

AGAIN_AFTER = 60.0
"""Seconds after which somebody's menu is tried again, when Telegram did not take it."""

log = structlog.get_logger(__name__)


class Menus:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._not_before: dict[int, float] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Keep all menus in step until ``stop``."""
        while not stop.is_set():
            try:
                await self.look()
            except StoreError as error:
                log.error("menus wait for the database", reason=str(error))
            except Exception:  # nobody else would keep them in step
                log.exception("a menu could not be set")
            waiting = asyncio.ensure_future(stop.wait())
            await asyncio.wait([waiting], timeout=LOOK_EVERY)
            waiting.cancel()

    async def look(self) -> int:
        """Set or take back what is not as it should be; returns how many menus those were."""
        office = self._office
        async with office.database.read() as connection:
            everybody = await members.everybody(connection, office.settings)
            rows = await connection.execute(select(t.staff_menu))
            set_up = {row.user_id: row.menu for row in rows}
        staff = members.actors(everybody)
        changed = 0
        for ident, actor in staff.items():
            wanted = _called(office.bot.id, is_admin(actor.roles))
            if set_up.get(ident) != wanted and self._is_time(ident):
                changed += await self._set(ident, actor.roles)
        for ident in set_up.keys() - staff.keys():
            if self._is_time(ident):
                changed += await self._take_back(ident)
        return changed

    def _is_time(self, user_id: int) -> bool:
        return monotonic() >= self._not_before.get(user_id, 0.0)

    async def _set(self, user_id: int, roles: tuple[Role, ...]) -> bool:
        try:
            await set_for(self._office, user_id, roles)
        except TelegramError as error:
            self._put_off(user_id, error)
            return False
        self._not_before.pop(user_id, None)
        return True

    async def _take_back(self, user_id: int) -> bool:
        office = self._office
        try:
            await commands.take_back(office, user_id)
        except TelegramError as error:
            if not not_reached(error):
                self._put_off(user_id, error)
                return False
        async with office.database.write() as connection:
            await connection.execute(delete(t.staff_menu).where(t.staff_menu.c.user_id == user_id))
        return True

    def _put_off(self, user_id: int, error: TelegramError) -> None:
        self._not_before[user_id] = monotonic() + AGAIN_AFTER
        log.warning("a menu of commands waits for Telegram", error=type(error).__name__)


async def set_for(office: Office, user_id: int, roles: tuple[Role, ...]) -> None:
    """Give a private chat its menu, and note it. Who never started the bot gets it when they do.

    Raises ``TelegramError`` for what is worth another try.
    """
    try:
        await commands.put(office, commands.for_staff(is_admin(roles)), user_id)
    except TelegramError as error:
        if not not_reached(error):
            raise
        log.info("no menu for a member of staff yet", reason="never started the bot")
    await _note(office.database, user_id, _called(office.bot.id, is_admin(roles)))


async def _note(database: Database, user_id: int, menu: str) -> None:
    added = database.insert(t.staff_menu).values(user_id=user_id, menu=menu)
    async with database.write() as connection:
        await connection.execute(
            added.on_conflict_do_update(index_elements=["user_id"], set_={"menu": menu})
        )


@lru_cache(maxsize=8)
def _called(bot_id: int, admin: bool) -> str:
    """A menu, in all languages and with this bot, by a short name."""
    words = [
        f"{name} {catalog_for(tag).render(what)}"
        for tag in commands.languages()
        for name, what in commands.for_staff(admin)
    ]
    return sha256("\n".join((str(bot_id), *words)).encode()).hexdigest()[:16]
