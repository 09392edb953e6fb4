"""Pausing and resuming from the command line; a database that moved is asked about."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery import moved
from bot.releases import notices
from bot.releases.notices import Notice
from bot.settings import load
from bot.store import home
from bot.store.database import Database
from bot.store.home import Home
from translations.text import text

ROOT = str(Path(__file__).parents[3])
AWAY = Home(kind="sqlite", place="/srv/old/polyherald.db", body="1")


def test_pausing_all_is_said_wherever_somebody_would_look(cli, newsroom) -> None:
    cli("import", newsroom / "charter-signing")
    paused = cli("pause")
    assert paused.status == 0
    assert "Pages and feeds go on; messages wait" in paused.out
    assert "paused already" in cli("pause").err
    assert "All sending is paused since" in cli("deliveries").err
    assert cli("deliveries", "--json").json == []
    examined = {f["check"]: f for f in cli("doctor", "--json").json}
    assert examined["sending"]["status"] == "warning"
    assert "polyherald resume" in examined["sending"]["remedy"]
    resumed = cli("resume")
    assert (resumed.status, resumed.err) == (0, "")
    assert cli("resume").status == 1
    assert {f["check"]: f["status"] for f in cli("doctor", "--json").json}["sending"] == "ok"


def test_one_announcement_is_named(sqlite_cli, newsroom, clock) -> None:
    sqlite_cli("import", newsroom / "charter-signing")
    refused = sqlite_cli("pause", "charter-signing/publication")
    assert refused.status == 1
    assert "There is no announcement" in refused.err


@pytest.fixture
def moved_cli(sqlite_cli, clock):
    """The command line of an office whose database was used elsewhere before."""

    async def move() -> None:
        settings = load()
        database = Database(settings.url)
        async with database.write() as connection:
            await home.settle(database, connection, AWAY, clock.now())
        await moved.look(database, settings, clock)
        await database.close()

    asyncio.run(move())
    return sqlite_cli


def test_after_a_move_nobody_resumes_by_accident(moved_cli) -> None:
    """A script has no terminal: it must say that it means it."""
    refused = moved_cli("resume")
    assert refused.status == 1
    assert refused.err.count("\n") == 1
    assert AWAY.place in refused.err
    assert "Is this the one place that sends now?" in refused.err
    assert "polyherald resume --yes" in refused.err
    examined = {f["check"]: f for f in moved_cli("doctor", "--json").json}
    assert AWAY.place in examined["sending"]["message"]
    assert moved_cli("resume", "--yes").status == 0
    assert {f["check"]: f["status"] for f in moved_cli("doctor", "--json").json}["sending"] == "ok"


def test_what_staff_were_not_told_is_the_doctors_to_say(
    sqlite_cli, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYHERALD_STAFF", "7:admin")

    async def post() -> None:
        settings = load()
        database = Database(settings.url)
        what = text("“{slug}” is already published.", slug="lamp")
        async with database.write() as connection:
            given = [Notice(key="x", what=what)]
            await notices.post(database, connection, settings, clock.now(), given)
        await database.close()

    asyncio.run(post())
    assert "notices" not in {f["check"] for f in sqlite_cli("doctor", "--json").json}
    clock.set(clock.now() + timedelta(minutes=2))
    examined = {f["check"]: f for f in sqlite_cli("doctor", "--json").json}
    assert examined["notices"]["status"] == "warning"
    assert "have not been told 1 thing" in examined["notices"]["message"]


@pytest.mark.parametrize(("answer", "status"), [("n", 1), ("y", 0)])
def test_on_a_terminal_it_asks(moved_cli, tmp_path: Path, answer: str, status: int) -> None:
    screen, keyboard = pty.openpty()
    with os.fdopen(screen, "r+b", buffering=0) as typing:
        typing.write(f"{answer}\n".encode())
        done = subprocess.run(
            [sys.executable, "-m", "bot", "resume"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": ROOT, "LC_ALL": "C.UTF-8"},
            stdin=keyboard,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        os.close(keyboard)
    assert done.returncode == status, done.stderr
    assert "Is this the one place that sends now?" in done.stderr
    assert ("Nothing was done." in done.stderr) is bool(status)
