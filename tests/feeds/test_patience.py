"""feeds.md 6: who polls without end is told to wait, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.clients import client_of
from feeds.memory import MemorySource
from feeds.patience import UNCHANGED, WHOLE, Budget, Patience
from feeds.web import FeedSite

BASE = "https://news.example.org"
PATH = "/feeds/en/atom.xml"
PROXY = (ip_network("10.1.0.0/16"), ip_network("127.0.0.1"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("93.184.216.34", None, "93.184.216.34"),
        # Nobody's own word counts.
        ("93.184.216.34", "203.0.113.5", "93.184.216.34"),
        ("2606:2800:220:1::1", None, "2606:2800:220:1::/64"),
        ("2606:2800:220:1:ffff::2", None, "2606:2800:220:1::/64"),
        ("::ffff:93.184.216.34", None, "93.184.216.34"),
        # There may be many behind these.
        *((peer, "203.0.113.5", None) for peer in ("192.168.1.1", "172.17.0.1", "::1", "fe80::1")),
        ("100.64.0.1", None, None),
        ("10.1.2.3", "203.0.113.5", "203.0.113.5"),
        ("127.0.0.1", "198.51.100.7, 203.0.113.5", "203.0.113.5"),
        ("127.0.0.1", "198.51.100.7,203.0.113.5 , 10.1.9.9", "203.0.113.5"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::/64"),
        ("127.0.0.1", "192.168.1.7", "192.168.1.7"),  # a reader in the proxy's own network
        ("127.0.0.1", None, None),
        ("127.0.0.1", "", None),
        ("127.0.0.1", "unknown", None),
        ("127.0.0.1", "203.0.113.5, garbage", None),
        ("127.0.0.1", "10.1.0.7", None),
        (None, "203.0.113.5", None),
        ("", None, None),
    ],
)
def test_a_client_is_who_asks_or_whom_a_trusted_proxy_names(
    peer: str | None, forwarded: str | None, client: str | None
) -> None:
    assert client_of(peer, forwarded, PROXY) == client


@given(st.one_of(st.text("0123456789abcdef.:, []%/xz\t", max_size=60), st.text(max_size=60)))
def test_whatever_a_proxy_forwards_a_client_is_an_address_or_nobody(forwarded: str) -> None:
    found = client_of("127.0.0.1", forwarded, PROXY)
    assert found is None or ip_network(found).num_addresses in (1, 2**64)
    assert client_of("93.184.216.34", forwarded, PROXY) == "93.184.216.34"


def test_a_budget_is_spent_and_comes_back() -> None:
    budget = Budget(at_once=100, a_second=10)
    for _ in range(10):
        assert budget.wait("a", 0.0) == 0
        budget.charge("a", 10, 0.0)
    assert budget.wait("a", 0.0) == 0  # exactly spent
    budget.charge("a", 10, 0.0)
    assert budget.wait("a", 0.0) == pytest.approx(1)
    assert budget.wait("a", 0.5) == pytest.approx(0.5)
    assert budget.wait("a", 1.0) == 0
    assert budget.wait("b", 0.0) == 0
    assert budget.wait("a", 100.0) == 0


def test_a_thousand_feeds_in_one_go_and_a_poll_of_each_every_minute_are_nothing() -> None:
    budget = Budget()
    for _ in range(1000):
        assert budget.wait("reader", 0.0) == 0
        budget.charge("reader", WHOLE, 0.0)
    for minute in range(1, 600):
        for n in range(1000):
            now = minute * 60 + n / 100
            assert budget.wait("reader", now) == 0
            budget.charge("reader", UNCHANGED, now)


def test_memory_is_bounded_however_many_ask() -> None:
    budget = Budget(at_once=1, a_second=1, clients=3)
    for client in "abcd":
        budget.charge(client, 10, 0.0)
    assert [budget.wait(client, 0.0) > 0 for client in "abcd"] == [False, True, True, True]


async def test_06_an_abusive_poller_is_told_when_to_come_back(
    source: MemorySource, serve: Callable[[FeedSite], Any]
) -> None:
    patience = Patience([ip_network("127.0.0.1")], Budget(at_once=40, a_second=0.01))
    site = FeedSite(source, BASE, patience=patience)
    await site.refresh()
    client = await serve(site)

    async def ask(who: str | None, **headers: str) -> Any:
        named = {"X-Forwarded-For": who} if who else {}
        return await client.get(PATH, headers=named | headers)

    answers = [await ask("203.0.113.5") for _ in range(8)]
    assert [a.status for a in answers] == [200] * 5 + [429] * 3
    refused = answers[-1]
    assert 0 < int(refused.headers["Retry-After"]) <= 1000
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert refused.headers["Vary"] == "Accept-Encoding"
    assert refused.headers["Cache-Control"] == "no-store"
    etag = answers[0].headers["ETag"]
    # Others are served, and whoever cannot be told from others is.
    assert (await ask("203.0.113.6")).status == 200
    assert {(await ask(None)).status for _ in range(12)} == {200}
    # Asking whether something changed is cheap.
    polls = [(await ask("203.0.113.7", **{"If-None-Match": etag})).status for _ in range(40)]
    assert polls == [304] * 40
    assert (await ask("198.51.100.1, 203.0.113.5")).status == 429  # nobody talks himself out of it


async def test_without_a_word_on_proxies_who_is_near_is_never_refused(
    source: MemorySource, serve: Callable[[FeedSite], Any]
) -> None:
    site = FeedSite(source, BASE, patience=Patience(budget=Budget(at_once=1, a_second=0.01)))
    await site.refresh()
    client = await serve(site)
    headers = {"X-Forwarded-For": "203.0.113.5"}
    assert {(await client.get(PATH, headers=headers)).status for _ in range(10)} == {200}
