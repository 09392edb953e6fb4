"""feeds.md 10, 11, 13 and 17: what a reader that keeps up with a feed, or comes late, learns of it.

A reader that follows a feed back through its archive finds everything, each page of it is always
the same, and what was corrected or withdrawn reaches whoever had it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import feedparser
import pytest
from lxml import etree

from bot.releases import chronicle, publication, repository
from bot.releases.correction import Kind
from bot.releases.release import Release, ReleaseState, Variant
from bot.releases.review import OPERATOR, approved
from bot.site import items
from feeds.documents import DOCUMENTS
from tests.bot.site.conftest import BASE, Newsroom
from tests.feeds.conftest import json_checker, xml_checker
from tests.feeds.w3c import faults

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
}
ATOM, RSS, JSON = (document.name for document in DOCUMENTS)
FORMATS = (ATOM, RSS, JSON)
CHECKS = {ATOM: xml_checker("atom.rng"), RSS: xml_checker("rss.rng"), JSON: json_checker()}
LIMIT = 512_000


@pytest.fixture
def backend() -> str:
    return "sqlite"


def a_release(slug: str, texts: dict[str, str], **changes: Any) -> Release:
    variants = {
        tag: Variant(language=tag, headline=f"{slug} ({tag})", body=body)
        for tag, body in texts.items()
    }
    return replace(
        Release(slug=slug, original="en", date=date(2026, 6, 1), variants=variants), **changes
    )


async def publish(newsroom: Newsroom, *releases: Release, archive: bool = False) -> None:
    """Publish as the planner does, a second apart, or load as archive."""
    async with newsroom.database.write() as connection:
        for release in releases:
            newsroom.clock.set(newsroom.clock.now() + timedelta(seconds=1))
            now = newsroom.clock.now()
            known = await repository.find(connection, release.slug)
            ready = replace(
                release,
                id=known.id if known else None,
                state=ReleaseState.PUBLISHED,
                archive=archive,
            )
            for tag in release.variants:
                ready = approved(ready, tag, OPERATOR, four_eyes=False)
            stored = await repository.save(connection, ready, now)
            since = datetime(2016, 1, 1, tzinfo=now.tzinfo) if archive else None
            await publication.publish(newsroom.database, connection, stored, now, since)
    await newsroom.site.refresh()


async def correct(newsroom: Newsroom, release: Release, language: str, headline: str) -> None:
    newsroom.clock.set(newsroom.clock.now() + timedelta(minutes=1))
    changed = replace(release.variants[language], headline=headline)
    await newsroom.desk.correct(
        OPERATOR,
        release.slug,
        Kind.CORRECTION,
        {"en": "It was otherwise."},
        replace(release, variants={**release.variants, language: changed}),
    )
    await newsroom.site.refresh()


async def withdraw(newsroom: Newsroom, slug: str) -> None:
    newsroom.clock.set(newsroom.clock.now() + timedelta(minutes=1))
    await newsroom.desk.withdraw(OPERATOR, slug, {"en": "Never sent by us.", "fr": "Un faux."})
    await newsroom.site.refresh()


@dataclass(frozen=True, kw_only=True)
class Read:
    """A document as a strict reader has it: valid, and found where it says that it is."""

    url: str
    body: bytes
    ids: tuple[str, ...]
    titles: tuple[str, ...]
    updated: tuple[str, ...]
    contents: tuple[str, ...]
    links: dict[str, str]
    is_archive: bool
    headers: Any

    @property
    def slugs(self) -> list[str]:
        return [ident.split("/")[-2] for ident in self.ids]


async def read(newsroom: Newsroom, url: str) -> Read:
    async with newsroom.client.get(url.removeprefix(BASE), allow_redirects=False) as answer:
        assert answer.status == 200, url
        body, headers = await answer.read(), answer.headers
    name = url.rpartition("/")[2]
    parsed = CHECKS[name](body)
    if name == JSON:
        said = parsed["items"]
        found = Read(
            url=parsed["feed_url"],
            body=body,
            ids=tuple(item["id"] for item in said),
            titles=tuple(item["title"] for item in said),
            updated=tuple(item["date_modified"] for item in said),
            contents=tuple(item["content_html"] for item in said),
            links={"prev-archive": parsed["next_url"]} if "next_url" in parsed else {},
            is_archive="/archive/" in parsed["feed_url"],
            headers=headers,
        )
    else:
        assert faults(body, url if url.startswith(BASE) else BASE + url) == []
        top = parsed if name == ATOM else parsed[0]
        entries = feedparser.parse(body, sanitize_html=False).entries
        links = {ln.get("rel"): ln.get("href") for ln in top.findall("a:link", NS)}
        found = Read(
            url=links["self"],
            body=body,
            ids=tuple(entry.id for entry in entries),
            titles=tuple(entry.title for entry in entries),
            updated=tuple(entry.updated for entry in entries),
            contents=tuple(entry.content[0].value for entry in entries),
            links=links,
            is_archive=top.find("fh:archive", NS) is not None,
            headers=headers,
        )
    assert found.url.removeprefix(BASE) == url.removeprefix(BASE)
    assert len(body) < LIMIT
    assert len(set(found.ids)) == len(found.ids)
    return found


async def chain(newsroom: Newsroom, path: str) -> list[Read]:
    """The feed and the whole of its archive, newest first."""
    found = [await read(newsroom, path)]
    assert not found[0].is_archive
    while before := found[-1].links.get("prev-archive"):
        found.append(await read(newsroom, before))
        assert found[-1].is_archive
    return found


def reconstructed(documents: list[Read]) -> dict[str, str]:
    """Titles by id, as RFC 5005 has them put together: of two versions the newer one stands."""
    titles: dict[str, str] = {}
    for document in documents:
        for ident, title in zip(document.ids, document.titles, strict=True):
            titles.setdefault(ident, title)
    return titles


def en(slug: str) -> str:
    return f"tag:example.org,2024-01-01:release/{slug}/en"


async def test_13_the_archive_goes_on_where_the_feed_ends_and_never_changes(
    newsroom: Newsroom,
) -> None:
    releases = [a_release(f"r{n}", {"en": f"Text {n}."}) for n in range(120)]
    await publish(newsroom, *releases)
    before = {}
    for name in FORMATS:
        path = f"/feeds/en/{name}"
        feed, second, first = before[name] = await chain(newsroom, path)
        assert feed.slugs == [f"r{n}" for n in reversed(range(70, 120))]
        assert second.slugs == [f"r{n}" for n in reversed(range(50, 100))]
        assert first.slugs == [f"r{n}" for n in reversed(range(50))]
        assert [d.url.removeprefix(BASE) for d in (second, first)] == [
            f"/feeds/en/archive/2/{name}",
            f"/feeds/en/archive/1/{name}",
        ]
        assert set(reconstructed(before[name])) == {en(f"r{n}") for n in range(120)}
        if name != JSON:
            assert first.links["next-archive"] == second.url
            assert {d.links["current"] for d in (first, second)} == {BASE + path}
            assert second.links["next-archive"] == f"{BASE}/feeds/en/archive/3/{name}"
        coming = f"/feeds/en/archive/3/{name}"
        async with newsroom.client.get(coming, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (307, BASE + path)
        assert first.headers["Cache-Control"] == "public, max-age=86400"
        assert second.headers["Last-Modified"] == "Fri, 26 Jun 2026 10:01:40 GMT"
        has = {"If-None-Match": first.headers["ETag"]}
        async with newsroom.client.get(f"/feeds/en/archive/1/{name}", headers=has) as again:
            assert again.status == 304

    # What happens later is in the feed, or in pages to come.
    late = replace(releases[60], variants=a_release("r60", {"en": "Text 60.", "fr": "X"}).variants)
    await publish(newsroom, late, *(a_release(f"s{n}", {"en": "New."}) for n in range(35)))
    await correct(newsroom, releases[7], "en", "r7, corrected")
    for name in FORMATS:
        _, second, first = before[name]
        later = await chain(newsroom, f"/feeds/en/{name}")
        assert [d.body for d in later[-2:]] == [second.body, first.body]
        assert later[0].titles[0] == "r7, corrected"
        assert later[0].ids[0] == en("r7") == first.ids[-8]
        assert later[0].updated[0] > first.updated[-8]
        assert "Correction, 26 June 2026: It was otherwise." in later[0].contents[0]
        assert first.titles[-8] == "r7 (en)"
        assert reconstructed(later)[en("r7")] == "r7, corrected"
        assert len(reconstructed(later)) == 155
        assert (await read(newsroom, f"/feeds/en/archive/3/{name}")).slugs[0] == "s29"


async def test_10_and_13_what_is_withdrawn_leaves_its_text_nowhere(newsroom: Newsroom) -> None:
    secret = [a_release(f"r{n}", {"en": f"Forged{n}x.", "fr": f"Faux{n}x."}) for n in range(56)]
    await publish(newsroom, *secret)
    await correct(newsroom, secret[3], "en", "Forged3x again")
    earlier = {name: await chain(newsroom, f"/feeds/en/{name}") for name in FORMATS}
    await withdraw(newsroom, "r3")
    for name, before in earlier.items():
        assert b"Forged3x" in before[-1].body
        after = await chain(newsroom, f"/feeds/en/{name}")
        assert not any(b"Forged3x." in d.body or b"Faux3x" in d.body for d in after)
        assert after[0].titles[0] == "Withdrawn"
        assert "Never sent by us." in after[0].contents[0]
        place = after[-1].ids.index(en("r3"))
        assert after[-1].titles[place] == "Withdrawn"
        assert after[-1].updated[place] > before[-1].updated[place]
        others = [n for n in range(50) if n != place]
        assert [after[-1].contents[n] for n in others] == [before[-1].contents[n] for n in others]
        assert after[0].updated[0] == after[-1].updated[place]
        french = await read(newsroom, f"/feeds/fr/{name}")
        assert french.ids[0] == en("r3").removesuffix("en") + "fr"
        assert "Un faux." in french.contents[0]
        if name == RSS:
            parsed = feedparser.parse(after[0].body).entries[0]
            assert parsed.published_parsed == parsed.updated_parsed


async def test_10_after_thirty_days_a_tombstone_is_left(newsroom: Newsroom) -> None:
    releases = [a_release(f"r{n}", {"en": "Text."}) for n in range(3)]
    await publish(newsroom, *releases)
    await withdraw(newsroom, "r1")
    path = "/feeds/en/atom.xml"
    notice = await read(newsroom, path)
    assert notice.slugs == ["r1", "r2", "r0"]
    assert not newsroom.site.is_due
    newsroom.clock.set(newsroom.clock.now() + timedelta(days=30))
    assert newsroom.site.is_due
    await newsroom.site.refresh()
    assert not newsroom.site.is_due
    later = await read(newsroom, path)
    assert later.slugs == ["r2", "r0"]
    (stone,) = etree.fromstring(later.body).findall("at:deleted-entry", NS)
    assert stone.get("ref") == en("r1")
    assert stone.get("when") == "2026-06-26T10:01:03+00:00" == notice.updated[0]
    assert "Never sent by us." in stone.findtext("at:comment", namespaces=NS)
    assert later.headers["Last-Modified"] == "Sun, 26 Jul 2026 10:01:03 GMT"
    for name in (RSS, JSON):
        assert (await read(newsroom, f"/feeds/en/{name}")).slugs == ["r2", "r0"]


async def test_13_what_was_loaded_as_archive_is_in_the_archive_alone(newsroom: Newsroom) -> None:
    await publish(newsroom, a_release("live", {"en": "Text."}, topics=("sea",)))
    old = [a_release(f"old{n}", {"en": "Text."}, topics=("sea",)) for n in range(60)]
    await publish(newsroom, *old, archive=True)
    for path in ("/feeds/en/atom.xml", "/feeds/en/topics/sea/atom.xml"):
        feed, tail, first = await chain(newsroom, path)
        assert feed.slugs == ["live"]
        below = path.removesuffix("atom.xml")
        assert tail.url == f"{BASE}{below}archive/2-11/atom.xml"
        assert first.url == f"{BASE}{below}archive/1/atom.xml"
        assert {*tail.slugs, *first.slugs} == {"live", *(f"old{n}" for n in range(60))}
    assert "next-archive" not in tail.links
    await publish(newsroom, a_release("old60", {"en": "Text."}), archive=True)
    moved = (await read(newsroom, "/feeds/en/atom.xml")).links["prev-archive"]
    assert moved == f"{BASE}/feeds/en/archive/2-12/atom.xml"
    same = await read(newsroom, "/feeds/en/archive/2-11/atom.xml")
    assert same.body == (await read(newsroom, tail.url.replace("/topics/sea", ""))).body
    assert len(same.ids) == 11
    # A topic of which there is nothing but archives has a feed as well.
    await publish(newsroom, a_release("x", {"en": "Text."}, topics=("ice",)), archive=True)
    feed, tail = await chain(newsroom, "/feeds/en/topics/ice/feed.json")
    assert (feed.slugs, tail.slugs) == ([], ["x"])
    await correct(newsroom, old[0], "en", "old0, corrected")
    newest = await chain(newsroom, "/feeds/en/atom.xml")
    assert newest[0].slugs == ["live"]
    assert newest[1].titles[0] == "old0, corrected"


async def test_13_parts_that_there_never_are_are_not_found(newsroom: Newsroom) -> None:
    await publish(newsroom, *(a_release(f"r{n}", {"en": "Text."}) for n in range(53)))
    statuses = {"1": 200, "1-7": 200, "2": 307, "2-3": 200, "2-2": 200}
    statuses |= dict.fromkeys(["2-4", "1-50", "3", "3-1", "0", "01", "1-0", "-1", "1-7-3"], 404)
    statuses |= dict.fromkeys(["x", "", "99999999999", "%D9%A1"], 404)
    paths = {f"/feeds/en/archive/{part}/atom.xml": status for part, status in statuses.items()}
    paths |= {
        "/feeds/EN/archive/1/atom.xml": 301,
        "/feeds/en/archive/1/anniversaries.ics": 404,
        "/feeds/en/archive/1/other.xml": 404,
        "/feeds/de/archive/1/atom.xml": 404,
        "/feeds/en/topics/none/archive/1/atom.xml": 404,
    }
    for path, status in paths.items():
        async with newsroom.client.get(path, allow_redirects=False) as answer:
            assert answer.status == status, path
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Vary"] == "Accept-Encoding"


LINKS = "See [the *report*](https://example.org/a?b=1&c=2) and https://example.org/x.\n\n"
NASTY = {
    "prose": "Plain words of a long report, one after another, without an end to them. " * 800,
    "marks": '<b> & "quoted" > ' * 800,
    "links": LINKS * 200,
    "Cyrillic": "Слова доклада, одно за другим, без конца. " * 800,
}


async def test_17_no_document_is_larger_than_readers_take(newsroom: Newsroom) -> None:
    """Whatever the texts are of: what takes little room in Markdown may take much in a feed."""
    texts = list(NASTY.values())
    releases = [a_release(f"r{n}", {"en": texts[n % len(texts)]}) for n in range(14)]
    await publish(newsroom, *releases)
    for name in (ATOM, JSON):
        assert 1 < len((await read(newsroom, f"/feeds/en/{name}")).ids) < 14
    documents = await chain(newsroom, "/feeds/en/rss.xml")
    assert len(documents[0].body) > LIMIT / 4
    assert set(reconstructed(documents)) == {en(f"r{n}") for n in range(14)}


async def test_17_a_text_that_no_feed_can_hold_is_shortened(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes more than is allowed is on its page alone; less, if it is large, is whole."""
    assert items.HUGE < 5_000_000
    monkeypatch.setattr(items, "HUGE", 600_000)
    await publish(newsroom, a_release("huge", {"en": "First.\n\n" + "&" * 70_000}))
    await publish(newsroom, a_release("large", {"en": "Second.\n\n" + "words " * 90_000}))
    body = await newsroom.get("/feeds/en/rss.xml")
    assert LIMIT < len(body) < items.HUGE
    assert body.count("words") == 90_000  # alone, and whole
    (item,) = json.loads(await newsroom.get("/feeds/en/archive/1/feed.json"))["items"]
    assert "First." in item["content_html"]
    assert f'<a href="{item["url"]}">Read the full release</a>' in item["content_html"]


