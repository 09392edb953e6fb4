"""The switch that stops all sending at once; pages, feeds and conversation go on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, exists, literal
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database, recalled, remember
from bot.store.home import Home
from bot.store.tables import meta
from translations.text import Text, text

KEY = "pause"


class Why(StrEnum):
    """``asked`` by staff; the database ``moved``, or an older one was ``restored`` in its place."""

    ASKED = "asked"
    MOVED = "moved"
    RESTORED = "restored"


@dataclass(frozen=True, kw_only=True)
class Pause:
    """``at`` is since when (UTC). A database that moved: it ``was`` last used there, until
    ``used``, and ``here`` is where it is now."""

    why: Why
    at: datetime
    was: str = ""
    used: datetime | None = None
    here: Home | None = None

    def as_text(self, zone: str) -> Text:
        """What is so, and why, at the wall clock of ``zone``."""
        wall = ZoneInfo(zone)
        since = self.at.astimezone(wall)
        if self.why is Why.ASKED:
            return text(
                "All sending is paused since {moment}. Pages and feeds go on; messages wait.",
                moment=since,
            )
        if self.why is Why.RESTORED:
            return text(
                "All sending is held back since {moment}: this database is older than the one "
                "that was last used here. Some of what it would send may have been sent.",
                moment=since,
            )
        return text(
            "All sending is held back since {moment}: this database was last used at {was}.",
            moment=since,
            was=self.was,
        )

    def question(self, zone: str) -> Text | None:
        """What to ask before sending goes on; ``None``: nothing."""
        used = (self.used or self.at).astimezone(ZoneInfo(zone))
        if self.why is Why.MOVED:
            return text(
                "This database was last used at {was}, on {moment}. Is this the one place that "
                "sends now?",
                was=self.was,
                moment=used,
            )
        if self.why is Why.RESTORED:
            return text(
                "This database knows nothing of what was sent after {moment}. Should it send "
                "from now on?",
                moment=used,
            )
        return None


def is_paused() -> ColumnElement[bool]:
    """Part of the statement that claims: who sends sees the switch in the same transaction."""
    return exists().where(meta.c.key == literal(KEY))


async def paused(connection: AsyncConnection) -> Pause | None:
    """Since when, and why, nothing is sent; ``None``: sending goes on."""
    value = await recalled(connection, KEY)
    if value is None:
        return None
    kept: dict[str, Any] = json.loads(value)
    return Pause(
        why=Why(kept["why"]),
        at=datetime.fromisoformat(kept["at"]),
        was=kept["was"],
        used=datetime.fromisoformat(kept["used"]) if kept["used"] else None,
        here=Home(**kept["here"]) if kept["here"] else None,
    )


async def stop(database: Database, connection: AsyncConnection, pause: Pause) -> None:
    """Nothing is claimed any more once this transaction is committed."""
    await remember(database, connection, KEY, as_value(pause))


def as_value(pause: Pause) -> str:
    """As it is kept under :data:`KEY`."""
    value = {
        "why": pause.why,
        "at": pause.at.isoformat(),
        "was": pause.was,
        "used": pause.used.isoformat() if pause.used else None,
        "here": asdict(pause.here) if pause.here else None,
    }
    return json.dumps(value)


async def go_on(connection: AsyncConnection) -> None:
    await connection.execute(delete(meta).where(meta.c.key == KEY))
