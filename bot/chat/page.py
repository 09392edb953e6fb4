"""What the bot writes in a conversation: lines, put together as plain text and entities.

No parse mode anywhere, so nothing that people or documents say can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from telegram import MessageEntity

from bot.releases.direction import arranged
from bot.transports.entities import ENTITY_LIMIT, units
from translations.catalogs import Catalog
from translations.text import Text

LIMIT = 4096
"""UTF-16 code units of one message (Bot API, ``sendMessage``)."""

# Line ends, control characters, and marks that turn the text around them; joiners are spelling.
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]+")


def shown(words: str, longest: int = 200) -> str:
    """Foreign words on one line, as they can be shown and stored: a name, a title, a headline."""
    line = _UNSEEN.sub(" ", words.encode("utf-8", "replace").decode()).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


class Page:
    """Lines for one reader; :meth:`messages` are within Telegram's limits, however many lines."""

    def __init__(self, words: Catalog, first: Text | str | None = None) -> None:
        self._words = words
        self._lines: list[tuple[str, str, str]] = []
        self._parts: dict[int, list[tuple[str, int, int]]] = {}
        """Entities within a line, by its place."""
        if first is not None:
            self.line(first)

    def rendered(self, what: Text) -> str:
        """``what`` in the reader's language."""
        return self._words.render(what)

    def line(self, what: Text | str, *, bold: bool = False, url: str = "") -> Page:
        """Add a line, in the direction of the reader's language; ``url`` makes it a link."""
        words = arranged(
            self._words.render(what) if isinstance(what, Text) else what, self._words.tag
        )
        kind = MessageEntity.TEXT_LINK if url else MessageEntity.BOLD if bold else ""
        self._lines.append((_cut(words), kind, url))
        return self

    def rich(self, parts: Sequence[tuple[str, str]]) -> Page:
        """Add a line of parts that each have a kind of their own, an entity's type or ""."""
        words = "".join(part for part, _ in parts)
        if units(words) > LIMIT:
            return self.line(words)
        at = 0
        for part, kind in parts:
            if kind and part:
                self._parts.setdefault(len(self._lines), []).append((kind, at, units(part)))
            at += units(part)
        self._lines.append((words, "", ""))
        return self

    def item(self, what: Text | str) -> Page:
        """Add a line of a list."""
        words = self._words.render(what) if isinstance(what, Text) else what
        return self.line(f"• {words}")

    def name(self, words: str) -> Page:
        """Add a line with the name of something: a press copies it, and it can be found again."""
        self._lines.append((_cut(words), MessageEntity.CODE, ""))
        return self

    def gap(self) -> Page:
        """An empty line, except at the top and after another."""
        if self._lines and self._lines[-1][0]:
            self._lines.append(("", "", ""))
        return self

    def messages(self) -> list[tuple[str, list[MessageEntity]]]:
        """The texts, with their entities, parted between lines."""
        found: list[tuple[str, list[MessageEntity]]] = []
        text, entities = "", list[MessageEntity]()
        for place, (words, kind, url) in enumerate(self._lines):
            within = self._parts.get(place, [])
            full = (
                len(entities) + max(1, len(within)) > ENTITY_LIMIT
                or units(text) + 1 + units(words) > LIMIT
            )
            if text and full:
                found.append((text, entities))
                text, entities = "", []
            start = units(text) + 1 if text else 0
            text = f"{text}\n{words}" if text else words
            if kind and words:
                entities.append(MessageEntity(kind, start, units(words), url=url or None))
            entities += [MessageEntity(part, start + at, size) for part, at, size in within]
        return [*found, (text, entities)] if text.strip() else found

    def __str__(self) -> str:
        return "\n".join(words for words, _, _ in self._lines)


def _cut(words: str) -> str:
    if units(words) <= LIMIT:
        return words
    return words.encode("utf-16-le")[: 2 * (LIMIT - 1)].decode("utf-16-le", "ignore") + "…"
