"""Texts compared as readers compare them: by their words, whatever became of their layout."""

from __future__ import annotations

import re
import unicodedata

import pytest

from bot.releases import body, likeness, normal, traces
from bot.releases.likeness import Likeness, Print, Reading

NOTHING = re.compile("(?!)")
TEXT = {
    "en": (
        "The harbour opens",
        "After ten years",
        "Ships may come in from 7 a.m. on. They pay 12 euros – as “ever” before.\n\n"
        "- fishing boats pay nothing;\n- ferries pay half.\n\nThe office tells more at its "
        "[page](https://example.org/fees).\n\n27. Jahr, so heißt es.",
    ),
    "ar": (
        "افتتاح الميناء",
        "",
        "يُفتح الميناء للسفن صباح الغد. والرسوم اثنا عشر يورو.\n\nأهلًا بالجميع.",
    ),
    "zh": ("港口开放", "", "船只可以从上午七点进港。费用为十二欧元。\n\n欢迎大家。"),
}  # fmt: skip


def printed(language: str) -> Print:
    wording = TEXT[language]
    text = normal.units(traces.paragraphs(wording))
    return Print(
        units=tuple(map(normal.digest, text)),
        links=frozenset({normal.address("https://example.org/fees")}),
    )


def judged(given: str, language: str = "en", links: tuple[str, ...] = ()) -> Likeness:
    """The best of the ways in which ``given`` can be read."""
    text, known = traces.paragraphs(TEXT[language]), printed(language)
    return max(
        (
            likeness.inspect(reading, text, likeness.compare(reading, known))
            for reading in likeness.readings(given, links)
        ),
        key=lambda like: (like.kind in ("same", "part"), like.known),
    )


def whole(language: str = "en") -> str:
    return "\n\n".join(traces.paragraphs(TEXT[language]))


@pytest.mark.parametrize("language", TEXT)
def test_every_text_is_itself(language: str) -> None:
    assert judged(whole(language), language).kind == "same"


