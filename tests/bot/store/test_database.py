"""Both databases keep the same promises."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.errors import StoreError
from bot.releases import chronicle, repository
from bot.releases.chronicle import Log
from bot.store import migrate, migrations
from bot.store import tables as t
from bot.store.database import Database, changes, recalled, shown_url, touch


async def test_an_instant_comes_back_aware_and_in_utc(database: Database) -> None:
    at = datetime(2026, 6, 26, 9, 0, tzinfo=timezone(timedelta(hours=-4)))
    async with database.write() as connection:
        await connection.execute(insert(t.handled_update).values(update_id=2**40, at=at))
    async with database.read() as connection:
        stored = await connection.scalar(select(t.handled_update.c.at))
    assert stored == at
    assert stored.tzinfo is UTC


async def test_a_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="naive datetime"):
        async with database.write() as connection:
            await connection.execute(
                insert(t.handled_update).values(update_id=1, at=datetime(2026, 6, 26))  # noqa: DTZ001
            )


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_an_error_does_not_quote_what_was_bound(database: Database) -> None:
    """It may be an address, and errors are logged."""
    with pytest.raises(IntegrityError) as caught:
        async with database.write() as connection:
            values = {"id": 1, "transport": "telegram", "address": "55512345"}
            await connection.execute(insert(t.subscriber).values(**values))
    assert "55512345" not in str(caught.value)


async def test_a_failed_block_leaves_nothing_behind(database: Database) -> None:
    async def broken() -> None:
        async with database.write() as connection:
            await touch(database, connection)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await broken()
    async with database.read() as connection:
        assert await changes(connection) == 0


async def test_the_change_counter_loses_no_step_among_concurrent_writers(
    database: Database,
) -> None:
    async def once() -> None:
        async with database.write() as connection:
            await touch(database, connection)

    await asyncio.gather(*(once() for _ in range(20)))
    async with database.read() as connection:
        assert await changes(connection) == 20


async def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    def difference(connection: Connection) -> list[object]:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        options = {"compare_type": True, "include_name": ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, t.metadata))

    def ours(name: str | None, kind: str, _parents: object) -> bool:
        if name in ("vector", "ix_search_text_vector"):
            return False  # PostgreSQL's counterpart to a table of FTS5
        return kind != "table" or name in t.metadata.tables

    async with database.read() as connection:
        assert await connection.run_sync(difference) == []


async def test_the_newest_migration_is_the_one_that_is_named(database: Database) -> None:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_heads() == [migrations.HEAD]
    async with database.read() as connection:
        assert await migrate.current(connection) == migrations.HEAD


async def test_a_database_from_the_future_is_refused(database: Database) -> None:
    async with database.write() as connection:
        from sqlalchemy import text

        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer version of Polyherald \(schema 9999\)"):
        await migrate.ensure(database)


async def test_a_migrated_database_is_left_alone(database: Database) -> None:
    assert await migrate.ensure(database) is False


async def test_an_unreachable_server_is_named_without_its_password() -> None:
    database = Database("postgresql://someone:secret@127.0.0.1:1/nothing")
    with pytest.raises(StoreError) as caught:
        async with database.read() as connection:
            await connection.execute(update(t.meta).values(value="x"))
    await database.close()
    assert "127.0.0.1/nothing" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert shown_url(database.url) == "postgresql://127.0.0.1/nothing"


GERMAN = Log("de")
OLD_ROWS = """
INSERT INTO release (id, slug, original, date, topics, issuer, contact, related,
    required_languages, state, pubstatus, archive, created_at, changed_at)
  VALUES (1, 'charter', 'en', '2026-06-26', '[]', '{}', '{}', '[]', '[]', 'published', 'usable',
    false, '2026-06-26 08:00:00', '2026-06-26 08:00:00');
INSERT INTO variant (release_id, language, place, headline, subhead, body, occasion, state,
    written_by, approved_by, approved_original_hash, changed_at)
  VALUES (1, 'en', 0, 'Charter', '', 'Text.', '', 'draft', 'a', '', '', '2026-06-26 08:00:00'),
    (1, 'fr', 1, 'Charte', '', 'Texte.', '', 'approved', 'b', 'c', 'x', '2026-06-26 08:00:00'),
    (1, 'ru', 2, 'Устав', '', 'Текст.', '', 'draft', 'b', '', '', '2026-06-26 08:00:00');
