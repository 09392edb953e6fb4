"""The report of what was delivered, and what staff may do about an announcement."""

from __future__ import annotations

import asyncio
import csv
import os
import pty
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.delivery import ledger
from bot.delivery.engine import InProcess
from bot.delivery.outcome import Change, DeliveryState
from bot.delivery.planner import Planner
from bot.settings import load
from bot.store.database import Database

pytestmark = pytest.mark.either_database

ROOT = str(Path(__file__).parents[3])


@pytest.fixture
def planned(cli, database_url, clock, newsroom):
    """The demo's charter, published and planned for two subscribers; one has it already."""
    cli("import", newsroom / "charter-signing")
    cli("subscribers", "add", "telegram:1111", "--languages", "fr")
    cli("subscribers", "add", "telegram:2222", "--languages", "ar")
    cli("publish", "charter-signing")

    async def plan(database: Database) -> None:
        await Planner(database, load(), clock, InProcess()).look()

    on(database_url, plan)
    return cli


def on(url: str, act: Callable[[Database], Awaitable[None]]) -> None:
    async def opened() -> None:
        database = Database(url)
        try:
            await act(database)
        finally:
            await database.close()

    asyncio.run(opened())


def record(url: str, clock, **outcomes: Change) -> None:
    """Claim everything, and write down what became of it by language."""

    async def write(database: Database) -> None:
        async with database.write() as connection:
            [announcement] = await ledger.announcements(connection)
            claims = await ledger.claim(connection, announcement.id, "w", clock.now(), 10)
            for one in claims:
                change = (one.subscriber_id, outcomes[one.language])
                await ledger.record(connection, announcement.id, "w", [change], clock.now())

    on(url, write)


def test_the_report_counts_and_names_reasons(planned, database_url, clock) -> None:
    record(
        database_url,
        clock,
        fr=Change(state=DeliveryState.SENT, message_ids=("9",)),
        ar=Change(state=DeliveryState.UNKNOWN, reason="interrupted"),
    )
    entries = planned("deliveries", "--json").json
    assert [set(e) >= {"announcement", "subscriber", "language", "at"} for e in entries] == [
        True
    ] * 2
    sent = next(e for e in entries if e["state"] == "sent")
    assert sent["announcement"] == "charter-signing/publication"
    assert sent["message_ids"] == ["9"]
    assert sent["at"] == "2026-06-26T10:00:00+00:00"

    counted = planned("deliveries").lines
    assert len(counted) == 2
    assert any("fr\tsent\t1" in line for line in counted)
    assert any("ar\tunknown\t1\tThe service stopped" in line for line in counted)

    [unknown] = planned("deliveries", "charter-signing", "--state", "unknown", "--json").json
    assert unknown["reason"] == "interrupted"


def test_the_report_names_chats_only_when_asked(planned) -> None:
    entries = planned("deliveries", "--json").json
    assert not {e["subscriber"] for e in entries} & {"telegram:1111", "telegram:2222"}
    assert "1111" not in planned("deliveries", "charter-signing").out.replace(
        entries[0]["subscriber"], ""
    ).replace(entries[1]["subscriber"], "")
    with_addresses = planned("deliveries", "--json", "--addresses").json
    assert {e["subscriber"] for e in with_addresses} == {"telegram:1111", "telegram:2222"}


def test_what_is_asked_for_must_exist(planned) -> None:
    assert planned("deliveries", "nothing").status == 1
    refused = planned("deliveries", "--state", "lost")
    assert refused.status == 2
    assert "unknown" in refused.err


def test_cancelling_ends_what_was_not_sent(planned) -> None:
    cancelled = planned("cancel", "charter-signing/publication")
    assert cancelled.status == 0
    assert "2 deliveries will not be sent" in cancelled.out
    assert {e["reason"] for e in planned("deliveries", "--json").json} == {"cancelled"}
    refused = planned("resume", "charter-signing/publication")
    assert refused.status == 1
    assert "ended" in refused.err


def test_resuming_takes_a_key_or_a_number(planned) -> None:
    assert planned("resume", "charter-signing/publication").status == 0
    assert planned("resume", "1").status == 0
    assert planned("resume", "99").status == 1


def test_who_waits_for_their_language_is_told(cli, database_url, clock, newsroom, write) -> None:
    for name in ("en.md", "release.yaml"):
        words = (newsroom / "charter-signing" / name).read_text("utf-8")
        write(
            f"charter-signing/{name}", words + "required_languages: [en, fr]\n" * (name[0] == "r")
        )
    drawing = (newsroom / "charter-signing" / "five-sheets.png").read_bytes()
    folder = write("charter-signing/five-sheets.png", drawing).parent
    assert cli("import", folder).status == 0
    cli("subscribers", "add", "telegram:1111", "--languages", "fr")
    cli("publish", "charter-signing")

    async def plan(database: Database) -> None:
        await Planner(database, load(), clock, InProcess()).look()

    on(database_url, plan)
    told = cli("deliveries", "charter-signing")
    assert "1 subscriber waits for the text in Français" in told.err
    assert told.status == 0


