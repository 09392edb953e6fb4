"""What the catalogs lack. ``python -m translations.audit`` lists it and exits 1 if anything.

The msgids are taken from the code as it is, so that a catalog which nobody updated is caught too.
``polyherald translations audit`` does the same for translators.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from translations import wording
from translations.extract import template
from translations.locales import UnknownLanguage, canonical, cldr_locale
from translations.messages import CATALOGS, headers, is_draft, languages_in, po_path
from translations.ordinals import CATEGORIES, categories_of
from translations.plurals import TELLING, plural_forms


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing wrong in one file; ``msgid`` is empty where it concerns the file."""

    file: str
    msgid: str
    problem: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.file, self.msgid, self.problem)))


@dataclass(frozen=True, kw_only=True)
class State:
    """How far one catalog is; ``reviewed_by`` is empty until a native speaker has read it."""

    tag: str
    draft: bool
    reviewed_by: str
    messages: int
    missing: int

    def __str__(self) -> str:
        reviewed = f"reviewed by {self.reviewed_by}" if self.reviewed_by else "not reviewed"
        if not self.draft:
            return f"{self.tag}: {reviewed}"
        if self.missing:
            return f"{self.tag}: draft, {self.missing} of {self.messages} messages are missing"
        return f"{self.tag}: draft, complete; delete its line “X-Status: draft” to offer it"


def audit(found: Catalog, catalogs: Path = CATALOGS, tags: Collection[str] = ()) -> list[Finding]:
    """Everything wrong with ``catalogs``, held against the msgids ``found`` in the code.

    With ``tags``, only with those. What a draft lacks is wrong only where it is asked for by
    name: a translation may be kept half done.
    """
    findings = [] if tags else list(_msgids(found))
    for tag in tags or languages_in(catalogs):
        findings.extend(_catalog(tag, found, catalogs, whole=tag in tags))
    return findings


def states(found: Catalog, catalogs: Path = CATALOGS) -> list[State]:
    """How far each catalog is that can be read at all, English first."""
    listed = []
    for tag in languages_in(catalogs):
        try:
            catalog = _read(tag, catalogs)
        except (OSError, PoFileError, ValueError):
            continue
        needed = [message for message in _messages(found) if _needed(message, tag)]
        listed.append(
            State(
                tag=tag,
                draft=is_draft(tag, catalogs),
                reviewed_by=headers(tag, catalogs).get("X-Reviewed-By", ""),
                messages=len(needed),
                missing=sum(_entry(message, catalog) is None for message in needed),
            )
        )
    return listed


def unreviewed(catalogs: Path = CATALOGS) -> tuple[str, ...]:
    """The tags of the catalogs that no native speaker has reviewed, English first."""
    every = languages_in(catalogs)
    return tuple(tag for tag in every if not headers(tag, catalogs).get("X-Reviewed-By"))


def main() -> int:
    found = template()
    findings = audit(found)
    for line in (*findings, *states(found)):
        sys.stdout.write(f"{line}\n")
    return 1 if findings else 0


def _msgids(found: Catalog) -> Iterator[Finding]:
    for message in _messages(found):
        file = message.locations[0][0] if message.locations else ""
        for problem in wording.original(message):
            yield Finding(file=file, msgid=_name(message), problem=problem)


def _catalog(tag: str, found: Catalog, catalogs: Path, *, whole: bool) -> Iterator[Finding]:
    file = po_path(tag, catalogs).relative_to(catalogs).as_posix()

    def wrong(problem: str, message: Message | None = None) -> Finding:
        return Finding(file=file, msgid=_name(message) if message else "", problem=problem)

    try:
        if canonical(tag) != tag:
            yield wrong(f"the folder should be named {canonical(tag)}")
            return
        catalog = _read(tag, catalogs)
    except (UnknownLanguage, OSError, PoFileError, ValueError) as error:
        yield wrong(f"cannot be read: {error}")
        return
    yield from map(wrong, (*_headers(tag, catalogs), *_plural_forms(tag, catalog)))
    whole = whole or not is_draft(tag, catalogs)
    for message in _messages(found):
        entry = _entry(message, catalog)
        if entry is None:
            if whole and _needed(message, tag):
                yield wrong("missing", message)
            continue
        if entry.fuzzy:
            yield wrong("fuzzy", message)
        for problem in wording.translation(message, entry, catalog.plural_expr, tag):
            yield wrong(problem, message)
    for message in _messages(catalog):
        if found.get(message.id, message.context) is None:
            yield wrong("not in the code any more; run the update", message)
    for message in catalog.obsolete.values():
        yield wrong("obsolete; use what is left of it and delete it", message)


def _needed(message: Message, tag: str) -> bool:
    match message.context:
        case "ordinal":
            return message.id in {CATEGORIES[category].msgid for category in categories_of(tag)}
        case "letter":
            return True  # even English has to say these
    return tag != "en"


def _headers(tag: str, catalogs: Path) -> Iterator[str]:
    own = headers(tag, catalogs)
    for name in own.keys() - {"X-Status", "X-Reviewed-By"}:
        yield f"has a header {name}, which means nothing"
    if own.get("X-Status", "draft") != "draft":
        yield "X-Status can only be draft; delete the line to offer the catalog"
    if not own.get("X-Reviewed-By", "somebody").strip():
        yield "X-Reviewed-By names nobody"


def _plural_forms(tag: str, catalog: Catalog) -> Iterator[str]:
    """Plural-Forms must part the whole numbers as CLDR does, in whatever order."""
    locale = cldr_locale(tag) or Locale("en")
    form = c2py(catalog.plural_expr)
    pairs = {(locale.plural_form(n), form(n)) for n in TELLING}
    categories = list(dict.fromkeys(locale.plural_form(n) for n in TELLING))
    if not len(pairs) == len(categories) == catalog.num_plurals:
        yield (
            f"Plural-Forms must tell apart what CLDR does: {', '.join(categories)}; "
            f"write {plural_forms(tag)}"
        )


def _read(tag: str, catalogs: Path) -> Catalog:
    with po_path(tag, catalogs).open("rb") as source:
        return read_po(source, locale=tag.replace("-", "_"), abort_invalid=True)


def _entry(message: Message, catalog: Catalog) -> Message | None:
    entry = catalog.get(message.id, message.context)
    return entry if entry is not None and any(wording.forms(entry.string)) else None


def _messages(catalog: Catalog) -> Iterable[Message]:
    return (message for message in catalog if message.id)


def _name(message: Message) -> str:
    msgid = wording.forms(message.id)[0]
    return f"{msgid} [{message.context}]" if message.context else msgid


if __name__ == "__main__":
    sys.exit(main())
