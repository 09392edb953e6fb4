from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from bot.sandbox import Sandbox

Raw = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


@pytest.fixture(autouse=True)
def _durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns of the type that ``retry_after`` will have; take the new one."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rates=None) as running:
        yield running


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Bot]:
    """python-telegram-bot's own client over its own transport: the judge of our answers."""
    client = Bot(
        sandbox.token, base_url=f"{sandbox.url}/bot", base_file_url=f"{sandbox.url}/file/bot"
    )
    async with client:
        yield client


@pytest.fixture
async def raw(sandbox: Sandbox) -> AsyncIterator[Raw]:
    """A call with whatever body, for what a well-behaved client would not send."""
    async with aiohttp.ClientSession() as session:

        async def call(method: str, **how: Any) -> tuple[int, dict[str, Any]]:
            url = f"{sandbox.url}/bot{sandbox.token}/{method}"
            async with session.post(url, **how) as answer:
                return answer.status, await answer.json()

        yield call
