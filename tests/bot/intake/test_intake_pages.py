"""Web pages: what a reader sees of them becomes a draft; nothing is run, nothing fetched."""

from __future__ import annotations

from typing import Any

import pytest

HEAD = "<p>Press release 14 March 2024</p><h2>Lamps are lit</h2>"


def page(body: str) -> str:
    return f"<!DOCTYPE html><html><head><title>No text</title></head><body>{body}</body></html>"


def test_a_letter_saved_as_a_page_is_the_draft_of_its_plain_text(take: Any) -> None:
    typed = take(
        "Harbour Office of Valdorne\n\n14 Quay Street, Port Ellery Tel: 010 0142\n\n"
        "Press release 14 March 2024\n\n35th anniversary of the lamp\n\n"
        "It burns “still” & bright, 1 < 2.\n\nTwo papers:\n\n"
        "- Report (www.example.org/9);\n\n- Note (A/98/512).",
        "letter.txt",
    )
    saved = take(
        page(
            "<div class=head>Harbour Office of Valdorne<br>14 Quay Street, Port Ellery Tel: "
            "010 0142</div><p>Press release\n 14 March 2024<h1>35<sup>th</sup> anniversary of "
            "the lamp</h1>\n<p>It burns <q>still</q> &amp; bright, 1 &lt; 2.<p>Two papers:"
            '<ul><li>Report (<a href="http://www.example.org/9">www.example.org/9</a>);'
            "<li>Note (A/98/512).</ul>"
        ),
        "letter.html",
    )

    assert saved.release == typed.release


def test_formatting_lists_and_quotes_are_kept(take: Any, blocks: Any) -> None:
    body = (
        "<p>They <b>never</b> said <i>that</i>, <span style='font-weight:bold'>but</span> "
        "<a href='https://example.org/a'>wrote</a> it.</p>"
        "<h3>Aims</h3><ol start=3><li>third<li><p>fourth<p>goes on<ul><li>deep</ul></ol>"
        "<ol type=a><li>by letter</ol><blockquote>Quoted<p>twice</blockquote>"
        "<pre>set\n  so</pre><p>One<br>Two<br><br>Three</p><table><tr><th>Port<th>Lamps"
        "<tr><td>Ellery<td>12</table><p>End."
    )
    draft = take(page(HEAD + body), "letter.htm")
    written = draft.release.variants["en"].body

    assert written.startswith(
        "They **never** said *that*, **but** [wrote](<https://example.org/a>)"
    )
    assert [(b.kind, b.marker, b.text) for b in blocks(draft)][1:] == [
        ("heading", "", "Aims"),
        ("item", "3.", "third"),
        ("item", "4.", "fourth"),
        ("item", "", "goes on"),
        ("item", "•", "deep"),
        ("paragraph", "", "a. by letter"),
        ("quote", "", "Quoted"),
        ("quote", "", "twice"),
        ("paragraph", "", "set"),
        ("paragraph", "", "so"),
        ("paragraph", "", "One\nTwo"),
        ("paragraph", "", "Three"),
        ("item", "•", "Port · Lamps"),
        ("item", "•", "Ellery · 12"),
        ("paragraph", "", "End."),
    ]


def test_the_heading_of_a_page_may_stand_above_its_date(take: Any) -> None:
    draft = take(
        page(
            "<h1>Lamps are lit</h1><p>14 March 2024</p><p>The lamps of the harbour were lit "
            "again last night, for the first time since the storm that put them out.</p>"
        ),
        "letter.html",
    )

    assert draft.release.variants["en"].headline == "Lamps are lit"
    assert draft.release.issuer.names == {}


def test_nothing_active_remains_and_nothing_is_fetched(take: Any, blocks: Any) -> None:
    body = (
        "<script>alert('x')</script><style>p{}</style><iframe src='http://127.0.0.1:1/'>in"
        "</iframe><img src='http://127.0.0.1:1/a.png' alt='A lamp'><object data='x'>o</object>"
        "<svg onload=alert(1)><text>drawn</text></svg><p onclick='alert(1)'>Read "
        "<a href='javascript:alert(1)'>this</a> and <a href='data:text/html,x'>that</a>.</p>"
        "<p hidden>hidden</p><p style='display: none'>gone</p><form><input value='typed'>"
        "<select><option>chosen</select></form><nav>Home</nav><template>t</template>"
        "<p>&lt;script&gt;alert(2)&lt;/script&gt; <!-- remark --> stays words.</p>"
    )
    draft = take(page(HEAD + body), "letter.html")

    assert [block.text for block in blocks(draft)] == [
        "Read this and that.",
        "<script>alert(2)</script> stays words.",
    ]
    assert not any(block.spans for block in blocks(draft))
    assert [str(problem.what) for problem in draft.problems] == [
        "Pictures are left out.",
        "Frames and embedded objects are left out; nothing was fetched.",
        "Menus and forms are left out.",
    ]


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("<meta charset=windows-1251>", "windows-1251"),
        ("<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>", "koi8-r"),
        ("", "utf-16"),
        ("", "utf-8-sig"),
    ],
)
def test_pages_are_read_in_the_encoding_that_they_declare(
    take: Any, declared: str, encoding: str
) -> None:
    words = "<p>Пресс-релиз 14 марта 2024 г.<p>Огни горят<p>Огни порта горят."
    draft = take(f"{declared}{words}".encode(encoding), "letter.html", language="ru")

    assert draft.release.variants["ru"].body == "Огни порта горят."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<meta charset=rot13><p>x", "letter.html: The page says that it is in “rot13”"),
        (b"<p>x\n<p>\xff", "letter.html, line 2: This line is not in utf-8."),
        (b"<p>x\n<p>\0", "letter.html, line 2: There is a NUL character."),
        (b"", "letter.html: The text is empty."),
        (b"<script>only", "letter.html: The text is empty."),
        (b"PK\x03\x04\xff\xfe", "letter.html, line 1: This line is not in utf-8."),
    ],
)
def test_what_is_no_page_is_refused_with_its_reason(refusal: Any, data: bytes, reason: str) -> None:
    assert refusal(data, "letter.html").startswith(reason)
