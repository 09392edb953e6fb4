"""Correcting and withdrawing what is out, from the card of a release.

What a button or a reply is about is in the message that it belongs to, so that a restart in the
middle loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import telegram
from telegram import MessageEntity

from bot.chat import release_card as card
from bot.chat.keyboards import Button, outdated, parts_of, press
from bot.chat.page import Page, shown
from bot.chat.turn import Turn
from bot.errors import NotFound
from bot.releases import publication, review
from bot.releases.correction import Kind, notes_of
from bot.releases.publication import filled_headline
from bot.releases.release import Release
from translations.locales import native_name
from translations.text import Text, text

_KINDS = {
    Kind.TYPO: text("A typo"),
    Kind.CLARIFICATION: text("A clarification"),
    Kind.CORRECTION: text("A correction"),
}
_DOES = {
    Kind.TYPO: text("Messages are changed in their place, without a word to readers."),
    Kind.CLARIFICATION: text("Messages are changed, and a reply tells readers of it."),
    Kind.CORRECTION: text("Messages are changed, and a reply tells readers of it."),
    Kind.RETRACTION: text(
        "Pages, feeds and messages become a notice, and a reply tells readers of it. There is no "
        "way back."
    ),
}


async def ask(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Correct”: what differs from what is out, and what kind of change that is."""
    turn.staff("schedule")
    (ident,) = parts_of(parts, 1)
    release = await card.numbered(turn, ident)
    review.demand_published(release)
    changed = await _changed(turn, release)
    if not changed:
        page = turn.page(text("Reply to this message with the corrected text, or as a file."))
        page.name(release.slug)
        page.line(text("It is not sent by that. Then press “Correct …” once more."))
        await turn.say(page)
        return
    page = _headed(turn, release)
    page.line(text("Not as readers have it: {languages}.", languages=changed))
    page.line(text("What is it?"))
    seen = review.fingerprint(release)
    buttons = [[press(label, "amend", release.id, kind, seen)] for kind, label in _KINDS.items()]
    await turn.show(page, [*buttons, [press(text("Leave it"), "release", release.id)]])


async def choose(turn: Turn, parts: Sequence[str]) -> None:
    """A kind: a typo is confirmed, anything else needs a note to readers."""
    turn.staff("schedule")
    ident, name, seen = parts_of(parts, 3)
    release = await card.numbered(turn, ident)
    kind = _kind(name)
    if not await _is_as_seen(turn, release, seen):
        return
    if kind is Kind.TYPO:
        await turn.show(*_confirmation(turn, release, kind, (), await _changed(turn, release)))
        return
    page = turn.page(text("Reply to this message with what readers are told."))
    page.name(f"{kind.value} {release.slug}")
    page.line(_languages_hint(release))
    await turn.say(page, [[press(text("Leave it"), "release", release.id)]])


async def ask_reason(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Withdraw”."""
    turn.staff("schedule")
    (ident,) = parts_of(parts, 1)
    release = await card.numbered(turn, ident)
    review.demand_published(release)
    page = _headed(turn, release)
    page.line(text("Reply to this message with the reason that readers are told."))
    page.name(f"{Kind.RETRACTION.value} {release.slug}")
    page.line(_languages_hint(release))
    await turn.say(page, [[press(text("Leave it"), "release", release.id)]])


async def answer(turn: Turn, message: telegram.Message) -> bool:
    """A reply to one of these questions is a note to readers: it is read back, to be confirmed.
    False if it is no such reply."""
    asked = message.reply_to_message
    if asked is None or asked.from_user is None or asked.from_user.id != turn.office.bot.id:
        return False
    about = _about(asked)
    if about is None or not message.text:
        return False
    kind, slug = about
    turn.staff("schedule")
    release = await card.named(turn, slug)
    review.demand_published(release)
    lines = tuple(line for line in message.text.splitlines() if line.strip())
    notes_of(lines, release)  # says what is wrong with them
    changed = await _changed(turn, release) if kind is not Kind.RETRACTION else ()
    await turn.say(*_confirmation(turn, release, kind, lines, changed))
    return True


async def confirm(turn: Turn, parts: Sequence[str]) -> None:
    """The last button: acts on the text and the note that stand above it."""
    actor = turn.staff("schedule")
    ident, name, seen = parts_of(parts, 3)
    release = await card.numbered(turn, ident)
    kind = _kind(name)
    if turn.message is None or (kind is not Kind.TYPO and not _codes(turn.message)):
        raise outdated()
    if not await _is_as_seen(turn, release, seen):
        return
    notes = notes_of(_codes(turn.message), release)
    await turn.claim()
    if kind is Kind.RETRACTION:
        release = await turn.office.desk.withdraw(actor, release.slug, notes)
        done = text("It is withdrawn. Everybody who was sent it is told.")
    else:
        await turn.office.desk.correct(actor, release.slug, kind, notes)
        release = await card.named(turn, release.slug)
        done = text("It is corrected. Everybody who was sent it gets the new text.")
    await card.show(turn, release, turn.page(done))


def _confirmation(
    turn: Turn, release: Release, kind: Kind, lines: Sequence[str], changed: tuple[str, ...]
) -> tuple[Page, list[list[Button]]]:
    page = _headed(turn, release)
    if changed:
        page.line(text("Not as readers have it: {languages}.", languages=changed))
    page.line(_DOES[kind])
    if lines:
        page.line(text("Readers are told:"))
    for line in lines:
        page.name(line)
    label: Text = text("Yes, withdraw") if kind is Kind.RETRACTION else text("Yes, correct")
    return page, [
        [press(label, "amend!", release.id, kind.value, review.fingerprint(release))],
        [press(text("No"), "release", release.id)],
    ]


def _headed(turn: Turn, release: Release) -> Page:
    page = turn.page()
    return page.line(shown(filled_headline(release, release.original)), bold=True)


def _languages_hint(release: Release) -> Text:
    example = next((tag for tag in release.variants if tag != release.original), release.original)
    return text(
        "A line for each language, begun as in {example}; without that it is {language}.",
        example=f"{example}=…",
        language=native_name(release.original),
    )


async def _changed(turn: Turn, release: Release) -> tuple[str, ...]:
    """The languages, by their names, in which an approved text, or a picture, is not as readers
    have it."""
    assert release.id is not None
    async with turn.office.database.read() as connection:
        out = await publication.of_release(connection, release.id)
    page = next((p for p in out if p.year is None), None)
    if page is None:
        return ()
    texts = publication.changed_in(release, page)
    pictures = set(publication.pictured_in(release, page)) - set(texts)
    return tuple(
        native_name(tag)
        for tag in page.variants
        if (tag in texts and release.is_approved(tag)) or tag in pictures
    )


async def _is_as_seen(turn: Turn, release: Release, seen: str) -> bool:
    if review.fingerprint(release) == seen:
        return True
    await turn.note(text("The text has changed since. Look at it again first."), alert=True)
    await card.show(turn, release)
    return False


def _kind(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError as error:
        raise outdated() from error


def _codes(message: telegram.Message) -> tuple[str, ...]:
    return tuple(message.parse_entities([MessageEntity.CODE]).values())


def _about(asked: telegram.Message) -> tuple[Kind, str] | None:
    """Which question a message of the bot's asks, and of which release."""
    for code in _codes(asked):
        name, _, slug = code.partition(" ")
        try:
            return _kind(name), slug
        except NotFound:
            continue
    return None
