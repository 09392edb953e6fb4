"""What can be wrong with the wording of one message, in English or translated. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from gettext import c2py

from babel.messages.catalog import Message

from translations.catalogs import PLACEHOLDER
from translations.locales import direction
from translations.ordinals import parse_endings
from translations.plurals import TELLING

LONGEST_COMMAND = 256
"""Characters of a bot command's description, at least 1 (Bot API, ``BotCommand``)."""

LISTS = frozenset({"letter", "moment", "ordinal"})
"""Contexts whose entries are words and patterns rather than something that people read."""

_STRAIGHT_QUOTE = re.compile(r"[\"'`]")
_CODE = re.compile(r"[:=] ?\"[^\"]*\"")  # key: "value", where nothing but straight quotes is right
_BRACED = re.compile(r"\{[^{}]*\}?|\}")
_MARKUP = re.compile(r"</?\w[^<>]*>|&#?\w+;|\*\*|__|\]\(")
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # spelling, in Persian and Indic
_OPENING = "\N{LEFT-TO-RIGHT ISOLATE}\N{RIGHT-TO-LEFT ISOLATE}\N{FIRST STRONG ISOLATE}"
_CLOSES = "\N{POP DIRECTIONAL ISOLATE}"
_ISOLATED = re.compile(f"[{_OPENING}][^{_OPENING}{_CLOSES}]*{_CLOSES}")
_NEEDS_ISOLATION = re.compile(r"(?<![\w/.])(?:/[a-z]+|--[a-z]+|@\w+|https?://)")
_KEY = re.compile(r"\b[a-z_]+:(?=\s)")
_TWO_SPACES = re.compile(r"[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]{2}")
_CLOSING = "”’»›“」』》" + _CLOSES
_ENDS = {".": ".。।。", ":": ":：", "?": "?？؟;", "!": "!！", "…": "…", ",": ",，،、"}
_SLOTS = {
    "anniversary": ("{ordinal} or {years}", re.compile(r"\{(?:ordinal|years)\}")),
    "ordinal": ("{n}", re.compile(r"\{n\}")),
}
_OF_A_LANGUAGE = {
    "es": (
        (
            "a question or an exclamation without its “¿” or “¡”",
            re.compile(r"^[^¿]*\?|^[^¡]*\w!(?=\s|$)"),
        ),
    ),
    "fr": (
        ("no no-break space before “:”, “;”, “?” or “!”", re.compile(r"[\w»)}] ?[;?!:](?=\s|$)")),
        ("no no-break space inside « »", re.compile(r"«(?![\xa0\u202f])|(?<![\xa0\u202f])»")),
    ),
    "zh": (("a Latin comma or full stop after a Chinese character", re.compile(r"[一-鿿][,;?!]")),),
}


def original(message: Message) -> Iterator[str]:
    """What is wrong with a msgid itself."""
    for wording in forms(message.id):
        yield from _typography(wording, message.context)
        yield from _command(wording, message)
        for brace in _BRACED.findall(PLACEHOLDER.sub("", wording)):
            yield f"“{brace}” is no placeholder; only {{name}} is"


def translation(message: Message, entry: Message, plural_expr: str, tag: str) -> Iterator[str]:
    """What is wrong with ``entry``, the translation of ``message`` in the catalog of ``tag``."""
    given, used_for = forms(entry.string), _numbers_of_each_form(plural_expr)
    wanted = len(used_for) if message.pluralizable else 1
    if len(given) != wanted or not all(given):
        yield f"{sum(map(bool, given))} plural forms of {wanted}"
    for number, form in enumerate(given):
        if not form:
            continue
        if message.context in LISTS:
            yield from _list(message, form)
            continue
        # A form for one number only ("a message", "two messages" in Arabic) may say it in words.
        in_words = message.pluralizable and used_for[number] == 1
        yield from _placeholders(message, form, optional={"n"} if in_words else set())
        yield from _typography(_ISOLATED.sub(lambda found: found[0][1:-1], form), message.context)
        yield from _command(form, message)
        yield from _against(forms(message.id)[0], form)
        yield from _of_language(forms(message.id)[0], form, tag)
        yield from _directed(form, tag)


@lru_cache(maxsize=64)
def _numbers_of_each_form(plural_expr: str) -> Counter[int]:
    return Counter(map(c2py(plural_expr), TELLING))


