"""The wheel as users get it: built from the tree, installed where there is nothing but what it says
that it needs, and run."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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
    venv.create(place)
    python = str(place / "bin" / "python")
    metadata = zipfile.Path(wheel, f"{_stem(wheel)}.dist-info/")
    for installed in _needed_by(PathDistribution(metadata)).values():
        _link(installed, place)
    # Without an index this ends well only if all is there that is needed, and will do.
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-index")
    _run("-m", "pip", "--python", python, "install", *quiet, str(wheel), folder=tmp_path)
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


def _stem(wheel: Path) -> str:
    """Name and version: by them the wheel's own folder of metadata is called."""
    return "-".join(wheel.stem.split("-")[:2])


def _needed_by(
    one: Distribution, extras: frozenset[str] = frozenset()
) -> dict[tuple[str, frozenset[str]], Distribution]:
    """What a distribution says that it needs, and what that needs, as it is installed here."""
    found: dict[tuple[str, frozenset[str]], Distribution] = {}
    waiting = [(one, extras)]
    while waiting:
        of, wanted = waiting.pop()
        for line in of.requires or ():
            needed = Requirement(line)
            named = ({"extra": extra} for extra in wanted or {""})
            if needed.marker is not None and not any(map(needed.marker.evaluate, named)):
                continue
            key = (canonicalize_name(needed.name), frozenset(needed.extras))
            if key not in found:
                found[key] = distribution(needed.name)
                waiting.append((found[key], key[1]))
    return found


def _link(installed: Distribution, place: Path) -> None:
    """Put an installed distribution into another environment, without a copy of its files."""
    (packages,) = place.glob("lib/python*/site-packages")
    for file in installed.files or ():
        target = packages / file
        if ".." in file.parts or target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(Path(str(file.locate())).resolve())


def _bare() -> dict[str, str]:
    """Nothing of whoever runs the tests: no PYTHONPATH, no settings."""
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def _run(*arguments: str, folder: Path, python: str = sys.executable) -> None:
    done = subprocess.run(
        [python, *arguments], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
