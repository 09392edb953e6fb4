"""How a group or channel gets what is announced: in which topic, pinned or not, in how many posts.

Chosen in private, as all else of it; but for the topic, which is where /here is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import telegram
from telegram.error import TelegramError

from bot.audience import repository as audience
from bot.audience import rooms as audience_rooms
from bot.audience.posts import Posts
from bot.audience.subscriber import Subscriber, SubscriberState
from bot.chat import rooms, stewards, subscription
from bot.chat.choosing import last_row
from bot.chat.keyboards import Button, outdated, parts_of, press
from bot.chat.membership import Kind, can_pin
from bot.chat.office import TRANSPORT
from bot.chat.page import Page, shown
from bot.chat.turn import Turn
from bot.errors import NotAllowed
from translations.locales import native_name
from translations.text import Text, text

SETTINGS: dict[Posts, Text] = {
    Posts.BEST: text("One post"),
    Posts.SWITCH: text("One post, with buttons to the other languages"),
    Posts.EACH: text("A post in each language"),
}


async def show(turn: Turn, ref: str, room: Subscriber) -> None:
    if room.kind == "person":
        raise outdated()
    page = turn.page(text("How should “{title}” get our releases?", title=room.name))
    await _say_where(turn, page, room)
    await _say_pinned(turn, page, room)
    rows: list[list[Button]] = []
    if len(room.languages) > 1:
        page.line(_explained(room))
        rows = [
            [
                press(
                    f"✓ {turn.words.render(label)}" if posts is room.posts else label,
                    "posts",
                    ref,
                    posts,
                )
            ]
            for posts, label in SETTINGS.items()
        ]
    pin = (
        press(text("Do not pin them"), "pin", ref, "-")
        if room.pin
        else press(text("Pin each one"), "pin", ref, "+")
    )
    await turn.show(page, [*rows, [pin], last_row(ref, room)])


def summed_up(page: Page, room: Subscriber) -> Page:
    """The same in a few lines, for the end of choosing."""
    if room.kind == "person":
        return page
    if len(room.languages) > 1:
        page.line(_explained(room))
    return page.line(text("Each release is pinned.")) if room.pin else page


def _explained(room: Subscriber) -> Text:
    first = native_name(room.languages[0])
    match room.posts:
        case Posts.EACH:
            return text("Each release is a post in each of these languages that it is in.")
        case Posts.SWITCH:
            return text(
                "Each release is one post, in {language} if it is in that, with buttons that lead "
                "to it in the others.",
                language=first,
            )
    return text("Each release is one post, in {language} if it is in that.", language=first)


async def _say_where(turn: Turn, page: Page, room: Subscriber) -> None:
    try:
        chat = await turn.office.ask(lambda: turn.office.bot.get_chat(stewards.number_of(room)))
    except TelegramError:
        return
    if chat.is_forum:
        page.line(
            text("They appear in one topic. Write /here in another one to have them there.")
            if "/" in room.address
            else text(
                "They appear in the topic “General”. Write /here in another one to have them there."
            )
        )


async def _say_pinned(turn: Turn, page: Page, room: Subscriber) -> None:
    if not room.pin:
        page.line(text("They are not pinned."))
        return
    page.line(text("Each release is pinned."))
    kind: Kind = "channel" if room.kind == "channel" else "group"
    try:
        if can_pin(await stewards.myself(turn, room), kind):
            return
    except TelegramError:
        return
    page.line(may_not_pin(room), bold=True)


def may_not_pin(room: Subscriber) -> Text:
    if room.kind == "channel":
        return text(
            "I may not pin anything in “{title}”. Give me the right to edit messages there.",
            title=room.name,
        )
    return text(
        "I may not pin anything in “{title}”. Give me the right to pin messages there.",
        title=room.name,
    )


async def press_pin(turn: Turn, parts: Sequence[str]) -> None:
    ref, sign = parts_of(parts, 2)
    room = await stewards.configurable(turn, ref)
    await _store(turn, ref, replace(room, pin=sign == "+"))


async def press_posts(turn: Turn, parts: Sequence[str]) -> None:
    ref, wanted = parts_of(parts, 2)
    room = await stewards.configurable(turn, ref)
    if wanted not in set(Posts):
        raise outdated()
    await _store(turn, ref, replace(room, posts=Posts(wanted)))


async def _store(turn: Turn, ref: str, room: Subscriber) -> None:
    async with turn.write() as connection:
        stored = await subscription.store(turn, connection, room)
        if not stored.pin:
            await audience_rooms.forget_pin(connection, stored.id)
    await show(turn, ref, stored)


async def here(turn: Turn, message: telegram.Message) -> None:
    """/here in a group: from now on what it gets appears there, in that topic of a forum."""
    try:
        room = await stewards.configurable(turn, str(turn.chat_id))
    except NotAllowed:
        await rooms.point_to_private(turn)
        return
    address = str(turn.chat_id)
    name = shown(message.chat.title or "", 100)
    if turn.thread_id is not None:
        address = f"{address}/{turn.thread_id}"
        name = shown(" › ".join(filter(None, (name, _topic_of(message)))), 120)
    async with turn.write() as connection:
        taken = await audience.find(connection, TRANSPORT, address)
        if taken is None or taken.id == room.id:
            await audience_rooms.readdress(connection, room.id, address, name=name)
            await audience_rooms.settle(connection, room.id, "topic_closed")
    if taken is not None and taken.id != room.id:
        await turn.say(text("Our releases appear in this topic already."))
    elif room.state is SubscriberState.PENDING:
        await turn.say(text("Our releases appear here once that is confirmed in private."))
    else:
        await turn.say(text("Our releases appear here from now on."))


def _topic_of(message: telegram.Message) -> str:
    opened = message.reply_to_message
    topic = opened.forum_topic_created if opened is not None else None
    return topic.name if topic is not None else ""
