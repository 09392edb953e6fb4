"""Approving one's own text under four eyes, when nobody else can in time: with a reason.

What the reason is for stands in the question that it replies to, so that a restart in between
loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import telegram
from telegram import MessageEntity

from bot.chat import release_card as card
from bot.chat.keyboards import outdated, parts_of, press
from bot.chat.page import shown
from bot.chat.turn import Turn
from bot.releases import review
from bot.releases.release import Release
from translations.locales import native_name
from translations.text import text

MARK = "alone"


async def ask(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Approve without a second person”."""
    ident, tag, seen = parts_of(parts, 3)
    turn.staff("approve", tag)
    release = await card.numbered(turn, ident)
    if tag not in release.variants:
        raise outdated()
    if not await _is_open(turn, release, tag, seen):
        return
    page = turn.page(
        text(
            "Reply to this message with the reason why “{slug}” ({language}) is approved without "
            "a second person, in at least {least} characters.",
            slug=release.slug,
            language=native_name(tag),
            least=review.SHORTEST_REASON,
        )
    )
    page.name(f"{MARK} {tag} {seen} {release.slug}")
    page.line(
        text(
            "It goes into the log. A second approval is owed then: everybody else who may give it "
            "is told, and /queue and /status show it until somebody does."
        )
    )
    await turn.say(page, [[press(text("Leave it"), "release", release.id)]])


async def answer(turn: Turn, message: telegram.Message) -> bool:
    """A reply to that question is the reason. False if it is no such reply."""
    asked = message.reply_to_message
    if asked is None or asked.from_user is None or asked.from_user.id != turn.office.bot.id:
        return False
    about = _about(asked)
    if about is None or not message.text:
        return False
    tag, seen, slug = about
    actor = turn.staff("approve", tag)
    release = await card.named(turn, slug)
    if tag not in release.variants:
        raise outdated()
    if not await _is_open(turn, release, tag, seen):
        return True
    reason = shown(message.text, review.LONGEST_REASON)
    await turn.claim()
    release = await turn.office.desk.approve(actor, release.slug, [tag], alone=reason)
    owed = text("Approved. The second approval is owed; whoever may give it is told.")
    done = owed if release.is_owed(tag) else text("Approved.")
    await card.show(turn, release, turn.page(done))
    return True


async def _is_open(turn: Turn, release: Release, tag: str, seen: str) -> bool:
    """Whether it is still to be approved as it was seen; else says how it stands."""
    if review.fingerprint(release, tag) != seen:
        await turn.note(text("The text has changed since. Look at it again first."), alert=True)
    elif release.is_approved(tag):
        await turn.note(text("It is approved already."))
    else:
        return True
    await card.show(turn, release)
    return False


def _about(asked: telegram.Message) -> tuple[str, str, str] | None:
    """Language, fingerprint and release of the question that the bot asked."""
    for code in asked.parse_entities([MessageEntity.CODE]).values():
        parts = code.split(" ")
        if len(parts) == 4 and parts[0] == MARK:
            return parts[1], parts[2], parts[3]
    return None
