"""``feeds export --watch`` beside nothing else: it ends when it is told to."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.service.house import PATIENCE, ROOT, House, until


async def test_watching_ends_when_it_is_told_to(small_house: House, tmp_path: Path) -> None:
    small_house.set(languages="en")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "feeds", "export", str(tmp_path / "tree"), "--watch"),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **small_house.environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        said = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        assert b"/tree: 5 written, 0 removed." in said

        async def ended() -> bool:
            return process.returncode is not None

        process.send_signal(signal.SIGTERM)
        await until(ended, "it has ended")
        assert (process.returncode, await process.stdout.read()) == (0, b"")
    finally:
        if process.returncode is None:
            process.kill()
