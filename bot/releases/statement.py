"""What is signed of a published text, and the documents by which others check it. Pure.

docs/signatures.md tells the same for whoever writes a program of their own.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

STATEMENT = "polyherald-statement-1"
SIGNATURE = "polyherald-signature-1"
KEYS = "polyherald-keys-1"
ALGORITHM = "Ed25519"

# SubjectPublicKeyInfo of an Ed25519 key without the key itself (RFC 8410, section 4).
_SPKI = bytes.fromhex("302a300506032b6570032100")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A published text in one language, as it is signed. Instants are whole seconds, aware.

    ``revision`` is the number of the release's last correction. Of what was ``withdrawn``
    subhead and body are empty.
    """

    slug: str
    language: str
    revision: int
    issuer: str
    date: date
    headline: str
    subhead: str
    body: str
    published: datetime
    updated: datetime
    withdrawn: datetime | None = None

    def as_text(self) -> str:
        """The one way in which it is written: JSON by RFC 8785 (sorted, no white space)."""
        fields = {
            "format": STATEMENT,
            "slug": self.slug,
            "language": self.language,
            "revision": self.revision,
            "issuer": self.issuer,
            "date": self.date.isoformat(),
            "headline": self.headline,
            "subhead": self.subhead,
            "body": self.body,
            "published": written(self.published),
            "updated": written(self.updated),
            "withdrawn": written(self.withdrawn) if self.withdrawn else None,
        }
        return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class Signature:
    """``value`` is in Base64, ``key`` the key's id, ``issuer`` the name that was signed."""

    key: str
    value: str
    issuer: str


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """``until`` is when nothing more was signed with it; after ``revoked`` it proves nothing."""

    public: bytes
    since: datetime | None = None
    until: datetime | None = None
    revoked: datetime | None = None

    @property
    def id(self) -> str:
        return key_id(self.public)

    @property
    def pem(self) -> str:
        encoded = b64encode(_SPKI + self.public).decode()
        return f"-----BEGIN PUBLIC KEY-----\n{encoded}\n-----END PUBLIC KEY-----\n"


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A signature document: the very text that was ``signed``, by the key of that id."""

    signed: str
    signature: bytes
    key: str

    @property
    def statement(self) -> Statement:
        """Raises ``ValueError`` where something else was signed than a text of this format."""
        return _statement(json.loads(self.signed))


def key_id(public: bytes) -> str:
    """By which a key is named: the beginning of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def signature_document(statement: Statement, signature: Signature, keys: str) -> dict[str, Any]:
    """What a program needs to check a text; ``keys`` is where the public keys are."""
    return {
        "format": SIGNATURE,
        "algorithm": ALGORITHM,
        "key": signature.key,
        "keys": keys,
        "signature": signature.value,
        "signed": statement.as_text(),
    }


def keys_document(keys: Iterable[PublicKey]) -> dict[str, Any]:
    return {
        "format": KEYS,
        "keys": [
            {
                "id": key.id,
                "algorithm": ALGORITHM,
                "public": b64encode(key.public).decode(),
                "pem": key.pem,
                "since": key.since and written(key.since),
                "until": key.until and written(key.until),
                "revoked": key.revoked and written(key.revoked),
            }
            for key in keys
        ],
    }


def read_signature(document: str) -> Signed | None:
    """``None`` for what is no signature document; raises ``ValueError`` for a broken one."""
    try:
        match json.loads(document):
            case {"format": fmt, "signed": str(signed), "signature": str(value), "key": str(key)}:
                if fmt == SIGNATURE:
                    return Signed(signed=signed, signature=_decoded(value), key=key)
            case _:
                return None
    except (json.JSONDecodeError, RecursionError):
        return None
    return None


def read_keys(document: str) -> list[PublicKey]:
    """The keys of a keys document, or of PEM; raises ``ValueError`` for anything else."""
    blocks = _PEM.findall(document)
    if blocks and not document.lstrip().startswith("{"):
        return [PublicKey(public=_from_pem(block)) for block in blocks]
    try:
        match json.loads(document):
            case {"format": fmt, "keys": list(found)} if fmt == KEYS:
                return [_key(one) for one in found]
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("a broken key") from error
    raise ValueError("no keys")


def _key(one: Mapping[str, Any]) -> PublicKey:
    public = _decoded(one["public"])
    if len(public) != 32 or one["id"] != key_id(public):
        raise ValueError("a key that is not what it is called")
    moments = {name: _moment(one.get(name)) for name in ("since", "until", "revoked")}
    return PublicKey(public=public, **moments)


def _from_pem(block: str) -> bytes:
    decoded = _decoded("".join(block.split()))
    if not decoded.startswith(_SPKI) or len(decoded) != len(_SPKI) + 32:
        raise ValueError("no Ed25519 key")
    return decoded[len(_SPKI) :]


def _decoded(value: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("no Base64") from error


def _moment(value: Any) -> datetime | None:
    return None if value is None else _instant(value)


def _instant(value: Any) -> datetime:
    """Raises ``ValueError`` for what could not be compared with another moment."""
    moment = datetime.fromisoformat(_words(value))
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not text")
    return value


def _statement(fields: Any) -> Statement:
    try:
        if fields.pop("format") != STATEMENT:
            raise ValueError("not of this format")
        revision = fields.pop("revision")
        if type(revision) is not int:
            raise ValueError("not a number")
        return Statement(
            revision=revision,
            date=date.fromisoformat(_words(fields.pop("date"))),
            published=_instant(fields.pop("published")),
            updated=_instant(fields.pop("updated")),
            withdrawn=_moment(fields.pop("withdrawn")),
            **{name: _words(value) for name, value in fields.items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not of this format") from error
