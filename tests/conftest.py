"""Fixtures for every test: a real database of each kind, a clock that tests move."""

from __future__ import annotations

import gc
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import structlog
from sqlalchemy.engine import make_url

from bot.clock import FixedClock
from bot.store import migrate
from bot.store.database import Database
from tests import dialects
from tests.postgres import own_server

BACKENDS = ("sqlite", "postgresql")

# How long an example takes is the machine's affair.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for the session: the one that is named, or one of our own."""
    named = os.environ.get("POLYHERALD_TEST_DATABASE_URL")
    if named:
        yield named
        return
    with own_server() as server:
        url = server.get_uri()
        _execute(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield url


def _execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _with_name(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Makes one migrated database of each kind, on demand: of SQLite to copy for each test."""
    made: dict[str, str] = {}

    def one(backend: str) -> str:
        if backend not in made:
            if backend == "sqlite":
                url = f"sqlite:///{tmp_path_factory.mktemp('template') / 'template.db'}"
            else:
                server = request.getfixturevalue("postgres_url")
                name = f"test_{uuid.uuid4().hex[:12]}"
                _execute(server, f"CREATE DATABASE {name}")
                url = _with_name(server, name)
            migrate.upgrade(url)
            made[backend] = url
        return made[backend]

    return one


@pytest.fixture(scope="session")
def emptied(migrated: Callable[[str], str]) -> Callable[[], str]:
    """Gives the one PostgreSQL database, as it was when its migrations had run.

    That costs a tenth of making another.
    """
    url = migrated("postgresql")
    with psycopg.connect(url) as connection:
        tables = _column(connection, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        sequences = _column(
            connection, "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
        )
        connection.execute("CREATE SCHEMA fresh")
        for table in tables:
            connection.execute(f"CREATE TABLE fresh.{table} AS TABLE {table}")
        filled = [t for t in tables if _column(connection, f"SELECT 1 FROM {t} LIMIT 1")]
    statements = [
        # Whoever was killed may have left a transaction that holds locks.
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid <> "
        "pg_backend_pid() AND datname = current_database() AND backend_type = 'client backend'",
        "SET session_replication_role = replica",  # in any order, and past every trigger
        *(f"DELETE FROM {table}" for table in tables),
        *(f"INSERT INTO {table} TABLE fresh.{table}" for table in filled),
        *(f"SELECT setval('{name}', 1, false)" for name in sequences),
    ]

    def empty() -> str:
        _execute(url, "; ".join(statements))
        return url

    return empty


def _column(connection: psycopg.Connection[Any], query: str) -> list[Any]:
    return [value for (value,) in connection.execute(query)]


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database; tests that use it run once on each."""
    return str(request.param)


@pytest.fixture
def database_url(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path, migrated: Callable[[str], str]
) -> str:
    """The URL of a migrated, empty database."""
    if backend == "sqlite":
        file = tmp_path / "polyherald.db"
        shutil.copy(migrated("sqlite").removeprefix("sqlite:///"), file)
        return f"sqlite:///{file}"
    emptied: Callable[[], str] = request.getfixturevalue("emptied")
    return emptied()


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which there is nothing yet."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_url")
    name = f"empty_{uuid.uuid4().hex[:12]}"
    _execute(server, f"CREATE DATABASE {name}")
    yield _with_name(server, name)
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database, opened."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at 10:00 UTC on 26 June 2026."""
    return FixedClock(datetime(2026, 6, 26, 10, 0, tzinfo=UTC))


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not read the settings of whoever runs them."""
    for name in list(os.environ):
        if name.startswith("POLYHERALD_") and not name.startswith("POLYHERALD_TEST_"):
            monkeypatch.delenv(name)


def pytest_configure() -> None:
    """Plain tracebacks, as the service has them: others take seconds, in which all stands still."""
    dialects.share()
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[structlog.processors.add_log_level, plain])


def pytest_collection_finish() -> None:
    """What was collected stays to the end: looking through it again and again takes a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts processes comes first: no worker is left with a long file in the end. What shows
    the same on either database, once a statement runs there at all, is left to ``make soak`` on
    the second."""
    for item in items:
        if item.get_closest_marker("either_database") and _database_of(item) == BACKENDS[1]:
            item.add_marker(pytest.mark.soak)
    long = ("/tests/service/", "/tests/crash/", "/tests/test_wheel.py")
    items.sort(key=lambda item: not any(part in str(item.path) for part in long))


def _database_of(item: pytest.Item) -> object:
    call = getattr(item, "callspec", None)
    return None if call is None else call.params.get("backend")
