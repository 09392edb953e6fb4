"""What ``doctor`` looks at: each check says how it is and, where it is not well, what to do."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy.exc import DatabaseError

from bot.cli import stored
from bot.cli.checks import (
    Finding,
    addresses,
    admins,
    error,
    languages,
    office,
    ok,
    paying,
    variables,
    warning,
    webhook,
)
from bot.cli.session import Session
from bot.errors import PolyheraldError
from bot.releases.moments import zone_names
from bot.settings import Settings
from bot.store import migrate, migrations
from bot.store.database import Database, shown_url, sqlite_file, unusable
from translations.text import text

if TYPE_CHECKING:
    import telegram

TOKEN_SECONDS = 15
_FEWEST_ZONES = 300
_NOT_BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
LEAST_ROOM = 500
"""Megabytes."""
WEBHOOK_FAULTS = timedelta(hours=1)
"""For so long a fault that Telegram tells of matters."""


async def examine(session: Session) -> list[Finding]:
    """Every check, in the order in which they are worth reading. Changes nothing."""
    findings = [*variables()]
    try:
        settings = session.settings
    except PolyheraldError as refusal:
        return [*findings, error("settings", refusal.what)]
    findings.append(ok("settings", text("The settings can be read.")))
    now = session.clock.now()
    for check in (addresses, webhook, office, paying, languages, _folders, _time_zones):
        findings += check(settings)
    findings += _clock(now)
    findings += await _database(settings, now)
    findings += await _token(settings, now)
    return findings


def _folders(settings: Settings) -> Iterator[Finding]:
    yield _data_dir(settings.data_dir)
    yield _room(settings.data_dir)
    folder = settings.releases_dir
    if folder is None:
        return
    if folder.is_dir() and os.access(folder, os.R_OK | os.X_OK):
        yield ok("releases_dir", text("{folder} can be read.", folder=str(folder)))
    else:
        yield error(
            "releases_dir",
            text("{folder} is not a folder that can be read.", folder=str(folder)),
            text("Create it, let the service’s user read it, or correct releases_dir."),
        )


def _there(folder: Path) -> Path:
    """The folder or, while there is none, the one that will hold it."""
    return next(p for p in (folder, *folder.absolute().parents) if p.exists())


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(_there(folder)).free // 10**6
    what = text("{folder}: {size} MB are free.", folder=str(folder), size=free)
    if free >= LEAST_ROOM:
        return ok("disk", what)
    return warning("disk", what, text("Make room: a full disk stops all sending."))


def _data_dir(folder: Path) -> Finding:
    """Tries to write there."""
    there = _there(folder)
    try:
        with TemporaryFile(dir=there):
            return ok("data_dir", text("{folder} can be written.", folder=str(folder)))
    except OSError as refusal:
        return error(
            "data_dir",
            text(
                "{folder} cannot be written: {reason}.",
                folder=str(folder),
                reason=refusal.strerror or str(refusal),
            ),
            text("Let the service’s user write there, or set data_dir."),
        )


def _time_zones(settings: Settings) -> Iterator[Finding]:
    known = len(zone_names())
    if known < _FEWEST_ZONES:
        yield error(
            "time_zones",
            text("This machine knows only {count} time zones.", count=known),
            text("Install the package tzdata."),
        )
    else:
        yield ok(
            "time_zones",
            text("The office’s time zone is {zone}.", zone=settings.timezone),
        )


def _clock(now: datetime) -> Iterator[Finding]:
    if now < _NOT_BEFORE:
        yield error(
            "clock",
            text("This machine thinks that it is {moment}.", moment=now),
            text("Set its clock, and let it keep time by NTP."),
        )
    else:
        yield ok("clock", text("It is {moment}.", moment=now))


async def _database(settings: Settings, now: datetime) -> list[Finding]:
    where = shown_url(settings.url)
    if settings.url.startswith("sqlite") and not sqlite_file(settings.url).exists():
        made = ok("database", text("{where} is made at the first start.", where=where))
        return [made, *admins(settings)]
    try:
        database = Database(settings.url)
        try:
            async with database.read() as connection:
                version = await migrate.current(connection)
                found = [_schema(where, version)]
                if version != migrations.HEAD:
                    return [*found, *admins(settings)]
                return [*found, *await stored.examine(database, connection, settings, now)]
        finally:
            await database.close()
    except PolyheraldError as refusal:
        return [error("database", refusal.what)]
    except DatabaseError as refusal:
        return [error("database", unusable(settings.url, refusal).what)]
    except OSError as refusal:
        return [
            error(
                "database",
                text("{where} cannot be used: {reason}.", where=where, reason=str(refusal)),
                text("Check database_url, and who may read and write there."),
            )
        ]


def _schema(where: str, version: str | None) -> Finding:
    if version == migrations.HEAD:
        return ok("database", text("{where} answers, with this version’s schema.", where=where))
    if version is None or version in migrate.known_versions():
        return warning(
            "database",
            text("{where} answers; its schema is older than this version.", where=where),
            text("Run: polyherald migrate"),
        )
    return error(
        "database",
        text("The database was made by a newer version (schema {version}).", version=version),
        text("Install that version, or use another database_url."),
    )


async def _token(settings: Settings, now: datetime) -> list[Finding]:
    try:
        token = settings.token
    except PolyheraldError as refusal:
        return [error("token", refusal.what)]
    if token is None:
        return [
            warning(
                "token",
                text("There is no bot token: feeds and pages work, nothing is sent."),
                text("Get one from @BotFather, and set telegram_token or telegram_token_file."),
            )
        ]
    from bot.transports.telegram import TelegramTransport

    transport = TelegramTransport(token, settings.telegram_api_url)
    try:
        async with asyncio.timeout(TOKEN_SECONDS):
            name = await transport.check()
            found = [*_inline(transport.bot), *await _updates(transport.bot, settings, now)]
    except PolyheraldError as refusal:
        return [error("token", refusal.what)]
    except TimeoutError:
        return [
            error(
                "token",
                text("{url} does not answer.", url=settings.telegram_api_url),
                text("Check the network, and telegram_api_url."),
            )
        ]
    finally:
        await transport.close()
    return [ok("token", text("The bot is @{name}.", name=name)), *found]


def _inline(bot: telegram.Bot) -> list[Finding]:
    """Whether releases can be shared by writing the bot's name (Bot API, ``getMe``)."""
    if bot.supports_inline_queries:
        return [ok("inline", text("Releases can be shared in any chat by the bot’s name."))]
    return [
        warning(
            "inline",
            text("Inline mode is off: nobody can share a release by the bot’s name."),
            text("Send /setinline to @BotFather, choose this bot, and give it a few words."),
        )
    ]


async def _updates(bot: telegram.Bot, settings: Settings, now: datetime) -> list[Finding]:
    """Whether what people say to the bot comes here (Bot API, ``getWebhookInfo``)."""
    from telegram.error import TelegramError

    from bot.chat.app import webhook_address

    try:
        info = await bot.get_webhook_info()
    except TelegramError:
        return []
    own = webhook_address(settings) if settings.telegram_webhook_url else ""
    if info.url and info.url != own:
        host = urlsplit(info.url).hostname or "?"
        return [
            warning(
                "updates",
                text("Telegram sends this bot’s updates elsewhere: {url}.", url=host),
                text(
                    "Stop the other program that uses this token, or get another token from "
                    "@BotFather."
                ),
            )
        ]
    failed = info.last_error_date
    if own and failed is not None and now < failed + WEBHOOK_FAULTS:
        return [
            warning(
                "updates",
                text(
                    "Telegram could not deliver an update: {reason}.",
                    reason=(info.last_error_message or "?").rstrip("."),
                ),
                text("Check that telegram_webhook_url can be reached from outside."),
            )
        ]
    return []
