"""Bodies: what readers see of Markdown, and plain text that stays itself."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.releases.body import Run, escape, paragraphs, plain, to_html
from bot.releases.symbols import symbols


def _hrefs(html: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', html)


def test_paragraphs_headings_items_and_quotes_are_told_apart() -> None:
    blocks = paragraphs("First.\n\n## Aims\n\n- one\n- two\n\n3. three\n4. four\n\n> Said.\n")

    assert [(b.kind, b.marker, b.text) for b in blocks] == [
        ("paragraph", "", "First."),
        ("heading", "", "Aims"),
        ("item", "•", "one"),
        ("item", "•", "two"),
        ("item", "3.", "three"),
        ("item", "4.", "four"),
        ("quote", "", "Said."),
    ]


def test_spans_count_code_points_of_the_text_without_marks() -> None:
    (block,) = paragraphs("🕯 **lamp** and *light*, `code`, [the list](https://www.example.org/a)")

    assert block.text == "🕯 lamp and light, code, the list"
    assert block.spans == (
        Run(kind="bold", offset=2, length=4),
        Run(kind="italic", offset=11, length=5),
        Run(kind="code", offset=18, length=4),
        Run(kind="link", offset=24, length=8, url="https://www.example.org/a"),
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("one\ntwo", "one two"),
        ("灯塔\n公约", "灯塔公约"),
        ("灯塔、\n12个港口", "灯塔、12个港口"),
        ("“同一作准”\n序言", "“同一作准”序言"),
        ("不明之处——\n例如", "不明之处——例如"),
        ("海は『休業』の\n札", "海は『休業』の札"),
        ("**垂询电话：**\n+1 202", "垂询电话：+1 202"),
        ("*灯塔*\n[公约](https://example.org)", "灯塔公约"),
        ("*lamp*\n**light**", "lamp light"),
        ("He said “no”\n“yes”", "He said “no” “yes”"),
        ("见于\nA/98/214", "见于 A/98/214"),
        ("《등대》\n신문", "《등대》 신문"),
        ("등대\n신문", "등대 신문"),
    ],
)
def test_a_line_end_is_a_space_but_nothing_between_han_letters(written: str, read: str) -> None:
    assert plain(written) == read
    assert re.sub("<[^>]+>", "", to_html(written, "zh")).strip() == read


def test_typography_is_never_altered() -> None:
    straight = 'He said: "the "light" --- it\'s (c) 1990... on" +- 5'

    assert plain(straight) == straight
    assert "--- it's (c) 1990..." in to_html(straight, "en")


@pytest.mark.parametrize(
    ("text", "address", "url"),
    [
        ("(see www.example.org).", "www.example.org", "https://www.example.org"),
        ("(see “www.example.org/a”).", "www.example.org/a", "https://www.example.org/a"),
        ("www.example.org/light_(sea))!", "www.example.org/light_(sea)", None),
        ("'www.example.org/a'", "www.example.org/a", None),
        ('"www.example.org/a","b"', "www.example.org/a", None),
        ("at example.org, or", "example.org", "https://example.org"),
        ("انظر www.example.org/ar/1،", "www.example.org/ar/1", None),
        ("هل www.example.org؟", "www.example.org", None),
        ("（详见www.example.org/zh）。", "www.example.org/zh", "https://www.example.org/zh"),
        ("见www.example.org/a了解更多", "www.example.org/a", None),
        ("https://example.org/wiki/灯塔。", "https://example.org/wiki/灯塔", None),
        ("http://example.org/?a=1&b=2#c.", "http://example.org/?a=1&b=2#c", None),
        ("https://example.org/_a_*b*", "https://example.org/_a_*b", None),
        ("https://example.org/a%2Fb", "https://example.org/a%2Fb", None),
        ("write to press@example.org.", "press@example.org", "mailto:press@example.org"),
    ],
)
def test_an_address_is_linked_without_the_punctuation_around_it(
    text: str, address: str, url: str | None
) -> None:
    (block,) = paragraphs(text)
    (span,) = [s for s in block.spans if s.kind == "link"]

    assert block.text[span.offset : span.offset + span.length] == address
    if url is not None:
        assert span.url == url
    assert len(_hrefs(to_html(text, "en"))) == 1


@pytest.mark.parametrize(
    "text", ["the end.In spring", "at 2 p.m.to 3", "version 1.5.az", "etc.", "a.b", "Tel.Fax"]
)
def test_what_is_no_address_is_not_linked(text: str) -> None:
    assert paragraphs(text)[0].spans == ()


def test_html_is_text_and_only_safe_links_remain() -> None:
    hostile = (
        "<script>alert(1)</script> [a](javascript:alert(1)) [b](/relative) [c](data:x)\n\n"
        "![a lamp](https://example.org/lamp.png)"
    )
    html = to_html(hostile, "en")

    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<img" not in html
    assert _hrefs(html) == ["https://example.org/lamp.png"]
    assert "a lamp" in html
    assert "javascript:alert(1)" in plain(hostile)  # shown, not followed


def test_headings_leave_the_first_level_to_the_page() -> None:
    assert to_html("# Aims", "en").strip() == "<h2>Aims</h2>"


def test_a_right_to_left_fragment_says_so() -> None:
    assert to_html("نص", "ar").strip() == '<p dir="rtl">نص</p>'
    assert 'dir="' not in to_html("text", "en")


@pytest.mark.parametrize(
    "text",
    [
        "412 lights & 38 keepers, say 5 * 3 * 2 [sic] (see www.example.org/a_b).",
        'the "Lamps "of" Memory" programme',
        "snake_case and x < y",
        "A line\nand another",
        "– a dash begins",
        "نص ١٢٣",
    ],
)
def test_text_without_meaning_in_markdown_stays_byte_for_byte(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("1990. It was", "1990\\. It was"),
        ("- not an item", "\\- not an item"),
        ("# 5 Quay Street", "\\# 5 Quay Street"),
        ("a *b* c_d", "a \\*b\\* c_d"),
        ("> quoted", "\\> quoted"),
        ("AT&T &amp; co", "AT&T \\&amp; co"),
        ("[a]: http://example.org", "\\[a]: http://example.org"),
    ],
)
def test_only_the_marks_that_would_mean_something_are_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped
    assert plain(escaped) == text


_MARKS = st.sampled_from([*"*_`[]()<>#&;:!~+-=|\\/.\"'\n\t 1a漢é", "\n\n", "www.e.org", "&lt;"])


@given(st.one_of(st.text(), st.lists(_MARKS, max_size=40).map("".join)))
def test_escaped_text_reads_as_itself(text: str) -> None:
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))

    assert re.sub(r"\s", "", plain(escape(text))) == re.sub(r"\s", "", text)


@given(st.text(alphabet="ab*_ `.漢", max_size=60))
def test_escaping_keeps_words_apart_as_they_were(text: str) -> None:
    expected = " ".join(text.split())

    assert " ".join(plain(escape(text)).split()) == expected


@given(st.text(max_size=200))
def test_spans_never_leave_their_text(text: str) -> None:
    for block in paragraphs(text):
        assert block.text
        for span in block.spans:
            assert 0 <= span.offset < span.offset + span.length <= len(block.text)


def test_un_symbols_are_found_and_parted_at_a_dash() -> None:
    found = symbols(
        "(A/98/512–S/2024/9077, A/98/512-S/2024/9077; A/RES/1(I), S/RES/242 (1967) and "
        "A/CONF.39/27, A/RES/ES-10/L.22, A/98/512/Add.1.)"
    )

    assert found == (
        "A/98/512",
        "S/2024/9077",
        "A/RES/1(I)",
        "S/RES/242(1967)",
        "A/CONF.39/27",
        "A/RES/ES-10/L.22",
        "A/98/512/Add.1",
    )


@pytest.mark.parametrize("text", ["N/A", "and/or", "A/4", "S/N 1234", "www.example.org/A/98/512"])
def test_other_words_with_slashes_are_no_symbols(text: str) -> None:
    assert symbols(text) == ()


def test_what_runs_the_other_way_is_isolated_without_a_character() -> None:
    written = (
        "انظر [A/98/214](https://example.org/a)–S/2043/177 و**UN** Women و*أطلس TideAtlas*، `A/1`"
        "، www.example.org/ملف/1."
    )
    html = to_html(written, "ar")

    assert re.findall(r'<span dir="ltr">(.*?)</span>', html) == [
        '<a href="https://example.org/a" rel="noopener">A/98/214</a>–S/2043/177',
        "<strong>UN</strong> Women",
        "TideAtlas",
        "<code>A/1</code>",
        '<a href="https://www.example.org/%D9%85%D9%84%D9%81/1" rel="noopener">'
        "www.example.org/ملف/1</a>",
    ]
    assert re.sub("<[^>]+>", "", html).strip() == plain(written)


def test_an_isolate_never_parts_what_markup_begins_within_it() -> None:
    # In two elements “United” and “Nations” would change places.
    assert "<span" not in to_html("في **أطلس United** Nations", "ar")


@given(st.text("aא1ب *`[]()،.\n", max_size=40), st.sampled_from(["ar", "en"]))
def test_isolating_changes_no_word(words: str, language: str) -> None:
    html = to_html(words, language)
    shown = re.sub("<[^>]+>", "", html).replace("&quot;", '"')
    assert shown.split() == re.sub(r"^(•|\d+[.)]) ", "", plain(words), flags=re.M).split()
