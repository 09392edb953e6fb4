"""The newsroom's feeds as files: what the service serves, kept in step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import aiohttp
import pytest
from yarl import URL

from bot.errors import Conflict, PolyheraldError, StoreError
from bot.releases import publication, repository
from bot.releases.release import Release, ReleaseState
from bot.releases.review import OPERATOR, approved
from bot.settings import Settings
from bot.site.export import Export
from bot.store.database import touch
from feeds.tree import Tree

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

Make = Callable[..., Release]
CODINGS = {"": "identity", ".gz": "gzip", ".br": "br"}


def exporting(newsroom: Any, root: Path, settings: Settings | None = None) -> Export:
    return Export(newsroom.database, settings or newsroom.settings, newsroom.clock, root)


async def export(newsroom: Any, root: Path) -> Tree:
    return await exporting(newsroom, root).once(lambda: None)


def files(root: Path) -> dict[str, tuple[int, int]]:
    """Which file stands at each path, and when it changed."""
    return {
        quote(f"/{path.relative_to(root)}"): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in (root / "feeds").rglob("*")
        if path.is_file()
    }


async def many(newsroom: Any, make_release: Make, count: int = 52) -> None:
    """More than a feed holds, a second apart, so that there are archives."""
    async with newsroom.database.write() as connection:
        for number in range(count):
            newsroom.clock.set(newsroom.clock.now() + timedelta(seconds=1))
            release = make_release(f"lamp-{number}", texts={"en": f"Lamp {number}"}, topics=())
            ready = replace(release, state=ReleaseState.PUBLISHED)
            ready = approved(ready, "en", OPERATOR, four_eyes=False)
            stored = await repository.save(connection, ready, newsroom.clock.now())
            await publication.publish(newsroom.database, connection, stored, newsroom.clock.now())
        await touch(newsroom.database, connection)
    await newsroom.site.refresh()


async def test_the_files_are_what_is_served(
    newsroom: Any, make_release: Make, tmp_path: Path
) -> None:
    await newsroom.publish(make_release("fog", topics=("звук",)))
    tree = await export(newsroom, tmp_path)
    plain = {path for path in files(tmp_path) if not path.endswith((".gz", ".br"))}
    assert tree.written == len(plain)
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        for path in plain:
            for suffix, coding in CODINGS.items():
                url = newsroom.client.make_url("/").join(URL(path, encoded=True))
                async with http.get(url, headers={"Accept-Encoding": coding}) as answer:
                    assert answer.status == 200, path
                    body, heads = await answer.read(), answer.headers
                file = tmp_path / unquote(path + suffix).strip("/")
                assert body == file.read_bytes(), (path, coding)
                assert heads.get("Content-Encoding", "identity") == coding
                moment = parsedate_to_datetime(heads["Last-Modified"])
                assert file.stat().st_mtime == moment.timestamp()
    for expected in (
        "/feeds/opml.xml",
        "/feeds/ar/anniversaries.ics",
        "/feeds/zh-Hant/feed.json",
        "/feeds/fr/topics/%D0%B7%D0%B2%D1%83%D0%BA/atom.xml",
    ):
        assert expected in plain


async def test_only_what_changed_is_written_and_words_that_were_withdrawn_are_nowhere(
    newsroom: Any, make_release: Make, tmp_path: Path
) -> None:
    await many(newsroom, make_release)
    await newsroom.publish(make_release("fog", topics=("fog",), texts={"fr": "La brume"}))
    await export(newsroom, tmp_path)
    past = (tmp_path / "feeds/en/archive/1/feed.json").read_bytes()
    async with newsroom.client.get("/feeds/en/archive/1/feed.json") as answer:
        assert await answer.read() == past
    before = files(tmp_path)
    assert (await export(newsroom, tmp_path)).written == 0
    assert files(tmp_path) == before

    newsroom.clock.set(newsroom.clock.now() + timedelta(minutes=1))
    await newsroom.publish(make_release("news", texts={"en": "Zyqwort"}, topics=()))
    await export(newsroom, tmp_path)
    after = files(tmp_path)
    untouched = {path for path in before if after.get(path) == before[path]}
    assert {"/feeds/fr/atom.xml", "/feeds/fr/topics/fog/rss.xml"} <= untouched
    assert "/feeds/en/archive/1/atom.xml" in untouched
    assert not {"/feeds/en/atom.xml", "/feeds/en/feed.json.br"} & untouched

    first = newsroom.clock.now() + timedelta(minutes=1)
    newsroom.clock.set(first)
    await newsroom.desk.withdraw(OPERATOR, "lamp-3", {"en": "Sent by mistake."})
    await export(newsroom, tmp_path)
    archive = (tmp_path / "feeds/en/archive/1/atom.xml").read_text("utf-8")
    assert "Sent by mistake." in archive
    assert archive.count("First (en)") == 49


async def test_a_language_that_is_given_up_is_marked_as_gone(
    newsroom: Any, settings: Settings, tmp_path: Path
) -> None:
    await export(newsroom, tmp_path)
    assert (tmp_path / "feeds/zh-Hant/atom.xml").exists()
    fewer = settings.model_copy(update={"languages": ("en",)})
    await exporting(newsroom, tmp_path, fewer).once(lambda: None)
    left = {path.name for path in (tmp_path / "feeds/zh-Hant").iterdir()}
    assert {"atom.xml.gone", "rss.xml.gone", "feed.json.gone", "anniversaries.ics.gone"} == left
    assert (await export(newsroom, tmp_path)).written > 0
    assert not list((tmp_path / "feeds").rglob("*.gone"))


async def test_other_settings_or_lost_files_are_noticed(
    newsroom: Any, make_release: Make, settings: Settings, tmp_path: Path
) -> None:
    await newsroom.publish(make_release())
    await export(newsroom, tmp_path)
    feed = tmp_path / "feeds/fr/topics/lamps/atom.xml"
    (feed.parent / "atom.xml.br").unlink()
    await export(newsroom, tmp_path)
    assert (feed.parent / "atom.xml.br").exists()
    moved = settings.model_copy(update={"base_url": "https://elsewhere.example.org"})
    await exporting(newsroom, tmp_path, moved).once(lambda: None)
    assert "https://elsewhere.example.org/fr/" in feed.read_text("utf-8")
    assert settings.base_url not in feed.read_text("utf-8")


async def test_it_follows_what_is_published_until_it_is_ended(
    newsroom: Any, make_release: Make, tmp_path: Path
) -> None:
    ended, rounds, told = asyncio.Event(), asyncio.Queue[Tree](), list[PolyheraldError]()
    export = exporting(newsroom, tmp_path)
    following = asyncio.create_task(export.follow(ended, rounds.put_nowait, told.append))
    assert (await asyncio.wait_for(rounds.get(), 10)).written > 0
    await newsroom.publish(make_release())
    async with asyncio.timeout(10):
        while "A new lamp" not in (tmp_path / "feeds/en/atom.xml").read_text("utf-8"):
            await rounds.get()
    ended.set()
    await asyncio.wait_for(following, 10)
    assert told == []
    with Tree(tmp_path).alone(), pytest.raises(Conflict, match="Another export"):
        await exporting(newsroom, tmp_path).once(lambda: None)


async def test_a_folder_that_cannot_be_written_is_named(newsroom: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be written"):
        await export(newsroom, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "not a folder"
