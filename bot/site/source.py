"""The newsroom's feeds: what was published, as a feed source."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.occasions import almanac
from bot.occasions.almanac import Entry
from bot.occasions.calendar import local_date
from bot.releases import publication
from bot.releases.direction import standalone
from bot.releases.publication import Published
from bot.settings import Settings
from bot.site import anniversaries, content, retired
from bot.site.addresses import Addresses
from bot.site.authority import Authority, authority
from bot.site.templating import render
from bot.store import tables as t
from bot.store.database import Database, changes
from feeds.model import HTML, Alternate, Feed, FeedKey, Item, Picture, Related
from feeds.occasions import Calendar
from feeds.source import RetiredFeed, UnknownFeed
from translations.catalogs import catalog_for
from translations.text import Text, text

LONGEST = 50
"""Releases in a feed. What was loaded as archive is in none."""


@dataclass(frozen=True, kw_only=True)
class _Snapshot:
    """Which releases are in which feed, newest first, as of the change counter ``at``, and the
    anniversaries of the years around."""

    at: int
    feeds: Mapping[FeedKey, tuple[Published, ...]]
    anniversaries: Sequence[Entry]
    retired: tuple[FeedKey, ...]


class NewsroomFeeds:
    """A ``FeedSource`` over what is published: one feed per language and per topic in it.

    All feeds of one rebuilding come from one moment of the database: ``keys`` looks, and
    ``feed`` looks again only if the change counter has moved since.
    """

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._addresses = Addresses(settings)
        self._authority: Authority | None = None
        self._seen: _Snapshot | None = None

    async def keys(self) -> Sequence[FeedKey]:
        """Live feeds, then those that were once offered and are no more."""
        self._seen = seen = await self._look()
        return (*seen.feeds, *seen.retired)

    async def live_keys(self) -> Sequence[FeedKey]:
        return tuple((await self._newest()).feeds)

    async def feed(self, key: FeedKey) -> Feed:
        seen = await self._newest()
        if key in seen.retired:
            raise RetiredFeed(key)
        if key not in seen.feeds:
            raise UnknownFeed(key)
        minted = await self._minted_by()
        items = []
        for published in seen.feeds[key]:
            items.append(self._item(published, key.language, minted))
            await asyncio.sleep(0)  # a text takes milliseconds: let requests in between
        return Feed(
            id=minted.feed(key.language, key.topic),
            title=feed_title(key, self._settings),
            language=key.language,
            home_url=self._addresses.home(key.language),
            # Feeds are as old as the name they bear until something is in them.
            updated=datetime.combine(minted.since, time(), UTC),
            author=content.office_name(key.language, self._settings)
            or catalog_for(key.language).render(text("Newsroom")),
            items=tuple(items),
            calendar=None if key.topic else await self._calendar(key.language, seen, minted),
        )

    async def _calendar(self, language: str, seen: _Snapshot, minted: Authority) -> Calendar:
        made = anniversaries.calendar_of(seen.anniversaries, language, minted, self._settings)
        return await anniversaries.dated(made, self._database, self._clock)

    async def _newest(self) -> _Snapshot:
        if self._seen is not None:
            async with self._database.read() as connection:
                if await changes(connection) == self._seen.at:
                    return self._seen
        self._seen = await self._look()
        return self._seen

    async def _minted_by(self) -> Authority:
        if self._authority is None:
            self._authority = await authority(self._database, self._settings, self._clock)
        return self._authority

    async def _look(self) -> _Snapshot:
        today = local_date(self._settings.timezone, self._clock.now())
        async with self._database.read() as connection:
            at = await changes(connection)
            index = await self._index(connection)
            wanted = {ident for idents in index.values() for ident in idents}
            known = await publication.by_ids(connection, wanted)
            days = await almanac.between(connection, *anniversaries.years_around(today))
        return _Snapshot(
            at=at,
            anniversaries=days,
            feeds={key: tuple(known[ident] for ident in index[key]) for key in index},
            retired=await retired.keys(self._database, index),
        )

    async def _index(self, connection: AsyncConnection) -> dict[FeedKey, list[int]]:
        """Which published ids each feed has, by the time at which its language came out."""
        variant = t.published_variant
        rows = (
            await connection.execute(
                select(t.published.c.id, t.published.c.topics, variant.c.language)
                .join(variant, variant.c.published_id == t.published.c.id)
                .where(t.published.c.archive.is_(False))
                .order_by(variant.c.published_at.desc(), t.published.c.id.desc())
            )
        ).all()
        configured = self._settings.languages
        found: dict[FeedKey, list[int]] = {FeedKey(language): [] for language in configured}
        for row in rows:
            for topic in ("", *row.topics):
                key = _key(row.language, topic)
                if key is not None and len(idents := found.setdefault(key, [])) < LONGEST:
                    idents.append(row.id)
        places = {language: place for place, language in enumerate(configured)}
        return {
            key: found[key]
            for key in sorted(
                found,
                key=lambda key: (
                    places.get(key.language, len(places)),
                    key.language,
                    key.topic,
                ),
            )
        }

    def _item(self, published: Published, language: str, minted: Authority) -> Item:
        variant = published.variants[language]
        documents = content.documents(published, language)
        notes = content.notes(published, language, self._settings)
        figures = content.figures(published, language, self._addresses)
        title, summary = variant.headline, content.summary(variant)
        if published.withdrawn_at is not None:
            title = catalog_for(language).render(text("Withdrawn: {headline}", headline=title))
            summary = "\n".join(note.words for note in notes)
        return Item(
            id=minted.release(published.slug, language),
            url=self._addresses.release(language, published.slug),
            title=standalone(title, language),
            language=language,
            published=variant.published_at,
            updated=variant.updated_at,
            content_html=str(
                render(
                    "item.html",
                    language,
                    published=published,
                    variant=variant,
                    body=content.body_html(variant.body, language),
                    issuer=content.issuer_name(published.issuer, language, self._settings),
                    documents=documents,
                    figures=figures,
                    notes=notes,
                )
            ),
            summary="\n".join(standalone(line, language) for line in summary.split("\n")),
            author=content.issuer_name(published.issuer, language, self._settings),
            categories=published.topics,
            alternates=tuple(
                Alternate(
                    self._addresses.release(other, published.slug),
                    HTML,
                    other,
                    standalone(sister.headline, other),
                )
                for other, sister in published.variants.items()
                if other != language
            ),
            related=tuple(_related(documents)),
            pictures=tuple(map(_picture, figures)),
        )


def _picture(figure: content.Figure) -> Picture:
    said = figure.caption or figure.alternative
    return Picture(
        href=figure.href,
        type=figure.media_type,
        length=figure.length,
        width=figure.width,
        height=figure.height,
        title=standalone(said.text, said.language) if said else "",
        credit=standalone(figure.credit.text, figure.credit.language) if figure.credit else "",
    )


def _related(documents: Iterable[content.Document]) -> Iterable[Related]:
    hrefs: set[str] = set()
    for document in documents:
        for link in (document.title, *document.symbols):
            if link.href and link.href not in hrefs:
                hrefs.add(link.href)
                yield Related(link.href, link.text)


def _key(language: str, topic: str) -> FeedKey | None:
    """The feed of a topic; ``None`` for one whose name no address can hold."""
    try:
        return FeedKey(language, topic)
    except ValueError:
        return None


def feed_title(key: FeedKey, settings: Settings) -> str:
    """What a feed is called, in its own language."""
    return catalog_for(key.language).render(_title(key, settings))


def _title(key: FeedKey, settings: Settings) -> Text:
    name = content.office_name(key.language, settings)
    if name and key.topic:
        return text("{issuer}: press releases on “{topic}”", issuer=name, topic=key.topic)
    if name:
        return text("{issuer}: press releases", issuer=name)
    if key.topic:
        return text("Press releases on “{topic}”", topic=key.topic)
    return text("Press releases")
