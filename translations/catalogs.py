"""Texts in the reader's language: passed to whoever needs them, never installed globally."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from typing import Any, Literal

from translations.formats import Formats, formats_for
from translations.locales import best_match
from translations.messages import interface_languages, messages_in
from translations.text import Text

__all__ = ["PLACEHOLDER", "Catalog", "catalog_for", "interface_languages"]

PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""What is replaced in a msgid: ``{name}``, and a brace written twice."""

_POINT = re.compile(r"[^.]\.$")


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """One interface language; get it from :func:`catalog_for`."""

    tag: str
    formats: Formats
    messages: NullTranslations

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        return self.formats.direction

    def render(self, text: Text) -> str:
        """``text`` in this language, its arguments written in this language's manner.

        ``date``, aware ``datetime`` (in its own zone), ``time``, ``int``, ``tuple`` or
        ``list``, ``Text``; any ``str`` is isolated where this language runs from right to left,
        and elsewhere if it does so itself.
        Arguments are data: braces in them stay. Never fails for a translator's slip: a
        translation that asks for an argument that is not there gives way to the English
        wording, and what that lacks is shown as its ``{name}``.
        """
        wording = self._wording(text)
        if any(name and name not in text.args for name in PLACEHOLDER.findall(wording)):
            wording = text.msgid if text.plural is None or text.n == 1 else text.plural
        return PLACEHOLDER.sub(lambda found: self._fill(found, text.args), wording)

    def gettext(self, msgid: str, /, **args: Any) -> str:
        """:meth:`render` for a msgid at hand."""
        return self.render(Text(msgid, args))

    def context(self, context: str, msgid: str) -> str:
        """The bare translation of ``msgid`` in ``context``, nothing filled in."""
        return self.messages.pgettext(context, msgid)

    def _wording(self, text: Text) -> str:
        if text.plural is None:
            if text.context is None:
                return self.messages.gettext(text.msgid) if text.msgid else ""
            return self.messages.pgettext(text.context, text.msgid)
        if text.context is None:
            return self.messages.ngettext(text.msgid, text.plural, text.n)
        return self.messages.npgettext(text.context, text.msgid, text.plural, text.n)

    def _fill(self, found: re.Match[str], args: Mapping[str, Any]) -> str:
        name = found[1]
        if name is None:
            return found[0][0]
        if name not in args:
            return found[0]
        written = self._write(args[name])
        # The point of an abbreviation (“26 июня 2026 г.”) ends the sentence as well.
        ends = found.string[found.end() : found.end() + 2] in (".", ". ", ".\n")
        return written[:-1] if ends and _POINT.search(written) else written

    def _write(self, value: Any) -> str:
        match value:
            case Text():
                return self.render(value)
            case bool():
                return str(value)
            case int():
                return self.formats.number(value)
            case dt.datetime():
                return self.formats.datetime(value, _zone_of(value))
            case dt.date():
                return self.formats.date(value)
            case dt.time():
                return self.formats.time(value)
            case tuple() | list():
                return self.formats.join([self._write(item) for item in value])
            case _:
                if self.direction == "rtl":
                    return self.formats.isolate(str(value))
                return self.formats.set_apart(str(value))


def catalog_for(tag_or_tags: str | Sequence[str]) -> Catalog:
    """The catalog for a reader who wants this language, or these in order; English at last.

    Dates and numbers follow the region wanted (``en-US`` over the one English catalog). What is
    no language is passed over, as chat programs and browsers report all sorts of things.
    """
    return _catalog((tag_or_tags,) if isinstance(tag_or_tags, str) else tuple(tag_or_tags))


@lru_cache(maxsize=1024)
def _catalog(wanted: tuple[str, ...]) -> Catalog:
    match = best_match(wanted, interface_languages())
    tag, region = (match.tag, match.wanted) if match else ("en", "en")
    return Catalog(tag=tag, formats=formats_for(region), messages=messages_in(tag))


def _zone_of(moment: dt.datetime) -> str:
    """The IANA name of the moment's own zone; UTC for a bare offset, which has no name."""
    return getattr(moment.tzinfo, "key", None) or "UTC"
