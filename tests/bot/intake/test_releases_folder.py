"""The folder that is kept in step: what is wrong in it is told once."""

from __future__ import annotations

from pathlib import Path

from bot.clock import FixedClock
from bot.releases.desk import Desk
from bot.releases.folder import Folder
from bot.settings import Settings
from bot.store.database import Database
from translations.text import Text

TWICE_WRONG = "---\ndate: 2026-02-30\nstate: aproved\nheadline: The rope\n---\nText.\n"


async def test_several_problems_are_each_told_once_until_they_change(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    file = tmp_path / "rope" / "en.md"
    file.parent.mkdir()
    file.write_text(TWICE_WRONG, "utf-8")
    told: list[str] = []

    async def tell(what: Text) -> None:
        told.append(str(what))

    settings = Settings()
    folder = Folder(Desk(database, settings, clock), settings, tmp_path, tell)
    await folder.take_in([file.parent])
    first = list(told)
    assert any("2026-02-30" in words for words in first)
    assert any("aproved" in words for words in first)

    await folder.take_in([file.parent])
    assert told == first

    file.write_text(TWICE_WRONG.replace("aproved", "aprovd"), "utf-8")
    await folder.take_in([file.parent])
    assert any("aprovd" in words for words in told[len(first) :])
