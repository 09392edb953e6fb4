"""Hostile documents end in one clear error or a sane draft, within the limits of one process."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadDocument
from bot.releases.documents import child
from bot.releases.intake import read
from bot.releases.intake.document import Findings, Place
from bot.releases.intake.office import take_apart

NO_WORD = "letter.docx: This is not a Word document."
COMPLICATED = "The document is too complicated to be read. Save it as plain text (.txt)"
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">{}]>'


def zipped(**files: str | bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name.replace("__", "/"), data)
    return written.getvalue()


def replaced(docx: bytes, name: str, data: bytes) -> bytes:
    """The package with another part of that name."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(written, "w", 8) as new:
        for entry in old.namelist():
            new.writestr(entry, data if entry == name else old.read(entry))
    return written.getvalue()


def test_the_limits_are_those_of_the_process_itself() -> None:
    """They are the kernel's: no test of ours has to wait for what would go beyond them."""
    assert child.MEMORY <= 300 << 20
    assert child.CPU_SECONDS <= 10
    assert child.OUTPUT <= 32 << 20


def within(data: bytes, suffix: str, **limits: int) -> str:
    """What is said of a document under tighter limits."""
    findings = Findings()
    assert take_apart(data, suffix, Place("x"), findings, **limits) is None
    (problem,) = findings.problems
    return str(problem.what)


def test_what_takes_too_long_is_ended() -> None:
    assert within(b"<" * 2_000_000, ".html", seconds=1).startswith(COMPLICATED)


def test_what_takes_too_much_memory_is_ended(word: Any) -> None:
    many = word.docx("<w:p>" + word.run("word ") * 8_000 + "</w:p>")

    assert within(many, ".docx", memory=40 << 20).startswith(COMPLICATED)
    assert within(b"<b><i>" * 40_000, ".html", memory=30 << 20).startswith(COMPLICATED)


def test_a_bomb_is_not_unpacked(word: Any, refusal: Any) -> None:
    bomb = word.docx(word.p("A" * 40_000_000))

    assert len(bomb) < 100_000
    assert "unpacks to more than 8000000 bytes" in refusal(bomb)


def test_archives_in_archives_are_not_opened(word: Any, take: Any) -> None:
    inner = zipped(bomb="A" * 5_000_000)
    nested = word.docx(
        word.letter("They burn."), files={"word/embeddings/a.zip": inner, "../../evil.txt": "x"}
    )

    assert take(nested).release.variants["en"].body == "They burn."


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml"])
@pytest.mark.parametrize(
    "entity",
    [
        '<!ENTITY c "&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY c SYSTEM "file:///etc/passwd">',
        '<!ENTITY % c SYSTEM "http://127.0.0.1:1/x.dtd"> %c;',
    ],
)
def test_entities_are_never_resolved(word: Any, refusal: Any, part: str, entity: str) -> None:
    document = word.docx(word.letter("They burn."), parts={"styles": ""})
    with zipfile.ZipFile(io.BytesIO(document)) as package:
        original = package.read(part).decode()
    evil = DOCTYPE.format(entity) + original.replace("They burn.", "&c;")
    for data in (evil.encode(), evil.encode("utf-16")):
        assert refusal(replaced(document, part, data)).startswith(NO_WORD)


