"""Gathers the msgids from the code and the page templates.

``python -m translations.extract`` writes ``build/polyherald.pot``, for translators' programs;
``python -m translations.extract update [TAG …]`` merges what the code says now into every
catalog, or into those named. The template is not kept under version control: the audit extracts
afresh. ``polyherald translations`` does the same for translators.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_python
from jinja2.ext import babel_extract

from translations import merge
from translations.messages import DOMAIN, languages_in

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "feeds", "translations")
TEMPLATE = ROOT / "build" / f"{DOMAIN}.pot"
COMMENT_TAG = "Translators:"

_OURS = "translations.text"
_IN_CODE = {"text": None, "texts": (1, 2), "ptext": ((1, "c"), 2)}
_IN_TEMPLATES = {"t": None, "tn": (1, 2), "tp": ((1, "c"), 2)}


def template(root: Path = ROOT) -> Catalog:
    """What the code under ``root`` says now; raises ``SyntaxError`` of code or templates."""
    catalog = Catalog(fuzzy=False)
    for path in _sources(root):
        where = path.relative_to(root).as_posix()
        for msgid, comments, context in _messages_of(path):
            catalog.add(msgid, None, [(where, 1)], auto_comments=comments, context=context)
    return catalog


def write_template(path: Path, root: Path = ROOT) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(merge.template_bytes(template(root)))


def main(args: list[str]) -> int:
    match args:
        case []:
            write_template(TEMPLATE)
        case ["update", *tags]:
            found = template()
            for tag in tags or languages_in():
                merge.update(tag, found)
        case _:
            sys.stderr.write("usage: python -m translations.extract [update [TAG …]]\n")
            return 2
    return 0


def _sources(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix == ".py" or (path.is_file() and "templates" in path.parts):
                yield path


def _messages_of(path: Path) -> Iterator[tuple[Any, list[str], str | None]]:
    in_code = path.suffix == ".py"
    with path.open("rb") as source:
        method: Any = _extract_marked if in_code else babel_extract
        for _, msgid, comments, context in extract(
            method,
            source,
            keywords=_IN_CODE if in_code else _IN_TEMPLATES,
            comment_tags=(COMMENT_TAG,),
            options={"silent": "false"},
            strip_comment_tags=True,
        ):
            yield msgid, comments, context


def _extract_marked(
    source: IO[bytes], keywords: Iterable[str], comment_tags: Sequence[str], options: Any
) -> Iterator[Any]:
    """Babel's extraction, but of our own functions only: SQLAlchemy has a ``text`` too."""
    code = source.read()
    if _OURS.encode() not in code:
        return
    ours = {
        name.name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and node.module == _OURS
        for name in node.names
        if name.asname is None
    }
    source.seek(0)
    names = dict.fromkeys(name for name in keywords if name in ours)
    yield from extract_python(source, names, comment_tags, options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
