from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from translations import extract, merge
from translations.messages import CATALOGS, languages_in, po_path

CODE = """\
from sqlalchemy import text as sql

from translations.text import ptext, text, texts

sql("SELECT 1")
# Translators: shown while waiting.
text("Please wait, {name}.", name=who)
texts("{n} day", "{n} days", n)
ptext("state", "draft")
text(not_a_literal)
"""
OTHER_TEXT = """\
from sqlalchemy import text

text("SELECT 2")
"""
TEMPLATE = """\
<h1>{{ t("Welcome, {name}", name=user.name) }}</h1>
{% if n %}<p title="{{ tp("a page", "edited") }}">{{ tn("{n} item", "{n} items", n) }}
</p>{% endif %}
{{ t(variable) }}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    templates = tmp_path / "bot" / "site" / "templates"
    templates.mkdir(parents=True)
    (tmp_path / "bot" / "desk.py").write_text(CODE)
    (tmp_path / "bot" / "store.py").write_text(OTHER_TEXT)
    (templates / "home.html").write_text(TEMPLATE)
    return tmp_path


@pytest.fixture
def read() -> Callable[[Path, str], Catalog]:
    def read(folder: Path, tag: str) -> Catalog:
        with po_path(tag, folder).open("rb") as source:
            return read_po(source, locale=tag, abort_invalid=True)

    return read


def test_msgids_are_gathered_from_code_and_templates(tree: Path) -> None:
    found = {(message.context, message.id) for message in extract.template(tree) if message.id}
    assert found == {
        (None, "Please wait, {name}."),
        (None, ("{n} day", "{n} days")),
        ("state", "draft"),
        (None, "Welcome, {name}"),
        ("a page", "edited"),
        (None, ("{n} item", "{n} items")),
    }


def test_translators_are_told_what_the_code_says_to_them(tree: Path) -> None:
    message = extract.template(tree).get("Please wait, {name}.")
    assert message is not None
    assert message.auto_comments == ["shown while waiting."]
    assert message.locations == [("bot/desk.py", 1)]


def test_a_template_that_cannot_be_read_is_not_passed_over(tree: Path) -> None:
    (tree / "bot" / "site" / "templates" / "home.html").write_text("{% if %}")
    with pytest.raises(Exception, match="Expected"):
        extract.template(tree)


def test_an_update_keeps_translations_and_loses_none(
    tree: Path, tmp_path: Path, read: Callable[[Path, str], Catalog]
) -> None:
    catalogs = tmp_path / "catalogs"
    merge.update("ru", extract.template(tree), catalogs)
    path = po_path("ru", catalogs)
    path.write_text(
        path.read_text().replace('msgid "draft"\nmsgstr ""', 'msgid "draft"\nmsgstr "черновик"')
    )
    (tree / "bot" / "desk.py").write_text(CODE.replace("Please wait", "Wait"))
    merge.update("ru", extract.template(tree), catalogs)
    catalog = read(catalogs, "ru")
    assert catalog.get("draft", "state").string == "черновик"  # type: ignore[union-attr]
    assert catalog.get("Wait, {name}.") is not None
    assert catalog.get("Please wait, {name}.") is None

    (tree / "bot" / "desk.py").write_text("")
    merge.update("ru", extract.template(tree), catalogs)
    kept = read(catalogs, "ru")
    assert [message.string for message in kept.obsolete.values()] == ["черновик"]


def test_an_update_changes_nothing_when_the_wording_did_not(tree: Path, tmp_path: Path) -> None:
    catalogs = tmp_path / "catalogs"
    merge.update("ar", extract.template(tree), catalogs)
    before = po_path("ar", catalogs).read_bytes()
    (tree / "bot" / "desk.py").write_text("\n\n\n" + CODE)
    merge.update("ar", extract.template(tree), catalogs)
    assert po_path("ar", catalogs).read_bytes() == before
    assert b"Date" not in before
    assert b"desk.py\n" in before


@pytest.mark.parametrize("tag", languages_in())
def test_our_own_catalogs_are_written_as_the_update_writes_them(tag: str, tmp_path: Path) -> None:
    own = po_path(tag, CATALOGS).read_bytes()
    copy = po_path(tag, tmp_path)
    copy.parent.mkdir(parents=True)
    copy.write_bytes(own)
    with copy.open("rb") as source:
        unchanged = read_po(source, locale=tag)
    merge.update(tag, unchanged, tmp_path)
    assert copy.read_bytes() == own


def test_wrong_usage_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert extract.main(["frobnicate"]) == 2
    assert "usage" in capsys.readouterr().err
