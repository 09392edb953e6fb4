"""Brings what the code says into the catalogs, and begins new ones.

Nothing but wording gets into a catalog, no dates and no line numbers, so that a change of wording
is the only thing that shows in a diff. Our own headers (``X-…``) and translators' comments stay.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from translations.locales import UnknownLanguage, canonical, cldr_locale
from translations.messages import CATALOGS, DOMAIN, headers, languages_in, po_path
from translations.plurals import plural_forms

_NOISE = re.compile(
    rb'^"(?:Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator'
    rb"|Language-Team|Generated-By):.*\n",
    re.MULTILINE,
)
_PROJECT = re.compile(rb"(Project-Id-Version: polyherald)[^\\]*")
_LAST_HEADER = b'"Content-Transfer-Encoding: 8bit\\n"\n'


def update(tag: str, found: Catalog, catalogs: Path = CATALOGS) -> None:
    """Merge ``found`` into the catalog of ``tag``; translations of what is gone stay, as obsolete.

    No guesses: a changed msgid is a new one, and the audit calls it missing. Raises
    ``FileNotFoundError`` where there is no such catalog, ``PoFileError`` of one that is broken.
    """
    path = po_path(tag, catalogs)
    with path.open("rb") as source:
        catalog = read_po(source, locale=tag.replace("-", "_"), abort_invalid=True)
    _write(tag, catalog, found, headers(tag, catalogs), catalogs)


def add(tag: str, found: Catalog, catalogs: Path = CATALOGS) -> Path:
    """Begin the catalog of ``tag``, spelt canonically: every message empty, and a draft.

    Raises :class:`UnknownLanguage`, also for a language whose formats CLDR does not know, and
    ``FileExistsError``.
    """
    tag = canonical(tag)
    locale = cldr_locale(tag)
    if locale is None:
        raise UnknownLanguage(tag)
    path = po_path(tag, catalogs)
    if tag in languages_in(catalogs):
        raise FileExistsError(str(path))
    catalog = Catalog(locale=locale, fuzzy=False)
    catalog.header_comment = f"# Polyherald in {locale.get_display_name('en')}."
    catalog.mime_headers = [("Plural-Forms", plural_forms(tag))]
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(tag, catalog, found, {"X-Status": "draft"}, catalogs)
    return path


def template_bytes(found: Catalog) -> bytes:
    """``found`` as a ``.pot`` file, for translators' programs."""
    return _bytes_of(found, {})


def _write(tag: str, catalog: Catalog, found: Catalog, own: dict[str, str], catalogs: Path) -> None:
    for key, message in list(catalog.obsolete.items()):
        if found.get(message.id, message.context) is not None:  # a wording that came back
            catalog[message.id] = catalog.obsolete.pop(key)
    catalog.update(found, no_fuzzy_matching=True, update_creation_date=False)
    for key, message in list(catalog.obsolete.items()):
        if not any(message.string or ()):
            del catalog.obsolete[key]
    po_path(tag, catalogs).write_bytes(_bytes_of(catalog, own))


def _bytes_of(catalog: Catalog, own: dict[str, str]) -> bytes:
    catalog.project, catalog.version = DOMAIN, ""
    written = io.BytesIO()
    write_po(written, catalog, width=100, sort_by_file=True, include_lineno=False)
    plain = _PROJECT.sub(rb"\1", _NOISE.sub(b"", written.getvalue()))
    # Babel drops headers that it does not know.
    kept = "".join(f'"{name}: {value}\\n"\n' for name, value in own.items()).encode()
    return plain.replace(_LAST_HEADER, _LAST_HEADER + kept, 1)
