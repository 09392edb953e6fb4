"""The doctor finds what is wrong with settings, database and machine, and says what to do."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.clock import SystemClock
from bot.delivery.engine import InProcess
from bot.delivery.planner import Planner
from bot.sandbox import Sandbox
from bot.settings import load
from bot.store.database import Database
from bot.store.tables import announcement


def findings(result) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in result.json:
        found.setdefault(finding["check"], []).append(finding["status"])
    return found


def settings(monkeypatch, **values: str) -> None:
    for key, value in values.items():
        monkeypatch.setenv(f"POLYHERALD_{key.upper()}", value)


def test_a_fresh_installation_is_sound(bare_cli, tmp_path) -> None:
    examined = bare_cli("doctor", "--json")
    assert examined.status == 0
    found = findings(examined)
    assert found["settings"] == found["data_dir"] == found["database"] == ["ok"]
    assert found["token"] == ["warning"]
    assert not (tmp_path / "data").exists()
    warnings = [f for f in examined.json if f["status"] != "ok"]
    assert all(f["remedy"] for f in warnings)
    assert "token\twarning\t" in bare_cli("doctor").out


def test_a_database_is_looked_at_where_it_is(cli) -> None:
    assert findings(cli("doctor", "--json"))["database"] == ["ok"]


def test_loopback_links_are_refused_with_the_real_bot_api(bare_cli, monkeypatch) -> None:
    # The proxy is nobody: the check of the token fails at once, and nothing leaves the machine.
    settings(monkeypatch, telegram_token="1:none", telegram_webhook_secret="s")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    settings(monkeypatch, base_url="http://127.0.0.1:8080")
    examined = bare_cli("doctor", "--json")
    assert examined.status == 1
    assert findings(examined)["base_url"] == ["error"]
    assert findings(examined)["token"] == ["error"]
    settings(monkeypatch, base_url="https://press.example.org")
    assert findings(bare_cli("doctor", "--json"))["base_url"] == ["ok"]


def test_a_bot_api_that_does_not_answer_is_named(bare_cli, monkeypatch) -> None:
    settings(monkeypatch, telegram_token="1:none", telegram_api_url="http://127.0.0.1:1")
    examined = bare_cli("doctor", "--json")
    assert examined.status == 1
    assert findings(examined)["token"] == ["error"]
    assert findings(examined)["base_url"] == ["warning"]
    assert findings(examined)["staff"] == ["warning"]
    assert "1:none" not in examined.out + examined.err


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://press.example.org/telegram/webhook", "ok"),
        ("https://press.example.org:8443/telegram/webhook", "ok"),
        ("https://press.example.org:8444/telegram/webhook", "error"),
        ("http://press.example.org/telegram/webhook", "error"),
    ],
)
def test_a_webhook_must_be_one_that_telegram_calls(bare_cli, monkeypatch, url, status) -> None:
    settings(monkeypatch, telegram_webhook_url=url, telegram_webhook_secret="secret")
    assert findings(bare_cli("doctor", "--json"))["webhook"] == [status]


def test_a_hub_that_has_long_failed_is_named(sqlite_cli, monkeypatch, tmp_path, clock) -> None:
    hub = "https://hub.example.org/"
    settings(monkeypatch, websub_hubs=hub)
    assert "websub" not in findings(sqlite_cli("doctor", "--json"))
    now = clock.now().replace(tzinfo=None).isoformat(" ")
    with sqlite3.connect(tmp_path / "data/polyherald.db") as database:
        database.execute("INSERT INTO hub (url) VALUES (?)", (hub,))
        database.execute(
            "INSERT INTO hub_ping (hub, topic, served, changed_at, due_at) VALUES (?, ?, ?, ?, ?)",
            (hub, "https://press.example.org/feeds/en/rss.xml", "new", now, now),
        )
    assert findings(sqlite_cli("doctor", "--json"))["websub"] == ["ok"]
    with sqlite3.connect(tmp_path / "data/polyherald.db") as database:
        database.execute("UPDATE hub SET failing_since = ?, reason = 'HTTP 503'", (now,))
    clock.set(clock.now() + timedelta(hours=1))
    (found,) = (f for f in sqlite_cli("doctor", "--json").json if f["check"] == "websub")
    assert found["status"] == "warning"
    for part in (hub, "HTTP 503", "1 feed waits", "10:00"):
        assert part in found["message"], found


def test_a_wrong_setting_is_a_finding_not_a_crash(bare_cli, monkeypatch) -> None:
    settings(monkeypatch, port="eighty", tlegram_token="1:x")
    examined = bare_cli("doctor", "--json")
    assert examined.status == 1
    assert findings(examined) == {"variables": ["warning"], "settings": ["error"]}
    assert "eighty" in examined.out


def test_folders_that_cannot_be_used_are_errors(bare_cli, monkeypatch, write) -> None:
    file = write("file", "not a folder")
    settings(monkeypatch, releases_dir=str(file), data_dir=str(file))
    found = findings(bare_cli("doctor", "--json"))
    assert found["releases_dir"] == ["error"]
    assert found["data_dir"] == ["error"]


def test_a_database_of_something_else_is_named(bare_cli, monkeypatch, write) -> None:
    junk = write("junk.db", b"this is not a database, whatever its name says" * 20)
    settings(monkeypatch, database_url=f"sqlite:///{junk}")
    examined = bare_cli("doctor", "--json")
    assert findings(examined)["database"] == ["error"]
    listed = bare_cli("list")
    assert listed.status == 1
    assert "not a database" in listed.err
    assert listed.err.count("\n") == 1


def test_a_password_is_never_shown(bare_cli, monkeypatch) -> None:
    settings(monkeypatch, database_url="postgresql://u:hush@127.0.0.1:1/none")
    for arguments in (("doctor",), ("list",)):
        shown = bare_cli(*arguments)
        assert shown.status == 1
        assert "hush" not in shown.out + shown.err


def test_a_clock_from_the_past_is_an_error(bare_cli, clock) -> None:
    clock.set(datetime(1970, 1, 1, tzinfo=UTC))
    assert "error" in findings(bare_cli("doctor", "--json"))["clock"]


def test_a_clock_that_went_back_is_noticed(cli, clock, newsroom) -> None:
    cli("import", newsroom / "leap-day-catalogue")
    clock.set(datetime(2026, 6, 1, tzinfo=UTC))
    assert "warning" in findings(cli("doctor", "--json"))["clock"]


def test_languages_without_a_catalog_are_a_warning(bare_cli, monkeypatch) -> None:
    settings(monkeypatch, languages="en,is")
    assert findings(bare_cli("doctor", "--json"))["catalogs"] == ["warning"]


def test_migrate_tells_whether_there_was_anything_to_do(bare_cli, tmp_path) -> None:
    os.environ.pop("POLYHERALD_DATABASE_URL", None)
    assert "has been brought" in bare_cli("migrate").out
    assert "already" in bare_cli("migrate").out
    assert (tmp_path / "data" / "polyherald.db").exists()


def of(result, check: str) -> list[tuple[str, str]]:
    return [(f["status"], f["remedy"] or "") for f in result.json if f["check"] == check]


def test_speed_that_nobody_allows_is_pointed_out(bare_cli, monkeypatch) -> None:
    settings(monkeypatch, rate_per_second="200")
    assert findings(bare_cli("doctor", "--json"))["pace"] == ["warning"]
    settings(monkeypatch, allow_paid_broadcast="true")
    assert "paid_messages_cap" in of(bare_cli("doctor", "--json"), "pace")[0][1]
    settings(monkeypatch, paid_messages_cap="1000")
    assert findings(bare_cli("doctor", "--json"))["pace"] == ["ok"]


def test_a_disk_that_is_nearly_full(bare_cli, monkeypatch) -> None:
    assert findings(bare_cli("doctor", "--json"))["disk"] == ["ok"]
    monkeypatch.setattr("bot.cli.doctor.LEAST_ROOM", 10**15)
    assert findings(bare_cli("doctor", "--json"))["disk"] == ["warning"]


def test_a_backup_sets_the_doctor_at_rest(cli, tmp_path) -> None:
    assert "backup" not in findings(cli("doctor", "--json"))  # there is nothing to lose yet
    assert cli("backup", str(tmp_path / "copy")).status == 0
    assert findings(cli("doctor", "--json"))["backup"] == ["ok"]


def test_what_waits_for_somebody_is_named(sqlite_cli, newsroom, clock) -> None:
    """For a decision, and for a process that sends."""
    sqlite_cli("import", newsroom / "charter-signing")
    sqlite_cli("subscribers", "add", "telegram:1111", "--languages", "fr")
    sqlite_cli("publish", "charter-signing")

    async def look() -> None:
        database = Database(load().url)
        await Planner(database, load(), clock, InProcess()).look()
        await database.close()

    asyncio.run(look())
    assert findings(sqlite_cli("doctor", "--json"))["senders"] == ["warning"]

    async def hold() -> None:
        database = Database(load().url)
        async with database.write() as connection:
            await connection.execute(update(announcement).values(state="held"))
        await database.close()

    asyncio.run(hold())
    found = findings(sqlite_cli("doctor", "--json"))
    assert found["held"] == ["warning"]
    assert "senders" not in found


def test_a_damaged_database_is_named(sqlite_cli, tmp_path) -> None:
    sqlite_cli("subscribers", "add", "telegram:1111")
    file = tmp_path / "data" / "polyherald.db"
    with sqlite3.connect(file) as connection:
        page = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'uq_subscriber_transport_address' "
            "OR name = 'sqlite_autoindex_subscriber_1'"
        ).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size + 8)
        raw.write(b"\xff" * 64)
    examined = sqlite_cli("doctor", "--json")
    assert examined.status == 1
    assert any(f["check"] == "database" and f["status"] == "error" for f in examined.json)


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_machine_whose_clock_is_apart_from_the_servers(cli, monkeypatch) -> None:
    assert "clock" not in [f["check"] for f in cli("doctor", "--json").json if f["status"] != "ok"]
    real = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda self: real(self) + timedelta(seconds=40))
    (told,) = [f for f in cli("doctor", "--json").json if "apart" in f["message"]]
    assert (told["check"], told["status"]) == ("clock", "warning")


async def test_it_says_how_to_turn_inline_mode_on(bare_cli, monkeypatch) -> None:
    async with Sandbox(rates=None) as sandbox:
        settings(monkeypatch, telegram_token=sandbox.token, telegram_api_url=sandbox.url)
        found = of(await asyncio.to_thread(bare_cli, "doctor", "--json"), "inline")
        assert found == [("ok", "")]
        sandbox.chats.offers.is_on = False
        ((status, remedy),) = of(await asyncio.to_thread(bare_cli, "doctor", "--json"), "inline")
        assert status == "warning"
        assert "/setinline" in remedy
