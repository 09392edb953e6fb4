"""A person's own subscription: /start, /mydata, /stop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import update

from bot.audience import invitation
from bot.audience import repository as audience
from bot.audience.choice import choose
from bot.audience.invitation import Invitation
from bot.audience.subscriber import Subscriber, SubscriberState
from bot.chat import joining, rooms, searching, subscription
from bot.chat.keyboards import in_rows, outdated, parts_of, press
from bot.chat.office import TRANSPORT
from bot.chat.page import Page
from bot.chat.turn import Turn
from bot.chat.words import names
from bot.releases import staffing
from bot.store import tables as t
from translations.locales import UnknownLanguage, best_match, canonical, native_name
from translations.text import Text, text

HINT_EVERY = 3600.0
HINTS_REMEMBERED = 10_000


async def start(turn: Turn, payload: str) -> None:
    """Subscribe at once, in the language that the link, else the client, proposes.

    A link changes what its follower had chosen, too: they see what, and how to change it back.
    """
    if payload.startswith(rooms.SETUP_LINK):
        await rooms.set_up(turn, payload.removeprefix(rooms.SETUP_LINK))
        return
    if payload.startswith(staffing.LINK):
        await joining.join(turn, payload.removeprefix(staffing.LINK))
        return
    if payload == searching.LINK:
        await searching.command(turn, "")
        return
    invited = invitation.read(payload)
    if turn.subscriber is None:
        await _subscribe(turn, invited)
    else:
        await _return(turn, turn.subscriber, invited)
    if turn.actor is not None:
        await turn.say(
            text(
                "You belong to the press office: /new files a release, /queue shows what is "
                "coming, /status how the service is doing."
            )
        )
    await rooms.remind_of_pending(turn)
    if turn.actor is not None:
        await joining.give_menu(turn)


async def _return(turn: Turn, known: Subscriber, invited: Invitation) -> None:
    wanted = await subscription.as_invited(turn, known, invited)
    first = text("You are subscribed already.") if wanted == known else text("Noted.")
    if known.state is SubscriberState.UNREACHABLE:
        first = text("Welcome back. You get our releases again.")
        wanted = replace(wanted, state=SubscriberState.ACTIVE, reason="")
    if wanted != known:
        async with turn.write() as connection:
            turn.subscriber = await subscription.store(turn, connection, wanted)
        turn.speak(wanted.languages)
    await turn.say(_terms(turn.page(first), wanted))


async def _subscribe(turn: Turn, invited: Invitation) -> None:
    topic = await subscription.invited_topic(turn, invited)
    async with turn.write() as connection:
        subscriber = await audience.subscribe(
            turn.office.database,
            connection,
            turn.office.clock.now(),
            transport=TRANSPORT,
            address=str(turn.user_id),
            languages=[_proposed(turn, invited.language)],
            timezone=turn.office.settings.timezone,
            topics=[topic] if topic else [],
            source=invited.source,
        )
    await _greet(turn, subscriber)


def _proposed(turn: Turn, wanted: str) -> str:
    """The office's language that serves the link's or the client's.

    A language that the office does not publish in stays as wished: the bot may well speak it,
    each text says what it is in instead, and one in it is theirs when it comes.
    """
    office = turn.office.settings.languages
    wished = [tag for tag in map(_canonical, (wanted, *turn.languages)) if tag]
    match = best_match(wished, office)
    return match.tag if match is not None else next(iter(wished), office[0])


def _canonical(tag: str) -> str:
    try:
        return canonical(tag)
    except UnknownLanguage:
        return ""


async def _greet(turn: Turn, subscriber: Subscriber) -> None:
    turn.subscriber = subscriber
    turn.speak(subscriber.languages)
    page = _terms(turn.page(text("Welcome. You are subscribed to our press releases.")), subscriber)
    known = turn.office.settings.languages
    choice = choose(subscriber.languages, known, known)
    if choice is not None and choice.fallback:
        page.line(
            text(
                "We do not publish in {wanted} yet. Until then you get our releases in {language}.",
                wanted=native_name(subscriber.languages[0]),
                language=native_name(choice.language),
            )
        )
    others = [tag for tag in turn.office.settings.languages if tag not in subscriber.languages]
    await turn.show(page, in_rows(press(native_name(tag), "speak", tag) for tag in others))


def _terms(page: Page, subscriber: Subscriber) -> Page:
    if subscriber.topics:
        page.line(text("Topics: {topics}", topics=subscriber.topics))
    return page.line(
        text(
            "Language: {languages}. Change it with /settings, and see /help for the rest. /stop "
            "ends it and erases everything.",
            languages=names(subscriber.languages),
        )
    )


async def speak(turn: Turn, parts: Sequence[str]) -> None:
    """A language button under the greeting: that one instead."""
    (tag,) = parts_of(parts, 1)
    if tag not in turn.office.settings.languages or turn.subscriber is None:
        raise outdated()
    async with turn.write() as connection:
        subscriber = await subscription.store(turn, connection, turn.subscriber, languages=(tag,))
    await _greet(turn, subscriber)


async def stop(turn: Turn, _arguments: str) -> None:
    """Forget address and preferences at once (product rule 11)."""
    async with turn.write() as connection:
        rooms_kept = await audience.added_by(connection, str(turn.user_id))
        # Who added a room is a trace of a person too; an admin who adds the bot again can go on.
        await connection.execute(
            update(t.subscriber)
            .where(t.subscriber.c.added_by == str(turn.user_id))
            .values(added_by="")
        )
        known = await audience.unsubscribe(
            turn.office.database,
            connection,
            TRANSPORT,
            str(turn.user_id),
            turn.office.clock.now(),
        )
    turn.office.hinted.pop(turn.user_id, None)
    page = turn.page(_stopped(known, staff=bool(turn.roles)))
    if turn.roles:
        page.line(
            text(
                "You still belong to the press office, which is no subscription: an admin ends "
                "that, with /staff. /mydata shows what is stored of it."
            )
        )
    page.line(text("To come back, send /start."))
    if rooms_kept:
        page.line(
            text(
                "Groups and channels that you added stay subscribed: {titles}. To end that, "
                "remove me there.",
                titles=tuple(room.name for room in rooms_kept),
            )
        )
    await turn.say(page)


def _stopped(known: bool, *, staff: bool) -> Text:
    match known, staff:
        case True, False:
            return text("You are unsubscribed, and what was stored about you is erased.")
        case True, True:
            return text(
                "You are unsubscribed, and what was stored about you as a subscriber is erased."
            )
        case False, True:
            return text("You are not subscribed.")
    return text("You are not subscribed; nothing is stored about you.")


def may_hint(turn: Turn) -> bool:
    """Whether it is time to tell this person again what the bot is for."""
    hinted = turn.office.hinted
    now = asyncio.get_running_loop().time()
    if now - hinted.get(turn.user_id, -HINT_EVERY) < HINT_EVERY:
        return False
    if len(hinted) >= HINTS_REMEMBERED:
        hinted.clear()
    hinted[turn.user_id] = now
    return True
