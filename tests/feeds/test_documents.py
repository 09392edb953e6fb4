"""feeds.md 8–12: what the RSS, Atom and OPML documents say, to strict and to tolerant readers."""

from __future__ import annotations

import calendar
import locale
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.atom import atom
from feeds.jsonfeed import jsonfeed
from feeds.model import Alternate, Feed, Item, Picture, Related, tag_id
from feeds.opml import Subscription, opml
from feeds.place import Place
from feeds.rss import rss

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
AT = {
    atom: Place(url="https://news.example.org/atom"),
    rss: Place(url="https://news.example.org/rss"),
}
TYPE = {atom: "application/atom+xml", rss: "application/rss+xml"}
Write = Callable[[Feed, Place], bytes]
both = pytest.mark.parametrize("write", [atom, rss])


@pytest.fixture
def feed(make_feed: Callable[..., Feed], make_item: Callable[..., Item]) -> Feed:
    """Two items, the older one corrected; known in another language and both formats."""
    return make_feed(
        items=(
            make_item(),
            make_item(
                slug="lighthouse",
                published=datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC),
                updated=datetime(2026, 6, 27, 8, 0, 0, tzinfo=UTC),
            ),
        ),
        alternates=tuple(
            Alternate(
                f"https://news.example.org/{language}/{media_type[12:15]}", media_type, language
            )
            for language in ("en", "ar")
            for media_type in TYPE.values()
        ),
    )


@pytest.fixture
def root(valid_atom: Callable[[bytes], Any], valid_rss: Callable[[bytes], Any], feed: Feed) -> Any:
    """The parsed and validated document of a format."""
    checks = {atom: valid_atom, rss: valid_rss}

    def parse(write: Write, given: Feed = feed) -> Any:
        return checks[write](write(given, AT[write]))

    return parse


def _items(document: Any) -> list[Any]:
    found: list[Any] = document.xpath("//a:entry|//item", namespaces=NS)
    return found


def _links(element: Any, rel: str) -> list[dict[str, str]]:
    return [dict(link.attrib) for link in element.findall("a:link", NS) if link.get("rel") == rel]


def _top(document: Any) -> Any:
    return document if document.tag.endswith("feed") else document[0]


@both
def test_08_ids_are_tags_and_the_guid_does_not_claim_to_be_an_address(
    root: Any, feed: Feed, write: Write
) -> None:
    document = root(write)
    ids = [e.text for e in document.xpath("//a:entry/a:id|//item/guid", namespaces=NS)]
    assert ids == [item.id for item in feed.items]
    assert all(guid.get("isPermaLink") == "false" for guid in document.iter("guid"))


@both
def test_09_self_is_the_address_it_was_written_for(root: Any, write: Write) -> None:
    assert [link["href"] for link in _links(_top(root(write)), "self")] == [AT[write].url]


@both
def test_09_alternates_of_the_feed_are_its_other_formats_and_languages(
    root: Any, write: Write
) -> None:
    links = _links(_top(root(write)), "alternate")
    kinds = Counter((link.get("type"), link.get("hreflang")) for link in links)
    everything = {(t, h) for t in TYPE.values() for h in ("en", "ar")} | {("text/html", "en")}
    assert kinds == Counter(everything - {(TYPE[write], "en")})


@both
def test_09_every_item_links_its_sisters_once_each(root: Any, write: Write) -> None:
    for element in _items(root(write)):
        links = _links(element, "alternate")
        kinds = Counter((link.get("type"), link.get("hreflang")) for link in links)
        assert set(kinds.values()) == {1}
        assert {hreflang for _, hreflang in kinds} >= {"en", "ar", "zh-Hans"}
        assert {link["hreflang"]: link.get("title") for link in links if "hreflang" in link} == {
            "en": "The harbour reopens",
            "ar": "إعادة افتتاح الميناء",
            "zh-Hans": "港口重新开放",
        }


@both
def test_09_a_reader_that_ignores_languages_still_opens_the_right_page(
    feed: Feed, write: Write
) -> None:
    parsed = feedparser.parse(write(feed, AT[write]))
    assert [entry.link for entry in parsed.entries] == [item.url for item in feed.items]
    assert parsed.feed.link == feed.home_url


@both
def test_09_feed_and_items_name_their_language(
    root: Any, feed: Feed, make_item: Callable[..., Item], write: Write
) -> None:
    document = root(write, replace(feed, items=(*feed.items, make_item("ar", slug="pier"))))
    assert document.get(LANG) == "en"
    assert [element.get(LANG) for element in _items(document)] == ["en", "en", "ar"]
    if write is rss:
        assert document.findtext("channel/language") == "en"


