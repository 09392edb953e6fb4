"""Settings from ``POLYHERALD_*`` and ``polyherald.toml``, the environment winning."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot import setting_values as kinds
from bot.errors import SettingsError
from bot.setting_values import PREFIX, StaffMember, variable_of, wrong
from translations.text import text

__all__ = ["IssuerSettings", "Settings", "StaffMember", "load", "unknown_variables"]


class ContactSettings(BaseModel, extra="forbid", frozen=True):
    name: str = ""
    email: str = ""
    phones: kinds.Words = ()
    faxes: kinds.Words = ()


class IssuerSettings(BaseModel, extra="forbid", frozen=True):
    """The press office itself. ``domain`` and ``since`` make the permanent ``tag:`` ids."""

    names: kinds.Names = Field(default_factory=dict)
    address: str = ""
    contact: Annotated[ContactSettings, NoDecode, kinds.Table] = ContactSettings()
    domain: kinds.Domain = ""
    since: date | None = None


class Settings(BaseSettings):
    """Every setting, checked. Construct with :func:`load`, which words the errors."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data_dir: kinds.Folder = Path("./data")
    database_url: str = ""
    base_url: kinds.SomeUrl = "http://127.0.0.1:8080"
    host: kinds.Host = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535), kinds.Number] = 8080
    languages: kinds.Languages = ("en",)
    required_languages: kinds.Languages = ()
    completeness: Literal["hold", "publish_ready", "fallback"] = "publish_ready"
    timezone: kinds.Zone = "UTC"
    occasion_hour: time = time(9, 0)
    releases_dir: kinds.SomeFile = None
    issuer: IssuerSettings = IssuerSettings()
    signing_key_file: kinds.SomeFile = None
    telegram_token: kinds.Token = None
    telegram_token_file: kinds.SomeFile = None
    telegram_api_url: kinds.SomeUrl = "https://api.telegram.org"
    telegram_webhook_url: kinds.Url = ""
    telegram_webhook_secret: kinds.WebhookSecret = None
    staff: kinds.Staff = ()
    trust_folder: bool = True
    rate_per_second: Annotated[float, Field(gt=0, le=1000), kinds.Number] = 30
    allow_paid_broadcast: bool = False
    paid_messages_cap: Annotated[int, Field(ge=0), kinds.Number] = 0
    four_eyes: bool = False
    websub_hubs: kinds.Hubs = ()
    trusted_proxies: kinds.Networks = ()
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

    @field_validator("languages")
    @classmethod
    def _some_language(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("at least one language")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and value.partition(":")[0] not in ("sqlite", "postgresql", "postgres"):
            raise ValueError("neither SQLite nor PostgreSQL")
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

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        """Raises an error whose type is the key that does not fit the others."""
        if self.telegram_webhook_url and self.telegram_webhook_secret is None:
            raise PydanticCustomError("telegram_webhook_secret", "needed", {"value": "-"})
        outside = [tag for tag in self.required_languages if tag not in self.languages]
        if outside:
            raise PydanticCustomError(
                "required_languages", "not the office's", {"value": self.required_languages}
            )
        return self

    @property
    def token(self) -> str | None:
        """The bot token, from the setting or the file it names; ``None``: the bot is off.

        Raises ``SettingsError`` for a file that cannot be read, or holds no token.
        """
        if self.telegram_token is not None:
            return self.telegram_token.get_secret_value()
        if self.telegram_token_file is None:
            return None
        try:
            return kinds.token_in(self.telegram_token_file.read_text(encoding="ascii"))
        except (OSError, ValueError) as error:
            raise wrong("telegram_token_file", str(self.telegram_token_file)) from error

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'polyherald.db'}"


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
        raise _worded(error, str(path)) from error
    except ValueError as error:  # the one variable that is JSON is not
        raise wrong("issuer", _shown("issuer", "-")) from error


def _worded(error: ValidationError, path: str) -> SettingsError:
    """The first thing wrong, in words."""
    first = error.errors()[0]
    where = [str(part) for part in first["loc"] if not isinstance(part, int)]
    if where[:1] == ["staff"]:
        return wrong("staff", "")
    if not where:  # it does not fit the others
        return wrong(first["type"], _shown(first["type"], first.get("ctx", {}).get("value", "-")))
    key = ".".join(where)
    if first["type"] == "extra_forbidden":
        given = os.environ.get(variable_of(key))
        beside = {name: f"{'.'.join(where[:-1])}.{name}" for name in _beside(where)}
        return _unknown(key, path if given is None else variable_of(key), beside)
    return wrong(key, _shown(key, first["input"]))


def _beside(where: list[str]) -> list[str]:
    """The names that there are where an unknown one stands."""
    fields = Settings.model_fields
    for name in where[:-1]:
        fields = getattr(fields[name].annotation, "model_fields", {})
    return sorted(fields)


def _shown(key: str, value: object) -> str:
    given = os.environ.get(variable_of(key))
    if given is not None:
        return given
    match value:
        case list() | tuple():
            return ",".join(map(str, value))
        case dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case bool():
            return str(value).lower()
    return str(value)


def _check_names(values: dict[str, Any], where: str) -> None:
    """Refuse a name that no setting has: it would be obeyed by nobody, silently."""
    known = {name: name for name in sorted(Settings.model_fields)}
    for key in values:
        if key not in known:
            raise _unknown(key, where, known)


def _unknown(key: str, where: str, known: dict[str, str]) -> SettingsError:
    """The error for a name that no setting has; ``known`` are those of its place → in full."""
    near = difflib.get_close_matches(key.split(".")[-1], known, n=1, cutoff=0.5)
    if near:
        return SettingsError(
            text(
                "There is no setting {key} (in {file}). Did you mean {near}?",
                key=key,
                file=where,
                near=known[near[0]],
            )
        )
    return SettingsError(
        text(
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
