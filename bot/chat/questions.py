"""What staff sent and were asked about, kept until they answer; a restart forgets none of it."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import delete, insert, select

from bot.chat import incoming
from bot.chat.tray import Sent
from bot.chat.turn import Turn
from bot.errors import NotFound
from bot.releases.intake.formatted import Format
from bot.store import tables as t
from translations.text import text

KEPT = timedelta(days=7)

MOST = 50
"""Questions that one person leaves open; the oldest give way."""


async def keep(turn: Turn, sent: Sent) -> str:
    """Keep it until it is asked for; returns its name, which nobody can guess.

    Of a file only its name with Telegram is kept, of a text all of it.
    """
    name, now, c = secrets.token_hex(6), turn.office.clock.now(), t.tray.c
    kept = {
        "name": sent.name,
        "file_id": sent.file_id,
        "words": "" if sent.file_id else sent.data.decode(),
        "about": sent.about,
        "album": sent.album,
        "language": sent.language,
        "formats": [asdict(each) for each in sent.formats],
    }
    oldest = (
        select(c.name).where(c.sender == sent.sender).order_by(c.at.desc(), c.name).offset(MOST - 1)
    )
    async with turn.office.database.write() as connection:
        await connection.execute(delete(t.tray).where(c.at < now - KEPT))
        await connection.execute(delete(t.tray).where(c.name.in_(oldest)))
        await connection.execute(
            insert(t.tray).values(name=name, sender=sent.sender, sent=kept, at=now)
        )
    return name


async def look(turn: Turn, name: str) -> Sent:
    """What is kept under that name. Raises ``NotFound`` unless this person sent it, and where
    Telegram does not give the file again."""
    c = t.tray.c
    async with turn.office.database.read() as connection:
        kept = await connection.scalar(
            select(c.sent).where(c.name == name, c.sender == turn.user_id)
        )
    if kept is None:
        raise NotFound(text("This question is out of date. Please send the file again."))
    words, file_id = kept.pop("words"), kept["file_id"]
    formats = tuple(Format(**each) for each in kept.pop("formats"))
    data = await incoming.content(turn, file_id, kept["name"]) if file_id else words.encode()
    return Sent(sender=turn.user_id, data=data, formats=formats, **kept)


async def drop(turn: Turn, name: str) -> None:
    async with turn.office.database.write() as connection:
        await connection.execute(
            delete(t.tray).where(t.tray.c.name == name, t.tray.c.sender == turn.user_id)
        )
