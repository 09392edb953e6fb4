"""Which handler an update goes to."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

import telegram
from telegram.constants import ChatType

from bot.chat import (
    alone,
    anniversary,
    asking,
    checking,
    corrections,
    drafts,
    history,
    inline,
    mydata,
    overview,
    picker,
    pictures,
    posting,
    preferences,
    previews,
    reading,
    release_acts,
    rooms,
    roster,
    schedule,
    searching,
    shots,
    staff,
    subscriber,
    telling,
    times,
    upcoming,
    zones,
)
from bot.chat import release_card as card
from bot.chat.keyboards import outdated
from bot.chat.turn import Turn
from translations.text import text

Command = Callable[[Turn, str], Awaitable[None]]
Press = Callable[[Turn, Sequence[str]], Awaitable[None]]

COMMANDS: Mapping[str, Command] = {
    "start": subscriber.start,
    "settings": overview.command,
    "language": preferences.languages,
    "topics": preferences.topics,
    "timezone": zones.command,
    "quiet": overview.quiet,
    "latest": reading.latest,
    "calendar": reading.calendar,
    "search": searching.command,
    "feeds": reading.feeds,
    "channels": rooms.show_all,
    "check": checking.command,
    "privacy": reading.privacy,
    "mydata": mydata.command,
    "stop": subscriber.stop,
    "help": reading.explain,
}
STAFF_COMMANDS: Mapping[str, Command] = {
    "new": drafts.explain,
    "queue": schedule.queue,
    "release": card.command,
    "history": history.command,
    "deliveries": staff.deliveries,
    "subscribers": staff.subscribers,
    "status": staff.status,
    "notices": telling.command,
    "staff": roster.command,
}
PRESSES: Mapping[str, Press] = {
    "tongue": drafts.press_language,
    "home": drafts.press_home,
    "original": drafts.press_original,
    "speak": subscriber.speak,
    "mydata": mydata.as_file,
    "lang": preferences.press_language,
    "topic": preferences.press_topic,
    "what": overview.press_announcements,
    "quiet": overview.press_quiet,
    "pin": posting.press_pin,
    "posts": posting.press_posts,
    "zone": zones.press_zone,
    "land": zones.press_country,
    "here": zones.ask_location,
    "open": overview.open_view,
    "done": overview.done,
    "release": card.press_show,
    "history": history.older,
    "preview": previews.show,
    "approve": release_acts.approve,
    "alone": alone.ask,
    "changes": release_acts.changes,
    "ask": asking.choose,
    "ask-in": asking.ask,
    "pictures": pictures.show_pressed,
    "picture-of": shots.press_release,
    "picture-see": pictures.look,
    "picture-words": pictures.choose_language,
    "picture-say": pictures.ask_words,
    "picture-first": pictures.put_first,
    "picture-drop": pictures.remove,
    "occasion": release_acts.ask_observance,
    "occasion!": release_acts.accept_observance,
    "hold": release_acts.hold,
    "requeue": release_acts.requeue,
    "unqueue": release_acts.unqueue,
    "coming": upcoming.press_show,
    "day": anniversary.press_show,
    "day-hold": anniversary.hold,
    "day-cancel": anniversary.cancel,
    "day-let": anniversary.let_be,
    "correct": corrections.ask,
    "amend": corrections.choose,
    "amend!": corrections.confirm,
    "withdraw": corrections.ask_reason,
    "publish": release_acts.ask_publish,
    "publish!": release_acts.publish,
    "stop!": release_acts.stop,
    "when": picker.ask,
    "month": picker.month,
    "hour": picker.hour,
    "minute": picker.minute,
    "pick": times.read_back,
    "at": schedule.confirm,
    "bar": schedule.confirm_embargo,
    "lift": picker.ask_lift,
    "lift!": schedule.lift_embargo,
    "pause-all": staff.pause_all,
    "go-on": staff.ask_go_on,
    "go-on!": staff.go_on,
    "progress": staff.progress,
    "report": staff.show_report,
    "notices": telling.show,
    "digest": telling.choose_digest,
    "digest!": telling.set_digest,
    "rest": telling.choose_quiet,
    "rest!": telling.set_quiet,
    "urgent!": telling.set_urgent,
    "pause": staff.pause,
    "resume": staff.resume,
    "cancel": staff.cancel,
    "resend": staff.ask_resend,
    "resend!": staff.send_again,
    "staff": roster.show,
    "staff-log": roster.log,
    "invite": roster.ask_role,
    "invite-as": roster.invite,
    "uninvite": roster.withdraw,
    "person": roster.person,
    "role": roster.change,
    "role!": roster.changed,
    "unrole": roster.ask_less,
    "unrole!": roster.less,
    "leave": roster.ask_leave,
    "leave!": roster.leave,
}
# Everything else in a group is other people's talk.
_GROUP_COMMANDS = ("help", "settings", "language", "topics", "timezone", "quiet", "stop")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+|$)")


async def dispatch(turn: Turn, update: telegram.Update) -> None:
    if update.my_chat_member is not None:
        await rooms.changed(turn, update.my_chat_member)
    elif update.callback_query is not None:
        await _press(turn, update.callback_query)
    elif update.inline_query is not None:
        await inline.answer(turn, update.inline_query)
    elif update.message is not None and not _is_shared(turn, update.message):
        await _message(turn, update.message)


async def _press(turn: Turn, query: telegram.CallbackQuery) -> None:
    action, *parts = (query.data or "").split(":")
    handler = PRESSES.get(action)
    if handler is None or not turn.private:
        raise outdated()
    await handler(turn, parts)


def _is_shared(turn: Turn, message: telegram.Message) -> bool:
    """Whether it is what somebody has just chosen inline: our own words, and asked of nobody."""
    via = message.via_bot
    return via is not None and via.id == turn.office.bot.id and message.forward_origin is None


async def _message(turn: Turn, message: telegram.Message) -> None:
    if message.migrate_to_chat_id is not None:
        await rooms.migrated(turn, message.chat.id, message.migrate_to_chat_id)
        return
    if message.migrate_from_chat_id is not None:
        await rooms.migrated(turn, message.migrate_from_chat_id, message.chat.id)
        return
    command, arguments = _command(turn, message)
    if message.chat.type != ChatType.PRIVATE:
        if command == "here" and turn.user is not None:
            await posting.here(turn, message)
        elif command in _GROUP_COMMANDS:
            await rooms.point_to_private(turn)
        elif command == "start":
            await rooms.invited(turn, arguments)
        return
    if turn.user is None:
        return
    if message.location is not None:
        await zones.located(turn, message.location)
        return
    if not command and await zones.declined(turn, message):
        return
    handler = COMMANDS.get(command)
    if turn.actor is not None:
        handler = handler or STAFF_COMMANDS.get(command)
        if handler is None and not command:
            if not (
                await pictures.answer(turn, message)
                or await shots.receive(turn, message)
                or await corrections.answer(turn, message)
                or await alone.answer(turn, message)
                or await asking.answer(turn, message)
                or await schedule.answer(turn, message)
            ):
                await drafts.receive(turn, message)
            return
    if handler is not None:
        await handler(turn, arguments)
    elif command or not await checking.receive(turn, message):
        await _hint(turn)


def _command(turn: Turn, message: telegram.Message) -> tuple[str, str]:
    """The command that a message begins with, and what comes after; "" for none of ours."""
    words = message.text or ""
    # What is forwarded are somebody else's words, and nothing that this person asks for.
    found = _COMMAND.match(words) if message.forward_origin is None else None
    if found is None:
        return "", words
    addressee = (found[2] or "").lower()
    if addressee and addressee != turn.office.bot.username.lower():
        return "", ""
    return found[1].lower(), words[found.end() :].strip()


async def _hint(turn: Turn) -> None:
    """What to do instead, said once an hour: people also talk to bots to no purpose."""
    if subscriber.may_hint(turn):
        await turn.say(text("I only carry press releases. /help shows what I can do."))
