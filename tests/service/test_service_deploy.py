"""The unit and the container file name what there is, and what they start ends in time."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys

from bot.delivery.sender import LONGEST_SEND
from bot.settings import Settings
from tests.service.house import ROOT, House

UNIT = (ROOT / "deploy" / "polyherald.service").read_text("utf-8")
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text("utf-8")


def _unit(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT, re.MULTILINE)


def test_every_setting_that_they_make_is_one() -> None:
    named = re.findall(r"POLYHERALD_([A-Z_]+)=", UNIT + CONTAINER)
    assert len(named) >= 6
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_unit_gives_senders_the_time_they_need_and_finds_its_files() -> None:
    assert int(_unit("TimeoutStopSec")[0]) > LONGEST_SEND
    (credential,) = _unit("LoadCredential")
    assert f"TELEGRAM_TOKEN_FILE=%d/{credential.partition(':')[0]}" in UNIT
    (start,) = _unit("ExecStart")
    (folder,) = _unit("StateDirectory")
    assert f"POLYHERALD_DATA_DIR=%S/{folder}" in UNIT
    done = subprocess.run(
        [sys.executable, "-m", "bot", *start.split()[3:], "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if shutil.which("systemd-analyze"):
        checked = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(ROOT / "deploy" / "polyherald.service")],
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [x for x in checked.stderr.splitlines() if "/opt/polyherald" not in x]
        assert lines == []


def test_the_container_is_given_the_time_that_senders_need() -> None:
    (seconds,) = re.findall(r"--stop-timeout (\d+)", CONTAINER)
    assert int(seconds) > LONGEST_SEND


def test_the_container_copies_what_there_is() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*)$", CONTAINER, re.MULTILINE)
    assert copied
    for line in copied:
        for name in line.split()[:-1]:
            assert (ROOT / name).exists(), name


async def test_the_health_check_tells_a_service_that_serves_from_one_that_does_not(
    small_house: House,
) -> None:
    (line,) = re.findall(r"^HEALTHCHECK CMD (.*)$", CONTAINER, re.MULTILINE)
    code = json.loads(line)[2].replace(":8080/", f":{small_house.port}/")

    async def healthy() -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, stderr=asyncio.subprocess.DEVNULL
        )
        return await process.wait()

    small_house.cold = True
    serving = await small_house.serve()
    assert await healthy() == 0
    assert await serving.ended(signal.SIGTERM) == 0
    assert await healthy() != 0
