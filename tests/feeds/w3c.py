"""What the W3C's validator (https://validator.w3.org/feed/docs/) finds and tolerant readers hide.

Its rules as far as they are of feeds such as ours, under the names that it gives them.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree, html

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""What is later than any test's clock."""

_RFC_822 = re.compile(
    r"(?:(?P<day>Mon|Tue|Wed|Thu|Fri|Sat|Sun), )\d{2} "
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} (?:GMT|[+-]\d{4})"
)
_TAGS = ("script", "style", "iframe", "object", "embed", "form", "meta", "link", "base")


def faults(document: bytes, url: str, now: datetime = LATEST) -> list[str]:
    """What is wrong with an RSS or Atom document fetched from ``url``, one line each."""
    root = etree.fromstring(document)
    is_rss = root.tag == "rss"
    top = root[0] if is_rss else root
    found = [*_encoding(document), *_self(top, url), *_alternates(top, "feed")]
    items = top.findall("item") if is_rss else top.findall("a:entry", NS)
    found += _channel(top) if is_rss else _feed(top)
    ids: list[str] = []
    for item in items:
        ident = (item.findtext("guid") if is_rss else item.findtext("a:id", namespaces=NS)) or ""
        ids.append(ident)
        found += _item(item, ident) if is_rss else _entry(item, ident, now)
        found += _alternates(item, ident)
        found += _languages(item, ident)
        found += _content(item, ident)
    found += [f"DuplicateItem: {ident}" for ident in set(ids) if ids.count(ident) > 1]
    return found


def _encoding(document: bytes) -> list[str]:
    declared = document.startswith(
        (b"<?xml version='1.0' encoding='UTF-8'?>", b'<?xml version="1.0"')
    )
    return [] if declared else ["ObscureEncoding: the document does not declare UTF-8"]


def _self(top: Any, url: str) -> list[str]:
    own = [ln.get("href") for ln in top.findall("a:link", NS) if ln.get("rel") == "self"]
    if len(own) != 1:
        return [f"MissingSelf: {len(own)} self links"]
    return [] if own == [url] else [f"SelfDoesntMatchLocation: {own[0]} is not {url}"]


def _alternates(element: Any, owner: str) -> list[str]:
    kinds = [
        (ln.get("type"), ln.get("hreflang"))
        for ln in element.findall("a:link", NS)
        if ln.get("rel", "alternate") == "alternate"
    ]
    return [f"DuplicateAtomLink: {kind} in {owner}" for kind in set(kinds) if kinds.count(kind) > 1]


def _channel(channel: Any) -> list[str]:
    found = [
        f"MissingElement: channel has no {name}"
        for name in ("title", "link", "description")
        if not (channel.findtext(name) or "").strip()
    ]
    found += _web(channel.findtext("link") or "", "channel link")
    for name in ("language", "link", "title", "description", "lastBuildDate"):
        if len(channel.findall(name)) > 1:
            found.append(f"DuplicateElement: {name} in channel")
    return found + _rfc822(channel.findtext("lastBuildDate"), "lastBuildDate")


def _item(item: Any, ident: str) -> list[str]:
    found: list[str] = []
    for guid in item.findall("guid"):
        is_address = urlsplit(guid.text or "").scheme in ("http", "https")
        if guid.get("isPermaLink", "true") == "true" and not is_address:
            found.append(f"InvalidHttpGUID: {ident} is no address")
    if not (item.findtext("title") or item.findtext("description")):
        found.append(f"ItemMustContainTitleOrDescription: {ident}")
    found += _web(item.findtext("link") or "", f"link of {ident}")
    for name in ("title", "link", "guid", "pubDate", "description"):
        if len(item.findall(name)) > 1:
            found.append(f"DuplicateElement: {name} in {ident}")
    return found + _rfc822(item.findtext("pubDate"), f"pubDate of {ident}")


def _feed(feed: Any) -> list[str]:
    found = [
        f"MissingElement: feed has no {name}"
        for name in ("id", "title", "updated", "author")
        if feed.find(f"a:{name}", NS) is None
    ]
    newest = [e.findtext("a:updated", namespaces=NS) for e in feed.findall("a:entry", NS)]
    updated = feed.findtext("a:updated", namespaces=NS) or ""
    if newest and datetime.fromisoformat(updated) < max(map(datetime.fromisoformat, newest)):
        found.append("the feed is older than its newest entry")
    return found


def _entry(entry: Any, ident: str, now: datetime) -> list[str]:
    found: list[str] = []
    moments = {}
    for name in ("published", "updated"):
        written = entry.findtext(f"a:{name}", namespaces=NS) or ""
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", written):
            found.append(f"InvalidRFC3339Date: {written!r} in {ident}")
            continue
        moments[name] = datetime.fromisoformat(written)
        if moments[name] > now:
            found.append(f"ImplausibleDate: {written} in {ident}")
    if len(moments) == 2 and moments["updated"] < moments["published"]:
        found.append(f"updated before it was published: {ident}")
    return found


def _languages(element: Any, ident: str) -> list[str]:
    tags = [element.get(LANG), *(ln.get("hreflang") for ln in element.findall("a:link", NS))]
    form = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
    return [f"InvalidLanguage: {t!r} in {ident}" for t in tags if t and not form.fullmatch(t)]


def _content(element: Any, ident: str) -> list[str]:
    texts = [
        element.findtext("a:content", namespaces=NS),
        element.findtext("content:encoded", namespaces=NS) or element.findtext("description"),
    ]
    found: list[str] = []
    for text in filter(None, texts):
        fragment = html.fragment_fromstring(text, create_parent="div")
        for node in fragment.iter(etree.Element):
            if node.tag in _TAGS:
                found.append(f"SecurityRisk: <{node.tag}> in {ident}")
            found += [
                f"SecurityRiskAttr: {name} in {ident}"
                for name in node.attrib
                if name.startswith("on") or name == "style"
            ]
        for _, attribute, address, _ in fragment.iterlinks():
            if urlsplit(address).scheme not in ("http", "https", "mailto", "tel"):
                found.append(f"ContainsRelRef: {attribute}={address} in {ident}")
    return found


def _web(address: str, where: str) -> list[str]:
    parts = urlsplit(address)
    is_full = parts.scheme in ("http", "https") and bool(parts.netloc)
    return [] if is_full else [f"InvalidFullLink: {address!r} as {where}"]


def _rfc822(written: str | None, where: str) -> list[str]:
    found = _RFC_822.fullmatch(written or "")
    if found is None:
        return [f"InvalidRFC2822Date: {written!r} as {where}"]
    day = calendar.day_abbr[parsedate_to_datetime(written or "").weekday()]
    return [] if found["day"] == day else [f"IncorrectDOW: {written} as {where} was a {day}"]