async def test_a_release_that_leaves_a_topic_leaves_its_feed(newsroom: Newsroom) -> None:
    one = a_release("one", {"en": "Text.", "fr": "Texte."}, topics=("sea", "ice"))
    two = a_release("two", {"en": "Text."}, topics=("sea",))
    await publish(newsroom, one, two)
    newsroom.clock.set(newsroom.clock.now() + timedelta(minutes=1))
    await newsroom.desk.correct(
        OPERATOR, "one", Kind.CORRECTION, {"en": "Not of the sea."}, replace(one, topics=("air",))
    )
    await newsroom.site.refresh()
    assert (await read(newsroom, "/feeds/en/topics/sea/atom.xml")).slugs == ["two"]
    assert (await read(newsroom, "/feeds/en/topics/air/atom.xml")).slugs == ["one"]
    for path in ("en/topics/ice", "fr/topics/ice", "fr/topics/sea"):
        await newsroom.get(f"/feeds/{path}/rss.xml", 410)
        assert f"/feeds/{path}/" not in await newsroom.get("/feeds/opml.xml")
    # All languages share the topics: so all of them have the news, and a later date.
    assert (await read(newsroom, "/feeds/fr/atom.xml")).updated[0] > "2026-06-26T10:01"
    await publish(newsroom, a_release("three", {"en": "Text."}, topics=("ice",)))
    assert (await read(newsroom, "/feeds/en/topics/ice/atom.xml")).slugs == ["three"]


