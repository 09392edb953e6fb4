"""A copy of the database in one file: made while the service runs, put back on either kind."""

from __future__ import annotations

import gzip
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import SystemClock
from bot.releases.desk import Desk
from bot.releases.review import OPERATOR
from bot.settings import Settings
from bot.store import archive
from bot.store import tables as t
from bot.store.database import Database
from tests.service.house import LANGUAGES, House

READERS = 12


async def _broadcast(house: House) -> None:
    house.write("tide-log", "release.yaml", "date: 2026-06-26\noriginal: en\n")
    text = "---\nheadline: The tide log\nstate: approved\n---\n\nIt has 12 volumes.\n"
    house.write("tide-log", "en.md", text)
    await house.taken_in("tide-log")
    desk = Desk(house.database, Settings(languages=LANGUAGES), SystemClock())
    await desk.publish(OPERATOR, "tide-log")


async def _rows(database: Database) -> dict[str, list[Any]]:
    async with database.read() as connection:
        return {
            table.name: [
                tuple(row)
                for row in await connection.execute(select(table).order_by(*table.primary_key))
                if table is not t.meta
                or row.key not in ("pause", "sender_beat", "changes", "backup_at")
            ]
            for table in archive.TABLES
        }


async def test_a_copy_made_while_sending_sends_nothing_by_itself(house: House) -> None:
    house.set(rate_per_second=30)
    people = await house.crowd(READERS)
    serving = await house.serve()
    gate = house.sandbox.hold("sendMessage")
    await _broadcast(house)
    await gate.wait_held(1, timeout=30)
    copy = house.folder / "copy"
    done = await house.polyherald("backup", str(copy))
    assert str(copy) in done.out
    assert copy.stat().st_mode & 0o777 == 0o600
    assert house.sandbox.token.encode() not in gzip.decompress(copy.read_bytes())
    gate.release()
    await house.through(READERS)
    refused = await house.polyherald("restore", str(copy), "--replace", "--yes", status=1)
    assert "runs" in refused.err
    await serving.ended(signal.SIGTERM)
    there = await house.polyherald("restore", str(copy), status=1)
    assert "--replace" in there.err
    await house.polyherald("restore", str(copy), "--replace", "--yes")
    await house.database.close()
    again = await house.begin()
    await again.logs("NOTHING IS SENT. All sending is held back")
    await again.logs(" running ")
    await house.polyherald("resume", "--yes")
    states = [e.state.value for e in await house.entries()]
    assert len(states) == READERS
    listed = (await house.polyherald("deliveries", "--json")).json
    assert {line["announcement"] for line in listed} == {"tide-log/publication"}
    async with house.database.read() as connection:
        state = await connection.scalar(select(t.announcement.c.state))
    assert state == "held"
    assert [len(house.announced(person)) for person in people] == [1] * READERS


async def test_it_can_be_put_into_the_other_kind_of_database(house: House, tmp_path: Path) -> None:
    await house.crowd(READERS)
    serving = await house.serve()
    await _broadcast(house)
    await house.through(READERS)
    await serving.ended(signal.SIGTERM)
    copy = house.folder / "copy"
    await house.polyherald("backup", str(copy))
    before = await _rows(house.database)
    url = f"sqlite:///{tmp_path}/other/polyherald.db"
    house.set(database_url=url, data_dir=tmp_path / "other")
    await house.polyherald("restore", str(copy))
    other = Database(url)
    try:
        assert await _rows(other) == before
    finally:
        await other.close()
    back = house.folder / "back"
    await house.polyherald("backup", str(back))
    house.set(database_url=house.database_url, data_dir=house.folder / "data")
    await house.polyherald("restore", str(back), "--replace", "--yes")
    await house.database.close()
    assert await _rows(house.database) == before
    # What is added next finds a free number.
    house.write("lamp-log", "release.yaml", "date: 2026-06-26\noriginal: en\n")
    house.write("lamp-log", "en.md", "---\nheadline: The lamp log\n---\n\nIt is lit.\n")
    await house.polyherald("import", str(house.releases / "lamp-log"))


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_damaged_copy_changes_nothing(house: House) -> None:
    await house.crowd(READERS)
    copy, bad = house.folder / "copy", house.folder / "bad"
    await house.polyherald("backup", str(copy))
    before = await _rows(house.database)
    plain = gzip.decompress(copy.read_bytes())
    lines = plain.splitlines(keepends=True)
    damages = {
        "cut short": copy.read_bytes()[:-40],
        "no end": gzip.compress(b"".join(lines[:-1])),
        "a row lost": gzip.compress(b"".join(x for x in lines if b"1003" not in x)),
        "a row changed": gzip.compress(plain.replace(b'"1003"', b'"1999"')),
        "another file": b"PK\x03\x04" + plain,
        "nothing": b"",
    }
    for name, data in damages.items():
        bad.write_bytes(data)
        refused = await house.polyherald("restore", str(bad), "--replace", "--yes", status=1)
        assert "Nothing was changed" in refused.err or "damaged" in refused.err, name
        assert len(refused.err.splitlines()) == 1, name
    newer = plain.replace(b'"schema":"', b'"schema":"9', 1)
    bad.write_bytes(gzip.compress(newer))
    refused = await house.polyherald("restore", str(bad), "--replace", "--yes", status=1)
    assert "newer version" in refused.err
    await house.database.close()
    assert await _rows(house.database) == before
