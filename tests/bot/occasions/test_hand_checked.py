"""Date, hour and title of anniversaries as people worked them out: hand_checked.md."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.occasions.calendar import moment_in
from bot.occasions.observance import Anniversary, anniversaries
from bot.occasions.title import occasion_title
from bot.releases.release import ObservanceSpec

TABLE = Path(__file__).with_name("hand_checked.md")
NEVER = "–"


def _rows() -> list[list[str]]:
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def _spec(origin: str, rule: str) -> ObservanceSpec:
    spec = ObservanceSpec(origin=date.fromisoformat(origin))
    for part in rule.split():
        key, value = part.split("=")
        if key in ("years", "skip"):
            given: object = tuple(int(number) for number in value.split(","))
        elif key == "weekend":
            given = tuple(value.split(","))
        else:
            given = int(value) if value.isdigit() else value
        spec = replace(spec, **{key: given})  # type: ignore[arg-type]
    return spec


def _of_the_year(spec: ObservanceSpec, year: int) -> Anniversary | None:
    found = anniversaries(spec, date(year - 1, 12, 31), date(year, 12, 31))
    return next(found, None)


def test_there_are_enough_of_them_in_every_language() -> None:
    rows = _rows()
    assert len(rows) >= 60
    languages = {"en", "fr", "es", "ru", "ar", "zh", "az", "tr", "de", "pt", "fa", "uk"}
    assert {row[6] for row in rows} == languages


@pytest.mark.parametrize("row", _rows(), ids=lambda row: " ".join(row[:4] + row[6:7]))
def test_it_is_as_it_was_worked_out_by_hand(row: list[str]) -> None:
    origin, rule, year, zone, local, utc, language, pattern, title = row
    spec = _spec(origin, rule)
    anniversary = _of_the_year(spec, int(year))
    if local == NEVER:
        assert anniversary is None
        return
    assert anniversary is not None
    moment = moment_in(zone, anniversary.on, time.fromisoformat(spec.at or "09:00"))
    assert moment == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" == local
    assert occasion_title(pattern, anniversary.number, language) == title
