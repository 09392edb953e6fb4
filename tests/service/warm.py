"""Processes of the program without the second that each spends on importing itself.

One process has imported what the service and the commands use, and nothing else has happened in
it; each program is a fork of that. From there on it is a process like any other: its own session,
environment, folder and streams, its own ``main()``, exit status and death.
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
LONGEST = 1 << 20
"""Bytes of a request: the arguments, and the environment."""
IMPORTED = ("aiosqlite", "alembic.command", "psycopg", "procrastinate", "telegram", "uvloop")
"""What is imported at the point of use and used by most."""


class Process:
    """Like ``asyncio.subprocess.Process``, as far as tests use it."""

    def __init__(self, pid: int, ended: asyncio.Task[int]) -> None:
        self.pid = pid
        self._ended = ended

    @property
    def returncode(self) -> int | None:
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)


async def start(
    arguments: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdout: IO[bytes],
    stderr: IO[bytes],
) -> Process:
    """``polyherald`` with these arguments, in a session of its own, with nothing on stdin."""
    mine, its = socket.socketpair()
    with its:
        asked = json.dumps({"arguments": list(arguments), "cwd": str(cwd), "env": dict(env)})
        streams = [its.fileno(), stdout.fileno(), stderr.fileno()]
        socket.send_fds(_warm(), [asked.encode()], streams)
    reader, writer = await asyncio.open_connection(sock=mine)
    pid = int(await reader.readline())
    return Process(pid, asyncio.create_task(_status(reader, writer)))


async def _status(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    try:
        return int(await reader.readline())
    finally:
        writer.close()


@functools.cache
def _warm() -> socket.socket:
    """The way to the process that is forked; it ends when this one does."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(its.fileno())], cwd=ROOT, pass_fds=[its.fileno()]
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


# --- in the process that is forked ---------------------------------------------------------------


def _import_all() -> None:
    import bot.chat
    import bot.cli

    for package in (bot.cli, bot.chat):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    for name in ("bot.__main__", "bot.service", "bot.transports.telegram", *IMPORTED):
        importlib.import_module(name)
    bot.cli.command()


def _forked(asking: socket.socket) -> None:
    """Fork whenever that is asked for; returns in the forks, and ends where nobody asks."""
    while True:
        asked, streams, _, _ = socket.recv_fds(asking, LONGEST, 3)
        if not asked:
            sys.exit()
        while _reaped():
            pass
        if os.fork() == 0:
            _watch(streams[0])
            _settle(json.loads(asked), *streams)
            return
        for stream in streams:
            os.close(stream)


def _reaped() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _watch(telling: int) -> None:
    """Fork once more: this process only tells how that one, in which this returns, has ended."""
    pid = os.fork()
    if pid == 0:
        return
    _, status = os.waitpid(pid, 0)
    os.write(telling, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _settle(asked: Any, telling: int, stdout: int, stderr: int) -> None:
    os.setsid()
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    for stream, number in ((nothing, 0), (stdout, 1), (stderr, 2)):
        os.dup2(stream, number)
    sys.argv = ["polyherald", *asked["arguments"]]
    os.write(telling, b"%d\n" % os.getpid())
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))


if __name__ == "__main__":
    _import_all()
    gc.freeze()
    _forked(socket.socket(fileno=int(sys.argv[1])))
    from bot.__main__ import main

    main()
