"""``staff``: people are invited and removed from the command line as well."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from bot.cli import staff
from bot.cli.session import Session
from bot.sandbox import Sandbox
from bot.store import tables as t
from bot.store.database import blocking_engine


def somebody(url: str, clock: Any, *roles: str) -> None:
    """Make person 31 one of the staff, as if they had followed links."""
    with blocking_engine(url) as engine, engine.begin() as connection:
        connection.execute(
            insert(t.staff_person), [{"user_id": 31, "name": "Nia @nia", "urgent_always": True}]
        )
        for role in roles:
            name, _, language = role.partition(":")
            row = {"user_id": 31, "role": name, "language": language, "given_by": "operator"}
            connection.execute(insert(t.staff_role), [row | {"given_at": clock.now()}])


@pytest.fixture
def url(tmp_path: Any) -> str:
    return f"sqlite:///{tmp_path / 'data/polyherald.db'}"


def test_nobody_yet(sqlite_cli: Any) -> None:
    told = sqlite_cli("staff", "list")
    assert told.status == 0
    assert "Nobody belongs to the press office yet." in told.err
    assert sqlite_cli("staff", "list", "--json").json == {"staff": [], "invitations": []}


def test_without_a_token_an_invitation_is_what_one_sends_to_the_bot(sqlite_cli: Any) -> None:
    told = sqlite_cli("staff", "invite", "translator:FR")
    assert told.status == 0
    (line,) = told.lines
    assert line.startswith("/start staff_")
    assert len(line.split()[1]) <= 64
    assert "or sends this to the bot, first becomes a member" in told.err
    (one,) = sqlite_cli("staff", "list", "--json").json["invitations"]
    assert (one["role"], one["made_by"]) == ("translator:fr", "operator")
    assert "translator" in sqlite_cli("staff", "list").out
    assert sqlite_cli("staff", "revoke", str(one["id"])).status == 0
    again = sqlite_cli("staff", "revoke", str(one["id"]))
    assert again.status == 1
    assert "not open any more" in again.err
    assert sqlite_cli("staff", "list", "--json").json["invitations"] == []


@pytest.mark.parametrize("role", ["king", "", "translator", "admin:fr", "translator:!!"])
def test_what_is_no_role_is_refused(sqlite_cli: Any, role: str) -> None:
    told = sqlite_cli("staff", "invite", role)
    assert told.status == 2
    assert "is no role" in told.err


def test_somebody_is_removed_and_the_last_admin_is_not(
    sqlite_cli: Any, url: str, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_cli("migrate")
    somebody(url, clock, "admin")
    told = sqlite_cli("staff", "remove", "31")
    assert told.status == 1
    assert "Nobody would be left who is admin." in told.err
    monkeypatch.setenv("POLYHERALD_STAFF", "7:admin")
    listed = sqlite_cli("staff", "list", "--json").json["staff"]
    assert listed == [
        {"id": 7, "name": "", "roles": ["admin"], "in_setting": ["admin"]},
        {"id": 31, "name": "Nia @nia", "roles": ["admin"], "in_setting": []},
    ]
    told = sqlite_cli("staff", "remove", "31")
    assert (told.status, told.out) == (0, "Nia @nia belongs to the press office no longer.\n")
    assert sqlite_cli("staff", "remove", "31").status == 1
    fixed = sqlite_cli("staff", "remove", "7")
    assert fixed.status == 1
    assert "POLYHERALD_STAFF" in fixed.err
    assert sqlite_cli("audit", "verify").status == 0


def test_the_doctor_counts_those_who_were_invited(
    sqlite_cli: Any, url: str, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYHERALD_TELEGRAM_TOKEN", "1:none")
    monkeypatch.setenv("POLYHERALD_TELEGRAM_API_URL", "http://127.0.0.1:1")
    sqlite_cli("migrate")

    def said() -> list[str]:
        found = sqlite_cli("doctor", "--json").json
        return [one["message"] for one in found if one["check"] == "staff"]

    assert said() == ["Nobody may release anything from Telegram."]
    somebody(url, clock, "editor")
    assert said() == ["Nobody of the press office is admin."]
    monkeypatch.setenv("POLYHERALD_STAFF", "7:admin")
    assert said() == []


async def test_with_a_token_it_is_a_link_to_the_bot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, clock: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    async with Sandbox(rates=None) as sandbox:
        monkeypatch.setenv("POLYHERALD_TELEGRAM_TOKEN", sandbox.token)
        monkeypatch.setenv("POLYHERALD_TELEGRAM_API_URL", sandbox.url)
        await staff.invite(Session(clock=clock), "admin")
        name = sandbox.chats.bot["username"]
    assert capsys.readouterr().out.startswith(f"https://t.me/{name}?start=staff_")
