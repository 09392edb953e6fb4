"""A report in the chat keeps itself up to date until the announcement is through."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.audience import repository as audience
from bot.chat.progress import Progress
from bot.delivery import ledger
from bot.delivery.announcement import AnnouncementState
from bot.sandbox.message import Message
from bot.store import tables as t

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

EDITOR = 12


async def _announced(bot: Any, publish_harbour: Any) -> int:
    """Four readers, nobody of whom has been sent anything yet."""
    ident = await publish_harbour(bot)
    async with bot.database.write() as connection:
        for number in range(4):
            await audience.subscribe(
                bot.database,
                connection,
                bot.clock.now(),
                transport="telegram",
                address=str(500 + number),
                languages=("en",),
                timezone="UTC",
            )
        people = await connection.scalars(select(t.subscriber.c.id))
        await ledger.set_state(connection, ident, AnnouncementState.SENDING)
        await connection.execute(
            bot.database.insert(t.delivery),
            [
                {
                    "announcement_id": ident,
                    "subscriber_id": person,
                    "language": "en",
                    "fallback": False,
                    "state": "pending",
                    "due_at": bot.clock.now(),
                }
                for person in people
            ],
        )
    return int(ident)


async def _send(bot: Any, ident: int, count: int) -> None:
    d = t.delivery.c
    async with bot.database.write() as connection:
        some = select(d.subscriber_id).where(d.state == "pending").limit(count)
        await connection.execute(
            update(t.delivery)
            .where(d.announcement_id == ident, d.subscriber_id.in_(some))
            .values(state="sent")
        )


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110 - the bot acts by itself
            await asyncio.sleep(0.02)


async def _says(message: Message, words: str) -> None:
    async def said() -> bool:
        return words in message.text

    await _until(said)


async def _keeps(bot: Any, count: int) -> None:
    async def kept() -> bool:
        return await _kept(bot) == count

    await _until(kept)


async def _kept(bot: Any) -> int:
    async with bot.database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(t.live_report)) or 0


async def test_it_is_edited_until_the_end(bot: Any, publish_harbour: Any) -> None:
    ident = await _announced(bot, publish_harbour)
    (release,) = await bot.releases()
    editor = bot.person(EDITOR, "Ed")
    report = await bot.ask(editor, f"/deliveries {release.slug}")
    assert "4 to come" in report.text
    assert "░" * 20 in report.text
    await _keeps(bot, 1)
    progress = Progress(bot.chat._office)
    await _send(bot, ident, 2)
    await progress.look()
    await _says(report, "2 sent")
    assert "█" * 10 + "░" * 10 in report.text
    assert "Pause it" in [button.label for button in report.buttons]
    assert await progress.look() == 0  # nothing has changed
    await _send(bot, ident, 2)
    async with bot.database.write() as connection:
        await ledger.set_state(connection, ident, AnnouncementState.DONE)
    await progress.look()
    await _says(report, "4 sent")
    assert "░" not in report.text
    assert not report.buttons
    await _keeps(bot, 0)


async def test_a_deleted_message_is_left_alone(bot: Any, publish_harbour: Any) -> None:
    ident = await _announced(bot, publish_harbour)
    (release,) = await bot.releases()
    editor = bot.person(EDITOR, "Ed")
    report = await bot.ask(editor, f"/deliveries {release.slug}")
    await _keeps(bot, 1)
    editor.chat.delete(report)
    await _send(bot, ident, 1)
    await Progress(bot.chat._office).look()
    await _keeps(bot, 0)
