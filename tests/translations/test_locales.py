from random import Random

import langcodes
import pytest
from babel.core import get_global
from babel.localedata import locale_identifiers
from hypothesis import given
from hypothesis import strategies as st

from translations.locales import (
    UnknownLanguage,
    best_match,
    canonical,
    direction,
    fallback_chain,
    native_name,
)


def _known(identifier: str) -> bool:
    try:
        canonical(identifier)
    except UnknownLanguage:
        return False
    return True


tags = st.sampled_from(sorted(filter(_known, locale_identifiers())))
DEPRECATED = {
    old: new.replace("_", "-")
    for old, new in get_global("language_aliases").items()
    if len(old) == 2 and old != "no"
}
SCRIPTS = {"zh-TW": "Hant", "zh-HK": "Hant", "zh-Hant": "Hant", "zh-CN": "Hans", "zh": "Hans"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("EN", "en"),
        ("zh_TW", "zh-TW"),
        ("ZH-hant-hk", "zh-Hant-HK"),
        ("az_Latn_AZ", "az-Latn-AZ"),
        ("en-Latn-US", "en-US"),
        ("iw", "he"),
        ("in", "id"),
        ("sh", "sr-Latn"),
        ("cmn", "zh"),
        ("azj", "az"),
        ("i-klingon", "tlh"),
        ("no", "no"),
        ("nb", "nb"),
        ("ca-valencia", "ca-valencia"),
        ("ji", "yi"),
        ("iw-IL", "he-IL"),
        ("in_ID", "id-ID"),
        ("sh-RS", "sr-Latn-RS"),
        ("zh-guoyu", "zh"),
        ("zh-min-nan", "nan"),
        ("no-bok", "nb"),
        ("no-nyn", "nn"),
        ("de-u-co-phonebk", "de"),
        ("en-US-x-office", "en-US"),
    ],
)
def test_one_spelling(given: str, expected: str) -> None:
    assert canonical(given) == expected


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "x",
        "xx",
        "und",
        "mul",
        "zxx",
        "qaa",
        "x-foo",
        "i-",
        "en US",
        "en--US",
        "en-",
        "ёлка",
        "../../etc/passwd",
        "en\n",
        "*",
        "english",
        "a" * 10_000,
        "en-" + "abcdefgh-" * 1000,
    ],
)
def test_what_is_no_language_is_refused_by_name(tag: str) -> None:
    with pytest.raises(UnknownLanguage) as caught:
        canonical(tag)
    assert caught.value.tag == tag
    assert len(str(caught.value)) < 400


@given(st.text(max_size=80))
def test_any_text_is_either_a_language_or_refused(text: str) -> None:
    try:
        tag = canonical(text)
    except UnknownLanguage:
        return
    assert canonical(tag) == tag
    assert fallback_chain(tag)[0] == tag


@given(tags, st.randoms(use_true_random=False))
def test_neither_case_nor_underscores_matter(tag: str, rng: Random) -> None:
    shouted = "".join(rng.choice((char.lower(), char.upper())) for char in tag)
    assert canonical(shouted.replace("_", "-")) == canonical(tag)
    assert best_match([shouted], [tag]) is not None


@pytest.mark.parametrize("deprecated", sorted(DEPRECATED))
def test_a_deprecated_code_is_as_good_as_the_one_in_force(deprecated: str) -> None:
    """CLDR's aliases of languages that are simply spelt otherwise now."""
    now = DEPRECATED[deprecated]
    for wanted, available in ((deprecated, now), (now, deprecated)):
        match = best_match([wanted], [available])
        assert match is not None, (wanted, available)
        assert match.tag == available


@given(tags)
def test_canonical_is_stable(tag: str) -> None:
    assert canonical(canonical(tag)) == canonical(tag)


