"""A copy of the database has the pictures in it, waiting and published, to the byte."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import select

from bot.clock import FixedClock
from bot.releases import publication, repository
from bot.releases.picture import Picture
from bot.releases.release import Release, Variant
from bot.store import archive
from bot.store import tables as t
from bot.store.database import Database


async def test_pictures_come_back_as_they_were(
    database: Database, clock: FixedClock, tmp_path: Path, picture: Callable[..., Picture]
) -> None:
    now = clock.now()
    variants = {"en": Variant(language="en", headline="Quay", state="approved")}  # type: ignore[arg-type]
    async with database.write() as connection:
        for slug, out in (("out", True), ("waiting", False)):
            release = Release(
                slug=slug,
                original="en",
                date=date(2026, 6, 26),
                variants=variants,
                pictures=tuple(picture(seed=n) for n in range(3)),
            )
            stored = await repository.save(connection, release, now)
            if out:
                await publication.publish(database, connection, stored, now)
    file = tmp_path / "copy"
    archive.write(database.url, file, now)
    copy = Database(f"sqlite:///{tmp_path / 'other' / 'polyherald.db'}")

    archive.restore(copy.url, tmp_path / "other", file, now)

    for table in (t.picture, t.published_picture):
        query = select(table).order_by(*table.primary_key)
        async with database.read() as one, copy.read() as other:
            before = [tuple(row) for row in await one.execute(query)]
            assert [tuple(row) for row in await other.execute(query)] == before
        assert len(before) == 3 * len(picture().renditions)
        assert picture().data[0] in {row[4] for row in before}
    await copy.close()