def forms(strings: str | Iterable[str] | None) -> tuple[str, ...]:
    """The one wording, or those of each plural form."""
    return (strings,) if isinstance(strings, str) else tuple(strings or ())


def _placeholders(message: Message, form: str, optional: set[str]) -> Iterator[str]:
    asked, given = _names(forms(message.id)[-1]), _names(form)
    if asked - given - optional:
        yield f"lacks {_braced(asked - given - optional)}"
    if given - asked:
        yield f"has {_braced(given - asked)}, not in the msgid"
    for brace in _BRACED.findall(PLACEHOLDER.sub("", form)):
        yield f"“{brace}” is no placeholder"


def _list(message: Message, form: str) -> Iterator[str]:
    """Words or patterns parted by “|”."""
    if message.id == "by ending":
        try:
            parse_endings(form)
        except ValueError as wrong:
            yield f"“{wrong}” must be digits=pattern, the pattern with {{n}}, once"
        return
    name, slot = _SLOTS.get(str(message.id), ("{n}", _SLOTS["ordinal"][1]))
    needed = message.context == "ordinal" or str(message.id) in _SLOTS
    for alternative in form.split("|"):
        if not alternative.strip():
            yield "has an empty alternative"
        elif needed and len(slot.findall(alternative)) != 1:
            yield f"“{alternative}” must have {name}, once"
    yield from _invisible(form)


def _typography(wording: str, context: str | None) -> Iterator[str]:
    if context in LISTS:
        return
    if _STRAIGHT_QUOTE.search(_CODE.sub("", wording)):
        yield "has straight quotation marks; use the language's own"
    if _TWO_SPACES.search(wording.strip()):
        yield "has two spaces in a row"
    yield from _invisible(wording)


def _directed(form: str, tag: str) -> Iterator[str]:
    """Isolates are for what runs from left to right inside a text that runs the other way."""
    if direction(tag) == "ltr":
        if _ISOLATED.search(form):
            yield "has isolates, which this language needs none of"
        return
    left = _NEEDS_ISOLATION.search(_ISOLATED.sub("", form))
    if left:
        yield f"“{left[0]}” must stand between U+2066 and U+2069"


def _of_language(msgid: str, form: str, tag: str) -> Iterator[str]:
    keys = set(_KEY.findall(msgid))  # key: value, as it must be typed
    plain = _KEY.sub(lambda found: "" if found[0] in keys else found[0], form)
    for problem, pattern in _OF_A_LANGUAGE.get(tag.split("-")[0], ()):
        if pattern.search(PLACEHOLDER.sub("{}", plain)):
            yield f"has {problem}"


def _invisible(wording: str) -> Iterator[str]:
    """Controls, and marks of direction outside balanced isolates."""
    for char in dict.fromkeys(wording):
        if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") and char not in _JOINERS + "\n":
            yield f"has an invisible U+{ord(char):04X}"


def _command(wording: str, message: Message) -> Iterator[str]:
    if message.context == "command" and len(wording) > LONGEST_COMMAND:
        yield f"has {len(wording)} characters; a command may have {LONGEST_COMMAND}"


def _against(msgid: str, form: str) -> Iterator[str]:
    """Where spaces, markup or the last mark are not those of the msgid."""
    if _edges(form) != _edges(msgid):
        yield "begins or ends with other spaces than the msgid"
    alien = [mark for mark in _MARKUP.findall(form) if mark not in msgid]
    if alien:
        yield f"has the markup “{alien[0]}”, not in the msgid"
    asked, given = _end(msgid), _end(form)
    if asked != given:
        yield f"ends with {_mark(given)}, the msgid with {_mark(asked)}"


def _end(wording: str) -> str:
    last = wording.rstrip().rstrip(_CLOSING)[-1:]
    return next((mark for mark, alike in _ENDS.items() if last and last in alike), "")


def _mark(end: str) -> str:
    return f"“{end}”" if end else "no mark"


def _names(wording: str) -> set[str]:
    return {name for name in PLACEHOLDER.findall(wording) if name}


def _braced(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _edges(wording: str) -> tuple[str, str]:
    text = wording.strip()
    before, _, after = wording.partition(text) if text else (wording, "", "")
    return before, after
