"""What may stand in a feed at all: characters, moments, languages, addresses, permanent ids."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

# XML 1.0 `Char` (https://www.w3.org/TR/xml/#charsets), less the C1 controls that it discourages.
_UNFIT = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The lexical space of xs:language, which is what xml:lang and hreflang take.
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_DNS_NAME = (
    r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
# RFC 4151, section 2.1.
_TAG = re.compile(
    rf"tag:(?:[A-Za-z0-9._-]+@)?{_DNS_NAME},"
    r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?:"
    r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*"
    r"(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)
_URL_SAFE = "%/:=&?~+!$,;'@()*"


def clean(text: str) -> str:
    """``text`` without what XML 1.0 cannot carry: control characters and lone surrogates."""
    return _UNFIT.sub("", text)


def optional(text: str) -> str:
    """``text`` cleaned; empty if nothing but blanks is left, for strict readers refuse those."""
    text = clean(text)
    return text if text.strip() else ""


def required(owner: str, name: str, text: str) -> str:
    """``text`` cleaned; ``ValueError``, naming it, if nothing is left."""
    text = optional(text)
    if not text:
        raise ValueError(f"{owner}: {name} is empty")
    return text


def settle(value: object, **fields: Any) -> None:
    """Store normalised fields in a frozen value that is being constructed."""
    for name, content in fields.items():
        object.__setattr__(value, name, content)


def whole_second(moment: datetime) -> datetime:
    """``moment`` in UTC, its fraction of a second cut off. Raises ``ValueError`` if naive."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no zone")
    return moment.astimezone(UTC).replace(microsecond=0)


def language_tag(tag: str) -> str:
    """``tag`` itself; ``ValueError`` if it does not have the form of a BCP 47 tag."""
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError(f"{tag!r} is not a language tag")
    return tag


def web_address(url: str) -> str:
    """An absolute http(s) address in ASCII, as RFC 3986 writes it.

    What is not ASCII is percent-encoded, a host name in IDNA. Raises ``ValueError`` for a
    relative address and for any other scheme.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} is not an absolute http or https address")
    netloc = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    if not re.fullmatch(r"[!-~]+", netloc):
        raise ValueError(f"{url!r} has no usable host name")
    path, query, fragment = (quote(p, safe=_URL_SAFE) for p in parts[2:])
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def permanent_id(uri: str) -> str:
    """``uri`` itself; ``ValueError`` unless it is a ``tag:`` URI (RFC 4151)."""
    if not _TAG.fullmatch(uri):
        raise ValueError(f"{uri!r} is not a tag: URI (RFC 4151)")
    return uri
