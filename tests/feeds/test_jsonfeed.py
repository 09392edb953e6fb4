"""feeds.md 16: JSON Feed 1.1, by a schema after its specification and as a program reads it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.jsonfeed import jsonfeed
from feeds.model import Alternate, Feed, Item, Related
from feeds.place import Place

AT = Place(url="https://news.example.org/feeds/en/feed.json")
Valid = Callable[[bytes], Any]


def test_16_it_says_what_the_feed_is(valid_json: Valid, make_feed: Callable[..., Feed]) -> None:
    said = valid_json(jsonfeed(make_feed("ar"), AT))
    assert said["version"] == "https://jsonfeed.org/version/1.1"
    assert said["feed_url"] == AT.url
    assert said["home_page_url"] == "https://news.example.org/ar/"
    assert said["language"] == "ar"
    assert said["authors"] == [{"name": "Harbour Office"}]
    assert said["description"] == "News of the harbour"
    assert "next_url" not in said
    assert "hubs" not in said


def test_16_an_item_has_a_string_id_content_dates_language_and_authors(
    valid_json: Valid, make_feed: Callable[..., Feed], make_item: Callable[..., Item]
) -> None:
    item = make_item(updated=datetime(2026, 6, 27, 8, 0, 0, 5, tzinfo=UTC))
    (said,) = valid_json(jsonfeed(make_feed(items=(item,)), AT))["items"]
    assert said["id"] == item.id
    assert said["url"] == item.url
    assert said["title"] == item.title
    assert said["content_html"] == item.content_html
    assert said["summary"] == "Ships < 200 m & their crews"
    assert said["date_published"] == "2026-06-26T14:00:00+00:00"
    assert said["date_modified"] == "2026-06-27T08:00:00+00:00"
    assert said["language"] == "en"
    assert said["authors"] == [{"name": "Harbour Office"}]
    assert said["tags"] == ["harbour", "trade"]


def test_09_sisters_and_related_documents_are_linked_with_their_language(
    valid_json: Valid, make_feed: Callable[..., Feed]
) -> None:
    (said,) = valid_json(jsonfeed(make_feed(), AT))["items"]
    links = said["_links"]["links"]
    assert {ln["hreflang"] for ln in links if "hreflang" in ln} == {"en", "ar", "zh-Hans"}
    assert [ln["href"] for ln in links if ln["rel"] == "related"] == [
        "https://docs.example.org/A/1"
    ]


def test_13_and_14_it_goes_on_in_its_archives_and_names_its_hubs(
    valid_json: Valid, make_feed: Callable[..., Feed]
) -> None:
    place = replace(AT, previous="https://e.org/1", hubs=("https://hub.example.org/",))
    said = valid_json(jsonfeed(make_feed(), place))
    assert said["next_url"] == "https://e.org/1"
    assert said["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org/"}]


def test_16_it_needs_neither_items_nor_extras(
    valid_json: Valid, make_feed: Callable[..., Feed], make_item: Callable[..., Item]
) -> None:
    assert valid_json(jsonfeed(make_feed(subtitle="", items=()), AT))["items"] == []
    bare = make_item(summary="", author="", categories=(), alternates=(), related=())
    valid_json(jsonfeed(make_feed(items=(bare,)), AT))


hostile = st.text(
    st.one_of(st.characters(), st.sampled_from('<>&"\\\x00\x0b\x85\u2028\ud800\uffff\r\n\t')),
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(hostile, min_size=6, max_size=6))
def test_12_any_text_arrives_as_it_was_written(
    valid_json: Valid, make_feed: Callable[..., Feed], make_item: Callable[..., Item], texts: Any
) -> None:
    words = [f"x{text}" for text in texts]
    item = make_item(
        title=words[0],
        content_html=words[1],
        summary=texts[2],
        categories=(words[3],),
        alternates=(Alternate("https://e.org/", "text/html", "fr", texts[4]),),
        related=(Related("https://e.org/", texts[5]),),
    )
    written = jsonfeed(make_feed(items=(item,)), AT)
    (said,) = valid_json(written)["items"]
    assert (said["title"], said["content_html"]) == (item.title, item.content_html)
    assert "\\ud" not in json.dumps(json.loads(written), ensure_ascii=False)
