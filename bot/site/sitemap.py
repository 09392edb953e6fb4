"""For search engines: which pages there are, and where they need not go.

https://www.sitemaps.org/protocol.html, with the languages of a page as
https://developers.google.com/search/docs/specialty/international/localized-versions has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby, islice
from xml.sax.saxutils import escape

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases import lists
from bot.releases.lists import EVERYTHING
from bot.site.addresses import CHOSEN, Addresses
from bot.store import tables as t

MOST = 50_000
"""Addresses in one file, by the protocol."""

_IN_A_PART = 1_000
_LINKS = 200_000
"""In one part at most, for it to stay below the protocol's 50 MB: each page of a release names
all of them."""

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_INDEX = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
_SET = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)


@dataclass(frozen=True, kw_only=True)
class Sisters:
    """One page in its languages, the office's first, and when each last changed, if known."""

    hrefs: Mapping[str, str]
    changed: Mapping[str, datetime] = field(default_factory=dict)
    default: str = ""


class Sitemap:
    """An index of parts: the newsroom's own pages, and releases by their number.

    A release stays in its part, so that one that is published changes one part alone.
    """

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    async def index(self, connection: AsyncConnection, languages: Sequence[str]) -> str:
        p = t.published
        part = ((p.c.id - 1) // _size(languages) + 1).label("part")
        query = (
            select(
                part,
                func.max(p.c.updated_at, type_=p.c.updated_at.type).label("changed"),
                func.count(p.c.withdrawn_at).label("gone"),
                func.count().label("all"),
            )
            .group_by(part)
            .order_by(part)
        )
        parts = [f"<sitemap><loc>{escape(self._addresses.sitemap('pages'))}</loc></sitemap>\n"]
        for row in await connection.execute(query):
            if row.all > row.gone:
                address = escape(self._addresses.sitemap(str(row.part)))
                parts.append(
                    f"<sitemap><loc>{address}</loc>"
                    f"<lastmod>{_moment(row.changed)}</lastmod></sitemap>\n"
                )
        return f"{_HEAD}{_INDEX}{''.join(parts[:MOST])}</sitemapindex>\n"

    async def pages(self, connection: AsyncConnection, languages: Sequence[str]) -> list[Sisters]:
        """The newsroom's own, and its lists."""
        a = self._addresses
        there = await lists.reaching(connection, languages, EVERYTHING)
        found = [
            Sisters(hrefs={tag: a.home(tag) for tag in there}, default=a.welcome()),
            *(
                Sisters(hrefs={tag: of(tag) for tag in languages})
                for of in (a.calendar, a.subscribe)
            ),
        ]
        found.append(Sisters(hrefs={tag: a.archive(tag) for tag in there}))
        years = {tag: await lists.years(connection, tag) for tag in there}
        topics = {tag: await lists.topics(connection, tag) for tag in there}
        for year in sorted({year for some in years.values() for year in some}, reverse=True):
            found.append(
                Sisters(hrefs={tag: a.year(tag, year) for tag in there if year in years[tag]})
            )
        for topic in sorted({topic for some in topics.values() for topic in some}):
            hrefs = {tag: a.topic(tag, topic) for tag in there if topic in topics[tag]}
            found.append(Sisters(hrefs=hrefs))
        return [sisters for sisters in found if sisters.hrefs]

    async def part(
        self, connection: AsyncConnection, languages: Sequence[str], number: int
    ) -> list[Sisters]:
        """The releases of one part; none if there is no such part."""
        size = _size(languages)
        p, pv = t.published, t.published_variant
        query = (
            select(p.c.slug, pv.c.language, pv.c.updated_at)
            .join(pv, pv.c.published_id == p.c.id)
            .where(
                p.c.id.between((number - 1) * size + 1, number * size), p.c.withdrawn_at.is_(None)
            )
            .order_by(p.c.id)
        )
        place = {tag: n for n, tag in enumerate(languages)}
        found = []
        rows = (await connection.execute(query)).all()
        for slug, some in groupby(rows, lambda row: str(row.slug)):
            changed = {
                row.language: row.updated_at
                for row in sorted(some, key=lambda row: place.get(row.language, len(place)))
            }
            hrefs = {tag: self._addresses.release(tag, slug) for tag in changed}
            found.append(Sisters(hrefs=hrefs, changed=changed))
        return found

    def robots(self) -> str:
        """robots.txt (RFC 9309). What was found is of use to whoever looked for it."""
        below = self._addresses.local(self._addresses.base)
        return (
            "User-agent: *\n"
            f"Disallow: {below}/*/search\n"
            f"Disallow: {below}/*?{CHOSEN}=\n"
            f"Disallow: {below}/*&{CHOSEN}=\n"
            f"\nSitemap: {self._addresses.sitemap()}\n"
        )


def written(found: Iterable[Sisters]) -> Iterator[str]:
    """The file of these pages, piece by piece: all of it at once may be many megabytes."""
    yield _HEAD + _SET
    yield from islice((one for sisters in found for one in _entries(sisters)), MOST)
    yield "</urlset>\n"


def _entries(sisters: Sisters) -> Iterator[str]:
    links = ""
    if len(sisters.hrefs) > 1:
        default = sisters.default or next(iter(sisters.hrefs.values()))
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{tag}" href="{escape(href)}"/>\n'
            for tag, href in (*sisters.hrefs.items(), ("x-default", default))
        )
    for tag, href in sisters.hrefs.items():
        changed = sisters.changed.get(tag)
        lastmod = f"<lastmod>{_moment(changed)}</lastmod>" if changed else ""
        yield f"<url><loc>{escape(href)}</loc>{lastmod}\n{links}</url>\n"


def _size(languages: Sequence[str]) -> int:
    return max(1, min(_IN_A_PART, _LINKS // len(languages) ** 2))


def _moment(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")
