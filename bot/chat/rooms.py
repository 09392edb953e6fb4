"""Groups and channels: they subscribe when an admin adds the bot and confirms."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog
import telegram
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.audience import invitation
from bot.audience import repository as audience
from bot.audience.names import learn
from bot.audience.rooms import PIN, settle
from bot.audience.subscriber import Subscriber, SubscriberState
from bot.chat import stewards, subscription
from bot.chat.keyboards import Button, press
from bot.chat.membership import (
    GROUP_ANONYMOUS_BOT,
    Kind,
    can_pin,
    can_write,
    is_present,
)
from bot.chat.office import TRANSPORT, not_reached
from bot.chat.page import Page, shown
from bot.chat.turn import Turn
from bot.chat.words import SUBSCRIBER, names
from bot.errors import NotAllowed
from translations.locales import best_match
from translations.text import text

SETUP_LINK = "setup_"
MOST_REMINDED = 5
POINT_EVERY = 60.0

log = structlog.get_logger(__name__)


async def changed(turn: Turn, change: telegram.ChatMemberUpdated) -> None:
    """The bot was added, removed, blocked, or given other rights."""
    if change.chat.username and change.chat.type != ChatType.PRIVATE:
        async with turn.office.database.write() as connection:
            await learn(
                turn.office.database,
                connection,
                TRANSPORT,
                f"@{change.chat.username}",
                str(change.chat.id),
                turn.office.clock.now(),
            )
    now = change.new_chat_member
    if change.chat.type == ChatType.PRIVATE:
        # Who unblocks the bot has not asked for anything yet: /start does.
        if turn.subscriber is not None and not is_present(now):
            await _mark(turn, turn.subscriber, SubscriberState.UNREACHABLE, "blocked")
        return
    async with turn.office.database.read() as connection:
        rooms = await audience.of_chat(connection, TRANSPORT, str(change.chat.id))
    kind: Kind = "channel" if change.chat.type == ChatType.CHANNEL else "group"
    if not rooms and is_present(now):
        await _invite(turn, await _enter(turn, change, kind), change.chat)
    for known in rooms:  # of a forum, each of its topics that subscribes
        await _follow(turn, known, change, kind)


async def _follow(
    turn: Turn, known: Subscriber, change: telegram.ChatMemberUpdated, kind: Kind
) -> None:
    now = change.new_chat_member
    added = is_present(now) and not is_present(change.old_chat_member)
    if not can_write(now, kind):
        await _lost(turn, known, gone=not is_present(now))
        return
    async with turn.write() as connection:
        may_pin = (PIN,) if can_pin(now, kind) else ()
        await settle(connection, known.id, "kicked", "no_rights", *may_pin)
    if known.state is SubscriberState.UNREACHABLE:
        await _mark(turn, known, SubscriberState.ACTIVE, "", added_by=_adder(turn, known, added))
    elif known.state is SubscriberState.PENDING and added:
        await _invite(turn, await _enter(turn, change, kind), change.chat)


async def _enter(turn: Turn, change: telegram.ChatMemberUpdated, kind: Kind) -> Subscriber:
    """A room that waits for its admin, with the languages that they seem to speak."""
    office = turn.office.settings.languages
    match = best_match(turn.languages, office)
    async with turn.write() as connection:
        return await audience.subscribe(
            turn.office.database,
            connection,
            turn.office.clock.now(),
            transport=TRANSPORT,
            address=str(change.chat.id),
            languages=[match.tag if match is not None else office[0]],
            timezone=turn.office.settings.timezone,
            kind=kind,
            name=shown(change.chat.title or "", 120),
            state=SubscriberState.PENDING,
            added_by=_adder(turn),
        )


def _adder(turn: Turn, known: Subscriber | None = None, added: bool = True) -> str:
    """Who may configure the room from now on; "" for an admin who stays anonymous."""
    if known is not None and not added:
        return known.added_by
    user = turn.user
    anonymous = user is None or user.is_bot or user.id == GROUP_ANONYMOUS_BOT
    return "" if anonymous else str(turn.user_id)


async def _lost(turn: Turn, known: Subscriber, *, gone: bool) -> None:
    if known.state is SubscriberState.ACTIVE:
        await subscription.lose(turn, known, "kicked" if gone else "no_rights")
    elif known.state is SubscriberState.PENDING and gone:
        # Never configured: there is nothing to keep for a return.
        async with turn.write() as connection:
            await audience.unsubscribe(
                turn.office.database,
                connection,
                known.transport,
                known.address,
                turn.office.clock.now(),
            )
    elif gone:
        await _mark(turn, known, SubscriberState.UNREACHABLE, "kicked")


async def _mark(
    turn: Turn,
    known: Subscriber,
    state: SubscriberState,
    reason: str,
    *,
    added_by: str | None = None,
) -> None:
    changed = replace(known, state=state, reason=reason)
    if added_by is not None:
        changed = replace(changed, added_by=added_by)
    async with turn.write() as connection:
        await subscription.store(turn, connection, changed)


async def _invite(turn: Turn, room: Subscriber, chat: telegram.Chat) -> None:
    """Ask whoever added the bot, in private if it may write to them."""
    if room.added_by and await _ask(turn, room, forum=bool(chat.is_forum)):
        return
    if room.kind == "group":
        await _point(turn)
    log.info("waits to be set up from a private chat", kind=room.kind)


async def _ask(turn: Turn, room: Subscriber, *, forum: bool = False) -> bool:
    """Whether whoever added the bot could be asked in private."""
    page, buttons = _card(turn, room)
    if forum:
        page.line(text("Write /here in the topic in which they should appear."))
    try:
        await turn.office.send(int(room.added_by), page, turn.words, buttons)
    except TelegramError as error:
        if not not_reached(error):
            raise
        return False
    return True


async def invited(turn: Turn, payload: str) -> None:
    """A link brought the bot into this group: what it proposes is what waits for confirmation."""
    async with turn.office.database.read() as connection:
        found = await audience.of_chat(connection, TRANSPORT, str(turn.chat_id))
    room = next((one for one in found if one.state is SubscriberState.PENDING), None)
    if room is None:
        return
    if room.added_by != str(turn.user_id):
        return
    wanted = await subscription.as_invited(turn, room, invitation.read(payload))
    if wanted != room:
        async with turn.write() as connection:
            room = await subscription.store(turn, connection, wanted)
        await _ask(turn, room)


def _card(turn: Turn, room: Subscriber) -> tuple[Page, list[list[Button]]]:
    page = turn.page(text("You added me to “{title}”.", title=room.name))
    page.line(
        text(
            "It would get our releases in {languages}. Confirm, or choose others first.",
            languages=names(room.languages),
        )
    )
    return page, [
        [press(text("Confirm"), "done", room.address)],
        [
            press(text("Languages"), "open", room.address, "l"),
            press(text("All settings"), "open", room.address, "s"),
        ],
    ]


async def point_to_private(turn: Turn) -> None:
    """Answer a command in a group, once a minute: what is chosen there is chosen in private."""
    now = asyncio.get_running_loop().time()
    if now - turn.office.hinted.get(turn.chat_id, -POINT_EVERY) >= POINT_EVERY:
        turn.office.hinted[turn.chat_id] = now
        await _point(turn)


async def _point(turn: Turn) -> None:
    link = f"https://t.me/{turn.office.bot.username}?start={SETUP_LINK}{turn.chat_id}"
    await turn.say(
        text("An admin of this group chooses in private what it gets."),
        [[Button(text("Choose"), url=link)]],
    )


async def set_up(turn: Turn, chat: str) -> None:
    """Somebody followed the link in a group."""
    room = await stewards.configurable(turn, chat)
    await turn.say(*_card(turn, room))


async def confirm(turn: Turn, room: Subscriber) -> Subscriber:
    """From here on the room gets announcements; raises ``NotAllowed`` if it cannot."""
    kind: Kind = "channel" if room.kind == "channel" else "group"
    if not can_write(await stewards.myself(turn, room), kind):
        raise NotAllowed(
            text("I may not post in “{title}” yet. Give me that right first.", title=room.name)
        )
    async with turn.write() as connection:
        return await subscription.store(turn, connection, room, state=SubscriberState.ACTIVE)


async def show_all(turn: Turn, _arguments: str) -> None:
    """The groups and channels that this person may configure."""
    async with turn.office.database.read() as connection:
        rooms = await audience.added_by(connection, str(turn.user_id))
    if not rooms:
        await turn.say(
            text(
                "You have not added me anywhere. Add me to a group, or to a channel as an admin "
                "who may post; then choose here what it gets."
            )
        )
        return
    page = turn.page(text("Your groups and channels:"))
    for room in rooms:
        page.item(
            text(
                "“{title}”: {state}, {languages}",
                title=room.name,
                state=SUBSCRIBER[room.state],
                languages=names(room.languages),
            )
        )
    await turn.say(page, [[press(room.name or "…", "open", room.address, "s")] for room in rooms])


async def remind_of_pending(turn: Turn) -> None:
    """Show what this person added while the bot could not write to them."""
    async with turn.office.database.read() as connection:
        rooms = await audience.added_by(connection, str(turn.user_id))
    pending = [room for room in rooms if room.state is SubscriberState.PENDING]
    for room in pending[:MOST_REMINDED]:
        await turn.say(*_card(turn, room))


async def migrated(turn: Turn, old: int, new: int) -> None:
    """A group became a supergroup. Both chats say so; the second time there is nothing to do."""
    async with turn.write() as connection:
        before = await audience.find(connection, TRANSPORT, str(old))
        if before is None:
            return
        after = await audience.find(connection, TRANSPORT, str(new))
        if after is not None and after.state is SubscriberState.PENDING:
            await audience.unsubscribe(
                turn.office.database,
                connection,
                TRANSPORT,
                str(new),
                turn.office.clock.now(),
            )
        await audience.move(connection, before.id, str(new), turn.office.clock.now())
