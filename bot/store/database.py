"""Engines and transactions on SQLite and PostgreSQL, chosen by URL alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine, Insert, Table, create_engine, event, select
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import StoreError
from bot.store.tables import meta
from translations.text import text

BUSY_MILLISECONDS = 10_000
IDLE_MILLISECONDS = 15_000


class Database:
    """One database. ``read()`` and ``write()`` give a connection inside a transaction.

    Errors never quote what was bound to a statement: addresses are among it.

    On SQLite a writer begins IMMEDIATE, so that it never fails half-way for want of the lock,
    and writers of one process queue here rather than in SQLite's own sleeping wait.
    """

    def __init__(self, url: str) -> None:
        self.url = normal_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self._writing = asyncio.Lock()
        self.engine = self._engine()

    def _engine(self) -> AsyncEngine:
        if not self.is_sqlite:
            return create_async_engine(
                "postgresql+psycopg://",
                async_creator=self._connect_postgres,
                pool_size=10,
                max_overflow=10,
                pool_pre_ping=True,
                hide_parameters=True,
            )
        file = sqlite_file(self.url)
        file.parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(
            make_url(self.url).set(drivername="sqlite+aiosqlite"),
            pool_size=8,
            hide_parameters=True,
            connect_args={"timeout": BUSY_MILLISECONDS / 1000},
        )
        _prepare_sqlite(engine.sync_engine)
        return engine

    async def _connect_postgres(self) -> Any:
        import psycopg

        connection = await psycopg.AsyncConnection.connect(
            self.url, connect_timeout=10, autocommit=True
        )
        # A process that stands still in the middle of a transaction is not to hold up the others.
        await connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_MILLISECONDS}")
        await connection.set_autocommit(False)
        return connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self._translated(), self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed at the end of the block, or not at all."""
        if not self.is_sqlite:
            async with self._translated(), self.engine.begin() as connection:
                yield connection
            return
        async with self._writing, self._translated(), self.engine.connect() as plain:
            connection = await plain.execution_options(writes=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        try:
            yield
        except DatabaseError as error:
            if not is_state(error):
                raise
            raise unusable(self.url, error) from error

    def insert(self, table: Table) -> Any:
        """An INSERT that knows ON CONFLICT, in this database's own dialect."""
        return _insert(table, is_sqlite=self.is_sqlite)

    async def checkpoint(self) -> None:
        """Bring what was written into the file itself, for whoever copies that alone (SQLite)."""
        if self.is_sqlite:
            async with self._translated(), self.engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    async def close(self) -> None:
        await self.engine.dispose()


def _insert(table: Table, *, is_sqlite: bool) -> Any:
    if is_sqlite:
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # of no use, and slow to import, on SQLite

    return postgresql.insert(table)


def normal_url(url: str) -> str:
    """``postgres://`` is what many hosts print for ``postgresql://``."""
    return "postgresql" + url.removeprefix("postgres") if url.startswith("postgres:") else url


def sqlite_file(url: str) -> Path:
    """The file of a ``sqlite:///`` URL."""
    return Path(make_url(url).database or "polyherald.db")


def is_state(error: DatabaseError) -> bool:
    """Whether the database is to blame (away, locked, no database at all) and not what was asked
    of it, such as a broken constraint."""
    return isinstance(error, OperationalError) or type(error) is DatabaseError


def unusable(url: str, error: Exception) -> StoreError:
    """What to tell the operator when the database does not answer; never shows a password."""
    cause = getattr(error, "orig", None) or error.__cause__ or error
    reason = str(cause).strip().splitlines()
    return StoreError(
        text(
            "The database {where} cannot be used: {reason}. "
            "Check the setting database_url and that the server runs.",
            where=shown_url(url),
            reason=reason[0] if reason else type(cause).__name__,
        )
    )


def shown_url(url: str) -> str:
    """The URL without user, password and options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(dbapi: Any, _record: object) -> None:
        # SQLAlchemy, not the driver, says BEGIN: the driver would begin late and deferred.
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def blocking_engine(url: str) -> Iterator[Engine]:
    """A plain engine for migrations, which run in a thread of their own."""
    url = normal_url(url)
    if url.startswith("sqlite"):
        sqlite_file(url).parent.mkdir(parents=True, exist_ok=True)
        engine: Engine = create_engine(
            url, execution_options={"writes": True}, hide_parameters=True
        )
        _prepare_sqlite(engine)
    else:
        import psycopg

        engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: psycopg.connect(url, connect_timeout=10),
            hide_parameters=True,
        )
    try:
        yield engine
    except DatabaseError as error:
        if not is_state(error):
            raise
        raise unusable(url, error) from error
    finally:
        engine.dispose()


CHANGES = "changes"
AUDIT_HEAD = "audit_head"
"""Under this the database keeps the seal of the newest act, beside the log itself."""

ANNIVERSARIES = "anniversaries"
"""The counter of what is told of anniversaries. It is always moved after :data:`CHANGES`, so that
whoever holds the one waits for nobody who holds the other."""


async def touch(database: Database, connection: AsyncConnection) -> None:
    """Note, inside a transaction, that what readers or the planner see has changed.

    Running services compare the counter several times a second and rebuild.
    """
    await _move(connection, CHANGES)


async def touch_anniversaries(connection: AsyncConnection) -> None:
    """The same of what is told of anniversaries: of observances, and of releases that have one."""
    await _move(connection, CHANGES)
    await _move(connection, ANNIVERSARIES)


async def _move(connection: AsyncConnection, key: str) -> None:
    added = _insert(meta, is_sqlite=connection.dialect.name == "sqlite")
    added = added.values(key=key, value="1")
    await connection.execute(
        added.on_conflict_do_update(
            index_elements=[meta.c.key], set_={"value": _next(meta.c.value)}
        )
    )


def _next(column: Any) -> Any:
    from sqlalchemy import BigInteger, Text, cast

    return cast(cast(column, BigInteger) + 1, Text)


async def changes(connection: AsyncConnection) -> int:
    """The counter that :func:`touch` moves."""
    value = await connection.scalar(select(meta.c.value).where(meta.c.key == CHANGES))
    return int(value or 0)


async def remembered(database: Database, connection: AsyncConnection, key: str, first: str) -> str:
    """The value kept under ``key``; ``first`` is stored when there is none yet."""
    added: Insert = database.insert(meta).values(key=key, value=first).on_conflict_do_nothing()
    await connection.execute(added)
    return str(await connection.scalar(select(meta.c.value).where(meta.c.key == key)))


async def recalled(connection: AsyncConnection, key: str) -> str | None:
    """The value kept under ``key``, if any."""
    value: str | None = await connection.scalar(select(meta.c.value).where(meta.c.key == key))
    return value


async def remember(database: Database, connection: AsyncConnection, key: str, value: str) -> None:
    """Keep ``value`` under ``key`` from now on."""
    added = database.insert(meta).values(key=key, value=value)
    await connection.execute(
        added.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": value})
    )
