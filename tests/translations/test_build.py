import gettext
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from translations import merge
from translations.messages import interface_languages

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a fresh checkout has it: no compiled catalogs."""
    project = tmp_path_factory.mktemp("checkout")
    ignore = shutil.ignore_patterns("*.mo", "__pycache__")
    for package in ("bot", "feeds", "translations"):
        shutil.copytree(ROOT / package, project / package, ignore=ignore)
    for file in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / file, project)
    (project / "README.md").write_text("Polyherald")
    return project


def build(project: Path, *options: str) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-d", "dist", *options]
    subprocess.run(command, cwd=project, check=True, capture_output=True)


def test_a_wheel_speaks_every_language_but_drafts(project: Path) -> None:
    draft = merge.add("sv", Catalog(fuzzy=False), project / "translations" / "catalogs")
    draft.with_suffix(".mo").write_bytes(b"of an earlier build")
    build(project, "-t", "wheel")
    (wheel,) = (project / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert not [name for name in names if name.endswith((".po", ".pot"))]
        assert not [name for name in names if "/sv/" in name]
        for tag in interface_languages():
            name = f"translations/catalogs/{tag}/LC_MESSAGES/polyherald.mo"
            with archive.open(name) as compiled:
                messages = gettext.GNUTranslations(compiled)
            assert messages.pgettext("ordinal", "{n} (other)") != "{n} (other)"


def test_a_catalog_that_cannot_be_read_stops_the_build(project: Path) -> None:
    broken = project / "translations" / "catalogs" / "tr" / "LC_MESSAGES" / "polyherald.po"
    broken.parent.mkdir(parents=True, exist_ok=True)
    broken.write_text('msgid "no end')
    with pytest.raises(subprocess.CalledProcessError):
        build(project, "-t", "wheel")
