"""Pure HTTP caching: validators, content codings, and whether the answer is 304 (RFC 9110)."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

IDENTITY = "identity"
GZIP = "gzip"
BROTLI = "br"
_QUALITY = 5
"""Of Brotli: it takes as long as gzip and packs better; 11 would take a hundred times as long."""
_ENTITY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\U0010ffff]*")')
_SEPARATOR = re.compile(r"[ \t]*(?:,[ \t]*)*")
_QVALUE = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """The bytes of one content coding and their own strong, quoted validator."""

    body: bytes
    etag: str


@dataclass(frozen=True, kw_only=True)
class Representation:
    """One document in every coding it is served in, keyed by the coding's name.

    ``last_modified`` is aware and the moment of the newest change in the document, never now.
    """

    encodings: Mapping[str, Encoded]
    last_modified: datetime


def represent(body: bytes, last_modified: datetime) -> Representation:
    """``body`` as it is and packed. The same bytes always give the same representation."""
    import brotli

    codings = {
        IDENTITY: body,
        BROTLI: brotli.compress(body, mode=brotli.MODE_TEXT, quality=_QUALITY),
        # zlib writes no time and no file name into the gzip header that it makes.
        GZIP: zlib.compress(body, 6, wbits=31),
    }
    return Representation(
        encodings={name: Encoded(body=b, etag=_etag(b)) for name, b in codings.items()},
        last_modified=last_modified,
    )


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def http_date(moment: datetime) -> str:
    """An aware ``moment`` as an IMF-fixdate, which RSS reads too; no locale is involved."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


@lru_cache(maxsize=256)
def negotiate(accept_encoding: str | None, available: tuple[str, ...] = (BROTLI, GZIP)) -> str:
    """The content coding to answer with (RFC 9110, 12.5.3): one of ``available`` or identity.

    ``available`` is in the server's order of preference, which decides between equal weights
    and prefers any of them to identity. Members that cannot be read are ignored. When nothing
    is acceptable the answer is identity: a reader is better served with that than with 406.
    """
    if accept_encoding is None:
        return IDENTITY
    weights: dict[str, float] = {}
    for member in accept_encoding.lower().split(","):
        name, *parameters = (part.strip(" \t") for part in member.split(";"))
        weight = 1.0
        for parameter in parameters:
            # Spaces around "=" are no grammar; "q = 0" still says what its writer will not have.
            key, _, value = (part.strip(" \t") for part in parameter.partition("="))
            if key == "q":
                weight = float(value) if _QVALUE.fullmatch(value) else -1.0
        if name and weight >= 0:
            weights["gzip" if name == "x-gzip" else name] = weight
    other = weights.get("*", 0.0)
    # Unnamed, identity stays acceptable (unless "*;q=0"), but any coding asked for beats it.
    floor = weights.get(IDENTITY, 0.0)
    best, chosen = floor, IDENTITY
    for coding in available:
        weight = weights.get(coding, other)
        if weight > best or (weight == best > 0 and chosen == IDENTITY):
            best, chosen = weight, coding
    return chosen


def not_modified(
    if_none_match: str | None,
    if_modified_since: str | None,
    etag: str,
    last_modified: datetime,
) -> bool:
    """Whether a GET or HEAD is answered 304 (RFC 9110, 13.1 and 13.2.2).

    ``etag`` and ``last_modified`` are those of the representation chosen for this request. A
    present ``If-None-Match`` decides alone, and matches nothing if it is malformed; a date that
    cannot be read counts as absent.
    """
    if if_none_match is not None:
        return if_none_match.strip(" \t") == "*" or etag in _entity_tags(if_none_match)
    since = _read_date(if_modified_since) if if_modified_since is not None else None
    return since is not None and last_modified.replace(microsecond=0) <= since


def _entity_tags(header: str) -> set[str]:
    """The opaque tags listed, weak marks dropped (weak comparison); none in what is no list."""
    tags: set[str] = set()
    position = _end(_SEPARATOR.match(header))
    while found := _ENTITY_TAG.match(header, position):
        tags.add(found[1])
        position = _end(_SEPARATOR.match(header, found.end()))
        if "," not in header[found.end() : position]:
            break
    return tags if position == len(header) else set()


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _read_date(header: str) -> datetime | None:
    """An HTTP-date in any of its three forms, in UTC; ``None`` if it is none of them."""
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
