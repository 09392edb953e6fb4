"""Which machine and database this is: one that moved is not to go on as if nothing had happened.

What the guard can see, and what it cannot, is in docs/decisions/0009-moved-databases.md.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database, recalled, remember, sqlite_file

KEY = "home"
MARK = "beat"

# By which a process knows that it runs in a container.
_FILES = ("/.dockerenv", "/run/.containerenv")
_NAMES = ("container", "KUBERNETES_SERVICE_HOST")


@dataclass(frozen=True, kw_only=True)
class Home:
    """``place`` is what people know it by: a file, or host:port/name. ``body`` is what a copy
    does not share: the file's inode, or the server's own number and that of the database.
    ``machine`` is "" where nothing lasting can be said of it."""

    kind: str
    place: str
    body: str
    machine: str = ""

    def is_same(self, other: Home) -> bool:
        machines = {self.machine, other.machine} - {""}
        return (self.place, self.body) == (other.place, other.body) and len(machines) < 2


@dataclass(frozen=True, kw_only=True)
class Known:
    """Where this database is used. Several machines may name one server differently."""

    homes: tuple[Home, ...]
    since: datetime

    def has(self, here: Home) -> bool:
        return any(here.is_same(home) for home in self.homes)

    def with_(self, here: Home, now: datetime) -> Known:
        """After staff have said that this is the one place: what else it was is no more."""
        one_server = [
            home for home in self.homes if here.kind != "sqlite" and home.body == here.body
        ]
        return replace(self, homes=(*one_server, here), since=now)

    @property
    def place(self) -> str:
        return self.homes[-1].place


async def find(database: Database, connection: AsyncConnection) -> Home:
    """Where the database is now."""
    if database.is_sqlite:
        file = sqlite_file(database.url).resolve()
        inode = str(file.stat().st_ino) if file.exists() else ""
        return Home(kind="sqlite", place=str(file), body=inode, machine=_machine())
    return Home(
        kind="postgresql",
        place=await _configured(database, connection),
        body=f"{await _system(connection)}/{await _oid(connection)}",
    )


async def _configured(database: Database, connection: AsyncConnection) -> str:
    """Host, port and name as they are configured: an address changes with every container."""
    from psycopg.conninfo import conninfo_to_dict

    given = conninfo_to_dict(database.url)
    driver: Any = (await connection.get_raw_connection()).driver_connection
    host = given.get("host") or given.get("hostaddr") or driver.info.host
    port = given.get("port") or driver.info.port
    return f"{host}:{port}/{given.get('dbname') or driver.info.dbname}"


async def _system(connection: AsyncConnection) -> str:
    """The server's own number, made at its initdb; "" where we may not ask."""
    allowed = "SELECT has_function_privilege('pg_control_system()', 'execute')"
    if not await connection.scalar(sql(allowed)):
        return ""
    return str(await connection.scalar(sql("SELECT system_identifier FROM pg_control_system()")))


async def _oid(connection: AsyncConnection) -> str:
    query = "SELECT oid FROM pg_database WHERE datname = current_database()"
    return str(await connection.scalar(sql(query)))


def _machine() -> str:
    """A hash of the machine's id. A container's comes and goes with its image."""
    if any(Path(sign).exists() for sign in _FILES) or any(name in os.environ for name in _NAMES):
        return ""
    try:
        ident = Path("/etc/machine-id").read_bytes().strip()
    except OSError:  # not every system has one
        return ""
    return hashlib.sha256(b"polyherald:" + ident).hexdigest()[:16] if ident else ""


async def known(connection: AsyncConnection) -> Known | None:
    """Where the database was used so far; ``None``: nowhere yet."""
    value = await recalled(connection, KEY)
    if value is None:
        return None
    kept = json.loads(value)
    return Known(
        homes=tuple(Home(**home) for home in kept["homes"]),
        since=datetime.fromisoformat(kept["since"]),
    )


async def settle(
    database: Database, connection: AsyncConnection, here: Home, now: datetime
) -> None:
    """Note that the database is used here from now on."""
    before = await known(connection)
    homes = (before or Known(homes=(), since=now)).with_(here, now).homes
    value = {"homes": [asdict(home) for home in homes], "since": now.isoformat()}
    await remember(database, connection, KEY, json.dumps(value))


def mark(data_dir: Path, here: Home, at: datetime) -> None:
    """Note outside of the database that it was used at ``at``: a copy put in its place later
    does not know of that. Raises ``OSError``."""
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / MARK).write_text(f"{_name(here)} {at.isoformat()}\n", "ascii")


def marked(data_dir: Path, here: Home) -> datetime | None:
    """When this very database was last used, by what this machine remembers."""
    try:
        words: Sequence[str] = (data_dir / MARK).read_text("ascii").split()
        name, moment = words
        return datetime.fromisoformat(moment) if name == _name(here) else None
    except (OSError, ValueError):  # never, or by another program
        return None


def _name(here: Home) -> str:
    return hashlib.sha256(f"{here.kind} {here.place} {here.body}".encode()).hexdigest()[:16]
