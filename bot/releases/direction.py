"""What in a release's text runs against the direction of its language; pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise, product

from markdown_it.token import Token

from bot.releases.links import find_links
from bot.releases.symbols import find_symbols
from translations import bidi
from translations.bidi import Stretch, clashes, controls, inserted, runs
from translations.locales import direction

# A telephone number, digits in groups, a date of ISO 8601: where spaces or hyphens part digits,
# the bidirectional algorithm puts the groups in the order of the Arabic or Hebrew text around.
_NUMBERS = re.compile(
    r"(?<![\w+])(?:"
    r"(?:\+|00)[0-9۰-۹][0-9۰-۹ ().\-/]{4,24}[0-9۰-۹]"
    r"|(?:\(0[0-9۰-۹]{1,4}\)|0[0-9۰-۹]{1,4})(?:[ .\-][0-9۰-۹]{2,4}){2,5}"
    r"|(?:[0-9]{1,9}/)?[0-9]{1,3}(?: [0-9]{3})+"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r")(?![\w/])"
)


_DEEPEST = 8
"""Elements that begin or end at one place, at most, for an isolate to be put around them."""


def stretches(text: str, language: str) -> list[Stretch]:
    """What in ``text`` belongs into isolates, line by line; code points.

    Addresses, document symbols and numbers in groups stay whole.
    """
    base = direction(language)
    if base == "ltr" and not clashes(text, base):
        return []
    found: list[Stretch] = []
    position = 0
    for line in text.split("\n"):
        found += [
            (start + position, end + position) for start, end in runs(line, base, _whole(line))
        ]
        position += len(line) + 1
    return found


def arranged(text: str, language: str) -> str:
    """``text`` with controls for messages, where direction has no other means."""
    return inserted(text, controls(text, direction(language), stretches(text, language)))


def standalone(line: str, language: str) -> str:
    """One line with controls for a place whose own direction nobody knows."""
    return bidi.standalone(line, direction(language), stretches(line, language))


def isolate(tokens: Sequence[Token], language: str) -> None:
    """Put elements around these stretches in parsed Markdown.

    ``dir`` isolates; ``span`` and not ``bdi``, because feed readers that clean what they show
    know the one and drop the other.
    One that markup begins or ends in the middle of is left to the bidirectional algorithm: in
    two elements its halves would change places.
    """
    against = "ltr" if direction(language) == "rtl" else "rtl"
    for token in tokens:
        if token.type == "inline" and token.children:
            found = stretches("".join(map(_words, token.children)), language)
            if found:
                token.children = _enclosed(token.children, found, against)


def _whole(line: str) -> list[Stretch]:
    return [
        *((link.index, link.last_index) for link in find_links(line)),
        *(found.span() for found in find_symbols(line)),
        *(found.span() for found in _NUMBERS.finditer(line)),
    ]


def _words(token: Token) -> str:
    return "\n" if token.type == "hardbreak" else token.content


def _enclosed(children: Sequence[Token], found: Sequence[Stretch], against: str) -> list[Token]:
    """``children`` with an element around each stretch that is a balanced part of them."""
    children = list(_parted(children, sorted({at for stretch in found for at in stretch})))
    places = [0, *accumulate(len(_words(child)) for child in children)]
    opened: dict[int, Token] = {}
    closed: dict[int, Token] = {}
    least = 0
    for start, end in found:
        firsts = range(max(bisect_left(places, start), least), bisect_right(places, start))
        lasts = range(bisect_left(places, end), bisect_right(places, end))
        # The widest first, so that a link is within its isolate and not the other way round.
        for first, last in product(firsts[-_DEEPEST:], reversed(lasts[:_DEEPEST])):
            if _is_balanced(children, first, last):
                opened[first] = Token("isolate_open", "span", 1, attrs={"dir": against})
                closed[last] = Token("isolate_close", "span", -1)
                least = last
                break
    done: list[Token] = []
    for n in range(len(places)):
        done += filter(None, (closed.get(n), opened.get(n)))
        done += children[n : n + 1]
    return done


def _parted(children: Iterable[Token], cuts: Sequence[int]) -> Iterator[Token]:
    """``children`` with plain text in pieces that end at ``cuts``, places in the words."""
    position = 0
    for child in children:
        size = len(_words(child))
        inner = cuts[bisect_right(cuts, position) : bisect_left(cuts, position + size)]
        if child.type == "text" and inner:
            edges = [0, *(cut - position for cut in inner), size]
            for first, last in pairwise(edges):
                yield Token("text", "", 0, content=child.content[first:last])
        else:
            yield child
        position += size


def _is_balanced(tokens: Sequence[Token], first: int, last: int) -> bool:
    depth = 0
    for n in range(first, last):
        depth += tokens[n].nesting
        if depth < 0:
            return False
    return depth == 0
