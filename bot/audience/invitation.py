"""What a link into the bot proposes: a language, a topic; and where the link stands. Pure.

Telegram hands on up to 64 of the characters A–Z, a–z, 0–9, “_” and “-” (Bot Features, Deep
linking). A payload reads ``l-pt-BR_s-web_t-charter``; a topic that does not fit is named by a
hash, ``h-…``, and found again among those that there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from translations.text import Text, text

LONGEST = 64
MOST_SOURCES = 10
"""Told of; anybody can make links."""
_SOURCE = re.compile(r"[a-z0-9-]{1,24}")
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_BEFORE = "lang-"
"""How links began that were given out before topics were in them."""


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Whatever a link said: nothing in it is checked yet. "" for what it does not name."""

    language: str = ""
    mark: str = ""
    source: str = ""

    def topic_among(self, known: Iterable[str]) -> str:
        """The topic that is meant, if it is one of ``known``, else ""."""
        if not self.mark:
            return ""
        return next((topic for topic in known if self.mark in _marks(topic)), "")


def payload(language: str, topic: str = "", source: str = "") -> str:
    """What a link carries that proposes this language (BCP 47) and topic, and stands at
    ``source`` (a–z, 0–9 and “-”, at most 24 of them)."""
    spoken = f"l-{language}_s-{source}" if source else f"l-{language}"
    if not topic:
        return spoken
    plain, hashed = (f"{spoken}_{mark}" for mark in _marks(topic))
    return plain if _PLAIN.fullmatch(topic) and len(plain) <= LONGEST else hashed


def read(given: str) -> Invitation:
    """What ``given``, which anybody may have written, proposes."""
    if given.startswith(_BEFORE):
        return Invitation(language=given.removeprefix(_BEFORE))
    language, source, rest = "", "", given
    if rest.startswith("l-"):
        language, _, rest = rest[2:].partition("_")
    if rest.startswith("s-"):
        source, _, rest = rest[2:].partition("_")
    return Invitation(
        language=language,
        mark=rest if rest.startswith(("t-", "h-")) else "",
        source=source if _SOURCE.fullmatch(source) else "",
    )


def counted(sources: Mapping[str, int]) -> tuple[Text, ...]:
    """Where the links stand by which most came, and how many by each; nobody by name."""
    found = list(sources.items())
    listed = [text("{source}: {count}", source=name, count=n) for name, n in found[:MOST_SOURCES]]
    more = sum(n for _, n in found[MOST_SOURCES:])
    return (*listed, *((text("others: {count}", count=more),) if more else ()))


def short(topic: str) -> str:
    """Twelve characters that stand for a topic where there is no room for its name."""
    return sha256(topic.encode()).hexdigest()[:12]


def _marks(topic: str) -> tuple[str, str]:
    return f"t-{topic}", f"h-{short(topic)}"
