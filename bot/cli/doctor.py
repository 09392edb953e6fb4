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

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cli.checks import (
    Finding,
    addresses,
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
from bot.delivery import moved, switch
from bot.delivery.outcome import DeliveryState
from bot.errors import PolyheraldError
from bot.releases import notices
from bot.releases.moments import zone_names
from bot.settings import Settings
from bot.site import hubs
from bot.store import archive, home, migrate, migrations
from bot.store import tables as t
from bot.store.database import Database, recalled, shown_url, sqlite_file, unusable
from translations.text import text, texts

if TYPE_CHECKING:
    import telegram

TOKEN_SECONDS = 15
_FEWEST_ZONES = 300
_NOT_BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
_CLOCK_SLACK = timedelta(minutes=5)
_NOTICE_SLACK = timedelta(minutes=1)
LEAST_ROOM = 500
"""Megabytes."""
BACKUP_EVERY = timedelta(days=7)
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
        return [ok("database", text("{where} is made at the first start.", where=where))]
    try:
        database = Database(settings.url)
        try:
            async with database.read() as connection:
                version = await migrate.current(connection)
                found = [_schema(where, version)]
                if version == migrations.HEAD:
                    found += await _clocks_agree(connection, now)
                    found += await _sending(database, connection, settings, now)
                    found += await _unknown(connection)
                    found += await _backups(connection, now)
                    found += await _hubs(connection, settings, now)
                return found
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


async def _clocks_agree(connection: AsyncConnection, now: datetime) -> list[Finding]:
    newest = await connection.scalar(select(func.max(t.audit.c.at)))
    if newest is None or newest <= now + _CLOCK_SLACK:
        return []
    return [
        warning(
            "clock",
            text("The database has seen {moment}, which is still to come.", moment=newest),
            text("Set this machine’s clock: times of release depend on it."),
        )
    ]


async def _sending(
    database: Database, connection: AsyncConnection, settings: Settings, now: datetime
) -> list[Finding]:
    """Whether anything keeps messages, or what staff are to know, from going out."""
    here = await home.find(database, connection)
    pause = await switch.paused(connection)
    pause = pause or await moved.unsettled(connection, settings, here, now)
    found = (
        ok("sending", text("Nothing is paused."))
        if pause is None
        else warning(
            "sending",
            pause.as_text(settings.timezone),
            text("Run: polyherald resume"),
        )
    )
    untold = await notices.untold(connection, now - _NOTICE_SLACK)
    if not untold:
        return [found]
    return [
        found,
        warning(
            "notices",
            texts(
                "Staff have not been told {n} thing yet.",
                "Staff have not been told {n} things yet.",
                untold,
            ),
            text("Set a bot token, and let the role “bot” run; the log has them, too."),
        ),
    ]


async def _unknown(connection: AsyncConnection) -> list[Finding]:
    query = select(func.count()).where(t.delivery.c.state == DeliveryState.UNKNOWN)
    count = await connection.scalar(query) or 0
    if not count:
        return []
    return [
        warning(
            "unknown",
            text("Messages of which nobody knows whether they arrived: {count}", count=count),
            text(
                "List them: polyherald deliveries --state unknown. Send them again: polyherald "
                "resend."
            ),
        )
    ]


async def _backups(connection: AsyncConnection, now: datetime) -> list[Finding]:
    """From the first publication on there is something to lose."""
    last = await recalled(connection, archive.MADE)
    remedy = text("Run: polyherald backup FILE")
    if last is None:
        published = await connection.scalar(select(func.count()).select_from(t.published))
        return [warning("backup", text("No backup has been made yet."), remedy)] * bool(published)
    moment = datetime.fromisoformat(last)
    what = text("The last backup was made at {moment}.", moment=moment)
    return [ok("backup", what) if now < moment + BACKUP_EVERY else warning("backup", what, remedy)]


async def _hubs(connection: AsyncConnection, settings: Settings, now: datetime) -> list[Finding]:
    found = await hubs.standings(connection, settings.websub_hubs)
    if not any(standing.topics for standing in found):
        return []  # nothing has been served yet
    return [
        warning(
            "websub",
            standing.as_text(settings.timezone),
            text("See whether the hub runs, and whether websub_hubs has its right address."),
        )
        for standing in found
        if standing.ails(now)
    ] or [ok("websub", text("The WebSub hubs answer."))]


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
            found = await _updates(transport.bot, settings, now)
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
