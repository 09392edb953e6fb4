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
