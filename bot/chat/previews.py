"""Exactly what subscribers will get, and what is worth knowing of it before that."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat import release_card as card
from bot.chat.keyboards import outdated, parts_of
from bot.chat.page import Page, shown
from bot.chat.release_acts import show_changes
from bot.chat.turn import Turn
from bot.delivery.message import draft_message
from bot.releases.review import EVERY_LANGUAGE
from bot.transports.base import Message, Sent
from bot.transports.entities import units
from bot.transports.fit import Fitted, fit
from translations.locales import native_name
from translations.text import text


async def show(turn: Turn, parts: Sequence[str]) -> None:
    """The buttons “Preview: …” and “Preview: all”: each message as it will be, and then how
    long it is, and what is seen with it."""
    turn.staff()
    ident, tag = parts_of(parts, 2)
    release = await card.numbered(turn, ident)
    if tag not in (EVERY_LANGUAGE, *release.variants):
        raise outdated()
    chosen = list(release.variants) if tag == EVERY_LANGUAGE else [tag]
    await turn.claim()
    page = turn.page(text("This is what subscribers get:")).name(release.slug)
    for language in chosen:
        message = draft_message(release, language, turn.office.settings)
        if not await _sent(turn, message):
            await turn.note(
                text("The preview could not be sent. Try again in a moment."), alert=True
            )
            return
        _measure(page.gap().line(native_name(language), bold=True), message, fit(message))
    await turn.say(page)
    for language in chosen:
        await show_changes(turn, release, language)


async def _sent(turn: Turn, message: Message) -> bool:
    office = turn.office
    if office.reserve is not None:
        await office.reserve()
    return isinstance(await office.transport.send(str(turn.chat_id), message), Sent)


def _measure(page: Page, message: Message, fitted: Fitted) -> None:
    """Its length as Telegram counts it, how much of the text is in it, and what is seen with it.

    A message is always one: what has no room in it is on the page that its button opens.
    """
    page.item(
        text(
            "One message, {length} of at most {limit} characters",
            length=units(fitted.text),
            limit=fitted.limit,
        )
    )
    every = len(message.paragraphs)
    if fitted.shown < every:
        page.item(
            text(
                "Paragraphs in it: {shown} of {count}. The button opens the rest.",
                shown=fitted.shown,
                count=every,
            )
        )
    else:
        page.item(text("All paragraphs are in it: {count}", count=every))
    if fitted.photo is not None:
        page.item(text("With its picture, so that no link preview is shown"))
        return
    if message.photo is None:
        page.item(text("No picture"))
    else:
        page.item(text("Too long to stand below a picture: the link preview shows it"))
    if fitted.button is not None:
        headline, (_, url) = shown(message.headline), fitted.button
        page.item(
            text("Link preview: “{headline}”, from {address}", headline=headline, address=url)
        )
