"""Setting the time at which a release goes out, and until when it is under embargo."""

from __future__ import annotations

from collections.abc import Sequence

import telegram
from telegram import MessageEntity

from bot.chat import picker, times, upcoming
from bot.chat import release_card as card
from bot.chat.keyboards import parts_of
from bot.chat.release_acts import as_it_is
from bot.chat.turn import Turn
from bot.errors import Conflict
from bot.releases import repository
from bot.releases.moments import BadMoment
from bot.releases.release import Release
from bot.releases.review import demand_unpublished
from translations.text import text


async def queue(turn: Turn, arguments: str) -> None:
    """/queue; /queue SLUG; /queue SLUG tomorrow 9:00."""
    slug, _, when = arguments.partition(" ")
    if not slug:
        turn.staff()
        await upcoming.show(turn)
        return
    turn.staff("schedule")
    release = await card.named(turn, slug)
    demand_unpublished(release)
    if not when.strip():
        await turn.say(*picker.question(turn, release, times.GOING_OUT))
        return
    await _understand(turn, times.GOING_OUT, release, when)


async def answer(turn: Turn, message: telegram.Message) -> bool:
    """A reply in one line to that question, or to a card, is a time: it is read back, to be
    confirmed. False if it is no such reply."""
    words = (message.text or "").strip()
    asked = message.reply_to_message
    if asked is None or not words or "\n" in words:
        return False
    if asked.from_user is None or asked.from_user.id != turn.office.bot.id:
        return False
    names = set(asked.parse_entities([MessageEntity.CODE]).values())
    if len(names) != 1:
        return False
    before, _, slug = names.pop().rpartition(" ")
    if before not in ("", times.EMBARGO):
        return False
    async with turn.office.database.read() as connection:
        release = await repository.find(connection, slug)
    if release is None:
        return False
    turn.staff("schedule")
    demand_unpublished(release)
    matter = times.UNDER_EMBARGO if before else times.GOING_OUT
    await _understand(turn, matter, release, words)
    return True


async def _understand(turn: Turn, matter: times.Matter, release: Release, words: str) -> None:
    try:
        found = times.said(turn, words)
    except BadMoment as error:
        page = times.named(turn.page(error.what), matter, release)
        await turn.say(page, [[times.leave(release)]])
        return
    await times.answered(turn, matter, release, found)


async def confirm(turn: Turn, parts: Sequence[str]) -> None:
    """The button under a time that was read back."""
    actor = turn.staff("schedule")
    ident, seconds, zone, mark = parts_of(parts, 4)
    release = await card.numbered(turn, ident)
    moment = times.moment_of(seconds, zone)
    await turn.claim()
    try:
        release = await turn.office.desk.queue(actor, release.slug, at=moment, mark=mark)
    except Conflict as error:
        await as_it_is(turn, release, error)
        return
    await card.show(turn, release, turn.page(text("The time is set.")))


async def confirm_embargo(turn: Turn, parts: Sequence[str]) -> None:
    """The same for an embargo."""
    actor = turn.staff("schedule")
    ident, seconds, zone, mark = parts_of(parts, 4)
    release = await card.numbered(turn, ident)
    moment = times.moment_of(seconds, zone)
    await turn.claim()
    try:
        release = await turn.office.desk.embargo(actor, release.slug, moment, mark=mark)
    except Conflict as error:
        await as_it_is(turn, release, error)
        return
    await card.show(turn, release, turn.page(text("The embargo is set.")))


async def lift_embargo(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Yes, lift it”."""
    actor = turn.staff("schedule")
    ident, mark = parts_of(parts, 2)
    release = await card.numbered(turn, ident)
    await turn.claim()
    try:
        release = await turn.office.desk.embargo(actor, release.slug, None, mark=mark)
    except Conflict as error:
        await as_it_is(turn, release, error)
        return
    await card.show(turn, release, turn.page(text("The embargo is lifted.")))
