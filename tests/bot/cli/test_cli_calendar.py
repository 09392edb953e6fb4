"""``calendar`` and ``show`` for observances that are more than one date a year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

RELEASE = """date: {day}
{more}observance:
  origin: 1946-06-27
  move: nearest-weekday
  lead: [7]
"""
TEXT = '---\nheadline: "{ordinal} anniversary of the harbour"\nstate: approved\n---\nShips came.\n'


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    return write(tmp_path / "harbour", "2026-06-01")


def write(folder: Path, day: str, more: str = "", observance: str = "") -> Path:
    folder.mkdir()
    (folder / "release.yaml").write_text(RELEASE.format(day=day, more=more) + observance)
    (folder / "en.md").write_text(TEXT)
    return folder


def calendar(cli: Any, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cli("calendar", "--json", *arguments).json
    return found


def test_days_ahead_and_moved_days_are_told_apart(cli: Any, harbour: Path) -> None:
    cli("import", harbour)
    ahead, day = calendar(cli, "--from", "2026-06-01", "--to", "2026-12-31")
    # 27 June 2026 is a Saturday.
    assert (ahead["date"], ahead["lead"], ahead["occasion_date"]) == ("2026-06-19", 7, "2026-06-26")
    assert (day["date"], day["lead"], day["occasion_date"]) == ("2026-06-26", 0, "2026-06-26")
    assert {key: day[key] for key in ("number", "year", "slug", "titles", "accepted")} == {
        "number": 80,
        "year": 2026,
        "slug": "harbour",
        "titles": {"en": "80th anniversary of the harbour"},
        "accepted": True,
    }
    shown = cli("calendar", "--from", "2026-06-01", "--to", "2026-12-31").out
    assert "In 7 days: 80th anniversary of the harbour" in " ".join(shown.split())


def test_editions_of_one_observance_are_listed_once(cli: Any, harbour: Path) -> None:
    cli(
        "import",
        harbour,
        write(harbour.parent / "harbour-2027", "2027-06-28", "edition_of: harbour\n"),
    )
    days = [(o["date"], o["slug"]) for o in calendar(cli, "--to", "2028-12-31") if not o["lead"]]
    assert days == [
        ("2026-06-26", "harbour"),
        ("2027-06-28", "harbour-2027"),
        ("2028-06-27", "harbour-2027"),
    ]


def test_show_says_all_of_an_observance(sqlite_cli: Any, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "harbour",
        "2026-06-01",
        observance="  calendar: persian\n  every: 5\n"
        "  first: 1370\n  last: 1450\n  except: [1410]\n",
    )
    assert sqlite_cli("import", folder).status == 0
    observance = sqlite_cli("show", "harbour", "--json").json["observance"]
    assert observance == {
        "origin": "1946-06-27",
        "every": 5,
        "years": [],
        "feb29": "feb28",
        "at": "",
        "catch_up": "same-day",
        "without_edition": "announce",
        "remind": [30, 7, 1],
        "accepted": True,
        "calendar": "persian",
        "first": 1370,
        "last": 1450,
        "except": [1410],
        "lead": [7],
        "move": "nearest-weekday",
        "weekend": ["sat", "sun"],
    }
    sheet = " ".join(sqlite_cli("show", "harbour").out.split())
    for sentence in (
        "80 years since 27 June 1946",
        "Every 5 years from 27 June 1946.",
        "By the Persian calendar.",
        "Not before the year 1370.",
        "For the last time in the year 1450.",
        "Not in: 1410.",
        "On a weekend it moves to the nearest working day.",
        "Announced as well so many days ahead: 7.",
    ):
        assert sentence in sheet


def test_a_calendar_that_does_not_reach_the_origin_imports_nothing(
    sqlite_cli: Any, tmp_path: Path
) -> None:
    folder = write(tmp_path / "harbour", "2026-06-01", observance="  calendar: islamic\n")
    (folder / "release.yaml").write_text(
        "date: 2026-06-01\nobservance:\n  origin: 1846-06-27\n  calendar: islamic\n"
    )
    refused = sqlite_cli("import", folder)
    assert refused.status == 1
    assert "release.yaml, line 4" in refused.err
    assert "known from 1924-08-01 to 2077-11-16; 1846-06-27 lies outside" in " ".join(
        refused.err.split()
    )
    assert sqlite_cli("list", "--json").json == []
