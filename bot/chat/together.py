"""What staff sent together, as an album: a restart in the middle does not part it.

Telegram delivers an album as one message for each file, within seconds; what is asked about it may
be answered days later.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select

from bot.chat import incoming
from bot.chat.questions import KEPT
from bot.chat.tray import Album, Sent, Shot, Shots
from bot.chat.turn import Turn
from bot.errors import BadDocument, NotFound
from bot.releases.intake import Draft, LanguageUnsure
from bot.releases.release import Release
from bot.store import tables as t

TEXTS, PICTURES = "texts", "pictures"


async def shots(turn: Turn, album: str) -> Shots | None:
    """What is known of the pictures that came with one of that album; "" for none."""
    kept = await _look(turn, PICTURES, album)
    if kept is None:
        return None
    waiting = tuple(Shot(**each) for each in kept.pop("waiting"))
    return Shots(waiting=waiting, **kept)


async def put_shots(turn: Turn, album: str, found: Shots) -> None:
    """Note it with the update's being handled: repeated, a picture is not there twice."""
    await _put(turn, PICTURES, album, asdict(found))


async def album_of(turn: Turn, sent: Sent) -> Album | None:
    """What the files that came with ``sent`` have become; read again where another process has
    taken them in. One that cannot be read any more parts them: then it is asked where it belongs.
    """
    known = turn.office.tray.album(sent)
    if known is not None:
        return known
    kept = await _look(turn, TEXTS, sent.album)
    if kept is None:
        return None
    try:
        drafts = [await _read(turn, each) for each in kept["files"]]
    except (NotFound, BadDocument, LanguageUnsure):
        return None
    album = Album(kept["slug"], tuple(drafts))
    turn.office.tray.add(sent, album)
    return album


async def note(turn: Turn, sent: Sent, draft: Draft, release: Release) -> None:
    """Remember where a file of an album is filed: others may still be coming."""
    if not sent.album:
        return
    known = await album_of(turn, sent)
    if known is not None and known.slug != release.slug:
        return
    drafts = (*known.drafts, draft) if known is not None else (draft,)
    turn.office.tray.add(sent, Album(release.slug, drafts))
    kept = await _look(turn, TEXTS, sent.album) or {"files": []}
    one = {"name": sent.name, "file_id": sent.file_id, "language": sent.language}
    files = [*kept["files"], {**one, "about": sent.about}]
    await _put(turn, TEXTS, sent.album, {"slug": release.slug, "files": files})


async def _read(turn: Turn, kept: dict[str, Any]) -> Draft:
    data = await incoming.content(turn, kept["file_id"], kept["name"])
    sent = Sent(sender=turn.user_id, data=data, **kept)
    return await asyncio.to_thread(incoming.read, turn, sent)


async def _look(turn: Turn, kind: str, album: str) -> dict[str, Any] | None:
    if not album:
        return None
    c = t.album.c
    mine = c.sender == turn.user_id, c.kind == kind, c.name == album
    async with turn.office.database.read() as connection:
        kept: dict[str, Any] | None = await connection.scalar(select(c.kept).where(*mine))
    return kept


async def _put(turn: Turn, kind: str, album: str, kept: dict[str, Any]) -> None:
    if not album:
        return
    now, key = turn.office.clock.now(), ["sender", "kind", "name"]
    row = {"sender": turn.user_id, "kind": kind, "name": album, "kept": kept, "at": now}
    added = turn.office.database.insert(t.album).values(row)
    async with turn.write() as connection:
        await connection.execute(delete(t.album).where(t.album.c.at < now - KEPT))
        await connection.execute(
            added.on_conflict_do_update(index_elements=key, set_={"kept": kept, "at": now})
        )
