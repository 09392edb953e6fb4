"""“Is it genuine?”: what people are told of a text that they send, forward or reply to."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.audience.choice import Choice
from bot.chat import allowance
from bot.delivery.message import correction_notice, published_message, withdrawal_notice
from bot.releases import publication, repository
from bot.releases.correction import Kind
from bot.releases.publication import Published
from bot.releases.release import (
    Contact,
    Issuer,
    Moment,
    RelatedDocument,
    Release,
    Variant,
    VariantState,
)
from bot.releases.review import OPERATOR
from bot.sandbox.message import Message
from bot.site.handouts.paper import paper
from bot.site.handouts.plaintext import plaintext
from bot.transports.base import Message as Announced
from bot.transports.fit import fit
from translations.catalogs import catalog_for
from translations.text import text

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

ADMIN, READER = 11, 21
SLUG = "harbour-opens-2026"
UNKNOWN = "This was not found among what the press office has published."

ENGLISH = (
    "Ships may come in from seven in the morning. They pay 12 euros.\n\n"
    "The [list of fees](https://news.example.org/fees) is at the quay.\n\nAll are welcome."
)
ARABIC = "يُفتح الميناء للسفن صباح الغد. والرسوم اثنا عشر يورو.\n\nأهلًا بالجميع في الميناء."
TEXTS = {
    "en": Variant(language="en", headline="The harbour opens", body=ENGLISH),
    "fr": Variant(
        language="fr",
        headline="Le port ouvre",
        subhead="Après dix ans",
        body="Les navires entrent dès « sept heures » du matin.\n\nTous sont bienvenus.",
    ),
    "ar": Variant(language="ar", headline="افتتاح الميناء", body=ARABIC),
}


@pytest.fixture
def harbour(publish_harbour: Any) -> Callable[[Any], Awaitable[Published]]:
    async def published(bot: Any) -> Published:
        await publish_harbour(bot, variants=TEXTS, observance=None)
        return await now_out(bot)

    return published


async def now_out(bot: Any) -> Published:
    async with bot.database.read() as connection:
        found = await publication.by_slug(connection, SLUG)
    assert found is not None
    return found


def sent(bot: Any, published: Published, language: str, *reader: str) -> str:
    """The text of the message that a subscriber gets."""
    choice = Choice(language=language, fallback=bool(reader))
    return words(published_message(published, choice, reader or (language,), bot.settings))


def words(message: Announced) -> str:
    return fit(message).text


def marked(message: Message, kind: str) -> list[str]:
    raw = message.text.encode("utf-16-le")
    return [
        raw[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
        for e in message.entities
        if e["type"] == kind
    ]


async def correct(bot: Any, before: str, after: str, kind: Kind = Kind.CORRECTION) -> None:
    release: Release = await bot.release(SLUG)
    english = release.variants["en"]
    changed = replace(english, body=english.body.replace(before, after))
    notes = {} if kind is Kind.TYPO else {"en": "The fee was wrong."}
    draft = replace(release, variants={**release.variants, "en": changed})
    await bot.desk.correct(OPERATOR, SLUG, kind, notes, draft)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
async def test_a_message_that_went_out_is_genuine(bot: Any, harbour: Any, language: str) -> None:
    published = await harbour(bot)
    told = await bot.ask(bot.person(language=language), sent(bot, published, language))
    verdict = text("This was published by the press office, word for word.")
    assert catalog_for(language).render(verdict) in told.text
    assert published.variants[language].headline in told.text
    assert [b.url for b in told.buttons] == [f"http://news.example.org/{language}/releases/{SLUG}"]
    assert not marked(told, "strikethrough")


async def test_forwarded_quoted_or_cut_it_stays_genuine(bot: Any, harbour: Any) -> None:
    published = await harbour(bot)
    reader = bot.person()
    message = sent(bot, published, "fr", "de", "az")
    assert "Sie" in message or "Siz" in message  # a label in the reader's language
    first = reader.send(message)
    told = await reader.chat.wait_for("word for word", after=first)
    assert "Language: Français" in told.text
    again = reader.forward(first)
    await reader.chat.wait_for("published by the press office, word for word", after=again)
    document = reader.send_document("x.pdf", b"%PDF", caption=message)
    await reader.chat.wait_for("published by the press office, word for word", after=document)
    headline, _label, subhead, first_lines, *_ = message.split("\n\n")
    left_out = await bot.ask(reader, f"{headline}\n{first_lines}")
    assert "it was changed" in left_out.text
    assert marked(left_out, "strikethrough") == [subhead]
    opening = f"{headline}\n{subhead}\n{first_lines}"
    assert "part of what the press office published" in (await bot.ask(reader, opening)).text
    squeezed = message.replace("«\u00a0", "“").replace("\n\n", "\n").replace("’", "'")
    assert "word for word" in (await bot.ask(reader, squeezed)).text


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_file_on_its_page_is_genuine_with_all_that_stands_around_it(
    bot: Any, publish_harbour: Any, language: str
) -> None:
    await publish_harbour(
        bot,
        variants=TEXTS,
        observance=None,
        dateline="The Quay",
        issuer=Issuer(names={"en": "Harbour Board"}, address="1 Quay\nPort"),
        contact=Contact(name="Keeper", email="keeper@example.org", phones=("+1 202 555 0142",)),
        related=(
            RelatedDocument(
                text="Report on harbours",
                url="https://example.org/report",
                symbols=("A/73/740", "S/2019/133"),
                languages=("en", "fr"),
            ),
        ),
    )
    file = plaintext(paper(await now_out(bot), language, bot.settings)).decode()
    assert "Keeper" in file
    reader = bot.person()
    told = await bot.ask(reader, file)
    assert "published by the press office, word for word" in told.text
    forged = file.replace("555 0142", "555 0666")
    assert "it was changed" in (await bot.ask(reader, forged)).text


async def test_a_changed_text_is_told_with_what_differs(bot: Any, harbour: Any) -> None:
    published = await harbour(bot)
    forged = sent(bot, published, "en").replace("12 euros", "21 euros to pay.evil.example/@thief")
    told = await bot.ask(bot.person(), forged)
    assert "This is not as the press office published it: it was changed." in told.text
    assert marked(told, "strikethrough") == ["12"]
    added = "".join(marked(told, "bold")[1:])
    assert "21" in added
    # No program makes a link or a name of a forger's words.
    assert not re.search(r"evil\.example|@thief", told.text)
    assert "evil.\u2060example" in told.text
    assert [b.url for b in told.buttons] == [f"http://news.example.org/en/releases/{SLUG}"]


async def test_in_arabic_each_change_stands_in_an_isolate(bot: Any, harbour: Any) -> None:
    published = await harbour(bot)
    forged = sent(bot, published, "ar").replace("اثنا عشر", "twenty")
    told = await bot.ask(bot.person(language="ar"), forged)
    assert marked(told, "strikethrough") == ["اثنا عشر"]
    line = next(line for line in told.text.splitlines() if "twenty" in line)
    assert re.fullmatch("• \u2068[^\u2066-\u2069]*\u2069", line)


async def test_a_link_that_leads_elsewhere_is_found(bot: Any, harbour: Any, sandbox: Any) -> None:
    published = await harbour(bot)
    reader = bot.person()
    message = sent(bot, published, "en")
    at = message.index("list of fees")
    for url, verdict in (
        ("https://news.example.org/fees", "word for word"),
        ("https://evil.example/fees", "A link in it leads elsewhere"),
    ):
        link = {"type": "text_link", "offset": at, "length": 12, "url": url}
        came = reader._say(None, text=message, entities=[link])
        told = await reader.chat.wait_for(verdict, after=came)
        assert "evil" not in told.text


async def test_what_was_corrected_since_is_told_with_the_difference(bot: Any, harbour: Any) -> None:
    before = sent(bot, await harbour(bot), "en")
    await correct(bot, "12 euros", "13 euros")
    reader = bot.person()
    told = await bot.ask(reader, before)
    assert "published by the press office, word for word" in told.text
    assert "Version: as first published, on 26 June 2026" in told.text
    assert "It has been changed since." in told.text
    assert "Correction, 26 June 2026: The fee was wrong." in told.text
    assert "Struck out: as readers have it now." in told.text
    assert marked(told, "strikethrough") == ["13"]
    after = sent(bot, await now_out(bot), "en")
    told = await bot.ask(reader, after)
    assert "Version: as corrected on 26 June 2026" in told.text
    assert "since" not in told.text
    notice = words(correction_notice(await now_out(bot), "en", bot.settings))
    assert "part of what the press office published" in (await bot.ask(reader, notice)).text
    # What both versions have is told of the one that readers have.
    both = await bot.ask(reader, "Ships may come in from seven in the morning.")
    assert "as corrected" in both.text
    await correct(bot, "13 euros", "13 €", Kind.TYPO)
    told = await bot.ask(reader, before)
    assert "A typo was put right on 26 June 2026." in told.text


async def test_what_was_withdrawn_is_known_although_its_text_is_gone(
    bot: Any, harbour: Any
) -> None:
    before = sent(bot, await harbour(bot), "en")
    await bot.desk.withdraw(OPERATOR, SLUG, {"en": "It does not open."})
    reader = bot.person()
    told = await bot.ask(reader, before)
    assert "published by the press office, word for word" in told.text
    assert "It has been withdrawn since." in told.text
    assert "withdrawn on 26 June 2026: It does not open." in told.text
    changed = await bot.ask(reader, before.replace("12 euros", "21 euros"))
    assert "This is not as the press office published it" in changed.text
    assert "It has been withdrawn since." in changed.text
    assert "12" not in changed.text
    notice = words(withdrawal_notice(await now_out(bot), "en", bot.settings))
    assert "It has been withdrawn since" in (await bot.ask(reader, notice)).text


SECRET = "The embargoed quayxx stays closed until the mayor comes and nobody knows of it yet."


async def test_a_draft_an_embargoed_and_an_unknown_text_get_the_same_answer(
    bot: Any, harbour: Any, file_harbour: Any
) -> None:
    await harbour(bot)
    statements: list[str] = []
    event.listen(
        bot.database.engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _k, statement, *_: statements.append(statement),
    )
    reader = bot.person()

    async def answer(text: str) -> tuple[str, Any, list[str]]:
        statements.clear()
        told = await bot.ask(reader, text)
        await bot.quiet(reader)
        said = [s for s in statements if "trace" in s or "published" in s or "release" in s]
        return told.text, told.entities, said

    before = await answer(SECRET)
    assert before[0].startswith(UNKNOWN)
    text = Variant(language="en", headline="Closed until the mayor comes", body=SECRET)
    await file_harbour(bot, slug="draft", variants={"en": text}, observance=None)
    embargo = Moment(at=bot.clock.now().replace(year=2027), zone="UTC")
    await file_harbour(
        bot, approve=True, slug="later", variants={"en": text}, observance=None, embargo=embargo
    )
    await bot.desk.queue(OPERATOR, "later")
    for _ in range(2):
        assert await answer(SECRET) == before
    assert await answer(SECRET.replace("quayxx", "quayyy")) == before
    # The same holds for a correction that is prepared, and for staff.
    release = await bot.release(SLUG)
    prepared = replace(release.variants["en"], body=SECRET)
    await bot.desk.file(OPERATOR, replace(release, variants={**release.variants, "en": prepared}))
    assert await answer(SECRET) == before
    staff = await bot.ask(bot.person(ADMIN, "Ada"), f"/check {SECRET}")
    assert (staff.text, staff.entities) == before[:2]


async def test_what_was_checked_is_kept_nowhere(
    bot: Any,
    harbour: Any,
    logged: list[Any],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    caplog.set_level("INFO")
    published = await harbour(bot)
    reader = bot.person()
    await bot.ask(reader, SECRET)
    await bot.ask(reader, sent(bot, published, "en").replace("euros", "quayxx"))
    await bot.ask(reader, "/check quayxx")
    await bot.quiet(reader)
    await bot.database.checkpoint()
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(b"Ships may come in" in file.read_bytes() for file in files)
    assert not [file for file in files if b"quayxx" in file.read_bytes()]
    assert "quayxx" not in f"{logged} {caplog.text}"


async def test_staff_and_subscribers_ask_by_command(bot: Any, harbour: Any) -> None:
    published = await harbour(bot)
    message = sent(bot, published, "en")
    admin = bot.person(ADMIN, "Ada")
    first = admin.send(f"/check {message}")
    await admin.chat.wait_for("word for word", after=first)
    assert len(await bot.releases()) == 1  # nothing was filed
    reader = bot.person()
    assert "reply to one with /check" in (await bot.ask(reader, "/check")).text
    theirs = reader.send(message)
    await reader.chat.wait_for("word for word", after=theirs)
    reply = reader.send("/check", reply_to=theirs)
    await reader.chat.wait_for("word for word", after=reply)
    assert UNKNOWN in (await bot.ask(reader, "/check nobody said this")).text


async def test_small_talk_gets_a_hint_and_a_headline_an_answer(bot: Any, harbour: Any) -> None:
    await harbour(bot)
    reader = bot.person()
    assert "/help" in (await bot.ask(reader, "Hello there?")).text
    assert "part of what the press office" in (await bot.ask(reader, "The harbour opens")).text


async def test_who_asks_too_often_is_told_once_and_others_are_answered(
    bot: Any, harbour: Any
) -> None:
    published = await harbour(bot)
    now = [0.0]
    bot.chat._office.checks._now = lambda: now[0]
    reader, other = bot.person(), bot.person(22, "Ole")
    message = sent(bot, published, "en")
    for _ in range(allowance.AT_ONCE):
        assert "word for word" in (await bot.ask(reader, message)).text
    assert "That was a lot to check." in (await bot.ask(reader, message)).text
    for _ in range(5):
        reader.send(message)
    said = await bot.quiet(reader)
    assert sum("That was a lot to check." in m.text for m in said) == 1
    assert sum("word for word" in m.text for m in said) == allowance.AT_ONCE
    assert "word for word" in (await bot.ask(other, message)).text
    now[0] += allowance.EVERY
    assert "word for word" in (await bot.ask(reader, message)).text
    assert "That was a lot to check." in (await bot.ask(reader, message)).text


HOSTILE = [
    *("*_[" * 400, "<b>" * 400, "\u202e" * 4000, "/" * 4096, "\u0661" * 900, "&#x0;" * 300),
    *("a " * 500, "📰" * 500, "x\n" * 2048, "' OR 1=1 --" * 100, "\n\u0600" * 500),
]


async def test_hostile_texts_are_answered_like_any_other(
    bot: Any, harbour: Any, logged: list[Any]
) -> None:
    await harbour(bot)
    bot.chat._office.checks._now = iter(range(0, 10**9, 10**6)).__next__
    reader = bot.person()
    for words_sent in HOSTILE:
        assert (await bot.ask(reader, words_sent)).text.startswith(UNKNOWN)
    assert not [e for e in logged if e["log_level"] in ("error", "warning")]


async def test_texts_from_before_the_traces_are_recognised_after_a_while(
    bot: Any, harbour: Any
) -> None:
    from sqlalchemy import delete

    from bot.releases import traces
    from bot.store import tables as t

    published = await harbour(bot)
    async with bot.database.write() as connection:
        await connection.execute(delete(t.trace))
    reader = bot.person()
    message = sent(bot, published, "en")
    assert UNKNOWN in (await bot.ask(reader, message)).text
    async with bot.database.write() as connection:
        assert await traces.missing(connection, published.id, 10) == []
        found = await traces.missing(connection, published.id + 1, 10)
        assert found == [published.id]
        await traces.make(connection, found)
        assert await traces.missing(connection, published.id + 1, 10) == []
    assert "word for word" in (await bot.ask(reader, message)).text


async def test_what_all_releases_have_in_common_finds_one_of_them(
    bot: Any, harbour: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.releases import traces

    monkeypatch.setattr(traces, "COMMON", 3)
    await harbour(bot)
    common = "The harbour office is open every day from nine to five, and tells more."
    for number in range(6):
        body = f"Ship number {number} has come into the harbour today.\n\n{common}"
        release = Release(
            slug=f"ship-{number}",
            original="en",
            date=bot.clock.now().date(),
            variants={"en": Variant(language="en", headline=f"Ship {number}", body=body)},
        )
        async with bot.database.write() as connection:
            filed = await repository.save(connection, release, bot.clock.now())
            approved = replace(
                filed, variants={"en": replace(filed.variants["en"], state=VariantState.APPROVED)}
            )
            await publication.publish(bot.database, connection, approved, bot.clock.now())
    reader = bot.person()
    assert "word for word" in (await bot.ask(reader, common)).text
    told = await bot.ask(
        reader, f"Ship 5\n\nShip number 5 has come into the harbour today.\n{common}"
    )
    assert "published by the press office, word for word" in told.text
    assert "Ship 5" in told.text
