"""Files sent to the bot: of several kinds, several at once, in a language that is asked about."""

from __future__ import annotations

from typing import Any

import pytest

from bot.releases import body

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

EDITOR, TRANSLATOR, ADMIN = 12, 13, 11
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
OTHER = """Press release 14 March 2026

The museum opens its doors

The new museum of 17 rooms is open on 6 days of the week, and costs 250 crowns to enter in summer.
"""
DOUBTFUL = b"14.03.2026\n\nMuseum\n\n1, 2, 3"


def page(letter: str) -> bytes:
    return "".join(f"<p>{line}</p>" for line in letter.split("\n\n")).encode()


async def answer_to(person: Any, name: str, data: bytes, **more: Any) -> Any:
    sent = person.send_document(name, data, **more)
    return await person.chat.wait_for(lambda m: True, after=sent)


async def test_a_page_is_filed_like_any_text(bot: Any) -> None:
    answer = await answer_to(bot.person(EDITOR), "letter.html", page(ENGLISH))

    assert "A new draft is filed." in answer.text
    assert "Headline: The lamps are lit" in answer.text
    (release,) = await bot.releases()
    assert release.date.isoformat() == "2026-03-14"


async def test_a_broken_document_stores_nothing_and_gives_one_reason(bot: Any) -> None:
    answer = await answer_to(bot.person(EDITOR), "letter.docx", b"PK\x03\x04")

    assert answer.text.count("•") == 1
    assert "letter.docx: This is not a Word document." in answer.text
    assert await bot.releases() == []


async def test_files_sent_together_are_one_release_and_the_reason_is_told(bot: Any) -> None:
    editor = bot.person(EDITOR)
    await answer_to(editor, "b.html", page(FRENCH), album="7")
    second = await answer_to(editor, "a.txt", ENGLISH.encode(), album="7")
    third = await answer_to(editor, "c.txt", OTHER.encode(), album="7")

    assert "They have in common: date, web addresses, numbers and number of" in second.text
    assert "in common" not in third.text
    lamps, museum = sorted(await bot.releases(), key=lambda r: r.slug)
    assert (lamps.slug, lamps.original) == ("les-feux-sont-allumes-2026", "en")
    assert set(lamps.variants) == {"en", "fr"}
    assert set(museum.variants) == {"en"}


async def test_the_original_is_asked_for_where_the_office_has_neither_language(talk: Any) -> None:
    bot = await talk(languages="ru,ar", staff=f"{ADMIN}:admin")
    admin = bot.person(ADMIN)
    await answer_to(admin, "b.html", page(FRENCH), album="7")
    card = await answer_to(admin, "a.txt", ENGLISH.encode(), album="7")

    assert (await bot.releases())[0].original == "fr"
    await admin.press("Original: English", card)
    (release,) = await bot.releases()
    assert release.original == "en"
    assert set(release.variants) == {"en", "fr"}


async def test_a_translation_of_a_filed_release_is_asked_about(bot: Any) -> None:
    editor = bot.person(EDITOR)
    await answer_to(editor, "a.txt", ENGLISH.encode())
    asked = await answer_to(editor, "b.html", page(FRENCH))

    assert "This text in Français seems to belong to a release that is filed already" in asked.text
    assert "The lamps are lit" in asked.text
    (release,) = await bot.releases()
    assert set(release.variants) == {"en"}

    await editor.press("To this release", asked)
    (release,) = await bot.releases()
    assert (release.original, set(release.variants)) == ("en", {"en", "fr"})
    assert "Headline: Les feux sont allumés" in asked.text


async def test_it_may_be_a_release_of_its_own(bot: Any) -> None:
    editor = bot.person(EDITOR)
    await answer_to(editor, "a.txt", ENGLISH.encode())
    asked = await answer_to(editor, "b.html", page(FRENCH))
    await editor.press("It is one of its own", asked)

    assert sorted(release.original for release in await bot.releases()) == ["en", "fr"]


async def test_a_language_in_doubt_is_chosen_by_a_button(bot: Any) -> None:
    editor = bot.person(EDITOR)
    asked = await answer_to(editor, "museum.txt", DOUBTFUL)

    assert "In which language is this text?" in asked.text
    assert {"English", "Français", "Русский", "العربية"} <= {b.label for b in asked.buttons}
    assert await bot.releases() == []
    await editor.press("Français", asked)
    (release,) = await bot.releases()
    assert release.original == "fr"
    assert "Headline: Museum" in asked.text


