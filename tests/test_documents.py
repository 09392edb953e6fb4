"""The documents name what is there, and all that users hold on to is in the documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from bot.chat.commands import ADMIN, STAFF, SUBSCRIBERS
from bot.cli import command
from bot.clock import SystemClock
from bot.settings import Settings
from bot.site.web import make_site
from bot.store.database import Database

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "feeds", "translations")
DOCUMENTS = sorted(
    [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    + list((ROOT / "docs").rglob("*.md"))
)
OF_TESTS = {"POLYHERALD_TEST_DATABASE_URL"}


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.fixture(params=DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def document(request: pytest.FixtureRequest) -> str:
    """The text of each document in turn."""
    return str(request.param.read_text("utf-8"))


def code_in(document: str) -> Iterator[str]:
    """What stands in backticks, and the lines of fenced blocks without their comments."""
    for block in re.findall(r"```\w*\n(.*?)```", document, re.DOTALL):
        yield from (line.split("#")[0].strip() for line in block.splitlines())
    prose = re.sub(r"```\w*\n.*?```", "", document, flags=re.DOTALL)
    yield from re.findall(r"`([^`\n]+)`", prose)


def commands(group: Any = None, above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every command of the command line, by its words."""
    found = {}
    for name, one in (group or command()).commands.items():
        found[(*above, name)] = one
        if hasattr(one, "commands"):
            found |= commands(one, (*above, name))
    return found


def table_of_settings() -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", read("README.md"), re.MULTILINE)


# --- settings ----------------------------------------------------------------------------------


def test_every_setting_is_in_the_readmes_table_once_and_no_other() -> None:
    assert sorted(table_of_settings()) == sorted(Settings.model_fields)


def test_defaults_in_the_table_are_those_in_force() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", read("README.md"), re.MULTILINE)
    assert len(rows) > 10
    for name, written in rows:
        value = Settings.model_fields[name].default
        if name == "data_dir":
            assert Path(written) == value
        elif isinstance(value, bool):
            assert written == str(value).lower()
        elif isinstance(value, tuple):
            assert written == ",".join(value)
        elif hasattr(value, "isoformat"):
            assert value.isoformat().startswith(written)
        else:
            assert written == str(value)


def test_variables_that_documents_name_exist(document: str) -> None:
    for variable in set(re.findall(r"\bPOLYHERALD_[A-Z_]+", document)) - OF_TESTS:
        name = variable.removeprefix("POLYHERALD_").lower()
        top, _, below = name.partition("__")
        assert not top or top in Settings.model_fields, variable
        if below:
            assert below in Settings.model_fields[top].annotation.model_fields, variable  # type: ignore[union-attr]


# --- commands ------------------------------------------------------------------------------------


def test_every_command_is_in_the_readme() -> None:
    readme = read("README.md")
    missing = [
        " ".join(words)
        for words, one in commands().items()
        if not hasattr(one, "commands") and f"`polyherald {' '.join(words)}`" not in readme
    ]
    assert not missing, "\n".join(missing)


def test_commands_and_options_that_documents_name_exist(document: str) -> None:
    known = commands()
    for code in code_in(document):
        if not code.startswith("polyherald "):
            continue
        words = code.split()[1:]
        while words and words[0].startswith("-"):  # options of polyherald itself
            assert words[0] in _options(command()), code
            words = words[1:] if words[0] in ("--debug", "--version") else words[2:]
        path = tuple(words[:2]) if tuple(words[:2]) in known else tuple(words[:1])
        assert not words or path in known, code
        given = [word for word in words if word.startswith("--")]
        assert set(given) <= _options(known[path]) | {"--help"} if words else True, code


def test_wherever_an_option_is_named_some_command_has_it(document: str) -> None:
    every = {"--help", *_options(command())}
    for one in commands().values():
        every |= _options(one)
    for code in code_in(document):
        if re.fullmatch(r"--[a-z-]+( [A-Z]+)?", code):
            assert code.split()[0] in every, code


def _options(one: Any) -> set[str]:
    return {
        option
        for parameter in one.params
        if isinstance(parameter, click.Option) or parameter.param_type_name == "option"
        for option in parameter.opts
    }


