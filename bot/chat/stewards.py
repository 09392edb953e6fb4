"""Who looks after a group or channel, and what the bot is there: both asked anew each time."""

from __future__ import annotations

import re
from dataclasses import replace

import structlog
import telegram
from telegram.error import TelegramError

from bot.audience import repository as audience
from bot.audience.subscriber import Subscriber
from bot.chat.keyboards import outdated
from bot.chat.membership import is_admin
from bot.chat.office import TRANSPORT
from bot.chat.turn import Turn
from bot.errors import NotAllowed
from translations.text import text

_ROOM = re.compile(r"-[0-9]{1,16}(?:/[0-9]{1,10})?")

log = structlog.get_logger(__name__)


async def configurable(turn: Turn, ref: str) -> Subscriber:
    """The room of that address, if this person added the bot there and still is an admin.

    Asked anew each time. Where nobody is noted (the admin was anonymous, or had everything
    erased), any admin may. Says the same whatever the reason, so that nothing can be learnt.
    """
    refused = NotAllowed(
        text("Only the admin who added me may do that, and only while both of us are there.")
    )
    if not _ROOM.fullmatch(ref):
        raise outdated()
    chat = ref.partition("/")[0]
    async with turn.office.database.read() as connection:
        found = await audience.of_chat(connection, TRANSPORT, chat)
    theirs = [
        one for one in found if one.kind != "person" and one.added_by in ("", str(turn.user_id))
    ]
    # A button may be from before another topic was chosen.
    room = next((one for one in theirs if one.address == ref), next(iter(theirs), None))
    if room is None:
        raise refused
    try:
        member = await turn.office.ask(
            lambda: turn.office.bot.get_chat_member(int(chat), turn.user_id)
        )
    except TelegramError as error:
        log.info("cannot see who is admin", error=type(error).__name__)
        raise refused from error
    if not is_admin(member):
        raise refused
    return replace(room, added_by=str(turn.user_id))


def number_of(room: Subscriber) -> int:
    """The chat's, whatever topic of it the room is."""
    return int(room.address.partition("/")[0])


async def myself(turn: Turn, room: Subscriber) -> telegram.ChatMember:
    """What the bot may do there; raises ``TelegramError``."""
    bot = turn.office.bot
    return await turn.office.ask(lambda: bot.get_chat_member(number_of(room), bot.id))
