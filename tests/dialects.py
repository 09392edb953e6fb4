"""SQLAlchemy's dialects, so that what one test compiled is there for the next.

A statement is compiled once for each dialect that an engine has, and each test has an engine of
its own. Here all dialects of one kind count as the same, and share what is compiled.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg, PGDialectAsync_psycopg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

LARGEST = 2000
"""Statements, of a few hundred that there are."""

_compiled: LRUCache[Any, Any] = LRUCache(LARGEST)


class _Same:
    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_compiled)


class Sqlite(_Same, SQLiteDialect_aiosqlite):
    supports_statement_cache = True


class Postgres(_Same, PGDialectAsync_psycopg):
    supports_statement_cache = True


class PostgresEntry(PGDialect_psycopg):
    supports_statement_cache = True

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type[Dialect]:
        return Postgres


def share() -> None:
    """Have engines made with these from now on."""
    registry.register("sqlite.aiosqlite", __name__, Sqlite.__name__)
    registry.register("postgresql.psycopg", __name__, PostgresEntry.__name__)
