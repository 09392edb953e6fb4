"""Carries to staff, in private and in their own language, what they are to know."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from telegram.error import TelegramError

from bot.audience import repository as audience
from bot.chat import keyboards
from bot.chat.keyboards import Rows
from bot.chat.office import TRANSPORT, Office
from bot.chat.page import Page
from bot.delivery import ledger
from bot.delivery.announcement import AnnouncementState
from bot.errors import StoreError
from bot.releases import members, repository
from bot.releases.notices import FAILED, PENDING, SENDING, TOLD, lines_of
from bot.store import tables as t
from bot.store.texts import from_json
from bot.transports.base import NotNow, Outcome, Refused, Unknown
from bot.transports.telegram import classify
from translations.catalogs import catalog_for
from translations.text import Text

LOOK_EVERY = 1.0
"""Seconds between looks at what is to be told."""

AT_A_LOOK = 20

TAKEN_FOR = timedelta(minutes=5)
"""After so long whoever took a notice has ended without a word about it."""

LONGEST_PAUSE = timedelta(hours=1)

MOST_LOST = 2
"""How often a notice is sent whose answer is lost. What was lost may have arrived: staff would
rather read a line twice than miss it, but not at every look."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One notice for one member of staff, taken by this process to be sent."""

    notice_id: int
    staff: str
    text: Mapping[str, Any]
    attempts: int


def state_after(
    outcome: Outcome | None, attempts: int, now: datetime
) -> tuple[str, datetime | None]:
    """The state of a copy that was tried so often, and when to try again (``None``: never).

    ``outcome`` is ``None`` when it was sent. What was refused stays so: nobody is asked twice
    whether they have unblocked the bot. Until Telegram is reached it is tried without end.
    """
    backoff = min(timedelta(seconds=5 * 2 ** min(attempts, 12)), LONGEST_PAUSE)
    match outcome:
        case None:
            return TOLD, None
        case NotNow(after=after):
            return PENDING, now + max(timedelta(seconds=after), backoff)
        case Unknown() if attempts < MOST_LOST:
            return PENDING, now + backoff
    return FAILED, None


class Messenger:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def run(self, stop: asyncio.Event) -> None:
        """Carry what there is until ``stop``, then finish what was begun."""
        while not stop.is_set():
            try:
                await self.carry()
            except StoreError as error:
                log.error("notices wait for the database", reason=str(error))
            except Exception:  # nobody else would carry them
                log.exception("notices could not be carried")
            waiting = asyncio.ensure_future(stop.wait())
            await asyncio.wait([waiting], timeout=LOOK_EVERY)
            waiting.cancel()

    async def carry(self) -> int:
        """Send what is due; returns how many copies were tried."""
        by_person: dict[str, list[Copy]] = defaultdict(list)
        for copy in await self._take():
            by_person[copy.staff].append(copy)
        staff: Collection[str] = await self._staff() if by_person else ()
        await asyncio.gather(*(self._in_turn(copies, staff) for copies in by_person.values()))
        return sum(map(len, by_person.values()))

    async def _take(self) -> list[Copy]:
        """Mark what is due as being sent, before it is: whoever else looks leaves it alone."""
        office, c = self._office, t.notice_copy.c
        now = office.clock.now()
        due = c.state.in_((PENDING, SENDING)), c.due_at <= now
        query = (
            select(c.notice_id, c.staff, t.notice.c.text)
            .join(t.notice, t.notice.c.id == c.notice_id)
            .where(*due)
            .order_by(c.due_at, c.notice_id)
        )
        async with office.database.read() as connection:
            found = (await connection.execute(query.limit(AT_A_LOOK))).all()
        if not found:
            return []
        taken = []
        async with office.database.write() as connection:
            for row in found:
                attempts = await connection.scalar(
                    update(t.notice_copy)
                    .where(c.notice_id == row.notice_id, c.staff == row.staff, *due)
                    .values(state=SENDING, attempts=c.attempts + 1, due_at=now + TAKEN_FOR)
                    .returning(c.attempts)
                )
                if attempts is not None:
                    taken.append(Copy(attempts=attempts, **row._mapping))
        return taken

    async def _staff(self) -> Collection[str]:
        """Who belongs to it now, whoever did when the notices were posted."""
        office = self._office
        async with office.database.read() as connection:
            everybody = await members.everybody(connection, office.settings)
        return frozenset(str(member.id) for member in everybody)

    async def _in_turn(self, copies: Sequence[Copy], staff: Collection[str]) -> None:
        for copy in copies:
            await self._carry(copy, staff)

    async def _carry(self, copy: Copy, staff: Collection[str]) -> None:
        office = self._office
        if copy.staff not in staff:
            await self._record(copy, FAILED, None)  # no longer one of the staff
            return
        outcome: Outcome | None = None
        try:
            await self._tell(copy.staff, from_json(copy.text))
        except TelegramError as error:
            outcome = classify(error)
        except StoreError:
            raise
        except Exception:  # one that cannot be put into words; the others go on
            log.exception("a notice could not be told", notice=copy.notice_id)
            outcome = Refused(reason="bad_message")
        state, again = state_after(outcome, copy.attempts, office.clock.now())
        if outcome is not None and again is None:
            log.warning(
                "a member of staff was not told",
                reason=getattr(outcome, "reason", "moved"),
                notice=copy.text.get("msgid"),
            )
        await self._record(copy, state, again)

    async def _tell(self, staff: str, what: Text) -> None:
        office = self._office
        async with office.database.read() as connection:
            known = await audience.find(connection, TRANSPORT, staff)
            rows = await _buttons(connection, what)
        words = catalog_for(known.languages if known else office.settings.languages)
        page = Page(words)
        for line in lines_of(what):
            page.line(line)
        await office.send(int(staff), page, words, rows)

    async def _record(self, copy: Copy, state: str, again: datetime | None) -> None:
        c, now = t.notice_copy.c, self._office.clock.now()
        async with self._office.database.write() as connection:
            await connection.execute(
                update(t.notice_copy)
                .where(c.notice_id == copy.notice_id, c.staff == copy.staff)
                .values(state=state, at=now, due_at=again or now)
            )


async def _buttons(connection: AsyncConnection, what: Text) -> Rows:
    """For the announcement whose ``key`` a notice names, or the release whose ``slug``."""
    named = _named(what)
    if isinstance(key := named.get("key"), str):
        announcement = await ledger.by_key(connection, key)
        held = announcement is not None and announcement.state is AnnouncementState.HELD
        return keyboards.held(announcement.id) if announcement is not None and held else ()
    if isinstance(slug := named.get("slug"), str):
        release = await repository.find(connection, slug)
        if release is not None:
            return [[keyboards.press(release.slug, "release", release.id)]]
    return ()


def _named(what: Text) -> dict[str, object]:
    """The arguments of a notice, and of the lines it is made of."""
    found: dict[str, object] = {}
    for name, value in what.args.items():
        found |= _named(value) if isinstance(value, Text) else {name: value}
    return found
