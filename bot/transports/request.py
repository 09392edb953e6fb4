"""python-telegram-bot over aiohttp: JSON out, kept-alive connections, errors without the token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.transports.window import Window

RETRY_AFTER_UNSAID = timedelta(seconds=5)
"""How long to wait when 429 does not say."""

NO_ANSWER = "not an answer of the Bot API"

_JSON = {"Content-Type": "application/json"}
_KINDS = {
    400: BadRequest,
    401: InvalidToken,
    403: Forbidden,
    404: InvalidToken,  # a token of a wrong form, or a method that does not exist
    409: Conflict,
}
_POSTING = ("send", "edit", "copy", "forward")
"""How the methods begin whose calls the Bot API counts."""
_TOKEN = re.compile(r"/bot[^/\s'\"]+")


class NeverSent(NetworkError):
    """The request never left this machine: no connection, or none free in time."""


class BadAnswer(NetworkError):
    """An answer that is no answer of the Bot API's: a proxy's page, a server in trouble.

    ``status`` is the HTTP status it came with.
    """

    def __init__(self, status: int, what: str) -> None:
        super().__init__(f"HTTP {status}: {what}")
        self.status = status


class Throttled(RetryAfter):
    """429. ``retry_after`` is a ``timedelta`` already, as PTB announces for its next version."""

    def __init__(self, after: timedelta) -> None:
        self._after = after
        super().__init__(after)

    @property
    def retry_after(self) -> timedelta:
        return self._after


class AiohttpRequest(BaseRequest):
    """One session for everything that one bot asks of the Bot API.

    All times in seconds. ``connections`` bounds what is under way at once; who finds none free
    within ``pool_timeout`` gets :class:`NeverSent`. ``proxy`` is the URL of an HTTP proxy; the
    environment's are not read, so that a sandbox on loopback stays there. aiohttp repeats no
    POST by itself. What is posted goes through ``window``, if there is one.

    Errors are not chained to aiohttp's, because those quote the URL, and the URL has the token.
    """

    def __init__(
        self,
        *,
        connections: int = 72,
        connect_timeout: float = 5,
        pool_timeout: float = 5,
        write_timeout: float = 10,
        upload_timeout: float = 60,
        read_timeout: float = 30,
        proxy: str | None = None,
        window: Window | None = None,
    ) -> None:
        self._window = window
        self._connections = connections
        self._connect = connect_timeout
        self._pool = pool_timeout
        self._write = write_timeout
        self._upload = upload_timeout
        self._read = read_timeout
        self._proxy = proxy
        self._timeout = self._timeouts(read_timeout, write_timeout, connect_timeout, pool_timeout)
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[str, URL] = {}

    @property
    def read_timeout(self) -> float:
        return self._read

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                skip_auto_headers=("Accept", "Accept-Encoding"),
                timeout=self._timeout,
                proxy=self._proxy,
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body of an answer that PTB can read; anything else is raised."""
        given = (read_timeout, write_timeout, connect_timeout, pool_timeout)
        uploads = request_data is not None and request_data.contains_files
        if not uploads and all(value is self.DEFAULT_NONE for value in given):
            timeout = self._timeout
        else:
            usual = (
                self._read,
                self._upload if uploads else self._write,
                self._connect,
                self._pool,
            )
            timeout = self._timeouts(
                *(u if v is self.DEFAULT_NONE else v for u, v in zip(usual, given, strict=True))
            )
        if self._window is None or not _posts(url):
            body, headers = _body(request_data)
            return 200, await self._exchange(url, method, body, headers, timeout)
        paid = self._window.is_paying and _may_be_paid(url)
        body, headers = _body(request_data, paid=paid)
        async with self._window.call(paid=paid):
            return 200, await self._exchange(url, method, body, headers, timeout)

    async def call(self, url: str, parameters: dict[str, Any], *, paid: bool = False) -> Any:
        """What one posting method without files results in, as plain values; raises as ``Bot``
        would."""
        body = orjson.dumps(parameters)
        if self._window is None:
            payload = await self._exchange(url, "POST", body, _JSON, self._timeout)
        else:
            async with self._window.call(paid=paid):
                payload = await self._exchange(url, "POST", body, _JSON, self._timeout)
        return self.parse_json_payload(payload)["result"]

    async def upload(
        self,
        url: str,
        parameters: Mapping[str, Any],
        file: tuple[str, str, bytes],
        *,
        paid: bool = False,
    ) -> Any:
        """The same with a file: its field, media type and bytes."""
        field, media_type, data = file
        form = aiohttp.FormData(quote_fields=False)
        for name, value in parameters.items():
            plain = value if isinstance(value, str) else orjson.dumps(value).decode()
            form.add_field(name, plain)
        form.add_field(field, data, filename=field, content_type=media_type)
        if self._window is None:
            payload = await self._exchange(url, "POST", form, None, self._timeout)
        else:
            async with self._window.call(paid=paid):
                payload = await self._exchange(url, "POST", form, None, self._timeout)
        return self.parse_json_payload(payload)["result"]

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as a dictionary; ``BadAnswer`` for a page, or an answer cut short."""
        try:
            answer = orjson.loads(payload)
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict) or "result" not in answer:
            raise BadAnswer(200, NO_ANSWER)
        return answer

    async def _exchange(
        self,
        url: str,
        method: str,
        body: bytes | aiohttp.FormData | None,
        headers: dict[str, str] | None,
        timeout: aiohttp.ClientTimeout,
    ) -> bytes:
        """The body of a success; anything else is raised as one of PTB's errors."""
        if self._session is None:
            await self.initialize()
        assert self._session is not None
        failure: TelegramError | None = None
        try:
            async with self._session.request(
                method,
                self._url(url),
                data=body,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                payload = await response.read()
        except (aiohttp.ClientError, OSError) as error:
            failure = _translated(error)
        # Outside the handler, so that aiohttp's error is not kept as the context of ours.
        if failure is None and response.status != 200:
            failure = refusal(response.status, payload)
        if failure is not None:
            raise failure
        return payload

    def _url(self, url: str) -> URL:
        # One method's URL is asked for many times: parse it once. Files' URLs are all different.
        known = self._urls.get(url)
        if known is None:
            known = URL(url, encoded=True)
            if len(self._urls) < 64:
                self._urls[url] = known
        return known

    @staticmethod
    def _timeouts(
        read: float | None, write: float | None, connect: float | None, pool: float | None
    ) -> aiohttp.ClientTimeout:
        # aiohttp's "connect" is the wait for a free connection and for making a new one.
        wait = None if pool is None or connect is None else pool + connect
        whole = None if wait is None or read is None or write is None else wait + read + write
        return aiohttp.ClientTimeout(
            total=whole, connect=wait, sock_connect=connect, sock_read=read
        )


def refusal(status: int, payload: bytes) -> TelegramError:
    """The error that an answer other than 200 stands for (Bot API, “Making requests”).

    PTB's own reading would lose the status of a proxy's page and of a server's failure, and
    warns about the type of every ``retry_after``.
    """
    try:
        answer = orjson.loads(payload)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict) or "description" not in answer:
        return BadAnswer(status, NO_ANSWER)
    what = str(answer["description"])
    parameters = answer.get("parameters") or {}
    if "migrate_to_chat_id" in parameters:
        return ChatMigrated(parameters["migrate_to_chat_id"])
    if "retry_after" in parameters:
        return Throttled(timedelta(seconds=parameters["retry_after"]))
    if status == 429:
        return Throttled(RETRY_AFTER_UNSAID)
    kind = _KINDS.get(status)
    return kind(what) if kind is not None else BadAnswer(status, what)


