"""Carries to staff, in private and in their own language, what they are to know."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from telegram.error import TelegramError

from bot.chat import copies, digest
from bot.chat.copies import Copy
from bot.chat.office import Office
from bot.chat.readers import Reader, readers
from bot.errors import StoreError
from bot.releases import members
from bot.releases.notices import FAILED, PENDING, TOLD
from bot.transports.base import NotNow, Outcome, Refused, Unknown
from bot.transports.telegram import classify
from translations.catalogs import catalog_for

LOOK_EVERY = 1.0
"""Seconds between looks at what is to be told."""

AT_A_LOOK = 20

MOST_TOGETHER = 300
"""Notices that one person is told in one go; more of them come a moment later."""

LOOK_AGAIN = timedelta(minutes=15)
"""After so long what waits for an hour is looked at again: its reader may have moved meanwhile, or
the clocks have changed."""

LONGEST_PAUSE = timedelta(hours=1)

MOST_LOST = 2
"""How often a notice is sent whose answer is lost. What was lost may have arrived: staff would
rather read a line twice than miss it, but not at every look."""

log = structlog.get_logger(__name__)


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
        by_person: dict[int, list[Copy]] = defaultdict(list)
        for copy in await self._take():
            by_person[copy.staff].append(copy)
        if not by_person:
            return 0
        office = self._office
        async with office.database.read() as connection:
            everybody = await members.everybody(connection, office.settings)
            known = await readers(connection, office.settings, by_person)
        staff = {member.id for member in everybody}
        await asyncio.gather(
            *(
                self._in_turn(given, known[ident] if ident in staff else None)
                for ident, given in by_person.items()
            )
        )
        return sum(map(len, by_person.values()))

    # --- taking ----------------------------------------------------------------------------------

    async def _take(self) -> list[Copy]:
        """Mark what is to be told now as being sent, before it is: whoever else looks leaves it
        alone. What somebody wants to be told later is looked at again then."""
        office = self._office
        now = office.clock.now()
        async with office.database.read() as connection:
            found = await copies.find_due(connection, now, AT_A_LOOK)
            known = await readers(connection, office.settings, {copy.staff for copy in found})
            together = {
                copy.staff for copy in found if copy.waits(known) and not copy.waits_on(known, now)
            }
            for ident in together:  # one message has all of it
                found += await copies.find_due(connection, now, MOST_TOGETHER, ident)
        if not found:
            return []
        unique = {(copy.notice_id, copy.staff): copy for copy in found}
        taken = []
        async with office.database.write() as connection:
            for copy in unique.values():
                later = copy.waits_on(known, now)
                if later is not None:
                    await copies.put_off(connection, copy, now, min(later, now + LOOK_AGAIN))
                elif (attempts := await copies.claim(connection, copy, now)) is not None:
                    taken.append(replace(copy, attempts=attempts))
        return taken

    # --- telling ---------------------------------------------------------------------------------

    async def _in_turn(self, given: Sequence[Copy], reader: Reader | None) -> None:
        """``reader`` is ``None`` for whoever is no longer one of the staff."""
        if reader is None:
            for copy in given:
                await self._record(copy, FAILED, None)
            return
        together: list[Copy] = []
        each: list[Copy] = []
        for copy in given:
            waited = reader.hours.waits(copy.posted, urgent=copy.urgent)
            (together if waited else each).append(copy)
        if len(together) == 1:
            each, together = [*together, *each], []
        if together:
            await self._carry(together, reader)
        for copy in each:
            await self._carry([copy], reader)

    async def _carry(self, given: Sequence[Copy], reader: Reader) -> None:
        """Tell these in one message."""
        office = self._office
        outcome: Outcome | None = None
        told: list[Copy] = []
        try:
            async with office.database.read() as connection:
                page, rows, told = await digest.worded(connection, given, reader)
            for copy in given:
                if copy not in told:
                    await self._record(copy, FAILED, None)
            if told:
                words = catalog_for(reader.languages)
                await office.send(given[0].staff, page, words, rows)
        except TelegramError as error:
            outcome = classify(error)
        except StoreError:
            raise
        except Exception:  # one that cannot be put together; the others go on
            log.exception("a notice could not be told", notice=given[0].notice_id)
            outcome = Refused(reason="bad_message")
        for copy in told:
            await self._ended(copy, outcome)

    async def _ended(self, copy: Copy, outcome: Outcome | None) -> None:
        state, again = state_after(outcome, copy.attempts, self._office.clock.now())
        if outcome is not None and again is None:
            log.warning(
                "a member of staff was not told",
                reason=getattr(outcome, "reason", "moved"),
                notice=copy.text.get("msgid"),
            )
        await self._record(copy, state, again)

    async def _record(self, copy: Copy, state: str, again: datetime | None) -> None:
        async with self._office.database.write() as connection:
            await copies.record(connection, copy, state, self._office.clock.now(), again)
