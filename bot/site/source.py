"""The newsroom's feeds: what was published, as a feed source."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock
from bot.occasions import almanac
from bot.occasions.calendar import local_date, moment_in
from bot.releases import chronicle, past, publication
from bot.releases.chronicle import Entry, Log, State
from bot.releases.publication import Published
from bot.settings import Settings
from bot.site import anniversaries, content
from bot.site.addresses import Addresses
from bot.site.authority import Authority, authority
from bot.site.items import Items
from bot.store import tables as t
from bot.store.database import ANNIVERSARIES, Database, changes, recalled
from feeds.archives import Part
from feeds.model import Feed, FeedKey, Item
from feeds.occasions import Calendar
from feeds.size import LARGEST, fitting, octets
from feeds.source import Listed, OpenPart, RetiredFeed, UnknownFeed
from translations.catalogs import catalog_for
from translations.text import Text, text

LONGEST = 50
"""Releases in a feed. What was loaded as archive is in its archive alone."""

NOTICE = timedelta(days=30)
"""For so long a withdrawn release is in the feeds as a notice; a tombstone stays."""

TOMBSTONES = 50

_HEAD = 60_000
"""Octets for what a feed says beside its items."""

_ITEMS, _TEXTS = 1000, 200
"""Items, and releases to make them of, that are kept in memory: most feeds have most of them."""


class NewsroomFeeds:
    """A ``FeedSource`` over what is published: one feed per language and per topic in it."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._addresses = Addresses(settings)
        self._authority: Authority | None = None
        self._calendars: Mapping[str, Calendar] = {}
        self._calendars_of: tuple[str | None, int, set[str]] | None = None
        self._texts: dict[int, Published] = {}
        self._texts_at = -1
        self._items: OrderedDict[tuple[int, str], tuple[Published, Item, int]] = OrderedDict()
        self.changes_at: datetime | None = None
        """When some feed will say something else without anybody's doing, as of the last list."""

    async def listing(self) -> Sequence[Listed]:
        """Live feeds, then those that were once offered and are no more."""
        await self._offer()
        now = self._clock.now()
        today = local_date(self._settings.timezone, now)
        minted = await self._minted_by()
        calendars = await self._dated_calendars(today, minted)
        async with self._database.read() as connection:
            states = await chronicle.states(connection)
            left = await _newest_withdrawal(connection, now - NOTICE)
            leaves = await _next_withdrawal(connection, now - NOTICE)
        new_year = moment_in(self._settings.timezone, date(today.year + 1, 1, 1), time())
        self.changes_at = min([new_year, *([leaves + NOTICE] if leaves else [])])
        found: list[Listed] = []
        for state in self._in_order(states):
            key = _key(state.log)
            if key is None:
                continue
            if not self._is_live(state):
                found.append(Listed(key=key, head=None))
                continue
            found.append(
                Listed(
                    key=key,
                    head=self._head(key, state, minted),
                    version=(
                        state.version,
                        left,
                        None if key.topic else calendars.get(key.language),
                    ),
                    past=state.withdrawals,
                )
            )
        return found

    async def live_keys(self) -> Sequence[FeedKey]:
        async with self._database.read() as connection:
            states = await chronicle.states(connection)
        keys = (_key(s.log) for s in self._in_order(states) if self._is_live(s))
        return tuple(key for key in keys if key is not None)

    async def feed(self, key: FeedKey) -> Feed:
        log, minted = Log(key.language, key.topic), await self._minted_by()
        left_by = self._clock.now() - NOTICE
        async with self._database.read() as connection:
            state = self._demand(key, await chronicle.state(connection, log))
            news, passed = await self._news(connection, log, left_by)
            tail = await chronicle.page(connection, log, state.page)
            gone = await chronicle.withdrawn(connection, log, left_by, TOMBSTONES)
            stones = await publication.by_ids(connection, gone)
        items = Items(self._settings, minted)
        made = []
        for published in news:
            made.append(await self._item(items, published, key.language))
        count = fitting([size for _, size in made], LARGEST - _HEAD)
        told = passed | {published.id for published in news[:count]}
        is_whole = all(not e.archive and e.published_id in told for e in tail)
        head = self._head(key, state, minted)
        leavings = [stones[ident].withdrawn_at for ident in gone[:1]]
        return replace(
            head,
            updated=max([head.updated, *(at + NOTICE for at in leavings if at is not None)]),
            items=tuple(item for item, _ in made[:count]),
            gone=tuple(items.tombstone(stones[ident], key.language) for ident in gone),
            previous=_part(state.page - 1) if is_whole else Part(state.page, state.entries),
        )

    async def part(self, key: FeedKey, part: Part) -> Feed:
        log, minted = Log(key.language, key.topic), await self._minted_by()
        async with self._database.read() as connection:
            state = self._demand(key, await chronicle.state(connection, log))
            entries = await chronicle.page(connection, log, part.number)
            is_full = part.number < state.page
            if part.number == state.page and not part.entries:
                raise OpenPart(key)
            if part.entries > len(entries) - is_full or not entries:
                raise UnknownFeed(key)
            # Of a release that is on a page twice, what it said last.
            last = {e.published_id: e for e in entries[: part.entries or None]}
            texts = await publication.by_ids(connection, last)
            replaced = await past.replaced(connection, last)
        items, made = Items(self._settings, minted), []
        for entry in sorted(last.values(), key=lambda e: -e.place):
            then = past.as_of(
                texts[entry.published_id],
                entry.revision,
                entry.languages,
                replaced.get(entry.published_id, ()),
            )
            made.append(items.item(then, key.language))
            await asyncio.sleep(0)  # a text takes milliseconds: let requests in between
        return Feed(
            id=minted.feed(key.language, key.topic),
            title=feed_title(key, self._settings),
            language=key.language,
            home_url=self._addresses.home(key.language),
            updated=max(item.updated for item in made),
            author=self._author(key.language),
            items=tuple(made),
            previous=_part(part.number - 1),
            following=None if part.entries else Part(part.number + 1),
        )

    # --- which feeds there are -------------------------------------------------------------------

    async def _offer(self) -> None:
        """The office's languages have feeds from the first look on, though there is nothing yet."""
        async with self._database.read() as connection:
            known = {state.log for state in await chronicle.states(connection)}
        offered = {Log(language) for language in self._settings.languages}
        if not offered <= known:
            await chronicle.offer(self._database, offered)

    def _is_live(self, state: State) -> bool:
        """A language that the office gave up goes on while there are releases in it."""
        if state.log.topic:
            return state.is_begun and not state.deserted
        return state.is_begun or state.log.language in self._settings.languages

    def _in_order(self, states: Iterable[State]) -> list[State]:
        """The office's languages in its own order, then others; retired feeds last."""
        places = {language: place for place, language in enumerate(self._settings.languages)}
        return sorted(
            states,
            key=lambda state: (
                not self._is_live(state),
                places.get(state.log.language, len(places)),
                state.log.language,
                state.log.topic,
            ),
        )

    def _demand(self, key: FeedKey, state: State | None) -> State:
        if state is None:
            raise UnknownFeed(key)
        if not self._is_live(state):
            raise RetiredFeed(key)
        return state

    async def _dated_calendars(self, today: date, minted: Authority) -> Mapping[str, Calendar]:
        """By language; made anew only if something that they tell of has changed, or the year."""
        async with self._database.read() as connection:
            told = await recalled(connection, ANNIVERSARIES)
            states = await chronicle.states(connection)
            languages = {s.log.language for s in states if not s.log.topic and self._is_live(s)}
            if (told, today.year, languages) == self._calendars_of:
                return self._calendars
            days = await almanac.between(connection, *anniversaries.years_around(today))
        calendars: dict[str, Calendar] = {}
        for language in languages:
            made = await asyncio.to_thread(
                anniversaries.calendar_of, days, language, minted, self._settings
            )
            calendars[language] = await anniversaries.dated(made, self._database, self._clock)
        self._calendars, self._calendars_of = calendars, (told, today.year, languages)
        return calendars

    # --- what is in them -------------------------------------------------------------------------

    def _head(self, key: FeedKey, state: State, minted: Authority) -> Feed:
        # Feeds are as old as the name they bear until something is in them.
        since = datetime.combine(minted.since, time(), UTC)
        return Feed(
            id=minted.feed(key.language, key.topic),
            title=feed_title(key, self._settings),
            language=key.language,
            home_url=self._addresses.home(key.language),
            updated=max(since, state.updated_at or since),
            author=self._author(key.language),
            calendar=None if key.topic else self._calendars.get(key.language),
        )

    def _author(self, language: str) -> str:
        name = content.office_name(language, self._settings)
        return name or catalog_for(language).render(text("Newsroom"))

    async def _news(
        self, connection: AsyncConnection, log: Log, left_by: datetime
    ) -> tuple[list[Published], set[int]]:
        """The newest releases, each once; and those passed over that are in the feed no more."""
        news: dict[int, Published] = {}
        passed: set[int] = set()
        last: Entry | None = None
        while len(news) < LONGEST:
            entries = await chronicle.news(connection, log, LONGEST, last)
            if not entries:
                break
            last = entries[-1]
            texts = await self._published(connection, {e.published_id for e in entries})
            for ident in dict.fromkeys(e.published_id for e in entries):
                published = texts[ident]
                has_left = published.withdrawn_at is not None and published.withdrawn_at <= left_by
                if has_left or (log.topic and log.topic not in published.topics):
                    passed.add(ident)
                else:
                    news.setdefault(ident, published)
        return list(news.values())[:LONGEST], passed

    async def _published(
        self, connection: AsyncConnection, idents: Collection[int]
    ) -> dict[int, Published]:
        """Texts as they are now; read once for all feeds that have them."""
        at = await changes(connection)
        if at != self._texts_at or len(self._texts) > _TEXTS:
            self._texts, self._texts_at = {}, at
        texts = self._texts
        missing = [ident for ident in idents if ident not in texts]
        texts |= await publication.by_ids(connection, missing)
        return {ident: texts[ident] for ident in idents}

    async def _item(self, items: Items, published: Published, language: str) -> tuple[Item, int]:
        """The item, and how many octets it takes."""
        key = (published.id, language)
        kept = self._items.pop(key, None)
        if kept is None or kept[0] != published:
            item = items.item(published, language)
            kept = published, item, octets(item)
            await asyncio.sleep(0)  # a text takes milliseconds: let requests in between
        self._items[key] = kept
        if len(self._items) > _ITEMS:
            self._items.popitem(last=False)
        return kept[1:]

    async def _minted_by(self) -> Authority:
        if self._authority is None:
            self._authority = await authority(self._database, self._settings, self._clock)
        return self._authority


async def _newest_withdrawal(connection: AsyncConnection, until: datetime) -> datetime | None:
    p = t.published
    query = select(func.max(p.c.withdrawn_at)).where(p.c.withdrawn_at <= until)
    found: datetime | None = await connection.scalar(query)
    return found


async def _next_withdrawal(connection: AsyncConnection, after: datetime) -> datetime | None:
    p = t.published
    query = select(func.min(p.c.withdrawn_at)).where(p.c.withdrawn_at > after)
    found: datetime | None = await connection.scalar(query)
    return found


def _part(number: int) -> Part | None:
    return Part(number) if number else None


def _key(log: Log) -> FeedKey | None:
    """The feed of a log; ``None`` for a topic whose name no address can hold."""
    try:
        return FeedKey(log.language, log.topic)
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
