"""The demo: a sample newsroom and sample subscribers around the real service, on this machine.

Nothing leaves it: the Bot API is the sandbox's. Everything the subscribers do they do in chat.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import as_file, files
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.audience import repository as audience
from bot.clock import ShiftedClock
from bot.delivery import ledger
from bot.delivery.outcome import DeliveryState
from bot.delivery.report import Summary, summaries
from bot.errors import NotFound, PolyheraldError
from bot.occasions import repository as occasions
from bot.occasions.calendar import moment_in
from bot.occasions.observance import anniversaries
from bot.releases import repository
from bot.releases.release import Release
from bot.releases.review import OPERATOR
from bot.sandbox.person import Person
from bot.sandbox.room import Room
from bot.sandbox.server import Sandbox
from bot.service import Service
from bot.settings import IssuerSettings, Settings, StaffMember
from translations.catalogs import Catalog, catalog_for
from translations.locales import native_name
from translations.text import Text, text

ANNOUNCED = "charter-signing"
EARLIER = ("leap-day-catalogue", "metre-convention", "reading-room-hours")
LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh", "az")
PATIENCE = 60.0

OFFICE = {
    "en": "Secretariat of the Example Archives",
    "fr": "Secrétariat des Archives Exemple",
    "es": "Secretaría del Archivo Ejemplo",
    "ru": "Секретариат Архива «Пример»",
    "ar": "أمانة أرشيف المثال",
    "zh": "示例档案馆秘书处",
    "az": "Nümunə Arxivinin Katibliyi",
}


@dataclass(frozen=True)
class _Reader:
    ident: int
    name: str
    language: str
    zone: str


READERS = (
    _Reader(1001, "Daniel", "en", "America/New_York"),
    _Reader(1002, "Claire", "fr", "Europe/Paris"),
    _Reader(1003, "Lucía", "es", "America/Bogota"),
    _Reader(1004, "Айгуль", "ru", "Asia/Almaty"),
    _Reader(1005, "أمينة", "ar", "Africa/Cairo"),
    _Reader(1006, "李梅", "zh-hans", "Asia/Shanghai"),
    _Reader(1007, "Leyla", "az", "Asia/Baku"),
    _Reader(1008, "Moana", "mi", "Pacific/Auckland"),
)
STAFF = _Reader(1100, "Sam", "en", "UTC")


class DemoSettings(Settings):
    """Settings of the demo alone: whatever is set on this machine stays out of it."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


async def run(*, once: bool, on: date | None, port: int) -> int:
    """Run the demo until Ctrl-C, or (``once``) through one publication and one anniversary.

    ``on`` is the day of an anniversary to run at once; the clock then starts the day before.
    Returns the exit status: 0 if every message arrived.
    """
    with (
        as_file(files("bot") / "demo_newsroom") as newsroom,
        tempfile.TemporaryDirectory(prefix="polyherald-demo-") as folder,
    ):
        clock = ShiftedClock()
        if once and on is None:
            on = _next_charter_day(clock.now().date())
        if on is not None:
            clock.set(datetime.combine(on - timedelta(days=1), time(12), UTC))
        sandbox = Sandbox(clock=clock, name="Example Archives", username="example_archives_bot")
        async with await sandbox.start(_free(port + 1 if port else 0)):
            settings = _settings(Path(folder), newsroom, sandbox, _free(port))
            return await Demo(settings, sandbox, clock).run(once=once, on=on)


def _settings(folder: Path, newsroom: Path, sandbox: Sandbox, port: int) -> Settings:
    return DemoSettings(
        data_dir=folder,
        base_url=f"http://127.0.0.1:{port}",
        port=port,
        languages=LANGUAGES,
        completeness="fallback",
        releases_dir=newsroom,
        issuer=IssuerSettings(
            names=OFFICE,
            domain="example.org",
            since=date(2026, 1, 1),
        ),
        telegram_token=SecretStr(sandbox.token),
        telegram_api_url=sandbox.url,
        staff=(StaffMember(id=STAFF.ident, role="admin"),),
    )


