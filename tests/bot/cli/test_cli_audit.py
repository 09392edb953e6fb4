"""``audit verify``: what an operator is told of the log of acts, and with which exit status."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def log(sqlite_cli: Any, letter: Path, tmp_path: Path) -> Any:
    """The command line over a log of three acts, and a hand on the database behind it."""
    sqlite_cli("import", letter, "--slug", "survey")
    sqlite_cli("approve", "survey")
    sqlite_cli("queue", "survey", "--at", "2026-07-01T10:00")

    def tamper(*statements: str) -> None:
        with sqlite3.connect(tmp_path / "data/polyherald.db") as connection:
            connection.execute("DROP TRIGGER IF EXISTS audit_no_update")
            connection.execute("DROP TRIGGER IF EXISTS audit_no_delete")
            for statement in statements:
                connection.execute(statement)
        connection.close()

    sqlite_cli.tamper = tamper
    return sqlite_cli


def test_a_log_in_order_prints_its_head(log: Any) -> None:
    told = log("audit", "verify")
    assert told.status == 0
    assert "3 acts, all in order." in told.out
    found = log("audit", "verify", "--json").json
    assert (found["acts"], found["sound"], found["broken"]) == (3, True, None)
    assert found["head"] in told.out
    assert log("audit", "verify", "--head", found["head"]).status == 0


def test_the_first_act_that_was_changed_is_named_with_the_remedy(log: Any) -> None:
    log.tamper("UPDATE audit SET actor = 'telegram:1' WHERE id = 2")
    told = log("audit", "verify")
    assert (told.status, told.out) == (1, "")
    assert "number 2 of 26 June 2026" in told.err
    assert "telegram:1, approve survey" in told.err
    assert "Compare it with a backup" in told.err
    assert told.err.count("\n") == 1
    broken = log("audit", "verify", "--json")
    assert broken.status == 1
    assert (broken.json["broken"]["kind"], broken.json["broken"]["id"]) == ("changed", 2)


def test_acts_taken_out_and_cut_off_are_missed(log: Any) -> None:
    log.tamper("DELETE FROM audit WHERE id = 3")
    assert "cut off after this: number 2" in log("audit", "verify").err
    log.tamper("DELETE FROM audit WHERE id = 1")
    assert "before this: number 2" in log("audit", "verify").err
    log.tamper("DELETE FROM audit")
    assert "The log is empty, though acts were written." in log("audit", "verify").err


def test_a_head_from_elsewhere_is_looked_for(log: Any) -> None:
    told = log("audit", "verify", "--head", "ab" * 32)
    assert told.status == 1
    assert "abab" in told.err
    assert log("audit", "verify", "--head", "nonsense").status == 2


def test_an_empty_log_is_in_order(sqlite_cli: Any) -> None:
    told = sqlite_cli("audit", "verify")
    assert told.status == 0
    assert "There is no act in the log yet." in told.out


def test_no_subscriber_is_in_the_log(log: Any, tmp_path: Path) -> None:
    log("subscribers", "add", "telegram:700123456", "--languages", "en")
    log("publish", "survey")
    log("pause")
    log("resume")
    log("subscribers", "remove", "telegram:700123456")
    with sqlite3.connect(tmp_path / "data/polyherald.db") as connection:
        lines = [str(row) for row in connection.execute("SELECT * FROM audit")]
    connection.close()
    assert len(lines) >= 6
    assert not [line for line in lines if "700123456" in line]
