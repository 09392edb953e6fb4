"""Entities and the page's HTML, for any text."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.bubbles import as_html
from bot.sandbox.text import commands_in, formatted, units

words = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("😀ə\n <&\"'"))
KINDS = ("bold", "italic", "underline", "code", "blockquote", "spoiler", "text_link", "pre")


class Seen(HTMLParser):
    """What a browser would show, and which tags it would obey."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]


def slice_of(text: str, entity: dict[str, Any]) -> str:
    encoded = text.encode("utf-16-le")
    start = 2 * entity["offset"]
    return encoded[start : start + 2 * entity["length"]].decode("utf-16-le")


@given(words, words, words)
def test_entities_move_along_when_white_space_is_cut_off(
    before: str, middle: str, after: str
) -> None:
    raw = before + middle + after
    if not middle:
        return
    span = {"type": "bold", "offset": units(before), "length": units(middle)}
    visible, entities = formatted(raw, [span], None, limit=10_000)
    assert visible == raw.strip()
    shown = "".join(slice_of(visible, entity) for entity in entities)
    assert shown.strip() == middle.strip()


@given(words, st.data())
def test_the_page_shows_any_text_and_only_our_tags(text: str, data: st.DataObject) -> None:
    size = len(text)
    start = data.draw(st.integers(0, size))
    end = data.draw(st.integers(start, size))
    entities = []
    if end > start:
        kind = data.draw(st.sampled_from(KINDS))
        entity = {
            "type": kind,
            "offset": units(text[:start]),
            "length": units(text[start:end]),
        }
        if kind == "text_link":
            entity["url"] = "javascript:alert(1)"
        entities.append(entity)
    seen = Seen(str(as_html(text, entities)))
    assert seen.text == text.replace("\n", "")
    assert seen.tags <= {
        *("div", "br", "strong", "em", "u", "s", "code", "pre", "blockquote", "span", "a")
    }
    assert all(link.startswith(("http://", "https://")) for link in seen.links)


def test_nested_entities_over_several_lines() -> None:
    text = "😀 bold link\nquoted\nstill\nhttps://example.org/a_(b)). end"
    quote = text.index("quoted")
    html = as_html(
        text,
        [
            {"type": "bold", "offset": 0, "length": 12},
            {"type": "text_link", "offset": 8, "length": 4, "url": "https://example.org/?a&b"},
            {"type": "blockquote", "offset": quote + 1, "length": len("quoted\nstill")},
        ],
    )
    link = 'target="_blank" rel="noopener noreferrer"'
    assert html == (
        '<div dir="auto"><strong>😀 bold </strong><strong>'
        f'<a href="https://example.org/?a&amp;b" {link}>link</a></strong></div>'
        '<blockquote><div dir="auto">quoted</div><div dir="auto">still</div></blockquote>'
        f'<div dir="auto"><a href="https://example.org/a_(b" {link}>https://example.org/a_(b</a>'
        ")). end</div>"
    )


def test_commands_are_found_where_clients_find_them() -> None:
    text = "😀 /start /latest@herald_bot, but not a/b, </b> or https://example.org/path"
    assert [slice_of(text, e) for e in commands_in(text)] == ["/start", "/latest@herald_bot"]
