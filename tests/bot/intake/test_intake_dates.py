"""Date lines as press letters in twelve languages write them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.errors import BadDocument
from bot.releases.intake import Draft, read_text

OFFICE = ("en", "fr", "es", "ru", "ar", "zh", "az", "de", "fa", "pt", "tr", "uk")
FEBRUARY, MARCH, MAY = date(2019, 2, 26), date(2019, 3, 1), date(2019, 5, 5)


def take(line: str, language: str = "en", office: tuple[str, ...] = OFFICE) -> Draft:
    letter = f"{line}\n\nLamps\n\nThey burn."
    return read_text(
        letter.encode(), "letter.txt", languages=office, default_zone="UTC", language=language
    )


@pytest.mark.parametrize(
    ("language", "line", "day", "place"),
    [
        ("en", "Press release 26 February 2019", FEBRUARY, ""),
        ("en", "PRESS RELEASE – February 26, 2019", FEBRUARY, ""),
        ("en", "New York, 26 February 2019", FEBRUARY, "New York"),
        ("en", "Press release\nNew York, Tuesday, February 26, 2019", FEBRUARY, "New York"),
        ("en", "Press statement of the 26th of February 2019", FEBRUARY, ""),
        ("en", "Date: 2019-02-26", FEBRUARY, ""),
        ("en", "Press release 26.02.2019", FEBRUARY, ""),
        ("en", "Press release 02/26/2019", FEBRUARY, ""),
        ("fr", "Communiqué de presse, le 26 février 2019", FEBRUARY, ""),
        ("fr", "Genève, le 26 février 2019", FEBRUARY, "Genève"),
        ("fr", "Communiqué de presse\nGenève, mardi 26 février 2019", FEBRUARY, "Genève"),
        ("fr", "Paris, le 1er mars 2019", MARCH, "Paris"),
        ("fr", "Communiqué de presse du 26/02/2019", FEBRUARY, ""),
        ("es", "Comunicado de prensa, 26 de febrero de 2019", FEBRUARY, ""),
        ("es", "Madrid, a 26 de febrero de 2019", FEBRUARY, "Madrid"),
        ("es", "Nota de prensa\nmartes 26 de febrero de 2019", FEBRUARY, ""),
        ("es", "Bogotá, 1.º de marzo de 2019", MARCH, "Bogotá"),
        ("ru", "Пресс-релиз, 26 февраля 2019 г.", FEBRUARY, ""),
        ("ru", "Нью-Йорк, 26 февраля 2019 года", FEBRUARY, "Нью-Йорк"),
        ("ru", "ПРЕСС-РЕЛИЗ\n«26» февраля 2019 г., г. Москва", FEBRUARY, "г. Москва"),
        ("ru", "вторник, 26 февраля 2019 г.", FEBRUARY, ""),
        ("ru", "Дата: 26.02.2019 г.", FEBRUARY, ""),
        ("uk", "Пресреліз, 26 лютого 2019 р.", FEBRUARY, ""),
        ("uk", "Київ, 26 лютого 2019 року", FEBRUARY, "Київ"),
        ("uk", "Заява для преси\nвівторок, 26 лютого 2019 року", FEBRUARY, ""),
        ("ar", "بيان صحفي ٢٦ فبراير ٢٠١٩", FEBRUARY, ""),
        ("ar", "بيان صحفي\nجنيف، ٢٦ شباط/فبراير ٢٠١٩", FEBRUARY, "جنيف"),
        ("ar", "بيان صحفي\nالثلاثاء ٢٦ فبراير ٢٠١٩م", FEBRUARY, ""),
        ("ar", "بيان صحفي\n٢١ جمادى الآخرة ١٤٤٠ هـ الموافق ٢٦ فبراير ٢٠١٩", FEBRUARY, ""),
        ("ar", "التاريخ: 26/02/2019", FEBRUARY, ""),
        ("zh", "2019年2月26日 新闻稿", FEBRUARY, ""),
        ("zh", "新闻稿\n二〇一九年二月二十六日", FEBRUARY, ""),
        ("zh", "纽约，2019 年 2 月 26 日（星期二）", FEBRUARY, "纽约"),
        ("zh", "新聞稿 2019/2/26", FEBRUARY, ""),
        ("az", "Mətbuat açıqlaması, 26 fevral 2019-cu il", FEBRUARY, ""),
        ("az", "Bakı, 26 fevral 2019-cu il", FEBRUARY, "Bakı"),
        ("az", "Press-reliz\n2019-cu il 26 fevral, çərşənbə axşamı", FEBRUARY, ""),
        ("tr", "Basın Bülteni, 26 Şubat 2019", FEBRUARY, ""),
        ("tr", "BASIN AÇIKLAMASI\nAnkara, 26 ŞUBAT 2019 SALI", FEBRUARY, "Ankara"),
        ("tr", "Tarih: 26.02.2019", FEBRUARY, ""),
        ("de", "Pressemitteilung vom 26. Februar 2019", FEBRUARY, ""),
        ("de", "Wien, am 26. Februar 2019", FEBRUARY, "Wien"),
        ("de", "Berlin, den 26. Februar 2019", FEBRUARY, "Berlin"),
        ("pt", "Comunicado de imprensa, 26 de fevereiro de 2019", FEBRUARY, ""),
        ("pt", "Lisboa, terça-feira, 26 de fevereiro de 2019", FEBRUARY, "Lisboa"),
        ("pt", "Brasília, 1º de março de 2019", MARCH, "Brasília"),
        ("fa", "بیانیه مطبوعاتی ۲۶ فوریهٔ ۲۰۱۹", FEBRUARY, ""),
        ("fa", "بیانیه مطبوعاتی\nتهران، ۷ اسفند ۱۳۹۷", FEBRUARY, "تهران"),
        ("fa", "سه‌شنبه ۷ اسفند ماه ۱۳۹۷", FEBRUARY, ""),
        ("fa", "۷ اسفند ۱۳۹۷ (۲۶ فوریه ۲۰۱۹)", FEBRUARY, ""),
        ("fa", "تاریخ: ۱۳۹۷/۱۲/۰۷", FEBRUARY, ""),
        # Where an office writes in several languages at once.
        ("en", "Press release / Communiqué de presse\n26 February 2019", FEBRUARY, ""),
        ("en", "Press release\nПресс-релиз\n26 February 2019\n26 февраля 2019 г.", FEBRUARY, ""),
        ("en", "Geneva, 5 May 2019\nGenève, le 5 mai 2019", MAY, "Geneva"),
    ],
)
def test_the_date_and_the_place_are_those_of_the_letter(
    language: str, line: str, day: date, place: str
) -> None:
    draft = take(line, language)

    assert (draft.release.date, draft.release.dateline) == (day, place)
    assert draft.release.variants[language].headline == "Lamps"
    assert draft.release.issuer.names == {}
    assert draft.problems == ()


def test_every_catalog_language_is_read_whatever_the_offices_are() -> None:
    """The language of the letter need not be one that the office has set."""
    assert take("Пресс-релиз, 26 февраля 2019 г.", "ru", ("en",)).release.date == FEBRUARY


@pytest.mark.parametrize("line", ["Press release 05/06/2019", "Geneva, 5-6-2019"])
def test_a_date_that_may_be_two_is_asked_about_never_guessed(line: str) -> None:
    with pytest.raises(BadDocument) as refused:
        take(line)

    (problem,) = refused.value.problems
    assert "may be 2019-06-05 or 2019-05-06. Write the month as a word." in str(problem.what)
    assert problem.line == 1


@pytest.mark.parametrize(
    ("language", "line", "written"),
    [
        ("ru", "Пресс-релиз, 31 апреля 2019 г.", "31 апреля 2019 г."),
        ("zh", "新闻稿 2019年2月30日", "2019年2月30日"),
        ("fa", "بیانیه مطبوعاتی ۳۰ اسفند ۱۳۹۷", "۳۰ اسفند ۱۳۹۷"),
        ("en", "Press release 31/02/2019", "31/02/2019"),
    ],
)
def test_a_date_in_no_calendar_is_named(language: str, line: str, written: str) -> None:
    with pytest.raises(BadDocument, match="There is no date") as refused:
        take(line, language)

    assert written in str(refused.value)


def test_a_day_of_the_week_that_does_not_go_with_the_date_is_pointed_out() -> None:
    draft = take("Press release\nMonday, 26 February 2019")

    assert draft.release.date == FEBRUARY
    assert "line 2: The letter names another day of the week" in str(draft.problems[0].as_text())
