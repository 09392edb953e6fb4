"""What every ``FeedSource`` promises a feed site, held against each implementation there is.

To hold another one to it, write a function like :func:`memory` and name it in ``NEWSROOMS``; one
over a database gets the URL of a fresh one of the kind that it is named after.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from lxml import html

from bot.clock import FixedClock
from bot.releases import publication
from bot.releases.correction import Kind
from bot.releases.desk import Desk
from bot.releases.publication import Act
from bot.releases.release import RelatedDocument, Release, Variant
from bot.releases.review import OPERATOR
from bot.settings import Settings
from bot.site.source import NewsroomFeeds
from bot.store.database import Database
from feeds.archives import Part
from feeds.documents import DOCUMENTS, Document
from feeds.memory import MemorySource
from feeds.model import Alternate, Feed, FeedKey, Item, tag_id
from feeds.place import Place
from feeds.source import FeedSource, Listed, OpenPart, RetiredFeed, UnknownFeed


@dataclass(frozen=True, kw_only=True)
class Newsroom:
    """A source with something in it.

    It has at least two languages, and an item in two of them. ``correct`` changes the words of
    the newest item of the feed ``corrected``, as a correction does. ``retired`` is a feed that
    existed, ``unknown`` one that never did.
    """

    source: FeedSource
    corrected: FeedKey
    correct: Callable[[], Awaitable[None]]
    retired: FeedKey
    unknown: FeedKey


@asynccontextmanager
async def memory(_: str) -> AsyncIterator[Newsroom]:
    def item(language: str, other: str) -> Item:
        published = datetime(2026, 6, 26, 14, 0, tzinfo=UTC)
        return Item(
            id=tag_id("example.org", date(2024, 1, 1), f"release/harbour/{language}"),
            url=f"https://news.example.org/{language}/releases/harbour",
            title=f"Harbour ({language})",
            language=language,
            published=published,
            updated=published,
            content_html='<p>See <a href="https://news.example.org/">us</a>.</p>',
            alternates=(
                Alternate(f"https://news.example.org/{other}/releases/harbour", "text/html", other),
            ),
        )

    def feed(language: str, other: str) -> Feed:
        return Feed(
            id=tag_id("example.org", date(2024, 1, 1), f"feed/{language}"),
            title=f"Harbour Office ({language})",
            language=language,
            home_url=f"https://news.example.org/{language}/",
            updated=datetime(2026, 6, 1, tzinfo=UTC),
            author="Harbour Office",
            items=(item(language, other),),
        )

    source = MemorySource()
    source.put(FeedKey("en"), feed("en", "fr"))
    source.put(FeedKey("fr"), feed("fr", "en"))
    source.keep(FeedKey("en"), Part(1, 1), feed("en", "fr"))
    source.retire(FeedKey("de"))

    async def correct() -> None:
        old = await source.feed(FeedKey("en"))
        newest = old.items[0]
        new = replace(newest, title="Corrected", updated=newest.updated + timedelta(hours=1))
        source.put(FeedKey("en"), replace(old, items=(new, *old.items[1:])))

    yield Newsroom(
        source=source,
        corrected=FeedKey("en"),
        correct=correct,
        retired=FeedKey("de"),
        unknown=FeedKey("tlh"),
    )


@asynccontextmanager
async def published(database_url: str) -> AsyncIterator[Newsroom]:
    database = Database(database_url)
    clock = FixedClock(datetime(2026, 6, 26, 14, 0, tzinfo=UTC))
    texts = {"en": "A new lamp", "ar": "مصباح جديد"}
    release = Release(
        slug="lamp",
        original="en",
        date=date(2026, 6, 26),
        topics=("lamps",),
        related=(RelatedDocument(text="Report", url="https://www.example.org/", symbols=("A/1",)),),
        variants={
            tag: Variant(language=tag, headline=words, body="See www.example.org.")
            for tag, words in texts.items()
        },
    )
    desk = Desk(database, Settings(), clock)
    await desk.file(OPERATOR, release)
    approved = await desk.approve(OPERATOR, release.slug)
    async with database.write() as connection:
        ident = await publication.publish(database, connection, approved, clock.now())
    with_german = Settings(languages=("en", "de"))
    await NewsroomFeeds(database, with_german, clock).listing()

    async def correct() -> None:
        texts = {"en": ("Corrected", "", "See www.example.org.")}
        act = Act(kind=Kind.TYPO, notes={}, editor="operator", at=clock.now())
        async with database.write() as connection:
            page = await publication.by_id(connection, ident)
            await publication.correct_texts(database, connection, page, texts, act)

    yield Newsroom(
        source=NewsroomFeeds(database, Settings(languages=("en",)), clock),
        corrected=FeedKey("en"),
        correct=correct,
        retired=FeedKey("de"),
        unknown=FeedKey("tlh"),
    )
    await database.close()


NEWSROOMS: dict[str, Callable[[str], AbstractAsyncContextManager[Newsroom]]] = {
    "memory": memory,
    "sqlite": published,
    "postgresql": published,
}


@pytest.fixture(params=NEWSROOMS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def newsroom(backend: str, request: pytest.FixtureRequest) -> AsyncIterator[Newsroom]:
    url = "" if backend == "memory" else request.getfixturevalue("database_url")
    async with NEWSROOMS[backend](url) as made:
        yield made


async def live(source: FeedSource) -> dict[FeedKey, Feed]:
    feeds = {}
    for listed in await source.listing():
        if listed.head is not None:
            feeds[listed.key] = await source.feed(listed.key)
    return feeds


async def keys(source: FeedSource) -> list[FeedKey]:
    return [listed.key for listed in await source.listing()]


async def test_keys_are_unique_and_each_has_a_feed_in_its_language(newsroom: Newsroom) -> None:
    found = await keys(newsroom.source)
    assert len(found) == len(set(found))
    feeds = await live(newsroom.source)
    assert len({key.language for key in feeds}) >= 2
    assert all(feed.language == key.language for key, feed in feeds.items())
    assert len({feed.id for feed in feeds.values()}) == len(feeds)


async def test_an_unknown_feed_is_refused_and_not_listed(newsroom: Newsroom) -> None:
    with pytest.raises(UnknownFeed) as caught:
        await newsroom.source.feed(newsroom.unknown)
    assert caught.value.key == newsroom.unknown
    assert newsroom.unknown not in await keys(newsroom.source)
    with pytest.raises(UnknownFeed):
        await newsroom.source.feed(replace(newsroom.corrected, topic="never-heard-of"))


async def test_a_retired_feed_is_listed_and_refused(newsroom: Newsroom) -> None:
    (listed,) = [one for one in await newsroom.source.listing() if one.key == newsroom.retired]
    assert listed.head is None
    with pytest.raises(RetiredFeed) as caught:
        await newsroom.source.feed(newsroom.retired)
    assert caught.value.key == newsroom.retired


async def test_while_nothing_changes_the_answer_is_equal(newsroom: Newsroom) -> None:
    assert await live(newsroom.source) == await live(newsroom.source)


async def test_an_id_stands_for_one_thing_in_one_language(newsroom: Newsroom) -> None:
    seen: dict[str, Item] = {}
    for feed in (await live(newsroom.source)).values():
        for item in feed.items:
            assert seen.setdefault(item.id, item) == item


async def test_newest_items_come_first(newsroom: Newsroom) -> None:
    for feed in (await live(newsroom.source)).values():
        published = [item.published for item in feed.items]
        assert published == sorted(published, reverse=True)


async def test_sister_variants_link_each_other(newsroom: Newsroom) -> None:
    items = {i.url: i for feed in (await live(newsroom.source)).values() for i in feed.items}
    pairs = [
        (item, items[sister.href])
        for item in items.values()
        for sister in item.alternates
        if sister.href in items
    ]
    assert pairs
    for item, sister in pairs:
        assert sister.language in {a.hreflang for a in item.alternates}
        assert item.url in {a.href for a in sister.alternates}


async def test_links_in_the_text_are_absolute(newsroom: Newsroom) -> None:
    for feed in (await live(newsroom.source)).values():
        for item in feed.items:
            for *_, address, _ in html.fragment_fromstring(
                item.content_html, create_parent=True
            ).iterlinks():
                assert urlsplit(address).scheme in ("http", "https", "mailto", "tel")


async def test_a_correction_keeps_the_id_and_raises_updated(newsroom: Newsroom) -> None:
    before = await live(newsroom.source)
    await newsroom.correct()
    after = await live(newsroom.source)
    old, new = before[newsroom.corrected], after[newsroom.corrected]
    assert [item.id for item in new.items] == [item.id for item in old.items]
    changed = [(o, n) for o, n in zip(old.items, new.items, strict=True) if o != n]
    assert changed
    for was, now in changed:
        assert now.updated > was.updated
        assert (now.published, now.url, now.language) == (was.published, was.url, was.language)
    assert new.updated > old.updated


async def test_a_part_of_an_archive_always_says_the_same(newsroom: Newsroom) -> None:
    key, part = newsroom.corrected, Part(1, 1)
    before = await newsroom.source.part(key, part)
    assert [item.language for item in before.items] == [key.language]
    assert before.id == (await newsroom.source.feed(key)).id
    await newsroom.correct()
    assert await newsroom.source.part(key, part) == before
    with pytest.raises(OpenPart) as caught:
        await newsroom.source.part(key, Part(1))
    assert caught.value.key == key


async def test_a_part_that_there_is_not_is_refused(newsroom: Newsroom) -> None:
    for part in (Part(2), Part(1, 9), Part(7, 1)):
        with pytest.raises(UnknownFeed):
            await newsroom.source.part(newsroom.corrected, part)
    with pytest.raises(UnknownFeed):
        await newsroom.source.part(newsroom.unknown, Part(1, 1))
    with pytest.raises(RetiredFeed):
        await newsroom.source.part(newsroom.retired, Part(1, 1))


async def test_versions_are_other_ones_only_where_something_changed(newsroom: Newsroom) -> None:
    def versions(listing: Sequence[Listed]) -> dict[FeedKey, Hashable]:
        return {one.key: (one.version, one.past) for one in listing}

    before = versions(await newsroom.source.listing())
    assert versions(await newsroom.source.listing()) == before
    await newsroom.correct()
    after = versions(await newsroom.source.listing())
    assert after[newsroom.corrected] != before[newsroom.corrected]
    assert after[newsroom.retired] == before[newsroom.retired]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
async def test_every_feed_can_be_written(newsroom: Newsroom, document: Document) -> None:
    for feed in (await live(newsroom.source)).values():
        written = document.write(feed, Place(url="https://news.example.org/feed"))
        for item in feed.items:
            assert item.id.encode() in written
