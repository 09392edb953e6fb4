"""A database that was moved, copied or restored asks before it sends; one that was not does not."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from bot.clock import FixedClock, SystemClock
from bot.delivery import control, moved, standstill, switch
from bot.delivery.switch import Pause, Why
from bot.releases.review import OPERATOR
from bot.settings import Settings
from bot.store import home
from bot.store.database import Database, remember, sqlite_file
from bot.store.home import Home, Known
from bot.store.tables import notice

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office


class Machine:
    """A place where a service with this database is started."""

    def __init__(self, url: str, data_dir: Path, clock: FixedClock) -> None:
        self.settings = Settings(database_url=url, data_dir=data_dir)
        self.clock = clock
        self.database = Database(url)

    async def start(self) -> Pause | None:
        """What a sender does when it starts; returns why it would send nothing."""
        here = await moved.look(self.database, self.settings, self.clock)
        beats = standstill.beat(self.database, self.clock, self.settings.data_dir, here)
        beating = asyncio.create_task(beats)
        try:
            while not await self._has_beaten():  # noqa: ASYNC110 - it beats by itself
                await asyncio.sleep(0.01)
        finally:
            beating.cancel()
        async with self.database.read() as connection:
            return await switch.paused(connection)

    async def _has_beaten(self) -> bool:
        here = await self.home()
        async with self.database.read() as connection:
            beat = await standstill.last_beat(connection)
        now = self.clock.now()
        return beat == now == home.marked(self.settings.data_dir, here)

    async def home(self) -> Home:
        async with self.database.read() as connection:
            return await home.find(self.database, connection)

    async def resume(self) -> None:
        await control.resume_all(self.database, self.settings, self.clock, OPERATOR)

    async def notices(self) -> list[str]:
        async with self.database.read() as connection:
            return list(await connection.scalars(notice.select().with_only_columns(notice.c.key)))


@pytest.fixture
def later(clock: FixedClock) -> object:
    def go(**delta: float) -> None:
        clock.set(clock.now() + timedelta(**delta))

    return go


@pytest.fixture
async def machines(clock: FixedClock) -> AsyncIterator[object]:
    made: list[Machine] = []

    def make(url: str, data_dir: Path) -> Machine:
        made.append(Machine(url, data_dir, clock))
        return made[-1]

    yield make
    for machine in made:
        await machine.database.close()


@pytest.fixture
def copied(database_url: str, tmp_path: Path) -> Iterator[object]:
    """Copies the database, as ``cp`` and ``pg_dump`` do; gives the URL of the copy."""
    made: list[str] = []

    def copy() -> str:
        if database_url.startswith("sqlite"):
            file = tmp_path / f"copy-{uuid.uuid4().hex[:6]}.db"
            with (
                closing(sqlite3.connect(sqlite_file(database_url))) as source,
                closing(sqlite3.connect(file)) as target,
            ):
                source.backup(target)
            return f"sqlite:///{file}"
        name = f"copy_{uuid.uuid4().hex[:12]}"
        made.append(name)
        _on_server(
            database_url, f"CREATE DATABASE {name} TEMPLATE {make_url(database_url).database}"
        )
        return make_url(database_url).set(database=name).render_as_string(hide_password=False)

    yield copy
    for name in made:
        _on_server(database_url, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(url: str, statement: str) -> None:
    server = make_url(url).set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


async def test_starting_again_in_the_same_place_asks_nothing(
    machines, later, database_url: str, tmp_path: Path
) -> None:
    for _ in range(3):
        machine = machines(database_url, tmp_path / "data")
        assert await machine.start() is None
        later(days=40)
    later(days=-400)  # a clock that went back is no move
    assert await machines(database_url, tmp_path / "data").start() is None
    # Nor is a data_dir that did not last, as in a container without a volume.
    assert await machines(database_url, tmp_path / "elsewhere").start() is None


async def test_a_copy_asks_until_somebody_says_that_it_is_the_one(
    machines, later, copied, database_url: str, tmp_path: Path
) -> None:
    first = machines(database_url, tmp_path / "data")
    assert await first.start() is None
    used = first.clock.now()
    await first.database.close()
    url = copied()
    later(hours=1)
    copy = machines(url, tmp_path / "data-of-the-copy")
    pause = await copy.start()
    assert pause is not None
    assert pause.why is Why.MOVED
    assert pause.was == (await first.home()).place
    assert pause.used == used
    assert len(await copy.notices()) == 1
    question = pause.question("UTC")
    assert question is not None
    assert pause.was in str(question)

    later(minutes=5)
    assert await machines(url, tmp_path / "data-of-the-copy").start() == pause
    assert len(await copy.notices()) == 1, "told once"
    await copy.resume()
    assert await machines(url, tmp_path / "data-of-the-copy").start() is None
    # The first is still where it was, and knows nothing of the copy.
    assert await machines(database_url, tmp_path / "data").start() is None


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_file_copied_without_its_log_is_a_copy_too(
    machines, database_url: str, tmp_path: Path
) -> None:
    first = machines(database_url, tmp_path / "data")
    assert await first.start() is None
    shutil.copy(sqlite_file(database_url), tmp_path / "copy.db")
    assert await machines(f"sqlite:///{tmp_path}/copy.db", tmp_path / "other").start() is not None


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_folder_that_was_moved_asks(machines, later, database_url: str, tmp_path) -> None:
    folder = tmp_path / "was" / "data"
    folder.mkdir(parents=True)
    shutil.copy(sqlite_file(database_url), folder / "polyherald.db")
    machine = machines(f"sqlite:///{folder}/polyherald.db", folder)
    assert await machine.start() is None
    await machine.database.close()
    (tmp_path / "was").rename(tmp_path / "is")
    moved_to = tmp_path / "is" / "data"
    pause = await machines(f"sqlite:///{moved_to}/polyherald.db", moved_to).start()
    assert pause is not None
    assert pause.was == str(folder.resolve() / "polyherald.db")


async def test_a_backup_put_in_place_of_what_was_used_since_asks(
    machines, later, database_url: str, tmp_path: Path
) -> None:
    """The file, and on a server the database, are the same; what they know is older."""
    machine = machines(database_url, tmp_path / "data")
    assert await machine.start() is None
    here = await machine.home()
    async with machine.database.write() as connection:
        used = await standstill.last_beat(connection)
    later(hours=3)
    assert await machine.start() is None
    # As a restore of the backup from three hours ago leaves it.
    async with machine.database.write() as connection:
        await remember(machine.database, connection, standstill.KEY, used.isoformat())
    later(minutes=1)
    pause = await machine.start()
    assert pause is not None
    assert (pause.why, pause.used, pause.here) == (Why.RESTORED, used, here)
    await machine.resume()
    later(minutes=1)
    assert await machine.start() is None


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_moment_lost_with_the_power_is_no_older_database(
    machines, later, database_url: str, tmp_path: Path
) -> None:
    machine = machines(database_url, tmp_path / "data")
    assert await machine.start() is None
    home.mark(tmp_path / "data", await machine.home(), machine.clock.now() + timedelta(seconds=90))
    assert await machine.start() is None


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_was_under_way_when_it_was_copied_is_asked_about(
    office: Office, tmp_path: Path
) -> None:
    await office.subscribe(1, "en")
    await office.release()
    await office.desk.publish(OPERATOR, "lighthouse")
    await office.planner.look()  # planned, and perhaps sent by the other copy
    office.clock.set(office.clock.now() + timedelta(minutes=10))
    away = Home(kind="sqlite", place="/elsewhere/polyherald.db", body="1")
    async with office.database.write() as connection:
        await home.settle(office.database, connection, away, office.clock.now())
    await moved.look(office.database, office.settings, office.clock)
    await office.release("foghorn")
    await office.desk.publish(OPERATOR, "foghorn")
    await office.run()
    assert office.texts(1) == []
    await control.resume_all(office.database, office.settings, office.clock, OPERATOR)
    await office.run()
    assert len(office.texts(1)) == 1, "what came since goes out"
    assert "some may have it already: The release “lighthouse”." in office.told[-1]
    await control.resume(office.database, office.clock, OPERATOR, "lighthouse/publication")
    await office.run()
    assert len(office.texts(1)) == 2


places = st.sampled_from(["db1:5432/press", "localhost:5432/press"])
homes = st.builds(
    Home,
    kind=st.sampled_from(["sqlite", "postgresql"]),
    place=places,
    body=st.sampled_from(["7/1", "8/1"]),
    machine=st.sampled_from(["", "m1", "m2"]),
)


@given(st.lists(homes, min_size=1, max_size=6))
def test_what_was_accepted_is_known_and_another_servers_copy_is_not(accepted: list[Home]) -> None:
    now = SystemClock().now()
    known = Known(homes=(), since=now)
    for here in accepted:
        known = known.with_(here, now)
        assert known.has(here)
        assert all(home.body == here.body for home in known.homes)
        assert here.kind != "sqlite" or known.homes == (here,)


@given(homes, homes)
def test_an_unknown_machine_is_no_other_machine(one: Home, other: Home) -> None:
    same = one.is_same(other)
    assert same is other.is_same(one)
    if (one.place, one.body) != (other.place, other.body):
        assert not same
    elif not one.machine or not other.machine or one.machine == other.machine:
        assert same
    else:
        assert not same
