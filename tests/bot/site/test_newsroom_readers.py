"""Readers that people use, each polling the feeds of every language over HTTP through the life of a
release: published, corrected, withdrawn."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
import reader as readers
from icalendar import Calendar

from bot.releases.correction import Kind
from bot.releases.release import ObservanceSpec, Release, Variant
from bot.releases.review import OPERATOR
from bot.settings import IssuerSettings, Settings
from translations.catalogs import catalog_for
from translations.text import text

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh", "az")
SLUGS = ("bell", "fog", "lamp")
FORMATS = ("rss.xml", "atom.xml")

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

Make = Callable[..., Release]


@pytest.fixture
def settings() -> Settings:
    names = {tag: f"Lighthouse ({tag})" for tag in LANGUAGES}
    return Settings(
        base_url="https://news.example.org",
        languages=LANGUAGES,
        issuer=IssuerSettings(names=names, domain="example.org", since=date(2024, 1, 1)),
    )


@pytest.fixture
async def life(newsroom: Any, make_release: Make) -> Life:
    lived = Life(newsroom, make_release)
    await lived.publish()
    return lived


class Life:
    """Three releases in seven languages; ``correct`` changes one, ``withdraw`` takes one back."""

    def __init__(self, newsroom: Any, make_release: Make) -> None:
        self.newsroom = newsroom
        self._make = make_release

    def url(self, language: str, document: str) -> str:
        return str(self.newsroom.client.make_url(f"/feeds/{language}/{document}"))

    def urls(self, *documents: str) -> Iterator[tuple[str, str]]:
        for language in LANGUAGES:
            for document in documents:
                yield language, self.url(language, document)

    def _release(self, slug: str) -> Release:
        return self._make(
            slug,
            texts={tag: f"The {slug} & its <light> ({tag})" for tag in LANGUAGES},
            observance=ObservanceSpec(origin=date(1946, 7, 4)) if slug == "bell" else None,
        )

    async def publish(self) -> None:
        for slug in SLUGS:
            self._later()
            await self.newsroom.publish(self._release(slug))

    def _later(self) -> None:
        self.newsroom.clock.set(self.newsroom.clock.now() + timedelta(minutes=1))

    async def correct(self) -> None:
        """The text about the lamp, in every language."""
        self._later()
        release = self._release("lamp")
        variants = {
            tag: Variant(language=tag, headline=variant.headline, body=f"Mended ({tag}).")
            for tag, variant in release.variants.items()
        }
        draft = replace(release, variants=variants)
        notes = {tag: f"Mended: {tag}" for tag in LANGUAGES}
        await self.newsroom.desk.correct(OPERATOR, "lamp", Kind.CORRECTION, notes, draft)
        await self.newsroom.site.refresh()

    async def withdraw(self) -> None:
        """What was said of the fog."""
        self._later()
        reasons = {tag: f"No fog: {tag}" for tag in LANGUAGES}
        await self.newsroom.desk.withdraw(OPERATOR, "fog", reasons)
        await self.newsroom.site.refresh()


def ident(slug: str, language: str) -> str:
    return f"tag:example.org,2024-01-01:release/{slug}/{language}"


def withdrawn(language: str) -> str:
    """What a reader's list says of it, as far as it names nothing."""
    headline = f"The fog & its <light> ({language})"
    return catalog_for(language).render(text("Withdrawn: {headline}", headline=headline))


async def _fetched(life: Life) -> dict[tuple[str, str], Any]:
    found = {}
    for language, url in life.urls(*FORMATS):
        async with life.newsroom.client.get(urlsplit(url).path) as answer:
            heads = {name.lower(): value for name, value in answer.headers.items()}
            parsed = feedparser.parse(await answer.read(), response_headers=heads)
        assert not parsed.bozo, (url, parsed.get("bozo_exception"))
        assert parsed.feed.language == language
        assert {entry.id for entry in parsed.entries} == {ident(slug, language) for slug in SLUGS}
        found[language, url.rpartition("/")[2]] = {e.id: e for e in parsed.entries}
    return found