INSERT INTO published (id, release_id, slug, original, date, dateline, topics, issuer, contact,
    related, archive, published_at, updated_at)
  VALUES (1, 1, 'charter', 'en', '2026-06-26', '', '["sea"]', '{}', '{}', '[]', false,
    '2026-06-26 08:00:00', '2026-06-26 08:00:00');
INSERT INTO published_variant (published_id, language, headline, subhead, body, published_at,
    updated_at)
  VALUES (1, 'en', 'Charter', '', 'Text.', '2026-06-26 08:00:00', '2026-06-26 08:00:00'),
    (1, 'fr', 'Charte', '', 'Texte.', '2026-06-26 09:00:00', '2026-06-26 09:30:00');
INSERT INTO meta (key, value) VALUES ('feeds_offered', '[["en", ""], ["de", ""], ["en", "sea"]]');
INSERT INTO observance (id, release_id, origin, every, years, feb29, at, catch_up,
    without_edition, remind, accepted)
  VALUES (1, 1, '1945-06-26', 1, '[]', 'feb28', '', 'same-day', 'announce', '[]', true);
INSERT INTO occurrence (id, observance_id, number, civil_date, state)
  VALUES (1, 1, 82, '2027-06-26', 'coming');
INSERT INTO announcement (id, key, kind, published_id, occurrence_id, state, reason, due_at,
    created_at)
  VALUES (1, 'charter/publication', 'publication', 1, NULL, 'done', '', '2026-06-26 08:00:00',
    '2026-06-26 08:00:00');
INSERT INTO wave (announcement_id, zone, due_at, state)
  VALUES (1, 'UTC', '2026-06-26 08:00:00', 'planned');
INSERT INTO delivery (announcement_id, subscriber_id, language, fallback, state, due_at)
  VALUES (1, 7, 'en', false, 'sent', '2026-06-26 08:00:00')
"""


async def test_an_older_database_keeps_every_row_through_the_migrations(empty_url: str) -> None:
    await asyncio.to_thread(migrate.upgrade, empty_url, "0001")
    database = Database(empty_url)
    try:
        async with database.write() as connection:
            for statement in OLD_ROWS.split(";\n"):
                await connection.exec_driver_sql(statement)
        assert await migrate.ensure(database) is True
        async with database.read() as connection:
            for table in (t.release, t.published, t.observance, t.wave, t.delivery):
                assert await connection.scalar(select(func.count()).select_from(table)) == 1, table
            occurrence = (await connection.execute(select(t.occurrence))).one()
            assert await connection.scalar(select(t.announcement.c.about_id)) is None
            observance = (await connection.execute(select(t.observance))).one()
            kept = (
                await connection.execute(select(t.version).order_by(t.version.c.language))
            ).all()
            original = (await repository.by_id(connection, 1)).variants["en"]
            assert await connection.scalar(select(t.delivery.c.way)) == "send"
            logs = {state.log: state for state in await chronicle.states(connection)}
            entered = await chronicle.page(connection, Log("fr", "sea"), 1)
            offered = await recalled(connection, "feeds_offered")
    finally:
        await database.close()
    assert offered is None
    assert logs.keys() == {
        *(Log(tag, name) for tag in ("en", "fr") for name in ("", "sea")),
        GERMAN,
    }
    assert not logs[GERMAN].is_begun
    assert (logs[Log("fr")].page, logs[Log("fr")].entries) == (1, 1)
    assert logs[Log("fr")].updated_at == datetime(2026, 6, 26, 9, 30, tzinfo=UTC)
    assert [(e.published_id, e.place, e.languages) for e in entered] == [(1, 1, ("en", "fr"))]
    assert [row.language for row in kept] == ["en", "fr"]
    assert kept[0].hash == original.content_hash
    assert kept[0].body == "Text."
    assert kept[0].at == datetime(2026, 6, 26, 8, tzinfo=UTC)
    assert (occurrence.year, occurrence.lead) == (2027, 0)
    assert occurrence.occasion_date == occurrence.civil_date
    assert (observance.calendar, observance.series) == ("gregorian", "charter")
    assert observance.weekend == ["sat", "sun"]
