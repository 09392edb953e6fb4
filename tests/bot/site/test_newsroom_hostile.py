"""Whatever is asked, in whatever words: an answer, a proper one, and the site goes on."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import Callable
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.releases.release import Release
from bot.releases.review import OPERATOR

ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])
"""Where the database makes no difference."""

ANSWERS = {200, 206, 301, 302, 303, 304, 307, 308, 400, 404, 405, 406, 410, 413, 414, 416, 417}
ANSWERS |= {429, 431, 501}
"""What may be answered while nothing is out of order: never a 500, never nothing."""

MARK = "<b onload=alert(7)>"

WORDS = st.one_of(
    st.sampled_from(
        [
            *(
                "en",
                "fr",
                "ar",
                "de",
                "EN",
                "zh-Hant",
                "x-private",
                "e" * 300,
                "..",
                ".",
                "",
                "en.xml",
            ),
            *("feeds", "releases", "topics", "archive", "search", "calendar", "subscribe", "media"),
            *("lamp", "gone", "lamp.txt", "lamp.docx", "lamp.ninjs.json", "gone.txt", "qr.svg"),
            *("rss.xml", "atom.xml", "feed.json", "calendar.ics", "opml.xml", "1.xml", "export"),
            *("robots.txt", "sitemap.xml", "sitemap-1.xml", "sitemap-999999999.xml", "static"),
            *(
                "2026",
                "0",
                "-1",
                "99999",
                "1",
                "telegram",
                "webhook",
                "healthz",
                "readyz",
                "metrics",
            ),
            *(
                "%00",
                "%2e%2e",
                "%2F",
                "%",
                "%zz",
                "%FF%FE",
                "%C0%80",
                "%ED%A0%80",
                "%0d%0aX-A:%20b",
            ),
            quote(MARK),
            MARK.replace(" ", "+"),
        ]
    ),
    st.text(max_size=12).map(lambda text: quote(text, safe="", errors="surrogatepass")),
    st.text(st.characters(codec="latin-1", exclude_characters=" \r\n"), max_size=8),
)
QUERIES = st.one_of(
    st.just(""),
    st.builds(
        "?{}={}&{}".format,
        st.sampled_from(["page", "q", "after", "lang", "language", "p[]", ""]),
        st.one_of(
            WORDS,
            st.integers(-(10**30), 10**30).map(str),
            st.just("9" * 5000),
            st.just("²"),
            st.just("١"),
        ),
        WORDS,
    ),
)
PATHS = st.builds(
    lambda words, end, query: "/" + "/".join(words) + end + query,
    st.lists(WORDS, max_size=6),
    st.sampled_from(["", "/", "//"]),
    QUERIES,
)
VALUES = st.one_of(
    st.sampled_from(
        [
            *(
                "*",
                "en",
                "ar;q=0.5, fr;q=2, *;q=x",
                "en;q=" + "9" * 400,
                ",;,=;",
                "q=1",
                "zz-" * 900,
            ),
            *("br", "gzip;q=0", "identity;q=0, *;q=0", "br;q=nan", "deflate, , ;", "GZIP;Q=1.0"),
            *('"x"', 'W/"x', "*", '"' * 999, '""', "W/", ', "a"'),
            *("Sat, 29 Feb 2100 25:61:61 GMT", "0", "-1", "Thu, 01 Jan 0001 00:00:00 GMT", "now"),
            *("Fri, 31 Dec 9999 23:59:59 -9999", "Mon, 01 Jan 2120 00:00:00 GMT", "19700101"),
            *(
                "bytes=0-",
                "bytes=-1",
                "bytes=9-1",
                "bytes=" + "0-1," * 500,
                "lines=1",
                "100-continue",
            ),
            *("1.2.3.4", "::1, unknown, _x", "a, " * 500, "for=<script>", "[::]:99999"),
            *(
                "language=en",
                "language=" + "x" * 900,
                'language="<b>"',
                "a=b; " * 200,
                "=;=",
                "language=ar",
            ),
            *("text/html", "application/*;q=", "*/*;q=1;level=1", "text/html;q=0"),
            MARK,
        ]
    ),
    st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40),
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *(
                    "Accept-Language",
                    "Accept-Encoding",
                    "Accept",
                    "If-None-Match",
                    "If-Modified-Since",
                ),
                *(
                    "Range",
                    "If-Range",
                    "If-Match",
                    "If-Unmodified-Since",
                    "Cookie",
                    "X-Forwarded-For",
                ),
                *(
                    "Forwarded",
                    "X-Forwarded-Host",
                    "X-Forwarded-Proto",
                    "Referer",
                    "User-Agent",
                    "Host",
                ),
                *("Expect", "Content-Type", "X-HTTP-Method-Override", "A-IM", "Cache-Control"),
            ]
        ),
        VALUES,
    ),
    max_size=5,
)
METHODS = st.sampled_from(
    [
        *("GET",) * 12,
        *("HEAD",) * 4,
        "POST",
        "PUT",
        "DELETE",
        "OPTIONS",
        "PATCH",
        "PROPFIND",
        "get",
        "QUERY",
    ]
)


class Answer:
    """One answer, read from the wire to its end."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, _, rest = head.partition(b"\r\n")
        self.status = int(first.split()[1]) if first.startswith(b"HTTP/1.") else 0
        self.headers = BytesHeaderParser().parsebytes(rest)
        self.is_of_the_site = "X-Content-Type-Options" in self.headers
        """Else it was no HTTP, and answered before it got there."""


