"""Many people at once, and one who is too many: everybody gets an answer, within the rate."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.chat.lines import LONGEST, SLOTS
from bot.sandbox import Rates, Sandbox
from bot.service import Service
from bot.settings import Settings
from tests.service.house import running

WELCOME = "Welcome. You are subscribed to our press releases."


@pytest.fixture
def backend() -> str:
    return "sqlite"


async def _all_start(url: str, folder: Path, people: int, rate: int) -> float:
    """Have so many people press Start at once; returns how many seconds the answers took."""
    async with Sandbox(rates=Rates(per_second=rate)) as sandbox:
        settings = Settings(
            data_dir=folder,
            database_url=url,
            telegram_token=sandbox.token,
            telegram_api_url=sandbox.url,
            base_url="http://news.example.org",
            rate_per_second=rate,
        )
        async with running(Service(settings, frozenset({"bot", "sender"}))):
            await sandbox.updates.wait_polled()
            crowd = [sandbox.person(1000 + n, f"Reader {n}", "en") for n in range(people)]
            loop = asyncio.get_running_loop()
            begun = loop.time()
            for person in crowd:
                person.start()
            for person in crowd:
                await person.chat.wait_for(WELCOME, timeout=300)
            took = loop.time() - begun
        assert sandbox.rates.refused == 0, "nobody was answered before their turn"
        assert {len(person.chat) for person in crowd} == {2}, "each has one answer"
    return took


async def test_a_crowd_that_presses_start_at_once_is_answered_within_the_rate(
    database_url: str, tmp_path: Path
) -> None:
    assert await _all_start(database_url, tmp_path, 150, 100) > 1


@pytest.mark.soak
async def test_a_thousand_people_at_the_usual_rate(
    migrated: Callable[[str], str], tmp_path: Path
) -> None:
    file = tmp_path / "polyherald.db"
    shutil.copy(migrated("sqlite").removeprefix("sqlite:///"), file)
    took = await _all_start(f"sqlite:///{file}", tmp_path, 1000, 30)
    print(f"1,000 answers in {took:.0f} s at 30/s")  # noqa: T201 - the figure of the run
    assert took < 1000 / 30 * 1.5


async def test_who_sends_hundreds_of_messages_keeps_nobody_waiting(bot: Any) -> None:
    flooder = bot.person(31, "Flo")
    others = [bot.person(100 + n, f"Reader {n}") for n in range(SLOTS + 8)]
    gate = bot.sandbox.hold("sendMessage", chat_id=flooder.id)
    for _ in range(400):
        flooder.send("/privacy")
    for other in others:
        other.start()
    for other in others:
        await other.chat.wait_for(WELCOME)
    answers = [message for message in flooder.chat.messages if message.from_bot]
    assert len(answers) == 1, "the first answer to them is still on its way"
    gate.release()
    await flooder.chat.wait_for(lambda _: len(flooder.chat) >= 400 + LONGEST)
    assert "Nothing is passed on" in (await bot.ask(flooder, "/privacy")).text
