"""What all languages of a release have in common: the keys of ``release.yaml``."""

from __future__ import annotations

import re

from bot.releases.intake.document import Findings, Place
from bot.releases.intake.fields import Fields
from bot.releases.intake.slug import is_slug
from bot.releases.links import find_links
from bot.releases.release import (
    Completeness,
    Contact,
    Issuer,
    RelatedDocument,
)
from bot.releases.symbols import symbols
from translations.text import text

KEYS = (
    *("date", "dateline", "original", "topics", "embargo", "publish_at", "observance", "issuer"),
    *("contact", "related", "pictures", "required_languages", "completeness", "edition_of"),
)
_SYMBOL = re.compile(r"[A-Z][A-Za-z0-9.\-]*(?:/[A-Za-z0-9.()\-]+(?: \([A-Za-z0-9]+\))?)+", re.ASCII)
_MAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]+\.[^\s@<>\"]{2,}")


def read_edition_of(fields: Fields) -> str | None:
    """The slug of an earlier release of the same observance."""
    slug = fields.line("edition_of")
    if slug is None or is_slug(slug):
        return slug
    fields.findings.fatal(
        fields.table.key_places["edition_of"],
        text(
            "“{slug}” is no slug of a release. Give one, as in edition_of: charter-2026.", slug=slug
        ),
    )
    return None


def read_issuer(fields: Fields | None, fallback: Issuer | None) -> Issuer:
    if fields is None:
        return fallback or Issuer()
    fields.refuse_unknown(("names", "address"))
    return Issuer(names=fields.by_language("names"), address=fields.words("address") or "")


def read_contact(fields: Fields | None) -> Contact:
    if fields is None:
        return Contact()
    fields.refuse_unknown(("name", "email", "phones", "faxes"))
    return Contact(
        name=fields.line("name") or "",
        email=fields.matching("email", _MAIL, "press@example.org") or "",
        phones=fields.texts("phones"),
        faxes=fields.texts("faxes"),
    )


def read_related(rows: tuple[Fields, ...]) -> tuple[RelatedDocument, ...]:
    """The related documents; a text's own address and symbols count where none are given."""
    found = []
    for fields in rows:
        fields.refuse_unknown(("text", "url", "symbols", "languages"))
        words = fields.words("text")
        if not words:
            fields.findings.fatal(
                fields.table.place, text("A related document needs its text. Add “text: …”.")
            )
            continue
        found.append(
            RelatedDocument(
                text=words,
                url=_address(fields) if fields.node("url") else first_address(words),
                symbols=_symbols(fields) if fields.node("symbols") else symbols(words),
                languages=fields.languages("languages"),
            )
        )
    return tuple(found)


def first_address(words: str) -> str:
    """The first web address in ``words``, with its scheme, or nothing."""
    return next((link.url for link in find_links(words) if link.schema != "mailto:"), "")


def _address(fields: Fields) -> str:
    written = fields.words("url")
    if written is None:
        return ""
    if re.fullmatch(r"https?://[^\s<>\"]+", written, re.IGNORECASE):
        return written
    if ":" not in written.split("/")[0] and first_address(written) == f"https://{written}":
        return f"https://{written}"
    fields.wrong(
        fields.table.entries["url"],
        text("“{url}” is not a web address. Begin it with https://", url=written[:80]),
    )
    return ""


def _symbols(fields: Fields) -> tuple[str, ...]:
    found = []
    for symbol in fields.texts("symbols"):
        if _SYMBOL.fullmatch(symbol):
            found.append(symbol.replace(" ", ""))
        else:
            fields.wrong(
                fields.table.entries["symbols"],
                text(
                    "“{symbol}” is not a UN document symbol. Write it as in A/RES/70/1.",
                    symbol=symbol[:80],
                ),
            )
    return tuple(found)


def read_topics(fields: Fields) -> tuple[str, ...]:
    topics = fields.texts("topics")
    for topic in topics:
        if not is_slug(topic):
            fields.wrong(
                fields.table.entries["topics"],
                text(
                    "“{topic}” cannot be a topic. Use the letters a–z, digits and hyphens.",
                    topic=topic[:80],
                ),
            )
    return tuple(dict.fromkeys(topics))


def read_completeness(fields: Fields) -> Completeness | None:
    word = fields.choice("completeness", tuple(Completeness))
    return Completeness(word) if word else None


def missing_languages(
    required: tuple[str, ...], present: frozenset[str], place: Place, findings: Findings
) -> None:
    for tag in required:
        if tag not in present:
            findings.note(
                place, text("The text in {language} is required and still missing.", language=tag)
            )
