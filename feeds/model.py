"""Feeds and their items: frozen values, fit for any feed format once constructed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import quote

from feeds.archives import Part
from feeds.occasions import Calendar
from feeds.wellformed import (
    language_tag,
    optional,
    permanent_id,
    required,
    settle,
    web_address,
    whole_second,
)

HTML = "text/html"
# One path segment that needs no escaping thought: no slash, no space, none of ? # % { }.
_TOPIC = re.compile(r"(?!\.{1,2}$)[^\s/\\?#%{}\x00-\x1f\x7f\ud800-\udfff]+")


def tag_id(domain: str, start: date, specific: str) -> str:
    """A permanent id (RFC 4151): who minted it, since when they own the name, and what for.

    ``domain`` belonged to the minter on ``start``. ``specific`` is any text; what a URI cannot
    hold is percent-encoded, so that different texts give different ids. Never derive it from an
    address that may move. Raises ``ValueError`` if ``domain`` is not a DNS name.
    """
    escaped = quote(specific, safe="/?:@!$&'()*+,;=-._~")
    return permanent_id(f"tag:{domain.lower()},{start.isoformat()}:{escaped}")


@dataclass(frozen=True)
class FeedKey:
    """Which feed: a language (BCP 47) and, for a feed of one subject, a topic's slug."""

    language: str
    topic: str = ""

    def __post_init__(self) -> None:
        language_tag(self.language)
        if self.topic and not _TOPIC.fullmatch(self.topic):
            raise ValueError(f"{self.topic!r} cannot be a topic: it must fit one path segment")


@dataclass(frozen=True)
class Alternate:
    """The same thing elsewhere: in another language, another format, or both."""

    href: str
    type: str
    hreflang: str
    title: str = ""

    def __post_init__(self) -> None:
        language_tag(self.hreflang)
        settle(self, href=web_address(self.href), title=optional(self.title))

    @property
    def kind(self) -> tuple[str, str]:
        """What RFC 4287 (4.1.1) lets occur once among the alternates of one thing."""
        return (self.type, self.hreflang)


@dataclass(frozen=True)
class Related:
    """A document that an item refers to."""

    href: str
    title: str = ""

    def __post_init__(self) -> None:
        settle(self, href=web_address(self.href), title=optional(self.title))


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture that comes with an item; ``length`` in bytes, ``width`` and ``height`` in pixels.

    ``title`` says what is to be seen, ``credit`` whose picture it is, both in plain text.
    """

    href: str
    type: str
    length: int
    width: int
    height: int
    title: str = ""
    credit: str = ""

    def __post_init__(self) -> None:
        if min(self.length, self.width, self.height) < 1:
            raise ValueError(f"{self.href}: a picture has a size")
        settle(
            self,
            href=web_address(self.href),
            title=optional(self.title),
            credit=optional(self.credit),
        )


def _check_alternates(owner: str, page: Alternate, others: Iterable[Alternate]) -> None:
    seen = {page.kind}
    for alternate in others:
        if alternate.kind in seen:
            raise ValueError(f"{owner}: two alternates of {alternate.kind}")
        seen.add(alternate.kind)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing published, in one language.

    ``id`` is a ``tag:`` URI, one per thing *and language*, and stays when ``url``, the page,
    moves. ``published`` and ``updated`` are kept in UTC and whole seconds; any change that
    readers should see raises ``updated``. ``content_html`` is the full text, already sanitised,
    its links absolute, with ``dir`` where needed; ``summary`` is plain text. ``alternates`` are
    its sisters in other languages; its own page is not among them. ``pictures`` are those that
    the content shows, the one that stands for the item first.
    """

    id: str
    url: str
    title: str
    language: str
    published: datetime
    updated: datetime
    content_html: str
    summary: str = ""
    author: str = ""
    categories: tuple[str, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    related: tuple[Related, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def __post_init__(self) -> None:
        permanent_id(self.id)
        language_tag(self.language)
        categories = dict.fromkeys(filter(None, map(optional, self.categories)))
        settle(
            self,
            url=web_address(self.url),
            title=required(self.id, "title", self.title),
            published=whole_second(self.published),
            updated=whole_second(self.updated),
            content_html=required(self.id, "content", self.content_html),
            summary=optional(self.summary),
            author=optional(self.author),
            categories=tuple(categories),
        )
        if self.updated < self.published:
            raise ValueError(f"{self.id}: updated before it was published")
        _check_alternates(self.id, self.page, self.alternates)

    @property
    def page(self) -> Alternate:
        """Its own page, as a link."""
        return Alternate(self.url, HTML, self.language, self.title)


@dataclass(frozen=True, kw_only=True)
class Gone:
    """An item that was there and is there no more (a tombstone, RFC 6721).

    ``id`` was the item's; ``at`` is when it was taken back; ``comment`` says why, in plain text.
    """

    id: str
    at: datetime
    comment: str = ""

    def __post_init__(self) -> None:
        permanent_id(self.id)
        settle(self, at=whole_second(self.at), comment=optional(self.comment))


@dataclass(frozen=True, kw_only=True)
class Feed:
    """What one feed says, whatever the format; ``items`` in the order readers get them.

    ``updated`` is its newest change and so never earlier than its newest item's; a host raises
    it, too, when an item leaves. ``home_url`` is the HTML page of the same matter. The address
    of the document itself is given when it is written, for it is the one fetched.
    ``alternates`` are further addresses of the same feed: other formats and languages.
    ``gone`` are items that left it. ``previous`` is the part of its archive that goes on where it
    ends, ``following`` the part after it where it is one itself. ``calendar`` are the days to be
    kept, for a feed that has a calendar beside it.
    """

    id: str
    title: str
    language: str
    home_url: str
    updated: datetime
    author: str
    subtitle: str = ""
    items: tuple[Item, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    gone: tuple[Gone, ...] = ()
    previous: Part | None = None
    following: Part | None = None
    calendar: Calendar | None = None

    def __post_init__(self) -> None:
        permanent_id(self.id)
        language_tag(self.language)
        settle(
            self,
            title=required(self.id, "title", self.title),
            home_url=web_address(self.home_url),
            updated=max([whole_second(self.updated), *(item.updated for item in self.items)]),
            author=required(self.id, "author", self.author),
            subtitle=optional(self.subtitle),
        )
        ids = [item.id for item in self.items] + [one.id for one in self.gone]
        if len(set(ids)) < len(ids):
            raise ValueError(f"{self.id}: two items share an id")
        _check_alternates(self.id, self.page, self.alternates)

    @property
    def page(self) -> Alternate:
        """Its HTML page, as a link."""
        return Alternate(self.home_url, HTML, self.language, self.title)

    def with_alternates(self, more: Iterable[Alternate]) -> Feed:
        """The same feed, known at further addresses; the first word on a kind of address stands."""
        kinds = {a.kind: a for a in reversed((*self.alternates, *more))}
        kinds.pop(self.page.kind, None)
        return replace(self, alternates=tuple(reversed(kinds.values())))

    def alternates_to(self, media_type: str) -> tuple[Alternate, ...]:
        """The alternates of its document in ``media_type``, that document itself left out."""
        own = (media_type, self.language)
        return tuple(alternate for alternate in self.alternates if alternate.kind != own)
