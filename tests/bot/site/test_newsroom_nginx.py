"""deploy/nginx.conf before the newsroom: a real nginx passes on what is said, or serves files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.releases.release import Release
from feeds.memory import MemorySource
from feeds.patience import Budget, Patience
from feeds.web import FeedSite
from tests.nginx.server import nginx
from tests.service.house import Page

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"])

Make = Callable[..., Release]
OF_EACH_ANSWER = ("ETag", "Vary", "Cache-Control", "Access-Control-Allow-Origin")
KEPT = (*OF_EACH_ANSWER, "Content-Type", "Last-Modified", "Content-Encoding", "Content-Length")


@asynccontextmanager
async def browsing(base: str, address: str = "127.0.0.1") -> AsyncIterator[Callable[..., Any]]:
    """Asks the server at ``base`` from ``address``; neither asks for codings nor undoes them."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(local_addr=(address, 0)),
        auto_decompress=False,
        skip_auto_headers=["Accept-Encoding", "Accept"],
    ) as session:

        async def ask(path: str, method: str = "GET", **headers: str) -> Page:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            async with session.request(
                method, base + path, headers=named, allow_redirects=False
            ) as answer:
                return Page(answer.status, answer.headers, await answer.read())

        yield ask


@only_sqlite
async def test_the_proxy_passes_on_every_answer_as_it_is(
    newsroom: Any, make_release: Make, tmp_path: Path
) -> None:
    await newsroom.publish(make_release())
    port = newsroom.client.server.port
    async with (
        nginx(tmp_path / "nginx", port) as base,
        browsing(base) as there,
        browsing(str(newsroom.client.make_url("")).rstrip("/")) as here,
    ):
        for path in ("/en/", "/en/releases/lamp", "/feeds/ar/atom.xml", "/feeds/fr/rss.xml"):
            for coding in ("identity", "gzip", "br", "gzip;q=0.5, br;q=0"):
                own = await here(path, Accept_Encoding=coding)
                passed = await there(path, Accept_Encoding=coding)
                assert passed.status == 200
                assert passed.body == own.body
                assert {n: passed.headers.get(n) for n in KEPT} == {
                    n: own.headers.get(n) for n in KEPT
                }
                tag = passed.headers["ETag"]
                again = await there(path, Accept_Encoding=coding, If_None_Match=tag)
                assert (again.status, again.headers["ETag"], again.body) == (304, tag, b"")
                head = await there(path, "HEAD", Accept_Encoding=coding)
                assert (head.status, head.headers["ETag"]) == (200, tag)
        since = (await there("/feeds/ar/atom.xml")).headers["Last-Modified"]
        assert (await there("/feeds/ar/atom.xml", If_Modified_Since=since)).status == 304
        assert (await there("/", Accept_Language="ar")).headers["Location"].endswith("/ar/")
        assert (await there("/feeds/EN/atom.xml")).status == 301
        assert (await there("/nowhere")).status == 404
        refused = await there("/feeds/en/atom.xml", "POST")
        assert (refused.status, "GET" in refused.headers["Allow"]) == (405, True)


async def test_the_service_learns_who_asks_and_says_when_to_ask_again(tmp_path: Path) -> None:
    async def busy(request: web.Request) -> web.Response:
        names = ("X-Forwarded-For", "X-Forwarded-Proto", "Host")
        seen = "\n".join(f"{name}: {request.headers.getall(name, [])}" for name in names)
        return web.Response(status=429, headers={"Retry-After": "7"}, text=seen)

    app = web.Application()
    app.router.add_get("/{path:.*}", busy)
    async with (
        TestServer(app) as server,
        nginx(tmp_path / "nginx", server.port or 0) as base,
        browsing(base) as ask,
    ):
        answer = await ask("/feeds/en/atom.xml", X_Forwarded_For="192.0.2.1, 203.0.113.9")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    seen = answer.text
    assert "X-Forwarded-For: ['127.0.0.1']" in seen  # not what the client said of itself
    assert "X-Forwarded-Proto: ['http']" in seen
    assert "Host: ['127.0.0.1']" in seen


async def test_each_client_behind_the_proxy_has_a_budget_of_its_own(tmp_path: Path) -> None:
    budget = Budget(at_once=25, a_second=0.5)  # a few questions
    site = FeedSite(
        MemorySource(),
        "https://press.example.org",
        patience=Patience([ip_network("127.0.0.1")], budget),
    )
    await site.refresh()
    app = web.Application()
    site.add_routes(app)
    async with (
        TestServer(app) as server,
        nginx(tmp_path / "nginx", server.port or 0) as base,
        browsing(base, "127.0.0.2") as greedy,
        browsing(base, "127.0.0.3") as modest,
    ):
        answers = [await greedy("/feeds/en/atom.xml", X_Forwarded_For="::1") for _ in range(7)]
        assert (answers[0].status, answers[-1].status) == (404, 429)
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert (await modest("/feeds/en/atom.xml")).status == 404
