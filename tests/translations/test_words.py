"""A text is found however its words are written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from translations.folding import fold
from translations.words import LONGEST_WORD, MOST_TERMS, Term, other_forms, places, terms, words


def fits(text: str, asked: str, language: str) -> bool:
    """Whether ``text`` has all that is ``asked``, by the words that both databases are given."""
    known = words(text)
    others = {*known, *other_forms(text, language)}
    wanted = terms(asked, language)
    return bool(wanted) and all(
        bool({*term.words, term.stem} & others)
        if len(term.words) == 1
        else any(tuple(known[n : n + len(term.words)]) == term.words for n in range(len(known)))
        for term in wanted
    )


FOUND = [
    ("fr", "L’évènement à l’Élysée", "elysee EVENEMENT"),
    ("fr", "les cérémonies publiées", "cérémonie publié"),
    ("fr", "l’anniversaire", "l'anniversaire"),
    ("es", "las celebraciones", "celebración"),
    ("ar", "عن الإعلانُ العالميّ", "اعلان"),
    ("ar", "إعلان", "الإِعْلَانُ"),
    ("ar", "ميـــثاق", "ميثاق"),
    ("fa", "می\u200cخواهم کتاب‌ها", "میخواهم كتاب"),
    ("tr", "Işık İstanbul’da", "isik ISTANBUL"),
    ("tr", "IŞIK", "ışık"),
    ("az", "Azərbaycan Respublikasının nizamnaməsi", "azerbaycan nizamnamə"),
    ("ru", "в Уставе всё ещё", "устав все"),
    ("uk", "п’ять статутів", "п'ять статуту"),
    ("zh", "联合国宪章签署81周年", "宪章"),
    ("zh", "联合国宪章签署81周年", "国"),
    ("zh", "联合国宪章签署81周年", "署81周"),
    ("zh-Hant", "聯合國憲章", "國憲 聯合"),
    ("ja", "国際連合憲章の署名", "憲章の署"),
    ("ko", "헌장을 서명", "헌장"),
    ("th", "กฎบัตรสหประชาชาติ", "สหประชา"),
    ("hi", "किताबें", "किताब"),
    ("de", "Straße der Häuser", "STRASSE haus"),
    ("en", "A/73/740–S/2019/133", "A/73/740"),
    ("en", "The lamps’ keepers", "lamp keeper"),
    ("en", "ﬁve № ５ in１", "five 5"),
    ("he", "שָׁלוֹם", "שלום"),
    ("el", "Αθήνα", "ΑΘΗΝΑ"),
    ("en", "the signing of the charter", '"signing of the"'),
    ("zh", "第3次会议", '"第3次会议"'),
]


@pytest.mark.parametrize(("language", "text", "asked"), FOUND)
def test_it_is_found_and_shown_where(language: str, text: str, asked: str) -> None:
    assert fits(text, asked, language)
    assert places(text, terms(asked, language), language)


NOT_FOUND = [
    ("en", "the charter of the signing", '"signing of the"'),
    ("en", "the charter", "charter treaty"),
    ("zh", "联国合宪章", "联合国"),
    ("zh", "会议", "议会"),
    ("en", "catalogue", "cat"),
    ("en", "the Charter", "“”"),
    ("en", "or and near", "* ^ - +"),
]


@pytest.mark.parametrize(("language", "text", "asked"), NOT_FOUND)
def test_it_is_not_found(language: str, text: str, asked: str) -> None:
    assert not fits(text, asked, language)


def test_what_is_shown_is_the_word_as_it_is_written() -> None:
    def shown(text: str, asked: str, language: str) -> list[str]:
        return [text[a:b] for a, b in places(text, terms(asked, language), language)]

    assert shown("L’Élysée: élyséens, Elysee", "elysee", "fr") == ["Élysée", "Elysee"]
    assert shown("عن الإعلانُ هنا", "اعلان", "ar") == ["الإعلانُ"]
    assert shown("联合国宪章签署", "国宪章 署", "zh") == ["国宪章", "署"]
    asked = '"of the" charter'
    assert shown("of the signing of the charter", asked, "en") == ["of the", "of the", "charter"]


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300), st.sampled_from(["en", "ar", "zh", "tr", "th", "az"]))
def test_any_text_has_words_that_any_database_takes(text: str, language: str) -> None:
    wanted = terms(text, language)
    assert len(wanted) <= MOST_TERMS
    for word in (
        *words(text),
        *other_forms(text, language),
        *(word for term in wanted for word in (*term.words, term.stem) if word),
    ):
        assert word
        assert len(word) <= LONGEST_WORD
        assert fold(word) == word
        assert not set(word) & set("\"'\\\x00 *^:()-+{}&|!<>")
    found = places(text, wanted, language)
    assert all(0 <= a < b <= len(text) for a, b in found)
    assert found == sorted(found)


def test_stems_stand_beside_what_was_asked_for() -> None:
    assert terms("Charters", "en") == (Term(words=("charters",), stem="charter"),)
    assert terms('"Charters"', "en") == (Term(words=("charters",)),)