@both
def test_10_a_correction_keeps_the_id_and_raises_updated(
    feed: Feed, make_item: Callable[..., Item], write: Write
) -> None:
    corrected = make_item(updated=datetime(2026, 7, 1, 9, 0, tzinfo=UTC), title="It reopens")
    later = replace(feed, items=(corrected, feed.items[1]))
    before, after = (
        feedparser.parse(write(value, AT[write])).entries[0] for value in (feed, later)
    )
    assert (before.id, before.published) == (after.id, after.published)
    assert before.updated_parsed < after.updated_parsed
    assert after.title == "It reopens"


@both
def test_11_items_have_both_dates_in_whole_seconds_with_a_zone(feed: Feed, write: Write) -> None:
    parsed = feedparser.parse(write(feed, AT[write]))
    for entry, item in zip(parsed.entries, feed.items, strict=True):
        published = datetime.fromtimestamp(calendar.timegm(entry.published_parsed), UTC)
        updated = datetime.fromtimestamp(calendar.timegm(entry.updated_parsed), UTC)
        assert (published, updated) == (item.published, item.updated)


def test_11_atom_dates_are_rfc_3339(root: Any) -> None:
    document = root(atom)
    stamps = document.xpath("//a:updated|//a:published", namespaces=NS)
    assert len(stamps) == 5
    for stamp in stamps:
        moment = datetime.fromisoformat(stamp.text)
        assert moment.utcoffset() == timedelta(0)
        assert moment.microsecond == 0


@both
def test_12_the_full_text_is_there_as_html(root: Any, feed: Feed, write: Write) -> None:
    document = root(write)
    full = document.xpath("//a:entry/a:content|//item/content:encoded", namespaces=NS)
    assert [element.text for element in full] == [item.content_html for item in feed.items]
    parsed = feedparser.parse(write(feed, AT[write]), sanitize_html=False)
    assert parsed.bozo is False
    assert [e.content[0].value for e in parsed.entries] == [i.content_html for i in feed.items]


@both
def test_12_related_documents_are_linked(root: Any, write: Write) -> None:
    for element in _items(root(write)):
        assert [(r["href"], r["title"]) for r in _links(element, "related")] == [
            ("https://docs.example.org/A/1", "Report A/1–S/2")
        ]


@both
def test_a_plain_summary_is_never_taken_for_markup(feed: Feed, write: Write) -> None:
    entry = feedparser.parse(write(feed, AT[write]), sanitize_html=False).entries[0]
    said = {
        "text/plain": "Ships < 200 m & their crews",
        "text/html": "Ships &lt; 200 m &amp; their crews",
    }
    assert entry.summary == said[entry.summary_detail.type]


@both
def test_readers_find_titles_authors_and_categories(feed: Feed, write: Write) -> None:
    parsed = feedparser.parse(write(feed, AT[write]))
    assert parsed.feed.title == feed.title
    assert parsed.feed.subtitle == feed.subtitle
    assert parsed.feed.language == "en"
    for entry, item in zip(parsed.entries, feed.items, strict=True):
        assert entry.title == item.title
        assert entry.author == item.author
        assert tuple(tag.term for tag in entry.tags) == item.categories


@both
def test_a_feed_needs_neither_subtitle_nor_items_nor_extras(
    root: Any, make_feed: Callable[..., Feed], make_item: Callable[..., Item], write: Write
) -> None:
    root(write, make_feed(subtitle="", items=()))
    bare = make_item(summary="", author="", categories=(), alternates=(), related=())
    element = _items(root(write, make_feed(items=(bare,))))[0]
    assert "The harbour reopens" in "".join(element.itertext())


@both
def test_01_equal_feeds_give_equal_bytes(
    make_feed: Callable[..., Feed], feed: Feed, write: Write
) -> None:
    assert write(make_feed(), AT[write]) == write(make_feed(), AT[write])
    assert write(feed, AT[write]) == write(replace(feed), AT[write])


def test_rss_dates_are_true_and_need_no_locale(
    root: Any, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def switched(*_: object) -> str:
        raise AssertionError("the locale of the process was touched")

    monkeypatch.setattr(locale, "setlocale", switched)
    document = root(rss)
    assert document.findtext("channel/lastBuildDate") == "Sat, 27 Jun 2026 08:00:00 GMT"
    stamps = [element.text for element in document.iter("pubDate", "lastBuildDate")]
    assert len(stamps) == 3
    for stamp in stamps:
        assert stamp.startswith(calendar.day_abbr[parsedate_to_datetime(stamp).weekday()])


def test_the_channel_links_its_page_and_not_the_last_link_given(root: Any, feed: Feed) -> None:
    document = root(rss)
    assert document.findtext("channel/link") == feed.home_url
    assert [element.text for element in document.findall("channel/item/link")] == [
        item.url for item in feed.items
    ]


hostile = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("<>&\"'\x00\x0b\x1b\x85\u2028\ud800\udfff\ufffe\uffff]\r\n\t"),
    ),
    max_size=40,
)


