"""feeds.md 8, 11, 12: ids, moments and texts are fit for a feed as soon as they are in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Alternate, Feed, FeedKey, Item, Related, tag_id
from feeds.wellformed import clean, permanent_id, web_address

NEW_YORK_SUMMER = timezone(timedelta(hours=-4))


def test_a_tag_id_names_minter_date_and_thing() -> None:
    made = tag_id("Example.org", date(2024, 3, 5), "release/harbour/zh-Hans")
    assert made == "tag:example.org,2024-03-05:release/harbour/zh-Hans"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_thing_gets_a_valid_tag_id(specific: str) -> None:
    made = tag_id("example.org", date(2024, 1, 1), specific)
    assert made.isascii()
    assert permanent_id(made) == made


@given(*[st.text(st.characters(exclude_categories=["Cs"]))] * 2)
def test_different_things_get_different_tag_ids(one: str, other: str) -> None:
    ids = {tag_id("example.org", date(2024, 1, 1), specific) for specific in (one, other)}
    assert len(ids) == len({one, other})


@pytest.mark.parametrize("domain", ["", "-a.org", "a..org", "a b.org", "exämple.org", "a/b"])
def test_a_tag_id_needs_a_dns_name(domain: str) -> None:
    with pytest.raises(ValueError, match="RFC 4151"):
        tag_id(domain, date(2024, 1, 1), "x")


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.org/1",
        "tag:example.org:1",
        "tag:example.org,2024-13-01:1",
        "tag:example.org,2024:a b",
        "tag:example.org,2024:%zz",
        "urn:uuid:0",
        "tag:example.org,2024:1\n",
    ],
)
def test_only_tag_uris_are_ids(make_item: Callable[..., Item], uri: str) -> None:
    with pytest.raises(ValueError, match="RFC 4151"):
        make_item(id=uri)


def test_moments_become_utc_and_whole_seconds(make_item: Callable[..., Item]) -> None:
    moment = datetime(2026, 6, 26, 10, 0, 0, 999_999, tzinfo=NEW_YORK_SUMMER)
    item = make_item(published=moment, updated=moment)
    assert item.published.isoformat() == "2026-06-26T14:00:00+00:00"
    assert item.updated.isoformat() == "2026-06-26T14:00:00+00:00"


@pytest.mark.parametrize("which", ["published", "updated"])
def test_a_naive_moment_is_refused(make_item: Callable[..., Item], which: str) -> None:
    with pytest.raises(ValueError, match="no zone"):
        make_item(**{which: datetime(2026, 6, 26)})  # noqa: DTZ001 – the fault under test


def test_nothing_is_updated_before_it_is_published(make_item: Callable[..., Item]) -> None:
    with pytest.raises(ValueError, match="before it was published"):
        make_item(updated=datetime(2020, 1, 1, tzinfo=UTC))


def test_a_feed_is_never_older_than_its_newest_item(
    make_feed: Callable[..., Feed], make_item: Callable[..., Item]
) -> None:
    corrected = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    assert make_feed(items=(make_item(updated=corrected),)).updated == corrected


def test_an_id_stands_once_in_a_feed(
    make_feed: Callable[..., Feed], make_item: Callable[..., Item]
) -> None:
    with pytest.raises(ValueError, match="share an id"):
        make_feed(items=(make_item(), make_item()))


def test_control_characters_and_lone_surrogates_leave_every_text(
    make_item: Callable[..., Item], make_feed: Callable[..., Feed]
) -> None:
    dirty = "a\x00\x08\x0b\x1b\x7f\x9f\ud800\ufffe\uffffb\t\n\U0001f54a"
    neat = "ab\t\n\U0001f54a"
    item = make_item(
        title=dirty,
        content_html=dirty,
        summary=dirty,
        author=dirty,
        categories=(dirty,),
        alternates=(Alternate("https://example.org/", "text/html", "fr", dirty),),
        related=(Related("https://example.org/", dirty),),
    )
    feed = make_feed(title=dirty, subtitle=dirty, author=dirty)
    assert {
        item.title,
        item.content_html,
        item.summary,
        item.author,
        *item.categories,
        item.alternates[0].title,
        item.related[0].title,
        feed.title,
        feed.subtitle,
        feed.author,
    } == {neat}


@given(st.text())
def test_cleaning_keeps_every_character_that_a_person_can_read(text: str) -> None:
    kept = clean(text)
    assert kept == clean(kept)
    assert [c for c in text if c.isprintable()] == [c for c in kept if c.isprintable()]


@pytest.mark.parametrize("field", ["title", "content_html"])
def test_an_item_without_words_is_refused(make_item: Callable[..., Item], field: str) -> None:
    with pytest.raises(ValueError, match="is empty"):
        make_item(**{field: " \x00"})


@pytest.mark.parametrize(
    "url", ["/releases/x", "//example.org/x", "javascript:alert(1)", "", "http://", "http://[", "a"]
)
def test_links_are_absolute_web_addresses(make_item: Callable[..., Item], url: str) -> None:
    for change in ({"url": url}, {"related": lambda: (Related(url),)}):
        with pytest.raises(ValueError):
            make_item(**{name: v() if callable(v) else v for name, v in change.items()})


def test_addresses_are_written_in_ascii() -> None:
    assert (
        web_address("https://bücher.example.org:8443/новости?q=a b&r=%20#é")
        == "https://xn--bcher-kva.example.org:8443/"
        "%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8?q=a%20b&r=%20#%C3%A9"
    )


@given(st.text().map("https://example.org/".__add__))
def test_an_accepted_address_is_a_clean_one(url: str) -> None:
    try:
        address = web_address(url)
    except ValueError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert not set(' "<>\\^`{|}') & set(address)
    assert web_address(address) == address


def test_one_alternate_per_format_and_language(make_item: Callable[..., Item]) -> None:
    twice = (
        Alternate("https://example.org/1", "text/html", "fr"),
        Alternate("https://example.org/2", "text/html", "fr"),
    )
    own = (Alternate("https://example.org/1", "text/html", "en"),)
    for alternates in (twice, own):
        with pytest.raises(ValueError, match="two alternates"):
            make_item(alternates=alternates)


@pytest.mark.parametrize("tag", ["", "e n", "en_GB", "abcdefghi", "en-", "en\n"])
def test_languages_have_the_form_of_a_tag(make_item: Callable[..., Item], tag: str) -> None:
    with pytest.raises(ValueError, match="not a language tag"):
        replace(make_item(), language=tag)
    with pytest.raises(ValueError, match="not a language tag"):
        FeedKey(tag)


@pytest.mark.parametrize("topic", ["a/b", "..", ".", "a b", "a?b", "a%2Fb", "a\n", "{x}"])
def test_a_topic_fits_one_path_segment(topic: str) -> None:
    with pytest.raises(ValueError, match="path segment"):
        FeedKey("en", topic)


def test_values_do_not_change(make_feed: Callable[..., Feed]) -> None:
    feed: Any = make_feed()
    with pytest.raises(AttributeError):
        feed.title = "Other"
    with pytest.raises(AttributeError):
        feed.items[0].title = "Other"


def test_the_first_word_on_an_alternate_stands(make_feed: Callable[..., Feed]) -> None:
    own = Alternate("https://example.org/own", "text/html", "fr")
    more = [
        Alternate("https://example.org/fr", "text/html", "fr"),
        Alternate("https://example.org/en", "text/html", "en"),
        Alternate("https://example.org/1", "application/rss+xml", "fr"),
        Alternate("https://example.org/2", "application/rss+xml", "fr"),
        Alternate("https://example.org/3", "application/rss+xml", "ar"),
    ]
    feed = make_feed("en", alternates=(own,)).with_alternates(more)
    assert feed.alternates == (own, more[2], more[4])
