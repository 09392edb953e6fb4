"""``calendar --date … --preview``: what a day will send."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.bot.cli.conftest import Cli

pytestmark = pytest.mark.either_database


def _office(cli: "Cli", newsroom: Path) -> None:
    assert cli("import", newsroom / "charter-signing").status == 0
    assert cli("approve", "charter-signing").status == 0
    assert cli("queue", "charter-signing", "--at", "2026-07-01T10:00").status == 0
    for address, language, zone in (
        ("telegram:101", "fr", "Europe/Paris"),
        ("telegram:102", "ar", "Asia/Tokyo"),
    ):
        added = cli("subscribers", "add", address, "--languages", language, "--timezone", zone)
        assert added.status == 0, added.err


def test_it_says_when_in_which_zone_and_language_to_how_many(cli: "Cli", newsroom: Path) -> None:
    _office(cli, newsroom)
    done = cli("calendar", "--date", "2027-06-26", "--preview", "--json")
    assert done.status == 0, done.err
    (announcement,) = done.json["announcements"]
    assert announcement["announcement"] == "charter-signing/occurrence/2027"
    assert announcement["subscribers"] == 2
    assert [(w["local"], w["timezone"], w["language"]) for w in announcement["waves"]] == [
        ("2027-06-26T09:00:00+09:00", "Asia/Tokyo", "ar"),
        ("2027-06-26T09:00:00+02:00", "Europe/Paris", "fr"),
    ]
    texts = {m["language"]: m["text"] for m in announcement["messages"]}
    assert texts.keys() == {"ar", "fr"}
    assert texts["fr"].startswith("82e anniversaire")


def test_a_queued_release_is_foretold_on_its_day(cli: "Cli", newsroom: Path) -> None:
    _office(cli, newsroom)
    done = cli("calendar", "--date", "2026-07-01", "--preview")
    assert done.status == 0, done.err
    assert "charter-signing" in done.out
    assert "2 messages would be sent." in done.out


def test_a_day_without_anything_is_said_to_be_so(cli: "Cli", newsroom: Path) -> None:
    _office(cli, newsroom)
    done = cli("calendar", "--date", "2027-01-15", "--preview")
    assert (done.status, done.out) == (0, "")
    assert "15 January 2027" in done.err


def test_wrong_questions_are_refused(cli: "Cli") -> None:
    for arguments in (
        ("--preview",),
        ("--date", "2027-01-15", "--from", "2027-01-01"),
        ("--date", "2027-02-30", "--preview"),
    ):
        assert cli("calendar", *arguments).status == 2, arguments
    over = cli("calendar", "--date", "2020-01-01", "--preview")
    assert over.status == 1
    assert "polyherald deliveries" in over.err
