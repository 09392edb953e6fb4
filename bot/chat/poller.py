"""Asks Telegram for updates, as long as the service runs, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from telegram.error import Conflict, RetryAfter, TelegramError

from bot.chat.office import Office
from bot.chat.updates import KINDS, Updates
from bot.errors import StoreError

POLL = 20
"""Seconds that Telegram holds the request while there is nothing."""

PATIENCE = 1.0
"""Seconds that the next request waits for the slowest answer: asking on confirms all before."""

CROWD = 500
"""While more than this wait to be served, no more are asked for."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0

log = structlog.get_logger(__name__)


class Poller:
    def __init__(self, office: Office, updates: Updates) -> None:
        self._office = office
        self._updates = updates
        self._offset = 0
        self._pause = FIRST_PAUSE

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until ``stop``; what was fetched by then is left to :meth:`Updates.drain`."""
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                step = asyncio.create_task(self._step())
                await asyncio.wait({step, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not step.done():
                    step.cancel()
                    await asyncio.wait({step})
                    return
                pause = step.result()
                if pause:
                    await asyncio.wait({stopping}, timeout=pause)
        finally:
            stopping.cancel()

    async def _step(self) -> float:
        """One request and what it brings; returns how many seconds to wait before the next."""
        try:
            batch = await self._fetch()
            await self._updates.prune()
            if not await self._serve(batch):
                return self._backoff()
        except Conflict as error:
            return await self._other_poller(error)
        except RetryAfter as error:
            after = error.retry_after
            return float(after if isinstance(after, int) else after.total_seconds())
        except TelegramError as error:
            pause = self._backoff()
            log.warning("no updates", error=type(error).__name__, again_in=pause)
            return pause
        except StoreError as error:
            log.error("updates wait for the database", reason=str(error))
            return self._backoff()
        except Exception as error:  # noqa: BLE001 – nothing else would start polling again
            log.error("polling failed", error=type(error).__name__)
            return self._backoff()
        self._pause = FIRST_PAUSE
        return 0.0

    async def _fetch(self) -> list[dict[str, Any]]:
        # In lower case (the Bot API takes any), because PTB warns of methods that it has itself;
        # but its own reading fails, and logs the content, where one update is of a new kind.
        found = await self._office.bot.do_api_request(
            "getupdates",
            api_kwargs={"offset": self._offset, "timeout": POLL, "allowed_updates": list(KINDS)},
            read_timeout=POLL + 10,
        )
        return [raw for raw in found if isinstance(raw, dict)] if isinstance(found, list) else []

    async def _serve(self, batch: list[dict[str, Any]]) -> bool:
        """Hand out a batch; false when the database was away and some are to come again."""
        numbered = [(int(raw["update_id"]), self._updates.take(raw)) for raw in batch]
        waiting = [served for _, served in numbered if served is not None]
        if waiting:
            await asyncio.wait(waiting, timeout=PATIENCE)
        await self._updates.below(CROWD)
        for number, served in numbered:
            if served is not None and served.done() and not served.result():
                return False
            self._offset = number + 1
        return True

    async def _other_poller(self, error: Conflict) -> float:
        pause = self._backoff()
        if "webhook" in error.message.lower():
            log.warning("a webhook is set for this bot; it is removed", again_in=pause)
            try:
                await self._office.bot.delete_webhook()
            except TelegramError as further:
                log.warning("webhook not removed", error=type(further).__name__)
        else:
            log.warning("another program polls with the same bot token", again_in=pause)
        return pause

    def _backoff(self) -> float:
        pause = self._pause
        self._pause = min(pause * 2, LONGEST_PAUSE)
        return pause
