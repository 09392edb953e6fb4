"""Bring a database to the schema of this version, or say why it cannot be used."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.store import listing, migrations
from bot.store.database import Database, blocking_engine
from translations.text import text

NEWEST = "head"
LOCK = 0x706F6C79  # one migration at a time on PostgreSQL; any number does


async def ensure(database: Database) -> bool:
    """Migrate when the database is empty or older; returns whether anything was done.

    Raises ``StoreError`` for a database from the future: a newer version's tables may mean
    something else than this one thinks.
    """
    async with database.read() as connection:
        version = await connection.run_sync(_version)
    if version == migrations.HEAD:
        return False
    if version is not None and version not in known_versions():
        raise StoreError(
            text(
                "The database was made by a newer version of Polyherald (schema {version}). "
                "Install that version, or use another database_url.",
                version=version,
            )
        )
    await asyncio.to_thread(upgrade, database.url)
    return True


async def current(connection: AsyncConnection) -> str | None:
    """The schema version of the database, ``None`` for an empty one."""
    return await connection.run_sync(_version)


def known_versions() -> set[str]:
    """Every version that this program can migrate from."""
    folder = Path(migrations.__file__).parent / "versions"
    return {file.name.split("_")[0] for file in folder.glob("[0-9]*.py")}


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(sql("SELECT version_num FROM alembic_version"))
    return version


def upgrade(url: str, to: str = NEWEST) -> None:
    """Run every migration that is missing; blocks. One at a time, whoever else tries.

    What is made from other tables is made here, by the program that will keep it: a migration
    must mean the same for ever.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with blocking_engine(url) as engine, engine.connect() as connection:
        on_sqlite = engine.dialect.name == "sqlite"
        if on_sqlite:
            # SQLite alters a table by making it anew. With foreign keys on, dropping the old one
            # would take with it every row elsewhere that refers to it.
            _outside_transactions(connection, "PRAGMA foreign_keys=OFF")
        with connection.begin():
            if not on_sqlite:
                connection.execute(sql(f"SELECT pg_advisory_xact_lock({LOCK})"))
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            if to == NEWEST:
                listing.fill(connection)
            if on_sqlite:
                _demand_whole(connection)
            else:
                _make_queue(connection)


def _outside_transactions(connection: Connection, statement: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(statement)


def _demand_whole(connection: Connection) -> None:
    """Undo the migration rather than leave a row that refers to nothing."""
    broken = connection.execute(sql("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise StoreError(
            text(
                "The database could not be brought to this version: its table {table} refers to "
                "rows that are not there. Nothing was changed; restore a backup.",
                table=str(broken[0]),
            )
        )


def _make_queue(connection: Connection) -> None:
    """Procrastinate's own tables, by its own script. What they hold is disposable."""
    if inspect(connection).has_table("procrastinate_jobs"):
        return
    from procrastinate.schema import SchemaManager

    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(SchemaManager.get_schema())