def _posts(url: str) -> bool:
    method = url.rpartition("/")[2]
    return method.startswith(_POSTING) and method != "sendChatAction"


def _may_be_paid(url: str) -> bool:
    """What is edited cannot be paid for."""
    return not url.rpartition("/")[2].startswith("edit")


def _body(
    request_data: RequestData | None, *, paid: bool = False
) -> tuple[bytes | aiohttp.FormData | None, dict[str, str] | None]:
    """JSON, where values keep their types; a form only where there are files."""
    if request_data is None:
        return None, None
    more = {"allow_paid_broadcast": True} if paid else {}
    if not request_data.contains_files:
        return orjson.dumps({**request_data.parameters, **more}), _JSON
    form = aiohttp.FormData(quote_fields=False)
    for name in more:
        form.add_field(name, "true")
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime_type)
    return form, None


def _translated(error: Exception) -> TelegramError:
    name = type(error).__name__
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return NeverSent("No connection to the Bot API in time")
    if isinstance(
        error, (aiohttp.ClientConnectorError, aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)
    ):
        return NeverSent(f"No connection to the Bot API: {without_token(str(error))}")
    if isinstance(error, TimeoutError):
        return TimedOut("No answer in time")
    return NetworkError(f"{name}: {without_token(str(error))}")


def without_token(words: str) -> str:
    """``words`` with any bot token in a URL blotted out."""
    return _TOKEN.sub("/bot…", words)
