from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.service.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[House]:
    """An office on a database of each kind; nothing runs yet."""
    async with open_house(tmp_path, database_url) as opened:
        yield opened


@pytest.fixture
async def small_house(tmp_path: Path, migrated: Callable[[str], str]) -> AsyncIterator[House]:
    """An office on the embedded default, where the kind of database cannot matter."""
    file = tmp_path / "polyherald.db"
    shutil.copy(migrated("sqlite").removeprefix("sqlite:///"), file)
    async with open_house(tmp_path, f"sqlite:///{file}") as opened:
        yield opened
