import pytest
from hypothesis import given
from hypothesis import strategies as st

from translations.catalogs import interface_languages
from translations.formats import fill_pattern
from translations.letter import find_ordinal, letter_words

PHRASES = {
    "en": "{ordinal} anniversary of the Charter",
    "fr": "{ordinal} anniversaire de la Charte",
    "es": "{ordinal} aniversario de la Carta",
    "ru": "{ordinal} годовщина подписания Устава",
    "ar": "الذكرى {ordinal} لتوقيع الميثاق",
    "zh": "《宪章》签署{ordinal}周年",
    "az": "Nizamnamənin imzalanmasının {ordinal} ildönümü",
    "tr": "Şart’ın imzalanmasının {ordinal} yıl dönümü",
    "de": "{ordinal} Jahrestag der Charta",
    "pt": "{ordinal} aniversário da Carta",
    "fa": "{ordinal} سالگرد امضای منشور",
    "uk": "{ordinal} річниця підписання Статуту",
}


@given(st.sampled_from(sorted(PHRASES)), st.integers(1, 2999))
def test_what_we_write_we_recognise(tag: str, n: int) -> None:
    assert find_ordinal(fill_pattern(PHRASES[tag], n, tag), tag) == (n, PHRASES[tag])


@pytest.mark.parametrize(
    ("tag", "headline", "n", "pattern"),
    [
        ("en", "On the 81ST  Anniversary", 81, "On the {ordinal}  Anniversary"),
        ("en", "A 25-year anniversary", 25, "A {years}-year anniversary"),
        ("en", "80 years since San Francisco", 80, "{years} years since San Francisco"),
        ("en", "1945–2026: the 81st anniversary", 81, "1945–2026: the {ordinal} anniversary"),
        ("fr", "27ème anniversaire", 27, "{ordinal} anniversaire"),
        ("fr", "Le 1er anniversaire", 1, "Le {ordinal} anniversaire"),
        ("es", "27° aniversario", 27, "{ordinal} aniversario"),
        ("es", "27 aniversario", 27, "{ordinal} aniversario"),
        ("ru", "27-ая годовщина", 27, "{ordinal} годовщина"),
        ("ru", "В связи с 27-й годовщиной", 27, "В связи с {years}-й годовщиной"),
        ("ru", "К 80-летию Устава", 80, "К {years}-летию Устава"),
        (
            "ar",
            "بمناسبة الذكرى السنوية الـ ٢٧ للتوقيع",
            27,
            "بمناسبة الذكرى السنوية {ordinal} للتوقيع",
        ),
        ("ar", "إحياءً للذكرى الـ27", 27, "إحياءً للذكرى {ordinal}"),
        ("es", "3.er aniversario", 3, "{ordinal} aniversario"),
        ("de", "Zum 27. Jahrestag der Charta", 27, "Zum {ordinal} Jahrestag der Charta"),
        ("de", "27 Jahre nach der Charta", 27, "{years} Jahre nach der Charta"),
        ("de", "Das 25-jährige Bestehen", 25, "Das {years}-jährige Bestehen"),
        ("uk", "1000-на річниця", 1000, "{ordinal} річниця"),
        ("fa", "۳۰امین سالگرد", 30, "{ordinal} سالگرد"),
        ("zh", "第81 周年", 81, "第{ordinal} 周年"),
        ("zh-CN", "纪念81周年", 81, "纪念{ordinal}周年"),
        ("az", "30‑CU İLDÖNÜMÜ", 30, "{ordinal} İLDÖNÜMÜ"),
        ("az", "40-cı ildönümü münasibətilə", 40, "{ordinal} ildönümü münasibətilə"),
    ],
)
def test_how_headlines_name_an_anniversary(tag: str, headline: str, n: int, pattern: str) -> None:
    assert find_ordinal(headline, tag) == (n, pattern)


@pytest.mark.parametrize(
    ("tag", "headline"),
    [
        ("en", "Statement of 26 June 2026"),
        ("en", "The twenty-seventh anniversary"),
        ("en", "0th anniversary"),
        ("en", "2,027th anniversary"),
        ("en", "Document A/27th anniversary"),
        ("en", "{ordinal} anniversary"),
        ("en", ""),
        ("fr", "27th anniversary"),
        ("ru", "27 лет со дня подписания"),
        ("zh", "周年"),
    ],
)
def test_headlines_that_name_none(tag: str, headline: str) -> None:
    assert find_ordinal(headline, tag) is None


@given(st.sampled_from(sorted(PHRASES)), st.text())
def test_the_rest_of_a_headline_is_kept_to_the_letter(tag: str, text: str) -> None:
    found = find_ordinal(f"{text} {fill_pattern(PHRASES[tag], 27, tag)} {text}", tag)
    assert found is not None
    assert found[0] == 27
    assert found[1] == f"{text} {PHRASES[tag]} {text}"


@pytest.mark.parametrize("tag", interface_languages())
def test_every_language_has_its_words(tag: str) -> None:
    words = letter_words(tag)
    for listed in (words.press_release, words.telephone, words.fax, words.extension, words.email):
        assert listed
        assert all(word and word == word.strip() for word in listed)


def test_words_of_some_languages() -> None:
    assert "press release" in letter_words("en").press_release
    assert "communiqué de presse" in letter_words("fr-CA").press_release
    assert "пресс-релиз" in letter_words("ru").press_release
    assert "新闻公报" in letter_words("zh").press_release
    assert "Faks" in letter_words("az").fax
    assert letter_words("tlh") == letter_words("en")
