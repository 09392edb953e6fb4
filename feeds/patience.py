"""How much one client may ask for: a budget in memory, and the answer to who has spent it."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Sequence

from aiohttp import web

from feeds.clients import Network, client_of
from feeds.refusals import too_often

UNCHANGED, WHOLE, MADE, REFUSED = 1, 10, 50, 5
"""What an answer costs: that nothing changed; a document; one that had to be made; an error."""

FORWARDED = "X-Forwarded-For"


class Budget:
    """Each client has ``at_once`` to spend, and gets ``a_second`` back each second.

    The defaults let a reader fetch a thousand whole documents in one go and then five a second,
    or ask fifty times a second whether something changed. Beyond ``clients`` those are forgotten
    that asked longest ago.
    """

    def __init__(
        self, at_once: float = 10_000, a_second: float = 50, clients: int = 10_000
    ) -> None:
        self._room = at_once / a_second
        self._a_second = a_second
        self._clients = clients
        self._square_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, client: str, now: float) -> float:
        """Seconds until ``client`` may ask again; 0 for at once. ``now`` is monotonic."""
        return max(0.0, self._square_at.get(client, now) - now - self._room)

    def charge(self, client: str, cost: float, now: float) -> None:
        square_at = max(self._square_at.pop(client, now), now) + cost / self._a_second
        self._square_at[client] = square_at
        if len(self._square_at) > self._clients:
            self._square_at.popitem(last=False)


class Patience:
    """Counts what clients cost. ``trusted`` are proxies that say for whom they ask."""

    def __init__(self, trusted: Sequence[Network] = (), budget: Budget | None = None) -> None:
        self._trusted = tuple(trusted)
        self._budget = budget or Budget()

    def admit(self, request: web.Request) -> str | None:
        """The client to charge, if it can be told from others.

        Raises 429 with the time after which it may ask again, if it has spent its budget.
        """
        client = client_of(request.remote, self._forwarded(request), self._trusted)
        if client is None:
            return None
        wait = self._budget.wait(client, asyncio.get_running_loop().time())
        if wait > 0:
            raise too_often(math.ceil(wait))
        return client

    def charge(self, client: str, cost: float) -> None:
        self._budget.charge(client, cost, asyncio.get_running_loop().time())

    def _forwarded(self, request: web.Request) -> str | None:
        if not self._trusted:
            return None
        lines = request.headers.getall(FORWARDED, ())
        return ",".join(lines) if lines else None
