"""The kinds of files that are read, by the ends of their names, and what to say of others."""

from __future__ import annotations

from bot.releases.intake.document import Findings, Place
from bot.releases.intake.office import FILE_LIMIT, PAGES, WORD
from bot.releases.intake.source import TEXT_LIMIT
from translations.text import text

LETTERS = (".txt", ".text")
MARKDOWN = (".md", ".markdown")
OFFICE = (*WORD, *PAGES)
READ = (*MARKDOWN, *LETTERS, *OFFICE)
NAMED = ".md, .txt, .docx, .html"
"""The kinds as people are told them."""

KINDS = {b"PK\x03\x04": ".docx", b"\xd0\xcf\x11\xe0": ".doc", b"%PDF": ".pdf", b"{\\rtf": ".rtf"}
"""How files begin that are no texts, whatever they are named."""

_MACROS = (".docm", ".dotm")
_TO_SAVE_AS_WORD = (".doc", ".dot", ".dotx", ".rtf", ".odt", ".ott", ".pages", ".wpd", ".pdf")


def limit_of(suffix: str) -> int:
    """The most bytes that a file of this kind may have."""
    return FILE_LIMIT if suffix.lower() in OFFICE else TEXT_LIMIT


def is_known(suffix: str, where: str, findings: Findings) -> bool:
    """Whether files of this kind are read; if not, what to do instead is among the findings."""
    suffix = suffix.lower()
    if suffix in READ:
        return True
    if suffix in _MACROS:
        what = text("The document has macros. Save it as .docx, without macros.")
    elif suffix in _TO_SAVE_AS_WORD:
        what = text("Files of the kind {suffix} are not read. Save it as .docx.", suffix=suffix)
    else:
        what = text(
            "Files of the kind {suffix} are not read. Known are: {known}.",
            suffix=suffix or "–",
            known=NAMED,
        )
    findings.fatal(Place(where), what)
    return False
