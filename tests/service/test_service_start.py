"""What keeps the service from starting is said before anything is served."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.errors import SettingsError
from bot.service import Service
from bot.settings import Settings
from tests.service.house import free_port


async def refused(folder: Path, **settings: object) -> str:
    service = Service(Settings(data_dir=folder / "data", port=free_port(), **settings))  # type: ignore[arg-type]
    with capture_logs() as logged, pytest.raises(SettingsError) as caught:
        await service.run()
    assert not [entry for entry in logged if entry["event"] in ("serving", "running")]
    assert not service.serving.is_set()
    return str(caught.value)


async def test_a_token_file_that_is_not_there(tmp_path: Path) -> None:
    said = await refused(tmp_path, telegram_token_file=tmp_path / "token.txt")
    assert "telegram_token_file" in said
    assert str(tmp_path / "token.txt") in said


@pytest.mark.parametrize("below", ["", "deeper"])
async def test_a_releases_folder_that_is_a_file(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("no folder")
    said = await refused(tmp_path, releases_dir=tmp_path / "file" / below)
    assert "releases_dir" in said
    assert "a folder that can be read" in said