def test_every_bot_command_is_in_the_readme() -> None:
    readme = read("README.md")
    missing = [name for name, _ in (*SUBSCRIBERS, *STAFF, *ADMIN) if f"`/{name}" not in readme]
    assert not missing, "\n".join(missing)


# --- addresses -----------------------------------------------------------------------------------


async def test_paths_that_documents_name_are_served(document: str, tmp_path: Path) -> None:
    """Each is a page, a feed or a command of the bot – whichever it reads like."""
    settings = Settings(
        telegram_webhook_url="https://press.example.org/telegram/webhook",
        telegram_webhook_secret="x",
    )  # type: ignore[arg-type]
    database = Database(f"sqlite:///{tmp_path / 'none.db'}")

    async def webhook(_secret: str | None, _body: bytes) -> int:
        return 200

    site = make_site(database, settings, SystemClock(), checks={}, webhook=webhook)
    await database.close()
    routes = [
        re.sub(r"\{(\w+):[^}]*\}", r"{\1}", str(resource.canonical))
        for resource in site.app.router.resources()
        if "{rest" not in str(resource.canonical)
    ]
    bot = {name for name, _ in (*SUBSCRIBERS, *STAFF, *ADMIN)}
    for code in code_in(document):
        if not re.fullmatch(r"/[\w{}./-]*( [A-Z].*)?", code):
            continue
        path = code.split()[0]
        assert path.removeprefix("/") in bot or any(_leads(r, path) for r in routes), path


def _leads(route: str, path: str) -> bool:
    """Whether a path, itself written with placeholders, fits a route."""
    if route.endswith("{path}"):
        return path.startswith(route.removesuffix("{path}"))
    pattern = re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(route))
    return re.fullmatch(pattern, path) is not None


# --- files ---------------------------------------------------------------------------------------


def test_files_that_documents_link_to_exist() -> None:
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_files_that_documents_name_exist(document: str) -> None:
    for code in code_in(document):
        if re.fullmatch(r"(bot|feeds|translations|tests|docs)/[\w./-]+", code):
            assert (ROOT / code).exists() or "NNNN" in code or "/de/" in code, code


def tree() -> dict[str, str]:
    """The map in ARCHITECTURE.md: what it says of each folder, by the folder's path."""
    (block,) = re.findall(r"```\n(translations/.*?)```", read("ARCHITECTURE.md"), re.DOTALL)
    said: dict[str, str] = {}
    top = place = ""
    for line in block.splitlines():
        folder = re.match(r"( *)([\w]+)/ ", line)
        if folder and not folder[1]:
            top = place = folder[2]
        elif folder and len(folder[1]) == 2:
            place = f"{top}/{folder[2]}"
        elif re.match(r" {2}\S", line):
            place = top
        said[place] = said.get(place, "") + line + "\n"
    return said


def test_the_map_names_only_what_is_there() -> None:
    for place, words in tree().items():
        for name in re.findall(r"\b([\w/]+\.py)\b", words):
            here = (ROOT / place / name, ROOT / place.split("/")[0] / name)
            assert any(path.is_file() for path in here), f"{place}: {name}"
        for name in re.findall(r"(?<![\w/])([a-z_]+)/(?=[\s,·]|$)", words):
            here = (ROOT / place, ROOT / place / name, ROOT / place.split("/")[0] / name)
            assert any(path.is_dir() and path.name in (name, here[0].name) for path in here), name


def test_the_map_covers_every_module_of_the_upper_levels() -> None:
    said = tree()
    missing = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            place = path.parent.relative_to(ROOT).as_posix()
            deep = place.count("/") > 1
            if deep or path.name in ("__init__.py", "__main__.py"):
                continue
            words = said.get(place, "")
            open_ended = "…" in words or not re.search(r"\.py\b", words)
            if not words and place == f"{package}/cli":
                words = said[package]
                open_ended = "cli/" in words
            if not re.search(rf"\b{re.escape(path.name)}\b", words) and not open_ended:
                missing.append(path.relative_to(ROOT).as_posix())
    assert not missing, "\n".join(missing)
