"""Two versions at once: while machines are upgraded one after another, the older goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect

from bot.store import migrate, migrations
from bot.store.database import blocking_engine

FIRST = "0012"
"""From here on the rule holds: before, nobody ran it on more than one machine."""


def _chain() -> list[str]:
    """All revisions, oldest first."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    found = ScriptDirectory.from_config(config).walk_revisions()
    return [script.revision for script in found][::-1]


def _columns(engine: Engine) -> dict[tuple[str, str], Any]:
    inspector = inspect(engine)
    return {
        (table, column["name"]): column
        for table in inspector.get_table_names()
        for column in inspector.get_columns(table)
    }


def _steps(file: Path) -> Iterator[tuple[str, dict[tuple[str, str], Any]]]:
    url = f"sqlite:///{file}"
    chain = _chain()
    for revision in chain[chain.index(FIRST) :]:
        migrate.upgrade(url, to=revision)
        with blocking_engine(url) as engine:
            yield revision, _columns(engine)


def test_migrations_only_add_and_what_the_version_before_writes_stays_valid(
    tmp_path: Path,
) -> None:
    before: dict[tuple[str, str], Any] = {}
    seen = []
    for revision, after in _steps(tmp_path / "polyherald.db"):
        seen.append(revision)
        tables = {table for table, _ in before}
        for place, column in before.items():
            assert place in after, f"{revision} takes away {place}"
            assert str(after[place]["type"]) == str(column["type"]), (revision, place)
            assert after[place]["nullable"] or not column["nullable"], (revision, place)
        for place in after.keys() - before.keys():
            if place[0] in tables:
                column = after[place]
                given = column["nullable"] or column["default"] is not None
                assert given, f"{revision}: what is inserted without {place} is refused"
        before = after
    assert seen[-1] == migrations.HEAD
    assert seen[0] == FIRST
