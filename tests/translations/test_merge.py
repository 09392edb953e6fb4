from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from translations import catalogs as speaking
from translations import merge
from translations.audit import audit
from translations.catalogs import catalog_for
from translations.formats import formats_for
from translations.locales import UnknownLanguage
from translations.messages import (
    CATALOGS,
    headers,
    interface_languages,
    is_draft,
    languages_in,
    messages_in,
    po_path,
)
from translations.text import texts


def found(*msgids: str) -> Catalog:
    """What the code says: these, a plural and one with a context."""
    catalog = Catalog(fuzzy=False)
    for msgid in msgids:
        catalog.add(msgid, locations=[("bot/desk.py", 1)])
    catalog.add(("{n} day", "{n} days"), locations=[("bot/desk.py", 1)])
    catalog.add("draft", context="state", locations=[("bot/desk.py", 1)])
    return catalog


def read(folder: Path, tag: str) -> Catalog:
    with po_path(tag, folder).open("rb") as source:
        return read_po(source, locale=tag.replace("-", "_"), abort_invalid=True)


def translate(folder: Path, tag: str, msgid: str, translation: str) -> None:
    path = po_path(tag, folder)
    empty = f'msgid "{msgid}"\nmsgstr ""'
    po = path.read_text("utf-8")
    assert empty in po
    path.write_text(po.replace(empty, f'msgid "{msgid}"\nmsgstr "{translation}"'), "utf-8")


# --- a new language ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "name", "forms"),
    [
        ("sv", "Swedish", 2),
        ("pl", "Polish", 3),
        ("cy", "Welsh", 6),
        ("zh_hant", "Chinese (Traditional)", 1),
        ("iw", "Hebrew", 3),
    ],
)
def test_a_language_begins_with_every_message_and_its_plural_forms(
    tmp_path: Path, tag: str, name: str, forms: int
) -> None:
    path = merge.add(tag, found("Please wait."), tmp_path)
    (canonical,) = languages_in(tmp_path)
    assert path == po_path(canonical, tmp_path)
    assert path.read_text("utf-8").startswith(f"# Polyherald in {name}.")
    catalog = read(tmp_path, canonical)
    assert {message.id for message in catalog if message.id} == {
        "Please wait.",
        ("{n} day", "{n} days"),
        "draft",
    }
    assert catalog.num_plurals == forms
    listed = [finding.problem for finding in audit(found("Please wait."), tmp_path, [canonical])]
    assert listed == ["missing"] * 3


def test_a_new_language_is_offered_only_when_its_header_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merge.add("sv", found(), tmp_path)
    translate(tmp_path, "sv", "draft", "utkast")
    assert is_draft("sv", tmp_path)
    assert languages_in(tmp_path) == ("sv",)

    def offered() -> tuple[str, ...]:
        monkeypatch.setattr("translations.messages.languages_in", lambda: languages_in(tmp_path))
        monkeypatch.setattr("translations.messages.headers", lambda tag, _: headers(tag, tmp_path))
        interface_languages.cache_clear()
        try:
            return interface_languages()
        finally:
            monkeypatch.undo()
            interface_languages.cache_clear()

    assert offered() == ()
    path = po_path("sv", tmp_path)
    path.write_text(path.read_text("utf-8").replace('"X-Status: draft\\n"\n', ""), "utf-8")
    assert offered() == ("sv",)
    swedish = speaking.Catalog(
        tag="sv", formats=formats_for("sv"), messages=messages_in("sv", tmp_path)
    )
    assert swedish.context("state", "draft") == "utkast"
    assert swedish.render(texts("{n} day", "{n} days", 2)) == "2 days"


def test_our_own_drafts_are_not_spoken() -> None:
    for tag in languages_in(CATALOGS):
        assert (tag in interface_languages()) != is_draft(tag)
        assert (catalog_for(tag).tag == tag) != is_draft(tag)


@pytest.mark.parametrize("tag", ["klingon", "tlh", "../../etc", ""])
def test_what_is_no_language_that_cldr_knows_gets_no_catalog(tmp_path: Path, tag: str) -> None:
    with pytest.raises(UnknownLanguage):
        merge.add(tag, found(), tmp_path / "catalogs")
    assert not (tmp_path / "catalogs").exists()


def test_a_language_is_not_begun_twice(tmp_path: Path) -> None:
    merge.add("sv", found(), tmp_path)
    translate(tmp_path, "sv", "draft", "utkast")
    with pytest.raises(FileExistsError):
        merge.add("SV", found(), tmp_path)
    assert "utkast" in po_path("sv", tmp_path).read_text("utf-8")


# --- a wording that changes ----------------------------------------------------------------------


def test_an_update_keeps_translations_and_loses_none(tmp_path: Path) -> None:
    merge.add("ru", found("Please wait."), tmp_path)
    translate(tmp_path, "ru", "draft", "черновик")
    translate(tmp_path, "ru", "Please wait.", "Подождите.")
    merge.update("ru", found("Wait."), tmp_path)
    catalog = read(tmp_path, "ru")
    assert catalog.get("draft", "state").string == "черновик"  # type: ignore[union-attr]
    assert catalog.get("Wait.").string == ""  # type: ignore[union-attr]
    assert catalog.get("Please wait.") is None
    assert [message.string for message in catalog.obsolete.values()] == ["Подождите."]
    merge.update("ru", found("Please wait."), tmp_path)
    assert read(tmp_path, "ru").get("Please wait.").string == "Подождите."  # type: ignore[union-attr]


def test_an_update_changes_nothing_when_the_wording_did_not(tmp_path: Path) -> None:
    merge.add("ar", found("Please wait."), tmp_path)
    before = po_path("ar", tmp_path).read_bytes()
    merge.update("ar", found("Please wait."), tmp_path)
    assert po_path("ar", tmp_path).read_bytes() == before
    assert b"Date" not in before
    assert b"desk.py\n" in before


def test_an_update_keeps_who_reviewed_it_and_what_translators_noted(tmp_path: Path) -> None:
    path = merge.add("uk", found(), tmp_path)
    po = path.read_text("utf-8").replace("X-Status: draft", "X-Reviewed-By: Ada Example, 2026-11")
    path.write_text(po.replace("#: bot/desk.py\nmsgctxt", "# not чорновик\nmsgctxt"), "utf-8")
    merge.update("uk", found("Wait."), tmp_path)
    assert headers("uk", tmp_path) == {"X-Reviewed-By": "Ada Example, 2026-11"}
    assert "# not чорновик\n" in path.read_text("utf-8")


def test_only_what_there_is_can_be_updated(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        merge.update("sv", found(), tmp_path)


@pytest.mark.parametrize("tag", languages_in())
def test_our_own_catalogs_are_written_as_the_update_writes_them(tag: str, tmp_path: Path) -> None:
    own = po_path(tag, CATALOGS).read_bytes()
    copy = po_path(tag, tmp_path)
    copy.parent.mkdir(parents=True)
    copy.write_bytes(own)
    merge.update(tag, read(tmp_path, tag), tmp_path)
    assert copy.read_bytes() == own