@pytest.mark.parametrize(
    ("tag", "chain"),
    [
        ("en", ["en"]),
        ("en-GB", ["en-GB", "en-001", "en"]),
        ("en-US", ["en-US", "en"]),
        ("pt-BR", ["pt-BR", "pt"]),
        ("pt-AO", ["pt-AO", "pt-PT", "pt"]),
        ("es-MX", ["es-MX", "es-419", "es"]),
        ("az-AZ", ["az-AZ", "az"]),
        ("az-Latn-AZ", ["az-Latn-AZ", "az-Latn", "az"]),
        ("az-Cyrl", ["az-Cyrl"]),
        ("zh-Hant-HK", ["zh-Hant-HK", "zh-Hant"]),
        ("zh-Hant-MO", ["zh-Hant-MO", "zh-Hant-HK", "zh-Hant"]),
        ("zh-TW", ["zh-TW", "zh-Hant-TW", "zh-Hant"]),
        ("zh-CN", ["zh-CN", "zh"]),
        ("sr-Latn", ["sr-Latn"]),
        ("sr-Latn-RS", ["sr-Latn-RS", "sr-Latn"]),
        ("sr-ME", ["sr-ME", "sr-Latn-ME", "sr-Latn"]),
        ("ca-valencia", ["ca-valencia", "ca"]),
        ("nn-NO", ["nn-NO", "nn", "no", "nb"]),
        ("no", ["no", "nb"]),
        ("nb", ["nb", "no"]),
        ("hi-Latn", ["hi-Latn"]),
        ("ht", ["ht"]),
    ],
)
def test_what_stands_in_for_a_language(tag: str, chain: list[str]) -> None:
    assert list(fallback_chain(tag)) == chain


@given(tags)
def test_a_chain_never_leaves_the_script_and_ends(tag: str) -> None:
    chain = fallback_chain(tag)
    assert len(set(chain)) == len(chain) < 8
    for step in chain:
        assert best_match([tag], [step]) is not None
        assert direction(step) == direction(tag)


@pytest.mark.parametrize(
    ("wanted", "available", "tag"),
    [
        (["az-AZ"], ["en", "az"], "az"),
        (["pt-PT"], ["en", "pt-BR"], "pt-BR"),
        (["pt-AO"], ["pt-BR", "pt-PT"], "pt-PT"),
        (["en-AU"], ["en-US", "en-GB"], "en-GB"),
        (["pt"], ["pt-AO", "pt-BR", "pt-PT"], "pt-BR"),
        (["en-GB"], ["en-AU", "en"], "en"),
        (["fr-CA", "en"], ["en", "fr"], "fr"),
        (["de", "ru"], ["en", "ru"], "ru"),
        (["zh-TW"], ["zh", "zh-Hant"], "zh-Hant"),
        (["zh-Hant"], ["zh", "zh_HK"], "zh_HK"),
        (["zh-SG"], ["zh-Hant", "zh"], "zh"),
        (["zh-SG"], ["zh-Hant", "zh-Hans"], "zh-Hans"),
        (["zh-MO"], ["zh", "zh-HK", "zh-TW"], "zh-HK"),
        (["zh-HK"], ["zh", "zh-Hant"], "zh-Hant"),
        (["zh-Hans-HK"], ["zh-HK", "zh"], "zh"),
        (["iw"], ["he"], "he"),
        (["he"], ["iw"], "iw"),
        (["in"], ["id", "en"], "id"),
        (["sh"], ["sr", "sr-Latn"], "sr-Latn"),
        (["sr-ME"], ["sr", "sr-Latn"], "sr-Latn"),
        (["en-GB"], ["en", "en-001"], "en-001"),
        (["en-GB"], ["en-US", "en"], "en"),
        (["pt-BR"], ["pt"], "pt"),
        (["pt-BR"], ["pt-PT"], "pt-PT"),
        (["AZ-latn-az"], ["az"], "az"),
        (["az-Cyrl"], ["az", "az-Cyrl-AZ"], "az-Cyrl-AZ"),
        (["no"], ["nb"], "nb"),
        (["nb-NO"], ["no"], "no"),
        (["nn"], ["nb", "sv"], "nb"),
        (["tlh-nonsense!", "*", "", "ar"], ["ar"], "ar"),
    ],
)
def test_the_best_of_what_there_is(wanted: list[str], available: list[str], tag: str) -> None:
    match = best_match(wanted, available)
    assert match is not None
    assert match.tag == tag


