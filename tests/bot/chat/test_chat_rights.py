"""Who may do what, on both databases: the desk is for the press office alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.releases.release import ReleaseState
from bot.releases.review import fingerprint, plan_mark
from bot.store import tables as t

pytestmark = pytest.mark.either_database

ADMIN, EDITOR = 11, 12


async def test_from_a_file_to_publication_with_buttons_alone(bot: Any, markdown: bytes) -> None:
    editor = bot.person(EDITOR, "Ed")
    sent = editor.send_document("harbour.md", markdown, "text/markdown")
    card = await editor.chat.wait_for("A new draft is filed.", after=sent)
    (release,) = await bot.releases()
    assert release.topics == ("harbour",)
    assert "Topics: harbour" in card.text
    await editor.press("Approve: English", card)
    assert "English: approved · original" in card.text
    await editor.press("Publish now …", card)
    assert "Active subscribers: 0." in card.text
    assert (await bot.release(release.slug)).state is ReleaseState.DRAFT
    await editor.press("Yes, publish now", card)
    queued = await bot.release(release.slug)
    assert queued.state is ReleaseState.QUEUED
    assert queued.publish_at.at == bot.clock.now() + timedelta(seconds=10)


STAFF_COMMANDS = (
    "/new", "/queue", "/queue harbour-opens-2026 2026-07-01 09:00", "/release harbour-opens-2026",
    "/deliveries", "/subscribers", "/status",
)  # fmt: skip


async def snapshot(bot: Any) -> Any:
    async with bot.database.read() as connection:
        return [
            (await connection.execute(select(table).order_by(*table.primary_key))).all()
            for table in t.metadata.sorted_tables
            if table.name != "handled_update"
        ]


async def test_nobody_else_can_do_any_of_this(
    bot: Any, file_harbour: Any, hold_harbour: Any, letter: str, markdown: bytes
) -> None:
    ident = await hold_harbour(bot)
    release = await file_harbour(bot, slug="draft")
    stranger = bot.person()
    shown = await bot.ask(stranger, "/privacy")
    before = await snapshot(bot)
    for command in STAFF_COMMANDS:
        stranger.send(command)
    stranger.send(letter)
    stranger.send_document("harbour.md", markdown)
    seen, mark = fingerprint(release), plan_mark(release)
    number = release.id
    for data in (
        f"release:{number}", f"preview:{number}:en", f"approve:{number}:*:{seen}",
        f"approve:{number}:en:{fingerprint(release, 'en')}", f"occasion:{number}",
        f"hold:{number}", f"unqueue:{number}:{mark}",
        f"requeue:{number}:{mark}", f"day-hold:{number}:2026:0", "coming", f"stop!:{number}",
        f"publish:{number}", f"publish!:{number}:{seen}",
        f"when:{number}:q", f"when:{number}:e", f"month:{number}:q:202607", f"lift:{number}",
        f"ask:{number}", f"ask-in:{number}:en",
        f"hour:{number}:q:20260701", f"minute:{number}:q:2026070109", f"lift!:{number}:{mark}",
        f"pick:{number}:q:1800000000:UTC", f"at:{number}:1800000000:UTC:{mark}",
        f"bar:{number}:1800000000:UTC:{mark}", f"resume:{ident}", f"cancel:{ident}",
    ):  # fmt: skip
        waiting = bot.sandbox.chats.queries.open(stranger, shown, data)
        answer = await asyncio.wait_for(waiting, 10)
        assert "Only the press office may do that." in answer.text, data
    said = await bot.quiet(stranger)
    assert await snapshot(bot) == before
    assert not [m for m in said if "harbour" in m.text.lower()]


async def test_a_right_that_was_taken_away_is_missed_by_old_buttons(
    talk: Any, sandbox: Any, file_harbour: Any
) -> None:
    bot = await talk()
    await file_harbour(bot)
    editor = bot.person(EDITOR, "Ed")
    card = await bot.ask(editor, "/release harbour-opens-2026")
    bot.stop.set()
    again = await talk(staff=f"{EDITOR}:observer")
    answer = await editor.press("Approve: English", card)
    assert "You may not do that." in answer.text
    assert not (await again.release("harbour-opens-2026")).approved_languages


FORGED = ["", ":", "approve", "approve:1", "approve:x:en:0", "release:999999999999999",
    "release:9999999999999999999999", "release:-1", "preview:1:../../etc", "at:1:-5:UTC",
    "at:1:99999999999999:UTC", "at:1:1800000000:Mars/Base", "lang:0:+:xx", "lang:x:+:fr",
    "zone:0:Nowhere/At_All", "topic:0:+:00", "open:0:x", "open:0:",
    "lang:0:^:xx", "what:0:news", "what:0:", "quiet:0:7-7", "quiet:0:x",
    "land:0:ZZ", "land:0:us", "zone:0:../../etc", "here:1:x", "done", "done:１", "resume:1:2",
    "cancel:٣", "nothing:at:all", "__class__", "speak:fr:fr",
    "when:1", "when:1:x", "month:1:q:209913", "month:1:q:000001", "month:1:q:99991",
    "hour:1:q:20260231", "hour:1:q:２０２６0701", "minute:1:q:2026070124",
    "minute:1:q:20260701", "minute:1:q:20260701xx",
    "pick:1:q:-1:UTC", "pick:1:q:1800000000:Mars/Base", "at:1:-5:UTC:0000", "at:1:9:UTC:0000",
    "bar:1:1800000000:UTC:nope", "bar:1:9:UTC", "lift!:1:xxxx", "stop!:x", "ask:x", "coming:1",
    "day:1:2026", "day-hold:1:2026:0", "day-cancel:x:y:z", "unqueue:1:0", "requeue:1:0000",
    "preview:1:xx", "ask-in:1:xx", "month:1:q:999912",
    "hour:1:e:99991231", "at:1:1800000000:Mars/Base:0"]  # fmt: skip


async def test_a_forged_button_is_answered_and_harmless(
    bot: Any, file_harbour: Any, logged: list[Any]
) -> None:
    await file_harbour(bot)
    admin = bot.person(ADMIN, "Ada")
    await bot.ask(admin, "/start")
    shown = await bot.ask(admin, "/privacy")
    before = await snapshot(bot)
    for data in FORGED:
        waiting = bot.sandbox.chats.queries.open(admin, shown, data)
        assert (await asyncio.wait_for(waiting, 10)).alert, data
    assert await snapshot(bot) == before
    assert not [e for e in logged if e["log_level"] == "error"]
