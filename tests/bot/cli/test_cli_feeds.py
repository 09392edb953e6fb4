"""``feeds export``: what it says, in words and in JSON, and what it refuses."""

from __future__ import annotations


def test_an_export_says_what_it_did(sqlite_cli, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("POLYHERALD_LANGUAGES", "en,ar")
    folder = tmp_path / "tree"
    first = sqlite_cli("feeds", "export", folder, "--json")
    assert first.status == 0
    # Three formats and a calendar in each language, and the list of all.
    assert first.json == {"folder": str(folder), "written": 9, "removed": 0}
    assert (folder / "feeds/ar/anniversaries.ics.br").exists()
    assert sqlite_cli("feeds", "export", folder).lines == [f"{folder}: 0 written, 0 removed."]
    monkeypatch.setenv("POLYHERALD_LANGUAGES", "en")
    assert sqlite_cli("feeds", "export", folder, "--json").json["removed"] == 4
    assert (folder / "feeds/ar/feed.json.gone").exists()


def test_what_cannot_be_written_is_an_error(sqlite_cli, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    failed = sqlite_cli("feeds", "export", tmp_path / "file")
    assert (failed.status, failed.out) == (1, "")
    assert f"{tmp_path / 'file'} cannot be written" in failed.err
    assert failed.err.count("\n") == 1


def test_watching_has_no_end_to_tell_of(sqlite_cli, tmp_path) -> None:
    refused = sqlite_cli("feeds", "export", tmp_path, "--watch", "--json")
    assert refused.status == 2
    assert "--watch" in refused.err
