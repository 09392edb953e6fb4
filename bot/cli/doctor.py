"""What ``doctor`` looks at: each check says how it is and, where it is not well, what to do."""

from __future__ import annotations

import asyncio
import ipaddress
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from bot.cli.session import Session
from bot.errors import PolyheraldError
from bot.releases.moments import zone_names
from bot.settings import Settings, unknown_variables
from bot.store import migrate, migrations
from bot.store import tables as t
from bot.store.database import Database, shown_url, sqlite_file, unusable
from translations.catalogs import catalog_for, interface_languages
from translations.locales import best_match
from translations.text import Text, text

TOKEN_SECONDS = 15
WEBHOOK_PORTS = (443, 80, 88, 8443)
"""Bot API, ``setWebhook``: the ports that Telegram calls."""
REAL_BOT_API = "api.telegram.org"
_FEWEST_ZONES = 300
_NOT_BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
_CLOCK_SLACK = timedelta(minutes=5)


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``check`` is a stable name; ``remedy`` is there unless all is well."""

    check: str
    level: Level
    what: Text
    remedy: Text | None = None


def _ok(check: str, what: Text) -> Finding:
    return Finding(check=check, level=Level.OK, what=what)


def _warning(check: str, what: Text, remedy: Text) -> Finding:
    return Finding(check=check, level=Level.WARNING, what=what, remedy=remedy)


def _error(check: str, what: Text, remedy: Text | None = None) -> Finding:
    return Finding(check=check, level=Level.ERROR, what=what, remedy=remedy)


async def examine(session: Session) -> list[Finding]:
    """Every check, in the order in which they are worth reading. Changes nothing."""
    findings = [*_variables()]
    try:
        settings = session.settings
    except PolyheraldError as error:
        return [*findings, _error("settings", error.what)]
    findings.append(_ok("settings", text("The settings can be read.")))
    now = session.clock.now()
    for check in (_addresses, _webhook, _office, _languages, _folders, _time_zones):
        findings += check(settings)
    findings += _clock(now)
    findings += [finding async for finding in _database(settings, now)]
    findings.append(await _token(settings))
    return findings


def _variables() -> Iterator[Finding]:
    for name in unknown_variables():
        yield _warning(
            "variables",
            text("No setting reads the variable {name}.", name=name),
            text("Correct its name, or remove it."),
        )


def is_loopback(url: str) -> bool:
    """Whether only this machine can follow ``url``."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _addresses(settings: Settings) -> Iterator[Finding]:
    real = urlsplit(settings.telegram_api_url).hostname == REAL_BOT_API
    if not is_loopback(settings.base_url):
        yield _ok("base_url", text("Links lead to {url}.", url=settings.base_url))
        return
    what = text("Links lead to {url}, which only this machine can open.", url=settings.base_url)
    remedy = text("Set base_url to the newsroom’s public address.")
    has_token = bool(settings.telegram_token or settings.telegram_token_file)
    if has_token and real:
        yield _error("base_url", what, remedy)
    else:
        yield _warning("base_url", what, remedy)


