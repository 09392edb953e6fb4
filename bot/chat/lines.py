"""Who waits for the bot: one line for each chat, served in order; several lines at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

SLOTS = 32
"""Chats that are served at the same time."""

LONGEST = 50
"""Who has more than this waiting is flooding; the rest is not answered."""

Item = TypeVar("Item")


class Lines(Generic[Item]):
    def __init__(self, serve: Callable[[Item], Awaitable[bool]]) -> None:
        self._serve = serve
        self._slots = asyncio.Semaphore(SLOTS)
        self._lines: dict[int, deque[tuple[Item, asyncio.Future[bool]]]] = {}
        self._servers: set[asyncio.Task[None]] = set()
        self.waiting = 0

    def join(self, key: int, item: Item) -> asyncio.Future[bool] | None:
        """Stand in line; the future says how serving ended. ``None``: the line is too long."""
        line = self._lines.get(key)
        if line is not None and len(line) >= LONGEST:
            return None
        served: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if line is None:
            line = self._lines[key] = deque()
            server = asyncio.create_task(self._work(key, line))
            self._servers.add(server)
            server.add_done_callback(self._servers.discard)
        line.append((item, served))
        self.waiting += 1
        return served

    async def below(self, count: int) -> None:
        """Wait until at most ``count`` are waiting."""
        while self.waiting > count and self._servers:
            await asyncio.wait(set(self._servers), return_when=asyncio.FIRST_COMPLETED)

    async def drain(self) -> None:
        """Wait until everybody who stands in line has been served."""
        while self._servers:
            await asyncio.wait(set(self._servers))

    async def close(self) -> None:
        """Serve nobody any more, not even who is being served."""
        servers = set(self._servers)
        for server in servers:
            server.cancel()
        await asyncio.gather(*servers, return_exceptions=True)

    async def _work(self, key: int, line: deque[tuple[Item, asyncio.Future[bool]]]) -> None:
        try:
            while line:
                item, served = line[0]
                async with self._slots:
                    done = await self._serve(item)
                if not served.done():
                    served.set_result(done)
                line.popleft()
                self.waiting -= 1
        finally:
            del self._lines[key]
            for _, served in line:
                self.waiting -= 1
                if not served.done():
                    served.set_result(False)