@both
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(hostile, min_size=9, max_size=9))
def test_12_any_text_gives_a_valid_document_that_says_it(
    root: Any, feed: Feed, write: Write, texts: list[str]
) -> None:
    words = [f"x{text}" for text in texts]
    item = replace(
        feed.items[0],
        id=tag_id("example.org", date(2024, 1, 1), "x"),
        title=words[0],
        content_html=words[1],
        summary=texts[2],
        author=texts[3],
        categories=(texts[4], words[4]),
        alternates=(Alternate("https://e.org/", "text/html", "fr", texts[5]),),
        related=(Related("https://e.org/", texts[6]),),
    )
    said = replace(feed, title=words[7], subtitle=texts[8], author=words[8], items=(item,))
    document = root(write, said)
    element = _items(document)[0]
    assert element.find("title", None if write is rss else {None: NS["a"]}).text == item.title
    full = element.xpath("a:content|content:encoded", namespaces=NS) or [
        element.find("description")
    ]
    assert full[0].text == item.content_html


def test_opml_lists_every_feed_once(make_feed: Callable[..., Feed]) -> None:
    feeds = [make_feed("en"), make_feed("ar", title='a < b & "c"', subtitle="")]
    document = etree.fromstring(
        opml([Subscription(feed=f, url=f"https://e.org/{f.language}") for f in feeds])
    )
    assert document.get("version") == "2.0"
    assert document.findtext("head/title") == feeds[0].title
    assert document.findtext("head/dateModified") == "Fri, 26 Jun 2026 14:00:00 GMT"
    assert [
        (o.get("type"), o.get("text"), o.get("language"), o.get("xmlUrl"), o.get("htmlUrl"))
        for o in document.iter("outline")
    ] == [("rss", f.title, f.language, f"https://e.org/{f.language}", f.home_url) for f in feeds]


# --- pictures ------------------------------------------------------------------------------------

QUAY = Picture(
    href="https://news.example.org/media/a-900.jpg",
    type="image/jpeg",
    length=45_001,
    width=900,
    height=600,
    title="The <quay> & its stones",
    credit="A. Keeper",
)
PLAN = replace(QUAY, href="https://news.example.org/media/b-300.png", type="image/png", title="")


def test_pictures_are_enclosures_with_their_size(
    make_feed: Callable[..., Feed],
    make_item: Callable[..., Item],
    valid_rss: Callable[[bytes], Any],
    valid_atom: Callable[[bytes], Any],
    valid_json: Callable[[bytes], Any],
) -> None:
    feed = make_feed(items=(make_item(pictures=(QUAY, PLAN)),))
    written = rss(feed, AT[rss])
    valid_rss(written)
    (item,) = feedparser.parse(written).entries
    assert [(e.href, e.type, e.length) for e in item.enclosures] == [
        (QUAY.href, "image/jpeg", "45001")
    ], "RSS knows one"
    assert [(m["url"], m["width"]) for m in item.media_content] == [
        (QUAY.href, "900"),
        (PLAN.href, "900"),
    ]
    assert item.media_credit[0]["content"] == "A. Keeper"

    written = atom(feed, AT[atom])
    valid_atom(written)
    (entry,) = feedparser.parse(written).entries
    assert [(e.href, e.type, e.length, e.get("title", "")) for e in entry.enclosures] == [
        (QUAY.href, "image/jpeg", "45001", QUAY.title),
        (PLAN.href, "image/png", "45001", ""),
    ]

    (one,) = valid_json(jsonfeed(feed, AT[rss]))["items"]
    assert one["image"] == QUAY.href
    assert one["attachments"] == [
        {
            "url": QUAY.href,
            "mime_type": "image/jpeg",
            "title": QUAY.title,
            "size_in_bytes": 45_001,
        },
        {"url": PLAN.href, "mime_type": "image/png", "size_in_bytes": 45_001},
    ]


def test_a_picture_without_a_size_or_an_address_is_none() -> None:
    for wrong in ({"length": 0}, {"href": "/media/a.jpg"}):
        with pytest.raises(ValueError):
            replace(QUAY, **wrong)  # type: ignore[arg-type]
