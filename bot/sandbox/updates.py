"""Updates on their way to the bot: kept until confirmed, fetched or posted."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import orjson

from bot.clock import Clock
from bot.sandbox.refusal import conflict

KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "callback_query",
        "inline_query",
        "my_chat_member",
        "chat_member",
    }
)
# Only these must be asked for: https://core.telegram.org/bots/api#getupdates
_ON_DEMAND = frozenset({"chat_member"})
_OTHER_POLLER = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
_WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Where updates are posted, and the secret sent along."""

    url: str
    secret: str = ""
    max_connections: int = 40


class Updates:
    """The queue. One poller at a time, and none while a webhook is set."""

    def __init__(self, clock: Clock) -> None:
        self.webhook: Webhook | None = None
        self.allowed: frozenset[str] = KINDS - _ON_DEMAND
        self.last_error: tuple[datetime, str] | None = None
        self._clock = clock
        self._ids = itertools.count(100_001)
        self._queue: deque[dict[str, Any]] = deque()
        self._poller: asyncio.Future[str] | None = None
        self._polling = asyncio.Condition()
        self._arrived = asyncio.Event()
        self._poster: asyncio.Task[None] | None = None
        self._taken: dict[str, Any] | None = None
        self._repeats = 0

    @property
    def pending(self) -> int:
        """How many the bot has not confirmed."""
        return len(self._queue)

    async def wait_polled(self, timeout: float = 10) -> None:
        """Return once somebody waits in getUpdates; raises ``TimeoutError``."""
        async with asyncio.timeout(timeout), self._polling:
            await self._polling.wait_for(lambda: self._poller is not None)

    def add(self, kind: str, payload: dict[str, Any]) -> None:
        if kind not in self.allowed:
            return
        self._queue.append({"update_id": next(self._ids), kind: payload})
        self._arrived.set()
        self._wake("arrived")

    def repeat(self) -> None:
        """Give the last update that the bot took once more, as Telegram sometimes does."""
        self._repeats += 1
        self._arrived.set()
        self._wake("arrived")

    def allow(self, kinds: Sequence[str] | None) -> None:
        """``None`` keeps what was asked for before, an empty list is the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) if kinds else KINDS - _ON_DEMAND

    def drop(self) -> None:
        self._queue.clear()

    async def fetch(self, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:
        """What getUpdates gives; raises ``Refusal`` (409) if somebody else takes over."""
        if self.webhook is not None:
            raise conflict(_WEBHOOK_ACTIVE)
        self._wake("other")
        if offset < 0:
            while len(self._queue) > -offset:
                self._queue.popleft()
        else:
            while self._queue and self._queue[0]["update_id"] < offset:
                self._taken = self._queue.popleft()
        if not self._queue and not self.repeating and timeout > 0:
            await self._wait(timeout)
        return [*self._repeated(), *itertools.islice(self._queue, limit)]

    async def set_webhook(self, webhook: Webhook | None) -> None:
        self._wake("webhook")
        await self.close()
        self.webhook = webhook
        if webhook is not None:
            self._poster = asyncio.create_task(self._post(webhook))

    async def close(self) -> None:
        self._wake("closed")
        if self._poster is not None:
            self._poster.cancel()
            with suppress(asyncio.CancelledError):
                await self._poster
            self._poster = None

    async def _wait(self, timeout: float) -> None:
        poller: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._poller = poller
        async with self._polling:
            self._polling.notify_all()
        try:
            async with asyncio.timeout(timeout):
                why = await poller
        except TimeoutError:
            return
        finally:
            if self._poller is poller:
                self._poller = None
        if why == "other":
            raise conflict(_OTHER_POLLER)
        if why == "webhook":
            raise conflict("terminated by setWebhook request")

    def _wake(self, why: str) -> None:
        if self._poller is not None:
            if not self._poller.done():
                self._poller.set_result(why)
            self._poller = None

    async def _post(self, webhook: Webhook) -> None:
        """Post one update after the other; each is repeated until it is taken."""
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            pause = 0.05
            while True:
                update = await self._next()
                problem = ""
                try:
                    async with session.post(
                        webhook.url, data=orjson.dumps(update), headers=headers
                    ) as answer:
                        if not 200 <= answer.status < 300:
                            problem = f"Wrong response from the webhook: {answer.status}"
                except (aiohttp.ClientError, TimeoutError) as error:
                    problem = str(error) or type(error).__name__
                if problem:
                    self.last_error = (self._clock.now(), problem)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 5.0)
                    continue
                pause = 0.05
                self._taken = update
                if self._queue and self._queue[0] is update:
                    self._queue.popleft()

    @property
    def repeating(self) -> bool:
        """Whether an update is still to be given once more."""
        return self._repeats > 0 and self._taken is not None

    def _repeated(self) -> list[dict[str, Any]]:
        """The last update that was taken, if it is to be given again."""
        if self._taken is None or not self._repeats:
            return []
        self._repeats -= 1
        return [self._taken]

    async def _next(self) -> dict[str, Any]:
        """What is to be posted now: the last one again if that was asked for, or the oldest."""
        while True:
            repeated = self._repeated()
            if repeated:
                return repeated[0]
            if self._queue:
                return self._queue[0]
            self._arrived.clear()
            await self._arrived.wait()