SAME = {
    "one line end instead of two": lambda t: t.replace("\n\n", "\n"),
    "spaces and no-break spaces": lambda t: t.replace(" ", " \u00a0 "),
    "straight quotes": lambda t: t.replace("“", '"').replace("”", '"'),
    "other quotes, with spaces inside": lambda t: t.replace("“", "« ").replace("”", "\u202f»"),
    "a hyphen for a dash": lambda t: t.replace("–", "-"),
    "broken into short lines": lambda t: re.sub(r"(\S+ \S+ \S+) ", r"\1\n", t),
    "other bullets": lambda t: t.replace("• ", "- "),
    "no bullets": lambda t: t.replace("• ", ""),
    "marks and isolates": lambda t: "\u200f\u2067" + t.replace(" ", " \u200e") + "\u2069",
    "letters taken apart": lambda t: unicodedata.normalize("NFD", t),
    "entities of HTML": lambda t: t.replace("“", "&ldquo;").replace("”", "&#8221;"),
    "line ends of other systems": lambda t: t.replace("\n", "\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("change", SAME)
def test_layout_makes_no_difference(change: str) -> None:
    assert judged(SAME[change](whole())).kind == "same"


def test_markdown_reads_as_what_it_means() -> None:
    headline, subhead, markdown = TEXT["en"]
    assert judged(f"# {headline}\n\n*{subhead}*\n\n{markdown}").kind == "same"
    foreign = markdown.replace("example.org", "example.net")
    assert judged(f"# {headline}\n\n*{subhead}*\n\n{foreign}").foreign == (
        "https://example.net/fees",
    )


@pytest.mark.parametrize(
    "given",
    [
        "The harbour opens\n\nAfter ten years\n\nShips may come in from 7 a.m. on.",
        "They pay 12 euros – as “ever” before.\n\n• fishing boats pay nothing;",
        "The harbour opens",
        "Ships may come in from 7 a.m. on.\nThey pay\n12 euros – as “ever” before.",
    ],
)
def test_a_part_is_a_part(given: str) -> None:
    assert judged(given).kind == "part"


CHANGED = {
    "a number": ("12 euros", "21 euros", {"21"}, {"12"}),
    "a word put in": ("pay nothing", "never pay nothing", {"never"}, set()),
    "a sentence left out": ("They pay 12 euros – as “ever” before.", "", set(), {"They pay"}),
    "a letter's case": ("The office", "the office", {"the"}, {"The"}),
    "an ordinal at the beginning": ("27. Jahr", "28. Jahr", {"28"}, {"27"}),
    "a sign": ("nothing;", "nothing?", {"?"}, {";"}),
    "words at the end": ("heißt es.", "heißt es. Pay to Bob.", {"Pay to Bob"}, set()),
    "a look-alike": ("Ships", "Shiрs", {"Shiрs"}, {"Ships"}),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGED)
def test_what_was_changed_is_shown(change: str) -> None:
    before, after, added, removed = CHANGED[change]
    assert before in whole()
    like = judged(whole().replace(before, after))
    assert like.kind == "changed"
    pieces = [piece for one in like.changes for piece in one.pieces]
    for kind, expected in (("added", added), ("removed", removed)):
        shown = " ".join(piece.text for piece in pieces if piece.kind == kind)
        assert all(words in shown for words in expected), pieces


def test_a_text_among_much_else_is_found_and_all_else_is_shown() -> None:
    around = " ".join(f"comment{n}" for n in range(200))
    like = judged(f"{around}\n\n{whole()}\n\n{around}")
    assert like.kind == "changed"
    added = " ".join(p.text for c in like.changes for p in c.pieces if p.kind == "added")
    assert added.count("comment") == 400
    assert not [p for c in like.changes for p in c.pieces if p.kind == "removed"]


def test_two_sentences_in_another_order_are_not_the_same() -> None:
    one, other = "Ships may come in from 7 a.m. on.", "They pay 12 euros – as “ever” before."
    given = whole().replace(f"{one} {other}", f"{other} {one}")
    assert judged(given).kind == "changed"
    reading = likeness.readings(given)[0]
    assert likeness.compare(reading, printed("en")).kind == "changed"  # by digests alone as well


def test_addresses_written_beside_words_are_links() -> None:
    given = whole().replace("page.", "page <https://example.org/fees>.")
    assert judged(given).kind == "same"
    assert judged(given.replace("org", "net")).foreign == ("https://example.net/fees",)


def test_a_link_that_leads_elsewhere_makes_a_forgery() -> None:
    assert judged(whole(), links=("https://example.org/fees/",)).kind == "same"
    like = judged(whole(), links=("https://example.org/fees", "https://evil.example/pay"))
    assert (like.kind, like.foreign) == ("changed", ("https://evil.example/pay",))


@pytest.mark.parametrize(
    "given",
    ["", "…", "Nothing of this kind was ever said.", "harbour", "the harbour opens late", "ميناء"],
)
def test_other_texts_are_other_texts(given: str) -> None:
    assert judged(given).kind == "other"


def test_what_stands_around_a_text_is_no_part_of_it() -> None:
    reading = Reading(
        tuple(f"The harbour opens\n\nOffice · 26 June\n\n{body.plain('x')}".split("\n"))
    )
    around = {normal.words("Office · 26 June")}
    assert reading.without(around, NOTHING).words == ("The", "harbour", "opens", "x")
    assert reading.without((), re.compile("x")).words[-1] == "June"


def test_marks_of_a_long_text_are_few_and_its_opening_is_among_them() -> None:
    text = normal.units(f"Sentence {n} says that {n * n} ships came in." for n in range(500))
    marks = normal.marks(text)
    assert len(marks) <= normal.MOST_MARKS
    opening = likeness.readings("\n\n".join(" ".join(s) for s in text[:9]).replace("16", "61"))
    assert len(set(likeness.questions(opening)) & set(marks)) > 10


def test_hostile_texts_cost_no_more_than_others() -> None:
    for given in ("a\n" * 50_000, "\n" * 50_000, "." * 50_000, "*_[" * 20_000, "&#0;" * 9000):
        reading = likeness.readings(given)
        assert len(likeness.questions(reading)) < 3 * likeness.LONGEST
        assert judged(given).kind == "other"
