"""A press office on this machine: the service as processes, its readers in a Bot API sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import urlsplit

import aiohttp
from multidict import CIMultiDictProxy
from sqlalchemy import Row, and_, func, or_, select, update

from bot.clock import SystemClock
from bot.delivery import ledger, lines
from bot.delivery.lines import Entry
from bot.releases import audit
from bot.sandbox import Sandbox
from bot.sandbox.message import Message
from bot.sandbox.person import Person
from bot.service import Service
from bot.store import tables
from bot.store.database import Database
from tests.service import warm

Process = asyncio.subprocess.Process | warm.Process

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh", "az")


def free_port() -> int:
    """A port that nobody listens on, below those that the system hands out by itself."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


async def until(condition: Callable[[], Awaitable[bool]], what: str, timeout: float = 0) -> None:
    """Wait until ``condition`` holds; raises ``TimeoutError`` that says ``what`` did not."""
    try:
        async with asyncio.timeout(timeout or PATIENCE):
            while not await condition():  # noqa: ASYNC110 - a process acts by itself
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise TimeoutError(f"still not so: {what}") from None


@dataclass(frozen=True)
class Page:
    """One answer of the service."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Serving:
    """One ``polyherald serve``."""

    def __init__(self, process: Process, url: str, log: Path) -> None:
        self.process = process
        self.url = url
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def kill(self) -> None:
        """``kill -9``, the whole of it."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    async def killed(self) -> None:
        self.kill()
        await self.process.wait()

    async def ended(self, number: signal.Signals | None = None) -> int:
        """Send a signal, if one is given, and wait for the exit status."""
        if number is not None:
            self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()

    async def logs(self, words: str) -> None:
        """Wait until this has been logged."""

        async def logged() -> bool:
            return words in self.log or self.process.returncode is not None

        await until(logged, f"{words!r} is logged")
        assert words in self.log, self.log


