"""How soon a started service serves its first feed, and what it weighs when idle."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bot.sandbox.server import Sandbox

NEWSROOM = Path(__file__).parents[2] / "bot" / "demo_newsroom"
IDLE_SECONDS = 5
SOONEST = 2.0
LIGHTEST = 130.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _megabytes(pid: int, kind: str) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(kind + ":"):
            return int(line.split()[1]) / 1024
    raise LookupError(kind)


def _served(url: str, deadline: float) -> None:
    while time.perf_counter() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.005)
    raise TimeoutError(url)


def _round(folder: Path, sandbox: Sandbox) -> tuple[float, float, float]:
    port = _free_port()
    environment = os.environ | {
        "POLYHERALD_DATA_DIR": str(folder),
        "POLYHERALD_PORT": str(port),
        "POLYHERALD_LANGUAGES": "en,fr,es,ru,ar,zh,az",
        "POLYHERALD_RELEASES_DIR": str(NEWSROOM),
        "POLYHERALD_TELEGRAM_TOKEN": sandbox.token,
        "POLYHERALD_TELEGRAM_API_URL": sandbox.url,
    }
    begun = time.perf_counter()
    service = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        _served(f"http://127.0.0.1:{port}/feeds/en/rss.xml", begun + 30)
        took = time.perf_counter() - begun
        time.sleep(IDLE_SECONDS)
        return took, _megabytes(service.pid, "Rss"), _megabytes(service.pid, "Pss")
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(30)


async def main() -> int:
    rounds = 3 if "--quick" in sys.argv else 5
    async with Sandbox() as sandbox:
        with tempfile.TemporaryDirectory() as folder:
            found = [await asyncio.to_thread(_round, Path(folder), sandbox) for _ in range(rounds)]
    fresh, took = found[0][0], statistics.median(f[0] for f in found[1:])
    rss, pss = (statistics.median(f[i] for f in found) for i in (1, 2))
    print(f"medians of {rounds} rounds, {os.cpu_count()} cores")  # noqa: T201
    print(f"fresh folder to first feed  {fresh:5.2f} s")  # noqa: T201
    print(f"start to first feed         {took:5.2f} s   target ≤ {SOONEST} s")  # noqa: T201
    print(f"idle, resident              {rss:5.0f} MB  target ≤ {LIGHTEST:.0f} MB")  # noqa: T201
    print(f"idle, proportional          {pss:5.0f} MB")  # noqa: T201
    return 0 if took <= SOONEST and rss <= LIGHTEST else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
