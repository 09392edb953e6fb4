"""The office's private key, in a file, and signatures made and checked with Ed25519."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import SettingsError
from bot.releases.statement import key_id
from bot.settings import Settings
from translations.text import text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAME = "signing_key.pem"
LARGEST = 100_000
"""Bytes of a file that may hold a key."""


@dataclass(frozen=True, repr=False)
class SigningKey:
    """Never shown: neither in a log nor in an error."""

    _private: Ed25519PrivateKey

    @cached_property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        return key_id(self.public)

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)

    def _pem(self) -> bytes:
        from cryptography.hazmat.primitives import serialization as how

        return self._private.private_bytes(
            how.Encoding.PEM, how.PrivateFormat.PKCS8, how.NoEncryption()
        )


def file_of(settings: Settings) -> Path:
    """Where the private key is kept on this machine."""
    return settings.signing_key_file or settings.data_dir / NAME


def load(file: Path) -> SigningKey | None:
    """The key in ``file``, ``None`` where there is no such file.

    Raises ``SettingsError`` for one that cannot be read, or holds something else.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        with file.open("rb") as opened:
            private = load_pem_private_key(opened.read(LARGEST), password=None)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(file, error.strerror or str(error)) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unusable(file, "PEM (PKCS 8)") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise _unusable(file, "Ed25519")
    return SigningKey(private)


def make() -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return SigningKey(Ed25519PrivateKey.generate())


def store(file: Path, key: SigningKey) -> None:
    """Put ``key`` into ``file``, in the place of what is there, readable for its owner alone;
    whole or not at all. Raises ``OSError``."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(key._pem())
        opened.flush()
        os.fsync(opened.fileno())
    part.replace(file)


def fits(public: bytes, signature: bytes, data: bytes) -> bool:
    """Whether ``signature`` was made over ``data`` by the holder of that key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _unusable(file: Path, reason: str) -> SettingsError:
    return SettingsError(
        text(
            "{file} holds no signing key that can be used ({reason}). Put back the file that was "
            "there, correct signing_key_file, or make a new key: polyherald keys new",
            file=str(file),
            reason=reason,
        )
    )