def test_macros_are_refused_wherever_they_are(word: Any, refusal: Any) -> None:
    inside = word.docx(word.letter("x"), files={"word/vbaProject.bin": b"\0"})

    assert "The document has macros. Save it as .docx, without macros." in refusal(inside)
    assert "The document has macros." in refusal(word.docx(word.letter("x")), "letter.docm")
    declared = replaced(
        word.docx(word.letter("x")), "[Content_Types].xml", b"<Types ContentType='macroEnabled'/>"
    )
    assert "The document has macros." in refusal(declared)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "letter.docx", NO_WORD),
        (b"PK\x03\x04 and no more", "letter.docx", NO_WORD),
        (b"Just words", "letter.docx", NO_WORD),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "letter.docx", "of the old kind (.doc), or one"),
        (zipped(a="x"), "letter.docx", "a file of the kind “.zip” under another name"),
        (zipped(xl__workbook="x"), "letter.docx", "of the kind “.xlsx” under another name"),
        (zipped(**{"[Content_Types].xml": "<Types/>"}), "letter.docx", NO_WORD),
        (zipped(a="x"), "letter.txt", "not a text but a file of the kind .docx. Name it so."),
        (b"%PDF-1.7", "letter.md", "not a text but a file of the kind .pdf. Name it so."),
        (b"%PDF-1.7", "letter.pdf", "Files of the kind .pdf are not read. Save it as .docx."),
        (b"x", "../../etc/letter.exe", "letter.exe: Files of the kind .exe are not read."),
        (b"x" * 10_000_001, "letter.docx", "The file has 10000001 bytes"),
    ],
)
def test_what_only_bears_the_name_is_told_apart(
    refusal: Any, data: bytes, name: str, reason: str
) -> None:
    assert reason in refusal(data, name)


def test_a_package_that_was_cut_or_locked_is_refused(word: Any, refusal: Any) -> None:
    whole = word.docx(word.letter("They burn."))
    locked = bytearray(whole)
    at = locked.index(b"PK\x01\x02")
    while at >= 0:  # the flag of a password, on every entry
        locked[at + 8] |= 1
        at = locked.find(b"PK\x01\x02", at + 1)
    flipped = bytearray(whole)
    flipped[whole.index(b"word/document.xml") + 60] ^= 0xFF

    assert refusal(whole[:-100]).startswith(NO_WORD)
    assert "has a password. Save it without one." in refusal(bytes(locked))
    assert refusal(bytes(flipped)).startswith(NO_WORD)


def test_a_paragraph_of_five_megabytes_is_refused_by_its_length(word: Any, refusal: Any) -> None:
    words = "word " * 1_000_000
    reason = "The text has more than 1000000 characters. Send the release alone."

    assert reason in refusal(word.docx(word.p(words)))
    assert reason in refusal(f"<p>{words}", "letter.html")
    assert "5000000 bytes" in refusal(words, "letter.txt")


def test_a_table_of_a_hundred_columns_stays_readable(word: Any, take: Any, blocks: Any) -> None:
    row = tuple(f"c{n}" for n in range(100))
    draft = take(word.docx(word.letter("They burn.", word.table(row, row))))
    wide = take(
        "<p>Press release 14 March 2024<p>Lamps<p>x<table><tr>" + "<td colspan=999999999>y" * 100,
        "letter.html",
    )

    assert [block.text for block in blocks(draft)][1:] == [" · ".join(row)] * 2
    assert blocks(wide)[-1].text == " · ".join("y" * 100)


def test_more_paragraphs_than_any_release_has_are_refused(refusal: Any) -> None:
    assert "more than 20000 paragraphs" in refusal("<p>x" * 30_000, "letter.html")
    assert "more than 20000 paragraphs" in refusal("<table>" + "<td>" * 30_000, "letter.html")


def test_deep_nesting_is_read_or_refused(word: Any, take: Any, refusal: Any) -> None:
    head = "<p>Press release 14 March 2024<p>Lamps<p>"
    deep = take(head + "<div>" * 100_000 + "They burn." + "</div>" * 100_000, "letter.html")
    inserted = "<w:ins>" * 20_000 + word.p("x") + "</w:ins>" * 20_000

    assert deep.release.variants["en"].body == "They burn."
    assert COMPLICATED in refusal(word.docx(inserted))


def test_nothing_is_half_imported(word: Any, tmp_path: Path) -> None:
    (tmp_path / "good.docx").write_bytes(word.docx(word.letter("They burn.")))
    (tmp_path / "bad.docx").write_bytes(b"PK")
    (tmp_path / "~$good.docx").write_bytes(b"the lock of Word")

    with pytest.raises(BadDocument) as refused:
        read([tmp_path], languages=("en",), default_zone="UTC", language="en")

    fatal = [problem for problem in refused.value.problems if problem.fatal]
    assert [Path(problem.where).name for problem in fatal] == ["bad.docx"]
