"""feeds.md 1, 2, 4: validators, codings and conditional requests, as RFC 9110 has them."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.caching import BROTLI, GZIP, IDENTITY, http_date, negotiate, not_modified, represent

TAG = '"0123abcd"'
CHANGED = datetime(2026, 6, 26, 14, 0, 0, tzinfo=UTC)
opaque = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"'), max_size=12
)
entity_tag = st.builds('{}"{}"'.format, st.sampled_from(["", "W/"]), opaque)
moments = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 – hypothesis wants naive bounds
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(st.binary(max_size=2000))
def test_01_the_same_bytes_give_the_same_strong_quoted_tags(body: bytes) -> None:
    one, other = represent(body, CHANGED), represent(body, CHANGED + timedelta(days=1))
    assert one.encodings == other.encodings
    tags = [encoded.etag for encoded in one.encodings.values()]
    assert len(set(tags)) == 3
    assert all(tag[0] == tag[-1] == '"' and len(tag) > 10 for tag in tags)


@given(*[st.binary(max_size=20)] * 2)
def test_01_different_bytes_give_different_tags(one: bytes, other: bytes) -> None:
    tags = {e.etag for body in (one, other) for e in represent(body, CHANGED).encodings.values()}
    assert len(tags) == 3 * len({one, other})


@given(st.binary(max_size=2000))
def test_04_gzip_gives_the_body_back_and_holds_no_time(body: bytes) -> None:
    packed = represent(body, CHANGED).encodings[GZIP].body
    assert gzip.decompress(packed) == body
    assert packed[4:8] == bytes(4)


@given(st.binary(max_size=2000))
def test_04_brotli_gives_the_body_back(body: bytes) -> None:
    assert brotli.decompress(represent(body, CHANGED).encodings[BROTLI].body) == body


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, IDENTITY),
        ("", IDENTITY),
        ("gzip", GZIP),
        ("GZIP", GZIP),
        ("x-gzip", GZIP),
        ("gzip, deflate, br, zstd", BROTLI),
        ("gzip, br;q=0.9", GZIP),
        ("*", BROTLI),
        ("*, br;q=0", GZIP),
        ("gzip;q=0", IDENTITY),
        ("gzip; q=0.000", IDENTITY),
        ("gzip;q = 0", IDENTITY),
        ("gzip; q\t=\t0.5", GZIP),
        ("gzip ;Q=0.001", GZIP),
        ("br;q=0, gzip;q=0, *", IDENTITY),
        ("*;q=0", IDENTITY),
        ("*;q=0, gzip", GZIP),
        ("identity", IDENTITY),
        ("identity;q=0, gzip", GZIP),
        ("identity;q=0", IDENTITY),
        ("identity, gzip", GZIP),
        ("identity, gzip;q=0.5", IDENTITY),
        ("br", BROTLI),
        ("zstd", IDENTITY),
        ("deflate;q=1, gzip;q=0.2", GZIP),
        ("gzip;q=2", IDENTITY),
        ("gzip;q=yes", IDENTITY),
        (",, gzip ,", GZIP),
        ("gzipped", IDENTITY),
    ],
)
def test_04_the_coding_is_one_that_was_asked_for(header: str | None, coding: str) -> None:
    assert negotiate(header) == coding


def test_04_between_equal_weights_the_servers_order_decides() -> None:
    assert negotiate("gzip, br", (GZIP, BROTLI)) == GZIP
    assert negotiate("gzip, br", (GZIP,)) == GZIP
    assert negotiate("br", (GZIP,)) == IDENTITY


@given(st.one_of(st.text(max_size=60), st.text("gzip*;q=01., \t", max_size=30)))
def test_04_any_header_gets_a_coding_that_exists(header: str) -> None:
    assert negotiate(header) in (IDENTITY, GZIP, BROTLI)
    if not {"gzip", "br", "*"} & set(re.findall(r"gzip|br|\*", header.lower())):
        assert negotiate(header) == IDENTITY


@given(st.lists(entity_tag, max_size=4), st.lists(entity_tag, max_size=4), st.booleans())
def test_02_the_tag_is_found_in_any_list_weak_or_strong(
    before: list[str], after: list[str], weak: bool
) -> None:
    listed = ", ".join([*before, ("W/" if weak else "") + TAG, *after])
    assert not_modified(listed, None, TAG, CHANGED)


@given(st.lists(entity_tag, max_size=5))
def test_02_only_the_tag_itself_matches(tags: list[str]) -> None:
    expected = TAG in [tag.removeprefix("W/") for tag in tags]
    assert not_modified(",".join(tags), None, TAG, CHANGED) is expected


@pytest.mark.parametrize("header", ["*", " * ", f" , ,{TAG}", f'"a,b",{TAG}', f'"",\t{TAG},'])
def test_02_a_star_or_a_legal_list_matches(header: str) -> None:
    assert not_modified(header, None, TAG, CHANGED)


@pytest.mark.parametrize(
    "header",
    [
        *("", "0123abcd", '"0123abcd', f"w/{TAG}", f"x {TAG}", '"*"', f'"a"{TAG}', f"W/ {TAG}"),
        *("**", f"{TAG} garbage", f"{TAG}, garbage", f'{TAG} "other"', f"{TAG}, *"),
    ],
)
def test_02_what_is_not_a_list_of_tags_matches_nothing(header: str) -> None:
    assert not not_modified(header, http_date(CHANGED), TAG, CHANGED)


@given(moments, moments)
def test_02_without_tags_the_date_decides_by_the_second(changed: datetime, since: datetime) -> None:
    unchanged = changed.replace(microsecond=0) <= since.replace(microsecond=0)
    assert not_modified(None, http_date(since), TAG, changed) is unchanged


@pytest.mark.parametrize("since", [CHANGED - timedelta(days=1), CHANGED + timedelta(days=1)])
def test_02_tags_beat_the_date(since: datetime) -> None:
    assert not_modified(TAG, http_date(since), TAG, CHANGED)
    assert not not_modified('"other"', http_date(since), TAG, CHANGED)


@pytest.mark.parametrize(
    "header",
    [
        "Fri, 26 Jun 2026 14:00:00 GMT",
        "Friday, 26-Jun-26 14:00:00 GMT",
        "Fri Jun 26 14:00:00 2026",
    ],
)
def test_02_all_three_forms_of_a_date_are_read(header: str) -> None:
    assert not_modified(None, header, TAG, CHANGED)
    assert not not_modified(None, header, TAG, CHANGED + timedelta(seconds=1))


@pytest.mark.parametrize(
    "header",
    ["", "yesterday", "2099-01-01T00:00:00Z", "4102444800", "Fri, 32 Jan 2099 00:00:00 GMT", "0"],
)
def test_02_a_date_that_cannot_be_read_is_ignored(header: str) -> None:
    assert not not_modified(None, header, TAG, CHANGED)


@given(st.text(max_size=60), st.text(max_size=60))
def test_02_no_header_breaks_the_comparison(tags: str, since: str) -> None:
    assert isinstance(not_modified(tags, since, TAG, CHANGED), bool)
    assert isinstance(not_modified(None, since, TAG, CHANGED), bool)
    if TAG not in tags and tags.strip(" \t") != "*":
        assert not not_modified(tags, since, TAG, CHANGED)


@given(st.text("Mon, 0123456789:GMT+-JanFe", max_size=40))
def test_02_nothing_that_looks_like_a_date_breaks_it(since: str) -> None:
    assert isinstance(not_modified(None, since, TAG, CHANGED), bool)
