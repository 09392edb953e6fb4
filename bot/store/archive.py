"""A database as one file: written while the service runs, the same for SQLite and PostgreSQL.

The file is gzip over lines of JSON: a header; for each table its name and columns, its rows, and
their number with a checksum; at last the number of all rows. Who leads and what the queue holds
is not in it: that is of one moment and one machine. Lists and search are made anew.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Date,
    LargeBinary,
    Table,
    delete,
    exists,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.exc import DatabaseError

from bot.errors import Conflict, StoreError
from bot.store import listing, migrate, migrations
from bot.store import tables as t
from bot.store.database import blocking_engine, sqlite_file
from bot.store.lock import only_service
from bot.store.tables import UTCDateTime
from translations.text import Text, text

FORMAT = "polyherald-backup"
VERSION = 1
AT_ONCE = 1000
"""Rows held in memory at a time."""

LARGE_AT_ONCE = 4
"""The same of a table that holds files."""

MADE = "backup_at"
"""Under this the database keeps when it was last copied."""

LONGEST_LINE = 64 * 1024 * 1024

# An invitation that was used since a copy was made is not open again in what is restored from it.
OF_THE_MOMENT = (t.lease, t.chat_pace, t.staff_menu, t.staff_invitation)
MADE_ANEW = (t.listing, t.search_text)
TABLES = tuple(
    table for table in t.metadata.sorted_tables if table not in (*OF_THE_MOMENT, *MADE_ANEW)
)
_KEPT_BY_PEOPLE = (t.release, t.subscriber, t.announcement)

Step = Callable[[int], None]
"""Called with the number of rows that were written or read since."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """``schema`` is the revision of the tables; ``at`` when the copy was made (UTC)."""

    schema: str
    at: datetime
    rows: int


def count(url: str) -> int:
    """The number of rows that :func:`write` would write; raises ``StoreError``."""
    with blocking_engine(url) as engine, engine.connect() as connection:
        return _count(connection.execution_options(writes=False))


def _count(connection: Connection) -> int:
    _demand_current(connection)
    return sum(int(connection.scalar(select(func.count()).select_from(t)) or 0) for t in TABLES)


def write(url: str, file: Path, now: datetime, step: Step = lambda _: None) -> int:
    """Copy the database as it is at one moment into ``file``, readable for its owner alone.

    Nobody else waits meanwhile. ``file`` is replaced once the copy is whole. Returns the number
    of rows; raises ``StoreError``.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with (
                os.fdopen(handle, "wb") as raw,
                gzip.GzipFile("", "wb", compresslevel=5, fileobj=raw, mtime=0) as out,
            ):
                rows = _write(url, cast(BinaryIO, out), now, step)
                out.close()
                raw.flush()
                os.fsync(raw.fileno())
            part.replace(file)
            _remember(url, now)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            text(
                "{file} cannot be written: {reason}. Name another file.",
                file=str(file),
                reason=error.strerror or str(error),
            )
        ) from error
    return rows


def _remember(url: str, now: datetime) -> None:
    # The copy is whole, whatever becomes of the note.
    with suppress(DatabaseError), blocking_engine(url) as engine, engine.begin() as connection:
        _note(connection, {MADE: now.isoformat()})


def _write(url: str, out: BinaryIO, now: datetime, step: Step) -> int:
    with blocking_engine(url) as engine, engine.connect() as plain:
        connection = plain.execution_options(writes=False)
        if engine.dialect.name != "sqlite":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        total = _count(connection)
        header = {"format": FORMAT, "version": VERSION, "schema": migrations.HEAD, "at": now}
        out.write(orjson.dumps(header | {"rows": total}) + b"\n")
        for table in TABLES:
            columns = [column.name for column in table.c]
            out.write(orjson.dumps({"table": table.name, "columns": columns}) + b"\n")
            number, digest = 0, hashlib.sha256()
            query = select(table).order_by(*table.primary_key)
            found = connection.execution_options(yield_per=_at_once(table)).execute(query)
            for rows in found.partitions():
                lines = b"".join(orjson.dumps(list(row), _written) + b"\n" for row in rows)
                digest.update(lines)
                out.write(lines)
                number += len(rows)
                step(len(rows))
            end = {"end": table.name, "rows": number, "sha256": digest.hexdigest()}
            out.write(orjson.dumps(end) + b"\n")
        out.write(orjson.dumps({"complete": total}) + b"\n")
        return total


