"""What the catalogs lack. ``python -m translations.audit`` lists it and exits 1 if anything.

The msgids are taken from the code as it is, so that a catalog which nobody updated is caught too.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from translations.catalogs import PLACEHOLDER
from translations.extract import template
from translations.locales import UnknownLanguage, canonical, cldr_locale
from translations.messages import CATALOGS, languages_in, po_path
from translations.ordinals import CATEGORIES, categories_of

LONGEST_COMMAND = 100
"""Characters of a bot command's description. The Bot API allows 256 (``BotCommand``), of which
chat programs show about this much."""

_STRAIGHT_QUOTE = re.compile(r"[\"']")
_CODE = re.compile(r"[:=] ?\"[^\"]*\"")  # key: "value", where nothing but straight quotes is right
_BRACED = re.compile(r"\{[^{}]*\}?|\}")
_CARRIES_MEANING = frozenset({"ordinal", "letter"})  # even English has to say these
_SLOTS = {
    "anniversary": ("{ordinal} or {years}", re.compile(r"\{(?:ordinal|years)\}")),
    "ordinal": ("{n}", re.compile(r"\{n\}")),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing wrong in one file; ``msgid`` is empty where it concerns the file."""

    file: str
    msgid: str
    problem: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.file, self.msgid, self.problem)))


def audit(found: Catalog, catalogs: Path = CATALOGS) -> list[Finding]:
    """Everything wrong with ``catalogs``, held against the msgids ``found`` in the code."""
    findings = list(_msgids(found))
    for tag in languages_in(catalogs):
        findings.extend(_catalog(tag, found, catalogs))
    return findings


def main() -> int:
    findings = audit(template())
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    return 1 if findings else 0


def _msgids(found: Catalog) -> Iterator[Finding]:
    for message in _messages(found):
        file = message.locations[0][0] if message.locations else ""
        for wording in _forms(message.id):
            for problem in (*_typography(wording, message.context), *_command(wording, message)):
                yield Finding(file=file, msgid=_name(message), problem=problem)
            for brace in _BRACED.findall(PLACEHOLDER.sub("", wording)):
                problem = f"“{brace}” is no placeholder; only {{name}} is"
                yield Finding(file=file, msgid=_name(message), problem=problem)


def _catalog(tag: str, found: Catalog, catalogs: Path) -> Iterator[Finding]:
    path = po_path(tag, catalogs)
    file = path.relative_to(catalogs).as_posix()

    def wrong(problem: str, message: Message | None = None) -> Finding:
        return Finding(file=file, msgid=_name(message) if message else "", problem=problem)

    try:
        if canonical(tag) != tag:
            yield wrong(f"the folder should be named {canonical(tag)}")
            return
        with path.open("rb") as source:
            catalog = read_po(source, locale=tag.replace("-", "_"), abort_invalid=True)
    except (UnknownLanguage, OSError, PoFileError, ValueError) as error:
        yield wrong(f"cannot be read: {error}")
        return
    yield from map(wrong, _plural_forms(tag, catalog))
    for message in _messages(found):
        entry = catalog.get(message.id, message.context)
        if entry is None or not any(_forms(entry.string)):
            if _needed(message, tag):
                yield wrong("missing", message)
            continue
        if entry.fuzzy:
            yield wrong("fuzzy", message)
        for problem in _translation(message, _forms(entry.string), catalog):
            yield wrong(problem, message)
    for message in _messages(catalog):
        if found.get(message.id, message.context) is None:
            yield wrong("not in the code any more; run the update", message)
    for message in catalog.obsolete.values():
        yield wrong("obsolete; use what is left of it and delete it", message)


def _needed(message: Message, tag: str) -> bool:
    if message.context == "ordinal":
        return message.id in {CATEGORIES[category].msgid for category in categories_of(tag)}
    return tag != "en" or message.context in _CARRIES_MEANING


def _plural_forms(tag: str, catalog: Catalog) -> Iterator[str]:
    """Plural-Forms must part the whole numbers as CLDR does, in whatever order."""
    locale = cldr_locale(tag) or Locale("en")
    form = c2py(catalog.plural_expr)
    numbers = (*range(1002), *range(10**6 - 1, 10**6 + 2), 2 * 10**6)
    pairs = {(locale.plural_form(n), form(n)) for n in numbers}
    categories = list(dict.fromkeys(locale.plural_form(n) for n in numbers))
    if not len(pairs) == len(categories) == catalog.num_plurals:
        yield f"Plural-Forms must tell apart what CLDR does: {', '.join(categories)}"


def _translation(message: Message, forms: tuple[str, ...], catalog: Catalog) -> Iterator[str]:
    wanted = catalog.num_plurals if message.pluralizable else 1
    if len(forms) != wanted or not all(forms):
        yield f"{sum(map(bool, forms))} plural forms of {wanted}"
    used_for = Counter(map(c2py(catalog.plural_expr), range(1000)))
    for number, form in enumerate(forms):
        # A form for one number only ("a message", "two messages" in Arabic) may say it in words.
        in_words = message.pluralizable and used_for[number] == 1
        yield from _placeholders(message, form, optional={"n"} if in_words else set())
        yield from _typography(form, message.context)
        yield from _command(form, message)
        if form and _edges(form) != _edges(_forms(message.id)[0]):
            yield "begins or ends with other spaces than the msgid"


def _placeholders(message: Message, form: str, optional: set[str]) -> Iterator[str]:
    if not form:
        return
    if message.context == "letter":
        yield from _alternatives(message, form)
        return
    asked, given = _names(_forms(message.id)[-1]), _names(form)
    if asked - given - optional:
        yield f"lacks {_braced(asked - given - optional)}"
    if given - asked:
        yield f"has {_braced(given - asked)}, not in the msgid"
    for brace in _BRACED.findall(PLACEHOLDER.sub("", form)):
        yield f"“{brace}” is no placeholder"


def _alternatives(message: Message, form: str) -> Iterator[str]:
    name, slot = _SLOTS.get(str(message.id), ("", None))
    for alternative in form.split("|"):
        if not alternative.strip():
            yield "has an empty alternative"
        elif slot and len(slot.findall(alternative)) != 1:
            yield f"“{alternative}” must have {name}, once"


def _typography(wording: str, context: str | None) -> Iterator[str]:
    if context != "letter" and _STRAIGHT_QUOTE.search(_CODE.sub("", wording)):
        yield "has straight quotation marks; use the language's own"


def _command(wording: str, message: Message) -> Iterator[str]:
    if message.context == "command" and len(wording) > LONGEST_COMMAND:
        yield f"has {len(wording)} characters; a command may have {LONGEST_COMMAND}"


def _messages(catalog: Catalog) -> Iterable[Message]:
    return (message for message in catalog if message.id)


def _forms(strings: str | Iterable[str] | None) -> tuple[str, ...]:
    return (strings,) if isinstance(strings, str) else tuple(strings or ())


def _names(wording: str) -> set[str]:
    return {name for name in PLACEHOLDER.findall(wording) if name}


def _braced(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _edges(wording: str) -> tuple[str, str]:
    text = wording.strip()
    before, _, after = wording.partition(text) if text else (wording, "", "")
    return before, after


def _name(message: Message) -> str:
    msgid = _forms(message.id)[0]
    return f"{msgid} [{message.context}]" if message.context else msgid


if __name__ == "__main__":
    sys.exit(main())
