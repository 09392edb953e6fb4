"""From the press by which staff publish in chat to the first message, as a reader waits for it.

The seconds in which it can still be stopped are not counted.

    python tests/bench/bench_approval.py [--quick]

A service as it is installed, over SQLite, and the Bot API sandbox. Each round publishes another
release; what is told are the median and the longest.
"""

# ruff: noqa: T201 – figures on standard output are what this is for.
from __future__ import annotations

import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.chat.countdown import LASTS
from bot.sandbox.person import Person
from bot.sandbox.server import Sandbox

TEXT = """---
headline: "Log {n} of the lighthouse"
---

The lamp burns.
"""
RELEASE = """original: en
date: 2026-06-26
"""
CHIEF, READER = 7, 8


async def publish(chief: Person, reader: Person, number: int) -> float:
    """Seconds from the last press to the reader's message."""
    asked = chief.send(f"/release log-{number}")
    approve = "Approve: English"
    card = await chief.chat.wait_for(
        lambda message: approve in [button.label for button in message.buttons], 30, after=asked
    )
    await chief.press(approve, card)
    await chief.press("Publish now …", card)
    await chief.chat.wait_for("Publish this now?", 30, after=asked)
    begun = time.perf_counter()
    pressed = asyncio.create_task(chief.press("Yes, publish now", card))
    await reader.chat.wait_for(f"Log {number} of the lighthouse", 30)
    took = time.perf_counter() - begun
    await pressed
    return took - LASTS.total_seconds()


async def main() -> int:
    rounds = 3 if "--quick" in sys.argv else 10
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        releases = folder / "releases"
        for number in range(rounds):
            (releases / f"log-{number}").mkdir(parents=True)
            (releases / f"log-{number}" / "en.md").write_text(TEXT.format(n=number), "utf-8")
            (releases / f"log-{number}" / "release.yaml").write_text(RELEASE)
        async with Sandbox() as sandbox:
            people = sandbox.person(CHIEF, "Chief"), sandbox.person(READER, "Reader")
            environment = os.environ | {
                "POLYHERALD_DATA_DIR": str(folder / "data"),
                "POLYHERALD_PORT": "0",
                "POLYHERALD_LANGUAGES": "en",
                "POLYHERALD_RELEASES_DIR": str(releases),
                "POLYHERALD_STAFF": f"{CHIEF}:admin",
                "POLYHERALD_TELEGRAM_TOKEN": sandbox.token,
                "POLYHERALD_TELEGRAM_API_URL": sandbox.url,
            }
            command = [sys.executable, "-m", "bot", "serve"]
            service = await asyncio.create_subprocess_exec(
                *command, env=environment, stderr=asyncio.subprocess.DEVNULL
            )
            try:
                for person in people:
                    await person.chat.wait_for("subscribed", 60, after=person.start())
                found = [await publish(*people, number) for number in range(rounds)]
            finally:
                service.send_signal(signal.SIGTERM)
                await service.wait()
    print(
        f"approval in chat to first message   {statistics.median(found):.2f} s, "
        f"at most {max(found):.2f} s, {rounds} rounds"
    )
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
