"""Texts that count the years by themselves are found by their own observance's number."""

from datetime import date

import pytest

from bot.releases.counting import MOST, SENTENCE, counted
from bot.releases.release import ObservanceSpec, Release, Variant
from translations.catalogs import catalog_for


def _release(tag: str, number: int = 27, **texts: str) -> Release:
    variant = Variant(language=tag, **({"headline": "{ordinal} anniversary"} | texts))
    return Release(
        slug="charter",
        original=tag,
        date=date(1990 + number, 6, 26),
        variants={tag: variant},
        observance=ObservanceSpec(origin=date(1990, 6, 26)),
    )


def _found(tag: str, sentence: str, number: int = 27) -> str:
    found = {c.sure: c for c in counted(_release(tag, number, body=sentence))}
    return "sure" if True in found else "perhaps" if found else ""


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ("en", "It was signed 27 years ago."),
        ("en", "Twenty-seven years later it holds."),
        ("en", "The 27th anniversary is near."),
        ("en", "On the twenty-seventh anniversary of it."),
        ("en", "A 27-year effort."),
        ("en", "After 26 long years."),
        ("en", "In the 28 years since."),
        ("fr", "Il y a vingt-sept ans."),
        ("fr", "Le 27e anniversaire."),
        ("es", "Hace 27 años."),
        ("es", "El 27.º aniversario."),
        ("ru", "27 лет назад."),
        ("ru", "В течение двадцати семи лет."),
        ("ru", "27-летие Устава."),
        ("ru", "двадцать седьмая годовщина"),
        ("ar", "قبل ٢٧ سنة"),
        ("ar", "الذكرى الـ27"),
        ("ar", "سبعة وعشرون سنة"),
        ("zh", "27年前签署。"),
        ("zh", "第27周年。"),
        ("zh", "二十七周年。"),
        ("zh-Hant", "簽署至今27年"),
        ("az", "27 il əvvəl"),
        ("az", "27-ci ildönümü"),
        ("az", "iyirmi yeddi il"),
        ("tr", "Yirmi yedi yıl önce."),
        ("de", "vor siebenundzwanzig Jahren"),
        ("pt", "há 27 anos"),
        ("fa", "۲۷ سال پیش"),
        ("fa", "بیست و هفتمین سالگرد"),
        ("uk", "двадцять сім років тому"),
        ("he", "לפני 27 שנים"),
    ],
)
def test_years_are_found_in_digits_and_in_words(tag: str, sentence: str) -> None:
    assert _found(tag, sentence) == "sure"


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ("en", "27 countries signed. This year they meet."),
        ("en", "On 27 June 1992, years after it."),
        ("en", "June 27 is an anniversary."),
        ("en", "See A/73/27, 27/1 and 3.27."),
        ("en", "In 1927 and 2027, for 127 years."),
        ("en", "Five years ago, and 40 years ago."),
        ("fr", "27 pays, le 27 juin de cette année"),
        ("es", "el 27 de junio de este año"),
        ("ru", "27 стран, 27 июня этого года"),
        ("zh", "1992年6月27日，27个国家"),
        ("zh", "一百二十七年"),
        ("de", "am 27. Juni, 27 Länder"),
        ("az", "27 ölkə"),
    ],
)
def test_other_numbers_are_left_alone(tag: str, sentence: str) -> None:
    assert _found(tag, sentence) == ""


@pytest.mark.parametrize(
    ("tag", "sentence"),
    [
        ("en", "The 27th session met."),
        ("fr", "La vingt-septième session."),
        ("tlh", "27 ben"),  # nothing is known of its words
    ],
)
def test_what_only_may_count_years_is_mentioned_softly(tag: str, sentence: str) -> None:
    assert _found(tag, sentence) == "perhaps"


def test_a_small_number_counts_only_beside_a_year() -> None:
    assert _found("en", "The first of all, in the second session.", 1) == ""
    assert _found("en", "The first anniversary.", 1) == "sure"


def test_without_an_observance_there_is_nothing_to_count() -> None:
    plain = Release(
        slug="s",
        original="en",
        date=date(2017, 6, 26),
        variants={"en": Variant(language="en", headline="27 years ago")},
    )
    assert counted(plain) == ()


def test_each_part_of_a_text_is_looked_at_and_quoted_by_its_sentence() -> None:
    release = _release(
        "en",
        headline="27th anniversary",
        subhead="After 27 years",
        body="Nothing here.\n\nIt began. Today, 27 years on, it holds! And so on.",
        occasion="27 years of it",
    )
    assert [(c.field, c.sentence, c.sure) for c in counted(release)] == [
        ("headline", "27th anniversary", True),
        ("subhead", "After 27 years", True),
        ("body", "Today, 27 years on, it holds!", True),
        ("occasion", "27 years of it", True),
    ]


def test_what_is_told_names_the_language_and_the_remedy() -> None:
    english = catalog_for("en")
    headline, body = counted(_release("fr", headline="27e anniversaire", body="Il y a 27 ans."))
    told = english.render(headline.as_text())
    assert told.startswith("Français: this counts the years by itself: “27e anniversaire”")
    assert "{ordinal} or {years}" in told
    assert "right this year only: “Il y a 27 ans.”" in english.render(body.as_text())


def test_a_headline_beside_a_title_pattern_is_this_years_alone() -> None:
    (headline,) = counted(
        _release("en", headline="27th anniversary", occasion="{ordinal} anniversary")
    )
    assert "right this year only" in catalog_for("en").render(headline.as_text())


def test_long_sentences_and_long_lists_are_cut() -> None:
    (long,) = counted(_release("en", body="word " * 200 + "27 years" + " word" * 200))
    assert len(long.sentence) <= SENTENCE + 20
    assert long.sentence.startswith("…")
    assert long.sentence.endswith("…")
    many = " ".join(f"It is {n} and 27 years." for n in range(100, 400))
    assert len(counted(_release("en", body=many))) == MOST


def test_the_years_of_the_observances_own_calendar_count() -> None:
    # 1410 AH to 1438 AH: 28 lunar years, one more than Gregorian ones.
    spec = ObservanceSpec(origin=date(1990, 6, 26), calendar="islamic")
    release = _release("en", body="It is 29 years. It is 26 years.")
    from dataclasses import replace

    found = counted(replace(release, observance=spec))
    assert [c.sentence for c in found] == ["It is 29 years."]