async def test_a_reply_to_a_card_files_a_page_as_that_language(bot: Any, file_harbour: Any) -> None:
    await file_harbour(bot)
    editor = bot.person(EDITOR)
    card = await bot.ask(editor, "/release harbour-opens-2026")
    await answer_to(
        editor,
        "port.html",
        "<p>26.06.2026<p>Порт открывается<p>Корабли могут приходить, и все им рады.".encode(),
        reply_to=card,
    )

    (release,) = await bot.releases()
    assert (release.original, set(release.variants)) == ("en", {"en", "fr", "ru"})


FORMATTED = """Press release 14 March 2026

The lamps 🏮 are lit

Until 1989 the coast had 412 lights, which were kept by 38 authorities with *their* own signals.

We never slept, says the keeper of the oldest of them all, and will not begin to do so today.

Read more in the archive, which is open on every day of the week, in winter and in summer.
"""


def _entity(words: str, kind: str, **more: str) -> dict[str, Any]:
    start = FORMATTED.index(words)
    offset, length = (len(part.encode("utf-16-le")) // 2 for part in (FORMATTED[:start], words))
    return {"type": kind, "offset": offset, "length": length, **more}


ENTITIES = [
    _entity("The lamps 🏮 are lit", "bold"),
    _entity("412 lights", "bold"),
    _entity("38 authorities", "italic"),
    _entity(
        "We never slept, says the keeper of the oldest of them all, and will not begin to do so "
        "today.",
        "blockquote",
    ),
    _entity("the archive", "text_link", url="https://harbours.example.org/909"),
    _entity("winter", "underline"),
]


@pytest.mark.parametrize("forwarded", [False, True])
async def test_a_text_keeps_its_formatting_also_when_it_is_forwarded(
    bot: Any, forwarded: bool
) -> None:
    editor = bot.person(EDITOR, "Ed")
    if forwarded:
        channel = bot.sandbox.channel(-1001000000001, "Announcements", editor)
        posted = editor.send(FORMATTED, chat=channel, entities=ENTITIES)
        sent = editor.forward(posted)
        assert sent.origin["type"] == "channel"
    else:
        sent = editor.send(FORMATTED, entities=ENTITIES)
    answer = await editor.chat.wait_for("A new draft is filed.", after=sent)
    assert "Headline: The lamps 🏮 are lit" in answer.text
    assert "Date: 14 March 2026" in answer.text
    assert "Language: English" in answer.text
    assert "Paragraphs: 3" in answer.text
    (release,) = await bot.releases()
    assert release.variants["en"].headline == "The lamps 🏮 are lit"
    assert release.variants["en"].body == (
        "Until 1989 the coast had **412 lights**, which were kept by *38 authorities* with "
        "\\*their\\* own signals.\n\n"
        "> We never slept, says the keeper of the oldest of them all, and will not begin to do so "
        "today.\n\n"
        "Read more in [the archive](<https://harbours.example.org/909>), which is open on every "
        "day of the week, in winter and in summer."
    )


async def test_formatting_that_makes_no_sense_changes_no_word(bot: Any) -> None:
    editor = bot.person(EDITOR, "Ed")
    odd = [
        {"type": "bold", "offset": 0, "length": 4000},
        {"type": "italic", "offset": 100, "length": 9000},
        {"type": "text_link", "offset": 90, "length": 60, "url": "javascript:alert(1)"},
        {"type": "blockquote", "offset": 33, "length": 70},
        {"type": "nothing_known", "offset": 5, "length": 5},
    ]
    sent = editor.send(FORMATTED, entities=odd)
    await editor.chat.wait_for("A new draft is filed.", after=sent)
    (release,) = await bot.releases()
    shown = body.plain(release.variants["en"].body)
    assert shown == "\n\n".join(FORMATTED.strip().split("\n\n")[2:])
    assert "javascript" not in release.variants["en"].body


async def test_codes_are_asked_about_and_no_accident(bot: Any, logged: list[Any]) -> None:
    asked = await answer_to(bot.person(EDITOR), "codes.txt", b"14.03.2026\n\na1b2c3d4\n\n0x7f")

    assert "In which language is this text?" in asked.text
    assert not [entry for entry in logged if entry["log_level"] == "error"]
