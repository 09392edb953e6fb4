from pathlib import Path

import pytest

from translations import extract

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


def test_a_file_that_marks_nothing_is_not_even_parsed(tree: Path) -> None:
    (tree / "bot" / "old.py").write_text("print 'of another Python'")
    assert len(list(extract.template(tree))) == 7


def test_code_that_cannot_be_read_is_not_passed_over(tree: Path) -> None:
    (tree / "bot" / "desk.py").write_text(CODE + "text(")
    with pytest.raises(SyntaxError):
        extract.template(tree)


def test_a_template_for_translators_programs(tree: Path, tmp_path: Path) -> None:
    pot = tmp_path / "new" / "polyherald.pot"
    extract.write_template(pot, tree)
    written = pot.read_text("utf-8")
    assert '#: bot/desk.py\n#, python-brace-format\nmsgid "Please wait, {name}."' in written
    assert "#. shown while waiting." in written
    assert "Date" not in written


def test_wrong_usage_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert extract.main(["frobnicate"]) == 2
    assert "usage" in capsys.readouterr().err
