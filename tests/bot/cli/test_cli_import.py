"""What is taken in, what is only shown, and what is refused whole."""

from __future__ import annotations

from pathlib import Path

import pytest

GOOD = "---\nheadline: A good release\ndate: 2026-06-01\n---\nIts one paragraph.\n"


def stored(cli) -> list[str]:
    return [release["slug"] for release in cli("list", "--json").json]


def test_a_letter_is_a_draft_whose_observance_is_only_proposed(cli, letter) -> None:
    taken = cli("import", letter)
    assert taken.status == 0
    assert "Proposed observance" in taken.out
    [slug] = stored(cli)
    assert f"polyherald accept {slug}" in taken.out

    shown = cli("show", slug, "--json").json
    assert shown["observance"] == shown["observance"] | {"origin": "1976-03-14", "accepted": False}
    assert shown["variants"]["en"]["state"] == "draft"
    [occasion] = cli("calendar", "--json").json
    assert occasion["accepted"] is False
    assert "only proposed" in cli("calendar").out

    assert cli("accept", slug).status == 0
    [occasion] = cli("calendar", "--json").json
    assert occasion["accepted"] is True
    assert occasion["titles"]["en"] == "51st anniversary of the Mapton Survey"


def test_an_observance_can_be_accepted_with_the_import(sqlite_cli, letter) -> None:
    taken = sqlite_cli(
        *("import", letter, "--accept-observance"),
        *("--slug", "survey", "--language", "en"),
    )
    assert taken.status == 0
    assert "proposal" not in taken.out
    assert sqlite_cli("show", "survey", "--json").json["observance"]["accepted"] is True


def test_accepting_what_is_not_proposed_says_so(sqlite_cli, write) -> None:
    sqlite_cli("import", write("a/en.md", GOOD).parent)
    refused = sqlite_cli("accept", "a")
    assert refused.status == 1
    assert "proposes no observance" in refused.err


def test_a_dry_run_shows_everything_and_makes_no_database(bare_cli, letter, tmp_path) -> None:
    shown = bare_cli("import", "--dry-run", letter, "--language", "en")
    assert shown.status == 0
    assert "Society of Example Cartographers" in shown.out
    assert "twelve surveyors" in shown.out
    assert "1 release read, nothing stored." in shown.out
    assert not (tmp_path / "data").exists()
    document = bare_cli("import", "--dry-run", "--json", letter, "--language", "en").json
    assert document["stored"] is False
    [draft] = document["drafts"]
    assert draft["outcome"] is None
    assert draft["release"]["contact"]["faxes"] == ["+1 202 555 0151"]


def test_importing_again_changes_nothing(cli, newsroom) -> None:
    folder = newsroom / "metre-convention"
    assert cli("import", folder, "--json").json["drafts"][0]["outcome"] == "new"
    assert cli("import", folder, "--json").json["drafts"][0]["outcome"] == "same"
    history = cli("show", "metre-convention", "--history", "--json").json["history"]
    assert len(history) == 1


def test_an_archive_is_published_and_announces_nothing(cli, newsroom) -> None:
    assert cli("import", "--archive", newsroom / "metre-convention").status == 0
    shown = cli("show", "metre-convention", "--json").json
    assert (shown["state"], shown["archive"]) == ("published", True)
    assert cli("deliveries", "--json").json == []
    assert cli("deliveries").out == ""


