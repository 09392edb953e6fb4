"""The W3C validator's rules find each fault that they are for; ours have none of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from feeds.atom import atom
from feeds.model import Feed, Item
from feeds.place import Place
from feeds.rss import rss
from tests.feeds.w3c import faults

URL = "https://news.example.org/feed"
AT = Place(url=URL, previous=f"{URL}/1", hubs=("https://hub.example.org/",))


@pytest.fixture
def two(make_feed: Callable[..., Feed], make_item: Callable[..., Item]) -> Feed:
    return make_feed(items=(make_item(), make_item(slug="pier")))


@pytest.mark.parametrize("write", [atom, rss])
def test_a_feed_of_ours_has_no_fault(two: Feed, write: Callable[[Feed, Place], bytes]) -> None:
    assert faults(write(two, AT), URL) == []


@pytest.mark.parametrize(
    ("write", "right", "wrong", "fault"),
    [
        (rss, b"Fri, 26 Jun 2026", b"Thu, 26 Jun 2026", "IncorrectDOW"),
        (rss, b"Fri, 26 Jun 2026", b"26 Jun 26", "InvalidRFC2822Date"),
        (rss, b'isPermaLink="false"', b'isPermaLink="true"', "InvalidHttpGUID"),
        (
            rss,
            b"<link>https://news.example.org/en/</link>",
            b"<link>/en/</link>",
            "InvalidFullLink",
        ),
        (rss, b"<title>Harbour Office (en)</title>", b"", "MissingElement"),
        (rss, b"release/pier/en", b"release/harbour/en", "DuplicateItem"),
        (rss, b'rel="self"', b'rel="via"', "MissingSelf"),
        (atom, URL.encode() + b'" rel="self"', URL.encode() + b's" rel="self"', "SelfDoesntMatch"),
        (atom, b"release/pier/en", b"release/harbour/en", "DuplicateItem"),
        (atom, b"2026-06-26T14:00:00+00:00", b"2026-06-26T14:00:00", "InvalidRFC3339Date"),
        (atom, b"2026-06-26T14:00:00+00:00", b"2226-06-26T14:00:00+00:00", "ImplausibleDate"),
        (atom, b'hreflang="ar"', b'hreflang="zh-Hans"', "DuplicateAtomLink"),
        (atom, b'hreflang="ar"', b'hreflang="Arabic language"', "InvalidLanguage"),
        (atom, b"https://news.example.org/x", b"/x", "ContainsRelRef"),
        (atom, b"&lt;p&gt;", b"&lt;p onclick='x'&gt;", "SecurityRiskAttr"),
        (rss, b"&lt;p&gt;", b"&lt;script&gt;x&lt;/script&gt;&lt;p&gt;", "SecurityRisk: <script>"),
        (rss, b"<?xml version='1.0' encoding='UTF-8'?>", b"", "ObscureEncoding"),
    ],
)
def test_each_rule_finds_its_fault(
    two: Feed, write: Callable[[Feed, Place], bytes], right: bytes, wrong: bytes, fault: str
) -> None:
    document = write(two, AT)
    assert right in document
    found = faults(document.replace(right, wrong), URL)
    assert [line for line in found if line.startswith(fault)], found
