"""The gettext catalogs on disk: which there are, and their messages.

A catalog that is being written has ``X-Status: draft`` in its header and is offered to nobody; the
build leaves it out. ``X-Reviewed-By`` names the native speaker who has read all of it.
"""

from __future__ import annotations

import gettext
import io
import re
from functools import lru_cache
from pathlib import Path

CATALOGS = Path(__file__).parent / "catalogs"
DOMAIN = "polyherald"

_HEADER = re.compile(r'^"(X-[A-Za-z-]+): (.*?)(?:\\n)?"$', re.MULTILINE)


def po_path(tag: str, catalogs: Path = CATALOGS) -> Path:
    return catalogs / tag / "LC_MESSAGES" / f"{DOMAIN}.po"


def languages_in(catalogs: Path = CATALOGS) -> tuple[str, ...]:
    """The tags that have a catalog, compiled or not: English first, then alphabetically."""
    tags = {
        folder.name
        for folder in catalogs.iterdir()
        if any(po_path(folder.name, catalogs).with_suffix(kind).exists() for kind in (".po", ".mo"))
    }
    return tuple(sorted(tags, key=lambda tag: (tag != "en", tag)))


def has_sources(catalogs: Path = CATALOGS) -> bool:
    """Whether this is a checkout; an installed package holds compiled catalogs alone."""
    return po_path("en", catalogs).exists()


def headers(tag: str, catalogs: Path = CATALOGS) -> dict[str, str]:
    """The headers of our own (``X-…``) in the source of a catalog; none where it is compiled."""
    po = po_path(tag, catalogs)
    if not po.exists():
        return {}
    with po.open(encoding="utf-8", errors="replace") as source:
        return dict(_HEADER.findall(source.read(4096).partition("\n\n")[0]))


def is_draft(tag: str, catalogs: Path = CATALOGS) -> bool:
    """Whether ``tag`` is still being translated, and not to be offered."""
    return headers(tag, catalogs).get("X-Status") == "draft"


@lru_cache(maxsize=1)
def interface_languages() -> tuple[str, ...]:
    """The languages in which this service speaks, English first."""
    return tuple(tag for tag in languages_in() if not is_draft(tag))


@lru_cache(maxsize=64)
def messages_in(tag: str, catalogs: Path = CATALOGS) -> gettext.NullTranslations:
    """The messages of exactly ``tag``; where there is no such catalog, the msgids themselves.

    An installed package has compiled catalogs. In a working tree they are missing, or older than
    what a translator just wrote: then they are compiled in memory.
    """
    po = po_path(tag, catalogs)
    mo = po.with_suffix(".mo")
    if mo.exists() and not (po.exists() and po.stat().st_mtime > mo.stat().st_mtime):
        with mo.open("rb") as compiled:
            return gettext.GNUTranslations(compiled)
    if po.exists():
        return _compile(po, tag)
    return gettext.NullTranslations()


def _compile(po: Path, tag: str) -> gettext.GNUTranslations:
    # Only a working tree gets here: an installed service need not load these two.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with po.open("rb") as source:
        write_mo(compiled, read_po(source, locale=tag.replace("-", "_")))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
