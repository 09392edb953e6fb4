"""The service: which parts run in this process, wired together here and nowhere else."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import logs
from bot.clock import Clock, SystemClock
from bot.delivery import ledger, moved, pace, standstill, switch, workers
from bot.delivery.announcement import AnnouncementState
from bot.delivery.engine import Engine, engine_for
from bot.delivery.pins import Pinner
from bot.delivery.planner import Planner
from bot.delivery.sender import Sender
from bot.errors import PolyheraldError, StoreError, TransportError
from bot.releases import notices, signatures
from bot.releases.desk import Desk
from bot.releases.folder import Folder
from bot.releases.notices import Notice
from bot.setting_values import wrong
from bot.settings import Settings, unknown_variables
from bot.site import hubs
from bot.site.health import Check, Metrics, Remark
from bot.site.pinging import Pinger
from bot.site.web import LONGEST_ADDRESS, Site, make_site
from bot.store import migrate, migrations, tables
from bot.store.database import Database, changes
from bot.store.lease import Lease
from bot.store.lock import only_service

if TYPE_CHECKING:
    from bot.chat.app import Chat
    from bot.transports.telegram import TelegramTransport

ALL_ROLES = frozenset({"web", "bot", "planner", "sender"})

REFRESH = 0.25
"""Seconds between looks at the change counter: pages and feeds follow well within a second."""

FAILED_REFRESH = 5.0

log = structlog.get_logger(__name__)


class Service:
    """One process of Polyherald. ``run`` returns after ``stop`` is set and all is recorded."""

    def __init__(
        self, settings: Settings, roles: frozenset[str] = ALL_ROLES, clock: Clock | None = None
    ) -> None:
        self.settings = settings
        self.roles = roles
        self.clock: Clock = clock or SystemClock()
        self.database = Database(settings.url)
        self.desk = Desk(self.database, settings, self.clock)
        self.stop = asyncio.Event()
        self.serving = asyncio.Event()
        """Set once pages and feeds are served."""
        self.port = settings.port
        self.metrics = Metrics(self._measure)
        self.chat: Chat | None = None
        self.planner: Planner | None = None
        self._token: str | None = None
        self._token_problem: str | None = None

    async def run(self) -> None:
        """Run every role until ``stop``. Raises ``PolyheraldError`` when it cannot start."""
        self._token = self.settings.token  # refused, if at all, before anything is served
        self._open_folder()
        async with AsyncExitStack() as stack:
            if self.database.is_sqlite:
                stack.enter_context(only_service(self.settings.data_dir))
            stack.push_async_callback(self.database.close)
            await migrate.ensure(self.database)
            if "web" in self.roles:
                await self._start_site(stack)
            self.serving.set()
            transport = self._transport(stack)
            try:
                async with asyncio.TaskGroup() as group:
                    await self._start_roles(group, transport)
            except* PolyheraldError as group_error:
                raise group_error.exceptions[0] from group_error
            log.info("stopped")

    def _open_folder(self) -> None:
        folder = self.settings.releases_dir
        if folder is None or "planner" not in self.roles:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            next(folder.iterdir(), None)
        except OSError as error:
            raise wrong("releases_dir", str(folder)) from error

    def _transport(self, stack: AsyncExitStack) -> TelegramTransport | None:
        token = self._token
        if token is None or not self.roles & {"bot", "sender"}:
            return None
        from bot.transports.photos import Photos
        from bot.transports.telegram import TelegramTransport

        rate = self.settings.rate_per_second
        transport = TelegramTransport(
            token,
            self.settings.telegram_api_url,
            per_second=pace.FREE if pace.paid_cap(self.settings) else rate,
            paid_per_second=rate,
            part=lambda per_second: self._pace.share.part(per_second),
            photos=Photos(self.database, pace.key_of(token)),
        )
        stack.push_async_callback(transport.close)
        return transport

    async def _start_roles(
        self, group: asyncio.TaskGroup, transport: TelegramTransport | None
    ) -> None:
        engine = engine_for(self.database)
        if self._token is None:
            log.warning("no telegram_token: the bot is off; pages and feeds work")
        if transport is not None and "bot" in self.roles:
            from bot.chat.app import Chat

            self.chat = Chat(
                self.database,
                self.settings,
                self.clock,
                self.desk,
                transport,
                reserve=self._reserve,
            )
            group.create_task(self._converse(transport))
        if "web" in self.roles and self.settings.websub_hubs:
            pinger = Pinger(
                self.database, self.settings, self.clock, self.site.served, self.metrics.count_ping
            )
            group.create_task(self._leading("hubs", pinger.run))
        if "planner" in self.roles:
            group.create_task(self._plan(engine))
            if self.settings.releases_dir is not None:
                folder = Folder(self.desk, self.settings, self.settings.releases_dir, self._tell)
                group.create_task(self._leading("folder", folder.run))
        if "sender" in self.roles and transport is not None:
            group.create_task(self._send(engine, transport))
            pinner = Pinner(self.database, self.clock, {transport.name: transport})
            group.create_task(self._leading("pins", pinner.run))
        group.create_task(self._wait(None))  # pages and feeds alone have no other
        log.info("running", roles=",".join(sorted(self.roles)))

    # --- pages and feeds -------------------------------------------------------------------------

    async def _start_site(self, stack: AsyncExitStack) -> None:
        from aiohttp import web

        site = make_site(
            self.database,
            self.settings,
            self.clock,
            checks=self._checks(),
            metrics=self.metrics,
            webhook=self._webhook if self.settings.telegram_webhook_url else None,
        )
        await site.refresh()
        runner = web.AppRunner(
            site.app, access_log=None, handle_signals=False, max_line_size=LONGEST_ADDRESS
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        tcp = web.TCPSite(runner, self.settings.host, self.settings.port)
        try:
            await tcp.start()
        except OSError as error:
            raise _cannot_listen(self.settings, error) from error
        self.port = runner.addresses[0][1]
        self.site = site
        follower = asyncio.create_task(self._follow(site))
        stack.push_async_callback(_ended, follower)
        log.info("serving", url=f"http://{self.settings.host}:{self.port}")

    async def _follow(self, site: Site) -> None:
        """Rebuild pages and feeds whenever the change counter has moved, whoever moved it, or it is
        time."""
        seen, waits = -1, False
        while True:
            try:
                async with self.database.read() as connection:
                    counter = await changes(connection)
                waits = False
                if counter != seen or site.is_due:
                    await site.refresh()
                    seen = counter
            except StoreError as error:
                if not waits:
                    log.error("pages wait for the database", reason=str(error))
                waits = True
            except Exception:  # one release's trouble must not freeze all pages for good
                log.exception("pages could not be rebuilt")
                await asyncio.sleep(FAILED_REFRESH)
            await asyncio.sleep(REFRESH)

    async def _webhook(self, secret: str | None, body: bytes) -> int:
        return 503 if self.chat is None else await self.chat.handle_webhook(secret, body)

    # --- the bot ---------------------------------------------------------------------------------

    async def _converse(self, transport: TelegramTransport) -> None:
        assert self.chat is not None
        if not await self._introduced(transport):
            return
        try:
            await self._leading("bot", self.chat.run)
        finally:
            await self.chat.close()

    async def _introduced(self, transport: TelegramTransport) -> bool:
        """Wait until Telegram knows us; a refused token is said once and asked again rarely."""
        while not self.stop.is_set():
            try:
                name = await transport.check()
            except TransportError as error:
                if self._token_problem != str(error):
                    log.error("the bot cannot start", reason=str(error))
                self._token_problem = str(error)
                await self._wait(10)
            else:
                self._token_problem = None
                if "web" in self.roles:
                    self.site.telegram_link = f"https://t.me/{name}"
                log.info("bot", name=name)
                return True
        return False

    async def _reserve(self) -> None:
        """An answer to a person takes the next slot, and waits for it: before it are only other
        answers, and what senders have claimed already. The broadcast makes room for it."""
        async with self.database.write() as connection:
            now = self.clock.now()
            slot = await self._pace.take_for_answer(connection, now)
        await asyncio.sleep(max(0.0, slot.start - now.timestamp()))

    @cached_property
    def _pace(self) -> pace.Pace:
        """The rate that all who send through this bot share."""
        assert self._token is not None
        key = pace.key_of(self._token)
        cap = pace.paid_cap(self.settings)
        return pace.Pace(self.database, key, self.settings.rate_per_second, cap=cap)

    async def _tell(self, notice: Notice) -> None:
        async with self.database.write() as connection:
            now = self.clock.now()
            await notices.post(self.database, connection, self.settings, now, [notice])

    # --- planning and sending --------------------------------------------------------------------

    async def _plan(self, engine: Engine) -> None:
        self.planner = Planner(self.database, self.settings, self.clock, engine)
        if self.database.is_sqlite:
            unknown = await self.planner.recover()
            if unknown:
                log.warning("deliveries became unknown by the interruption", count=unknown)
        await signatures.prepare(self.database, self.settings, self.clock)
        await self._leading("planner", self.planner.run)

    async def _send(self, engine: Engine, transport: TelegramTransport) -> None:
        async with self.database.write() as connection:
            await self._pace.prepare(connection)
        here = await moved.look(self.database, self.settings, self.clock)
        await standstill.hold(self.database, self.settings, self.clock)
        sender = Sender(
            self.database,
            self.settings,
            self.clock,
            {transport.name: transport},
            self._pace,
            self.metrics.count_deliveries,
        )
        beats = asyncio.create_task(
            standstill.beat(self.database, self.clock, self.settings.data_dir, here)
        )
        lives = asyncio.create_task(workers.say_so(self.database, self.clock, sender.name))
        running = asyncio.create_task(engine.run(sender.send_chunk))
        stopped = asyncio.create_task(self.stop.wait())
        await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
        sender.stop()
        await engine.stop()
        await _ended(stopped)
        await _ended(beats)
        await _ended(lives)
        await running
        with suppress(StoreError):  # it is forgotten by itself
            await workers.leave(self.database, sender.name)

    # --- the house -------------------------------------------------------------------------------

    async def _leading(self, role: str, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        """Do ``work`` while this process holds the lease of ``role``."""
        lease = Lease(self.database, self.clock, role)
        while not self.stop.is_set():
            if not await self._holds(lease):
                await self._wait(3)
                continue
            over = asyncio.Event()
            working = asyncio.ensure_future(work(over))
            while not self.stop.is_set() and not working.done() and await self._holds(lease):
                waiting = asyncio.ensure_future(self.stop.wait())
                await asyncio.wait(
                    [working, waiting], timeout=3, return_when=asyncio.FIRST_COMPLETED
                )
                await _ended(waiting)
            over.set()
            await working  # ends by itself, and lets out what went wrong
        with suppress(StoreError):  # it runs out by itself
            await lease.release()

    async def _holds(self, lease: Lease) -> bool:
        try:
            return await lease.held()
        except StoreError as error:
            log.error("cannot renew the lease", reason=str(error))
            return False

    async def _wait(self, seconds: float | None) -> None:
        waiting = asyncio.ensure_future(self.stop.wait())
        await asyncio.wait([waiting], timeout=seconds)
        await _ended(waiting)

    async def _measure(self) -> None:
        """Bring the numbers of /metrics up to date, from the ledger itself; only when asked."""
        try:
            async with self.database.read() as connection:
                self.metrics.backlog = await _backlog(connection, self.clock.now())
                count = select(func.count()).select_from(tables.subscriber)
                self.metrics.subscribers = await connection.scalar(count) or 0
                told = await hubs.standings(connection, self.settings.websub_hubs)
                self.metrics.hubs_waiting = {one.hub: one.waiting for one in told}
        except StoreError as error:
            log.error("cannot measure", reason=str(error))

    def _checks(self) -> dict[str, Check]:
        async def database() -> str | None:
            try:
                async with self.database.read() as connection:
                    await connection.execute(select(1))
            except PolyheraldError as error:
                return str(error)
            return None

        async def schema() -> str | None:
            async with self.database.read() as connection:
                version = await migrate.current(connection)
            if version is None or version in migrate.known_versions():
                return None if version == migrations.HEAD else f"schema {version}"
            # A newer version is being brought in, machine by machine: its schema only adds.
            return Remark(f"schema {version}, of a newer version")

        async def planner() -> str | None:
            return self.planner.problem if self.planner is not None else None

        async def bot() -> str | None:
            return self._token_problem

        async def backlog() -> str | None:
            """A backlog that nobody works off: due for ten minutes and not even claimed."""
            if self._token is None:
                return None
            async with self.database.read() as connection:
                old = self.clock.now() - timedelta(minutes=10)
                sending = await ledger.announcements(connection, AnnouncementState.SENDING)
                alive = await standstill.last_beat(connection)
            stuck = alive is not None and alive < old and bool(sending)
            return "deliveries are due and no sender runs" if stuck else None

        async def sending() -> str | None:
            async with self.database.read() as connection:
                pause = await switch.paused(connection)
            if pause is None:
                return None
            return Remark(notices.in_english(pause.as_text(self.settings.timezone)))

        async def websub() -> str | None:
            async with self.database.read() as connection:
                found = await hubs.standings(connection, self.settings.websub_hubs)
            now, zone = self.clock.now(), self.settings.timezone
            ailing = [notices.in_english(one.as_text(zone)) for one in found if one.ails(now)]
            return Remark(" ".join(ailing)) if ailing else None

        return {
            "database": database,
            "migrations": schema,
            "planner": planner,
            "bot": bot,
            "backlog": backlog,
            "sending": sending,
            **({"websub": websub} if self.settings.websub_hubs else {}),
        }


async def _backlog(connection: AsyncConnection, now: datetime) -> int:
    sending = await ledger.announcements(connection, AnnouncementState.SENDING)
    return sum([await ledger.waiting(connection, a.id, now) for a in sending])


async def _ended(task: asyncio.Future[Any]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _cannot_listen(settings: Settings, error: OSError) -> StoreError:
    from translations.text import text

    return StoreError(
        text(
            "Cannot listen on {host}:{port}: {reason}. Choose another port or host.",
            host=settings.host,
            port=str(settings.port),
            reason=error.strerror or str(error),
        )
    )


async def serve(
    settings: Settings, roles: frozenset[str] = ALL_ROLES, clock: Clock | None = None
) -> None:
    """Run the service until SIGINT or SIGTERM, then finish what is in flight."""
    logs.configure(settings.log_format)
    for name in unknown_variables():
        log.warning("no setting has this name", variable=name)
    service = Service(settings, roles, clock)

    def stop() -> None:
        log.info("stopping; what is in flight is finished first")
        service.stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    await service.run()
