"""What a link into the bot proposes: a language, a topic. Pure.

Telegram hands on up to 64 of the characters A–Z, a–z, 0–9, “_” and “-” (Bot Features, Deep
linking). A payload reads ``l-pt-BR_t-charter``; a topic that does not fit is named by a hash,
``h-…``, and found again among those that there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

LONGEST = 64
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_BEFORE = "lang-"
"""How links began that were given out before topics were in them."""


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Whatever a link said: nothing in it is checked yet. "" for what it does not name."""

    language: str = ""
    mark: str = ""

    def topic_among(self, known: Iterable[str]) -> str:
        """The topic that is meant, if it is one of ``known``, else ""."""
        if not self.mark:
            return ""
        return next((topic for topic in known if self.mark in _marks(topic)), "")


def payload(language: str, topic: str = "") -> str:
    """What a link carries that proposes this language (BCP 47) and topic."""
    spoken = f"l-{language}"
    if not topic:
        return spoken
    plain, hashed = (f"{spoken}_{mark}" for mark in _marks(topic))
    return plain if _PLAIN.fullmatch(topic) and len(plain) <= LONGEST else hashed


def read(given: str) -> Invitation:
    """What ``given``, which anybody may have written, proposes."""
    if given.startswith(_BEFORE):
        return Invitation(language=given.removeprefix(_BEFORE))
    language, rest = "", given
    if given.startswith("l-"):
        language, _, rest = given[2:].partition("_")
    return Invitation(language=language, mark=rest if rest.startswith(("t-", "h-")) else "")


def short(topic: str) -> str:
    """Twelve characters that stand for a topic where there is no room for its name."""
    return sha256(topic.encode()).hexdigest()[:12]


def _marks(topic: str) -> tuple[str, str]:
    return f"t-{topic}", f"h-{short(topic)}"
