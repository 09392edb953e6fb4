"""Who reads a text in no language they asked for is told so, as nearly in theirs as can be."""

from datetime import UTC, date, datetime

import pytest

from bot.audience.choice import choose
from bot.delivery.message import published_message
from bot.releases.publication import Published, PublishedVariant
from bot.releases.release import Contact, Issuer
from bot.settings import Settings
from translations.catalogs import catalog_for
from translations.text import text

NOW = datetime(2026, 6, 26, 10, tzinfo=UTC)
MSGID = "You asked for: {wanted} (not available). You are reading: {language}."


def _page(*languages: str) -> Published:
    return Published(
        id=1,
        release_id=1,
        year=None,
        lead=0,
        slug="lighthouse",
        original=languages[0],
        date=date(2026, 6, 26),
        dateline="",
        topics=(),
        issuer=Issuer(names={"en": "Example Harbour Board"}),
        contact=Contact(),
        related=(),
        archive=False,
        published_at=NOW,
        updated_at=NOW,
        variants={
            tag: PublishedVariant(
                language=tag,
                headline=f"News in {tag}",
                subhead="",
                body="Text.",
                published_at=NOW,
                updated_at=NOW,
            )
            for tag in languages
        },
    )


def _label(reader: tuple[str, ...], published: Published, office: tuple[str, ...]) -> str:
    choice = choose(reader, published.variants, office)
    assert choice is not None
    return published_message(published, choice, reader, Settings(languages=office)).label


@pytest.mark.parametrize(
    ("reader", "texts", "office", "catalog", "wanted", "language"),
    [
        (("tr",), ("en",), ("en",), "tr", ("Türkçe",), "English"),
        (("tr", "uk"), ("en",), ("en",), "tr", ("Türkçe", "Українська"), "English"),
        # No catalog in their language: in that of the text, which they are to read anyway.
        (("mi",), ("en",), ("en",), "en", ("Māori",), "English"),
        (("mi",), ("fr",), ("fr", "en"), "fr", ("Māori",), "Français"),
        (("mi", "ru"), ("en",), ("en",), "ru", ("Māori", "Русский"), "English"),
        # Another script of their language is nearer than another language.
        (("zh-Hant",), ("zh",), ("zh",), "zh", ("繁體中文",), "中文"),
        (("zh-TW",), ("zh-Hans", "en"), ("zh-Hans", "en"), "zh", ("中文 (台灣)",), "简体中文"),
        (("zh-HK",), ("en", "fr"), ("en", "fr"), "zh", ("中文 (中國香港特別行政區)",), "English"),
    ],
)
def test_the_label_is_in_the_best_catalog_and_names_both_languages(
    reader: tuple[str, ...],
    texts: tuple[str, ...],
    office: tuple[str, ...],
    catalog: str,
    wanted: tuple[str, ...],
    language: str,
) -> None:
    expected = text(MSGID, wanted=wanted, language=language)
    assert _label(reader, _page(*texts), office) == catalog_for(catalog).render(expected)


@pytest.mark.parametrize(
    ("reader", "texts"),
    [(("fr-CA",), ("fr",)), (("zh-Hans",), ("zh",)), (("tr", "en"), ("en",)), (("no",), ("nb",))],
)
def test_what_serves_a_language_that_they_list_has_no_label(
    reader: tuple[str, ...], texts: tuple[str, ...]
) -> None:
    assert _label(reader, _page(*texts), ("en",)) == ""


def test_what_is_no_language_is_named_as_it_stands() -> None:
    assert "x-what" in _label(("x-what",), _page("en"), ("en",))