@pytest.mark.parametrize(
    ("wanted", "available"),
    [
        (["zh-TW"], ["zh", "zh-CN", "zh-Hans"]),
        (["zh-Hant-HK"], ["zh"]),
        (["zh"], ["zh-Hant", "zh-HK"]),
        (["sr-Latn"], ["sr", "sr-RS"]),
        (["sr"], ["sr-Latn", "hr"]),
        (["az-Cyrl"], ["az", "ru"]),
        (["az"], ["az-Cyrl", "tr"]),
        (["az-IR"], ["az", "fa"]),
        (["zh-Hans-TW"], ["zh-TW"]),
        (["uz-AF"], ["uz"]),
        (["ht"], ["fr", "fr-HT"]),
        (["hi-Latn"], ["en", "en-IN", "hi"]),
        (["de"], []),
        ([], ["de"]),
    ],
)
def test_nothing_rather_than_another_language(wanted: list[str], available: list[str]) -> None:
    assert best_match(wanted, available) is None


def test_it_says_which_wish_was_met() -> None:
    match = best_match(["de", "FR_ca"], ["fr", "en"])
    assert match is not None
    assert match.wanted == "fr-CA"


def test_an_office_language_that_is_none_is_an_error() -> None:
    with pytest.raises(UnknownLanguage):
        best_match(["en"], ["en", "klingon"])


@given(tags, st.lists(tags, max_size=6))
def test_a_match_is_in_the_script_that_was_asked_for(tag: str, available: list[str]) -> None:
    """Scripts as langcodes' own copy of CLDR's likely subtags has them."""
    match = best_match([tag], available)
    if match is not None:
        wanted, given = (langcodes.Language.get(each).maximize() for each in (tag, match.tag))
        assert wanted.script == given.script


@given(st.lists(tags, min_size=1, max_size=4), st.lists(tags, max_size=6))
def test_a_match_is_on_offer_and_the_first_wish_wins(
    wanted: list[str], available: list[str]
) -> None:
    match = best_match(wanted, available)
    singly = [best_match([tag], available) for tag in wanted]
    assert match == next((single for single in singly if single), None)
    if match:
        assert match.tag in available
        assert direction(match.tag) == direction(match.wanted)
    if {canonical(tag) for tag in available} & {canonical(wanted[0])}:
        assert match
        assert canonical(match.tag) == canonical(wanted[0])


@given(st.lists(tags, max_size=6), tags, st.randoms(use_true_random=False))
def test_the_order_of_what_is_available_does_not_matter(
    available: list[str], tag: str, rng: Random
) -> None:
    shuffled = list(available)
    rng.shuffle(shuffled)
    assert best_match([tag], available) == best_match([tag], shuffled)


@given(st.sampled_from(sorted(SCRIPTS)), st.lists(st.sampled_from(sorted(SCRIPTS))))
def test_traditional_and_simplified_never_mix(wanted: str, available: list[str]) -> None:
    match = best_match([wanted], available)
    alike = [tag for tag in available if SCRIPTS[tag] == SCRIPTS[wanted]]
    assert (match is not None) == bool(alike)
    assert match is None or match.tag in alike


@pytest.mark.parametrize("tag", ["ar", "he", "fa-AF", "ur", "yi", "dv", "az-Arab", "uz-AF", "ks"])
def test_from_right_to_left(tag: str) -> None:
    assert direction(tag) == "rtl"


@pytest.mark.parametrize("tag", ["en", "az", "zh-Hant", "ru", "ar-Latn", "tlh", "ff"])
def test_from_left_to_right(tag: str) -> None:
    assert direction(tag) == "ltr"


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("en", "English"),
        ("fr", "Français"),
        ("es", "Español"),
        ("ru", "Русский"),
        ("ar", "العربية"),
        ("zh", "中文"),
        ("az", "Azərbaycan"),
        ("zh-Hant", "繁體中文"),
        ("sr-Latn", "Srpski (latinica)"),
        ("pt-BR", "Português (Brasil)"),
        ("fr-HT", "Français (Haïti)"),
        ("tlh", "tlh"),
    ],
)
def test_languages_are_called_as_their_speakers_call_them(tag: str, name: str) -> None:
    assert native_name(tag) == name
