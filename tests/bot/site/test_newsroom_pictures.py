"""Pictures on pages: seen once they are published, by everybody, and not after a withdrawal."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import feedparser
import pytest
from lxml import html
from PIL import Image

from bot.releases.correction import Kind
from bot.releases.gallery import Added, Described, PutFirst, Removed
from bot.releases.picture import Picture
from bot.releases.release import Release
from bot.releases.review import OPERATOR
from bot.site import media

MakePicture = Callable[..., Picture]
MakeRelease = Callable[..., Release]
ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])
"""Where the database makes no difference."""


@pytest.fixture
def quay(picture: MakePicture) -> Picture:
    return picture(
        captions={"en": "The <quay>", "ar": "الرصيف"},
        credits={"en": "A. Keeper"},
        alternatives={"en": 'Stones "in" the sun'},
    )


def address(picture: Picture, width: int | None = None) -> str:
    return f"/media/{picture.digest}-{width or picture.widest.width}.jpg"


@ON_ONE
async def test_a_page_shows_its_pictures_with_what_is_said_of_them(
    newsroom: Any, make_release: MakeRelease, quay: Picture, picture: MakePicture
) -> None:
    lamp = picture(seed=1, captions={"fr": "La lampe"})
    await newsroom.publish(make_release(pictures=(quay, lamp)))

    english = await newsroom.page("/en/releases/lamp")
    first, second = english.xpath("//figure[@class='picture']")
    (image,) = first.xpath("./img")
    assert image.get("src") == address(quay)
    assert image.get("srcset") == ", ".join(
        f"{address(quay, r.width)} {r.width}w" for r in quay.renditions
    )
    assert (image.get("width"), image.get("height")) == ("900", "600")
    assert image.get("alt") == 'Stones "in" the sun'
    assert image.get("loading") is None
    assert " ".join(first.text_content().split()) == "The <quay> Picture: A. Keeper"
    assert second.xpath("./img/@loading") == ["lazy"]
    assert second.xpath(".//bdi[@lang='fr']/text()") == ["La lampe"]
    assert second.xpath("./img/@lang") == ["fr"]

    arabic = await newsroom.page("/ar/releases/lamp")
    assert arabic.xpath("//figure[1]/img/@alt") == ["الرصيف"], "nearer than another language's"

    head = {m.get("property"): m.get("content") for m in english.xpath("//meta[@property]")}
    assert head["og:image"] == "https://news.example.org" + address(quay)
    assert (head["og:image:width"], head["og:image:height"]) == ("900", "600")


@ON_ONE
async def test_a_picture_is_fetched_once_and_for_all(
    newsroom: Any, make_release: MakeRelease, quay: Picture
) -> None:
    await newsroom.publish(make_release(pictures=(quay,)))

    for place, rendition in enumerate(quay.renditions):
        async with newsroom.client.get(address(quay, rendition.width)) as answer:
            body = await answer.read()
            headers = answer.headers
        assert body == quay.data[place]
        assert Image.open(io.BytesIO(body)).size == (rendition.width, rendition.height)
    assert headers["Content-Type"] == "image/jpeg"
    assert "immutable" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Set-Cookie" not in headers
    path = address(quay, 400)
    async with newsroom.client.head(path) as head:
        assert (head.status, await head.read()) == (200, b"")
        assert head.headers["Content-Length"] == str(quay.renditions[-1].length)
    for etag in (headers["ETag"], f"W/{headers['ETag']}", "*", f'"x", {headers["ETag"]}'):
        async with newsroom.client.get(path, headers={"If-None-Match": etag}) as again:
            assert (again.status, await again.read()) == (304, b"")
            assert again.headers["ETag"] == headers["ETag"]
    async with newsroom.client.post(path) as refused:
        assert refused.status == 405


async def test_before_it_is_published_a_picture_is_as_unknown_as_any(
    newsroom: Any, make_release: MakeRelease, quay: Picture, picture: MakePicture
) -> None:
    release = make_release(pictures=(quay,))
    await newsroom.file(release)
    never = picture(seed=9)

    hidden = await newsroom.get(address(quay), 404)

    assert hidden == await newsroom.get(address(never), 404)
    for path in ("/media/x.jpg", f"/media/{quay.digest}-900.png", f"/media/{quay.digest}-1.jpg"):
        assert await newsroom.get(path, 404) == hidden
    assert quay.digest not in hidden
    await newsroom.release(release)
    await newsroom.site.refresh()
    assert await newsroom.client.get(address(quay)) is not None
    async with newsroom.client.get(address(quay)) as answer:
        assert answer.status == 200


async def test_what_was_withdrawn_is_seen_no_more_and_kept_nowhere(
    newsroom: Any, make_release: MakeRelease, quay: Picture
) -> None:
    await newsroom.publish(make_release(pictures=(quay,)))
    async with newsroom.client.get(address(quay)) as answer:
        assert answer.status == 200

    await newsroom.desk.withdraw(OPERATOR, "lamp", {"en": "It was wrong."})
    await newsroom.site.refresh()

    await newsroom.get(address(quay), 404)
    gone = await newsroom.get("/en/releases/lamp", 410)
    assert quay.digest not in gone
    async with newsroom.database.read() as connection:
        for table in ("picture", "published_picture"):
            found = await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")
            assert found.scalar() == 0


@ON_ONE
async def test_another_picture_is_a_correction_and_takes_the_place_of_the_first(
    newsroom: Any, make_release: MakeRelease, quay: Picture, picture: MakePicture
) -> None:
    lamp = picture(seed=1, captions={"en": "The lamp"})
    await newsroom.publish(make_release(pictures=(quay,)))
    await newsroom.desk.illustrate(OPERATOR, "lamp", Added(picture=lamp))
    await newsroom.desk.illustrate(OPERATOR, "lamp", Removed(digest=quay.digest))
    await newsroom.site.refresh()
    assert (await newsroom.page("/en/releases/lamp")).xpath("//img/@src") == [address(quay)]
    await newsroom.get(address(lamp), 404)

    done = await newsroom.desk.correct(OPERATOR, "lamp", Kind.CORRECTION, {"en": "Not that lamp."})
    await newsroom.site.refresh()

    assert set(done.languages) == {"en", "fr", "ar"}
    assert (await newsroom.page("/en/releases/lamp")).xpath("//img/@src") == [address(lamp)]
    await newsroom.get(address(quay), 404)


@ON_ONE
async def test_a_caption_is_corrected_for_those_who_read_it(
    newsroom: Any, make_release: MakeRelease, quay: Picture
) -> None:
    await newsroom.publish(make_release(pictures=(quay,)))
    said = Described(digest=quay.digest, language="fr", caption="Le quai")
    await newsroom.desk.illustrate(OPERATOR, "lamp", said)

    done = await newsroom.desk.correct(OPERATOR, "lamp", Kind.TYPO, {})
    await newsroom.site.refresh()

    assert done.languages == ("fr",)
    assert "Le quai" in await newsroom.get("/fr/releases/lamp")
    assert "Le quai" not in await newsroom.get("/en/releases/lamp")


@ON_ONE
async def test_a_language_that_comes_later_brings_its_words(
    newsroom: Any, make_release: MakeRelease, quay: Picture
) -> None:
    release = make_release(texts={"en": "A new lamp"}, pictures=(quay,))
    await newsroom.publish(release)
    later = make_release(texts={"en": "A new lamp", "fr": "Une lampe"}, pictures=(quay,))
    await newsroom.file(later)
    for language, caption in (("fr", "Le quai"), ("en", "Another quay")):
        said = Described(digest=quay.digest, language=language, caption=caption)
        await newsroom.desk.illustrate(OPERATOR, "lamp", said)

    await newsroom.release(later)
    await newsroom.site.refresh()

    assert "Le quai" in await newsroom.get("/fr/releases/lamp")
    assert "Another quay" not in await newsroom.get("/en/releases/lamp"), "that is a correction"


@ON_ONE
async def test_pictures_in_memory_are_bounded_and_read_once(
    newsroom: Any, make_release: MakeRelease, quay: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "KEPT_BYTES", quay.widest.length + 10)
    await newsroom.publish(make_release(pictures=(quay,)))
    store = newsroom.site._media

    async def get(width: int) -> int:
        async with newsroom.client.get(address(quay, width)) as answer:
            return answer.status

    assert await asyncio.gather(*(get(900) for _ in range(20))) == [200] * 20
    assert list(store._files) == [address(quay).removeprefix("/media/")]
    assert await get(400) == 200
    assert store._bytes == quay.renditions[-1].length <= media.KEPT_BYTES


@ON_ONE
async def test_files_speak_for_their_pictures_and_not_for_those_that_were_sent(
    newsroom: Any, make_release: MakeRelease, quay: Picture, picture: MakePicture
) -> None:
    sent = picture(seed=1, sent=True)
    await newsroom.file(make_release(pictures=(quay,)))
    await newsroom.desk.illustrate(OPERATOR, "lamp", Added(picture=sent))
    await newsroom.desk.illustrate(OPERATOR, "lamp", PutFirst(digest=sent.digest))
    assert (await newsroom.desk.pictures_of("lamp")).keys() == {quay.digest, sent.digest}

    await newsroom.desk.file(OPERATOR, replace(make_release(), dateline="Exampleton"))

    assert (await newsroom.desk.pictures_of("lamp")).keys() == {sent.digest}


@ON_ONE
async def test_feeds_bring_pictures_with_their_true_size(
    newsroom: Any, make_release: MakeRelease, quay: Picture, picture: MakePicture
) -> None:
    quay = replace(quay, alternatives={"en": "Stones in the sun"})
    lamp = picture(seed=1, captions={"fr": "La lampe"})
    await newsroom.publish(make_release(pictures=(quay, lamp)))

    (entry,) = feedparser.parse((await newsroom.get("/feeds/en/atom.xml")).encode()).entries
    for enclosure, shown in zip(entry.enclosures, (quay, lamp), strict=True):
        assert enclosure.href == "https://news.example.org" + address(shown)
        async with newsroom.client.get(address(shown)) as answer:
            assert (answer.headers["Content-Type"], answer.headers["Content-Length"]) == (
                enclosure.type,
                enclosure.length,
            )
    assert [e.title for e in entry.enclosures] == ["The <quay>", "La lampe"]
    content = html.fragment_fromstring(entry.content[0].value)
    assert content.xpath(".//img/@src") == [e.href for e in entry.enclosures]
    assert content.xpath(".//img/@alt") == ["Stones in the sun", "La lampe"]
    assert content.xpath(".//figcaption//small/text()") == ["Picture: A. Keeper"]

    await newsroom.desk.withdraw(OPERATOR, "lamp", {"en": "It was wrong."})
    await newsroom.site.refresh()
    for name in ("atom.xml", "rss.xml", "feed.json"):
        assert quay.digest not in await newsroom.get(f"/feeds/en/{name}")


@ON_ONE
async def test_a_picture_that_was_taken_away_is_in_no_archive(
    newsroom: Any, make_release: MakeRelease, quay: Picture, picture: MakePicture
) -> None:
    await newsroom.publish(make_release(pictures=(quay,)))
    page = "/feeds/en/archive/1-1/atom.xml"
    before = await newsroom.get(page)
    assert quay.digest in before

    await newsroom.desk.illustrate(OPERATOR, "lamp", Added(picture=picture(seed=1)))
    await newsroom.desk.illustrate(OPERATOR, "lamp", Removed(digest=quay.digest))
    await newsroom.desk.correct(OPERATOR, "lamp", Kind.CORRECTION, {"en": "Not that lamp."})
    await newsroom.site.refresh()

    after = await newsroom.get(page)
    assert quay.digest not in after
    assert "Not that lamp." not in after, "but for that it says what it said"
