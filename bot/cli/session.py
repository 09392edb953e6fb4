"""What one run of a command has at hand: settings, clock, words, and the database."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.clock import Clock, SystemClock

if TYPE_CHECKING:
    from bot.cli.output import Output
    from bot.releases.desk import Desk
    from bot.settings import Settings
    from bot.store.database import Database


@dataclass(kw_only=True)
class Session:
    """Made once per run; everything in it is read when it is first needed.

    ``--help`` therefore works whatever the settings say, and costs nothing.
    """

    clock: Clock = field(default_factory=SystemClock)
    config: Path | None = None
    debug: bool = False

    @cached_property
    def settings(self) -> Settings:
        """Raises ``SettingsError``."""
        from bot.settings import load

        return load(self.config)

    @cached_property
    def out(self) -> Output:
        from bot.cli.output import Output
        from translations.catalogs import catalog_for

        return Output(catalog_for(operator_languages(os.environ)))

    @property
    def zone(self) -> ZoneInfo:
        """The office's."""
        return ZoneInfo(self.settings.timezone)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """The database, brought to this version's schema; works beside a running service."""
        from sqlalchemy.exc import DatabaseError

        from bot.store import migrate
        from bot.store.database import Database, unusable

        database = Database(self.settings.url)
        try:
            try:
                await migrate.ensure(database)
            except DatabaseError as error:  # a file of something else, a database without rights
                raise unusable(database.url, error) from error
            yield database
        finally:
            await database.close()

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        from bot.releases.desk import Desk

        async with self.database() as database:
            yield Desk(database, self.settings, self.clock)


def operator_languages(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The languages that the environment asks for, as gettext reads it.

    ``LC_ALL``, else ``LC_MESSAGES``, else ``LANG`` is the locale; ``LANGUAGE`` lists languages to
    prefer to it, unless the locale is ``C``. Tags are not checked: what is no language is for
    whoever looks for a catalog to pass over.
    """
    locales = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = _tag(next(filter(None, locales), ""))
    if not locale:
        return ()
    preferred = (_tag(name) for name in environment.get("LANGUAGE", "").split(":"))
    return tuple(dict.fromkeys(tag for tag in (*preferred, locale) if tag))


def _tag(locale: str) -> str:
    """``az_AZ.UTF-8@euro`` as a tag; "" for the locale of no language."""
    name = locale.split(".")[0].split("@")[0].replace("_", "-")
    return "" if name in ("C", "POSIX") else name
