"""What the database tells the doctor: what keeps messages from going out, what is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cli.checks import Finding, admins, error, ok, warning
from bot.clock import SystemClock
from bot.delivery import ledger, moved, standstill, switch
from bot.delivery.announcement import AnnouncementState
from bot.delivery.outcome import DeliveryState
from bot.errors import PolyheraldError
from bot.releases import notices, signatures, signing
from bot.settings import Settings
from bot.site import hubs
from bot.store import archive, home
from bot.store import tables as t
from bot.store.database import Database, recalled, sqlite_file
from translations.text import text, texts

CLOCK_SLACK = timedelta(minutes=5)
SERVERS_CLOCK = timedelta(seconds=5)
"""How far apart the clocks of machines may be: leases last a quarter of a minute."""
NOTICE_SLACK = timedelta(minutes=1)
BEAT_SLACK = timedelta(minutes=2)
BACKUP_EVERY = timedelta(days=7)
READ_WHOLE = 200
"""Megabytes of a database file that is read from end to end."""


async def examine(
    database: Database, connection: AsyncConnection, settings: Settings, now: datetime
) -> list[Finding]:
    """Of a database with this version's schema. Changes nothing."""
    return [
        *await _clocks_agree(connection, now),
        *await _servers_clock(database, connection),
        *await _is_whole(database, connection),
        *await _sending(database, connection, settings, now),
        *await _senders(connection, now),
        *await _held(connection),
        *await _unknown(connection),
        *await _backups(connection, now),
        *await _signing(connection, settings),
        *await _hubs(connection, settings, now),
        *admins(settings, await _given(connection)),
    ]


async def _given(connection: AsyncConnection) -> list[str]:
    """The roles that anybody has beside those from the setting."""
    return list(await connection.scalars(select(t.staff_role.c.role).distinct()))


async def _servers_clock(database: Database, connection: AsyncConnection) -> list[Finding]:
    """The clocks of all machines are compared through the database."""
    if database.is_sqlite:
        return []
    theirs = await connection.scalar(select(func.clock_timestamp()))
    assert isinstance(theirs, datetime)
    apart = abs(theirs - SystemClock().now())
    if apart <= SERVERS_CLOCK:
        return []
    return [
        warning(
            "clock",
            texts(
                "The database server’s clock is {n} second apart from this machine’s.",
                "The database server’s clock is {n} seconds apart from this machine’s.",
                int(apart.total_seconds()),
            ),
            text("Let all machines keep time by NTP."),
        )
    ]


async def _is_whole(database: Database, connection: AsyncConnection) -> list[Finding]:
    if not database.is_sqlite or sqlite_file(database.url).stat().st_size > READ_WHOLE * 10**6:
        return []
    said = (await connection.exec_driver_sql("PRAGMA quick_check(1)")).scalar_one()
    if said == "ok":
        return []
    return [
        error(
            "database",
            text("The database file is damaged: {reason}.", reason=str(said)[:200]),
            text("Stop the service, and restore a backup: polyherald restore FILE --replace"),
        )
    ]


async def _senders(connection: AsyncConnection, now: datetime) -> list[Finding]:
    """Whether anybody sends what is due."""
    sending = await ledger.announcements(connection, AnnouncementState.SENDING)
    due = [a for a in sending if await ledger.is_any_due(connection, a.id, now)]
    alive = await standstill.last_beat(connection)
    if not due or (alive is not None and alive > now - BEAT_SLACK):
        return []
    return [
        warning(
            "senders",
            text("Messages wait, and nobody sends them.")
            if alive is None
            else text("Messages wait, and nobody has sent any since {moment}.", moment=alive),
            text("Run polyherald serve, with the role “sender” and a bot token."),
        )
    ]


async def _held(connection: AsyncConnection) -> list[Finding]:
    held = await ledger.announcements(connection, AnnouncementState.HELD)
    if not held:
        return []
    return [
        warning(
            "held",
            text("Announcements held: {count}", count=len(held)),
            text("See them with /queue or polyherald deliveries, and resume or cancel each."),
        )
    ]


async def _clocks_agree(connection: AsyncConnection, now: datetime) -> list[Finding]:
    newest = await connection.scalar(select(func.max(t.audit.c.at)))
    if newest is None or newest <= now + CLOCK_SLACK:
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
    untold = await notices.untold(connection, now - NOTICE_SLACK)
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


async def _signing(connection: AsyncConnection, settings: Settings) -> list[Finding]:
    """Whether what is published from here is signed, and nobody else can sign it."""
    file = signing.file_of(settings)
    anew = text("Put the office’s newest key there; if it is lost: polyherald keys new")
    try:
        key = signing.load(file)
    except PolyheraldError as refusal:
        return [error("signing_key", refusal.what)]
    keys = await signatures.keys(connection)
    if key is None and not any(one.until is None for one in keys):
        made = text("The first start makes the key by which texts are signed.")
        return [ok("signing_key", made)]
    if key is None:
        what = text("{file} is not there: nothing is signed on this machine.", file=str(file))
        return [warning("signing_key", what, anew)]
    if any(one.id == key.id and one.until is not None for one in keys):
        what = text("The key in {file} is out of use: nothing is signed.", file=str(file))
        return [error("signing_key", what, anew)]
    if file.stat().st_mode & 0o077:
        what = text("Others on this machine can read {file}.", file=str(file))
        return [warning("signing_key", what, text("Let its owner alone read it: chmod 600."))]
    unsigned = await signatures.count_unsigned(connection)
    if unsigned:
        what = text("Published texts that are not signed yet: {count}", count=unsigned)
        return [warning("signing_key", what, text("Let the role “planner” run: it signs them."))]
    return [ok("signing_key", text("Texts are signed with the key {key}.", key=key.id))]
