"""A release as plain text and as a Word document, over HTTP."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from bot.clock import FixedClock
from bot.releases.correction import Kind
from bot.releases.release import RelatedDocument, Release, Variant
from bot.releases.review import OPERATOR
from bot.settings import Settings

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

Make = Callable[..., Release]
BASE = "https://news.example.org"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY = """\
The lamp is *new*, see [the plan](https://www.example.org/plan) or www.example.org/lamp.

## What it does

- It **shines**.
- It turns:

  1. slowly,
  2. surely.

3) Third, as counted elsewhere.
4) Fourth.

> Nobody had seen such a light.

First line\\
second line
"""


def in_languages(make_release: Make, bodies: dict[str, str], **more: Any) -> Release:
    variants = {
        tag: Variant(language=tag, headline=f"Headline ({tag})", body=words)
        for tag, words in bodies.items()
    }
    return make_release(texts=dict.fromkeys(bodies, "x"), variants=variants, **more)


async def document(newsroom: Any, path: str) -> Any:
    async with newsroom.client.get(path) as answer:
        assert (answer.status, answer.content_type) == (200, WORD)
        return docx.Document(io.BytesIO(await answer.read()))


# --- plain text ----------------------------------------------------------------------------------


async def test_the_plain_text_has_everything_a_paragraph_a_line(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(in_languages(make_release, {"en": BODY}, dateline="Exampleton"))
    said = await newsroom.get("/en/releases/lamp.txt")
    assert said == (
        "Office of the Lighthouse\n\n"
        "Press release\n26 June 2026\n\n"
        "Headline (en)\n\n"
        "Exampleton\n\n"
        "The lamp is new, see the plan <https://www.example.org/plan> or "
        "www.example.org/lamp.\n\n"
        "What it does\n\n"
        "• It shines.\n\n"
        "• It turns:\n\n"
        "1. slowly,\n\n"
        "2. surely.\n\n"
        "3) Third, as counted elsewhere.\n\n"
        "4) Fourth.\n\n"
        "Nobody had seen such a light.\n\n"
        "First line\nsecond line\n\n"
        "Related documents\n\n"
        "• Report on “lamps” (A/73/740–S/2019/133)\n"
        "https://www.example.org/report?a=1&b=2\n"
        "https://docs.un.org/en/A/73/740\n"
        "https://docs.un.org/en/S/2019/133\n"
        "Available in all six languages of the United Nations.\n\n"
        "Contact for the press\nKeeper\n1 Cliff Road, Exampleton\nkeeper@example.org\n"
        "Telephone\n+1 202 555 0142\n\n"
        "Source\nhttps://news.example.org/en/releases/lamp\n"
    )


async def test_an_address_that_a_document_and_its_symbol_share_is_written_once(
    newsroom: Any, make_release: Make
) -> None:
    shared = RelatedDocument(
        text="Resolution", url="https://docs.un.org/en/A/RES/75/1", symbols=("A/RES/75/1",)
    )
    await newsroom.publish(make_release(related=(shared,)))
    said = await newsroom.get("/en/releases/lamp.txt")
    assert said.count("https://docs.un.org/en/A/RES/75/1") == 1


async def test_the_release_s_own_words_stand_in_the_plain_text_as_they_are(
    newsroom: Any, make_release: Make
) -> None:
    arabic = "قال المكتب إن الوثيقة A/73/740 متاحة على الرقم ‎+1 202 555 0142."
    await newsroom.publish(in_languages(make_release, {"ar": arabic}))
    async with newsroom.client.get("/ar/releases/lamp.txt") as answer:
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Content-Language"] == "ar"
        assert f"\n\n{arabic}\n\n".encode() in await answer.read()


# --- manners -------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["txt", "docx", "ninjs.json"])
async def test_files_are_validated_named_and_as_fresh_as_pages(
    newsroom: Any, make_release: Make, suffix: str
) -> None:
    await newsroom.publish(make_release())
    path = f"/fr/releases/lamp.{suffix}"
    for coding in ("identity", "gzip"):
        headers = {"Accept-Encoding": coding}
        async with newsroom.client.get(path, headers=headers) as first:
            assert first.status == 200
            tag = first.headers["ETag"]
            assert f'filename="lamp.fr.{suffix}"' in first.headers["Content-Disposition"]
            assert first.headers["Link"] == f'<{BASE}/fr/releases/lamp>; rel="canonical"'
            assert first.headers["Cache-Control"] == "no-cache"
            assert "default-src 'none'" in first.headers["Content-Security-Policy"]
        async with newsroom.client.get(path, headers=headers | {"If-None-Match": tag}) as again:
            assert (again.status, await again.read()) == (304, b"")
        async with newsroom.client.head(path, headers=headers) as head:
            assert (head.status, head.headers["ETag"]) == (200, tag)
    async with newsroom.client.post(path) as refused:
        assert refused.status == 405
    moved = path.replace("/fr/", "/FR/")
    async with newsroom.client.get(moved, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (301, BASE + path)
    draft = make_release(texts={"fr": "Une tout autre lampe"})
    await newsroom.desk.correct(OPERATOR, "lamp", Kind.CORRECTION, {"en": "Another one."}, draft)
    await newsroom.site.refresh()
    async with newsroom.client.get(path, headers=headers | {"If-None-Match": tag}) as changed:
        assert changed.status == 200


async def test_the_same_release_is_the_same_bytes_wherever_it_is_written(
    newsroom: Any, make_newsroom: Any, make_release: Make
) -> None:
    """Several machines serve it: a reader's entity tag is good at each of them."""
    await newsroom.publish(in_languages(make_release, {"en": BODY, "ar": "نص"}))
    other = make_newsroom(newsroom.settings)
    other.clock = FixedClock(newsroom.clock.now().replace(year=2031))
    await other.site.refresh()
    await other.client.start_server()
    for path in ("/en/releases/lamp.docx", "/ar/releases/lamp.docx", "/en/releases/lamp.txt"):
        async with newsroom.client.get(path) as one, other.client.get(path) as two:
            assert one.headers["ETag"] == two.headers["ETag"]
            assert await one.read() == await two.read()
    await other.client.close()


