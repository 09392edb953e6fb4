"""The database goes away in the middle of a broadcast, and comes back."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from bot.delivery.engine import LANES
from bot.store import migrate
from tests.postgres import own_server
from tests.service.house import House, open_house, until

READERS = 60

ON_POSTGRES = pytest.mark.parametrize("backend", ["postgresql"])


class Wire:
    """Stands between the service and PostgreSQL; cut, it is as if the server were gone."""

    def __init__(self, server: Path, here: Path) -> None:
        self._server = server
        self._here = here
        self._open: set[asyncio.StreamWriter] = set()
        self._listening: asyncio.Server | None = None

    async def join(self) -> None:
        self._listening = await asyncio.start_unix_server(self._carry, str(self._here))

    async def cut(self) -> None:
        if self._listening is not None:
            self._listening.close()
        self._here.unlink(missing_ok=True)
        for writer in list(self._open):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(str(self._server))
        self._open |= {writer, back}

        async def pump(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
            try:
                while data := await source.read(65536):
                    to.write(data)
                    await to.drain()
            except OSError:
                pass
            finally:
                to.transport.abort()

        await asyncio.gather(pump(reader, back), pump(there, writer), return_exceptions=True)
        self._open -= {writer, back}


@pytest.fixture
async def wire(house: House) -> AsyncIterator[Wire]:
    url = make_url(house.database_url)
    host, port = str(url.query["host"]), url.query.get("port", "5432")
    folder = house.folder / "wire"
    folder.mkdir()
    made = Wire(Path(host) / f".s.PGSQL.{port}", folder / f".s.PGSQL.{port}")
    await made.join()
    through = url.update_query_dict({"host": str(folder)})
    house.set(database_url=through.render_as_string(hide_password=False), rate_per_second=30)
    yield made
    await made.cut()


class Server:
    """A PostgreSQL of its own; cut, it is stopped in the middle of whatever it does."""

    def __init__(self, server: Any) -> None:
        self._server = server

    async def join(self) -> None:
        await asyncio.to_thread(self._server.start)

    async def cut(self) -> None:
        pid = self._server.get_pid()
        os.kill(pid, signal.SIGQUIT)  # as after a crash: no connection is ended in order

        async def gone() -> bool:
            return not Path(f"/proc/{pid}").exists()

        await until(gone, "the server has stopped")


@pytest.fixture
async def crashing(tmp_path: Path) -> AsyncIterator[tuple[House, Server]]:
    with own_server() as server:
        migrate.upgrade(server.get_uri())
        async with open_house(tmp_path, server.get_uri()) as opened:
            opened.set(rate_per_second=30)
            yield opened, Server(server)


async def _survives(house: House, wire: Wire | Server, seconds: float) -> None:
    house.write_release()
    people = await house.crowd(READERS)
    serving = await house.serve()
    await house.taken_in()
    await house.polyherald("publish", "comet-log")
    calls = house.sandbox.calls.of

    async def some() -> bool:
        return len(calls("sendMessage")) >= READERS // 4

    await until(some, "some have it")
    await wire.cut()

    async def said() -> bool:
        return (await house.get("/readyz")).status == 503

    await until(said, "/readyz says that the database is gone")
    before = len(serving.log.splitlines())
    await asyncio.sleep(seconds)  # what happens meanwhile is what is looked at
    assert (await house.get("/healthz")).status == 200
    assert (await house.get("/feeds/en/atom.xml")).status == 200
    said_meanwhile = len(serving.log.splitlines()) - before
    assert said_meanwhile < 20 * (seconds + 1)  # no busy loop
    await wire.join()

    async def ready() -> bool:
        return (await house.get("/readyz")).status == 200

    await until(ready, "/readyz is well again")
    await house.database.close()  # our own connections are broken as well
    await house.idle(serving)
    await house.sends_end()
    await house.through(READERS, "sent", "unknown")
    states = list((await house.states()).values())
    assert states.count("unknown") <= LANES
    got = [len(house.announced(person)) for person in people]
    assert max(got) == 1
    assert got.count(1) >= states.count("sent")
    assert serving.process.returncode is None


@ON_POSTGRES
async def test_nothing_is_lost_or_repeated(house: House, wire: Wire) -> None:
    await _survives(house, wire, 1)


@ON_POSTGRES
@pytest.mark.soak
async def test_nor_in_a_minute(house: House, wire: Wire) -> None:
    await _survives(house, wire, 60)


@pytest.mark.soak
async def test_nor_when_the_server_crashes_and_starts_again(
    crashing: tuple[House, Server],
) -> None:
    house, server = crashing
    await _survives(house, server, 3)