def _webhook(settings: Settings) -> Iterator[Finding]:
    if not settings.telegram_webhook_url:
        return
    parts = urlsplit(settings.telegram_webhook_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    local = urlsplit(settings.telegram_api_url).hostname != REAL_BOT_API
    if (parts.scheme == "https" and port in WEBHOOK_PORTS) or local:
        yield _ok("webhook", text("Updates come to {url}.", url=settings.telegram_webhook_url))
        return
    yield _error(
        "webhook",
        text("Telegram does not call {url}.", url=settings.telegram_webhook_url),
        text("Use https and one of the ports 443, 80, 88 and 8443 in telegram_webhook_url."),
    )


def _office(settings: Settings) -> Iterator[Finding]:
    issuer = settings.issuer
    lacking = [
        _warning("issuer", what, remedy)
        for given, what, remedy in (
            (
                issuer.names,
                text("The office has no name."),
                text("Set issuer.names: messages, pages and feeds say who issues a release."),
            ),
            (
                issuer.domain and issuer.since,
                text("Feed entries have no permanent ids of their own yet."),
                text("Set issuer.domain and issuer.since once, and never change them."),
            ),
        )
        if not given
    ]
    yield from lacking or [_ok("issuer", text("The office is named."))]
    if (settings.telegram_token or settings.telegram_token_file) and not settings.staff:
        yield _warning(
            "staff",
            text("Nobody may release anything from Telegram."),
            text("Set staff, as in 123456:admin; the bot tells people their number."),
        )


def _languages(settings: Settings) -> Iterator[Finding]:
    spoken = interface_languages()
    broken = [tag for tag in spoken if catalog_for(tag).tag != tag]
    if broken:
        yield _error(
            "catalogs",
            text("These catalogs are missing: {languages}.", languages=tuple(broken)),
            text("Install Polyherald again."),
        )
    foreign = tuple(tag for tag in settings.languages if best_match([tag], spoken) is None)
    if foreign:
        yield _warning(
            "catalogs",
            text("Buttons and dates’ wording around {languages} are English.", languages=foreign),
            text("CONTRIBUTING.md says how to add a language."),
        )
    elif not broken:
        yield _ok("catalogs", text("Every language of the office has its own words and buttons."))
    outside = tuple(tag for tag in settings.required_languages if tag not in settings.languages)
    if outside:
        yield _warning(
            "required_languages",
            text("Required, but not among the office’s languages: {languages}.", languages=outside),
            text("Add them to languages, or take them out of required_languages."),
        )


def _folders(settings: Settings) -> Iterator[Finding]:
    yield _data_dir(settings.data_dir)
    folder = settings.releases_dir
    if folder is None:
        return
    if folder.is_dir() and os.access(folder, os.R_OK | os.X_OK):
        yield _ok("releases_dir", text("{folder} can be read.", folder=str(folder)))
    else:
        yield _error(
            "releases_dir",
            text("{folder} is not a folder that can be read.", folder=str(folder)),
            text("Create it, let the service’s user read it, or correct releases_dir."),
        )


def _data_dir(folder: Path) -> Finding:
    """Tries to write, in the folder or, while there is none, in the one that will hold it."""
    there = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    try:
        with TemporaryFile(dir=there):
            return _ok("data_dir", text("{folder} can be written.", folder=str(folder)))
    except OSError as error:
        return _error(
            "data_dir",
            text(
                "{folder} cannot be written: {reason}.",
                folder=str(folder),
                reason=error.strerror or str(error),
            ),
            text("Let the service’s user write there, or set data_dir."),
        )


def _time_zones(settings: Settings) -> Iterator[Finding]:
    known = len(zone_names())
    if known < _FEWEST_ZONES:
        yield _error(
            "time_zones",
            text("This machine knows only {count} time zones.", count=known),
            text("Install the package tzdata."),
        )
    else:
        yield _ok(
            "time_zones",
            text("The office’s time zone is {zone}.", zone=settings.timezone),
        )


def _clock(now: datetime) -> Iterator[Finding]:
    if now < _NOT_BEFORE:
        yield _error(
            "clock",
            text("This machine thinks that it is {moment}.", moment=now),
            text("Set its clock, and let it keep time by NTP."),
        )
    else:
        yield _ok("clock", text("It is {moment}.", moment=now))


async def _database(settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    where = shown_url(settings.url)
    if settings.url.startswith("sqlite") and not sqlite_file(settings.url).exists():
        yield _ok("database", text("{where} is made at the first start.", where=where))
        return
    try:
        database = Database(settings.url)
        try:
            async with database.read() as connection:
                version = await migrate.current(connection)
                newest = (
                    await connection.scalar(select(func.max(t.audit.c.at)))
                    if version == migrations.HEAD
                    else None
                )
        finally:
            await database.close()
    except PolyheraldError as error:
        yield _error("database", error.what)
        return
    except DatabaseError as error:
        yield _error("database", unusable(settings.url, error).what)
        return
    except OSError as error:
        yield _error(
            "database",
            text("{where} cannot be used: {reason}.", where=where, reason=str(error)),
            text("Check database_url, and who may read and write there."),
        )
        return
    yield _schema(where, version)
    if newest is not None and newest > now + _CLOCK_SLACK:
        yield _warning(
            "clock",
            text("The database has seen {moment}, which is still to come.", moment=newest),
            text("Set this machine’s clock: times of release depend on it."),
        )


def _schema(where: str, version: str | None) -> Finding:
    if version == migrations.HEAD:
        return _ok("database", text("{where} answers, with this version’s schema.", where=where))
    if version is None or version in migrate.known_versions():
        return _warning(
            "database",
            text("{where} answers; its schema is older than this version.", where=where),
            text("Run: polyherald migrate"),
        )
    return _error(
        "database",
        text("The database was made by a newer version (schema {version}).", version=version),
        text("Install that version, or use another database_url."),
    )


async def _token(settings: Settings) -> Finding:
    try:
        token = settings.token
    except PolyheraldError as error:
        return _error("token", error.what)
    if token is None:
        return _warning(
            "token",
            text("There is no bot token: feeds and pages work, nothing is sent."),
            text("Get one from @BotFather, and set telegram_token or telegram_token_file."),
        )
    from bot.transports.telegram import TelegramTransport

    transport = TelegramTransport(token, settings.telegram_api_url)
    try:
        async with asyncio.timeout(TOKEN_SECONDS):
            name = await transport.check()
    except PolyheraldError as error:
        return _error("token", error.what)
    except TimeoutError:
        return _error(
            "token",
            text("{url} does not answer.", url=settings.telegram_api_url),
            text("Check the network, and telegram_api_url."),
        )
    finally:
        await transport.close()
    return _ok("token", text("The bot is @{name}.", name=name))
