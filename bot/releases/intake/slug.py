"""The name of a release in addresses and folders."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date

from bot.releases.intake.document import Findings, Place
from translations.text import text

LONGEST = 100
_SLUG = re.compile(rf"[a-z0-9](?:[a-z0-9-]{{0,{LONGEST - 2}}}[a-z0-9])?")
_LATIN = str.maketrans(
    {"ə": "e", "ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŋ": "n", "þ": "th"}
    | {"æ": "ae", "œ": "oe", "ß": "ss"}
)


def is_slug(name: str) -> bool:
    """ASCII lower-case letters, digits and hyphens between them, at most 100."""
    return _SLUG.fullmatch(name) is not None


def slugify(title: str, day: date) -> str:
    """A slug from a title and its year: "Fête de l’été", 2026 → ``fete-de-l-ete-2026``.

    A title without Latin letters gives its date and a short hash of itself.
    """
    plain = unicodedata.normalize("NFKD", title.casefold().translate(_LATIN))
    words = re.findall(r"[a-z0-9]+", re.sub(r"[\u0300-\u036f]", "", plain))
    letters = sum(c.isalpha() for c in unicodedata.normalize("NFC", title))
    if letters == 0 or sum(map(len, words)) < letters / 2:
        digest = hashlib.sha256(title.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        return f"release-{day.isoformat()}-{digest}"
    year = f"{day.year:04}"
    if year in words:
        return _cut("-".join(words), LONGEST)
    return f"{_cut('-'.join(words), LONGEST - 1 - len(year))}-{year}"


def _cut(slug: str, longest: int) -> str:
    if len(slug) <= longest:
        return slug
    whole_words = slug[: longest + 1].rpartition("-")[0]
    return whole_words or slug[:longest]


def check_slug(slug: str, place: Place, findings: Findings) -> None:
    """Report a name that no release can have."""
    if not is_slug(slug):
        findings.fatal(
            place,
            text(
                "“{slug}” cannot be the name of a release. Use a–z, digits and hyphens, at most "
                "100, or give a name with --slug.",
                slug=slug[: LONGEST + 20].encode("utf-8", "replace").decode(),
            ),
        )
