"""The rules of time zones while the service runs."""

import shutil
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path

import pytest

from bot.occasions import hours
from bot.occasions.calendar import moment_in

NOON = time(12)
PARIS = datetime(2026, 1, 15, 11, tzinfo=UTC)
TOKYO = datetime(2026, 1, 15, 3, tzinfo=UTC)


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Path]:
    """A folder of zones that is looked into first."""
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path), *before])
    yield tmp_path
    zoneinfo.reset_tzpath(before)
    hours.keep_up()


def _write(rules: Path, zone: str) -> None:
    new = rules / "new"
    new.write_bytes((files("tzdata.zoneinfo") / zone).read_bytes())
    shutil.move(new, rules / "Atlantis")  # as installers do


def test_an_update_takes_effect_without_a_restart(rules: Path) -> None:
    _write(rules, "Europe/Paris")
    hours.keep_up()
    assert moment_in("Atlantis", date(2026, 1, 15), NOON) == PARIS
    _write(rules, "Asia/Tokyo")
    hours.keep_up()
    assert moment_in("Atlantis", date(2026, 1, 15), NOON) == TOKYO
