"""What changed between two wordings is shown word by word, in any script, at bounded cost."""

import random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.releases.difference import changes, difference
from bot.releases.release import Variant


def _variant(body: str, headline: str = "Charter") -> Variant:
    return Variant(language="en", headline=headline, body=body)


def _marked(before: str, after: str) -> list[str]:
    """Each change with what is around it, in plain marks."""
    form = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return [
        " ".join(form[piece.kind].format(piece.text.strip()) for piece in change.pieces)
        for change in changes(_variant(before), _variant(after))
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "The Charter was signed by 50 states.",
            "The Charter was signed by 51 states.",
            ["The Charter was signed by [-50-] [+51+] states."],
        ),
        ("It entered into force.", "It entered into force at once.", ["[+at once+]"]),
        ("l’homme et la mer", "la femme et la mer", ["[-l’homme-] [+la femme+] et la mer"]),
        ("27-ci ildönümü", "28-ci ildönümü", ["[-27-ci-] [+28-ci+] ildönümü"]),
        # Without spaces every letter stands for itself, with its marks.
        ("共有五十个国家参加", "共有六十个国家参加", ["共有 [-五-] [+六+] 十个国家参加"]),
        ("ประเทศที่ลงนาม", "ประเทศนี้ลงนาม", ["[-ที่-] [+นี้+]"]),
        ("وقعت خمسون دولة", "وقعت ستون دولة", ["وقعت [-خمسون-] [+ستون+] دولة"]),
        ("Один.\n\nДва.", "Один.\n\nТри.", ["[-Два-] [+Три+]"]),
        ("One.\n\nTwo.", "One.\n\nOne and a half.\n\nTwo.", ["[+One and a half.+]"]),
    ],
)
def test_a_change_is_shown_with_the_words_around_it(
    before: str, after: str, expected: list[str]
) -> None:
    marked = _marked(before, after)
    assert len(marked) == len(expected)
    for whole, part in zip(marked, expected, strict=True):
        assert part in whole


def test_far_apart_changes_are_shown_apart_and_near_ones_together() -> None:
    far = " ".join(f"word{n}" for n in range(40))
    assert len(_marked(f"Old {far} end.", f"New {far} stop.")) == 2
    assert len(_marked("Old and new words.", "Older and newer words.")) == 1


def test_only_a_few_words_are_shown_around_a_change() -> None:
    words = [f"w{n}" for n in range(100)]
    (marked,) = _marked(" ".join(words), " ".join([*words[:50], "new", *words[50:]]))
    assert marked == "… w44 w45 w46 w47 w48 w49 [+new+] w50 w51 w52 w53 w54 w55 …"


def test_what_is_around_a_change_ends_with_its_paragraph() -> None:
    (marked,) = _marked("One.\n\nTwo three.\n\nFour.", "One.\n\nTwo thirty.\n\nFour.")
    assert marked == "Two [-three-] [+thirty+] ."


def test_each_part_of_a_text_is_compared_with_itself() -> None:
    before, after = _variant("Text.", "Charter"), _variant("Texts.", "Charters")
    assert [change.field for change in changes(before, after)] == ["headline", "body"]


def test_white_space_alone_is_no_change() -> None:
    assert _marked("One  two\nthree.", "One two three. ") == []


LETTERS = st.text("ab c\n字的ที่-’é🌍و", max_size=60)


@settings(max_examples=200, deadline=None)
@given(LETTERS, LETTERS)
def test_the_pieces_make_both_texts_again(before: str, after: str) -> None:
    pieces = difference(before, after)

    def side(left_out: str) -> list[str]:
        return "".join(p.text for p in pieces if p.kind != left_out).split()

    assert "".join(side("added")) == "".join(before.split())
    assert "".join(side("removed")) == "".join(after.split())


@settings(max_examples=50, deadline=None)
@given(LETTERS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert [p.kind for p in difference(text, text)] in ([], ["same"])


def _random_words(count: int, vocabulary: int) -> str:
    words = [f"w{number}" for number in range(vocabulary)]
    return " ".join(random.Random(count).choices(words, k=count))


LONG = _random_words(200_000, 1000)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LONG, LONG[:500_000] + " changed " + LONG[500_000:]),
        (LONG, LONG[::-1]),
        (_random_words(1200, 3), _random_words(1201, 3)),
        (_random_words(1200, 40), _random_words(1201, 40)),
        ("字" * 100_000, "字" * 99_999 + "x"),
        ("\n" * 200_000, "\n" * 100_000 + "x"),
        ("a\n\n" * 3000, "b\n\na\n\n" * 1500),
    ],
    ids=["one-word", "all", "few-words", "more-words", "one-letter", "lines", "paragraphs"],
)
def test_the_cost_is_bounded_however_long_the_texts_are(before: str, after: str) -> None:
    began = process_time()
    assert any(p.kind != "same" for p in difference(before, after))
    assert process_time() - began < 3


def test_one_word_in_a_book_is_found() -> None:
    at = LONG.index(" ", 500_000)
    pieces = difference(LONG, LONG[:at] + " changed" + LONG[at:])
    assert [p.text.strip() for p in pieces if p.kind != "same"] == ["changed"]
