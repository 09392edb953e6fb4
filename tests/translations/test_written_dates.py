import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translations.dates import (
    AmbiguousDate,
    ImpossibleDate,
    parse_date,
    parse_weekday,
)
from translations.formats import formats_for

DAY = dt.date(2026, 6, 26)

LANGUAGES = [
    "en",
    "en-US",
    "fr",
    "es",
    "ru",
    "ar",
    "ar-SY",
    "ar-DZ",
    "zh",
    "zh-Hant",
    "az",
    "tr",
    "de",
    "pt",
    "fa",
    "uk",
    "it",
    "nl",
    "sv",
    "pl",
    "cs",
    "hu",
    "ja",
    "ko",
    "fi",
    "el",
    "he",
    "hi",
    "lt",
    "lv",
    "et",
    "bg",
    "ro",
    "sr",
    "sr-Latn",
    "hr",
    "vi",
    "id",
]


@given(st.sampled_from(LANGUAGES), st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_what_we_write_we_read(tag: str, day: dt.date) -> None:
    written = formats_for(tag).date(day)
    found = parse_date(f"… {written} …", tag)
    assert found is not None
    assert found[0] == day


@pytest.mark.parametrize(
    ("tag", "line", "written"),
    [
        ("en", "Press release 26 June 2026", "26 June 2026"),
        ("en", "Geneva, June 26, 2026", "June 26, 2026"),
        ("en", "JUNE 26th, 2026 – on the day", "JUNE 26th, 2026"),
        ("en", "the 26th of June 2026.", "26th of June 2026"),
        ("en", "Date: 2026-06-26", "2026-06-26"),
        ("fr", "Genève, le 26 juin 2026", "26 juin 2026"),
        ("es", "a 26 de junio del 2026", "26 de junio del 2026"),
        ("ru", "26 июня 2026 года, Женева", "26 июня 2026 года"),
        ("ru", "26.06.2026 г.", "26.06.2026 г."),
        ("ar", "بيان صحفي ٢٦ يونيو ٢٠٢٦", "٢٦ يونيو ٢٠٢٦"),
        ("ar", "٢٦ حزيران/يونيو ٢٠٢٦", "٢٦ حزيران/يونيو ٢٠٢٦"),
        ("ar", "26 حزيران 2026", "26 حزيران 2026"),
        ("ar", "26 جوان 2026", "26 جوان 2026"),
        ("zh", "新闻稿 2026年6月26日", "2026年6月26日"),
        ("zh", "2026 年 6 月 26 日 日内瓦", "2026 年 6 月 26 日"),
        ("az", "Bakı, 26 iyun 2026-cı il", "26 iyun 2026-cı il"),
        ("az", "26 İyun 2026-cı ildə", "26 İyun 2026-cı ildə"),
        ("az", "2026-cı il 26 iyun", "2026-cı il 26 iyun"),
        ("de", "Genf, 26. Juni 2026", "26. Juni 2026"),
        ("tlh", "2026-06-26", "2026-06-26"),
        ("fr", "Paris, le 26/06/2026", "26/06/2026"),
        ("en", "06/26/2026", "06/26/2026"),
        ("nl", "26-6-2026.", "26-6-2026"),
        ("zh", "2026/6/26", "2026/6/26"),
        ("zh", "二〇二六年六月二十六日，日内瓦", "二〇二六年六月二十六日"),
        ("en", "this 26th day of June, 2026", "26th day of June, 2026"),
        ("es", "junio 26 de 2026", "junio 26 de 2026"),
        ("ru", "«26» июня 2026 г.", "«26» июня 2026 г."),
        ("ar", "26 حزيران (يونيو) 2026م", "26 حزيران (يونيو) 2026م"),
        ("tr", "26 HAZİRAN 2026", "26 HAZİRAN 2026"),
        ("fa", "۲۶ ژوئن ۲۰۲۶ میلادی", "۲۶ ژوئن ۲۰۲۶ میلادی"),
        ("fa", "تهران، ۵ تیر ۱۴۰۵", "۵ تیر ۱۴۰۵"),
        ("fa", "٥ تير ماه ١٤٠٥ شمسی", "٥ تير ماه ١٤٠٥ شمسی"),
        ("fa", "۱۴۰۵/۰۴/۰۵", "۱۴۰۵/۰۴/۰۵"),
    ],
)
def test_dates_as_letters_write_them(tag: str, line: str, written: str) -> None:
    start = line.index(written)
    assert parse_date(line, tag) == (DAY, (start, start + len(written)))


def test_the_first_day_of_a_month() -> None:
    assert parse_date("le 1er mars 2026", "fr") == (dt.date(2026, 3, 1), (3, 16))
    assert parse_date("1.º de marzo de 2026", "es") == (dt.date(2026, 3, 1), (0, 20))


def test_abbreviated_months() -> None:
    for line, tag in (("26 Sept 2026", "en"), ("Sep. 26, 2026", "en"), ("26 sept. 2026", "fr")):
        found = parse_date(line, tag)
        assert found is not None
        assert found[0] == dt.date(2026, 9, 26)


def test_months_whose_capitals_hide_a_dot() -> None:
    assert parse_date("26 KASIM 2026", "tr") == (dt.date(2026, 11, 26), (0, 13))
    assert parse_date("26 Jänner 2026", "de") == (dt.date(2026, 1, 26), (0, 14))


def test_figures_that_may_be_two_days_are_not_guessed_at() -> None:
    with pytest.raises(AmbiguousDate) as caught:
        parse_date("Geneva, 06/07/2026", "en")
    assert caught.value.text == "06/07/2026"
    assert caught.value.days == (dt.date(2026, 7, 6), dt.date(2026, 6, 7))
    assert parse_date("07/07/2026", "en") == (dt.date(2026, 7, 7), (0, 10))


@pytest.mark.parametrize(
    ("written", "day"),
    # Nowruz as announced in Iran, and a leap day.
    [
        *(("۱ فروردین ۱۳۴۲", "1963-03-21"), ("۱ فروردین ۱۳۷۵", "1996-03-20")),
        *(("۱ فروردین ۱۳۹۸", "2019-03-21"), ("۱ فروردین ۱۳۹۹", "2020-03-20")),
        *(("۱ حمل ۱۴۰۳", "2024-03-20"), ("1 Farvardin 1404", None)),
        *(("۳۰ اسفند ۱۳۹۹", "2021-03-20"), ("۱۴۰۳/۱۲/۳۰", "2025-03-20")),
    ],
)
def test_the_persian_calendar(written: str, day: str | None) -> None:
    found = parse_date(written, "fa")
    assert (None if found is None else found[0].isoformat()) == day


@pytest.mark.parametrize(
    ("tag", "line", "day", "written"),
    [
        ("en", "Tuesday, 26 February", 1, "Tuesday"),
        ("en", "Tue. 26 February", 1, "Tue."),
        ("ru", "во вторник, 26 февраля", 1, "вторник"),
        ("az", "26 fevral, çərşənbə axşamı", 1, "çərşənbə axşamı"),
        ("zh", "2019年2月26日星期二", 1, "星期二"),
        ("ar", "يوم الثلاثاء ٢٦ فبراير", 1, "الثلاثاء"),
        ("fa", "سه‌شنبه ۲۶ فوریه", 1, "سه‌شنبه"),
        ("tr", "26 Şubat 2019 SALI", 1, "SALI"),
    ],
)
def test_days_of_the_week_are_found(tag: str, line: str, day: int, written: str) -> None:
    start = line.index(written)
    assert parse_weekday(line, tag) == (day, (start, start + len(written)))


def test_no_day_of_the_week() -> None:
    assert parse_weekday("Sunderland, 26 February 2019", "en") is None


def test_the_first_of_several() -> None:
    found = parse_date("on 26 June 2026, not 2026-02-31", "en")
    assert found == (DAY, (3, 15))


@pytest.mark.parametrize(
    ("tag", "line", "written"),
    [
        ("en", "Press release 31 February 2026.", "31 February 2026"),
        ("en", "February 29, 2026", "February 29, 2026"),
        ("en", "2026-02-30", "2026-02-30"),
        ("zh", "2026年13月1日", "2026年13月1日"),
        ("ru", "31 апреля 2026 г.", "31 апреля 2026 г."),
        ("en", "32 May 2026", "32 May 2026"),
        ("en", "00.05.2026", "00.05.2026"),
        ("en", "31/02/2026", "31/02/2026"),
        ("en", "13/13/2026", "13/13/2026"),
        ("fa", "۳۰ اسفند ۱۴۰۴", "۳۰ اسفند ۱۴۰۴"),
    ],
)
def test_a_date_that_does_not_exist_is_named(tag: str, line: str, written: str) -> None:
    with pytest.raises(ImpossibleDate) as caught:
        parse_date(line, tag)
    assert caught.value.text == written
    assert written in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "June 2026",
        "26 June",
        "tel. 212-555-0126 and 2026",
        "A/73/740-2026-06-26",
        "26/06/26",
        "A/RES/26/06/2026",
        "26 June 20261",
        "126 June 2026",
        "26 iyun 2026",
        "26 Juneau 2026",
        "1.2.2026.4",
    ],
)
def test_no_date(line: str) -> None:
    assert parse_date(line, "en") is None


@given(st.sampled_from(LANGUAGES), st.text())
def test_any_line_is_read(tag: str, line: str) -> None:
    try:
        found = parse_date(line, tag)
    except (ImpossibleDate, AmbiguousDate) as wrong:
        written = wrong.text
    else:
        written = line[slice(*found[1])] if found else ""
    assert written in line


def test_a_long_line_is_read_quickly() -> None:
    assert parse_date("26 de  " * 20_000 + "26 de junio", "es") is None
    assert parse_date("1.1." * 20_000, "ru") is None
