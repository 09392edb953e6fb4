"""What settings refuse: the error names the key, the value, and what is allowed instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import load


def refusal(folder: Path, toml: str) -> str:
    config = folder / "polyherald.toml"
    config.write_text(toml, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load(config)
    return str(caught.value)


@pytest.mark.parametrize("hour", ["9", "9.5", "true", '"9"', '"24:00"'])
def test_an_hour_that_is_no_time_of_day_is_refused(tmp_path: Path, hour: str) -> None:
    """A bare 9 would otherwise mean nine seconds after midnight."""
    said = refusal(tmp_path, f"occasion_hour = {hour}\n")
    assert "occasion_hour" in said
    assert "09:00" in said


@pytest.mark.parametrize(
    ("toml", "key", "value", "allowed"),
    [
        ('[issuer]\ndomain = "our office"', "issuer.domain", "our office", "example.org"),
        ('[issuer]\ndomain = "localhost"', "issuer.domain", "localhost", "example.org"),
        ('[issuer]\nsince = "early"', "issuer.since", "early", "2026-01-01"),
        ('[issuer.names]\nklingonese = "x"', "issuer.names", "klingonese", "language tag"),
        ('required_languages = "de"', "required_languages", "de", "in languages as well"),
        ('trusted_proxies = "nginx"', "trusted_proxies", "nginx", "10.0.0.0/8"),
        ('trusted_proxies = "10.0.0.1/8"', "trusted_proxies", "10.0.0.1/8", "127.0.0.1"),
        ('websub_hubs = "notaurl"', "websub_hubs", "notaurl", "https://hub.example.org/"),
        ('websub_hubs = "ftp://h.example"', "websub_hubs", "ftp://", "https://hub.example.org/"),
        ('websub_hubs = "https://u:p@h.example"', "websub_hubs", "h.example", "parted by commas"),
        ("websub_hubs = ['https://h.example/<a>']", "websub_hubs", "<a>", "parted by commas"),
        ('websub_hubs = "https://a..b/"', "websub_hubs", "a..b", "parted by commas"),
        ("port = true", "port", "true", "port number"),
        ("rate_per_second = true", "rate_per_second", "true", "above 0"),
        ("paid_messages_cap = false", "paid_messages_cap", "false", "0 or more"),
        ('host = "http://0.0.0.0"', "host", "http://0.0.0.0", "127.0.0.1"),
        ('data_dir = ""', "data_dir", "“”", "a folder"),
        ('telegram_token = "secret words"', "telegram_token", "…", "@BotFather"),
        ('telegram_token = "123456"', "telegram_token", "…", "@BotFather"),
        ('staff = ["7:admin", "7:admin"]', "staff", "…", "none of them twice"),
        ('staff = ["7:admin", "7:observer"]', "staff", "…", "one of admin, editor and observer"),
        ('staff = [{ id = 7, role = "king" }]', "staff", "…", "123456:admin"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(
    tmp_path: Path, toml: str, key: str, value: str, allowed: str
) -> None:
    said = refusal(tmp_path, toml)
    assert f"Setting {key} has" in said
    assert value in said
    assert allowed in said
    assert f"POLYHERALD_{key.upper().replace('.', '__')}" in said
    assert "secret words" not in said


@pytest.mark.parametrize(
    ("toml", "key", "near"),
    [
        ('[issuer]\ndomian = "example.org"', "issuer.domian", "issuer.domain"),
        ('[issuer.contact]\nphone = "1"', "issuer.contact.phone", "issuer.contact.phones"),
        ('tlegram_token = "1:x"', "tlegram_token", "telegram_token"),
    ],
)
def test_a_name_that_nothing_has_is_refused_with_the_nearest(
    tmp_path: Path, toml: str, key: str, near: str
) -> None:
    said = refusal(tmp_path, toml)
    assert f"There is no setting {key} " in said
    assert f"Did you mean {near}?" in said


def test_an_unknown_variable_of_the_issuer_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYHERALD_ISSUER__DOMIAN", "example.org")
    said = refusal(tmp_path, "")
    assert "POLYHERALD_ISSUER__DOMIAN" in said
    assert "Did you mean issuer.domain?" in said


def test_tables_and_lists_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "polyherald.toml").write_text("")
    monkeypatch.setenv("POLYHERALD_ISSUER__NAMES", "Office")
    said = refusal(tmp_path, "")
    assert "Setting issuer.names has the value “Office”" in said
    assert '{"en": "Example Office"}' in said
    monkeypatch.setenv("POLYHERALD_ISSUER__NAMES", '{"EN": "Office"}')
    monkeypatch.setenv("POLYHERALD_ISSUER__CONTACT__PHONES", "+1 202 555 0150, +1 202 555 0151")
    issuer = load(tmp_path / "polyherald.toml").issuer
    assert issuer.names == {"en": "Office"}
    assert issuer.contact.phones == ("+1 202 555 0150", "+1 202 555 0151")


def test_an_empty_variable_is_one_that_is_not_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "polyherald.toml").write_text(f'telegram_token_file = "{tmp_path}/token"\n')
    (tmp_path / "token").write_text("123:abc\n")
    monkeypatch.setenv("POLYHERALD_TELEGRAM_TOKEN", "")
    monkeypatch.setenv("POLYHERALD_RELEASES_DIR", "")
    settings = load(tmp_path / "polyherald.toml")
    assert settings.token == "123:abc"
    assert settings.releases_dir is None


@pytest.mark.parametrize("content", [None, b"", b"my token is 123:abc", b"\xff"])
def test_a_file_that_holds_no_token_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    config = tmp_path / "polyherald.toml"
    config.write_text(f'telegram_token_file = "{file}"\n')
    with pytest.raises(SettingsError) as caught:
        _ = load(config).token
    assert f"telegram_token_file has the value “{file}”" in str(caught.value)
    assert "123:abc" not in str(caught.value)


def test_a_translator_of_two_languages_may_be_an_editor_as_well(tmp_path: Path) -> None:
    config = tmp_path / "polyherald.toml"
    config.write_text('staff = ["7:editor", "7:translator:fr", "7:translator:de"]\n')
    assert [member.role for member in load(config).staff] == ["editor", "translator", "translator"]


def test_an_hour_is_taken_as_a_text_or_as_a_time(tmp_path: Path) -> None:
    for hour in ('"08:30"', "08:30:00"):
        (tmp_path / "polyherald.toml").write_text(f"occasion_hour = {hour}\n", "utf-8")
        taken = load(tmp_path / "polyherald.toml").occasion_hour
        assert (taken.hour, taken.minute) == (8, 30)


@pytest.mark.parametrize("key", ["base_url", "telegram_api_url"])
@pytest.mark.parametrize("value", ["", "https://example.org:99999", "https://example.org:0"])
def test_an_address_that_leads_nowhere_is_refused(tmp_path: Path, key: str, value: str) -> None:
    said = refusal(tmp_path, f'{key} = "{value}"\n')
    assert key in said
    assert f"“{value}”" in said


@pytest.mark.parametrize("key", ["data_dir", "releases_dir"])
def test_a_folder_that_is_no_text_is_told_what_it_should_be(tmp_path: Path, key: str) -> None:
    said = refusal(tmp_path, f"{key} = 1\n")
    assert key in said
    assert "a folder" in said
