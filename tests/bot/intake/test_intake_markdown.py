"""A folder of Markdown files becomes a release, or a list of what is wrong and where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.errors import BadDocument
from bot.releases.intake import Draft, read, read_text
from bot.releases.release import Completeness, Contact, Issuer, Moment, VariantState

COMMON = """
date: 2026-06-26
original: en
topics: [lamps]
dateline: Port Ellery
embargo: 2026-06-26T09:00:00-04:00[America/New_York]
publish_at: 2026-06-26 10:00
observance:
  origin: 1989-03-14
  feb29: mar1
  years: [1, 5, 10]
  at: 10:00
  without_edition: hold
  remind: [7]
issuer:
  names: {en: Harbour Office, no: Havnekontoret}
  address: 14 Quay Street
contact: {name: Press, email: press@example.org, phones: ["+1 555 0142"], faxes: []}
related:
  - text: The Convention (A/98/512)
    url: www.example.org/convention
    languages: [ar, en]
required_languages: [en, fr]
completeness: hold
"""
EN = """---
headline: "{ordinal} anniversary of the Convention"
subhead: Eleven ports remember.
occasion: "{ordinal} anniversary"
state: approved
---

First paragraph.

Second paragraph.
"""
FR = "---\nheadline: Le {ordinal} anniversaire\n---\nPremier paragraphe.\n"

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    def make(slug: str = "lamp-day", /, **files: str | bytes) -> Path:
        path = tmp_path / slug
        path.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (path / name.replace("_", ".")).write_bytes(data)
        return path

    return make


def load(*paths: Path, **options: object) -> list[Draft]:
    known = {"languages": ("en", "fr", "no"), "default_zone": "Europe/Paris", **options}
    return read(paths, **known)  # type: ignore[arg-type]


def refusal(*paths: Path, **options: object) -> str:
    with pytest.raises(BadDocument) as refused:
        load(*paths, **options)
    return "\n".join(str(p.as_text()) for p in refused.value.problems if p.fatal)


def notes(draft: Draft) -> str:
    return "\n".join(str(problem.as_text()) for problem in draft.problems)


def test_a_folder_with_everything_in_it(folder: Folder) -> None:
    (draft,) = load(folder(release_yaml=COMMON, en_md=EN, fr_md=FR))
    release = draft.release

    assert release.slug == "lamp-day"
    assert release.original == "en"
    assert release.date == date(2026, 6, 26)
    assert release.topics == ("lamps",)
    assert release.dateline == "Port Ellery"
    assert release.embargo == Moment(
        at=datetime(2026, 6, 26, 13, tzinfo=UTC), zone="America/New_York"
    )
    assert release.publish_at == Moment(
        at=datetime(2026, 6, 26, 8, tzinfo=UTC), zone="Europe/Paris"
    )
    assert release.issuer == Issuer(
        names={"en": "Harbour Office", "no": "Havnekontoret"}, address="14 Quay Street"
    )
    assert release.contact == Contact(
        name="Press", email="press@example.org", phones=("+1 555 0142",)
    )
    assert release.required_languages == ("en", "fr")
    assert release.completeness is Completeness.HOLD
    (document,) = release.related
    assert document.url == "https://www.example.org/convention"
    assert document.symbols == ("A/98/512",)
    assert document.languages == ("ar", "en")
    observance = release.observance
    assert observance is not None
    assert observance.origin == date(1989, 3, 14)
    assert (observance.every, observance.years, observance.feb29) == (1, (1, 5, 10), "mar1")
    assert (observance.at, observance.without_edition) == ("10:00", "hold")
    assert observance.remind == (7,)
    assert observance.accepted
    english = release.variants["en"]
    assert english.headline == "{ordinal} anniversary of the Convention"
    assert english.subhead == "Eleven ports remember."
    assert english.state is VariantState.APPROVED
    assert english.body == "First paragraph.\n\nSecond paragraph."
    assert release.variants["fr"].state is VariantState.DRAFT
    assert draft.problems == ()


def test_common_keys_may_stand_in_the_originals_front_matter(folder: Folder) -> None:
    path = folder(
        en_md="---\ndate: 2026-06-26\noriginal: true\n---\n# Lamps\n\nText.", fr_md="# Lampes\n\nT."
    )
    release = load(path)[0].release

    assert release.original == "en"
    assert release.variants["fr"].headline == "Lampes"
    assert release.variants["fr"].body == "T."


def test_the_bearer_of_the_common_keys_is_the_original(folder: Folder) -> None:
    path = folder(en_md="# Lamps\n\nT.", fr_md="---\ndate: 2026-06-26\n---\n# Lampes\n\nT.")

    assert load(path)[0].release.original == "fr"


def test_a_heading_is_the_headline_only_if_there_is_no_other(folder: Folder) -> None:
    path = folder(
        en_md="---\ndate: 2026-06-26\nheadline: Lamps\n---\n# Aims\n\nText.",
        fr_md="\n\nAvant.\n\n# Les *lampes* #\n\nTexte.",
    )
    release = load(path)[0].release

    assert release.variants["en"].body == "# Aims\n\nText."
    assert release.variants["fr"].headline == "Les lampes"
    assert "Avant." in release.variants["fr"].body


def test_language_tags_have_one_spelling(folder: Folder) -> None:
    path = folder(
        **{"ZH-hant_md": "---\ndate: 2026-06-26\n---\n# 灯\n\n文。", "no_md": "# Lys\n\nT."}
    )
    drafts = load(path)

    assert set(drafts[0].release.variants) == {"zh-Hant", "no"}


def test_line_ends_and_a_byte_order_mark_are_no_part_of_the_text(folder: Folder) -> None:
    text = "---\ndate: 2026-06-26\n---\n# Lamps\n\nOne.\n\nTwo.\n"
    plain = load(folder("one", en_md=text))[0].release.variants["en"]
    windows = load(folder("two", en_md=b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()))

    assert windows[0].release.variants["en"].content_hash == plain.content_hash


def test_what_is_missing_but_not_wrong_is_a_note(folder: Folder) -> None:
    path = folder(
        release_yaml="date: 2026-06-26\nrequired_languages: [fr]",
        en_md='---\nheadline: "{ordinl} {years}"\n---\nT.',
        notes_odt="x",
    )
    said = notes(load(path)[0])

    assert "The text in fr is required" in said
    assert "“ordinl” in braces" in said
    assert "{years} needs an observance" in said
    assert "notes.odt: This is not read" in said


def test_many_releases_are_read_from_a_folder_of_folders(folder: Folder, tmp_path: Path) -> None:
    folder("one", en_md="---\ndate: 2026-06-26\n---\n# One\n\nText.")
    folder("two", en_md="---\ndate: 2026-06-26\n---\n# Two\n\nText.")

    assert [draft.release.slug for draft in load(tmp_path)] == ["one", "two"]


def test_one_broken_file_keeps_everything_out_and_all_faults_are_told(
    folder: Folder, tmp_path: Path
) -> None:
    folder("one", en_md="---\ndate: 2026-06-26\n---\n# One\n\nText.")
    folder("two", en_md="---\ndate: 2026-02-31\nheadlin: Two\nstate: final\n---\n")

    told = refusal(tmp_path)

    assert "two/en.md, line 2: There is no date 2026-02-31" in told
    assert "two/en.md, line 3: There is no key “headlin”. Is “headline” meant?" in told
    assert "two/en.md, line 4: “state” cannot be “final”. Allowed are: draft, approved." in told
    assert "two/en.md, line 6: There is no headline." in told


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("headline: {ordinal} anniversary", "line 3: A text that begins with a brace must stand"),
        ("headline: {ordinal}", "line 3: A text that begins with a brace must stand in quotes"),
        ("occasion: {years} years on", "line 3: A text that begins with a brace must stand"),
        ("topics: *all", "line 3: Aliases"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "line 4: Aliases"),
        ("a: " + "[" * 5000, "line 3: This is nested too deeply"),
        ("a:\n" + "".join(" " * n + "-\n" for n in range(90)), "This is nested too deeply"),
        ("headline: !!python/object:os.system x", "line 3: YAML tags"),
        (
            "language: pt_br",
            "line 3: The language of a text is said by the name of its file. Remove this line, "
            "and name the file pt-BR.md, or give --language pt-BR.",
        ),
        ("lang: [en]", "line 3: The language of a text is said by the name of its file."),
        ("headline: Lamps: lit", "line 3: This is not valid YAML"),
        ('headline: "\\U00110000"', "line 3: This is not valid YAML"),
        ("date: 2026-06-27", "line 3: “date” stands here a second time; first in line 2."),
        ("headline: [a, b]", "line 3: “headline” must be a text."),
        ("headline: " + "x" * 501, "at most 500"),
        ("topics: [Lamps & keepers]", "“Lamps & keepers” cannot be a topic"),
        ("embargo: 2026-06-26T09:00-05:00[America/New_York]", "the offset is -04:00"),
        ("embargo: soon", "line 3: “soon” is no date and time"),
        ("observance: {every: 1}", "The observance has no origin"),
        ("observance: {origin: 1989-02-30}", "There is no date 1989-02-30"),
        ("observance: {origin: 1989-03-14, feb29: mar2}", "Allowed are: feb28, mar1, leap-only."),
        ("observance: {origin: 1989-03-14, without_edition: x}", "Allowed are: announce, hold."),
        ("observance: {origin: 1989-03-14, every: 0}", "whole numbers from 1 up"),
        ("observance: {origin: 1989-03-14, every: 2, years: [5]}", "exclude each other"),
        ("observance: {origin: 1989-03-14, at: 25:00}", "“at” cannot be “25:00”"),
        ("completeness: never", "Allowed are: hold, publish_ready, fallback."),
        ("required_languages: [klingonese]", "“klingonese” is not the tag of a language"),
        ("issuer: Harbour Office", "“issuer” must be a list of “key: value” lines."),
        ("contact: {email: nobody}", "“email” cannot be “nobody”"),
        ("related: [{url: www.example.org}]", "A related document needs its text"),
        ("related: [{text: x, url: 'javascript:alert(1)'}]", "is not a web address"),
        ("related: [{text: x, symbols: ['<b>']}]", "is not a UN document symbol"),
        ("original: fr", "The original is to be in fr, but there is no such text"),
        ("original: maybe", "“maybe” is not the tag of a language"),
        ("headline: \x01", "This is not valid YAML"),
    ],
)
def test_every_wrong_value_is_refused_with_its_line_and_remedy(
    folder: Folder, front: str, reason: str
) -> None:
    told = refusal(folder(en_md=f"---\ndate: 2026-06-26\n{front}\n---\n# Lamps\n\nText."))

    assert reason in told
    assert "en.md" in told


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"en_md": "# Lamps\n\nText."}, "There is no date. Add it to the front matter"),
        ({"en_md": "---\n- a\n---\nx"}, "en.md, line 2: The front matter is not a list of"),
        ({"en_md": "---\njust words\n---\nx"}, "en.md, line 2: The front matter is not a list"),
        ({"en_md": "---\ndate: 2026-06-26\n"}, "en.md, line 1: The front matter does not end"),
        ({"en_md": b"# Lamps\n\nfine\n\xff\xfe"}, "en.md, line 4: This line is not in UTF-8"),
        ({"en_md": b"# Lamps\n\nfine\x00"}, "en.md, line 3: There is a NUL character"),
        ({"en_md": b"x" * 20_000_000}, "en.md: The file has 20000000 bytes"),
        ({"readme_md": "# Lamps"}, "“readme” is not the tag of a language"),
        ({"release_yaml": "date: 2026-06-26"}, "There is no text here"),
        ({"release_yml": "date: 2026-06-26", "en_md": "# L\n\nT."}, "Rename this file"),
        (
            {"release_yaml": "date: 2026-06-26\nheadline: Lamps", "en_md": "# L\n\nT."},
            "release.yaml, line 2: “headline” belongs in each language’s own file.",
        ),
        (
            {
                "en_md": "---\ndate: 2026-06-26\noriginal: true\n---\n# L\n\nT.",
                "fr_md": "---\noriginal: true\n---\n# L\n\nT.",
            },
            "There are two originals: en",
        ),
        (
            {
                "release_yaml": "date: 2026-06-26\noriginal: fr",
                "en_md": "---\noriginal: en\n---\n# L",
            },
            "There are two originals",
        ),
        (
            {"release_yaml": "date: 2026-06-26", "en_md": "---\ndate: 2026-06-27\n---\n# L\n\nT."},
            "“date” is different in",
        ),
        (
            {"release_yaml": "date: 2026-06-26", "de_md": "# L\n\nT.", "es_md": "# L\n\nT."},
            "Say which language is the original",
        ),
    ],
)
def test_every_broken_folder_is_refused(
    folder: Folder, files: dict[str, str | bytes], reason: str
) -> None:
    assert reason in refusal(folder(**files))


def test_two_spellings_of_one_language_are_refused(folder: Folder) -> None:
    path = folder(en_md="---\ndate: 2026-06-26\n---\n# L\n\nT.", EN_md="# L\n\nT.")

    assert "is in the same language" in refusal(path)


@pytest.mark.parametrize("slug", ["Lamp-Day", "lamp_day", "lampe-à-huile", "-lamp", "x" * 101])
def test_a_folder_with_an_impossible_name_is_refused(folder: Folder, slug: str) -> None:
    path = folder(slug, en_md="---\ndate: 2026-06-26\n---\n# L\n\nT.")

    assert "cannot be the name of a release" in refusal(path)
    assert load(path, slug="lamp-day")[0].release.slug == "lamp-day"


def test_links_out_of_a_folder_and_special_files_are_not_read(
    folder: Folder, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("---\ndate: 2026-06-26\n---\n# Secret\n\nText.")
    path = folder(fr_md="---\ndate: 2026-06-26\n---\n# L\n\nT.")
    (path / "en.md").symlink_to(secret)

    assert "en.md: This is a symbolic link" in refusal(path)

    (path / "en.md").unlink()
    (path / "en.md").mkdir()

    assert "en.md: This is not a plain file" in refusal(path)


@pytest.mark.parametrize(
    ("name", "slug", "language"),
    [
        ("lamp-day.fr.md", "lamp-day", "fr"),
        ("fr.md", "les-lampes-2026", "fr"),
        ("Lampes du port.md", "les-lampes-2026", "fr"),
    ],
)
def test_a_single_file_gives_a_release_of_one_language(name: str, slug: str, language: str) -> None:
    text = (
        "---\ndate: 2026-06-26\n---\n# Les lampes\n\nLes lampes du port ont été rallumées hier "
        "soir, pour la première fois depuis la tempête.\n"
    )
    draft = read_text(text.encode(), name, languages=("en", "fr"), default_zone="UTC")

    assert (draft.release.slug, draft.release.original) == (slug, language)
    assert draft.sources == (name,)


def test_a_file_of_a_larger_release_asks_for_its_folder(folder: Folder) -> None:
    path = folder(release_yaml=COMMON, en_md=EN, fr_md=FR)

    assert "Import the folder" in refusal(path / "fr.md")


def test_other_kinds_of_files_and_missing_ones_are_named(tmp_path: Path) -> None:
    for name, remedy in (
        ("letter.xyz", "Files of the kind .xyz are not read. Known are: .md, .txt, .docx, .html."),
        ("letter.odt", "Files of the kind .odt are not read. Save it as .docx."),
        ("letter.docm", "The document has macros. Save it as .docx, without macros."),
    ):
        (tmp_path / name).write_bytes(b"PK")
        assert remedy in refusal(tmp_path / name)
    assert "gone.md: There is no such file" in refusal(tmp_path / "gone.md")
    assert "There is no such file" in refusal(tmp_path / "a\0b.md")
    (tmp_path / "empty").mkdir()
    assert "There is no release in this folder" in refusal(tmp_path / "empty")


def test_one_name_for_two_releases_is_refused(tmp_path: Path) -> None:
    text = "---\ndate: 2026-06-26\n---\n# Lamps\n\nText."
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "en.md").write_text(text)

    paths = (tmp_path / "a" / "en.md", tmp_path / "b" / "en.md")

    assert "gives a release of the same name, lamps-2026" in refusal(*paths)
    assert "is in the same language" in refusal(*paths, slug="lamps")
    assert "--slug names one release" in refusal(*paths, slug="lamps", separate=True)


def test_the_demo_newsroom_is_read_without_a_remark() -> None:
    newsroom = Path(__file__).parents[3] / "bot" / "demo_newsroom"
    drafts = read(
        [newsroom], languages=("en", "fr", "es", "ru", "ar", "zh", "az"), default_zone="UTC"
    )

    assert len(drafts) >= 4
    assert [notes(draft) for draft in drafts if draft.problems] == []
