"""What machines that watch are told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from bot.site.health import Health, Metrics, Remark


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def watch(metrics: Metrics) -> AsyncIterator[Callable[..., Awaitable[TestClient[Any, Any]]]]:
    clients: list[TestClient[Any, Any]] = []

    async def start(**checks: Any) -> TestClient[Any, Any]:
        app = web.Application()
        Health(checks, metrics).add_routes(app)
        clients.append(TestClient(TestServer(app)))
        await clients[-1].start_server()
        return clients[-1]

    yield start
    for client in clients:
        await client.close()


async def well() -> str | None:
    return None


async def ill() -> str | None:
    return "no such table"


async def broken() -> str | None:
    raise ConnectionError("gone")


async def test_ready_when_every_check_is_well(watch: Any) -> None:
    client = await watch(database=well, bot=well)
    async with client.get("/readyz") as answer:
        assert answer.status == 200
        assert await answer.json() == {
            "ready": True,
            "checks": {"database": {"ok": True}, "bot": {"ok": True}},
        }
        assert answer.headers["Cache-Control"] == "no-store"


async def test_not_ready_names_the_check_and_the_reason(watch: Any) -> None:
    client = await watch(database=well, migrations=ill, bot=broken)
    async with client.get("/readyz") as answer:
        assert answer.status == 503
        document = await answer.json()
    assert document["ready"] is False
    assert document["checks"] == {
        "database": {"ok": True},
        "migrations": {"ok": False, "why": "no such table"},
        "bot": {"ok": False, "why": "ConnectionError: gone"},
    }
    async with client.get("/healthz") as answer:
        assert answer.status == 200  # the process is up all the same


async def test_a_remark_is_told_and_all_is_well(watch: Any) -> None:
    async def paused() -> str | None:
        return Remark("All sending is paused.")

    client = await watch(sending=paused)
    async with client.get("/readyz") as answer:
        assert answer.status == 200
        assert await answer.json() == {
            "ready": True,
            "checks": {"sending": {"ok": True, "note": "All sending is paused."}},
        }


async def test_metrics_are_what_prometheus_reads(watch: Any, metrics: Metrics) -> None:
    metrics.count_deliveries("sent", 3)
    metrics.count_deliveries("sent")
    metrics.count_deliveries("failed")
    metrics.backlog = 7
    metrics.subscribers = 12
    client = await watch()
    async with client.get("/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        families = list(text_string_to_metric_families(await answer.text()))
    samples = {
        (sample.name, sample.labels.get("state")): sample.value
        for family in families
        for sample in family.samples
    }
    assert samples == {
        ("polyherald_deliveries_total", "sent"): 4,
        ("polyherald_deliveries_total", "failed"): 1,
        ("polyherald_backlog", None): 7,
        ("polyherald_subscribers", None): 12,
    }


async def test_the_metrics_of_each_hub(watch: Any, metrics: Metrics) -> None:
    hub = "https://hub.example.org/?a=1"
    metrics.count_ping(hub, "taken")
    metrics.hubs_waiting = {hub: 3}
    client = await watch()
    async with client.get("/metrics") as answer:
        written = await answer.text()
    families = text_string_to_metric_families(written)
    samples = {s.name: (s.labels, s.value) for family in families for s in family.samples}
    assert samples["polyherald_hub_pings_total"] == ({"hub": hub, "outcome": "taken"}, 1)
    assert samples["polyherald_hub_feeds_waiting"] == ({"hub": hub}, 3)


async def test_the_webhook_gets_secret_and_body_and_says_the_status(
    make_newsroom: Any, settings: Any, database: Any, clock: Any
) -> None:
    from bot.site.web import make_site

    given: list[tuple[str | None, bytes]] = []

    async def webhook(secret: str | None, body: bytes) -> int:
        given.append((secret, body))
        return 200 if secret == "s3cret" else 403

    site = make_site(database, settings, clock, checks={}, webhook=webhook)
    async with TestClient(TestServer(site.app)) as client:
        path, header = "/telegram/webhook", "X-Telegram-Bot-Api-Secret-Token"
        async with client.post(path, data=b"{}", headers={header: "s3cret"}) as answer:
            assert answer.status == 200
        async with client.post(path, data=b"{}") as answer:
            assert answer.status == 403
    assert given == [("s3cret", b"{}"), (None, b"{}")]
