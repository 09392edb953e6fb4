"""What translators run. A copy of the catalogs stands in for those of the checkout."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from translations import messages

PO = "LC_MESSAGES/polyherald.po"


@pytest.fixture
def catalogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """English and Azerbaijani, to be written to."""
    folder = tmp_path / "catalogs"
    for tag in ("en", "az"):
        shutil.copytree(messages.CATALOGS / tag, folder / tag)
    monkeypatch.setattr(messages, "CATALOGS", folder)
    return folder


def test_a_language_is_one_command_and_one_file(bare_cli, catalogs: Path) -> None:
    added = bare_cli("translations", "add", "sv")
    assert (added.status, added.err) == (0, "")
    path = catalogs / "sv" / PO
    assert str(path) in added.out
    assert "translations audit sv" in added.out

    one = bare_cli("translations", "audit", "sv", "--json")
    assert one.status == 1
    (state,) = one.json["catalogs"]
    assert state["status"] == "draft"
    assert state["missing"] == state["messages"] > 400
    assert {finding["problem"] for finding in one.json["findings"]} == {"missing"}
    assert {finding["file"] for finding in one.json["findings"]} == {f"sv/{PO}"}

    every = bare_cli("translations", "audit")
    assert not [line for line in every.lines if line.startswith("sv/")]
    (shown,) = [line for line in every.lines if line.startswith("sv\t")]
    assert shown.split("\t")[1:] == [
        "draft",
        str(state["messages"]),
        str(state["missing"]),
        "no native speaker yet",
    ]


def test_an_update_brings_what_the_code_says(bare_cli, catalogs: Path) -> None:
    path = catalogs / "az" / PO
    whole = path.read_text("utf-8")
    path.write_text(whole.replace('msgid "Headline"', 'msgid "Old headline"'), "utf-8")
    done = bare_cli("translations", "update", "az")
    assert (done.status, done.out) == (0, "1 catalog is up to date.\n")
    updated = path.read_text("utf-8")
    assert 'msgid "Headline"\nmsgstr ""' in updated
    assert '#~ msgid "Old headline"' in updated


def test_a_catalog_that_cannot_be_read_is_named(bare_cli, catalogs: Path) -> None:
    path = catalogs / "az" / PO
    path.write_text('msgid "no end', "utf-8")
    done = bare_cli("translations", "update")
    assert done.status == 1
    assert str(path) in done.err
    assert path.read_text("utf-8") == 'msgid "no end'


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["add", "az"], 1, "polyherald translations update az"),
        (["add", "tlh"], 1, "CLDR has no formats for “tlh”"),
        (["add", "klingon"], 2, "“klingon” is not the tag of a language"),
        (["update", "sv"], 1, "polyherald translations add sv"),
        (["audit", "SV"], 1, "There is no catalog of “sv”"),
    ],
)
def test_what_cannot_be_done_says_what_can(
    bare_cli, catalogs: Path, arguments: list[str], status: int, said: str
) -> None:
    done = bare_cli("translations", *arguments)
    assert done.status == status
    assert said in done.err
    assert done.err.count("\n") == 1
    assert messages.languages_in(catalogs) == ("en", "az")


def test_a_template_is_written_where_it_is_wanted(bare_cli, tmp_path: Path) -> None:
    pot = tmp_path / "of" / "words.pot"
    done = bare_cli("translations", "extract", pot)
    assert (done.status, done.err) == (0, "")
    with pot.open("rb") as source:
        found = read_po(source)
    assert found.get("Headline") is not None
    assert found.get("Subscribe", "command") is not None


@pytest.mark.parametrize("command", [["audit"], ["extract"], ["update", "az"], ["add", "sv"]])
def test_an_installed_package_says_that_a_checkout_is_needed(
    bare_cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    compiled = tmp_path / "catalogs" / "en" / "LC_MESSAGES" / "polyherald.mo"
    compiled.parent.mkdir(parents=True)
    compiled.touch()
    monkeypatch.setattr(messages, "CATALOGS", tmp_path / "catalogs")
    done = bare_cli("translations", *command)
    assert done.status == 1
    assert "Work in a checkout" in done.err
    assert done.out == ""
