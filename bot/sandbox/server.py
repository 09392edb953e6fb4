"""The server: HTTP in, a method called, an answer out – or the fault that was asked for."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import orjson
from aiohttp import web

from bot.clock import Clock, SystemClock
from bot.sandbox import asking, inline, posting, tending
from bot.sandbox.body import parameters_of
from bot.sandbox.calls import Call, Calls
from bot.sandbox.chat import Chat
from bot.sandbox.chats import Chats
from bot.sandbox.faults import Fault, Faults, Gate
from bot.sandbox.methods import Desk, Method, Methods
from bot.sandbox.page import Action, Page
from bot.sandbox.person import Person
from bot.sandbox.rates import Pace, Rates
from bot.sandbox.refusal import Refusal, not_found, too_many, unauthorized
from bot.sandbox.room import Room
from bot.sandbox.updates import Updates

TOKEN = "7000000001:sandbox-not-a-secret"  # noqa: S105
BODY_BYTES = 60 * 1024 * 1024
BAD_GATEWAY = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n"

_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")

METHODS = Methods()
METHODS.include(posting.table)
METHODS.include(tending.table)
METHODS.include(asking.table)
METHODS.include(inline.table)


class Sandbox:
    """A Bot API server for one bot, in this process, on loopback.

    ``rates=None`` switches the limits off. ``strict`` refuses parameters that the real server
    would silently ignore. The chats page at ``/`` is in ``page_language``, with times in
    the zone of a chat's owner, else ``page_zone``; ``page_actions`` (also added later) become
    buttons on top of it.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        name: str = "Herald",
        username: str = "herald_sandbox_bot",
        clock: Clock | None = None,
        rates: Rates | None = Rates(),  # noqa: B008 – a frozen value
        strict: bool = True,
        host: str = "127.0.0.1",
        page_language: str = "en",
        page_zone: str = "UTC",
        page_actions: Sequence[Action] = (),
    ) -> None:
        self.token = token
        self.clock = clock or SystemClock()
        self.bot: dict[str, Any] = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": name,
            "username": username,
        }
        self.updates = Updates(self.clock)
        self.chats = Chats(self.bot, self.clock, self.updates)
        self.rates = Pace(rates)
        self.faults = Faults()
        self.calls = Calls()
        self._desk = Desk(chats=self.chats, pace=self.rates)
        self.profile = self._desk.profile
        self._strict = strict
        self._host = host
        self.page_actions: list[Action] = list(page_actions)
        self._page = Page(
            self.chats,
            hosts=(host,),
            language=page_language,
            zone=page_zone,
            actions=self.page_actions,
        )
        self._runner: web.ServerRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The server's address, as ``telegram_api_url`` wants it."""
        return f"http://{self._host}:{self.port}"

    async def start(self, port: int = 0) -> Self:
        """Listen on ``port``, or on any free one; raises ``OSError``."""
        server = web.Server(self._answer, request_factory=_request, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def stop(self) -> None:
        """Let go of everything that is held, and stop listening."""
        self.faults.clear()
        await self.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return self if self._runner is not None else await self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def person(
        self,
        id: int,
        first_name: str,
        language_code: str | None = None,
        username: str | None = None,
        zone: str | None = None,
    ) -> Person:
        """Somebody with a Telegram account who has not met the bot yet.

        ``zone`` is the IANA name of their time zone: the page shows their chats in it.
        """
        return self.chats.add_person(id, first_name, language_code, username, zone)

    def channel(self, id: int, title: str, owner: Person, *, language: str | None = None) -> Room:
        """A channel without the bot; ``id`` is -100…. ``language`` is that of its label."""
        return self.chats.add_room(Room(self.chats, id, "channel", title, owner, language=language))

    def group(
        self,
        id: int,
        title: str,
        owner: Person,
        *,
        supergroup: bool = False,
        forum: bool = False,
        language: str | None = None,
    ) -> Room:
        """A group without the bot; a forum is a supergroup."""
        kind: Any = "supergroup" if supergroup or forum else "group"
        return self.chats.add_room(
            Room(self.chats, id, kind, title, owner, language=language, is_forum=forum)
        )

    def chat(self, chat_id: int) -> Chat:
        """Raises ``KeyError`` if there is none."""
        found = self.chats.get(chat_id)
        if found is None:
            raise KeyError(chat_id)
        return found

    def hold(
        self,
        method: str = "sendMessage",
        *,
        chat_id: int | None = None,
        after_acting: bool = True,
    ) -> Gate:
        """Hold all such calls after (or before) they act, until the gate is released."""
        fault = Fault("hang", method=method, chat_id=chat_id, times=None, acts=after_acting)
        return self.faults.add(fault).gate

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        try:
            if path.startswith("/bot"):
                token, _, name = path[4:].partition("/")
                return await self._call(request, token, name)
            if path.startswith("/file/bot"):
                token, _, rest = path[9:].partition("/")
                return self._file(token, rest)
            return await self._page.answer(request)
        except Refusal as refusal:
            return _json(refusal.as_json(), refusal.code)

    def _check_token(self, token: str) -> None:
        if not _TOKEN.fullmatch(token):
            raise not_found()
        if token != self.token:
            raise unauthorized()

    def _file(self, token: str, path: str) -> web.Response:
        self._check_token(token)
        file = self.chats.files.at(path)
        if file is None or len(file.data) > asking.DOWNLOAD_BYTES:
            raise not_found()
        return web.Response(body=file.data, content_type="application/octet-stream")

    async def _call(self, request: web.BaseRequest, token: str, name: str) -> web.Response:
        self._check_token(token)
        method = METHODS.find(name)
        if method is None or request.method not in ("GET", "POST"):
            raise not_found()
        raw = await parameters_of(request)
        if "chat_id" in raw:
            raw["chat_id"] = _number(raw["chat_id"])
        if not self.faults:
            return await self._act(method, raw)
        fault = self.faults.take(name, raw.get("chat_id"))
        if fault is None:
            return await self._act(method, raw)
        return await self._act_with(fault, request, method, raw)

    async def _act(self, method: Method, raw: dict[str, Any]) -> web.Response:
        values: dict[str, Any] = raw
        try:
            values = method.signature.read(method.name, raw, strict=self._strict)
            result = method.run(self._desk, values)
            if asyncio.iscoroutine(result):
                result = await result
        except Refusal as refusal:
            self._log(method, values, refusal.code, refusal.description)
            return _json(refusal.as_json(), refusal.code)
        self._log(method, values, 200)
        return _json({"ok": True, "result": result}, 200)

    async def _act_with(
        self, fault: Fault, request: web.BaseRequest, method: Method, raw: dict[str, Any]
    ) -> web.Response:
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        refusal = None
        if fault.kind == "429":
            refusal = too_many(fault.retry_after)
        elif fault.kind == "refuse":
            refusal = Refusal(fault.code, fault.description)
        if refusal is not None:
            self._log(method, raw, refusal.code, refusal.description)
            return _json(refusal.as_json(), refusal.code)
        if fault.kind == "502":
            self._log(method, raw, 502)
            return web.Response(status=502, body=BAD_GATEWAY, content_type="text/html")
        if fault.kind == "reset_before":
            self._log(method, raw, 0)
            _reset(request)
            return web.Response()
        if fault.kind == "hang" and not fault.acts:
            await fault.gate.passing()
            return await self._act(method, raw)
        answer = await self._act(method, raw)
        if fault.kind == "reset_after":
            _reset(request)
        elif fault.kind == "hang":
            await fault.gate.passing()
        elif fault.kind == "truncate":
            body = answer.body
            if not isinstance(body, bytes):
                raise TypeError("an answer of this server is bytes")
            return web.Response(body=body[: len(body) // 2], content_type="application/json")
        return answer

    def _log(self, method: Method, values: dict[str, Any], status: int, refusal: str = "") -> None:
        at = self.clock.now()
        call = Call(method=method.name, params=values, at=at, status=status, refusal=refusal)
        self.calls.add(call)


def _request(*args: Any) -> web.BaseRequest:
    message, payload, protocol, writer, task = args
    return web.BaseRequest(
        message,
        payload,
        protocol,
        writer,
        task,
        asyncio.get_running_loop(),
        client_max_size=BODY_BYTES,
    )


def _json(value: Any, status: int) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")


def _number(raw: object) -> object:
    """A chat's id as a number, if that is what a form's string holds."""
    return int(raw) if isinstance(raw, str) and raw.removeprefix("-").isdecimal() else raw


def _reset(request: web.BaseRequest) -> None:
    """Cut the connection so that the client gets a reset, not an orderly end."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
