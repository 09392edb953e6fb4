"""Web and e-mail addresses as people write them in running text; pure, in linear time.

Our own rather than linkify-it's rules, because those take Chinese and Arabic punctuation after an
address for a part of it, and the letters before ``www.`` for a part of the host.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_HAN = "\u2e80-\u2fdf\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LABEL = rf"(?:[^\W_{_HAN}](?:[^\W_{_HAN}]|-){{0,62}}|[{_HAN}]{{1,63}})"
_HOST = rf"{_LABEL}(?:\.{_LABEL}){{1,9}}"
_PATH = (
    r"(?:[/?#]"
    # Han after an ASCII letter is the next word of the sentence; after a slash it is a path.
    rf"(?:[A-Za-z0-9!#$%&'()*+,\-./:;=?@\[\]_~]|[^\W\x00-\x7f{_HAN}]|(?<![A-Za-z0-9])[{_HAN}])*)?"
)
_BEFORE = rf"(?<![^\W{_HAN}])(?<![@.\-/\\:])"
_TOP = (
    "com|org|net|int|edu|gov|mil|info|biz|eu|museum|news|press|media|foundation|aero|coop|name|pro|"
    "[a-z]{2}|рф|укр|бел|срб|қаз|мкд"
)
_SHORT = rf"[^\W_{_HAN}](?:[^\W_{_HAN}]|-){{0,62}}"

# Case is ignored word by word: for the whole, every Han character would be looked at for its case,
# for a tenth of a second in each start.
_CANDIDATE = re.compile(
    rf"{_BEFORE}(?P<mail>(?i:mailto:)?[A-Za-z0-9][A-Za-z0-9._%+\-]{{0,63}}"
    rf"@{_SHORT}(?:\.{_SHORT}){{1,9}})"
    rf"|(?<![^\W{_HAN}])(?P<web>(?i:https?)://{_HOST}(?::\d{{1,5}})?{_PATH})"
    rf"|{_BEFORE}(?P<www>(?i:www)\.{_HOST}(?::\d{{1,5}})?{_PATH})"
    rf"|{_BEFORE}(?P<bare>(?:{_SHORT}\.){{1,9}}(?i:{_TOP})(?![^\W{_HAN}]|\.\w|@)"
    rf"(?::\d{{1,5}})?{_PATH})",
)
_TRAILING = ".,;:!?'*_~"
_PAIRS = {")": "(", "]": "["}


@dataclass(frozen=True, kw_only=True)
class Link:
    """An address in a text: its span in code points, as written, and its full ``url``.

    ``text``, ``last_index`` and ``schema`` are what markdown-it's linkify rule asks of a match.
    """

    index: int
    last_index: int
    text: str
    url: str
    schema: str


def _trimmed(address: str, before: str) -> str:
    """``address`` without the punctuation of the sentence around it."""
    address = address.split("](", 1)[0]  # the end of a Markdown link's label
    if before == "'":
        address = address.split("'", 1)[0]
    excess = {closer: address.count(closer) - address.count(_PAIRS[closer]) for closer in _PAIRS}
    end = len(address)
    while end:
        last = address[end - 1]
        if last in _PAIRS and excess[last] > 0:
            excess[last] -= 1
        elif last not in _TRAILING and last not in "([":
            break
        elif last in "([":
            excess[{"(": ")", "[": "]"}[last]] += 1
        end -= 1
    return address[:end]


def _is_bare(address: str) -> bool:
    """Whether an address with neither scheme nor ``www.`` is meant as one.

    "At the end.In 1987" lacks a space, not a scheme; "2 p.m.to" is no host either.
    """
    host, _, path = address.partition("/")
    labels = host.split(":")[0].split(".")
    if host != host.lower() or not any(c.isalpha() for c in labels[-2]):
        return False
    return bool(path) or len(labels[-2]) > 1


def find_links(text: str) -> Iterator[Link]:
    """Every address in ``text``, in order, without surrounding punctuation.

    An address without a scheme gets ``https://``; an e-mail address ``mailto:``.
    """
    for found in _CANDIDATE.finditer(text):
        start = found.start()
        address = _trimmed(found[0], text[start - 1] if start else "")
        if not address or "." not in address:
            continue
        kind = found.lastgroup
        scheme = ""
        if kind == "bare" and not _is_bare(address):
            continue
        if kind == "web":
            scheme = address.split("//", 1)[0].lower()
            url = address
        elif kind == "mail":
            scheme = "mailto:"
            url = address if address[:7].lower() == scheme else scheme + address
        else:
            url = "https://" + address
        yield Link(
            index=start, last_index=start + len(address), text=address, url=url, schema=scheme
        )


class Linkifier:
    """The face that markdown-it's linkify rule expects."""

    def pretest(self, text: str) -> bool:
        return "." in text

    def test(self, text: str) -> bool:
        return next(find_links(text), None) is not None

    def match(self, text: str) -> list[Link] | None:
        return list(find_links(text)) or None


def is_wide(char: str) -> bool:
    """Whether ``char`` is written without spaces around it (Han, kana, their punctuation)."""
    if unicodedata.east_asian_width(char) not in "WF":
        return False
    return not "\u1100" <= char <= "\u11ff" and not "\uac00" <= char <= "\ud7a3"
