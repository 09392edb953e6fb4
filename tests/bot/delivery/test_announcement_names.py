"""People are told of announcements in words; programs keep the keys."""

import pytest

from bot.delivery.announcement import called, occurrence_key, publication_key, translation_key
from translations.catalogs import catalog_for

PUBLICATION = publication_key("charter")
OCCURRENCE = occurrence_key("charter", 2027)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (PUBLICATION, "The release “charter”"),
        (OCCURRENCE, "The anniversary of “charter” in 2027"),
        (
            occurrence_key("charter", 2027, 7),
            "The anniversary of “charter” in 2027, 7 days ahead",
        ),
        (translation_key(PUBLICATION, "fr"), "The release “charter”, late translation: Français"),
        (
            translation_key(OCCURRENCE, "zh"),
            "The anniversary of “charter” in 2027, late translation: 中文",
        ),
        ("charter/something/else", "“charter/something/else”"),
    ],
)
def test_an_announcement_is_called_by_what_it_is(key: str, words: str) -> None:
    assert catalog_for("en").render(called(key)) == words


def test_keys_of_translations_are_told_apart() -> None:
    assert translation_key(PUBLICATION, "fr") == "charter/translation/fr"
    assert translation_key(OCCURRENCE, "fr") == "charter/occurrence/2027/translation/fr"
