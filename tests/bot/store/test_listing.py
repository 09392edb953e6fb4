"""Lists and search are made anew wherever they are missing, and keep in step."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, func, select, text, update

from bot.releases import lists, search
from bot.releases.lists import EVERYTHING, Shelf
from bot.store import archive, listing, migrate
from bot.store import tables as t
from bot.store.database import Database
from translations.words import terms

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)

BEFORE_LISTS = """
INSERT INTO release (id, slug, original, date, topics, issuer, contact, related,
    required_languages, state, pubstatus, archive, created_at, changed_at)
  VALUES (1, 'charter', 'en', '2026-06-26', '["treaties"]', '{}', '{}', '[]', '[]', 'published',
    'usable', false, '2026-06-26 08:00:00', '2026-06-26 08:00:00'),
   (2, 'gone', 'en', '2026-06-26', '["treaties"]', '{}', '{}', '[]', '[]', 'published',
    'canceled', false, '2026-06-26 08:00:00', '2026-06-26 08:00:00');
INSERT INTO published (id, release_id, slug, original, date, dateline, topics, issuer, contact,
    related, archive, published_at, updated_at, withdrawn_at, lead, revision)
  VALUES (1, 1, 'charter', 'en', '2026-06-26', '', '["treaties"]', '{}', '{}', '[]', false,
    '2026-06-26 08:00:00', '2026-06-26 08:00:00', NULL, 0, 0),
   (2, 2, 'gone', 'en', '2026-06-26', '', '["treaties"]', '{}', '{}', '[]', false,
    '2026-06-26 08:00:00', '2026-06-26 08:00:00', '2026-06-27 08:00:00', 0, 1);
INSERT INTO published_variant (published_id, language, headline, subhead, body, published_at,
    updated_at)
  VALUES (1, 'en', 'The Charter', '', 'It was [signed](https://example.org/hidden) by fifty.',
      '2026-06-26 08:00:00', '2026-06-26 08:00:00'),
    (1, 'zh', '联合国宪章', '', '签署。', '2026-06-26 08:00:00', '2026-06-26 08:00:00'),
    (2, 'en', 'The Charter is gone', '', '', '2026-06-26 08:00:00', '2026-06-26 08:00:00')
"""


async def found(database: Database, asked: str, language: str) -> tuple[int, ...]:
    async with database.read() as connection:
        wanted = terms(asked, language)
        return (await search.find(database, connection, wanted, language)).idents


async def _expect_all(database: Database) -> None:
    assert await found(database, "charter sign", "en") == (1,)
    assert await found(database, '"signed by fifty"', "en") == (1,)
    assert await found(database, "宪章", "zh") == (1,)
    assert await found(database, "gone", "en") == ()
    assert await found(database, "hidden", "en") == ()
    async with database.read() as connection:
        treaties = await lists.page(connection, "zh", Shelf(topic="treaties"), limit=5, offset=0)
        assert [entry.slug for entry in treaties] == ["charter"]
        assert await lists.years(connection, "en") == {2026: 1}


async def _as_before(url: str) -> Database:
    """A database from before there were lists."""
    await asyncio.to_thread(migrate.upgrade, url, "0012")
    database = Database(url)
    async with database.write() as connection:
        for statement in BEFORE_LISTS.split(";\n"):
            await connection.exec_driver_sql(statement)
    return database


async def test_what_was_out_before_is_listed_and_found(empty_url: str) -> None:
    database = await _as_before(empty_url)
    try:
        assert await migrate.ensure(database) is True
        await _expect_all(database)
        # Done twice it is done once.
        async with database.write() as connection:
            await connection.run_sync(listing.fill)
            assert await connection.scalar(select(func.count()).select_from(t.search_text)) == 2
    finally:
        await database.close()


async def test_a_copy_leaves_them_out_and_they_are_there_when_it_is_put_back(
    empty_url: str, database: Database, tmp_path: Path
) -> None:
    source = await _as_before(empty_url)
    await migrate.ensure(source)
    await source.close()
    copy = tmp_path / "copy"
    await asyncio.to_thread(archive.write, empty_url, copy, NOW)
    assert "签署" in gzip.decompress(copy.read_bytes()).decode()
    assert "search_text" not in gzip.decompress(copy.read_bytes()).decode()
    await database.close()
    await asyncio.to_thread(
        archive.restore, database.url, tmp_path / "data", copy, NOW, replace=True
    )
    await _expect_all(database)


async def test_the_index_keeps_in_step_with_the_texts(empty_url: str) -> None:
    database = await _as_before(empty_url)
    try:
        await migrate.ensure(database)
        pv = t.published_variant
        async with database.write() as connection:
            english = pv.c.language == "en"
            await connection.execute(update(pv).where(english).values(headline="The Treaty"))
            await listing.renew(connection, 1)
        assert await found(database, "charter", "en") == ()
        assert await found(database, "treaty", "en") == (1,)
        async with database.write() as connection:
            await connection.execute(delete(t.release).where(t.release.c.id == 1))
        assert await found(database, "treaty", "en") == ()
        async with database.write() as connection:
            assert await lists.count(connection, "en", EVERYTHING) == 0
            if database.is_sqlite:  # fails where the index has what no text has
                check = "INSERT INTO search_words (search_words) VALUES ('integrity-check')"
                await connection.execute(text(check))
    finally:
        await database.close()


async def test_a_text_of_any_length_can_be_published(empty_url: str) -> None:
    database = await _as_before(empty_url)
    try:
        await migrate.ensure(database)
        pv = t.published_variant
        for body in (
            "".join(map(chr, range(0x4E00, 0x9FA0))) * 3,
            " ".join(f"{n:x}" for n in range(15_000)),
            "\U00020000\u0301" * 50_000 + "a" * 100_000 + "\x7f\u202e\ufeff",
        ):
            async with database.write() as connection:
                await connection.execute(update(pv).values(body=body))
                await listing.renew(connection, 1)
            assert await found(database, "charter", "en") == (1,)
    finally:
        await database.close()
