"""The values of single keys: each knows its form, and says what is allowed where it is wrong."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bot.releases.intake.document import Findings, Options
from bot.releases.intake.frontmatter import Listing, Node, Scalar, Table, unquoted_pattern
from bot.releases.moments import BadMoment, parse_moment
from bot.releases.release import Moment
from translations.locales import UnknownLanguage, canonical
from translations.text import Text, text

LONGEST_LINE = 500
"""Characters of a headline and of other texts that are one line by nature."""
_LANGUAGE = ("language", "lang", "locale")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NUMBER = re.compile(r"\d{1,4}", re.ASCII)


class Fields:
    """The entries of one mapping, read by key; what is wrong goes to ``findings``.

    A reader returns None (or an empty tuple) for a key that is missing, empty or wrong.
    """

    def __init__(self, table: Table, findings: Findings, options: Options) -> None:
        self.table = table
        self.findings = findings
        self.options = options

    def node(self, key: str) -> Node | None:
        node = self.table.entries.get(key)
        return None if isinstance(node, Scalar) and node.value is None else node

    def wrong(self, node: Node, what: Text) -> None:
        self.findings.fatal(node.place, what)

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """A key that nobody reads is a slip of the pen, and never silently left out."""
        names = list(known)
        for key, place in self.table.key_places.items():
            if key in names:
                continue
            if key.lower() in _LANGUAGE:
                self.findings.fatal(place, self._said_by_the_name(key))
                continue
            near = difflib.get_close_matches(key[:40], names, n=1)
            if near:
                what = text("There is no key “{key}”. Is “{near}” meant?", key=key, near=near[0])
            else:
                what = text(
                    "There is no key “{key}” here. Known are: {known}.",
                    key=key[:80],
                    known=", ".join(names),
                )
            self.findings.fatal(place, what)

    def _said_by_the_name(self, key: str) -> Text:
        node = self.node(key)
        try:
            tag = canonical(node.value or "" if isinstance(node, Scalar) else "")
        except UnknownLanguage:
            tag = "fr"
        return text(
            "The language of a text is said by the name of its file. Remove this line, and name "
            "the file {tag}.md, or give --language {tag}.",
            tag=tag,
        )

    def words(self, key: str) -> str | None:
        """A text as written, without the white space around it."""
        node = self.node(key)
        if node is None:
            return None
        if not isinstance(node, Scalar) or node.value is None:
            if isinstance(node, Table) and {"ordinal", "years"} & node.entries.keys():
                self.wrong(node, unquoted_pattern())
            else:
                self.wrong(node, text("“{key}” must be a text.", key=key))
            return None
        return node.value.strip()

    def line(self, key: str) -> str | None:
        """A text of one line; line ends within it become spaces."""
        words = self.words(key)
        if words is None:
            return None
        joined = " ".join(part.strip() for part in words.split("\n"))
        if len(joined) > LONGEST_LINE:
            self.wrong(
                self.table.entries[key],
                text(
                    "“{key}” has {size} characters; at most {limit} are allowed.",
                    key=key,
                    size=len(joined),
                    limit=LONGEST_LINE,
                ),
            )
            return None
        return joined

    def choice(self, key: str, allowed: Sequence[str]) -> str | None:
        word = self.words(key)
        if word is None or word in allowed:
            return word
        self.wrong(
            self.table.entries[key],
            text(
                "“{key}” cannot be “{value}”. Allowed are: {allowed}.",
                key=key,
                value=word[:80],
                allowed=", ".join(allowed),
            ),
        )
        return None

    def matching(self, key: str, form: re.Pattern[str], example: str) -> str | None:
        word = self.words(key)
        if word is None or form.fullmatch(word):
            return word
        self.wrong(
            self.table.entries[key],
            text(
                "“{key}” cannot be “{value}”. Write it as in {example}.",
                key=key,
                value=word[:80],
                example=example,
            ),
        )
        return None

    def day(self, key: str) -> date | None:
        written = self.matching(key, _DATE, "2026-06-26")
        if written is None:
            return None
        try:
            return datetime.strptime(written, "%Y-%m-%d").date()  # noqa: DTZ007 -- a civil date
        except ValueError:
            self.wrong(
                self.table.entries[key],
                text("There is no date {date} in the calendar.", date=written),
            )
            return None

    def moment(self, key: str) -> Moment | None:
        written = self.words(key)
        if written is None:
            return None
        try:
            return parse_moment(written, self.options.default_zone)
        except BadMoment as error:
            self.wrong(self.table.entries[key], error.what)
            return None

    def number(self, key: str, least: int = 1) -> int | None:
        node = self.node(key)
        return None if node is None else self._number(node, key, least)

    def numbers(self, key: str, least: int = 1) -> tuple[int, ...] | None:
        if self.node(key) is None:
            return None
        found = (self._number(item, key, least) for item in self._items(key))
        return tuple(n for n in found if n is not None)

    def _number(self, node: Node, key: str, least: int) -> int | None:
        written = node.value or "" if isinstance(node, Scalar) else ""
        if _NUMBER.fullmatch(written) and int(written) >= least:
            return int(written)
        self.wrong(
            node,
            text("“{key}” needs whole numbers from {least} up.", key=key, least=least),
        )
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; a single text is a list of one."""
        found = []
        for item in self._items(key):
            if isinstance(item, Scalar) and item.value is not None:
                found.append(item.value.strip())
            else:
                self.wrong(item, text("“{key}” must be a list of texts.", key=key))
        return tuple(found)

    def languages(self, key: str) -> tuple[str, ...]:
        found = []
        for item in self._items(key):
            written = item.value or "" if isinstance(item, Scalar) else ""
            tag = self.tag(written, item)
            if tag is not None:
                found.append(tag)
        return tuple(dict.fromkeys(found))

    def tag(self, written: str, node: Node) -> str | None:
        try:
            return canonical(written)
        except UnknownLanguage:
            self.wrong(node, unknown_language(written))
            return None

    def inner(self, key: str) -> Fields | None:
        """The mapping under ``key``."""
        node = self.node(key)
        if node is None:
            return None
        if not isinstance(node, Table):
            self.wrong(node, text("“{key}” must be a list of “key: value” lines.", key=key))
            return None
        return Fields(node, self.findings, self.options)

    def by_language(self, key: str) -> dict[str, str]:
        """The texts in the mapping under ``key``, whose keys are language tags."""
        inner = self.inner(key)
        if inner is None:
            return {}
        found: dict[str, str] = {}
        for written, node in inner.table.entries.items():
            tag = self.tag(written, node)
            words = inner.line(written)
            if tag and words:
                found[tag] = words
        return found

    def rows(self, key: str, alone: str = "text") -> tuple[Fields, ...]:
        """The mappings in the list under ``key``; a text alone stands for ``{alone: …}``."""
        found = []
        for item in self._items(key):
            if isinstance(item, Scalar):
                item = Table({alone: item}, item.place, {alone: item.place})
            if isinstance(item, Table):
                found.append(Fields(item, self.findings, self.options))
            else:
                self.wrong(item, text("“{key}” must be a list of “key: value” lines.", key=key))
        return tuple(found)

    def _items(self, key: str) -> tuple[Node, ...]:
        node = self.node(key)
        if node is None:
            return ()
        return node.items if isinstance(node, Listing) else (node,)


def unknown_language(written: str) -> Text:
    return text(
        "“{tag}” is not the tag of a language. Use a BCP 47 tag such as fr, pt-BR or zh-Hant.",
        tag=written[:80],
    )