async def test_11_two_changes_in_one_second_have_two_dates(newsroom: Newsroom) -> None:
    release = a_release("one", {"en": "Text."})
    await publish(newsroom, release)
    moments = {(await read(newsroom, "/feeds/en/atom.xml")).updated}
    now = newsroom.clock.now()
    for headline in ("Second", "Third"):
        await correct(newsroom, release, "en", headline)
        newsroom.clock.set(now)
        moments.add((await read(newsroom, "/feeds/en/atom.xml")).updated)
    assert len(moments) == 3


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_13_whatever_happens_a_page_stays_as_it_is_and_nothing_is_lost(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acts of all kinds, with pages of four; what was read in between is read again at last."""
    monkeypatch.setattr(chronicle, "ENTRIES", 4)
    seen: dict[str, Read] = {}
    titles: dict[str, str] = {}
    out: dict[str, Release] = {}
    gone: set[str] = set()
    acts = "pppapcpppacptpwpapcapwtpcp"
    for n, act in enumerate(acts):
        slug = f"r{n}"
        there = [slug for slug in out if slug not in gone]
        if act in "pa":
            out[slug] = a_release(slug, {"en": f"Text {n}."}, topics=("sea",) if n % 2 else ())
            await publish(newsroom, out[slug], archive=act == "a")
            titles[en(slug)] = f"{slug} (en)"
        elif act == "c":
            slug = there[n * 7 % len(there)]
            out[slug] = replace(
                out[slug],
                variants={
                    **out[slug].variants,
                    "en": replace(out[slug].variants["en"], headline=f"{slug}, {n}"),
                },
            )
            await correct(newsroom, out[slug], "en", f"{slug}, {n}")
            titles[en(slug)] = f"{slug}, {n}"
        elif act == "t":
            slug = there[n * 5 % len(there)]
            french = Variant(language="fr", headline=f"{slug} (fr)", body="Texte.")
            out[slug] = replace(out[slug], variants={**out[slug].variants, "fr": french})
            is_archive = acts[int(slug[1:])] == "a"
            await publish(newsroom, out[slug], archive=is_archive)
        else:
            slug = there[n * 3 % len(there)]
            gone.add(slug)
            await withdraw(newsroom, slug)
            titles[en(slug)] = "Withdrawn"
        documents = await chain(newsroom, "/feeds/en/atom.xml")
        assert reconstructed(documents) == titles
        if n % 6 == 5:
            documents += await chain(newsroom, "/feeds/en/topics/sea/feed.json")
        seen |= {d.url: d for d in documents if d.is_archive and d.url not in seen}
    assert len(seen) > 10
    for url, then in seen.items():
        now = await read(newsroom, url)
        for ident, before, after in zip(then.ids, then.contents, now.contents, strict=True):
            assert before == after or ident.split("/")[-2] in gone
        if not {ident.split("/")[-2] for ident in then.ids} & gone:
            assert now.body == then.body
