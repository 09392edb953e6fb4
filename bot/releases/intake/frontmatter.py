"""Front matter: YAML 1.2 as a tree in which everything knows its line.

Only YAML's events are used, nothing is ever constructed: a key's own meaning says how its value is
read, so ``no`` stays Norwegian and ``10:00`` a time. Aliases, tags and deep nesting are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from bot.releases.intake.document import Findings, Place
from translations.text import Text, text

LONGEST = 100_000
"""Characters of front matter; reading YAML is slow."""
DEEPEST = 6

_EMPTY = ("", "~", "null", "Null", "NULL")
_PATTERN_UNQUOTED = re.compile(r"^[\s-]*[\w-]+:\s*\{\s*(?:ordinal|years)\s*\}")


@dataclass(frozen=True)
class Scalar:
    """``value`` is the text as written, or None for an empty or ``null`` one."""

    value: str | None
    place: Place


@dataclass(frozen=True)
class Listing:
    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True)
class Table:
    entries: dict[str, Node]
    place: Place
    key_places: dict[str, Place] = field(default_factory=dict)


Node = Scalar | Listing | Table


@dataclass(frozen=True)
class Parts:
    """A text file as front matter and body; lines count from 1."""

    front: str
    front_line: int
    body: str
    body_line: int


def split(content: str, where: str, findings: Findings) -> Parts | None:
    """Part the front matter, between two lines of ``---``, from the body below it."""
    lines = content.split("\n")
    if lines[0].rstrip() != "---":
        return Parts(front="", front_line=1, body=content, body_line=1)
    for i, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            return Parts(
                front="\n".join(lines[1:i]) + "\n",
                front_line=2,
                body="\n".join(lines[i + 1 :]),
                body_line=i + 2,
            )
    findings.fatal(
        Place(where, 1), text("The front matter does not end. Close it with a line of “---”.")
    )
    return None


def parse(source: str, where: str, first_line: int, findings: Findings) -> Table | None:
    """The mapping in ``source``, or None if something in it is fatal."""
    if len(source) > LONGEST:
        findings.fatal(
            Place(where, first_line),
            text(
                "The front matter has {size} characters; at most {limit} are read.",
                size=len(source),
                limit=LONGEST,
            ),
        )
        return None
    builder = _Builder(where, first_line)
    try:
        node = builder.build(YAML(typ="safe", pure=True).parse(source))
    except _Refused as refused:
        findings.fatal(refused.place, refused.what)
        return None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = min(mark.line if mark else 0, source.count("\n"))
        findings.fatal(*_explained(source, where, first_line, line, error.problem or ""))
        return None
    except ReaderError as error:
        line = source.count("\n", 0, error.position)
        findings.fatal(*_explained(source, where, first_line, line, error.reason))
        return None
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError) as error:
        # ruamel lets its own slips out, for escapes such as "\U00110000".
        reason = str(error).partition("\n")[0]
        findings.fatal(*_explained(source, where, first_line, builder.line, reason))
        return None
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return Table({}, Place(where, first_line))
    if not isinstance(node, Table):
        findings.fatal(
            node.place, text("The front matter is not a list of “key: value” lines. Write it so.")
        )
        return None
    return node


def unquoted_pattern() -> Text:
    """What to say where ``{ordinal}`` stands without quotes: YAML takes it for a mapping."""
    return text(
        "A text that begins with a brace must stand in quotes, as in {example}",
        example='headline: "{ordinal} …"',
    )


def same(one: Node, other: Node) -> bool:
    """Whether two values say the same, wherever they stand."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.value == other.value
    if isinstance(one, Listing) and isinstance(other, Listing):
        pairs = zip(one.items, other.items, strict=False)
        return len(one.items) == len(other.items) and all(same(a, b) for a, b in pairs)
    if isinstance(one, Table) and isinstance(other, Table):
        return one.entries.keys() == other.entries.keys() and all(
            same(one.entries[key], other.entries[key]) for key in one.entries
        )
    return False


class _Refused(Exception):
    def __init__(self, place: Place, what: Text) -> None:
        super().__init__(str(what))
        self.place = place
        self.what = what


class _Builder:
    def __init__(self, where: str, first_line: int) -> None:
        self._where = where
        self._first_line = first_line
        self.line = 0
        """Lines of the source read so far."""

    def build(self, events: Iterator[Event]) -> Node | None:
        documents = 0
        root: Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Refused(self._place(event), text("There are two YAML documents here."))
            elif isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent):
                root = self._node(event, events, 1)
            elif isinstance(event, AliasEvent):
                raise self._alias(event)
        return root

    def _place(self, event: Event) -> Place:
        self.line = event.start_mark.line
        return Place(self._where, self._first_line + event.start_mark.line)

    def _alias(self, event: Event) -> _Refused:
        return _Refused(
            self._place(event), text("Aliases (“*name”) are not read. Write the value out.")
        )

    def _node(self, event: Event, events: Iterator[Event], depth: int) -> Node:
        place = self._place(event)
        if depth > DEEPEST:
            raise _Refused(place, text("This is nested too deeply."))
        if isinstance(event, AliasEvent):
            raise self._alias(event)
        if getattr(event, "tag", None) is not None:
            raise _Refused(place, text("YAML tags (“!name”) are not read. Leave it out."))
        if isinstance(event, ScalarEvent):
            empty = event.implicit[0] and event.value in _EMPTY
            return Scalar(None if empty else event.value, place)
        if isinstance(event, SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(event := next(events), SequenceEndEvent):
                items.append(self._node(event, events, depth + 1))
            return Listing(tuple(items), place)
        return self._table(place, events, depth)

    def _table(self, place: Place, events: Iterator[Event], depth: int) -> Table:
        entries: dict[str, Node] = {}
        places: dict[str, Place] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = self._node(event, events, depth + 1)
            if not isinstance(key, Scalar) or key.value is None:
                raise _Refused(key.place, text("A key must be a word."))
            if key.value in entries:
                raise _Refused(
                    key.place,
                    text(
                        "“{key}” stands here a second time; first in line {line}. Keep one.",
                        key=key.value,
                        line=str(places[key.value].line),
                    ),
                )
            places[key.value] = key.place
            entries[key.value] = self._node(next(events), events, depth + 1)
        return Table(entries, place, places)


def _explained(
    source: str, where: str, first_line: int, line: int, reason: str
) -> tuple[Place, Text]:
    lines = source.split("\n")
    for i in (line, line - 1):
        if 0 <= i < len(lines) and _PATTERN_UNQUOTED.match(lines[i]):
            return Place(where, first_line + i), unquoted_pattern()
    return Place(where, first_line + line), text(
        "This is not valid YAML ({reason}). Put a text with colons, brackets or other marks in "
        "quotes.",
        reason=reason,
    )
