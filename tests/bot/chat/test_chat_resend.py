"""What may not have arrived goes out again from the chat: shown first, and asked about."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from bot.audience import repository as audience
from bot.delivery import ledger, publications
from bot.releases import audit
from bot.store import tables as t

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

EDITOR, OBSERVER = 12, 14


async def _one_unknown(bot: Any, publish_harbour: Any) -> None:
    now = bot.clock.now()
    async with bot.database.write() as connection:
        await audience.subscribe(
            bot.database,
            connection,
            now,
            transport="telegram",
            address="77",
            languages=("en",),
            timezone="UTC",
        )
    ident = await publish_harbour(bot)
    async with bot.database.write() as connection:
        announcement = await ledger.by_id(connection, ident)
        await publications.plan(bot.database, bot.settings, connection, announcement, now)
        values = {"state": "unknown", "reason": "interrupted", "at": now}
        await connection.execute(update(t.delivery).values(**values))


async def _states(bot: Any) -> list[str]:
    async with bot.database.read() as connection:
        return list(await connection.scalars(select(t.delivery.c.state)))


async def test_it_is_shown_and_asked_about_and_noted(bot: Any, publish_harbour: Any) -> None:
    await _one_unknown(bot, publish_harbour)
    (release,) = await bot.releases()
    editor = bot.person(EDITOR, "Ed")
    report = await bot.ask(editor, f"/deliveries {release.slug}")
    await editor.press("Send again: unknown", report)
    question = editor.chat.messages[-1]
    assert "Some may have arrived already. Send 1 message again?" in question.text
    assert release.variants["en"].headline.split("}")[-1].strip() in question.text
    assert "telegram:77" in question.text
    assert await _states(bot) == ["unknown"]
    await editor.press("Confirm", question)
    assert await _states(bot) == ["pending"]
    async with bot.database.read() as connection:
        acts = await audit.history(connection, release.slug)
    assert (acts[-1].act, acts[-1].actor) == ("resend", f"telegram:{EDITOR}")


async def test_an_observer_is_not_offered_it(bot: Any, publish_harbour: Any) -> None:
    await _one_unknown(bot, publish_harbour)
    (release,) = await bot.releases()
    report = await bot.ask(bot.person(OBSERVER, "Obi"), f"/deliveries {release.slug}")
    assert not [b for b in report.buttons if "again" in b.label]
