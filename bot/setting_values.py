"""What a setting's value may be: each kind is checked here, and told where it is something else.

The checks raise ``ValueError``; :func:`wrong` makes the error that people see.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from bot.errors import SettingsError
from translations.locales import UnknownLanguage, canonical
from translations.text import Text, text

PREFIX = "POLYHERALD_"
SECRET = ("telegram_token", "telegram_webhook_secret", "database_url", "staff")
ROLES = ("admin", "editor", "translator", "observer")

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# RFC 3986: what may stand in a URI.
_WRITTEN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}", re.ASCII | re.IGNORECASE)
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+", re.ASCII)
# Bot API, setWebhook: 1-256 characters, only A-Z, a-z, 0-9, _ and -.
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)


def _listed(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _parsed(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


def _not_flag(value: object) -> object:
    if isinstance(value, bool):  # which Python takes for 0 or 1
        raise ValueError("not a number")
    return value


def _given(value: object) -> object:
    """A variable that is there but empty is one that is not set."""
    return None if value == "" else value


def _named(value: object) -> object:
    if value == "":
        raise ValueError("no folder")
    return value


def _tags(value: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(canonical(tag) for tag in value))
    except UnknownLanguage as error:
        raise ValueError(str(error)) from error


def _by_tag(value: dict[str, str]) -> dict[str, str]:
    try:
        return {canonical(tag): name for tag, name in value.items()}
    except UnknownLanguage as error:
        raise ValueError(str(error)) from error


def _url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("not an http or https address")
    if parts.port == 0:  # reading it raises ValueError above 65535
        raise ValueError("no such port")
    if parts.query or parts.fragment or parts.username:
        raise ValueError("no query, fragment or user name")
    return value.rstrip("/")


def _hub(value: str) -> str:
    """As it stands in every feed and ``Link`` header: so nothing secret, and nothing to escape."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
        raise ValueError("not an http or https address")
    if not _WRITTEN.fullmatch(value) or parts.port == 0:
        raise ValueError("not as addresses are written")
    if parts.username is not None or parts.password is not None:
        raise ValueError("no user name")
    parts.hostname.encode("idna")  # raises ValueError for what no resolver can be asked for
    return value


def _once(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value))


def _networks(value: object) -> object:
    given = _listed(value)
    return tuple(map(ip_network, given)) if isinstance(given, (list, tuple)) else given


def _some(value: str) -> str:
    if not value:
        raise ValueError("an address")
    return value


def _domain(value: str) -> str:
    if value and (len(value) > 253 or not _DOMAIN.fullmatch(value)):
        raise ValueError("not a domain")
    return value.lower()


def _host(value: str) -> str:
    if not value or re.search(r"[\s/]", value):
        raise ValueError("nothing to listen on")
    return value


def _token(value: SecretStr | None) -> SecretStr | None:
    if value is None or not value.get_secret_value().strip():
        return None
    return SecretStr(token_in(value.get_secret_value()))


def token_in(words: str) -> str:
    """The bot token that ``words`` are: the bot's number, a colon, letters and digits."""
    found = words.strip()
    if not _TOKEN.fullmatch(found):
        raise ValueError("not a bot token")
    return found


def _webhook_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not _SECRET.fullmatch(value.get_secret_value()):
        raise ValueError("1 to 256 of A-Z a-z 0-9 _ -")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no such time zone") from error
    return value


class StaffMember(BaseModel, extra="forbid", frozen=True):
    """A Telegram user id with a role; a translator's role names a language."""

    id: Annotated[int, Field(gt=0), BeforeValidator(_not_flag)]
    role: str
    language: str = ""

    def model_post_init(self, _context: Any) -> None:
        if self.role not in ROLES or (self.role == "translator") != bool(self.language):
            raise ValueError("no such role")


def _members(value: object) -> object:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise ValueError("a list of id:role")
    return tuple(member(p) if isinstance(p, str) else p for p in parts if p)


def member(entry: str) -> StaffMember:
    """``123456:admin`` or ``99887:translator:fr``; raises ``ValueError`` or ``UnknownLanguage``."""
    ident, _, role = entry.strip().partition(":")
    role, _, language = role.partition(":")
    if not ident.isdecimal():
        raise ValueError("not id:role")
    return StaffMember(id=int(ident), role=role, language=canonical(language) if language else "")


def _without_conflict(value: tuple[StaffMember, ...]) -> tuple[StaffMember, ...]:
    """Nobody twice in one role, nor in two that contradict each other; translators of several
    languages are one person each."""
    if len(set(value)) < len(value):
        raise ValueError("the same role twice")
    of_everything = Counter(member.id for member in value if member.role != "translator")
    if any(count > 1 for count in of_everything.values()):
        raise ValueError("two roles for one person")
    return value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Languages = Annotated[Words, AfterValidator(_tags)]
