"""The log of acts cannot fork, and what was done to it behind the program's back is found."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy import text as sql
from sqlalchemy.exc import DatabaseError

from bot.clock import FixedClock
from bot.releases import audit, chain
from bot.releases.audit import Verified
from bot.releases.review import OPERATOR, Actor
from bot.store import archive, migrate
from bot.store import tables as t
from bot.store.database import Database, touch

AT = datetime(2026, 6, 26, 10, 0, 0, 123456, tzinfo=UTC)


async def act(database: Database, number: int, *, touch_first: bool = False) -> None:
    async with database.write() as connection:
        if touch_first:
            await touch(database, connection)
        await audit.record(
            connection,
            AT,
            Actor("telegram:12"),
            "approve",
            "bridge",
            languages=["ar", f"é{number}"],
        )
        await touch(database, connection)


async def verified(database: Database, known: str = "") -> Verified:
    async with database.read() as connection:
        return await audit.verify(connection, known)


async def behind_its_back(database: Database, *statements: str) -> None:
    """What somebody could do who has the database itself."""
    gone = (
        ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
        if database.is_sqlite
        else ["DROP TRIGGER audit_append_only ON audit"]
    )
    async with database.write() as connection:
        for statement in (*gone, *statements):
            await connection.execute(sql(statement))


async def test_acts_at_the_same_moment_stand_in_one_row(database: Database) -> None:
    await asyncio.gather(*(act(database, n, touch_first=n % 2 == 0) for n in range(24)))
    found = await verified(database)
    assert (found.acts, found.broken) == (24, None)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_anybody_can_seal_an_act_by_the_recipe(database: Database) -> None:
    await act(database, 1)
    await act(database, 2)
    async with database.read() as connection:
        first, second = (await connection.execute(select(t.audit).order_by(t.audit.c.id))).all()
    written = (
        f'["{first.hash}","2026-06-26T10:00:00.123456Z","telegram:12","approve","bridge",'
        '{"languages":["ar","é2"]}]'
    )
    assert first.previous == "0" * 64
    assert second.previous == first.hash
    assert second.hash == hashlib.sha256(written.encode()).hexdigest()


async def test_the_database_itself_refuses_to_change_an_act(database: Database) -> None:
    await act(database, 1)
    for statement in ("UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"):
        with pytest.raises(DatabaseError, match="append-only"):
            async with database.write() as connection:
                await connection.execute(sql(statement))
    assert (await verified(database)).acts == 1


@pytest.mark.parametrize(
    ("statement", "kind", "after"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE id = 3", "changed", 2),
        ("UPDATE audit SET details = '{}' WHERE id = 1", "changed", 0),
        ("UPDATE audit SET id = 9 WHERE id = 2", "gap", 1),
        ("DELETE FROM audit WHERE id = 1", "gap", 0),
        ("DELETE FROM audit WHERE id IN (2, 3)", "gap", 1),
        ("DELETE FROM audit WHERE id >= 4", "end", 3),
        ("DELETE FROM audit", "end", 0),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"])
async def test_the_first_break_is_found(
    database: Database, backend: str, statement: str, kind: str, after: int
) -> None:
    for number in range(5):
        await act(database, number)
    await behind_its_back(database, statement)
    found = await verified(database)
    assert found.broken is not None
    assert (found.broken.kind, found.acts) == (kind, after)
    # What is written from here on does not hide it.
    await act(database, 6)
    again = await verified(database)
    assert again.broken is not None
    assert again.acts == after


async def test_a_head_that_was_noted_tells_of_a_log_written_anew(database: Database) -> None:
    await act(database, 1)
    noted = (await verified(database)).head
    await act(database, 2)
    assert (await verified(database, noted)).broken is None
    assert (await verified(database, chain.START)).broken is None
    await behind_its_back(
        database, "DELETE FROM audit", f"UPDATE meta SET value = '{chain.START}' "
        "WHERE key = 'audit_head'"
    )  # fmt: skip
    await act(database, 3)
    assert (await verified(database)).broken is None
    found = (await verified(database, noted)).broken
    assert found is not None
    assert found.kind == "head"


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_long_log_is_read_in_parts(
    database: Database, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 3)
    for number in range(7):
        await act(database, number)
    assert (await verified(database)).acts == 7


async def test_acts_from_before_the_chain_are_sealed(empty_url: str) -> None:
    await asyncio.to_thread(migrate.upgrade, empty_url, "0005")
    database = Database(empty_url)
    try:
        async with database.write() as connection:
            for number, details in enumerate(({"at": "é"}, {}), 1):
                await connection.execute(
                    sql("INSERT INTO audit VALUES (:id, :at, 'operator', 'queue', 's', :details)"),
                    {
                        "id": 3 * number,
                        "at": "2026-06-26 10:00:00.000000" if database.is_sqlite else AT,
                        "details": json.dumps(details),
                    },
                )
        await migrate.ensure(database)
        assert (await verified(database)).acts == 2
        if not database.is_sqlite:  # whose ids were given by hand above
            async with database.write() as connection:
                await connection.execute(sql("SELECT setval('audit_id_seq', 6)"))
        await act(database, 3)
        assert await verified(database) == Verified(
            acts=3, head=(await verified(database)).head, broken=None
        )
    finally:
        await database.close()


async def test_a_restored_copy_goes_on_with_the_chain(
    database: Database, tmp_path: Path, clock: FixedClock
) -> None:
    for number in range(3):
        await act(database, number)
    head = (await verified(database)).head
    file = tmp_path / "copy"
    await asyncio.to_thread(archive.write, database.url, file, clock.now())
    other = Database(f"sqlite:///{tmp_path / 'other' / 'polyherald.db'}")
    try:
        await asyncio.to_thread(archive.restore, other.url, tmp_path / "other", file, clock.now())
        assert await verified(other, head) == Verified(acts=3, head=head)
        await act(other, 4)
        assert (await verified(other, head)).acts == 4
    finally:
        await other.close()


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_an_act_that_is_undone_leaves_no_gap(database: Database) -> None:
    async def broken(connection: Any) -> None:
        await audit.record(connection, AT, OPERATOR, "hold", "bridge")
        raise RuntimeError

    await act(database, 1)
    with pytest.raises(RuntimeError):
        async with database.write() as connection:
            await broken(connection)
    await act(database, 2)
    assert (await verified(database)).broken is None
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(t.audit)) == 2
