"""Settings from ``POLYHERALD_*`` and ``polyherald.toml``, the environment winning."""

from __future__ import annotations

import difflib
import os
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.errors import SettingsError
from translations.locales import UnknownLanguage, canonical
from translations.text import Text, text

PREFIX = "POLYHERALD_"
ROLES = ("admin", "editor", "translator", "observer")
SECRET = ("telegram_token", "telegram_webhook_secret", "database_url", "staff")

Languages = Annotated[tuple[str, ...], NoDecode]


class ContactSettings(BaseModel, extra="forbid", frozen=True):
    name: str = ""
    email: str = ""
    phones: tuple[str, ...] = ()
    faxes: tuple[str, ...] = ()


class IssuerSettings(BaseModel, extra="forbid", frozen=True):
    """The press office itself. ``domain`` and ``since`` make the permanent ``tag:`` ids."""

    names: dict[str, str] = Field(default_factory=dict)
    address: str = ""
    contact: ContactSettings = ContactSettings()
    domain: str = ""
    since: date | None = None


class StaffMember(BaseModel, frozen=True):
    """A Telegram user id with a role; a translator's role names a language."""

    id: int
    role: str
    language: str = ""


class Settings(BaseSettings):
    """Every setting, checked. Construct with :func:`load`, which words the errors."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data_dir: Path = Path("./data")
    database_url: str = ""
    base_url: str = "http://127.0.0.1:8080"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    languages: Languages = ("en",)
    required_languages: Languages = ()
    completeness: Literal["hold", "publish_ready", "fallback"] = "publish_ready"
    timezone: str = "UTC"
    occasion_hour: time = time(9, 0)
    releases_dir: Path | None = None
    issuer: IssuerSettings = IssuerSettings()
    telegram_token: SecretStr | None = None
    telegram_token_file: Path | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_url: str = ""
    telegram_webhook_secret: SecretStr | None = None
    staff: Annotated[tuple[StaffMember, ...], NoDecode] = ()
    trust_folder: bool = True
    rate_per_second: Annotated[float, Field(gt=0, le=1000)] = 30
    allow_paid_broadcast: bool = False
    paid_messages_cap: Annotated[int, Field(ge=0)] = 0
    four_eyes: bool = False
    websub_hubs: Annotated[tuple[str, ...], NoDecode] = ()
    log_format: Literal["console", "json"] = "console"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # What load() passes comes from the file, so the environment stands before it.
        return env_settings, init_settings

    @field_validator("languages", "required_languages", "websub_hubs", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("languages", "required_languages")
    @classmethod
    def _languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(dict.fromkeys(canonical(tag) for tag in value))
        except UnknownLanguage as error:
            raise ValueError(str(error)) from error

    @field_validator("languages")
    @classmethod
    def _some_language(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("at least one language")
        return value

    @field_validator("base_url", "telegram_api_url", "telegram_webhook_url")
    @classmethod
    def _url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("not an http or https address")
        if parts.port == 0:  # reading it raises ValueError above 65535
            raise ValueError("no such port")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("no query, fragment or user name")
        return value.rstrip("/")

    @field_validator("base_url", "telegram_api_url")
    @classmethod
    def _some_url(cls, value: str) -> str:
        if not value:
            raise ValueError("an address")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("neither SQLite nor PostgreSQL")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("no such time zone") from error
        return value

    @field_validator("occasion_hour", mode="before")
    @classmethod
    def _hour(cls, value: object) -> object:
        if isinstance(value, str):
            hours, _, minutes = value.partition(":")
            if not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
                raise ValueError("not HH:MM")
            return time(int(hours), int(minutes))
        if not isinstance(value, time):  # a number would count as seconds after midnight
            raise ValueError("not HH:MM")
        return value

    @field_validator("staff", mode="before")
    @classmethod
    def _staff(cls, value: object) -> object:
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple):
            raise ValueError("a list of id:role")
        return tuple(_staff_member(p) if isinstance(p, str) else p for p in parts if p)

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        # Bot API, setWebhook: 1-256 characters, only A-Z, a-z, 0-9, _ and -.
        if value is not None:
            raw = value.get_secret_value()
            if not (
                1 <= len(raw) <= 256
                and raw.replace("-", "_").isascii()
                and all(c.isalnum() or c in "_-" for c in raw)
            ):
                raise ValueError("1 to 256 of A-Z a-z 0-9 _ -")
        return value

    @model_validator(mode="after")
    def _webhook_needs_secret(self) -> Self:
        if self.telegram_webhook_url and self.telegram_webhook_secret is None:
            raise ValueError("telegram_webhook_secret")
        return self

    @property
    def token(self) -> str | None:
        """The bot token, from the setting or the file it names; ``None``: the bot is off."""
        if self.telegram_token is not None:
            return self.telegram_token.get_secret_value().strip() or None
        if self.telegram_token_file is None:
            return None
        try:
            return self.telegram_token_file.read_text(encoding="ascii").strip() or None
        except (OSError, UnicodeDecodeError) as error:
            raise _wrong("telegram_token_file", str(self.telegram_token_file)) from error

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'polyherald.db'}"


def _staff_member(entry: str) -> StaffMember:
    ident, _, role = entry.strip().partition(":")
    role, _, language = role.partition(":")
    if not ident.isdecimal() or role not in ROLES or (role == "translator") != bool(language):
        raise ValueError("not id:role")
    return StaffMember(id=int(ident), role=role, language=canonical(language) if language else "")


def _allowed(key: str) -> Text:
    """What a key takes, for the error that refuses something else."""
    known = {
        "port": text("a port number from 0 to 65535"),
        "data_dir": text("a folder"),
        "releases_dir": text("a folder"),
        "languages": text("language tags such as en,fr,zh-Hant, the first being the fallback"),
        "required_languages": text("language tags such as en,fr,zh-Hant"),
        "completeness": text("hold, publish_ready or fallback"),
        "timezone": text("an IANA time zone such as Europe/Paris"),
        "occasion_hour": text("a time of day such as 09:00"),
        "base_url": text("an address such as https://press.example.org"),
        "telegram_api_url": text("an address such as https://api.telegram.org"),
        "telegram_webhook_url": text("an https address that Telegram can reach"),
        "telegram_webhook_secret": text(
            "1 to 256 letters, digits, _ or -; needed with telegram_webhook_url"
        ),
        "telegram_token_file": text("a file that holds the token and can be read"),
        "database_url": text("sqlite:///FILE or postgresql://USER@HOST/NAME"),
        "staff": text("user id and role pairs such as 123456:admin,99887:translator:fr"),
        "rate_per_second": text("a number of messages above 0, at most 1000"),
        "log_format": text("console or json"),
        "paid_messages_cap": text("a number of messages, 0 or more"),
        "issuer": text("a table with names, address, contact, domain and since"),
    }
    flags = ("trust_folder", "allow_paid_broadcast", "four_eyes")
    return text("true or false") if key in flags else known.get(key, text("another value"))


def _wrong(key: str, value: str) -> SettingsError:
    top = key.split(".")[0]
    shown = "…" if top in SECRET else value
    return SettingsError(
        text(
            "Setting {key} has the value “{value}”; allowed is {allowed}. "
            "Set it in polyherald.toml or as {variable}.",
            key=key,
            value=shown,
            allowed=_allowed(top),
            variable=PREFIX + key.upper().replace(".", "__"),
        )
    )


def load(config: Path | None = None) -> Settings:
    """Read the environment and ``config`` (by default ``polyherald.toml`` where it exists).

    Raises ``SettingsError`` naming key, value and what is allowed.
    """
    path = config or Path("polyherald.toml")
    values: dict[str, Any] = {}
    if config is not None or path.exists():
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(
                text("Cannot read {file}: {reason}.", file=str(path), reason=str(error))
            ) from error
    _check_names(values, str(path))
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        where = [str(part) for part in first["loc"] if not isinstance(part, int)]
        key = ".".join(where) or "telegram_webhook_secret"
        value = first["input"] if where else "-"
        raise _wrong(key, _shown(key, value)) from error
    except ValueError as error:  # an environment value that is not the JSON it should be
        raise _wrong("issuer", str(error)) from error


def _shown(key: str, value: object) -> str:
    given = os.environ.get(PREFIX + key.upper().replace(".", "__"))
    if given is not None:
        return given
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _check_names(values: dict[str, Any], where: str) -> None:
    """Refuse a name that no setting has: it would be obeyed by nobody, silently."""
    known = sorted(Settings.model_fields)
    for key in values:
        if key in known:
            continue
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        raise SettingsError(
            text(
                "There is no setting {key} (in {file}). Did you mean {near}?",
                key=key,
                file=where,
                near=near[0],
            )
            if near
            else text(
                "There is no setting {key} (in {file}). Remove it, or see the list in the README.",
                key=key,
                file=where,
            )
        )


def unknown_variables() -> tuple[str, ...]:
    """``POLYHERALD_*`` variables that no setting reads; `doctor` and `serve` point them out."""
    known = set(Settings.model_fields)
    names = (v for v in os.environ if v.startswith(PREFIX) and not v.startswith(PREFIX + "TEST_"))
    return tuple(
        sorted(v for v in names if v.removeprefix(PREFIX).lower().split("__")[0] not in known)
    )
