"""The wheel as users get it: built from the tree, installed where nothing else is, and run."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "feeds", "translations")


def test_the_wheel_runs_the_demo_in_an_empty_environment(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    copied = (*PACKAGES, "pyproject.toml", "README.md", "LICENSE")
    for name in copied:
        source = ROOT / name
        if source.is_dir():
            # Compiled catalogs must come from the build, not from this checkout.
            shutil.copytree(
                source, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo")
            )
        else:
            shutil.copy(source, tree / name)
    _run("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path), folder=tree)
    (wheel,) = tmp_path.glob("*.whl")

    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "bot/demo_newsroom/charter-signing/ar.md",
        "bot/store/migrations/env.py",
        "bot/store/migrations/versions/0001_first.py",
        *(f"bot/site/{kind}/" for kind in ("templates", "static")),
    ):
        assert any(name.startswith(wanted) for name in names), wanted
    catalogs = {po.parent.parent.name for po in tree.glob("translations/catalogs/*/*/*.po")}
    assert len(catalogs) >= 7
    for tag in catalogs:
        assert f"translations/catalogs/{tag}/LC_MESSAGES/polyherald.mo" in names
    kept = {
        file.relative_to(tree).as_posix()
        for package in PACKAGES
        for file in (tree / package).rglob("*")
        if file.is_file() and file.suffix not in (".po", ".pot", ".mo", ".pyc")
    }
    assert kept <= names
    assert not [name for name in names if name.startswith("tests") or name.endswith(".po")]

    place = tmp_path / "environment"
    venv.create(place, with_pip=True)
    python = str(place / "bin" / "python")
    quiet = ("--quiet", "--disable-pip-version-check", "--no-compile", "--no-input")
    _run("-m", "pip", "install", *quiet, str(wheel), folder=tmp_path, python=python)
    empty = tmp_path / "empty"
    empty.mkdir()
    command = [str(place / "bin" / "polyherald"), "demo", "--once", "--port", "0"]
    done = subprocess.run(
        command, cwd=empty, env=_bare(), capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    for word in ("Azərbaycan", "العربية", "中文"):
        assert word.lower() in done.stdout.lower()
    assert list(empty.iterdir()) == []


def _bare() -> dict[str, str]:
    """Nothing of whoever runs the tests: no PYTHONPATH, no settings."""
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def _run(*arguments: str, folder: Path, python: str = sys.executable) -> None:
    done = subprocess.run(
        [python, *arguments], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