class Demo:
    """The sample subscribers' doings, and the time machine."""

    def __init__(self, settings: Settings, sandbox: Sandbox, clock: ShiftedClock) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._clock = clock
        self._service = Service(settings, clock=clock)
        self._catalog: Catalog = catalog_for("en")
        self._travelling = asyncio.Lock()
        sandbox.page_actions.append((text("Run the next anniversary"), self._next_anniversary))

    async def run(self, *, once: bool, on: date | None) -> int:
        from bot import logs

        logs.configure("console", quiet=True)
        stop = self._service.stop
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        serving = asyncio.create_task(self._service.run())
        acting = asyncio.create_task(self._act(once=once, on=on))
        await asyncio.wait([serving, acting], return_when=asyncio.FIRST_COMPLETED)
        if acting.done() and not acting.exception() and not once:
            await serving
        status = await self._status(acting) if once or acting.done() else 0
        stop.set()
        acting.cancel()
        await asyncio.wait([serving, acting])
        serving.result()
        return status

    async def _status(self, acting: asyncio.Task[None]) -> int:
        with suppress(asyncio.CancelledError):
            await acting
        async with self._service.database.read() as connection:
            found = await summaries(connection)
        failed = any(s.total != s.count(DeliveryState.SENT) for s in found)
        return 1 if failed or not found else 0

    async def _act(self, *, once: bool, on: date | None) -> None:
        await self._service.serving.wait()
        await self._newsroom_is_in()
        for slug in EARLIER:
            await self._publish(slug)
        await self._subscribe_everybody()
        await self._publish(ANNOUNCED)
        self._show_addresses()
        self._report(await self._delivered(f"{ANNOUNCED}/publication"))
        if on is not None:
            await self._run_anniversary(on)
        if not once:
            self._say(text("Press Ctrl-C to end."))

    # --- the office ----------------------------------------------------------------------------

    async def _newsroom_is_in(self) -> None:
        async def all_there() -> bool:
            async with self._service.database.read() as connection:
                found = await repository.everything(connection)
            return len(found) == 1 + len(EARLIER)

        await self._until(all_there)

    async def _publish(self, slug: str) -> None:
        await self._service.desk.publish(OPERATOR, slug)

        async def out() -> bool:
            async with self._service.database.read() as connection:
                return await ledger.by_key(connection, f"{slug}/publication") is not None

        await self._until(out)

    async def _delivered(self, key: str) -> Summary:
        async def through() -> bool:
            found = await self._summary(key)
            return found is not None and found.total > 0 and found.open == 0

        await self._until(through)
        found = await self._summary(key)
        assert found is not None
        return found

    async def _summary(self, key: str) -> Summary | None:
        async with self._service.database.read() as connection:
            return next((s for s in await summaries(connection) if s.announcement.key == key), None)

    # --- the audience ----------------------------------------------------------------------------

    async def _subscribe_everybody(self) -> None:
        people = await asyncio.gather(*(self._join(reader) for reader in (*READERS, STAFF)))
        persons = {person.id: person for person in people}
        await self._channel(persons[1002], "Archives Exemple", "fr")
        await self._group(persons[1005], "قرّاء الأرشيف", "ar")

    async def _join(self, reader: _Reader) -> Person:
        person = self._sandbox.person(reader.ident, reader.name, reader.language, zone=reader.zone)
        asked = person.start()
        asked = await person.chat.wait_for(lambda message: True, after=asked, timeout=PATIENCE)
        asked = person.send(f"/timezone {reader.zone}")
        await person.chat.wait_for(lambda message: True, after=asked, timeout=PATIENCE)
        return person

    async def _channel(self, owner: Person, title: str, language: str) -> None:
        room = self._sandbox.channel(-1001000000001, title, owner, language=language)
        await self._confirmed(room, owner, language)

    async def _group(self, owner: Person, title: str, language: str) -> None:
        room = self._sandbox.group(-1002, title, owner, language=language)
        await self._confirmed(room, owner, language)

    async def _confirmed(self, room: Room, owner: Person, language: str) -> None:
        room.add_bot(owner)
        card = await owner.chat.wait_for(
            lambda message: room.title in message.text, timeout=PATIENCE
        )
        await owner.press(catalog_for(language).render(text("Confirm")), card)

    # --- the time machine ------------------------------------------------------------------------

    async def _next_anniversary(self) -> Text | None:
        """Jump to the next day on which something is commemorated, and through it."""
        today = self._clock.now().date()
        async with self._service.database.read() as connection:
            coming = await occasions.between(connection, today, date.max, "coming")
        if not coming:
            return text("No anniversary is coming.")
        day = coming[0].civil_date
        await self._run_anniversary(day)
        return text("It is {date} now.", date=day)

    async def _run_anniversary(self, day: date) -> None:
        """Live through ``day`` in every zone, from occasion hour to occasion hour."""
        async with self._travelling:
            async with self._service.database.read() as connection:
                releases = await repository.everything(connection)
                zones = {self._settings.timezone, *await audience.zones(connection)}
            keys = [
                f"{release.slug}/occurrence/{day.year}"
                for release in releases
                if _commemorates(release, day)
            ]
            if not keys:
                raise NotFound(text("Nothing is commemorated on {date}. Try 2027-06-26.", date=day))
            hours = {moment_in(zone, day, self._settings.occasion_hour) for zone in zones}
            for moment in sorted(hours):
                if moment > self._clock.now():
                    self._clock.set(moment)
                for key in keys:
                    await self._wave(key, moment)
            for key in keys:
                self._report(await self._delivered(key))

    async def _wave(self, key: str, moment: datetime) -> None:
        """Wait until everybody whose hour has come by ``moment`` has been told."""
        if self._service.planner is not None:
            self._service.planner.wake.set()

        async def told() -> bool:
            async with self._service.database.read() as connection:
                announcement = await ledger.by_key(connection, key)
                if announcement is None:
                    return False
                waves = await ledger.waves(connection, announcement.id)
                if moment not in waves.values():
                    return False
                return not await ledger.still_open(connection, announcement.id)

        await self._until(told)

    async def _until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await condition():  # noqa: ASYNC110 - the service acts by itself
                await asyncio.sleep(0.05)

    # --- what is shown ---------------------------------------------------------------------------

    def _show_addresses(self) -> None:
        base = self._settings.base_url
        self._say(text("The newsroom: {url}", url=f"{base}/"))
        self._say(text("The chats of its subscribers: {url}", url=f"{self._sandbox.url}/"))
        for tag in LANGUAGES:
            self._say(
                text(
                    "Feeds in {language}: {rss} and {atom}",
                    language=native_name(tag),
                    rss=f"{base}/feeds/{tag}/rss.xml",
                    atom=f"{base}/feeds/{tag}/atom.xml",
                )
            )

    def _report(self, summary: Summary) -> None:
        self._say(summary.as_text())
        languages: Counter[str] = Counter()
        for one in summary.tally:
            languages[one.language] += one.number
        for language, number in sorted(languages.items()):
            self._say(text("  {language}: {count}", language=native_name(language), count=number))

    def _say(self, what: Text) -> None:
        sys.stdout.write(self._catalog.render(what) + "\n")
        sys.stdout.flush()


def _commemorates(release: Release, day: date) -> bool:
    spec = release.observance
    if spec is None:
        return False
    return any(anniversaries(spec, max(release.date, day - timedelta(days=1)), day))


def _next_charter_day(today: date) -> date:
    """The next 26 June after the year of the sample release itself."""
    year = max(today.year, 2027)
    return date(year if today < date(year, 6, 26) else year + 1, 6, 26)


def _free(port: int) -> int:
    """``port`` if nobody listens there, else any free one."""
    for wanted in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", wanted))
                chosen: int = probe.getsockname()[1]
                return chosen
    raise PolyheraldError(text("No port is free on this machine."))
