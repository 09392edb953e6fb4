"""The files of one release: a text per language, and what they share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.releases.intake.document import Findings, Place
from bot.releases.intake.fields import unknown_language
from bot.releases.intake.frontmatter import Table, parse, split
from bot.releases.intake.pictures import SUFFIXES
from bot.releases.intake.source import decode, read_bytes, shown
from translations.locales import UnknownLanguage, canonical
from translations.text import text

COMMON = "release.yaml"
_MOST_FILES = 300


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file of a release: its front matter, and (for a language) its body."""

    where: str
    table: Table
    language: str | None = None
    body: str = ""
    body_line: int = 1


def sources_in(folder: Path, findings: Findings) -> tuple[Source, ...]:
    """What could be read of the folder's files; what could not is among the ``findings``."""
    sources: list[Source | None] = []
    seen: dict[str, str] = {}
    for path in _files(folder, findings):
        where = shown(path)
        if path.name == COMMON:
            sources.append(_common(path, findings))
            continue
        tag = _language_of(path.stem, where, findings)
        if tag is not None and tag in seen:
            findings.fatal(
                Place(where),
                text("{other} is in the same language. Keep one of them.", other=seen[tag]),
            )
        if tag is not None:
            seen.setdefault(tag, where)
        data = read_bytes(path, findings)
        source = None if data is None else source_of(data, where, tag, findings)
        sources.append(source if tag else None)
    return tuple(source for source in sources if source is not None)


def source_of(data: bytes, where: str, tag: str | None, findings: Findings) -> Source | None:
    """Front matter and body of one language's file."""
    content = decode(data, where, findings)
    return None if content is None else source_in(content, where, tag, findings)


def source_in(content: str, where: str, tag: str | None, findings: Findings) -> Source | None:
    """The same from text; ``tag`` may come later."""
    parts = split(content, where, findings)
    if parts is None:
        return None
    table = parse(parts.front, where, parts.front_line, findings)
    if table is None:
        return None
    return Source(
        where=where, table=table, language=tag, body=parts.body, body_line=parts.body_line
    )


def _files(folder: Path, findings: Findings) -> Iterable[Path]:
    """The folder's texts and its ``release.yaml``; what else lies there is named, not read."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        findings.fatal(
            Place(shown(folder)),
            text("The folder cannot be read: {reason}.", reason=error.strerror or str(error)),
        )
        return
    texts = [path for path in entries if path.suffix == ".md" and path.name[0] != "."]
    if len(texts) > _MOST_FILES:
        findings.fatal(Place(shown(folder)), text("There are too many files in this folder."))
        return
    for path in entries:
        if path in texts or path.name == COMMON:
            yield path
        elif path.name == "release.yml":
            findings.fatal(Place(shown(path)), text("Rename this file to release.yaml."))
        elif path.name[0] != "." and path.suffix.lower() not in SUFFIXES:
            findings.note(
                Place(shown(path)),
                text("This is not read. A release has <language>.md files and release.yaml."),
            )


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """The files that seem to be pictures, whether the texts name them or not."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return ()  # looking for texts has said so
    return tuple(p for p in entries if p.suffix.lower() in SUFFIXES and p.name[0] != ".")


def _common(path: Path, findings: Findings) -> Source | None:
    data = read_bytes(path, findings)
    where = shown(path)
    content = None if data is None else decode(data, where, findings)
    if content is None:
        return None
    table = parse(content, where, 1, findings)
    return None if table is None else Source(where=where, table=table)


def _language_of(stem: str, where: str, findings: Findings) -> str | None:
    try:
        return canonical(stem)
    except UnknownLanguage:
        findings.fatal(Place(where), unknown_language(stem))
        return None
