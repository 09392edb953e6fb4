"""What docs/scaling.md reckons with is what the real planner and ledger take."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.delivery.pace import HEADROOM

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "scaling.md").read_text("utf-8")


def _bytes(kind: str) -> tuple[float, float]:
    found = re.search(rf"^\| {kind} \| (\d+) \| (\d+) \|$", DOCUMENT, re.MULTILINE)
    assert found is not None, kind
    return float(found[1]), float(found[2])


def test_the_offices_are_reckoned_by_the_model() -> None:
    rows = re.findall(
        r"^\| ([\d,]+) \| (\d+) \| ([\d.]+) min \| ([\d.]+) min \| ([\d.]+) GB \| ([\d.]+) GB \|$",
        DOCUMENT,
        re.MULTILINE,
    )
    assert len(rows) == 4
    for subscribers, releases, slow, fast, *disks in rows:
        people = int(subscribers.replace(",", ""))
        for rate, minutes in ((30, slow), (1000, fast)):
            assert float(minutes) == round(people / (rate * HEADROOM) / 60, 1)
        for each, gigabytes in zip(_bytes("a delivery, sent"), disks, strict=True):
            assert float(gigabytes) == pytest.approx(people * int(releases) * each / 1e9, abs=0.01)


def test_rows_take_what_the_document_says(tmp_path: Path) -> None:
    """The measurement itself, on a small scale: bytes and memory, never time."""
    command = [sys.executable, str(ROOT / "tests" / "bench" / "bench_planning.py")]
    command += ["--url", f"sqlite:///{tmp_path}/small.db", "--recipients", "8000"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    for kind, name in (
        ("a subscriber", "subscriber bytes"),
        ("a delivery, planned", "planned bytes"),
        ("a delivery, sent", "sent bytes"),
    ):
        assert figures[name] == pytest.approx(_bytes(kind)[0], rel=0.35), name
    assert figures["memory"] < 150
