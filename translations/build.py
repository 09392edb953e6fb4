"""Compiles the catalogs when the package is built, into a wheel or in place (editable).

Hatchling runs this file by its path, with nothing but hatchling and Babel installed: it imports
nothing of ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_DRAFT = b'"X-Status: draft\\n"'


class CatalogBuildHook(BuildHookInterface[Any]):
    """``[tool.hatch.build.hooks.custom] path = "translations/build.py"``"""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write each ``.mo`` beside its ``.po``; a source distribution holds only the latter.

        A catalog that cannot be read stops the build (``PoFileError``). Drafts are left out.
        """
        if self.target_name == "wheel":
            for po in self._catalogs():
                if _DRAFT in po.read_bytes():
                    po.with_suffix(".mo").unlink(missing_ok=True)
                    continue
                language = po.parent.parent.name.replace("-", "_")
                with po.open("rb") as source, po.with_suffix(".mo").open("wb") as compiled:
                    write_mo(compiled, read_po(source, locale=language, abort_invalid=True))

    def clean(self, versions: list[str]) -> None:
        for po in self._catalogs():
            po.with_suffix(".mo").unlink(missing_ok=True)

    def _catalogs(self) -> list[Path]:
        return sorted(Path(self.root, "translations", "catalogs").glob("*/LC_MESSAGES/*.po"))
