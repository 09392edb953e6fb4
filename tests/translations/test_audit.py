from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from translations.audit import audit
from translations.extract import template
from translations.messages import po_path

HEADER = """\
msgid ""
msgstr ""
"Language: ru\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4"
" && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

"""
WHOLE = (
    HEADER
    + """
msgid "Sent to {who}."
msgstr "Отправлено: {who}."

msgid "{n} release"
msgid_plural "{n} releases"
msgstr[0] "{n} сообщение"
msgstr[1] "{n} сообщения"
msgstr[2] "{n} сообщений"

msgctxt "command"
msgid "Stop all messages"
msgstr "Остановить сообщения"

msgctxt "letter"
msgid "anniversary"
msgstr "{ordinal} годовщина|{years}-летие"
"""
)


@pytest.fixture
def found() -> Catalog:
    catalog = Catalog()
    catalog.add("Sent to {who}.", locations=[("bot/desk.py", 1)])
    catalog.add(("{n} release", "{n} releases"))
    catalog.add("Stop all messages", context="command")
    catalog.add("anniversary", context="letter")
    return catalog


def problems(found: Catalog, folder: Path, po: str, tag: str = "ru") -> list[str]:
    path = po_path(tag, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(po, encoding="utf-8")
    return [str(finding) for finding in audit(found, folder)]


def test_a_whole_catalog_is_in_order(found: Catalog, tmp_path: Path) -> None:
    assert problems(found, tmp_path, WHOLE) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"Отправлено: {who}."', '""', "Sent to {who}.: missing"),
        ('msgid "Sent', '#, fuzzy\nmsgid "Sent', "Sent to {who}.: fuzzy"),
        ('{who}."\n\nmsgid "{n}', '."\n\nmsgid "{n}', "Sent to {who}.: lacks {who}"),
        ("Отправлено: {who}", "{who}{whom}", "has {whom}, not in the msgid"),
        ("Отправлено: {who}", "{who} {0}", "“{0}” is no placeholder"),
        ("Отправлено: {who}", "{who} {", "“{.” is no placeholder"),
        ("Отправлено: {who}", '\\"{who}\\"', "has straight quotation marks"),
        ("Отправлено: {who}", "'{who}'", "has straight quotation marks"),
        ("Отправлено: {who}.", "Отправлено: {who}. ", "begins or ends with other spaces"),
        ('"{n} сообщений"', '""', "{n} release: 2 plural forms of 3"),
        ("{n} сообщение", "Одно сообщение", "{n} release: lacks {n}"),
        ("Остановить сообщения", "с" * 101, "[command]: has 101 characters"),
        ("|{years}-летие", "|", "has an empty alternative"),
        ("|{years}-летие", "|летие", "“летие” must have {ordinal} or {years}, once"),
        ("nplurals=3", "nplurals=4", "Plural-Forms must tell apart what CLDR does: "),
        ("n%10<=4", "n%10<=3", "Plural-Forms must tell apart what CLDR does: many, one, few"),
        ("Stop all", "Stop most", "Stop most messages [command]: not in the code any more"),
    ],
)
def test_each_lack_is_named(
    found: Catalog, tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert old in WHOLE
    listed = problems(found, tmp_path, WHOLE.replace(old, new))
    assert any(problem in line for line in listed), listed
    assert all(line.startswith("ru/LC_MESSAGES/polyherald.po: ") for line in listed)


def test_obsolete_entries_are_to_be_deleted(found: Catalog, tmp_path: Path) -> None:
    listed = problems(found, tmp_path, WHOLE + '\n#~ msgid "Gone"\n#~ msgstr "Нет"\n')
    assert [line for line in listed if "Gone: obsolete" in line] == listed != []


def test_a_form_for_a_single_number_may_say_it_in_words(found: Catalog, tmp_path: Path) -> None:
    french = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=6; plural=(n == 0 ? 0 : n == 1 ? 1 : n == 2 ? 2"
" : n % 100 >= 3 && n % 100 <= 10 ? 3 : n % 100 >= 11 ? 4 : 5);\\n"

msgid "{n} release"
msgid_plural "{n} releases"
msgstr[0] "لا بيانات"
msgstr[1] "بيان واحد"
msgstr[2] "بيانان"
msgstr[3] "{n} بيانات"
msgstr[4] "{n} بيانًا"
msgstr[5] "بيان"
"""
    listed = problems(found, tmp_path, french, "ar")
    assert [line for line in listed if "{n} release:" in line] == [
        "ar/LC_MESSAGES/polyherald.po: {n} release: lacks {n}"
    ]


def test_a_catalog_that_cannot_be_read_is_named(found: Catalog, tmp_path: Path) -> None:
    listed = problems(found, tmp_path, 'msgid "no end')
    assert len(listed) == 1
    assert "ru/LC_MESSAGES/polyherald.po: cannot be read" in listed[0]


def test_a_folder_is_named_by_a_language(found: Catalog, tmp_path: Path) -> None:
    assert "cannot be read" in problems(found, tmp_path / "a", WHOLE, "klingon")[0]
    assert "should be named pt-BR" in problems(found, tmp_path / "b", WHOLE, "pt_BR")[0]


def test_english_needs_no_translation_but_what_only_a_catalog_says(tmp_path: Path) -> None:
    found = Catalog()
    found.add("Sent.")
    found.add("fax", context="letter")
    found.add("{n} (one)", context="ordinal")
    found.add("{n} (many)", context="ordinal")
    header = HEADER.replace("ru", "en").split('"Plural')[0]
    listed = problems(
        found, tmp_path, header + '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n', "en"
    )
    assert listed == [
        "en/LC_MESSAGES/polyherald.po: fax [letter]: missing",
        "en/LC_MESSAGES/polyherald.po: {n} (one) [ordinal]: missing",
    ]


@pytest.mark.parametrize(
    ("msgid", "problem"),
    [
        ('Say "yes".', "straight quotation marks"),
        ("It's late.", "straight quotation marks"),
        ("Hello {who.name}.", "“{who.name}” is no placeholder"),
        ("Hello {}.", "“{}” is no placeholder"),
    ],
)
def test_the_codes_own_wording_is_held_to_the_same(
    tmp_path: Path, msgid: str, problem: str
) -> None:
    found = Catalog()
    found.add(msgid, locations=[("bot/desk.py", 1)])
    (finding,) = audit(found, tmp_path)
    assert str(finding).startswith(f"bot/desk.py: {msgid}: ")
    assert problem in finding.problem


def test_a_quoted_value_in_an_example_is_no_quotation(tmp_path: Path) -> None:
    found = Catalog()
    found.add('Write headline: "{example} …".')
    assert audit(found, tmp_path) == []


def test_our_own_catalogs_hold_no_wrong_translation() -> None:
    """What is missing or left over while wording is in flux, ``make check`` tells."""
    unfinished = ("missing", "not in the code", "obsolete")
    wrong = [str(f) for f in audit(template()) if not f.problem.startswith(unfinished)]
    assert wrong == []
