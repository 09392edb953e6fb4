"""From import to the queue, as the operator does it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def charter(newsroom: Path) -> Path:
    return newsroom / "charter-signing"


def test_a_release_goes_from_folder_to_queue(cli, charter) -> None:
    taken = cli("import", charter)
    assert taken.status == 0
    assert "“charter-signing” has been taken in." in taken.out

    queued = cli("queue", "charter-signing", "--at", "2026-07-01T10:00:00[Europe/Paris]")
    assert queued.status == 0
    assert "1 July 2026, 10:00" in queued.out

    shown = cli("show", "charter-signing", "--json").json
    assert shown["state"] == "queued"
    assert shown["publish_at"] == "2026-07-01T10:00:00+02:00[Europe/Paris]"


def test_show_json_has_the_keys_that_programs_rely_on(sqlite_cli, charter) -> None:
    sqlite_cli("import", charter)
    shown = sqlite_cli("show", "charter-signing", "--json").json
    assert {
        *("slug", "original", "date", "embargo", "pubstatus", "topics", "issuer", "contact"),
        *("related", "observance", "variants"),
    } <= set(shown)
    assert shown["original"] == "en"
    assert shown["date"] == "2026-06-26"
    assert shown["observance"]["origin"] == "1945-06-26"
    assert shown["related"][3]["symbols"] == ["A/47/277", "S/24111"]
    assert shown["contact"]["phones"] == ["+1 202 555 0142", "+1 202 555 0143"]
    assert set(shown["variants"]) == {"ar", "az", "en", "es", "fr", "ru", "zh"}
    french = shown["variants"]["fr"]
    assert {"headline", "subhead", "body", "state"} <= set(french)
    assert french["state"] == "approved"


def test_what_folders_say_is_approved_counts_only_while_they_are_trusted(
    sqlite_cli, charter, monkeypatch
) -> None:
    monkeypatch.setenv("POLYHERALD_TRUST_FOLDER", "false")
    sqlite_cli("import", charter)
    shown = sqlite_cli("show", "charter-signing", "--json").json
    assert {v["state"] for v in shown["variants"].values()} == {"draft"}
    assert sqlite_cli("publish", "charter-signing").status == 1

    assert sqlite_cli("approve", "charter-signing", "en").status == 0
    shown = sqlite_cli("show", "charter-signing", "--json").json
    assert shown["variants"]["en"]["state"] == "approved"
    assert shown["variants"]["fr"]["state"] == "draft"
    assert "fr" in shown["missing"]

    assert sqlite_cli("approve", "charter-signing").status == 0
    assert sqlite_cli("show", "charter-signing", "--json").json["missing"] == []


def test_nobody_approves_their_own_import_under_four_eyes(sqlite_cli, charter, monkeypatch) -> None:
    monkeypatch.setenv("POLYHERALD_FOUR_EYES", "true")
    sqlite_cli("import", charter)
    refused = sqlite_cli("approve", "charter-signing")
    assert refused.status == 1
    assert "four eyes" in refused.err
    short = sqlite_cli("approve", "charter-signing", "en", "--override", "urgent")
    assert short.status == 1
    assert "10 to 500 characters" in short.err
    why = "The only colleague is on leave today"
    assert sqlite_cli("approve", "charter-signing", "en", "--override", why).status == 0
    english = sqlite_cli("show", "charter-signing", "--json").json["variants"]["en"]
    assert (english["state"], english["second_approval_owed"]) == ("approved", why)
    assert f"because: {why}" in sqlite_cli("show", "charter-signing").out
    history = sqlite_cli("show", "charter-signing", "--history", "--json").json["history"]
    assert history[-1]["act"] == "approve alone"
    assert history[-1]["details"] == {"languages": ["en"], "reason": why}


def test_a_changed_original_shows_its_translations_as_stale(sqlite_cli, charter, tmp_path) -> None:
    sqlite_cli("import", charter)
    folder = tmp_path / "charter-signing"
    folder.mkdir()
    shutil.copy(charter / "five-sheets.png", folder)
    for file in (charter / "en.md", charter / "release.yaml"):
        text = file.read_text("utf-8")
        if file.name == "en.md":
            text = text.replace("It was signed", "It was first signed").replace(
                "state: approved", "state: draft"
            )
        (folder / file.name).write_text(text, "utf-8")
    sqlite_cli("import", folder)
    variants = sqlite_cli("show", "charter-signing", "--json").json["variants"]
    assert variants["en"]["state"] == "draft"
    assert variants["fr"]["state"] == "stale"
    assert "approved before the original changed" in sqlite_cli("show", "charter-signing").out


def test_history_tells_who_did_what(cli, charter) -> None:
    cli("import", charter)
    cli("queue", "charter-signing", "--at", "2026-07-01T10:00")
    cli("hold", "charter-signing")
    history = cli("show", "charter-signing", "--history", "--json").json["history"]
    assert [(act["actor"], act["act"]) for act in history] == [
        ("folder", "import"),
        ("operator", "queue"),
        ("operator", "hold"),
    ]
    told = cli("show", "charter-signing", "--history").out
    assert "the command line\tHeld it back" in told
    assert "the releases folder\tFiled it: " in told


def test_an_embargo_keeps_a_release_back(sqlite_cli, charter) -> None:
    sqlite_cli("import", charter)
    sqlite_cli(
        "queue", "charter-signing", "--embargo", "2026-07-01T09:00:00-04:00[America/New_York]"
    )
    refused = sqlite_cli("publish", "charter-signing")
    assert refused.status == 1
    assert "under embargo until 1 July 2026" in refused.err
    assert refused.err.count("\n") == 1


def test_publishing_twice_or_what_is_not_there_says_what_to_do(sqlite_cli) -> None:
    refused = sqlite_cli("publish", "no-such-thing")
    assert refused.status == 1
    assert refused.out == ""
    assert "“list” shows them all" in refused.err


@pytest.mark.parametrize(
    "when",
    [
        "some day",
        "03/04",
        "Monday 27 June",
        "2026-02-30T10:00",
        "2026-03-29T02:30[Europe/Paris]",
        "2026-06-26T10:00[X/Y]",
    ],
)
def test_a_moment_that_is_none_is_wrong_usage(sqlite_cli, charter, when) -> None:
    sqlite_cli("import", charter)
    refused = sqlite_cli("queue", "charter-signing", "--at", when)
    assert refused.status == 2
    assert "'--at'" in refused.err
    assert sqlite_cli("show", "charter-signing", "--json").json["state"] == "draft"


def test_wall_time_without_a_zone_is_the_offices(sqlite_cli, charter, monkeypatch) -> None:
    monkeypatch.setenv("POLYHERALD_TIMEZONE", "Asia/Tokyo")
    sqlite_cli("import", charter)
    sqlite_cli("queue", "charter-signing", "--at", "2026-07-01T10:00")
    shown = sqlite_cli("show", "charter-signing", "--json").json
    assert shown["publish_at"] == "2026-07-01T10:00:00+09:00[Asia/Tokyo]"


def test_list_gives_one_stable_line_per_release_when_piped(cli, newsroom) -> None:
    assert cli("list").out == ""
    assert "polyherald import" in cli("list").err
    cli("import", newsroom)
    listed = cli("list")
    assert [line.split("\t")[0] for line in listed.lines] == [
        "charter-signing",
        "reading-room-hours",
        "metre-convention",
        "leap-day-catalogue",
    ]
    assert listed.lines[0].split("\t")[1] == "2026-06-26"
    assert "81st anniversary of the signing" in listed.lines[0]
    as_json = cli("list", "--json").json
    assert as_json[0]["slug"] == "charter-signing"
    assert as_json[0]["variants"]["ar"] == "approved"


def test_preview_is_the_message_that_subscribers_get(sqlite_cli, charter) -> None:
    sqlite_cli("import", charter)
    [message] = sqlite_cli("preview", "charter-signing", "--language", "fr", "--json").json
    assert message["text"].startswith("81e anniversaire de la signature")
    assert message["units"] == len(message["text"].encode("utf-16-le")) // 2 <= message["limit"]
    assert message["button"]["url"].endswith("/fr/releases/charter-signing")
    shown = sqlite_cli("preview", "charter-signing", "--language", "fr")
    assert message["text"] in shown.out
    assert f"{message['units']:,} of at most 1,024" in shown.out
    assert len(sqlite_cli("preview", "charter-signing", "--json").json) == 7


def test_preview_names_the_languages_that_there_are(sqlite_cli, newsroom) -> None:
    sqlite_cli("import", newsroom / "leap-day-catalogue")
    refused = sqlite_cli("preview", "leap-day-catalogue", "--language", "ru")
    assert refused.status == 1
    assert "en, es and fr" in refused.err
    assert sqlite_cli("preview", "leap-day-catalogue", "--language", "klingon").status == 2
    assert sqlite_cli("preview", "leap-day-catalogue", "--transport", "pigeon").status == 2


def test_calendar_shows_the_next_twelve_months(cli, newsroom) -> None:
    cli("import", newsroom)
    assert [(o["date"], o["slug"], o["number"]) for o in cli("calendar", "--json").json] == [
        ("2026-06-26", "charter-signing", 81),
        ("2027-02-28", "leap-day-catalogue", 55),
        ("2027-05-20", "metre-convention", 152),
    ]
    leap = cli("calendar", "--from", "2028-01-01", "--to", "2028-12-31", "--json").json
    assert ("2028-02-29", 56) in [(o["date"], o["number"]) for o in leap]


def test_calendar_titles_follow_the_operator(sqlite_cli, newsroom, monkeypatch) -> None:
    sqlite_cli("import", newsroom / "charter-signing")
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert "81e anniversaire" in sqlite_cli("calendar").out


def test_calendar_refuses_what_is_no_period(sqlite_cli) -> None:
    assert sqlite_cli("calendar", "--from", "2026-02-30").status == 2
    assert sqlite_cli("calendar", "--from", "2027-01-01", "--to", "2026-01-01").status == 2
    empty = sqlite_cli("calendar", "--from", "9999-06-01")
    assert empty.status == 0
    assert "No anniversaries" in empty.err


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tomorrow 9:00", "2026-06-27T09:00:00+02:00[Europe/Paris]"),
        ("27 février à 9h30", "2027-02-27T09:30:00+01:00[Europe/Paris]"),
        ("Monday [Asia/Tokyo]", "2026-06-29T09:00:00+09:00[Asia/Tokyo]"),
        ("in 2 hours", "2026-06-26T14:00:00+02:00[Europe/Paris]"),
    ],
)
def test_a_time_may_be_given_in_words(sqlite_cli, charter, monkeypatch, written, meant) -> None:
    monkeypatch.setenv("POLYHERALD_TIMEZONE", "Europe/Paris")
    monkeypatch.setenv("POLYHERALD_LANGUAGES", "en,fr")
    sqlite_cli("import", charter)
    sqlite_cli("approve", "charter-signing")
    queued = sqlite_cli("queue", "charter-signing", "--at", written)
    assert queued.status == 0, queued.err
    assert sqlite_cli("show", "charter-signing", "--json").json["publish_at"] == meant
