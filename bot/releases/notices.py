"""What staff are to be told: written down with what it tells of, for the bot to carry.

Whoever decides that staff must know – the planner, a sender, the folder – posts a notice in the
transaction of what happened. So it is told exactly if that happened, by whichever process or
machine runs the bot, whenever Telegram is reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases import members
from bot.settings import Settings, StaffMember
from bot.store import tables as t
from bot.store.database import Database
from bot.store.texts import as_json
from translations.catalogs import catalog_for
from translations.text import Text

OFFICE = ("admin", "editor")
PENDING, SENDING, TOLD, FAILED = "pending", "sending", "told", "failed"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """``key`` is its author's, and stable: whatever has the same key is told once.

    It is for admins and editors; with a ``language`` for the translators of that language who
    are neither. ``only`` names instead the people who are told, by their Telegram user ids. Who
    brought it about, ``apart_from``, knows already. ``silent``: seen to, and nobody is told.
    ``urgent``: it does not wait for a better hour.
    """

    key: str
    what: Text
    language: str = ""
    silent: bool = False
    urgent: bool = False
    only: tuple[int, ...] | None = None
    apart_from: str = ""


def lines(*parts: Text) -> Text:
    """Several texts as one, each on a line of its own."""
    names = [f"line{place}" for place in range(len(parts))]
    return Text("\n".join(f"{{{name}}}" for name in names), dict(zip(names, parts, strict=True)))


def lines_of(what: Text) -> tuple[Text, ...]:
    """The parts that :func:`lines` put together; a text of any other make is one line."""
    if what.args and all(name == f"line{place}" for place, name in enumerate(what.args)):
        return tuple(what.args.values())
    return (what,)


def addressees(staff: Iterable[StaffMember], notice: Notice) -> tuple[int, ...]:
    """Who is told, by Telegram user id. Pure."""
    everybody = tuple(m for m in staff if members.named(m.id) != notice.apart_from)
    office = dict.fromkeys(m.id for m in everybody if m.role in OFFICE)
    if notice.silent:
        return ()
    if notice.only is not None:
        there = {member.id for member in everybody}
        return tuple(ident for ident in dict.fromkeys(notice.only) if ident in there)
    if not notice.language:
        return tuple(office)
    translators = (m for m in everybody if m.role == "translator" and m.language == notice.language)
    return tuple(dict.fromkeys(m.id for m in translators if m.id not in office))


async def post(
    database: Database,
    connection: AsyncConnection,
    settings: Settings,
    now: datetime,
    notices: Iterable[Notice],
) -> None:
    """Have staff told, once, when this transaction is committed."""
    given = tuple(notices)
    staff = await members.everybody(connection, settings) if given else ()
    for notice in given:
        to = addressees(staff, notice)
        if notice.language and not to:
            continue  # there is no such translator
        what = Text("") if notice.silent else notice.what
        added = database.insert(t.notice).values(
            key=notice.key, text=as_json(what), created_at=now, urgent=notice.urgent
        )
        ident = await connection.scalar(added.on_conflict_do_nothing().returning(t.notice.c.id))
        if ident is None or notice.silent:
            continue
        if notice.only is None:
            log.warning("notice", key=notice.key, notice=in_english(notice.what))
        copies = [
            {"notice_id": ident, "staff": str(user_id), "state": PENDING, "due_at": now}
            for user_id in to
        ]
        if copies:
            await connection.execute(insert(t.notice_copy), copies)


async def known(connection: AsyncConnection, keys: Iterable[str]) -> set[str]:
    """Those of ``keys`` that have been posted."""
    found: set[str] = set()
    wanted = list(keys)
    for start in range(0, len(wanted), 500):  # well under SQLite's limit of bound values
        part = wanted[start : start + 500]
        found |= set(
            await connection.scalars(select(t.notice.c.key).where(t.notice.c.key.in_(part)))
        )
    return found


async def untold(connection: AsyncConnection, before: datetime) -> int:
    """How many notices posted before ``before`` somebody has not got yet, but for those that wait
    for the hour at which they want to be told."""
    c = t.notice_copy.c
    query = (
        select(func.count(c.notice_id.distinct()))
        .join(t.notice, t.notice.c.id == c.notice_id)
        .where(
            c.state.in_((PENDING, SENDING)),
            t.notice.c.created_at < before,
            or_(c.attempts > 0, c.due_at < before),
        )
    )
    return int(await connection.scalar(query) or 0)


async def forget(connection: AsyncConnection, before: datetime) -> None:
    """Forget what was posted before ``before``, and nobody waits for any more."""
    waiting = select(t.notice_copy.c.notice_id).where(t.notice_copy.c.state.in_((PENDING, SENDING)))
    await connection.execute(
        delete(t.notice).where(t.notice.c.created_at < before, t.notice.c.id.not_in(waiting))
    )


def in_english(what: Text) -> str:
    """For logs: as people are told it, lists and dates written out."""
    return catalog_for("en").render(what)
