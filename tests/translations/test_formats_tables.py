"""Every catalog's formats, against tables that something other than Babel wrote.

The tables are ICU 78.3's (CLDR 48), as ``Intl`` in Node.js 26 gives them: ``dateStyle`` “long”
and “full”, ``formatRange`` of day, long month and year, ``timeStyle`` “full” without its seconds
and “short”, ``NumberFormat``, ``ListFormat``. Spaces of any width are written as plain ones. By
hand: ``en`` is ICU's ``en-001`` and ``fa`` its Gregorian calendar, as the formats say; Chinese
ranges are those of CLDR's chart (https://unicode.org/cldr/charts/48/summary/zh.html, yMMMd), which
ICU does not use for a long month; the Portuguese name of Azerbaijan's time is spelt as the
country is.
"""

import datetime as dt
import re
from dataclasses import dataclass

import pytest
from babel.core import Locale

from translations.catalogs import interface_languages
from translations.formats import Formats, formats_for

FRIDAY = dt.date(2026, 6, 26)
MOMENT = dt.datetime(2026, 6, 26, 14, 5, tzinfo=dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Written:
    day: str
    weekday: str
    days: str
    months: str
    years: str
    new_york: str
    baku: str
    morning: str
    numbers: tuple[str, ...]
    lists: tuple[str, ...]


TABLE = {
    "en": Written(
        day="26 June 2026",
        weekday="Friday, 26 June 2026",
        days="26–28 June 2026",
        months="26 June – 2 July 2026",
        years="30 December 2026 – 2 January 2027",
        new_york="10:05 am Eastern Daylight Time",
        baku="6:05 pm Azerbaijan Standard Time",
        morning="9:05 am",
        numbers=("1,234", "12,345", "1,234,567"),
        lists=("A and B", "A, B and C"),
    ),
    "fr": Written(
        day="26 juin 2026",
        weekday="vendredi 26 juin 2026",
        days="26–28 juin 2026",
        months="26 juin – 2 juillet 2026",
        years="30 décembre 2026 – 2 janvier 2027",
        new_york="10:05 heure d’été de l’Est nord-américain",
        baku="18:05 heure normale de l’Azerbaïdjan",
        morning="09:05",
        numbers=("1 234", "12 345", "1 234 567"),
        lists=("A et B", "A, B et C"),
    ),
    "es": Written(
        day="26 de junio de 2026",
        weekday="viernes, 26 de junio de 2026",
        days="26–28 de junio de 2026",
        months="26 de junio – 2 de julio de 2026",
        years="30 de diciembre de 2026 – 2 de enero de 2027",
        new_york="10:05 (hora de verano oriental)",
        baku="18:05 (hora estándar de Azerbaiyán)",
        morning="9:05",
        numbers=("1234", "12.345", "1.234.567"),
        lists=("A y B", "A, B y C"),
    ),
    "ru": Written(
        day="26 июня 2026 г.",
        weekday="пятница, 26 июня 2026 г.",
        days="26–28 июня 2026 г.",
        months="26 июня – 2 июля 2026 г.",
        years="30 декабря 2026 г. – 2 января 2027 г.",
        new_york="10:05 Восточная Америка, летнее время",
        baku="18:05 Азербайджан, стандартное время",
        morning="09:05",
        numbers=("1 234", "12 345", "1 234 567"),
        lists=("A и B", "A, B и C"),
    ),
    "ar": Written(
        day="26 يونيو 2026",
        weekday="الجمعة، 26 يونيو 2026",
        days="26–28 يونيو 2026",
        months="26 يونيو – 2 يوليو 2026",
        years="30 ديسمبر 2026 – 2 يناير 2027",
        new_york="10:05 ص التوقيت الصيفي الشرقي لأمريكا الشمالية",
        baku="6:05 م توقيت أذربيجان الرسمي",
        morning="9:05 ص",
        numbers=("1,234", "12,345", "1,234,567"),
        lists=("A وB", "A وB وC"),
    ),
    "zh": Written(
        day="2026年6月26日",
        weekday="2026年6月26日星期五",
        days="2026年6月26日至28日",
        months="2026年6月26日至7月2日",
        years="2026年12月30日至2027年1月2日",
        new_york="北美东部夏令时间 10:05",
        baku="阿塞拜疆标准时间 18:05",
        morning="09:05",
        numbers=("1,234", "12,345", "1,234,567"),
        lists=("A和B", "A、B和C"),
    ),
    "az": Written(
        day="26 iyun 2026",
        weekday="26 iyun 2026, cümə",
        days="26 – 28 iyun 2026",
        months="26 iyun – 2 iyul 2026",
        years="30 dekabr 2026 – 2 yanvar 2027",
        new_york="10:05 Şimali Şərqi Amerika Yay Vaxtı",
        baku="18:05 Azərbaycan Standart Vaxtı",
        morning="09:05",
        numbers=("1.234", "12.345", "1.234.567"),
        lists=("A və B", "A, B və C"),
    ),
    "tr": Written(
        day="26 Haziran 2026",
        weekday="26 Haziran 2026 Cuma",
        days="26–28 Haziran 2026",
        months="26 Haziran – 2 Temmuz 2026",
        years="30 Aralık 2026 – 2 Ocak 2027",
        new_york="10:05 Kuzey Amerika Doğu Yaz Saati",
        baku="18:05 Azerbaycan Standart Saati",
        morning="09:05",
        numbers=("1.234", "12.345", "1.234.567"),
        lists=("A ve B", "A, B ve C"),
    ),
    "de": Written(
        day="26. Juni 2026",
        weekday="Freitag, 26. Juni 2026",
        days="26.–28. Juni 2026",
        months="26. Juni – 2. Juli 2026",
        years="30. Dezember 2026 – 2. Januar 2027",
        new_york="10:05 Nordamerikanische Ostküsten-Sommerzeit",
        baku="18:05 Aserbeidschanische Normalzeit",
        morning="09:05",
        numbers=("1.234", "12.345", "1.234.567"),
        lists=("A und B", "A, B und C"),
    ),
    "pt": Written(
        day="26 de junho de 2026",
        weekday="sexta-feira, 26 de junho de 2026",
        days="26 – 28 de junho de 2026",
        months="26 de junho – 2 de julho de 2026",
        years="30 de dezembro de 2026 – 2 de janeiro de 2027",
        new_york="10:05 Horário de Verão do Leste",
        baku="18:05 Horário Padrão do Azerbaijão",
        morning="09:05",
        numbers=("1.234", "12.345", "1.234.567"),
        lists=("A e B", "A, B e C"),
    ),
    "fa": Written(
        day="۲۶ ژوئن ۲۰۲۶",
        weekday="جمعه ۲۶ ژوئن ۲۰۲۶",
        days="۲۶ تا ۲۸ ژوئن ۲۰۲۶",
        months="۲۶ ژوئن تا ۲ ژوئیهٔ ۲۰۲۶",
        years="۳۰ دسامبر ۲۰۲۶ تا ۲ ژانویهٔ ۲۰۲۷",
        new_york="۱۰:۰۵ (وقت تابستانی شرق امریکا)",
        baku="۱۸:۰۵ (وقت عادی جمهوری آذربایجان)",
        morning="۹:۰۵",
        numbers=("۱٬۲۳۴", "۱۲٬۳۴۵", "۱٬۲۳۴٬۵۶۷"),
        lists=("A و B", "A،\u200f B، و C"),
    ),
    "uk": Written(
        day="26 червня 2026 р.",
        weekday="пʼятниця, 26 червня 2026 р.",
        days="26–28 червня 2026 р.",
        months="26 червня – 2 липня 2026 р.",
        years="30 грудня 2026 – 2 січня 2027 рр.",
        new_york="10:05 за північноамериканським східним літнім часом",
        baku="18:05 за стандартним азербайджанським часом",
        morning="09:05",
        numbers=("1 234", "12 345", "1 234 567"),
        lists=("A і B", "A, B і C"),
    ),
    "en-US": Written(
        day="June 26, 2026",
        weekday="Friday, June 26, 2026",
        days="June 26 – 28, 2026",
        months="June 26 – July 2, 2026",
        years="December 30, 2026 – January 2, 2027",
        new_york="10:05 AM Eastern Daylight Time",
        baku="6:05 PM Azerbaijan Standard Time",
        morning="9:05 AM",
        numbers=("1,234", "12,345", "1,234,567"),
        lists=("A and B", "A, B, and C"),
    ),
    "ar-EG": Written(
        day="٢٦ يونيو ٢٠٢٦",
        weekday="الجمعة، ٢٦ يونيو ٢٠٢٦",
        days="٢٦–٢٨ يونيو ٢٠٢٦",
        months="٢٦ يونيو – ٢ يوليو ٢٠٢٦",
        years="٣٠ ديسمبر ٢٠٢٦ – ٢ يناير ٢٠٢٧",
        new_york="١٠:٠٥ ص التوقيت الصيفي الشرقي لأمريكا الشمالية",
        baku="٦:٠٥ م توقيت أذربيجان الرسمي",
        morning="٩:٠٥ ص",
        numbers=("١٬٢٣٤", "١٢٬٣٤٥", "١٬٢٣٤٬٥٦٧"),
        lists=("A وB", "A وB وC"),
    ),
    "pt-PT": Written(
        day="26 de junho de 2026",
        weekday="sexta-feira, 26 de junho de 2026",
        days="26–28 de junho de 2026",
        months="26 de junho – 2 de julho de 2026",
        years="30 de dezembro de 2026 – 2 de janeiro de 2027",
        new_york="10:05 Hora de verão oriental norte-americana",
        baku="18:05 Hora padrão do Azerbaijão",
        morning="09:05",
        numbers=("1234", "12 345", "1 234 567"),
        lists=("A e B", "A, B e C"),
    ),
}


@pytest.fixture(params=TABLE)
def tag(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def formats(tag: str) -> Formats:
    return formats_for(tag)


@pytest.fixture
def expected(tag: str) -> Written:
    return TABLE[tag]


def plain(written: str) -> str:
    return re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]", " ", written)


def test_every_catalog_has_its_table() -> None:
    assert set(interface_languages()) <= TABLE.keys()


def test_dates(formats: Formats, expected: Written) -> None:
    assert plain(formats.date(FRIDAY)) == expected.day
    assert plain(formats.date(FRIDAY, weekday=True)) == expected.weekday


def test_ranges_of_days(formats: Formats, expected: Written) -> None:
    for first, last, written in (
        (FRIDAY, dt.date(2026, 6, 28), expected.days),
        (FRIDAY, dt.date(2026, 7, 2), expected.months),
        (dt.date(2026, 12, 30), dt.date(2027, 1, 2), expected.years),
        (FRIDAY, FRIDAY, expected.day),
    ):
        assert plain(formats.date_range(first, last)) == written


def test_times_and_their_zones(formats: Formats, expected: Written) -> None:
    assert plain(formats.time(dt.time(9, 5))) == expected.morning
    for zone, written in (("America/New_York", expected.new_york), ("Asia/Baku", expected.baku)):
        shown = plain(formats.datetime(MOMENT, zone))
        assert shown.startswith(expected.day)
        assert shown.endswith(written)


def test_numbers_and_lists(formats: Formats, expected: Written) -> None:
    assert tuple(plain(formats.number(n)) for n in (1234, 12345, 1234567)) == expected.numbers
    assert (formats.join(["A", "B"]), plain(formats.join(["A", "B", "C"]))) == expected.lists


def test_a_range_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before"):
        formats_for("en").date_range(FRIDAY, FRIDAY - dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("tag", "written"),
    [("he", "26–28 ביוני 2026"), ("ja", "2026年6月26日～28日"), ("tlh", "26–28 June 2026")],
)
def test_other_languages_have_ranges_too(tag: str, written: str) -> None:
    assert formats_for(tag).date_range(FRIDAY, dt.date(2026, 6, 28)) == written


@pytest.mark.parametrize(
    ("tag", "day", "weekday", "days", "months"),
    [
        *(
            (
                tag,
                "1er mai 2026",
                "vendredi 1er mai 2026",
                "1er–3 mai 2026",
                f"{april} – 1er mai 2026",
            )
            for tag, april in (("fr", "30 avril"), ("fr-CA", "30 avril"), ("fr-BE", "30 avril"))
        ),
        (
            "pt",
            "1º de maio de 2026",
            "sexta-feira, 1º de maio de 2026",
            "1º – 3 de maio de 2026",
            "30 de abril – 1º de maio de 2026",
        ),
        (
            "pt-PT",
            "1 de maio de 2026",
            "sexta-feira, 1 de maio de 2026",
            "1–3 de maio de 2026",
            "30 de abril – 1 de maio de 2026",
        ),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_in_french_and_in_brazil(
    tag: str, day: str, weekday: str, days: str, months: str
) -> None:
    formats, first = formats_for(tag), dt.date(2026, 5, 1)
    assert plain(formats.date(first)) == day
    assert plain(formats.date(first, weekday=True)) == weekday
    assert plain(formats.date_range(first, dt.date(2026, 5, 3))) == days
    assert plain(formats.date_range(dt.date(2026, 4, 30), first)) == months
    assert formats.datetime(dt.datetime(2026, 5, 1, tzinfo=dt.UTC), "UTC").startswith(day)
    assert formats.date(dt.date(2026, 5, 11)).startswith("11 ")


@pytest.mark.parametrize(
    ("items", "written"),
    [
        (["español", "inglés"], "español e inglés"),
        (["árabe", "chino", "inglés"], "árabe, chino e inglés"),
        (["padre", "Hijos"], "padre e Hijos"),
        (["ruso", "Íñigo"], "ruso e Íñigo"),
        (["agua", "hielo"], "agua y hielo"),
        (["a", "ionización"], "a y ionización"),
        (["inglés", "español"], "inglés y español"),
        (["inglés"], "inglés"),
        (["y inglés", "y inglés"], "y inglés y y inglés"),
    ],
)
def test_spanish_avoids_two_sounds_of_i(items: list[str], written: str) -> None:
    assert formats_for("es-MX").join(items) == written


def test_digits_are_those_that_cldr_names_for_the_region() -> None:
    """Arabic is written with Latin digits unless the reader's country does otherwise."""
    assert formats_for("ar").number(2026) == formats_for("ar-AE").number(2026) == "2,026"
    assert formats_for("ar-SA").number(2026) == "٢٬٠٢٦"
    assert formats_for("fa").number(2026) == "۲٬۰۲۶"
    assert formats_for("ne").number(2026) == "२,०२६"


def test_a_number_of_four_digits_is_grouped_where_the_language_does_so() -> None:
    """Ortografía de la lengua española (RAE, 2010): groups from five digits on, in Spain."""
    assert formats_for("es-ES").number(9999) == "9999"
    assert formats_for("es-MX").number(9999) == "9,999"
    assert formats_for("es").number(10000) == "10.000"


def test_azerbaijan_is_spelt_alike_in_date_and_country() -> None:
    country = Locale("pt").territories["AZ"]
    assert formats_for("pt").datetime(MOMENT, "Asia/Baku").endswith(country)
