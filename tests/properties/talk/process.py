"""One process of the service as far as Telegram is concerned: it ends in order, or in the middle
of whatever it is doing."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import itertools
import weakref
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from sqlalchemy import event

from bot.chat.app import Chat
from bot.clock import Clock
from bot.delivery.engine import InProcess
from bot.delivery.pace import Pace
from bot.delivery.planner import Planner
from bot.delivery.sender import Sender
from bot.releases.desk import Desk
from bot.sandbox import Sandbox
from bot.settings import Settings
from bot.store.database import Database
from bot.transports.photos import Photos
from bot.transports.telegram import TelegramTransport

PATIENCE = 60.0

LEFT_BEHIND = (
    "ignore:Exception ignored in. <finalize object:pytest.PytestUnraisableExceptionWarning"
)
"""What a test that kills a process does not mind: the connections that it had."""

RATE = 1000

_numbers = itertools.count(1)
_within: contextvars.ContextVar[Process] = contextvars.ContextVar("process")


def watch_tasks() -> None:
    """From now on each process of this loop knows the tasks that are its own."""
    asyncio.get_running_loop().set_task_factory(_made)


def _made(
    loop: asyncio.AbstractEventLoop,
    work: Coroutine[Any, Any, Any],
    context: contextvars.Context | None = None,
) -> asyncio.Task[Any]:
    task = asyncio.Task(work, loop=loop, context=context)
    process = context.get(_within) if context is not None else _within.get(None)
    if process is not None:
        process.tasks.add(task)
        task.set_name(process.name)
    return task


class Process:
    """The bot, the planner and a sender, on a clock that a test moves."""

    def __init__(self, url: str, settings: Settings, clock: Clock, sandbox: Sandbox) -> None:
        self.name = f"process {next(_numbers)}"
        """That of all its tasks as well."""
        self.tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self.database = Database(url)
        self._connections: list[Any] = []
        event.listen(self.database.engine.sync_engine, "connect", self._connected)
        self._sandbox = sandbox
        self._transport = TelegramTransport(
            sandbox.token, sandbox.url, photos=Photos(self.database, sandbox.token)
        )
        desk = Desk(self.database, settings, clock)
        self.chat = Chat(self.database, settings, clock, desk, self._transport)
        self._engine = InProcess()
        self._planner = Planner(self.database, settings, clock, self._engine)
        self._pace = Pace(self.database, "bot", RATE)
        ways = {self._transport.name: self._transport}
        self._sender = Sender(self.database, settings, clock, ways, self._pace)
        self._stop = asyncio.Event()
        self._looks: asyncio.Queue[asyncio.Future[None] | None] = asyncio.Queue()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        context = contextvars.copy_context()
        context.run(_within.set, self)
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._run(started), context=context)
        await asyncio.wait([started, self._running], return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            self._running.result()

    async def _run(self, started: asyncio.Future[None]) -> None:
        async with self.database.write() as connection:
            await self._pace.prepare(connection)
        await self._planner.recover()
        await self.chat.start()
        started.set_result(None)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.chat.run(self._stop))
            group.create_task(self._engine.run(self._sender.send_chunk))
            planning = group.create_task(self._plan())
            await self._stop.wait()
            self._looks.put_nowait(None)
            await planning
            self._sender.stop()
            await self._engine.stop()

    async def _plan(self) -> None:
        """The planner looks when it is asked to, so that a walk can be walked again."""
        while asked := await self._looks.get():
            await self._planner.look()
            await self._engine.drained()
            await self._planner.look()  # which ends what is through
            if not asked.done():
                asked.set_result(None)

    def look(self) -> asyncio.Future[None]:
        """Have the planner look, and what is due be sent."""
        asked: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._looks.put_nowait(asked)
        return asked

    async def settled(self) -> None:
        """Return once every update was seen to, and what is due was sent."""
        updates = self._sandbox.updates
        async with asyncio.timeout(PATIENCE):
            while True:
                while updates.pending or updates.repeating:  # noqa: ASYNC110 - the bot asks when it likes
                    await asyncio.sleep(0.002)
                await self.chat._updates.drain()
                if updates.pending:
                    continue
                await self._looked()
                if not updates.pending:
                    return

    async def _looked(self) -> None:
        """Have the planner look; raises whatever the process has died of instead."""
        looked, running = self.look(), self._running
        assert running is not None
        await asyncio.wait([looked, running], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()

    async def end(self) -> None:
        """As on SIGTERM."""
        assert self._running is not None
        self._stop.set()
        await self._running
        await self.chat.close()
        await self._close()

    async def die(self) -> None:
        """As by ``kill -9``: the database sees that nobody is there any more, and nothing goes on.

        What its tasks say of that is nothing that a dead process could have said.
        """
        # The connections first: what a cancelled transaction leaves open would hold its lock.
        for driven in self._connections:
            self._cut(driven)
        async with asyncio.timeout(PATIENCE):
            while left := [task for task in self.tasks if not task.done()]:
                for task in left:
                    task.cancel()
                await asyncio.wait(left, timeout=0.1)
        for driven in self._connections if self.database.is_sqlite else ():
            await asyncio.to_thread(driven._thread.join, PATIENCE)
        with suppress(asyncio.CancelledError, Exception):
            await self._running
        await self._close()
        # SQLAlchemy complains of connections that nobody gave back: here and now, not in some
        # later test (see LEFT_BEHIND).
        gc.collect()

    def _cut(self, driven: Any) -> None:
        if not self.database.is_sqlite:
            driven.pgconn.finish()
        elif driven._connection is not None:
            # SQLite goes on with a closed connection until the last cursor is gone.
            driven._tx.put_nowait((None, driven._connection.rollback))
            driven.stop()

    def _connected(self, connection: Any, _record: object) -> None:
        self._connections.append(connection.driver_connection)

    async def _close(self) -> None:
        await self._transport.close()
        await self.database.close()