@dataclass(kw_only=True)
class House:
    """``environment`` holds the settings of every process that is started.

    Where an interpreter of its own for each is what a test is about, they start ``cold``.
    """

    folder: Path
    database_url: str
    sandbox: Sandbox
    http: aiohttp.ClientSession
    cold: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    started: list[Serving] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.releases = self.folder / "releases"
        self.database = Database(self.database_url)
        self.set(
            data_dir=self.folder / "data",
            database_url=self.database_url,
            base_url=self.base,
            port=self.port,
            languages=",".join(LANGUAGES),
            releases_dir=self.releases,
            telegram_token=self.sandbox.token,
            telegram_api_url=self.sandbox.url,
            rate_per_second=1000,
        )

    def set(self, **settings: object) -> None:
        """Settings; ``None`` takes one away."""
        for name, value in settings.items():
            variable = f"POLYHERALD_{name.upper()}"
            if value is None:
                self.environment.pop(variable, None)
            else:
                self.environment[variable] = str(value)

    # --- processes -------------------------------------------------------------------------------

    async def _start(
        self, *arguments: str, out: IO[bytes], err: IO[bytes], **settings: object
    ) -> Process:
        own = {f"POLYHERALD_{name.upper()}": str(value) for name, value in settings.items()}
        clean = {
            name: value
            for name, value in os.environ.items()
            if name not in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
        }
        env = {**clean, "PYTHONPATH": str(ROOT), **self.environment, **own}
        if not self.cold:
            return await warm.start(arguments, cwd=self.folder, env=env, stdout=out, stderr=err)
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=self.folder,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )

    async def serve(self, *arguments: str, **settings: object) -> Serving:
        """Start the service; returns once its roles run, and its pages are served."""
        serving = await self.begin(*arguments, **settings)
        await serving.logs(" running ")
        return serving

    async def begin(self, *arguments: str, **settings: object) -> Serving:
        """Start the service and wait for nothing."""
        log = self.folder / f"serve-{len(self.started)}.log"
        with log.open("wb") as err:
            process = await self._start("serve", *arguments, out=err, err=err, **settings)
        serving = Serving(process, f"http://127.0.0.1:{settings.get('port', self.port)}", log)
        self.started.append(serving)
        return serving

    async def refused(self, *arguments: str, **settings: object) -> str:
        """Start a service that must not start; returns its one line of error."""
        serving = await self.begin(*arguments, **settings)
        status = await serving.ended()
        assert status == 1, serving.log
        lines = [line for line in serving.log.splitlines() if " warning " not in line]
        assert len(lines) == 1, serving.log
        return lines[0]

    async def polyherald(self, *arguments: str, status: int = 0) -> Done:
        """Run a command in a process of its own."""
        with TemporaryFile() as out, TemporaryFile() as err:
            process = await self._start(*arguments, out=out, err=err)
            ended = await asyncio.wait_for(process.wait(), PATIENCE)
            out.seek(0)
            err.seek(0)
            done = Done(ended, out.read().decode(), err.read().decode())
        assert done.status == status, done
        return done

    async def close(self) -> None:
        for serving in self.started:
            await serving.killed()
        await self.database.close()

    # --- what is asked of it ---------------------------------------------------------------------

    async def get(self, path: str, **headers: str) -> Page:
        url = path if urlsplit(path).scheme else self.base + path
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.get(url, headers=names, allow_redirects=False) as answer:
            return Page(answer.status, answer.headers, await answer.read())

    async def shows(self, path: str, words: str, timeout: float = 0) -> Page:
        """Wait until that page or feed has these words."""
        page = await self.get(path)

        async def shown() -> bool:
            nonlocal page
            page = await self.get(path)
            return words in page.text

        await until(shown, f"{words!r} is on {path}", timeout)
        return page

    # --- readers ---------------------------------------------------------------------------------

    async def join(self, ident: int, language: str, zone: str = "") -> Person:
        """Somebody presses Start, and is answered."""
        person = self.sandbox.person(ident, f"Reader {ident}", language)
        asked = person.start()
        await person.chat.wait_for(lambda message: True, after=asked, timeout=PATIENCE)
        if zone:
            asked = person.send(f"/timezone {zone}")
            await person.chat.wait_for(zone, after=asked, timeout=PATIENCE)
        return person

    async def crowd(self, count: int) -> list[Person]:
        """So many readers, by way of the operator's list rather than one conversation each."""
        people = [self.sandbox.person(1000 + i, f"Reader {i}", "en") for i in range(count)]
        rows = []
        for person in people:
            person.start()
            rows.append(f"telegram:{person.id},{LANGUAGES[person.id % 7]},UTC,")
        self.sandbox.updates.drop()
        listed = self.folder / "subscribers.csv"
        listed.write_text("\n".join(["address,languages,timezone,topics", *rows, ""]), "utf-8")
        await self.polyherald("subscribers", "import", str(listed))
        return people

    def announced(self, person: Person) -> list[Message]:
        """The announcements in a chat: what has a button that leads to a page."""
        return [
            message
            for message in person.chat.messages
            if message.from_bot and any("/releases/" in button.url for button in message.buttons)
        ]

    # --- releases --------------------------------------------------------------------------------

    def write(self, slug: str, name: str, text: str) -> Path:
        """A file in the folder that is kept in step."""
        path = self.releases / slug / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def write_release(self, slug: str = "comet-log", secret: str = "", **shared: str) -> None:
        """A release in seven languages, approved by its files."""
        more = "".join(f"{key}: {value}\n" for key, value in shared.items())
        hidden = self.folder / f".{slug}"
        hidden.mkdir()
        for tag, (headline, body) in COMET.items():
            texts = f'headline: "{headline}{secret}"\nstate: approved\n'
            content = f"---\n{texts}---\n\n{body}{secret}\n"
            (hidden / f"{tag}.md").write_text(content, "utf-8")
        head = f"date: {SystemClock().now():%Y-%m-%d}\noriginal: en\n"
        issuer = "issuer:\n  names:\n    en: Example Observatory\n    ar: مرصد المثال\n"
        (hidden / "release.yaml").write_text(head + issuer + more, "utf-8")
        # All at once, so that no half of it is taken in first.
        self.releases.mkdir(exist_ok=True)
        hidden.rename(self.releases / slug)

    async def taken_in(self, slug: str = "comet-log") -> None:
        """Wait until the release has come from the folder."""

        async def known() -> bool:
            return any(act.act == "import" for act in await self.acts(slug))

        await until(known, f"{slug} is taken in")

    # --- behind it -------------------------------------------------------------------------------

    async def acts(self, slug: str) -> Sequence[Row[Any]]:
        """The audit log of one release."""
        async with self.database.read() as connection:
            return await audit.history(connection, slug)

    async def entries(self, slug: str | None = None) -> list[Entry]:
        """The ledger, line by line."""
        async with self.database.read() as connection:
            return await lines.entries(connection, slug=slug)

    async def states(self, slug: str | None = None) -> dict[str, str]:
        """The state of each delivery by address."""
        return {entry.address: entry.state.value for entry in await self.entries(slug)}

    async def through(self, count: int, *final: str) -> None:
        """Wait until ``count`` deliveries are in the ledger, and all in one of these states."""

        async def ended() -> bool:
            states = [entry.state.value for entry in await self.entries()]
            return len(states) == count and set(states) <= set(final or ("sent",))

        await until(ended, f"{count} deliveries are {final or 'sent'}")

    async def workers(self) -> set[str]:
        """Who has claimed deliveries."""
        async with self.database.read() as connection:
            column = tables.delivery.c.worker
            return set(await connection.scalars(select(column).where(column.is_not(None))))

    async def idle(self, serving: Serving) -> None:
        """Wait until this process has sent and recorded all that it could."""
        d = tables.delivery.c
        own = and_(d.state == "sending", d.worker.contains(f":{serving.process.pid}:"))
        left = select(func.count()).where(or_(d.state.in_(("pending", "retrying")), own))

        async def nothing() -> bool:
            async with self.database.read() as connection:
                return not await connection.scalar(left)

        await until(nothing, f"nothing is left to send\n{serving.log}")

    async def leases_run_out(self) -> None:
        """As they do by themselves a quarter of a minute after their holder was killed."""
        async with self.database.write() as connection:
            await connection.execute(update(tables.lease).values(until=SystemClock().now()))

    async def sends_end(self) -> None:
        """Whatever is being sent has been so for longer than a send can last."""
        async with self.database.write() as connection:
            now = SystemClock().now()
            await ledger.sweep(connection, now, now)


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[Service]:
    """The service in this process, for a clock that a test moves."""
    task = asyncio.create_task(service.run())
    serving = asyncio.create_task(service.serving.wait())
    await asyncio.wait([task, serving], return_when=asyncio.FIRST_COMPLETED)
    try:
        yield service
    finally:
        service.stop.set()
        serving.cancel()
        await task


@asynccontextmanager
async def open_house(folder: Path, database_url: str) -> AsyncIterator[House]:
    """Readers and an empty office; in the end no process of it is left."""
    async with Sandbox(rates=None) as sandbox, aiohttp.ClientSession() as http:
        house = House(folder=folder, database_url=database_url, sandbox=sandbox, http=http)
        try:
            yield house
        finally:
            await house.close()


COMET = {
    "en": ("The comet log is open", "The Example Observatory opens its log of comets to readers."),
    "fr": ("Le registre des comètes est ouvert", "L’observatoire ouvre son registre de comètes."),
    "es": ("El registro de cometas está abierto", "El observatorio abre su registro de cometas."),
    "ru": ("Журнал комет открыт", "Обсерватория открывает читателям свой журнал комет."),
    "ar": ("سجل المذنبات مفتوح", "يفتح المرصد سجل المذنبات أمام القرّاء."),
    "zh": ("彗星记录开放", "示例天文台向读者开放彗星记录。"),
    "az": ("Kometa jurnalı açıqdır", "Rəsədxana kometa jurnalını oxuculara açır."),
}
