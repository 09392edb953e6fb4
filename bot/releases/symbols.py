"""UN document symbols in running text, such as A/RES/70/1; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ORGANS = (
    "A|S|E|T|ST|TD|DP|UNEP|HSP|FCCC|CCPR|CEDAW|CERD|CRC|CAT|CMW|CRPD|CED|ISBA|SPLOS|LOS|LC|DC|"
    "ECE|ESCAP|ECA|ICCD|CBD|IDB|JIU|NPT|PBC|UNW|BWC|CCW|CD|HRI|ICC-ASP|PCNICC|SAICM|WFP"
)
_COMPONENT = (
    rf"[A-Z0-9][A-Za-z0-9]{{0,30}}(?:[.\-](?!(?:{_ORGANS})/)[A-Za-z0-9]{{1,30}}){{0,6}}"
    r"(?:\([A-Za-z0-9\-]{1,20}\))?"
)
_SYMBOL = re.compile(
    rf"(?<![\w/.@])(?:{_ORGANS})"
    rf"(?:/RES/\d{{1,4}}[ \u00a0]\((?:[IVXLC]+|(?:19|20)\d\d)\)|(?:/{_COMPONENT}){{1,8}})"
    r"(?![\w/])"
)
_LONG_NUMBER = re.compile(r"\d{3}")


def find_symbols(text: str) -> Iterator[re.Match[str]]:
    """Every UN document symbol in ``text``, in order, as it is written there.

    Forms follow the UN Editorial Manual: components parted by slashes, the first naming the
    organ. A dash between two symbols parts them.
    """
    for found in _SYMBOL.finditer(text):
        if found[0].count("/") > 1 or _LONG_NUMBER.search(found[0]):
            yield found


def symbols(text: str) -> tuple[str, ...]:
    """The symbols in ``text``, each once; "S/RES/242 (1967)" is S/RES/242(1967)."""
    found = (m[0].replace(" ", "").replace("\u00a0", "") for m in find_symbols(text))
    return tuple(dict.fromkeys(found))
