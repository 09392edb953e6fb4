"""Answers of any length and content are within what Telegram takes."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.keyboards import DATA_BYTES, pack
from bot.chat.page import Page, shown
from bot.releases.moments import zone_names
from bot.transports.entities import units
from translations.catalogs import catalog_for

CONTROLS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LINES = st.lists(
    st.tuples(st.text(max_size=400).map(lambda s: s.replace("\n", " ")), st.booleans()),
    max_size=60,
)


@given(LINES, st.integers(1, 40), st.sampled_from(["en", "ar"]))
def test_a_page_is_parted_between_lines_and_loses_none(
    lines: list[tuple[str, bool]], times: int, tag: str
) -> None:
    page = Page(catalog_for(tag))
    for words, bold in lines * times:
        page.line(words, bold=bold)
    messages = page.messages()
    for text, entities in messages:
        assert text.strip()
        assert units(text) <= 4096
        assert len(entities) <= 100
        assert all(e.offset + e.length <= units(text) for e in entities)
    told = CONTROLS.sub("", "\n".join(text for text, _ in messages)).split()
    assert told == CONTROLS.sub("", " ".join(words for words, _ in lines * times)).split()


def test_a_line_that_is_too_long_by_itself_is_cut() -> None:
    ((text, _),) = Page(catalog_for("en")).line("\U0001f980" * 3000).messages()
    assert units(text) <= 4096
    assert text.endswith("…")


@given(st.text())
def test_foreign_words_are_shown_on_one_short_line(words: str) -> None:
    line = shown(words, 40)
    assert len(line) <= 40
    assert len(line.splitlines()) <= 1
    assert not set(line) & set("\u202a\u202e\u2066\u2069\0")


def test_joiners_belong_to_the_spelling() -> None:
    assert (
        shown("می\u200cخواهم \U0001f468\u200d\U0001f469")
        == "می\u200cخواهم \U0001f468\u200d\U0001f469"
    )


def test_every_time_zone_fits_into_a_button() -> None:
    for zone in zone_names():
        assert len(pack("zone", -1001234567890123, zone).encode()) <= DATA_BYTES
        assert len(pack("at", 10**9, 253402300799, zone).encode()) <= DATA_BYTES
