"""What goes out at its own time: the queue, an embargo, an anniversary."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lxml import html
from pydantic import SecretStr

from bot.clock import ShiftedClock, SystemClock
from bot.delivery import lines
from bot.releases import repository
from bot.releases.review import OPERATOR
from bot.sandbox import Sandbox
from bot.sandbox.person import Person
from bot.service import Service
from bot.settings import Settings
from tests.service.house import COMET, LANGUAGES, House, free_port, running, until

SECRET = " Zyqwort"


async def everything(house: House) -> dict[str, bytes]:
    """Every answer, heads and all, to which links lead, and others where secrets might be."""
    names = ("comet-log", "later-log", "nowhere")
    waiting = {
        *("/", "/healthz", "/readyz", "/metrics", "/feeds/opml.xml", "/nowhere", "/robots.txt"),
        *(f"/{tag}/{page}" for tag in LANGUAGES for page in ("", "calendar", "subscribe", "x")),
        *(f"/{tag}/releases/{name}" for tag in (*LANGUAGES, "de") for name in names),
        *(f"/feeds/{tag}/{name}" for tag in LANGUAGES for name in ("rss.xml", "atom.xml")),
        *("/feeds/en/topics/zyqwort/rss.xml", "/feeds/de/atom.xml", "/telegram/webhook"),
    }
    seen: dict[str, bytes] = {}
    while waiting:
        path = waiting.pop()
        page = await house.get(path)
        heads = "\n".join(f"{name}: {value}" for name, value in page.headers.items())
        seen[path] = heads.encode() + b"\n" + page.body
        if "text/html" in page.headers.get("Content-Type", "") and page.body:
            for _, _, href, _ in html.document_fromstring(page.body).iterlinks():
                inner = href.removeprefix(house.base)
                if re.match("/[^/]", inner):
                    waiting |= {inner.partition("#")[0]} - seen.keys()
    return seen


async def test_queued_goes_out_at_its_time_and_embargoed_stays_unseen(house: House) -> None:
    house.write_release(topics="[zyqwort]", secret=SECRET)
    house.write_release("later-log", topics="[zyqwort]", secret=SECRET)
    await house.serve()
    readers = await asyncio.gather(*(house.join(100 + i, tag) for i, tag in enumerate(LANGUAGES)))
    await house.taken_in()
    await house.taken_in("later-log")
    now = SystemClock().now()
    tomorrow = (now + timedelta(days=1)).isoformat()
    await house.polyherald("queue", "later-log", "--embargo", tomorrow)
    early = await house.polyherald("publish", "later-log", status=1)
    assert "under embargo" in early.err

    await house.polyherald("queue", "comet-log", "--at", tomorrow)
    before = await everything(house)
    assert len(before) > 60
    assert not [path for path, body in before.items() if _words(path, body)]

    at = SystemClock().now() + timedelta(seconds=2)
    await house.polyherald("queue", "comet-log", "--at", at.isoformat())
    await house.shows("/en/releases/comet-log", SECRET)
    assert SystemClock().now() >= at
    for tag, reader in zip(LANGUAGES, readers, strict=True):
        # An isolate parts the two in a text from right to left.
        message = await reader.chat.wait_for(
            lambda message, tag=tag: (
                COMET[tag][0] in message.text and SECRET.strip() in message.text
            ),
            timeout=20,
        )
        assert at <= message.at < at + timedelta(seconds=5)
    await house.shows("/feeds/az/rss.xml", SECRET, timeout=2)
    out = await everything(house)
    assert _words("", out["/en/releases/comet-log"])
    assert _words("", out["/feeds/opml.xml"])
    assert not [
        path for path, body in out.items() if b"later-log" in body.replace(path.encode(), b"")
    ]
    await house.through(7)
    for reader in readers:
        asked = reader.send("/latest")
        answer = await reader.chat.wait_for(lambda message: True, after=asked)
        assert answer.text.count(SECRET.strip()) <= 1


def _words(path: str, body: bytes) -> bool:
    """Whether the words of the release are in an answer, beyond the address that was asked."""
    return b"zyqwort" in body.replace(path.encode(), b"").lower()


ANNIVERSARY = """\
---
headline: "{ordinal} anniversary of the first comet log"
occasion: "{ordinal} anniversary of the first comet log"
date: 2026-06-26
original: en
state: approved
observance:
  origin: 1902-06-26
  at: "09:00"
---

One hundred and some years ago the log began.
"""


async def test_an_anniversary_comes_at_each_readers_hour_and_only_once(
    tmp_path: Path, database_url: str
) -> None:
    clock = ShiftedClock()
    clock.set(datetime(2026, 8, 1, 12, tzinfo=UTC))
    folder = tmp_path / "releases" / "comet-log"
    folder.mkdir(parents=True)
    (folder / "en.md").write_text(ANNIVERSARY, "utf-8")
    async with Sandbox(rates=None, clock=clock) as sandbox:
        port = free_port()
        settings = Settings(
            data_dir=tmp_path,
            database_url=database_url,
            base_url=f"http://127.0.0.1:{port}",
            port=port,
            releases_dir=tmp_path / "releases",
            telegram_token=SecretStr(sandbox.token),
            telegram_api_url=sandbox.url,
            rate_per_second=1000,
        )
        zones = {"Pacific/Auckland": 12, "Europe/Paris": 2, "America/Bogota": -5}
        async with running(Service(settings, clock=clock)) as service:
            readers = {}
            for i, zone in enumerate(zones):
                readers[zone] = person = sandbox.person(100 + i, f"Reader {i}", "en")
                asked = person.start()
                asked = await person.chat.wait_for(lambda message: True, after=asked)
                asked = person.send(f"/timezone {zone}")
                await person.chat.wait_for(zone, after=asked)

            async def known() -> bool:
                async with service.database.read() as connection:
                    return await repository.find(connection, "comet-log") is not None

            await until(known, "the release is taken in")
            await service.desk.publish(OPERATOR, "comet-log")
            for person in readers.values():
                await person.chat.wait_for("124th anniversary")

            day = datetime(2027, 6, 26, 9, tzinfo=UTC)
            told: list[str] = []
            for zone, offset in zones.items():
                clock.set(day - timedelta(hours=offset))
                told.append(zone)
                message = await readers[zone].chat.wait_for("125th anniversary")
                assert message.at >= day - timedelta(hours=offset)
                assert [z for z, p in readers.items() if _anniversaries(p)] == told
                assert "hundred" not in message.text

        async with running(Service(settings, clock=clock)) as service:
            clock.set(day + timedelta(hours=8))
            asked = readers["Europe/Paris"].send("/calendar")
            await readers["Europe/Paris"].chat.wait_for("2028", after=asked)
            async with service.database.read() as connection:
                entries = await lines.entries(connection)
        assert {e.state.value for e in entries} == {"sent"}
        assert len(entries) == 6
        assert [_anniversaries(p) for p in readers.values()] == [1, 1, 1]


def _anniversaries(person: Person) -> int:
    return sum("125th" in m.text for m in person.chat.messages if m.from_bot and m.buttons)
