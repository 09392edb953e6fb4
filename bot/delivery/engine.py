"""Hands out chunks of work: in this process, or over PostgreSQL to any number of machines.

What is due is always a query on the ledger. A chunk that is lost is offered again by the
planner's next look; one that is run twice finds nothing left to claim.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Protocol

import structlog

from bot.store.database import Database, unusable

LANES = 4
"""Chunks at work at once in one process: the in-flight rows that a killed one leaves unknown,
at a batch of one (30 a second)."""

BEGIN_AGAIN = 1.0
"""Seconds."""

Work = Callable[[int], Awaitable[int]]

log = structlog.get_logger(__name__)


class Engine(Protocol):
    async def offer(self, announcement_id: int, *, urgent: bool = False) -> None:
        """There is something to send of this announcement; offering again does no harm.

        What is ``urgent`` comes before all that is not; else announcements take turns.
        """
        ...

    async def run(self, work: Work) -> None:
        """Carry out offers with ``work`` until :meth:`stop`, then finish what was begun."""
        ...

    async def stop(self) -> None: ...


class InProcess:
    """The engine of one process on SQLite: lanes that take turns among announcements."""

    def __init__(self) -> None:
        self._offers: asyncio.PriorityQueue[tuple[bool, int, int | None]] = asyncio.PriorityQueue()
        self._number = count()
        self._open: Counter[int] = Counter()
        self._idle = asyncio.Event()
        self._idle.set()

    async def offer(self, announcement_id: int, *, urgent: bool = False) -> None:
        while self._open[announcement_id] < LANES:
            self._open[announcement_id] += 1
            self._idle.clear()
            self._offers.put_nowait((not urgent, next(self._number), announcement_id))

    async def drained(self) -> None:
        """Wait until no offer is open any more."""
        await self._idle.wait()

    async def run(self, work: Work) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(LANES):
                group.create_task(self._lane(work))

    async def _lane(self, work: Work) -> None:
        while True:
            later, _, announcement_id = await self._offers.get()
            if announcement_id is None:
                return
            tried = 0
            try:
                tried = await work(announcement_id)
            except Exception:  # one announcement's trouble must not end the lane
                log.exception("chunk failed", announcement=announcement_id)
            finally:
                self._close(announcement_id)
            if tried:
                await self.offer(announcement_id, urgent=not later)

    def _close(self, announcement_id: int) -> None:
        self._open[announcement_id] -= 1
        if not +self._open:
            self._idle.set()

    async def stop(self) -> None:
        while not self._offers.empty():
            *_, left = self._offers.get_nowait()
            if left is not None:
                self._close(left)
        for _ in range(LANES):
            self._offers.put_nowait((True, next(self._number), None))


class Distributed:
    """The engine on PostgreSQL: Procrastinate carries the offers to every worker.

    https://procrastinate.readthedocs.io – queueing locks keep the queue short, LISTEN/NOTIFY
    wakes workers at once.
    """

    def __init__(self, database: Database) -> None:
        import procrastinate

        self._url = database.url
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=database.url, min_size=1, max_size=8)
        )
        self._work: Work | None = None
        self._task = self._app.task(name="polyherald:send_chunk", queue="send")(self._carry_out)
        self._worker: asyncio.Task[None] | None = None
        self._opened = False
        self._stopped = False

    async def _carry_out(
        self, announcement_id: int, urgent: bool = False, **_later: object
    ) -> None:
        """Whatever a newer version has put into a job besides, what is to be sent is a query on
        the ledger: a job of any version is carried out by each."""
        assert self._work is not None
        if await self._work(announcement_id):
            await self.offer(announcement_id, urgent=urgent)

    async def open(self) -> None:
        if not self._opened:
            await self._app.open_async()
            self._opened = True

    async def offer(self, announcement_id: int, *, urgent: bool = False) -> None:
        from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

        if self._stopped:
            return
        for lane in range(LANES):
            lock = f"{announcement_id}/{lane}"
            try:
                await self.open()
                task = self._task.configure(queueing_lock=lock, priority=int(urgent))
                # Workers of a version that knows of no urgency carry out all others.
                more = {"urgent": True} if urgent else {}
                await task.defer_async(announcement_id=announcement_id, **more)
            except AlreadyEnqueued:
                continue
            except ConnectorException as error:
                raise unusable(self._url, error) from error

    async def run(self, work: Work) -> None:
        """Procrastinate's worker ends, one way or another, when it misses the database: then
        another is begun, until there is one that finds it."""
        self._work = work
        while not self._stopped:
            try:
                await self.open()
                self._worker = asyncio.create_task(
                    self._app.run_worker_async(
                        queues=["send"],
                        concurrency=LANES,
                        install_signal_handlers=False,
                        delete_jobs="always",
                    )
                )
                await self._worker
            except asyncio.CancelledError:
                if self._worker is None or not self._worker.cancelled():
                    raise
                return
            except Exception as error:  # noqa: BLE001 – whatever it is, others wait for it
                log.error("the queue waits for the database", error=type(error).__name__)
            if not self._stopped:
                await asyncio.sleep(BEGIN_AGAIN)

    async def stop(self) -> None:
        """Procrastinate's own graceful end: a cancelled worker finishes its running jobs."""
        self._stopped = True
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])
        if self._opened:
            await self._app.close_async()
            self._opened = False


def engine_for(database: Database) -> Engine:
    """The engine that belongs to this database."""
    return InProcess() if database.is_sqlite else Distributed(database)