async def test_feedparser(life: Life) -> None:
    before = await _fetched(life)
    await life.correct()
    corrected = await _fetched(life)
    await life.withdraw()
    after = await _fetched(life)
    for (language, name), entries in before.items():
        lamp, fog = ident("lamp", language), ident("fog", language)
        assert "Mended" not in entries[lamp].content[0].value
        changed = corrected[language, name][lamp]
        assert f"Mended ({language})." in changed.content[0].value
        assert f"Mended: {language}" in changed.content[0].value
        assert changed.published == entries[lamp].published
        assert changed.updated_parsed > entries[lamp].updated_parsed
        gone = after[language, name][fog]
        assert f"No fog: {language}" in gone.content[0].value
        assert f"First ({language})" not in gone.content[0].value
        assert gone.updated_parsed > entries[fog].updated_parsed
        bell = ident("bell", language)
        assert after[language, name][bell] == entries[bell]


async def test_reader(life: Life, tmp_path: Path) -> None:
    """Which stores what it was told, polls with validators, and replaces what was updated."""
    urls = {url: language for language, url in life.urls("atom.xml")}

    def begin() -> Any:
        made = readers.make_reader(str(tmp_path / "reader.db"))
        for url in urls:
            made.add_feed(url)
        return made

    def poll(program: Any) -> list[tuple[int, int]]:
        """How many entries were new, and how many changed, in each feed that said anything."""
        found = []
        for update in program.update_feeds_iter(scheduled=False):
            assert not isinstance(update.value, Exception), update
            if (counts := update.updated_feed) is not None:  # else it was told: 304
                found.append((counts.new, counts.modified))
        return found

    with ThreadPoolExecutor(1) as thread:  # its database is used from one thread only

        async def run(work: Callable[..., Any], *given: Any) -> Any:
            return await asyncio.get_running_loop().run_in_executor(thread, work, *given)

        program = await run(begin)
        assert await run(poll, program) == [(3, 0)] * 7
        assert await run(poll, program) == []
        await life.correct()
        assert await run(poll, program) == [(0, 1)] * 7
        await life.withdraw()
        assert await run(poll, program) == [(0, 1)] * 7
        entries = await run(lambda: list(program.get_entries()))
        await run(program.close)
    assert len(entries) == 3 * 7
    for entry in entries:
        language = urls[entry.feed_url]
        if entry.id == ident("fog", language):
            assert f"No fog: {language}" in entry.get_content().value
            assert f"First ({language})" not in entry.get_content().value
        if entry.id == ident("lamp", language):
            assert f"Mended ({language})." in entry.get_content().value


@pytest.mark.parametrize("name", FORMATS)
async def test_newsboat(life: Life, tmp_path: Path, name: str) -> None:
    """A program for a terminal, whose cache tells what it made of each feed."""
    urls, cache = tmp_path / "urls", tmp_path / "cache.db"
    urls.write_text("".join(f"{url}\n" for _, url in life.urls(name)), "utf-8")

    async def poll() -> dict[str, tuple[str, str]]:
        process = await asyncio.create_subprocess_exec(
            "newsboat",
            *("-q", "-C", tmp_path / "config", "-u", urls, "-c", cache, "-x", "reload"),
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said
        with closing(sqlite3.connect(cache)) as connection:
            rows = connection.execute("SELECT guid, title, content FROM rss_item")
            return {guid: (title, content) for guid, title, content in rows}

    (tmp_path / "config").touch()
    first = await poll()
    assert first.keys() == {ident(slug, language) for slug in SLUGS for language in LANGUAGES}
    await life.correct()
    await life.withdraw()
    second = await poll()
    assert second.keys() == first.keys()
    for language in LANGUAGES:
        title, content = first[ident("lamp", language)]
        assert f"The lamp & its <light> ({language})" in title
        assert f"First ({language}) &amp; &lt;b&gt;bold&lt;/b&gt;." in content
        assert f"Mended ({language})." in second[ident("lamp", language)][1]
        assert f"No fog: {language}" in second[ident("fog", language)][1]


async def test_icalendar(life: Life) -> None:
    for language in LANGUAGES:
        path = f"/feeds/{language}/anniversaries.ics"
        async with life.newsroom.client.get(path) as answer:
            events = Calendar.from_ical(await answer.read()).walk("VEVENT")
        assert {event["SUMMARY"].params["LANGUAGE"] for event in events} == {language}
        assert [event.decoded("DTSTART") for event in events] == [
            date(year, 7, 4) for year in range(2026, 2029)
        ]