def test_what_is_unknown_is_shown_and_asked_about_before_it_goes_out_again(
    planned, database_url, clock
) -> None:
    outcomes = {"fr": Change(state=DeliveryState.UNKNOWN), "ar": Change(state=DeliveryState.SENT)}
    record(database_url, clock, **outcomes)
    refused = planned("resend", "charter-signing", "--state", "unknown")
    assert refused.status == 1
    assert "telegram:1111" in refused.out
    assert "telegram:2222" not in refused.out
    assert "add --yes" in refused.err
    again = planned("resend", "charter-signing", "--state", "unknown", "--yes")
    assert again.status == 0
    assert again.out.endswith("1 delivery is sent again.\n")
    lines = planned("deliveries", "charter-signing", "--json").json
    assert sorted(line["state"] for line in lines) == ["pending", "sent"]
    (again,) = [line for line in lines if line["state"] == "pending"]
    assert again["headline"].startswith("81e anniversaire")
    assert [(past["state"], past["resent_by"]) for past in again["earlier"]] == [
        ("unknown", "operator")
    ]
    assert planned("resend", "charter-signing", "--state", "sent").status == 2
    assert planned("resend", "charter-signing", "--state", "failed").status == 1


def test_verifying_ends_with_1_while_somebody_is_not_accounted_for(
    planned, database_url, clock
) -> None:
    open_ = planned("verify-delivery", "charter-signing")
    assert open_.status == 1
    assert "2 deliveries have no final state yet" in open_.err
    failed = Change(state=DeliveryState.FAILED, reason="blocked")
    record(database_url, clock, fr=failed, ar=Change(state=DeliveryState.SENT))
    settled = planned("verify-delivery", "charter-signing")
    assert settled.status == 0
    assert "Everybody is accounted for." in settled.out
    [told] = planned("verify-delivery", "charter-signing", "--json").json
    assert told["settled"] is True
    assert told["states"] == {"failed": 1, "sent": 1}


@pytest.mark.parametrize("backend", ["sqlite"])
def test_every_line_goes_into_a_file(planned, database_url, clock, tmp_path) -> None:
    failed = Change(state=DeliveryState.FAILED, reason="blocked")
    record(database_url, clock, fr=failed, ar=Change(state=DeliveryState.SENT, message_ids=("9",)))
    file = tmp_path / "lines.csv"
    assert "2 lines are in" in planned("deliveries", "charter-signing", "--csv", file).out
    with file.open(encoding="utf-8", newline="") as written:
        rows = {row["language"]: row for row in csv.DictReader(written)}
    assert (rows["fr"]["state"], rows["fr"]["reason"], rows["fr"]["earlier"]) == (
        "failed",
        "blocked",
        "0",
    )
    assert (rows["ar"]["transport"], rows["ar"]["message_ids"]) == ("telegram", "9")
    assert rows["ar"]["headline"]
    assert "1111" not in file.read_text("utf-8").replace(rows["fr"]["subscriber"], "")
    planned("deliveries", "--csv", file, "--addresses", "--state", "failed")
    assert "telegram:1111" in file.read_text("utf-8")
    assert planned("deliveries", "--csv", tmp_path / "no" / "where.csv").status == 1


@pytest.mark.parametrize("backend", ["sqlite"])
def test_watching_shows_how_far_it_is_until_it_ends(
    planned, database_url, clock, tmp_path: Path
) -> None:
    states = {
        "fr": Change(state=DeliveryState.SENT),
        "ar": Change(state=DeliveryState.RETRYING, due_at=clock.now()),
    }
    record(database_url, clock, **states)
    screen, terminal = pty.openpty()
    watching = subprocess.Popen(
        [sys.executable, "-m", "bot", "deliveries", "charter-signing", "--watch"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ROOT, "LC_ALL": "C.UTF-8", "TERM": "xterm"}
        | {"COLUMNS": "200"},
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    seen = ""
    with os.fdopen(screen, "rb", buffering=0) as shown:
        while "1/2" not in seen:
            seen += shown.read(4096).decode()
        assert "The release “charter-signing”" in seen
        assert "messages a second" in seen
        planned("cancel", "charter-signing/publication")
        assert watching.wait(30) == 0
    told = planned("deliveries", "charter-signing", "--watch")
    assert "1 sent, 1 failed, 0 unknown, 0 to come" in told.out
