"""What is stored about a person: /mydata, in words and as a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.audience import repository as audience
from bot.chat import joining
from bot.chat.keyboards import press
from bot.chat.turn import Turn
from bot.chat.words import ANNOUNCED, SUBSCRIBER, names, quiet_hours
from bot.store import tables as t
from translations.text import text

FILE = "mydata.json"

MOST_MESSAGES = 10_000
"""In the file: of somebody who was sent more, the latest."""


async def command(turn: Turn, _arguments: str) -> None:
    """/mydata"""
    known = turn.subscriber
    async with turn.office.database.read() as connection:
        added = await audience.added_by(connection, str(turn.user_id))
        lines = 0
        if known is not None:
            lines = int(
                await connection.scalar(
                    select(func.count()).where(t.delivery.c.subscriber_id == known.id)
                )
                or 0
            )
    page = turn.page()
    if known is None:
        page.line(text("Nothing is stored about you as a subscriber."))
    else:
        page.line(text("This is stored about you:"), bold=True)
        page.item(text("Your Telegram number: {number}", number=known.address))
        page.item(text("Languages: {languages}", languages=names(known.languages)))
        page.item(
            text("Topics: {topics}", topics=known.topics)
            if known.topics
            else text("Topics: all of them")
        )
        zone = ZoneInfo(known.timezone)
        page.item(text("Announced: {what}", what=ANNOUNCED[known.announcements]))
        page.item(text("Time zone: {zone}", zone=known.timezone))
        page.item(text("Quiet hours: {hours}", hours=quiet_hours(known.quiet)))
        page.item(text("State: {state}", state=SUBSCRIBER[known.state]))
        if known.source:
            page.item(text("You came by the link “{source}”.", source=known.source))
        page.item(text("Subscribed since: {moment}", moment=known.created_at.astimezone(zone)))
        page.item(
            text(
                "Messages sent to you or planned: {count}, noted under the random number {number}",
                count=lines,
                number=str(known.id),
            )
        )
    for room in added:
        page.item(text("You added me to “{title}”.", title=room.name))
    if turn.roles:
        await joining.add_what_is_known(turn, page)
    buttons = [[press(text("As a file (JSON)"), "mydata")]] if known or added or turn.roles else []
    await turn.say(page, buttons)


async def as_file(turn: Turn, _parts: Sequence[str]) -> None:
    """The button “As a file”: the same, and each message, for programs to read."""
    data = json.dumps(await _everything(turn), ensure_ascii=False, indent=2, default=str)
    await turn.claim()
    await turn.office.send_file(turn.chat_id, data.encode(), FILE)


async def _everything(turn: Turn) -> dict[str, Any]:
    """Times are UTC, as RFC 3339 writes them."""
    known, d, a = turn.subscriber, t.delivery.c, t.announcement.c
    sent = (
        select(a.key, d.language, d.state, d.at)
        .join(t.announcement, a.id == d.announcement_id)
        .where(d.subscriber_id == (known.id if known is not None else None))
        .order_by(d.announcement_id.desc())
        .limit(MOST_MESSAGES)
    )
    async with turn.office.database.read() as connection:
        messages = (await connection.execute(sent)).all() if known is not None else ()
        added = await audience.added_by(connection, str(turn.user_id))
    return {
        "subscriber": audience.as_json(known) if known is not None else None,
        "messages": [
            {
                "announcement": row.key,
                "language": row.language,
                "state": row.state,
                "at": row.at.isoformat() if row.at is not None else None,
            }
            for row in messages
        ],
        "rooms": [audience.as_json(room) for room in added],
        "roles": [str(role) for role in turn.roles],
    }
