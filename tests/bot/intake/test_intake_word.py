"""Word documents: what Word shows on paper becomes the same draft as plain text would."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.releases.release import Contact, Issuer

NUMBERING = """
<w:abstractNum w:abstractNumId="0">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%2)"/>
  </w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1">
  <w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/></w:lvl>
  <w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2">
  <w:lvl w:ilvl="0"><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>
"""
STYLES = """
<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Eigene"><w:name w:val="Eigene"/>
  <w:basedOn w:val="berschrift2"/></w:style>
<w:style w:type="paragraph" w:styleId="Zitat"><w:name w:val="Quote"/></w:style>
<w:style w:type="character" w:styleId="Fett"><w:name w:val="Strong"/></w:style>
"""


def test_a_letter_saved_by_word_is_the_draft_of_its_plain_text(word: Any, take: Any) -> None:
    lines = [
        "Standing Delegation of Valdorne to the Lighthouse Conference",
        "14 Quay Street, Port Ellery, 10440 Tel: (555) 010-0142; Fax: (555) 010-0144",
        "Press release 14 March 2024",
        "35th anniversary of the Port Ellery Convention",
        "Thirty-five years ago, “eleven” States & others met (see www.lamps.example.org/a_b).",
        "1 < 2, *not* bold, and 5\u00a0000 lamps – “kept”.",
        "Two papers are published:",
        "- Report (www.harbours.example.org/en/909);",
        "- Note (A/98/512–S/2024/9077).",
    ]
    saved = take(word.docx("".join(map(word.p, lines)))).release
    typed = take("\n\n".join(lines), "letter.txt").release

    assert saved == typed
    assert saved.related[1].symbols == ("A/98/512", "S/2024/9077")
    assert saved.observance is not None
    assert saved.observance.origin == date(1989, 3, 14)


def test_formatting_is_kept_as_markdown_and_never_changes_a_word(word: Any, take: Any) -> None:
    link = f'<w:hyperlink r:id="k">{word.run("the report")}</w:hyperlink>'
    own = f'<w:hyperlink r:id="o">{word.run("www.example.org")}</w:hyperlink>'
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText>HYPERLINK "https://example.org/field"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        f'{word.run("a field")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    mixed = (
        word.run("They said ")
        + word.run("never ", "<w:b/>")
        + word.run("ever", "<w:i/>")
        + word.run(" in ")
        + link
        + word.run(", ")
        + field
        + word.run(" and ")
        + own
        + word.run(" of 2*3*4.")
    )
    inside = word.run("un") + word.run("believ", "<w:b/>") + word.run("able")
    han = word.run("根据") + word.run("《公约》", "<w:b/>") + word.run("的规定。")
    draft = take(
        word.docx(
            word.letter(word.p(mixed), word.p(inside), word.p(han), word.p("Last paragraph.")),
            links={"k": "https://example.org/report?a=1&b=(2)", "o": "http://www.example.org/"},
        )
    )
    first, second, third, last = draft.release.variants["en"].body.split("\n\n")

    assert first == (
        "They said **never** *ever* in [the report](<https://example.org/report?a=1&b=(2)>), "
        "[a field](<https://example.org/field>) and www.example.org of 2\\*3\\*4."
    ) or first.endswith("of 2*3*4.")
    assert second == "un**believ**able"
    assert third == "根据《**公约**》的规定。"
    assert last == "Last paragraph."


def test_lists_headings_and_quotes_are_those_of_the_document(
    word: Any, take: Any, blocks: Any
) -> None:
    body = word.letter(
        word.p("Aims", '<w:pStyle w:val="Eigene"/>'),
        word.item("first", 1),
        word.item("second", 1),
        word.p("In between."),
        word.item("third", 1),
        word.item("point", 2),
        word.item("deeper", 2, 1),
        word.item("point again", 2),
        word.p("Said by one.", '<w:pStyle w:val="Zitat"/>'),
        word.item("Roman one", 3),
        word.item("letter in the first list", 1, 1),
        word.p(word.run("Strong", '<w:rStyle w:val="Fett"/>') + word.run(" words.")),
    )
    draft = take(word.docx(body, parts={"numbering": NUMBERING, "styles": STYLES}))
    shown = [(block.kind, block.marker, block.text) for block in blocks(draft)]

    assert shown == [
        ("heading", "", "Aims"),
        ("item", "1.", "first"),
        ("item", "2.", "second"),
        ("paragraph", "", "In between."),
        ("item", "3.", "third"),
        ("item", "•", "point"),
        ("item", "•", "deeper"),
        ("item", "•", "point again"),
        ("quote", "", "Said by one."),
        ("paragraph", "", "I. Roman one"),
        ("paragraph", "", "(a) letter in the first list"),
        ("paragraph", "", "Strong words."),
    ]
    assert "- point\n  - deeper\n- point again" in draft.release.variants["en"].body


def test_numbers_that_begin_anew_are_shown_as_in_the_document(
    word: Any, take: Any, blocks: Any
) -> None:
    numbering = NUMBERING + (
        '<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    body = word.letter(*(word.item(f"item {n}", n) for n in (1, 1, 4, 4)), "End.")
    shown = blocks(take(word.docx(body, parts={"numbering": numbering})))

    assert [f"{b.marker} {b.text}".strip() for b in shown] == [
        *("1. item 1", "2. item 1", "1. item 4", "2. item 4", "End."),
    ]


def test_the_documents_at_the_end_are_found_in_a_real_list(word: Any, take: Any) -> None:
    linked = f'<w:hyperlink r:id="k">{word.run("Report of the keepers")}</w:hyperlink>'
    listed = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>'
    body = word.letter(
        "Two papers are published:",
        word.p(linked, listed),
        word.item("Note (A/98/512)", 2),
    )
    draft = take(
        word.docx(body, links={"k": "https://example.org/9"}, parts={"numbering": NUMBERING})
    )
    report, note = draft.release.related

    assert (report.text, report.url) == ("Report of the keepers", "https://example.org/9")
    assert note.symbols == ("A/98/512",)
    assert draft.release.variants["en"].body == "Two papers are published:"


def test_of_tracked_changes_the_final_text_counts(word: Any, take: Any, blocks: Any) -> None:
    changed = (
        word.run("The lamps are ")
        + '<w:del w:author="A"><w:r><w:delText>out</w:delText></w:r></w:del>'
        + f'<w:ins w:author="A">{word.run("lit")}</w:ins>'
        + f'<w:moveFrom w:author="A">{word.run(" moved away")}</w:moveFrom>'
        + f'<w:moveTo w:author="A">{word.run(" moved here")}</w:moveTo>'
        + '<w:r><w:commentReference w:id="1"/></w:r>'
        + word.run(".")
    )
    joined = '<w:rPr><w:del w:author="A"/></w:rPr>'
    gone = "<w:tr><w:trPr><w:del/></w:trPr><w:tc>" + word.p("gone") + "</w:tc></w:tr>"
    draft = take(
        word.docx(
            word.letter(
                word.p(changed),
                word.p("One paragraph, ", joined),
                word.p("that was two."),
                word.table(("kept", "row")).replace("</w:tbl>", f"{gone}</w:tbl>"),
                "End.",
            ),
            parts={"comments": '<w:comment w:id="1">' + word.p("Secret remark") + "</w:comment>"},
        )
    )

    assert [block.text for block in blocks(draft)] == [
        "The lamps are lit moved here.",
        "One paragraph, that was two.",
        "kept · row",
        "End.",
    ]
    assert draft.problems == ()


def test_the_letterhead_in_the_page_header_and_the_address_in_the_footer(
    word: Any, take: Any
) -> None:
    numbers = "<w:p><w:r><w:t>Page </w:t></w:r><w:r><w:instrText> PAGE </w:instrText></w:r></w:p>"
    sections = (
        '<w:sectPr><w:headerReference w:type="default" r:id="header2"/>'
        '<w:headerReference w:type="first" r:id="header1"/>'
        '<w:footerReference w:type="first" r:id="footer1"/><w:titlePg/></w:sectPr>'
    )
    draft = take(
        word.docx(
            word.letter("They burn.") + sections,
            parts={
                "header1": word.p("Harbour Office of Valdorne") + numbers,
                "header2": word.p("Lamps are lit, continued"),
                "footer1": word.p("14 Quay Street, Port Ellery")
                + word.p("Tel.: 010 0142 · press@example.org")
                + numbers,
            },
        )
    )

    assert draft.release.issuer == Issuer(
        names={"en": "Harbour Office of Valdorne"}, address="14 Quay Street, Port Ellery"
    )
    assert draft.release.contact == Contact(email="press@example.org", phones=("010 0142",))
    assert draft.release.variants["en"].body == "They burn."


@pytest.mark.parametrize("kind", ["both", "old", "new"])
def test_text_boxes_stand_before_the_paragraph_that_they_hang_on(
    word: Any, take: Any, kind: str
) -> None:
    inner = f"<w:txbxContent>{word.p('Harbour Office of Valdorne')}</w:txbxContent>"
    old = f"<w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict>"
    new = f"<w:drawing><a:graphic><wps:txbx>{inner}</wps:txbx></a:graphic></w:drawing>"
    box = {
        "old": old,
        "new": new,
        "both": (
            f'<mc:AlternateContent><mc:Choice Requires="wps">{new}</mc:Choice>'
            f"<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent>"
        ),
    }[kind]
    anchored = word.p(f"<w:r>{box}</w:r>" + word.run("Press release 14 March 2024"))
    draft = take(word.docx(anchored + word.p("Lamps are lit") + word.p("They burn.")))

    assert draft.release.issuer.names == {"en": "Harbour Office of Valdorne"}
    assert draft.release.variants["en"].headline == "Lamps are lit"
    assert draft.release.variants["en"].body == "They burn."


def test_what_word_hides_or_only_hints_at_is_no_part_of_the_text(
    word: Any, take: Any, blocks: Any
) -> None:
    odd = (
        word.run("Light")
        + "<w:r><w:softHyphen/></w:r>"
        + word.run("house\u00ad-keep")
        + "<w:r><w:noBreakHyphen/></w:r>"
        + word.run("ers")
        + word.run(" hidden", "<w:vanish/>")
        + f'<w:fldSimple w:instr="TITLE">{word.run(" shown")}</w:fldSimple>'
        + "<m:oMath><m:r><m:t> x²</m:t></m:r></m:oMath>"
        + '<w:r><w:br w:type="page"/></w:r>'
        + word.run("“next”\u00a0page")
    )
    (first, last) = blocks(take(word.docx(word.letter(word.p(odd), "End."))))

    assert first.text == "Lighthouse-keep\u2011ers shown x²\n“next”\u00a0page"
    assert last.text == "End."


def test_footnotes_are_kept_at_the_end(word: Any, take: Any) -> None:
    noted = word.run("They burn") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + word.run(".")
    notes = (
        '<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{word.p("Since 1989.")}</w:footnote>'
    )
    draft = take(
        word.docx(
            word.letter(word.p(noted), "Papers:", "- Note (A/98/512)"), parts={"footnotes": notes}
        )
    )

    assert draft.release.variants["en"].body == "They burn[1].\n\nPapers:\n\n[1] Since 1989."
    assert [document.text for document in draft.release.related] == ["Note (A/98/512)"]


def test_a_table_becomes_a_list_of_its_rows(word: Any, take: Any, blocks: Any) -> None:
    ports = word.table(
        ("Port", "Lamps", "Keepers"),
        ("Ellery", "12", "3"),
        ("Brack", "", "1"),
        header=True,
    )
    frame = word.table(("A frame with\ntwo paragraphs.",))
    shown = blocks(take(word.docx(word.letter("The lamps:", ports, frame, "End."))))

    assert [(b.marker, b.text) for b in shown] == [
        ("", "The lamps:"),
        ("•", "Ellery · Lamps: 12 · Keepers: 3"),
        ("•", "Brack · Keepers: 1"),
        ("", "A frame with"),
        ("", "two paragraphs."),
        ("", "End."),
    ]


def test_pictures_are_left_out_and_that_is_said(word: Any, take: Any) -> None:
    picture = '<w:p><w:r><w:drawing><a:blip r:embed="p"/></w:drawing></w:r></w:p>'
    draft = take(word.docx(picture + word.letter("They burn.")))

    assert [str(problem.what) for problem in draft.problems] == ["Pictures are left out."]


def test_a_document_without_text_says_so(word: Any, refusal: Any) -> None:
    assert "letter.docx: The text is empty." in refusal(word.docx(word.p(" ")))
    assert "There is no date." in refusal(word.docx(word.p("Lamps") + word.p("They burn.")))
