import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from translations.catalogs import Catalog, catalog_for, interface_languages
from translations.formats import formats_for
from translations.messages import messages_in, po_path
from translations.text import ptext, text, texts

DAY = dt.date(2026, 6, 26)
FSI, PDI = "\u2068", "\u2069"
HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n % 10 == 1 && n % 100 != 11 ? 0 : n % 10 >= 2 && n % 10 <= 4"
" && (n % 100 < 10 || n % 100 >= 20) ? 1 : 2);\\n"
"""
RUSSIAN = (
    HEADER
    + """
msgid "Published on {day}."
msgstr "Опубликовано {day}"

msgid "{n} release"
msgid_plural "{n} releases"
msgstr[0] "{n} сообщение"
msgstr[1] "{n} сообщения"
msgstr[2] "{n} сообщений"

msgctxt "state"
msgid "draft"
msgstr "черновик"

msgid "Sent to {who}."
msgstr "Отправлено: {whom}"

#, fuzzy
msgid "A guess."
msgstr "Догадка."
"""
)


def a_catalog(folder: Path, po: str, tag: str = "ru") -> Catalog:
    path = po_path(tag, folder)
    path.parent.mkdir(parents=True)
    path.write_text(po, encoding="utf-8")
    return Catalog(tag=tag, formats=formats_for(tag), messages=messages_in(tag, folder))


@pytest.fixture
def russian(tmp_path: Path) -> Catalog:
    return a_catalog(tmp_path, RUSSIAN)


def test_a_text_is_put_into_the_readers_language(russian: Catalog) -> None:
    day = dt.date(2026, 6, 26)
    assert (
        russian.render(text("Published on {day}.", day=day)) == "Опубликовано 26 июня 2026\u202fг."
    )
    assert russian.gettext("Published on {day}.", day=day) == "Опубликовано 26 июня 2026\u202fг."
    assert russian.render(ptext("state", "draft")) == "черновик"
    assert russian.context("state", "draft") == "черновик"


@pytest.mark.parametrize(
    ("n", "expected"), [(1, "1 сообщение"), (2, "2 сообщения"), (5, "5 сообщений"), (21, "21 соо")]
)
def test_plural_forms(russian: Catalog, n: int, expected: str) -> None:
    assert russian.render(texts("{n} release", "{n} releases", n)).startswith(expected)


def test_what_is_not_translated_is_english(russian: Catalog) -> None:
    assert russian.render(text("Nobody wrote this.")) == "Nobody wrote this."
    assert russian.render(texts("{n} dog", "{n} dogs", 2)) == "2 dogs"
    assert russian.render(ptext("dog", "draft")) == "draft"
    assert russian.context("dog", "draft") == "draft"
    assert russian.render(text("")) == ""


def test_a_fuzzy_translation_is_not_shown(russian: Catalog) -> None:
    assert russian.render(text("A guess.")) == "A guess."


def test_a_translators_slip_gives_way_to_the_english_wording(russian: Catalog) -> None:
    assert russian.render(text("Sent to {who}.", who="Ada")) == "Sent to Ada."


def test_a_forgotten_argument_is_shown_by_its_name() -> None:
    assert catalog_for("en").render(text("Sent to {who}.")) == "Sent to {who}."
    assert catalog_for("en").render(texts("{n} to {who}", "{n} to {who}", 2)) == "2 to {who}"


@pytest.mark.parametrize(
    "hostile", ["{who}", "{0}", "{who.__class__.__mro__}", "{", "}}", "%s%n", "{who!r:>99999999}"]
)
def test_an_argument_is_never_a_format(hostile: str) -> None:
    rendered = catalog_for("en").render(text("From {who}, {n}.", who=hostile, n=3))
    assert rendered == f"From {hostile}, 3."


def test_a_brace_is_written_twice() -> None:
    written = text("Write {{ordinal}} for {number}.", number=27)
    assert catalog_for("en").render(written) == "Write {ordinal} for 27."
    assert str(written) == "Write {ordinal} for 27."


def test_arguments_are_written_in_the_languages_manner() -> None:
    english, french = catalog_for("en"), catalog_for("fr")
    moment = dt.datetime(2026, 6, 26, 14, tzinfo=ZoneInfo("Europe/Paris"))
    assert "Central European Summer Time" in english.gettext("{at}", at=moment)
    assert "Coordinated Universal Time" in english.gettext("{at}", at=moment.astimezone(dt.UTC))
    assert french.gettext("{at}", at=dt.time(9, 0)) == "09:00"
    assert english.gettext("{n}", n=12345) == "12,345"
    assert english.gettext("{id}", id="12345") == "12345"
    assert english.gettext("{x}", x=True) == "True"
    assert french.gettext("{all}", all=("a", text("b"), 3000)) == "a, b et 3\u202f000"
    assert english.gettext("{all}", all=[dt.date(2026, 6, 26)]) == "26 June 2026"
    assert english.gettext("{inner}", inner=text("in {what}", what="x")) == "in x"


def test_names_are_isolated_where_the_language_runs_from_right_to_left() -> None:
    arabic = catalog_for("ar")
    assert arabic.direction == "rtl"
    assert arabic.gettext("{who}", who="A/73/740") == f"{FSI}A/73/740{PDI}"
    assert arabic.gettext("{n}", n=3) == "3"
    assert FSI in arabic.gettext("{all}", all=("a",))
    assert FSI not in catalog_for("en").gettext("{who}", who="A/73/740")


@pytest.mark.parametrize(
    ("tag", "wording", "what", "rendered"),
    [
        ("ru", "Сегодня {it}.", DAY, "Сегодня 26 июня 2026\u202fг."),
        ("ru", "Дата: {it}. Далее.", DAY, "Дата: 26 июня 2026\u202fг. Далее."),
        ("ru", "{it}, пятница", DAY, "26 июня 2026\u202fг., пятница"),
        ("en", "On {it}.", DAY, "On 26 June 2026."),
        ("en", "It said: {it}.", "No such host.", "It said: No such host."),
        ("en", "Since {it}.", "then …", "Since then …."),
        ("en", "{it}.md", "a.", "a..md"),
        ("en", "Wait{it}.", "..", "Wait..."),
    ],
)
def test_a_sentence_ends_with_one_point(
    tag: str, wording: str, what: dt.date | str, rendered: str
) -> None:
    assert catalog_for(tag).gettext(wording, it=what) == rendered


@pytest.mark.parametrize(
    "tag", ["en", "fr", "es", "ru", "ar", "zh", "az", "tr", "de", "pt", "fa", "uk"]
)
def test_the_service_speaks(tag: str) -> None:
    assert tag in interface_languages()
    assert catalog_for(tag).tag == tag


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("fr-CA", "fr"),
        ("az-AZ", "az"),
        (["tlh", "ru"], "ru"),
        (["zh-Hant", "fr"], "fr"),
        ("zh-TW", "en"),
        ("klingon", "en"),
        ("", "en"),
        ([], "en"),
    ],
)
def test_the_catalog_for_a_reader(wanted: str | list[str], tag: str) -> None:
    assert catalog_for(wanted).tag == tag


def test_the_readers_region_decides_how_dates_look() -> None:
    day = dt.date(2026, 6, 26)
    assert catalog_for("en-US").gettext("{day}", day=day) == "June 26, 2026"
    assert catalog_for("en").gettext("{day}", day=day) == "26 June 2026"


def test_a_compiled_catalog_is_used_until_a_newer_source_is_there(tmp_path: Path) -> None:
    a_catalog(tmp_path, RUSSIAN)
    source = po_path("ru", tmp_path)
    compiled = source.with_suffix(".mo")
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as po, compiled.open("wb") as mo:
        write_mo(mo, read_po(po))
    source.write_text(RUSSIAN.replace("черновик", "набросок"), encoding="utf-8")

    def draft_when_source_is(age: int) -> str:
        os.utime(source, (compiled.stat().st_mtime - age,) * 2)
        messages_in.cache_clear()
        return messages_in("ru", tmp_path).pgettext("state", "draft")

    assert draft_when_source_is(10) == "черновик"
    assert draft_when_source_is(-10) == "набросок"
    source.unlink()
    messages_in.cache_clear()
    assert messages_in("ru", tmp_path).pgettext("state", "draft") == "черновик"


def test_a_service_starts_without_the_translators_tools() -> None:
    heavy = ("babel.messages", "jinja2", "hatchling", "language_data", "sqlalchemy")
    code = (
        "import sys, translations.catalogs, translations.letter, translations.dates\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
