"""Which feeds were offered once and are no more, so that their readers are told to stop."""

from __future__ import annotations

from collections.abc import Collection

import orjson
from sqlalchemy import select

from bot.store.database import Database
from bot.store.tables import meta
from feeds.model import FeedKey

OFFERED = "feeds_offered"


async def keys(database: Database, live: Collection[FeedKey]) -> tuple[FeedKey, ...]:
    """Those ever offered that are not ``live``; what is live counts as offered from now on."""
    kept = select(meta.c.value).where(meta.c.key == OFFERED)
    async with database.read() as connection:
        known = _read(await connection.scalar(kept))
    if not known.issuperset(live):
        async with database.write() as connection:
            known = _read(await connection.scalar(kept)) | set(live)
            written = orjson.dumps(sorted((key.language, key.topic) for key in known)).decode()
            added = database.insert(meta).values(key=OFFERED, value=written)
            await connection.execute(
                added.on_conflict_do_update(
                    index_elements=[meta.c.key], set_={"value": added.excluded.value}
                )
            )
    return tuple(sorted(known.difference(live), key=lambda key: (key.language, key.topic)))


def _read(value: str | None) -> set[FeedKey]:
    return {FeedKey(language, topic) for language, topic in orjson.loads(value or "[]")}