def ask(port: int, method: str, path: str, headers: list[tuple[str, str]]) -> Answer:
    """As somebody would who keeps to no library's idea of a request."""
    names = {name.lower() for name, _ in headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    lines += [] if "host" in names else ["Host: news.example.org"]
    if method not in ("GET", "HEAD", "get"):
        lines.append("Content-Length: 0")
    request = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1", "replace")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        received = bytearray()
        while part := connection.recv(65536):
            received += part
            if method != "HEAD" and received.startswith(b"HTTP/1.1 100 "):
                received = received.partition(b"\r\n\r\n")[2]
    return Answer(bytes(received))


def judge(method: str, path: str, answer: Answer) -> None:
    """What holds for every answer."""
    kind = answer.headers.get_content_type()
    assert answer.status in ANSWERS, (answer.status, answer.body[:300])
    assert b"Traceback" not in answer.body
    assert "X-A" not in answer.headers
    if not answer.is_of_the_site:
        assert (answer.status, kind) == (400, "text/plain")
        return
    assert MARK.encode() not in answer.body
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if kind == "text/html" and answer.body:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    if method == "HEAD" or answer.status in (204, 304):
        assert not answer.body
    elif "Content-Length" in answer.headers:
        assert len(answer.body) == int(answer.headers["Content-Length"])
    if answer.status == 405:
        assert re.search(r"\bGET\b", answer.headers["Allow"])
    if 300 < answer.status < 304 or answer.status in (307, 308):
        to = answer.headers["Location"]
        assert to.startswith(("https://news.example.org/", "/")), to
        assert not to.startswith("//"), to
        assert not set(to) & set('\r\n <>"'), to
    if "Last-Modified" in answer.headers:
        assert parsedate_to_datetime(answer.headers["Last-Modified"]).year < 2100


@ON_ONE
async def test_every_request_has_a_proper_answer(
    newsroom: Any, make_release: Callable[..., Release]
) -> None:
    await newsroom.publish(make_release(topics=("harbour",)))
    await newsroom.publish(make_release("gone"))
    await newsroom.desk.withdraw(OPERATOR, "gone", {"en": "Never sent by us."})
    await newsroom.site.refresh()
    port = newsroom.client.port

    @settings(max_examples=500, suppress_health_check=list(HealthCheck))
    @given(METHODS, PATHS, HEADERS)
    @example("GET", "/en/", [("Expect", "\xa0")])
    @example("POST", "/en/", [("Expect", "\xa0")])
    @example("POST", "/feeds/en/rss.xml", [("Expect", "\xa0")])
    @example("PUT", "/telegram/webhook", [("Expect", "\xa0")])
    def whatever(method: str, path: str, headers: list[tuple[str, str]]) -> None:
        judge(method, path, ask(port, method, path, headers))

    await asyncio.to_thread(whatever)
    assert "A new lamp" in await newsroom.get("/en/")


@ON_ONE
async def test_head_says_what_get_would(
    newsroom: Any, make_release: Callable[..., Release]
) -> None:
    await newsroom.publish(make_release(topics=("harbour",)))
    port = newsroom.client.port

    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(PATHS, HEADERS)
    def both(path: str, headers: list[tuple[str, str]]) -> None:
        whole, head = ask(port, "GET", path, headers), ask(port, "HEAD", path, headers)
        assert head.status == whole.status
        if not whole.is_of_the_site:
            return
        assert head.body == b""
        for name in ("Content-Type", "Content-Length", "ETag", "Last-Modified", "Vary", "Location"):
            assert head.headers[name] == whole.headers[name], name

    await asyncio.to_thread(both)


@ON_ONE
async def test_what_is_no_http_is_answered_or_hung_up_on(
    newsroom: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """And fills no log."""
    port = newsroom.client.port

    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(st.binary(min_size=1, max_size=300))
    def noise(octets: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(octets + b"\r\n\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            received = bytearray()
            while part := connection.recv(65536):
                received += part
        assert not received or Answer(bytes(received)).status in ANSWERS
        assert b"Traceback" not in received

    await asyncio.to_thread(noise)
    await newsroom.get("/healthz")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
