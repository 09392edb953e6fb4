"""Takes a file apart in a process of its own, one at a time, under limits."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from bot.releases.documents.child import COMPLICATED

_ROOT = Path(__file__).parents[3]
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from bot.releases.documents.child import main; sys.exit(main(sys.argv[1:]))"
)
_WAIT = 60
"""Seconds, on a machine that has other things to do: the process gets far fewer for itself."""
_ONE_AT_A_TIME = threading.Lock()


def taken_apart(kind: str, data: bytes, memory: int, seconds: int) -> dict[str, Any]:
    """What the process says of a file of that kind (``docx``, ``html``, ``picture``), within
    bytes of ``memory`` and ``seconds`` of CPU time. Blocks, for at most a minute.

    ``{"refused": code, "values": {…}}`` where it does not take it.
    """
    command = [sys.executable, "-I", "-c", _START, str(_ROOT), kind, str(memory), str(seconds)]
    # The answer goes to a file, because there is a limit to what a process may write to one.
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as written:
        try:
            subprocess.run(
                command,
                input=data,
                stdout=written,
                stderr=subprocess.DEVNULL,
                timeout=_WAIT,
                check=True,
            )
            written.seek(0)
            answer: dict[str, Any] = json.load(written)
        except (OSError, subprocess.SubprocessError, ValueError):
            return {"refused": COMPLICATED, "values": {}}
        return answer
