from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from bot.sandbox import Sandbox
from bot.transports.telegram import TelegramTransport

Converse = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[[bytes | Converse], Awaitable[str]]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(rates=None) as running:
        yield running


@pytest.fixture
async def transport(sandbox: Sandbox) -> AsyncIterator[TelegramTransport]:
    made = TelegramTransport(sandbox.token, sandbox.url)
    yield made
    await made.close()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a server that answers each POST with these bytes, and hangs up."""
    servers: list[asyncio.Server] = []

    async def start(answer: bytes | Converse) -> str:
        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            _, _, rest = head.lower().partition(b"content-length:")
            body = await reader.readexactly(int(rest.split(b"\r\n", 1)[0] or 0))
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(body, reader, writer)
            writer.close()

        server = await asyncio.start_server(converse, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
