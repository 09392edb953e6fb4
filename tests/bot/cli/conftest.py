"""The command line as people use it: arguments in; status, stdout and stderr out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import bot
from bot.__main__ import run
from bot.cli.session import Session
from bot.clock import FixedClock

NEWSROOM = Path(bot.__file__).parent / "demo_newsroom"


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Cli = Callable[..., Result]


@pytest.fixture
def newsroom() -> Path:
    """The folder of the sample releases that come with the program."""
    return NEWSROOM


@pytest.fixture
def bare_cli(
    tmp_path: Path,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Cli:
    """Runs a command in an empty folder, on the embedded default, in English."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str | Path) -> Result:
        capfd.readouterr()
        status = run([str(argument) for argument in arguments], Session(clock=clock))
        return Result(status, *capfd.readouterr())

    return command


@pytest.fixture
def cli(bare_cli: Cli, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs a command, on a database of each kind."""
    monkeypatch.setenv("POLYHERALD_DATABASE_URL", database_url)
    return bare_cli


@pytest.fixture
def sqlite_cli(bare_cli: Cli, migrated: Callable[[str], str], tmp_path: Path) -> Cli:
    """Runs a command on SQLite alone, where the kind of database cannot matter."""
    (tmp_path / "data").mkdir()
    shutil.copy(migrated("sqlite").removeprefix("sqlite:///"), tmp_path / "data/polyherald.db")
    return bare_cli


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file, its folders with it, and gives its path."""

    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


LETTER = """\
Society of Example Cartographers
7 Meridian Road
Mapton
Tel: +1 202 555 0150
Fax: +1 202 555 0151

Press release
14 March 2026

50th anniversary of the Mapton Survey

Fifty years ago, twelve surveyors began to measure the coast near Mapton by hand. Their
work is still the best description of that shore (see the atlas at www.example.org/atlas).

The society thanks everybody who took part, and “all who keep the “old” instruments”.
"""


@pytest.fixture
def letter(write: Callable[[str, str | bytes], Path]) -> Path:
    """A plain-text letter that proposes an observance."""
    return write("letter.txt", LETTER)
