"""Text for people, kept as a key and its arguments until the reader's language is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Text:
    """A message of the interface, not yet in any language.

    ``msgid`` is the English wording with ``{named}`` placeholders, as it stands in the
    catalogs. Arguments are values, not strings made from them: a catalog writes a
    ``datetime.date``, an aware ``datetime.datetime``, an ``int``, a tuple (a list of things) or
    another :class:`Text` in the reader's own manner, and isolates a ``str``
    from the direction of the text around it.
    """

    msgid: str
    args: Mapping[str, Any] = field(default_factory=dict)
    plural: str | None = None
    n: int = 1
    context: str | None = None

    def __str__(self) -> str:
        """The English wording, for logs and for programmers; people get a catalog's."""
        template = self.msgid if self.plural is None or self.n == 1 else self.plural
        return template.format_map(_Shown({k: _plain(v) for k, v in self.args.items()}))


def _plain(value: Any) -> Any:
    """A list as people write one, not as Python does."""
    return ", ".join(str(v) for v in value) if isinstance(value, tuple | list) else value


class _Shown(dict[str, Any]):
    """An argument that was forgotten shows its name: an error must not hide behind another."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def text(msgid: str, /, **args: Any) -> Text:
    """Mark ``msgid`` for the catalogs and bind its arguments."""
    return Text(msgid, args)


def texts(msgid: str, plural: str, n: int, /, **args: Any) -> Text:
    """Mark a message whose form depends on the number ``n``, given to it as ``{n}``."""
    return Text(msgid, {"n": n, **args}, plural=plural, n=n)


def ptext(context: str, msgid: str, /, **args: Any) -> Text:
    """Mark a message whose meaning needs a ``context`` (gettext's ``msgctxt``)."""
    return Text(msgid, args, context=context)