async def test_what_is_not_there_or_was_withdrawn_says_so_as_pages_do(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(make_release(texts={"en": "A lamp"}))
    await newsroom.file(make_release("draft"))
    for path in (
        "/en/releases/draft",
        "/fr/releases/lamp",
        "/en/releases/%00",
        "/xx/releases/lamp",
    ):
        for suffix in ("txt", "docx", "ninjs.json"):
            await newsroom.get(f"{path}.{suffix}", 404)
    await newsroom.get("/en/releases/lamp.pdf", 404)
    await newsroom.get("/en/releases/lamp.txt")
    await newsroom.desk.withdraw(OPERATOR, "lamp", {"en": "It was never built."})
    await newsroom.site.refresh()
    for suffix in ("txt", "docx"):
        assert "It was never built." in await newsroom.get(f"/en/releases/lamp.{suffix}", 410)


async def test_the_page_leads_to_each_of_its_files(newsroom: Any, make_release: Make) -> None:
    await newsroom.publish(make_release())
    page = await newsroom.page("/ar/releases/lamp")
    (section,) = page.find_class("files")
    found = [a.get("href") for a in section.iter("a")]
    assert found == [f"/ar/releases/lamp.{kind}" for kind in ("txt", "docx", "ninjs.json")]
    (link,) = page.xpath("//link[@rel='alternate'][@type='application/json']")
    assert link.get("href") == f"{BASE}/ar/releases/lamp.ninjs.json"


# --- Word ----------------------------------------------------------------------------------------


async def test_the_document_has_headings_links_and_lists_that_word_counts(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(in_languages(make_release, {"en": BODY}))
    made = await document(newsroom, "/en/releases/lamp.docx")
    headings = [(p.style.name, p.text) for p in made.paragraphs if "Heading" in p.style.name]
    assert headings == [
        ("Heading 1", "Headline (en)"),
        ("Heading 3", "What it does"),
        ("Heading 2", "Related documents"),
        ("Heading 2", "Contact for the press"),
    ]
    links = {link.text: link.address for p in made.paragraphs for link in p.hyperlinks}
    assert links["the plan"] == "https://www.example.org/plan"
    assert links["www.example.org/lamp"] == "https://www.example.org/lamp"
    assert links["A/73/740"] == "https://docs.un.org/en/A/73/740"
    assert links["keeper@example.org"] == "mailto:keeper@example.org"
    assert links["+1 202 555 0142"] == "tel:+12025550142"
    assert links[f"{BASE}/en/releases/lamp"] == f"{BASE}/en/releases/lamp"
    items = {
        p.text: (p._p.pPr.numPr.ilvl.val, p._p.pPr.numPr.numId.val)
        for p in made.paragraphs
        if p._p.pPr is not None and p._p.pPr.numPr is not None
    }
    assert [items[words][0] for words in ("It shines.", "It turns:", "slowly,")] == [0, 0, 1]
    assert items["It shines."][1] == items["It turns:"][1] != items["slowly,"][1]
    assert items["Fourth."][1] == items["Third, as counted elsewhere."][1]
    first = made.part.numbering_part.element.num_having_numId(items["Fourth."][1])
    assert first.find(f".//{qn('w:startOverride')}").get(qn("w:val")) == "3"
    (quote,) = [p for p in made.paragraphs if p.style.name == "Quote"]
    assert quote.text == "Nobody had seen such a light."
    (bold,) = [run for p in made.paragraphs for run in p.runs if run.text == "shines"]
    assert bold.bold
    assert made.core_properties.title == "Headline (en)"
    assert made.core_properties.author == "Office of the Lighthouse"


SCRIPTS = {
    "ar": "قال المكتب إن الوثيقة A/73/740 متاحة.",
    "fa": "دفتر گفت که سند A/73/740 موجود است.",
    "he": "המשרד אמר כי המסמך A/73/740 זמין.",
    "zh": "办公室说文件 A/73/740 可供查阅。",
    "ja": "事務局は文書 A/73/740 を公表した。",
    "fr": "Le bureau dit que le document A/73/740 existe.",
}


async def test_each_script_has_its_direction_font_and_language(
    newsroom: Any, make_release: Make
) -> None:
    await newsroom.publish(in_languages(make_release, SCRIPTS))
    spoken = {
        "ar": "ar-EG",
        "fa": "fa-IR",
        "he": "he-IL",
        "zh": "zh-CN",
        "ja": "ja-JP",
        "fr": "fr-FR",
    }
    for tag, words in SCRIPTS.items():
        made = await document(newsroom, f"/{tag}/releases/lamp.docx")
        (said,) = [p for p in made.paragraphs if p.text == words]
        right_to_left = tag in ("ar", "fa", "he")
        assert (
            made.styles["Normal"].element.find(f".//{qn('w:bidi')}") is not None
        ) is right_to_left
        assert {run.text: bool(run.font.rtl) for run in said.runs} == (
            {
                words.partition("A/73/740")[0]: True,
                "A/73/740": False,
                words.partition("A/73/740")[2]: True,
            }
            if right_to_left
            else {words: False}
        )
        defaults = made.styles.element.find(f".//{qn('w:rPrDefault')}")
        language = defaults.find(f".//{qn('w:lang')}")
        script = "w:bidi" if right_to_left else "w:eastAsia" if tag in ("zh", "ja") else "w:val"
        assert language.get(qn(script)) == spoken[tag]
        font = defaults.find(f".//{qn('w:rFonts')}").get(qn("w:eastAsia"))
        assert font == {"zh": "SimSun", "ja": "MS Mincho"}.get(tag, "Times New Roman")
        assert made.core_properties.language == tag


async def test_names_and_numbers_from_elsewhere_keep_their_order(
    newsroom: Any, make_release: Make
) -> None:
    """In a line from right to left “1 Cliff Road” would end with its number, and the groups of a
    telephone number would change places."""
    await newsroom.publish(in_languages(make_release, {"ar": "نص", "en": "Text"}, original="en"))
    made = await document(newsroom, "/ar/releases/lamp.docx")
    runs = {run.text: run for p in made.paragraphs for run in all_runs(p)}
    for words in ("\u200e1 Cliff Road, Exampleton", "\u200e+1 202 555 0142"):
        assert not runs[words].font.rtl
    title = runs["Report on “lamps” (A/73/740–S/2019/133)\u200e"]
    assert not title.font.rtl
    assert title._r.rPr.find(qn("w:lang")).get(qn("w:val")) == "en-GB"


def all_runs(paragraph: Any) -> list[Any]:
    """Those in links as well."""
    return [*paragraph.runs, *(run for link in paragraph.hyperlinks for run in link.runs)]


async def test_a_hostile_text_stays_text(newsroom: Any, make_release: Make) -> None:
    hostile = '<w:p/>]]> & "x" \x0b\x07 {{ } [a](javascript:alert(1)) \ufffe'
    await newsroom.publish(
        in_languages(
            make_release,
            {"en": hostile},
            related=(RelatedDocument(text=hostile, url="javascript:alert(1)"),),
            dateline=hostile,
        )
    )
    made = await document(newsroom, "/en/releases/lamp.docx")
    assert any('<w:p/>]]> & "x"' in p.text for p in made.paragraphs)
    addresses = [link.address for p in made.paragraphs for link in p.hyperlinks]
    assert not [address for address in addresses if address.startswith("javascript")]
    async with newsroom.client.get("/en/releases/lamp.docx") as answer:
        archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert archive.testzip() is None
    assert not [
        name for name in archive.namelist() if name.startswith(("/", "..")) or "vba" in name
    ]


async def test_the_newsroom_below_a_path_names_its_files_there(
    make_newsroom: Any, settings: Settings, make_release: Make
) -> None:
    newsroom = make_newsroom(settings.model_copy(update={"base_url": "https://example.org/press"}))
    await newsroom.client.start_server()
    await newsroom.publish(make_release())
    said = await newsroom.get("/en/releases/lamp.txt")
    assert "https://example.org/press/en/releases/lamp\n" in said
    await newsroom.client.close()