def _at_once(table: Table) -> int:
    holds_files = any(isinstance(column.type, LargeBinary) for column in table.c)
    return LARGE_AT_ONCE if holds_files else AT_ONCE


def _written(value: Any) -> str:
    """What JSON has no form for: a file's bytes."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(type(value).__name__)


def look(file: Path) -> Header:
    """What kind of copy ``file`` is; raises ``StoreError`` for anything else."""
    with _opened(file) as lines:
        return _header(file, next(lines))


def restore(
    url: str,
    data_dir: Path,
    file: Path,
    now: datetime,
    *,
    replace: bool = False,
    also: Mapping[str, str] | None = None,
    step: Step = lambda _: None,
) -> int:
    """Make the database at ``url`` what it was when ``file`` was written: all of it, or nothing.

    ``also`` is noted in its table ``meta`` in the same moment. Refused while a service runs, and
    where there is something already unless ``replace``. Returns the number of rows; raises
    ``StoreError`` or ``Conflict``.
    """
    header = look(file)
    if header.schema != migrations.HEAD:
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            newer = Path(folder) / "newer"
            _renewed(file, header, newer, now)
            return restore(url, data_dir, newer, now, replace=replace, also=also, step=step)
    if url.startswith("sqlite"):
        with only_service(data_dir):
            return _into_file(sqlite_file(url), file, also or {}, step, replace=replace)
    migrate.upgrade(url)
    with blocking_engine(url) as engine, engine.begin() as connection:
        if connection.scalar(select(exists().where(t.lease.c.until > now))):
            raise StoreError(text("A service runs on this database. Stop it first."))
        if not replace:
            _demand_empty(connection)
        names = ", ".join(table.name for table in (*TABLES, *OF_THE_MOMENT, *MADE_ANEW))
        connection.execute(sql(f"TRUNCATE {names} CASCADE"))
        rows = _load(connection, file, step)
        listing.fill(connection)
        _note(connection, also or {})
        for table in (*TABLES, *MADE_ANEW):
            _set_sequence(connection, table)
        return rows


def _into_file(
    target: Path, file: Path, also: Mapping[str, str], step: Step, *, replace: bool
) -> int:
    """A new file beside the old one, put in its place once it is whole."""
    if not replace and target.exists():
        with blocking_engine(f"sqlite:///{target}") as engine, engine.connect() as connection:
            _demand_empty(connection.execution_options(writes=False))
    part = target.with_name(f".{target.name}.part")
    try:
        _forget_file(part)
        url = f"sqlite:///{part}"
        migrate.upgrade(url)
        with blocking_engine(url) as engine, engine.begin() as connection:
            rows = _load(connection, file, step)
            listing.fill(connection)
            _note(connection, also)
        _settle(url)
        part.chmod(0o600)
        for left in (f"{target}-wal", f"{target}-shm"):
            Path(left).unlink(missing_ok=True)
        part.replace(target)
    finally:
        _forget_file(part)
    return rows


def _renewed(file: Path, header: Header, newer: Path, now: datetime) -> None:
    """An older copy as one of this version: loaded as it was, migrated, written again."""
    if header.schema not in migrate.known_versions():
        raise StoreError(
            text(
                "{file} was made by a newer version of Polyherald (schema {version}). Install "
                "that version.",
                file=str(file),
                version=header.schema,
            )
        )
    url = f"sqlite:///{newer}.db"
    migrate.upgrade(url, header.schema)
    with blocking_engine(url) as engine, engine.begin() as connection:
        _load(connection, file, lambda _: None)
    migrate.upgrade(url)
    write(url, newer, now)


def _settle(url: str) -> None:
    """Everything into the one file, which alone is moved."""
    with blocking_engine(url) as engine, engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA journal_mode=DELETE")


def _forget_file(file: Path) -> None:
    for left in (file, *(Path(f"{file}{end}") for end in ("-wal", "-shm", "-journal"))):
        left.unlink(missing_ok=True)


def _demand_current(connection: Connection) -> None:
    version = None
    if inspect(connection).has_table("alembic_version"):
        version = connection.scalar(sql("SELECT version_num FROM alembic_version"))
    if version != migrations.HEAD:
        raise StoreError(
            text("The database has not this version’s schema. Run: polyherald migrate")
        )


def _demand_empty(connection: Connection) -> None:
    known = inspect(connection)
    for table in _KEPT_BY_PEOPLE:
        if known.has_table(table.name) and connection.scalar(select(exists(select(table)))):
            raise Conflict(
                text(
                    "There are releases or subscribers in this database. To put the copy in "
                    "their place, add --replace."
                )
            )


def _note(connection: Connection, also: Mapping[str, str]) -> None:
    for key, value in also.items():
        connection.execute(delete(t.meta).where(t.meta.c.key == key))
        connection.execute(insert(t.meta).values(key=key, value=value))


def _set_sequence(connection: Connection, table: Table) -> None:
    if "id" not in table.c or table.c.id.autoincrement is False:
        return
    name = table.name
    connection.execute(
        sql(
            f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "  # noqa: S608 – our own names
            f"(SELECT coalesce(max(id), 0) + 1 FROM {name}), false)"
        )
    )


# --- reading it ----------------------------------------------------------------------------------


def _load(connection: Connection, file: Path, step: Step) -> int:
    known = {table.name: table for table in t.metadata.sorted_tables}
    total = 0
    connection.execute(delete(t.meta))  # what the migrations note in an empty database
    with _opened(file) as lines:
        header = _header(file, next(lines))
        for line in lines:
            match orjson.loads(line):
                case {"table": name, "columns": columns} if name in known:
                    total += _load_table(connection, file, known[name], columns, lines, step)
                case {"complete": rows} if rows == total == header.rows:
                    return total
                case _:
                    break
    raise _damaged(file)


def _load_table(
    connection: Connection,
    file: Path,
    table: Table,
    names: list[str],
    lines: Iterator[bytes],
    step: Step,
) -> int:
    if not set(names) <= set(table.c.keys()):
        raise _damaged(file)
    columns = [table.c[name] for name in names]
    digest = hashlib.sha256()
    waiting: list[dict[str, Any]] = []
    at_once = _at_once(table)
    for number, line in enumerate(lines):
        if line.startswith(b"{") or len(waiting) == at_once:
            if waiting:
                connection.execute(insert(table), waiting)
                step(len(waiting))
            waiting = []
        if line.startswith(b"{"):
            end = {"end": table.name, "rows": number, "sha256": digest.hexdigest()}
            if orjson.loads(line) != end:
                break
            return number
        digest.update(line)
        values = orjson.loads(line)
        waiting.append({c.name: _value(c, v) for c, v in zip(columns, values, strict=True)})
    raise _damaged(file)


def _value(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UTCDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value, validate=True)
    return value


@contextmanager
def _opened(file: Path) -> Iterator[Iterator[bytes]]:
    """The lines of a copy; whatever is wrong with it ends as ``StoreError``."""
    try:
        with gzip.open(file, "rb") as raw:
            yield iter(lambda: raw.readline(LONGEST_LINE), b"")
    except (EOFError, zlib.error, gzip.BadGzipFile, StopIteration, ValueError, TypeError) as error:
        raise _damaged(file) from error
    except DatabaseError as error:
        raise StoreError(_bad(file, str(getattr(error, "orig", error)).splitlines()[0])) from error
    except OSError as error:
        raise StoreError(_bad(file, error.strerror or str(error))) from error


def _bad(file: Path, reason: str) -> Text:
    return text(
        "{file} cannot be restored: {reason}. Nothing was changed.", file=str(file), reason=reason
    )


def _header(file: Path, line: bytes) -> Header:
    match orjson.loads(line):
        case {"format": format_, "version": version, "schema": str(schema), "at": at, "rows": rows}:
            if format_ == FORMAT and version == VERSION:
                return Header(schema=schema, at=datetime.fromisoformat(at), rows=int(rows))
    raise _damaged(file)


def _damaged(file: Path) -> StoreError:
    return StoreError(
        text(
            "{file} is no copy that “polyherald backup” made, or it is damaged. Nothing was "
            "changed; take another copy.",
            file=str(file),
        )
    )