BROKEN = {
    "no headline": ("en.md", "---\ndate: 2026-06-01\n---\nText.\n"),
    "no date": ("", "---\nheadline: H\n---\nText.\n"),
    "impossible date": ("en.md", "---\nheadline: H\ndate: 2026-02-30\n---\nText.\n"),
    "unknown language": ("klingon.md", GOOD),
    "invalid UTF-8": ("en.md", b"---\nheadline: H\ndate: 2026-06-01\n---\n\xff\xfe\xfa\n"),
    "20 MB": ("en.md", GOOD.encode() + b"x" * 20_000_000),
    "front matter that is a list": ("en.md", "---\n- a\n- b\n---\nText.\n"),
    "a YAML bomb": (
        "en.md",
        "---\nheadline: H\ndate: 2026-06-01\na: &a [x, x]\nb: [*a, *a]\n---\nT.\n",
    ),
    "an unquoted pattern": (
        "en.md",
        "---\nheadline: {ordinal} anniversary\ndate: 2026-06-01\n---\nText.\n",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_one_broken_file_keeps_everything_out(sqlite_cli, write, kind) -> None:
    name, content = BROKEN[kind]
    good = write("good/en.md", GOOD).parent
    broken = write(f"broken/{name or 'en.md'}", content)
    refused = sqlite_cli("import", good, broken.parent)
    assert refused.status == 1
    assert refused.out == ""
    assert f"/broken/{name}".rstrip("/") in refused.err
    assert "Traceback" not in refused.err
    assert stored(sqlite_cli) == []


def test_two_originals_are_refused_on_both_databases(cli, write) -> None:
    for language in ("en", "fr"):
        write(
            f"two/{language}.md",
            f"---\nheadline: H\ndate: 2026-06-01\noriginal: {language}\n---\nText.\n",
        )
    refused = cli("import", Path("two"))
    assert refused.status == 1
    assert "two originals" in refused.err
    assert "line 4" in refused.err
    assert stored(cli) == []


def test_what_is_not_there_and_wrong_options_store_nothing(sqlite_cli, letter) -> None:
    assert "no such file" in sqlite_cli("import", "nowhere").err
    assert sqlite_cli("import", letter, "--language", "klingon").status == 2
    assert sqlite_cli("import").status == 2
    assert stored(sqlite_cli) == []


def test_a_document_cannot_steer_the_terminal(sqlite_cli, write) -> None:
    evil = (
        '---\nheadline: "Innocent \\e[2J\\e]0;owned\\a"\ndate: 2026-06-01\n---\nBody \x1b[31mred\n'
    )
    sqlite_cli("import", write("evil/en.md", evil).parent)
    for arguments in (("list",), ("show", "evil"), ("preview", "evil")):
        assert "\x1b" not in sqlite_cli(*arguments).out


ENGLISH = """Press release 14 March 2026

The lamps are lit

Until 1989 the coast had 412 lights, which were kept by 38 authorities with their own signals.

The archive holds 5,200 hours of recordings (www.harbours.example.org/en/909) for everybody.
"""
FRENCH = """Communiqué de presse, le 14 mars 2026

Les feux sont allumés

Jusqu’en 1989, la côte comptait 412 feux, entretenus par 38 autorités avec leurs signaux.

Les archives gardent 5 200 heures d’enregistrements (www.harbours.example.org/fr/909) pour tous.
"""


@pytest.fixture
def pair(write) -> tuple[Path, Path]:
    """One release in two files."""
    page = "".join(f"<p>{line}</p>" for line in FRENCH.split("\n\n"))
    return write("first.txt", ENGLISH), write("second.html", page)


def test_files_of_one_release_are_taken_together_and_that_is_told(sqlite_cli, pair) -> None:
    taken = sqlite_cli("import", *pair)
    assert taken.status == 0
    [told] = [line for line in taken.lines if "Taken as one release" in line]
    assert told == (
        "Taken as one release: first.txt and second.html. They have in common: date, web "
        "addresses, numbers and number of paragraphs. To keep them apart: --separate"
    )
    assert stored(sqlite_cli) == ["the-lamps-are-lit-2026"]
    shown = sqlite_cli("show", "the-lamps-are-lit-2026", "--json").json
    assert shown["original"] == "en"
    assert set(shown["variants"]) == {"en", "fr"}


def test_they_are_kept_apart_or_forced_together_or_given_an_original(sqlite_cli, pair) -> None:
    assert sqlite_cli("import", *pair, "--separate").status == 0
    assert len(stored(sqlite_cli)) == 2
    assert sqlite_cli("import", *pair, "--slug", "lamps", "--original", "fr").status == 0
    assert sqlite_cli("show", "lamps", "--json").json["original"] == "fr"
    assert sqlite_cli("import", *pair, "--original", "klingon").status == 2


def test_a_translation_is_never_attached_by_itself(sqlite_cli, pair) -> None:
    english, french = pair
    sqlite_cli("import", english)
    slug = "the-lamps-are-lit-2026"
    sqlite_cli("approve", slug)

    asked = sqlite_cli("import", french)
    assert asked.status == 1
    assert asked.err.count("\n") == 1
    assert f"seems to be “{slug}” in another language (fr)" in asked.err
    assert f"--slug {slug}" in asked.err
    assert stored(sqlite_cli) == [slug]

    assert sqlite_cli("import", french, "--slug", slug).status == 0
    shown = sqlite_cli("show", slug, "--json").json
    assert (shown["original"], set(shown["variants"])) == ("en", {"en", "fr"})
    assert shown["variants"]["en"]["state"] == "approved"
    assert shown["variants"]["fr"]["state"] == "draft"

    assert sqlite_cli("import", french, "--separate").status == 0
    assert len(stored(sqlite_cli)) == 2


def test_a_translation_of_another_day_is_refused(sqlite_cli, pair, write) -> None:
    english, _ = pair
    sqlite_cli("import", english, "--slug", "lamps")
    later = write("later.txt", FRENCH.replace("14 mars", "15 mars"))
    refused = sqlite_cli("import", later, "--slug", "lamps")
    assert refused.status == 1
    assert "bears the date 15 March 2026, but “lamps” bears 14 March 2026" in refused.err


def test_a_language_in_doubt_is_asked_about_with_the_option(sqlite_cli, write) -> None:
    doubtful = write("doubtful.txt", "14.03.2026\n\nMuseum\n\n1, 2, 3")
    asked = sqlite_cli("import", doubtful)
    assert asked.status == 1
    assert "doubtful.txt: The language of the text is not certain; it may be" in asked.err
    assert "--language" in asked.err
    assert stored(sqlite_cli) == []
    assert sqlite_cli("import", doubtful, "--language", "de").status == 0
