"""Logs name no secret, also where they tell of a fault."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FAULT = """
import structlog
from bot import logs
logs.configure(FORMAT)

def send(token):
    raise ValueError("broken on purpose")

try:
    send(token="7000:" + "hush" * 3)
except ValueError:
    structlog.get_logger("bot").exception("could not be sent")
"""


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_shows_where_and_no_values(form: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAULT.replace("FORMAT", repr(form))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ValueError: broken on purpose" in done.stderr
    assert "in send" in done.stderr
    assert "hushhush" not in done.stderr