Names = Annotated[dict[str, str], NoDecode, BeforeValidator(_parsed), AfterValidator(_by_tag)]
Url = Annotated[str, AfterValidator(_url)]
SomeUrl = Annotated[Url, AfterValidator(_some)]
Hubs = Annotated[
    tuple[Annotated[str, AfterValidator(_hub)], ...],
    NoDecode,
    BeforeValidator(_listed),
    AfterValidator(_once),
]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]
Domain = Annotated[str, AfterValidator(_domain)]
Host = Annotated[str, AfterValidator(_host)]
Folder = Annotated[Path, BeforeValidator(_named)]
SomeFile = Annotated[Path | None, BeforeValidator(_given)]
Token = Annotated[SecretStr | None, AfterValidator(_token)]
WebhookSecret = Annotated[
    SecretStr | None, BeforeValidator(_given), AfterValidator(_webhook_secret)
]
Zone = Annotated[str, AfterValidator(_zone)]
Staff = Annotated[
    tuple[StaffMember, ...],
    NoDecode,
    BeforeValidator(_members),
    AfterValidator(_without_conflict),
]
Number = BeforeValidator(_not_flag)
Table = BeforeValidator(_parsed)


def _allowed(key: str) -> Text:
    """What a key takes, for the error that refuses something else."""
    known = {
        "port": text("a port number from 0 to 65535"),
        "host": text("an address of this machine to listen on, such as 127.0.0.1 or 0.0.0.0"),
        "data_dir": text("a folder"),
        "releases_dir": text("a folder that can be read"),
        "languages": text("language tags such as en,fr,zh-Hant, the first being the fallback"),
        "required_languages": text("language tags such as en,fr that are in languages as well"),
        "completeness": text("hold, publish_ready or fallback"),
        "timezone": text("an IANA time zone such as Europe/Paris"),
        "occasion_hour": text("a time of day such as 09:00"),
        "base_url": text("an address such as https://press.example.org"),
        "signing_key_file": text("a file that holds, or is to hold, the office’s private key"),
        "telegram_api_url": text("an address such as https://api.telegram.org"),
        "telegram_webhook_url": text("an https address that Telegram can reach"),
        "telegram_webhook_secret": text(
            "1 to 256 letters, digits, _ or -; needed with telegram_webhook_url"
        ),
        "telegram_token": text("the token as @BotFather writes it: digits, a colon, letters"),
        "telegram_token_file": text("a file that can be read and holds the token, nothing else"),
        "database_url": text("sqlite:///FILE or postgresql://USER@HOST/NAME"),
        "staff": text(
            "user id and role pairs such as 123456:admin,99887:translator:fr, none of them twice "
            "and one of admin, editor and observer for a person"
        ),
        "rate_per_second": text("a number of messages above 0, at most 1000"),
        "log_format": text("console or json"),
        "paid_messages_cap": text("a number of messages, 0 or more"),
        "websub_hubs": text("addresses such as https://hub.example.org/, parted by commas"),
        "trusted_proxies": text("addresses or networks such as 127.0.0.1,10.0.0.0/8"),
        "issuer": text("a table with names, address, contact, domain and since"),
        "issuer.names": text(
            "a name for each language tag: a table in the file, JSON such as {example} in the "
            "environment",
            example='{"en": "Example Office"}',
        ),
        "issuer.contact": text("a table with name, email, phones and faxes"),
        "issuer.domain": text("a domain such as example.org (xn--… for one with other letters)"),
        "issuer.since": text("a date such as 2026-01-01"),
    }
    flags = ("trust_folder", "allow_paid_broadcast", "four_eyes")
    if key in flags:
        return text("true or false")
    names = key.split(".")
    nearest = (".".join(names[:count]) for count in range(len(names), 0, -1))
    return next((known[name] for name in nearest if name in known), text("another value"))


def wrong(key: str, value: str) -> SettingsError:
    """The error for a ``value`` that ``key`` cannot have; secrets are not shown."""
    shown = "…" if key.split(".")[0] in SECRET else value
    return SettingsError(
        text(
            "Setting {key} has the value “{value}”; allowed is {allowed}. "
            "Set it in polyherald.toml or as {variable}.",
            key=key,
            value=shown,
            allowed=_allowed(key),
            variable=variable_of(key),
        )
    )


def variable_of(key: str) -> str:
    """The environment variable of a setting, or of a part of one."""
    return PREFIX + key.upper().replace(".", "__")
