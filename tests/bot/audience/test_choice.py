"""Who gets which variant, and when the message must say that it is not what was asked for."""

import langcodes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audience.choice import Choice, choose, wants
from translations.locales import canonical

TAGS = st.sampled_from(
    [
        *("ar", "ar-EG", "az", "az-AZ", "az-Cyrl", "az-IR", "de", "en", "en-GB", "en-US", "fr"),
        *("fr-CA", "iw", "he", "nb", "no", "nn", "pt", "pt-BR", "pt-PT", "sr", "sr-Latn", "sr-ME"),
        *("sh", "zh", "zh-CN", "zh-Hans", "zh-Hant", "zh-HK", "zh-SG", "zh-TW", "zh-MO"),
    ]
)
AVAILABLE = st.sets(TAGS, max_size=5)


@pytest.mark.parametrize(
    ("wanted", "available", "office", "language", "fallback"),
    [
        (["fr"], ["en", "fr"], ["en", "fr"], "fr", False),
        (["fr-CA", "en"], ["en", "fr"], ["en", "fr"], "fr", False),
        (["de", "fr"], ["en", "fr"], ["en", "fr"], "fr", False),
        (["az-AZ"], ["az"], ["en"], "az", False),
        (["iw"], ["he", "en"], ["en"], "he", False),
        (["de"], ["en", "fr"], ["en", "fr"], "en", True),
        (["de"], ["fr"], ["en", "fr"], "fr", True),
        (["de"], ["ru", "az"], ["en"], "az", True),
        # Another script is never taken for the language that was asked for.
        (["zh-Hant"], ["zh"], ["zh", "en"], "zh", True),
        (["zh-TW"], ["zh-CN", "en"], ["en", "zh"], "en", True),
        (["zh-HK"], ["zh-Hans"], ["zh-Hans"], "zh-Hans", True),
        (["zh-SG"], ["zh-Hans", "zh-Hant"], ["zh-Hant"], "zh-Hans", False),
        (["zh"], ["zh-Hant"], ["zh-Hant"], "zh-Hant", True),
        (["zh-Hant", "zh"], ["zh"], ["en"], "zh", False),
        (["az-Cyrl"], ["az"], ["az"], "az", True),
        (["az-IR"], ["az"], ["az"], "az", True),
        (["sr-Latn"], ["sr"], ["sr"], "sr", True),
        (["sh"], ["sr-Latn"], ["en"], "sr-Latn", False),
    ],
)
def test_the_variant_and_whether_it_was_asked_for(
    wanted: list[str], available: list[str], office: list[str], language: str, fallback: bool
) -> None:
    assert choose(wanted, available, office) == Choice(language, fallback=fallback)


def test_nobody_gets_what_there_is_not() -> None:
    assert choose(["en"], [], ["en"]) is None


def test_who_is_served_better_by_what_is_in_preparation_waits_for_it() -> None:
    assert choose(["fr", "en"], ["en"], ["en"], awaited=["fr"]) is None
    assert choose(["en", "fr"], ["en"], ["en"], awaited=["fr"]) == Choice("en", fallback=False)
    assert choose(["de"], ["en"], ["en"], awaited=["fr"]) == Choice("en", fallback=True)
    assert choose(["zh-Hant"], ["en"], ["en"], awaited=["zh"]) == Choice("en", fallback=True)
    assert choose(["zh-Hant"], ["zh"], ["zh"], awaited=["zh-TW"]) is None


@given(st.lists(TAGS, min_size=1, max_size=3), AVAILABLE, st.lists(TAGS, max_size=3), AVAILABLE)
def test_only_the_same_language_in_the_same_script_goes_without_a_label(
    wanted: list[str], available: set[str], office: list[str], awaited: set[str]
) -> None:
    """Languages and scripts as another library has them, langcodes."""

    def written(tag: str) -> tuple[str | None, str | None]:
        likely = langcodes.Language.get(tag).maximize()
        return likely.prefer_macrolanguage().language, likely.script

    chosen = choose(wanted, available, office, awaited - available)
    if chosen is None:
        assert not available or awaited
        return
    assert chosen.language in available
    norwegian = ("nb", "nn", "no")  # who reads one reads the others
    alike = any(
        written(chosen.language) == written(tag)
        or (chosen.language in norwegian and tag in norwegian)
        for tag in wanted
    )
    assert chosen.fallback or alike
    if canonical(wanted[0]) in map(canonical, available):
        assert not chosen.fallback


@pytest.mark.parametrize(
    ("topics", "carried", "wanted"),
    [
        ([], ["charter"], True),
        (["charter"], [], True),
        (["charter"], ["budget", "charter"], True),
        (["charter"], ["budget"], False),
    ],
)
def test_topics(topics: list[str], carried: list[str], wanted: bool) -> None:
    assert wants(topics, carried) == wanted
