"""Keeps a second service away from the files of the first."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import StoreError
from translations.text import text


@contextmanager
def only_service(data_dir: Path) -> Iterator[None]:
    """Hold the lock in ``data_dir``; the kernel lets go of it however this process ends.

    Raises ``StoreError`` when another service holds it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError(
                text(
                    "Another Polyherald already runs on {folder}. Stop it, or set data_dir to "
                    "another folder; for several machines use PostgreSQL.",
                    folder=str(data_dir),
                )
            ) from error
        yield
