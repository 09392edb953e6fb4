"""A copy of the whole office, started elsewhere, sends nothing until somebody says so."""

from __future__ import annotations

import shutil
import signal

from bot.store.database import Database, sqlite_file
from tests.service.house import COMET, House


async def test_a_copy_serves_pages_and_asks_before_it_sends(small_house: House) -> None:
    house = small_house
    house.set(staff="900:admin")
    house.sandbox.person(900, "Chief", "en").chat.started = True
    house.write_release()
    house.write_release("later-log")
    first = await house.serve()
    reader = await house.join(100, "fr")
    await house.taken_in()
    await house.polyherald("publish", "comet-log")
    await house.through(1)
    assert await first.ended(signal.SIGTERM) == 0

    await house.database.close()
    was = sqlite_file(house.database_url)
    copy = house.folder / "copy.db"
    shutil.copy(was, copy)
    house.database = Database(f"sqlite:///{copy}")
    house.set(database_url=f"sqlite:///{copy}", data_dir=house.folder / "data-of-the-copy")
    second = await house.serve()
    await second.logs("NOTHING IS SENT")
    assert str(was.resolve()) in second.log
    chief = house.sandbox.chat(900)
    told = await chief.wait_for(str(was.resolve()))
    assert "polyherald resume" in told.text

    await house.polyherald("publish", "later-log")
    await house.shows("/fr/releases/later-log", COMET["fr"][0])
    ready = await house.get("/readyz")
    assert ready.status == 200
    assert "held back" in ready.text
    refused = await house.polyherald("resume", status=1)
    assert "Is this the one place that sends now?" in refused.err
    assert len(house.announced(reader)) == 1
    asked = reader.send("/latest")
    assert COMET["fr"][0] in (await reader.chat.wait_for(COMET["fr"][0], after=asked)).text

    await house.polyherald("resume", "--yes")
    await house.through(2)
    assert len(house.announced(reader)) == 2
    assert await second.ended(signal.SIGTERM) == 0
