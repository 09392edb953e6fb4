"""Asking for changes in a text, from its release's card: by a comment, given as a reply."""

from __future__ import annotations

from collections.abc import Sequence

import telegram
from telegram import MessageEntity

from bot.chat import release_card as card
from bot.chat.keyboards import Button, in_rows, outdated, parts_of, press
from bot.chat.page import Page, shown
from bot.chat.turn import Turn
from bot.releases.asking import demand_comment
from bot.releases.publication import filled_headline
from bot.releases.release import Release
from bot.releases.review import demand_unpublished
from translations.locales import native_name
from translations.text import text

CHANGES = "changes"
"""Stands before language and slug in the question, so that a reply to it is understood."""


async def choose(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Ask for changes …”: in which language?"""
    turn.staff("ask")
    (ident,) = parts_of(parts, 1)
    release = await card.numbered(turn, ident)
    demand_unpublished(release)
    if len(release.variants) == 1:
        await turn.show(*_question(turn, release, release.original))
        return
    page = turn.page(shown(filled_headline(release, release.original))).name(release.slug)
    page.line(text("Which text should be changed?"), bold=True)
    buttons = [press(native_name(tag), "ask-in", release.id, tag) for tag in release.variants]
    await turn.show(page, [*in_rows(buttons), [_leave(release)]])


async def ask(turn: Turn, parts: Sequence[str]) -> None:
    """A language: what should be changed is given by a reply."""
    turn.staff("ask")
    ident, tag = parts_of(parts, 2)
    release = await card.numbered(turn, ident)
    demand_unpublished(release)
    if tag not in release.variants:
        raise outdated()
    await turn.show(*_question(turn, release, tag))


def _question(turn: Turn, release: Release, tag: str) -> tuple[Page, list[list[Button]]]:
    page = turn.page(shown(filled_headline(release, tag)))
    page.name(f"{CHANGES} {tag} {release.slug}")
    page.line(
        text(
            "Reply to this message with what should be changed ({language}). Whoever wrote the "
            "text, its translators and the office are told.",
            language=native_name(tag),
        )
    )
    return page, [[_leave(release)]]


def _leave(release: Release) -> Button:
    return press(text("Leave it"), "release", release.id)


async def answer(turn: Turn, message: telegram.Message) -> bool:
    """A reply to that question is the comment. False if it is no such reply."""
    asked = message.reply_to_message
    if asked is None or asked.from_user is None or asked.from_user.id != turn.office.bot.id:
        return False
    about = _about(asked)
    if about is None or not message.text:
        return False
    tag, slug = about
    actor = turn.staff("ask")
    release = await card.named(turn, slug)
    demand_comment(message.text)  # says what is wrong with it
    await turn.claim()
    release = await turn.office.desk.ask_for_changes(actor, release.slug, tag, message.text)
    await card.show(turn, release, turn.page(text("Changes are asked for.")))
    return True


def _about(asked: telegram.Message) -> tuple[str, str] | None:
    for code in asked.parse_entities([MessageEntity.CODE]).values():
        match code.split(" "):
            case [word, tag, slug] if word == CHANGES:
                return tag, slug
    return None
