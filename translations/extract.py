"""Gathers the msgids from the code and merges them into the catalogs.

``python -m translations.extract`` writes ``build/polyherald.pot``, for translators' programs;
``python -m translations.extract update [TAG …]`` merges what the code says now into every
catalog, or into those named, starting new ones. The template is not kept under version control:
the audit extracts afresh. Nothing but wording gets into the catalogs, no dates and no line
numbers, so that a change of wording is the only thing that shows in a diff.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_python
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from translations.messages import CATALOGS, DOMAIN, languages_in, po_path

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "feeds", "translations")
COMMENT_TAG = "Translators:"

_IN_CODE = {"text": None, "texts": (1, 2), "ptext": ((1, "c"), 2)}
_IN_TEMPLATES = {"t": None, "tn": (1, 2), "tp": ((1, "c"), 2)}
_NOISE = re.compile(
    rb'^"(?:Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator'
    rb"|Language-Team|Generated-By):.*\n",
    re.MULTILINE,
)
_PROJECT = re.compile(rb"(Project-Id-Version: polyherald)[^\\]*")
# CLDR's categories over the whole numbers, in CLDR's order, where Babel's table has others.
_PLURAL_FORMS = {
    "ar": "nplurals=6; plural=(n == 0 ? 0 : n == 1 ? 1 : n == 2 ? 2"
    " : n % 100 >= 3 && n % 100 <= 10 ? 3 : n % 100 >= 11 ? 4 : 5);",
    "az": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=3; plural=(n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2);",
    "fr": "nplurals=3; plural=(n == 0 || n == 1 ? 0 : n % 1000000 == 0 ? 1 : 2);",
}


def template(root: Path = ROOT) -> Catalog:
    """What the code under ``root`` says now; raises ``SyntaxError`` of code or templates."""
    catalog = Catalog(project=DOMAIN, version="", fuzzy=False)
    for path in _sources(root):
        where = path.relative_to(root).as_posix()
        for msgid, comments, context in _messages_of(path):
            catalog.add(msgid, None, [(where, 1)], auto_comments=comments, context=context)
    return catalog


def update(tag: str, found: Catalog, catalogs: Path = CATALOGS) -> None:
    """Merge ``found`` into the catalog of ``tag``; translations of what is gone stay, as obsolete.

    No guesses: a changed msgid is a new one, and the audit calls it missing.
    """
    path = po_path(tag, catalogs)
    catalog = _read(path, tag) if path.exists() else _begin(tag)
    catalog.update(found, no_fuzzy_matching=True, update_creation_date=False)
    for key, message in list(catalog.obsolete.items()):
        if not any(message.string or ()):
            del catalog.obsolete[key]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_bytes_of(catalog))


def main(args: list[str]) -> int:
    match args:
        case []:
            pot = ROOT / "build" / f"{DOMAIN}.pot"
            pot.parent.mkdir(exist_ok=True)
            pot.write_bytes(_bytes_of(template()))
        case ["update", *tags]:
            found = template()
            for tag in tags or languages_in():
                update(tag, found)
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
    ours = {
        name.name
        for node in ast.walk(ast.parse(source.read()))
        if isinstance(node, ast.ImportFrom) and node.module == "translations.text"
        for name in node.names
        if name.asname is None
    }
    source.seek(0)
    names = dict.fromkeys(name for name in keywords if name in ours)
    yield from extract_python(source, names, comment_tags, options)


def _begin(tag: str) -> Catalog:
    catalog = Catalog(locale=tag.replace("-", "_"), project=DOMAIN, version="", fuzzy=False)
    language = catalog.locale.get_display_name("en") if catalog.locale else tag
    catalog.header_comment = f"# Polyherald in {language}."
    if tag in _PLURAL_FORMS:
        catalog.mime_headers = [("Plural-Forms", _PLURAL_FORMS[tag])]
    return catalog


def _read(path: Path, tag: str) -> Catalog:
    with path.open("rb") as source:
        catalog = read_po(source, locale=tag.replace("-", "_"), abort_invalid=True)
    catalog.project, catalog.version = DOMAIN, ""
    return catalog


def _bytes_of(catalog: Catalog) -> bytes:
    written = io.BytesIO()
    write_po(written, catalog, width=100, sort_by_file=True, include_lineno=False)
    return _PROJECT.sub(rb"\1", _NOISE.sub(b"", written.getvalue()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
