"""Is the process up, can it do its work, and how much of it: for machines that watch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import orjson
import structlog
from aiohttp import hdrs, web

from bot.errors import StoreError
from bot.site.answers import SECURITY
from feeds.routes import add_get

if TYPE_CHECKING:
    from prometheus_client.core import Metric

Check = Callable[[], Awaitable[str | None]]
"""``None`` when all is well, else the reason why it is not – or a :class:`Remark`."""


class Remark(str):
    """Well, and yet something that whoever watches should know."""


log = structlog.get_logger(__name__)


class Metrics:
    """What ``/metrics`` says. Plain numbers: the Prometheus client is loaded when first asked.

    ``measure`` brings them up to date, before each answer.
    """

    def __init__(self, measure: Callable[[], Awaitable[None]] | None = None) -> None:
        self.measure = measure
        self._deliveries: dict[str, int] = {}
        self._pings: dict[tuple[str, str], int] = {}
        self.backlog = 0
        """Deliveries that are due and not finished."""
        self.subscribers = 0
        self.hubs_waiting: Mapping[str, int] = {}
        """For each WebSub hub, how many feeds have changed without its having been told."""

    def count_deliveries(self, state: str, n: int = 1) -> None:
        """``n`` more deliveries ended in ``state`` (``sent``, ``failed``, ``unknown`` …)."""
        self._deliveries[state] = self._deliveries.get(state, 0) + n

    def count_ping(self, hub: str, outcome: str) -> None:
        """A hub was told that a feed changed; ``taken`` or ``refused``."""
        self._pings[hub, outcome] = self._pings.get((hub, outcome), 0) + 1

    def collect(self) -> Iterator[Metric]:
        """As the Prometheus client's registry asks for it."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        deliveries = CounterMetricFamily(
            "polyherald_deliveries", "Deliveries by the state they came to.", labels=["state"]
        )
        for state, n in sorted(self._deliveries.items()):
            deliveries.add_metric([state], n)
        yield deliveries
        yield GaugeMetricFamily(
            "polyherald_backlog", "Deliveries due and not finished.", value=self.backlog
        )
        yield GaugeMetricFamily("polyherald_subscribers", "Subscribers.", value=self.subscribers)
        if not self.hubs_waiting:
            return
        pings = CounterMetricFamily(
            "polyherald_hub_pings",
            "Pings to WebSub hubs by what became of them.",
            labels=["hub", "outcome"],
        )
        for labels, n in sorted(self._pings.items()):
            pings.add_metric(labels, n)
        yield pings
        waiting = GaugeMetricFamily(
            "polyherald_hub_feeds_waiting",
            "Feeds that changed and of which a WebSub hub has not been told.",
            labels=["hub"],
        )
        for hub, n in self.hubs_waiting.items():
            waiting.add_metric([hub], n)
        yield waiting

    def exposition(self) -> tuple[bytes, str]:
        """The text of ``/metrics`` and its media type."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

        registry = CollectorRegistry(auto_describe=True)
        registry.register(self)
        return generate_latest(registry), CONTENT_TYPE_LATEST


class Health:
    """The routes that say how the service is."""

    def __init__(self, checks: Mapping[str, Check], metrics: Metrics) -> None:
        self._checks = checks
        self._metrics = metrics

    def add_routes(self, app: web.Application) -> None:
        add_get(app.router, "/healthz", self._up)
        add_get(app.router, "/readyz", self._ready)
        add_get(app.router, "/metrics", self._measured)

    async def _up(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n", headers=_FRESH)

    async def _ready(self, _: web.Request) -> web.Response:
        """200 if every check is well, else 503; either way each check's word."""
        found = {name: await _ask(name, check) for name, check in self._checks.items()}
        ready = all(why is None or isinstance(why, Remark) for why in found.values())
        document = {
            "ready": ready,
            "checks": {name: _said(why) for name, why in found.items()},
        }
        return web.Response(
            body=orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE),
            status=200 if ready else 503,
            headers=_FRESH,
            content_type="application/json",
        )

    async def _measured(self, _: web.Request) -> web.Response:
        if self._metrics.measure is not None:
            await self._metrics.measure()
        body, media_type = self._metrics.exposition()
        return web.Response(body=body, headers={**_FRESH, hdrs.CONTENT_TYPE: media_type})


def _said(why: str | None) -> dict[str, object]:
    match why:
        case None:
            return {"ok": True}
        case Remark():
            return {"ok": True, "note": str(why)}
    return {"ok": False, "why": why}


_FRESH = {hdrs.CACHE_CONTROL: "no-store", **SECURITY}


async def _ask(name: str, check: Check) -> str | None:
    try:
        return await check()
    except StoreError as error:  # in the log it is already
        return str(error)
    except Exception as error:  # a check that breaks is an answer, too
        log.exception("a readiness check failed", check=name)
        return f"{type(error).__name__}: {error}"
