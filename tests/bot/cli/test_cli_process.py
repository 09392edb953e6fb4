"""The command as a process: exit status, one line on stderr, and what it does not import."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import run
from bot.cli.session import Session, operator_languages

HEAVY = ("telegram", "aiohttp", "alembic", "feedgen", "procrastinate", "rich")
ROOT = str(Path(__file__).parents[3])


def polyherald(
    folder: Path, *arguments: str, code: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    program = ["-c", code] if code else ["-m", "bot"]
    clean = {k: v for k, v in os.environ.items() if k not in ("LANGUAGE", "LC_ALL", "LANG")}
    return subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=folder,
        env={**clean, "PYTHONPATH": ROOT, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


WITHOUT_HEAVY = f"""
import atexit, os, sys
def look():
    loaded = [name for name in {HEAVY!r} if name in sys.modules]
    if loaded:
        print("imported:", loaded, file=sys.stderr)
        sys.stderr.flush()
        os._exit(70)
atexit.register(look)
from bot.__main__ import main
main()
"""


def test_help_and_list_import_nothing_heavy(sqlite_cli, tmp_path) -> None:
    for arguments in (["--help"], ["list"]):
        done = polyherald(tmp_path, *arguments, code=WITHOUT_HEAVY)
        assert done.returncode == 0, done.stderr


def test_settings_come_from_the_file_and_name_what_is_wrong(tmp_path) -> None:
    (tmp_path / "polyherald.toml").write_text('data_dir = "kept"\n', "utf-8")
    assert polyherald(tmp_path, "list", "--json").stdout.strip() == "[]"
    assert (tmp_path / "kept" / "polyherald.db").exists()

    other = tmp_path / "other.toml"
    other.write_text('occasion_hour = "nine"\n', "utf-8")
    refused = polyherald(tmp_path, "--config", str(other), "list")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "occasion_hour" in refused.stderr
    assert "nine" in refused.stderr
    assert "09:00" in refused.stderr


@pytest.mark.parametrize(
    ("environment", "languages"),
    [
        ({}, ()),
        ({"LANG": "C.UTF-8"}, ()),
        ({"LC_ALL": "C", "LANGUAGE": "az:fr", "LANG": "ru_RU.UTF-8"}, ()),
        ({"LANG": "az_AZ.UTF-8"}, ("az-AZ",)),
        ({"LANG": "en_GB", "LC_MESSAGES": "fr_FR@euro"}, ("fr-FR",)),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "az:ru:"}, ("az", "ru", "fr-FR")),
    ],
)
def test_the_operators_languages_are_read_as_gettext_does(environment, languages) -> None:
    assert operator_languages(environment) == languages


def test_a_terminal_gets_a_table_with_headings(sqlite_cli, newsroom, tmp_path) -> None:
    sqlite_cli("import", newsroom / "leap-day-catalogue")
    reading, writing = pty.openpty()
    with os.fdopen(reading, "rb") as screen:
        subprocess.run(
            [sys.executable, "-m", "bot", "list"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": ROOT, "COLUMNS": "120", "LC_ALL": "C.UTF-8"},
            stdout=writing,
            timeout=60,
            check=True,
        )
        shown = os.read(screen.fileno(), 65536).decode()
        os.close(writing)
    assert "Headline" in shown
    assert "28 February 2026" in shown
    assert "─" in shown


def test_an_accident_is_one_line_that_names_debug(tmp_path) -> None:
    code = (
        "import sys\n"
        "from bot.__main__ import run\n"
        "from bot.cli.session import Session\n"
        "class Broken:\n"
        "    def now(self): raise RuntimeError('the clock fell off the wall')\n"
        "sys.exit(run(sys.argv[1:], Session(clock=Broken())))\n"
    )
    failed = polyherald(tmp_path, "calendar", code=code)
    assert failed.returncode == 1
    assert failed.stderr.count("\n") == 1
    assert "--debug" in failed.stderr
    assert "fell off the wall" in failed.stderr
    with_trace = polyherald(tmp_path, "--debug", "calendar", code=code)
    assert with_trace.returncode == 1
    assert "Traceback" in with_trace.stderr


def test_a_reader_that_goes_away_is_no_accident(tmp_path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "--help"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": ROOT},
            stdout=closed,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b""


def test_interrupting_is_quiet(bare_cli, capfd) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    class Clock:
        now = staticmethod(interrupted)

    assert run(["calendar"], Session(clock=Clock())) == 130
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("show",),
        ("list", "--nonsense"),
        ("subscribers", "sing"),
        ("serve", "--roles", "web,cook"),
    ],
)
def test_wrong_usage_is_status_2(bare_cli, arguments) -> None:
    refused = bare_cli(*arguments)
    assert refused.status == 2
    assert refused.out == ""
    assert refused.err.count("\n") == 1
    assert "polyherald" in refused.err
    assert "--help”" in refused.err


def test_wrong_usage_names_what_is_wrong_and_where_to_look(bare_cli) -> None:
    said = bare_cli("list", "--nonsense").err
    assert "--nonsense" in said
    assert "“polyherald list --help”" in said
    assert "Usage: polyherald" in bare_cli("subscribers").err  # nothing wrong: nothing said yet


def test_of_tasks_that_ran_together_the_one_that_broke_is_named(bare_cli, capfd) -> None:
    def broken() -> None:
        raise ExceptionGroup("tasks", [ExceptionGroup("more", [FileExistsError(17, "no", "x/y")])])

    class Clock:
        now = staticmethod(broken)

    assert run(["calendar"], Session(clock=Clock())) == 1
    assert capfd.readouterr().err.startswith("Cannot use x/y: no.")


def test_version_and_help(bare_cli) -> None:
    assert bare_cli("--version").out.startswith("polyherald ")
    shown = bare_cli("--help").out
    for command in ("import", "queue", "subscribers", "deliveries", "doctor", "serve", "demo"):
        assert f"  {command} " in shown
    assert "--roles" in bare_cli("serve", "--help").out
    assert "--once" in bare_cli("demo", "--help").out


def test_an_encoding_that_lacks_letters_loses_no_document(sqlite_cli, newsroom, tmp_path) -> None:
    sqlite_cli("import", newsroom / "charter-signing")
    done = polyherald(tmp_path, "show", "charter-signing", "--json", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["variants"]["zh"]["headline"].startswith("《")
    assert polyherald(tmp_path, "list", PYTHONIOENCODING="ascii").returncode == 0
