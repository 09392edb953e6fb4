"""What is pointed out on the command line: changes under an approval, and counted years."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def edited(sqlite_cli, newsroom: Path, tmp_path: Path):
    """The demo's charter, taken in, and then its original changed in two places."""
    charter = newsroom / "charter-signing"
    sqlite_cli("import", charter)
    folder = tmp_path / "charter-signing"
    folder.mkdir()
    shutil.copy(charter / "five-sheets.png", folder)
    for name in ("en.md", "release.yaml"):
        words = (charter / name).read_text("utf-8")
        changed = words.replace("It was signed", "It was first signed")
        (folder / name).write_text(changed, "utf-8")
    assert sqlite_cli("import", folder).status == 0
    return sqlite_cli


def test_changes_are_marked_word_by_word(edited) -> None:
    shown = edited("show", "charter-signing", "--changes", "fr")
    assert shown.status == 0
    assert "What changed in the original (English) after Français was approved:" in shown.out
    (line,) = [line for line in shown.lines if line.startswith("Text: ")]
    assert "It was {+first+} signed" in line
    assert "العربية" not in shown.out
    assert edited("show", "charter-signing", "--changes").out.count("{+first+}") == 6


def test_changes_are_in_the_document_for_programs(edited) -> None:
    changes = edited("show", "charter-signing", "--changes", "--json").json["changes"]
    assert set(changes) == {"ar", "az", "es", "fr", "ru", "zh"}
    (change,) = changes["fr"]["changes"]
    assert changes["fr"]["known"] is True
    assert change["field"] == "body"
    assert {"kind": "added", "text": "first "} in change["pieces"]
    assert "changes" not in edited("show", "charter-signing", "--json").json


def test_show_says_where_to_see_them(edited) -> None:
    shown = edited("show", "charter-signing").out
    assert "polyherald show charter-signing --changes" in shown
    edited("approve", "charter-signing")
    assert "--changes" not in edited("show", "charter-signing").out
    assert (
        "No text of “charter-signing” is stale."
        in edited("show", "charter-signing", "--changes").out
    )


def test_one_language_is_shown_alone(edited) -> None:
    shown = edited("show", "charter-signing", "fr", "--json").json
    assert set(shown["variants"]) == {"fr"}
    assert "Français (fr)" in edited("show", "charter-signing", "fr").out
    assert "Español (es)" not in edited("show", "charter-signing", "fr").out.split("\n\n", 1)[1]
    refused = edited("show", "charter-signing", "de")
    assert refused.status == 1
    assert "There are: " in refused.err


RELEASE = """\
---
date: 2019-02-26
topics: [survey]
observance: {{origin: 1992-02-26}}
headline: "{headline}"
---

{body}
"""


@pytest.fixture
def counting(sqlite_cli, write):
    path = write(
        "survey/en.md",
        RELEASE.format(
            headline="27th anniversary", body="It began 27 years ago. 27 towns took part."
        ),
    )
    assert sqlite_cli("import", path.parent).status == 0
    return sqlite_cli


def test_counted_years_are_pointed_out_when_a_text_is_approved(counting) -> None:
    approved = counting("approve", "survey")
    assert approved.status == 0
    headline, body = approved.err.splitlines()
    assert "“27th anniversary” Write {ordinal} or {years} instead" in headline
    assert "right this year only: “It began 27 years ago.”" in body
    assert counting("show", "survey", "--json").json["variants"]["en"]["state"] == "approved"


def test_they_are_shown_and_previewed_too(counting) -> None:
    warnings = counting("show", "survey", "--json").json["warnings"]
    assert [(w["field"], w["sentence"], w["sure"]) for w in warnings] == [
        ("headline", "27th anniversary", True),
        ("body", "It began 27 years ago.", True),
    ]
    assert counting("preview", "survey", "--json").json[0]["warnings"] == warnings
    assert "“27th anniversary”" in counting("preview", "survey").err
    assert "It began 27 years ago.”" in counting("show", "survey").out


def test_texts_with_places_for_the_number_are_not(sqlite_cli, newsroom: Path) -> None:
    sqlite_cli("import", newsroom / "charter-signing")
    assert sqlite_cli("show", "charter-signing", "--json").json["warnings"] == []
    assert sqlite_cli("approve", "charter-signing").err == ""
