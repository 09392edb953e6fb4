"""The number of an anniversary in every catalog language, for 1 … 120 and what lies beyond.

The tables are made here from the words that the numbers are read as, and from each language's rule
for writing such a word with digits, so that they share nothing with the catalogs' patterns. The
words are those of CLDR's spellout rules (common/rbnf) unless a source says otherwise.
"""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translations.catalogs import interface_languages
from translations.formats import fill_pattern, formats_for
from translations.ordinals import (
    CATEGORIES,
    categories_of,
    ordinal,
    ordinal_patterns,
    parse_endings,
)

ZWNJ = "\N{ZERO WIDTH NON-JOINER}"


def last_word(n: int, ones: str, tens: str, hundred: str) -> str:
    """The last word of ``n`` as it is read: ``ones`` are 1 … 19, or 1 … 9; ``tens`` 10 … 90."""
    small, round_ = ones.split(), tens.split()
    if n % 100 == 0:
        return hundred
    if n % 100 <= len(small):
        return small[n % 100 - 1]
    return small[n % 10 - 1] if n % 10 else round_[n % 100 // 10 - 1]


def english(n: int) -> str:
    """The last two letters of the ordinal (CLDR, common/rbnf/en.xml, digits-ordinal)."""
    word = last_word(
        n,
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth",
        "tenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth",
        "hundredth",
    )
    return f"{n}{word[-2:]}"


def french(n: int) -> str:
    """1er (premier, anniversaire being masculine), else e: 2e, 21e, 82e; not 2ème (Lexique des
    règles typographiques en usage à l'Imprimerie nationale, « Abréviations »)."""
    return "1er" if n == 1 else f"{n}e"


def spanish(n: int) -> str:
    """.er where the adjective is cut before a masculine noun (primer, tercer aniversario), else .º
    (RAE, Diccionario panhispánico de dudas, “ordinales”, with undécimo for 11)."""
    word = last_word(
        n,
        "primer segundo tercer cuarto quinto sexto séptimo octavo noveno décimo undécimo "
        "duodécimo decimotercer decimocuarto decimoquinto decimosexto decimoséptimo decimoctavo "
        "decimonoveno",
        "décimo vigésimo trigésimo cuadragésimo quincuagésimo sexagésimo septuagésimo octogésimo "
        "nonagésimo",
        "centésimo",
    )
    return f"{n}.er" if word.endswith("er") else f"{n}.º"


def russian(n: int) -> str:
    """-я for every feminine ordinal, of третья too (Мильчин, Чельцова, Справочник издателя и
    автора): первая, третья, сороковая, сотая, тысячная годовщина."""
    return f"{n}-я"


def arabic(n: int) -> str:
    """The article with its tatweel, then the number: الذكرى الـ27, as agencies write it."""
    return f"الـ{n}"


def chinese(n: int) -> str:
    """The bare number, without 第: 27周年 (GB/T 15835-2011)."""
    return str(n)


def azerbaijani(n: int) -> str:
    """By vowel harmony with the last word read: -ci after e ə i, -cı after a ı, -cu after o u,
    -cü after ö ü (Azərbaycan dilinin orfoqrafiya qaydaları)."""
    word = last_word(
        n,
        "bir iki üç dörd beş altı yeddi səkkiz doqquz",
        "on iyirmi otuz qırx əlli altmış yetmiş səksən doxsan",
        "yüz" if n % 1000 else "min" if n % 1_000_000 else "milyon",
    )
    vowel = [letter for letter in word if letter in "eəiaıouöü"][-1]
    groups = ("eəi", "aı", "ou", "öü")
    (harmony,) = ("iıuü"[place] for place, vowels in enumerate(groups) if vowel in vowels)
    return f"{n}-c{harmony}"


def full_stop(n: int) -> str:
    """Amtliche Regelung der deutschen Rechtschreibung, § 104; Türk Dil Kurumu, Yazım Kılavuzu,
    “Sayıların Yazılışı”."""
    return f"{n}."


def portuguese(n: int) -> str:
    """The indicator of the masculine, after a point as in any abbreviation (CLDR,
    common/rbnf/pt_PT.xml, digits-ordinal-masculine; that of pt leaves the point out)."""
    return f"{n}.º"


def persian(n: int) -> str:
    """‌مین, or ‌اُمین after the vowel of سی (Academy of Persian Language and Literature, دستور خط
    فارسی: سی‌اُم), in Persian digits."""
    word = last_word(
        n,
        "یک دو سه چهار پنج شش هفت هشت نه ده "
        "یازده دوازده سیزده چهارده پانزده شانزده هفده هجده نوزده",
        "ده بیست سی چهل پنجاه شصت هفتاد هشتاد نود",
        "صد",
    )
    digits = str(n).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    return digits + ZWNJ + ("اُمین" if word.endswith("ی") else "مین")


def ukrainian(n: int) -> str:
    """The last letter of the feminine ordinal after a vowel, its last two after a consonant
    (літерне нарощення): перша, третя, сьома, сорокова річниця."""
    word = last_word(
        n,
        "перша друга третя четверта п’ята шоста сьома восьма дев’ята десята одинадцята дванадцята "
        "тринадцята чотирнадцята п’ятнадцята шістнадцята сімнадцята вісімнадцята дев’ятнадцята",
        "десята двадцята тридцята сорокова п’ятдесята шістдесята сімдесята вісімдесята дев’яноста",
        "сота" if n % 1000 else "тисячна",
    )
    return f"{n}-{word[-1] if word[-2] in 'аеиіоуєїюя' else word[-2:]}"


TABLES: dict[str, Callable[[int], str]] = {
    "en": english,
    "fr": french,
    "es": spanish,
    "ru": russian,
    "ar": arabic,
    "zh": chinese,
    "az": azerbaijani,
    "tr": full_stop,
    "de": full_stop,
    "pt": portuguese,
    "fa": persian,
    "uk": ukrainian,
}
NUMBERS = [*range(1, 121), *range(200, 1000, 100), 111, 130, 1000, 1001, 1111, 2000, 2026, 10**6]


@pytest.mark.parametrize("tag", TABLES)
def test_every_number_is_written_as_it_is_read(tag: str) -> None:
    table = TABLES[tag]
    assert {n: ordinal(n, tag) for n in NUMBERS} == {n: table(n) for n in NUMBERS}


def test_every_catalog_has_its_table() -> None:
    assert set(interface_languages()) <= TABLES.keys()


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("en", "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd 27th 30th 101st 111th 112th 113th"),
        ("en-GB", "27th"),
        ("fr", "1er 2e 11e 21e 27e 82e 100e 101e"),
        ("fr-CA", "27e"),
        ("fr-AQ", "1er 21e"),
        ("es", "1.er 2.º 3.er 4.º 11.º 13.er 21.er 23.er 27.º 100.º 101.er 111.º"),
        ("ru", "1-я 3-я 27-я 40-я"),
        ("ar", "الـ1 الـ27"),
        ("ar-EG", "الـ٢٧"),
        ("zh", "1 27"),
        ("zh-Hant", "27"),
        (
            "az",
            "1-ci 2-ci 3-cü 4-cü 5-ci 6-cı 9-cu 10-cu 20-ci 27-ci 30-cu 40-cı 60-cı 90-cı 100-cü",
        ),
        ("tr", "27."),
        ("de-AT", "1. 27."),
        ("pt-BR", "1.º 3.º 27.º"),
        ("fa", f"۱{ZWNJ}مین ۲۷{ZWNJ}مین ۳۰{ZWNJ}اُمین ۳۱{ZWNJ}مین"),
        ("uk", "1-ша 2-га 3-тя 4-та 7-ма 8-ма 11-та 13-та 17-та 21-ша 27-ма 40-ва 47-ма 100-та"),
        # Without a catalog:
        ("it", "27º"),
        ("sv", "1:a 2:a 3:e 11:e 21:a 27:e"),
        ("nl", "27e"),
        ("ca", "1r 2n 3r 4t 5è"),
        ("pl", "27."),
        ("nb-NO", "27."),
        ("tlh", "27"),
    ],
)
def test_what_an_anniversary_needs(tag: str, written: str) -> None:
    for each in written.split():
        n = int("".join(filter(str.isdigit, each)))
        assert ordinal(n, tag) == each
        assert formats_for(tag).ordinal(n) == each


@pytest.mark.parametrize("tag", [*TABLES, "sv", "ca"])
def test_there_is_a_pattern_for_every_category_of_cldr_and_no_other(tag: str) -> None:
    assert ordinal_patterns(tag).by_category.keys() == categories_of(tag)
    assert categories_of(tag) <= CATEGORIES.keys()


def test_the_longest_ending_decides() -> None:
    assert parse_endings("1={n}-a|11={n}-b") == {"1": "{n}-a", "11": "{n}-b"}
    assert parse_endings("") == {}


@pytest.mark.parametrize(
    "entry", ["{n}-a", "x={n}", "1=a", "1={n}{n}", "=", "²={n}", "1={n}-a|1={n}-b"]
)
def test_an_entry_that_cannot_be_read_is_named(entry: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_endings(entry)
    assert str(caught.value) in entry


@given(st.sampled_from(sorted(TABLES)), st.integers(1, 10**7))
def test_an_ordinal_says_its_number_and_a_title_carries_it(tag: str, n: int) -> None:
    written = ordinal(n, tag)
    assert int("".join(filter(str.isdigit, written))) == n
    assert fill_pattern("“{ordinal}”", n, tag) == f"“{written}”"
