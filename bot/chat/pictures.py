"""The pictures of a release: what is said of them in which language, which is the first, and which
go.

What a reply is about stands in the message that it replies to, so that a restart loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import telegram
from telegram import MessageEntity

from bot.chat import release_card as card
from bot.chat.keyboards import Button, Rows, in_rows, outdated, parts_of, press
from bot.chat.page import Page, shown
from bot.chat.turn import Turn
from bot.errors import NotFound
from bot.releases import publication
from bot.releases.gallery import Described, PutFirst, Removed
from bot.releases.picture import Picture
from bot.releases.publication import filled_headline
from bot.releases.release import PubStatus, Release, ReleaseState
from bot.transports.base import Message, Photo, Sent
from translations.locales import native_name
from translations.text import Text, text

NAMED_BY = 8
"""Characters of a picture's name that tell it from the others of its release."""
_QUESTION = re.compile(r"picture ([0-9a-f]{8}) (\S+) (\S+)")
_NOTHING = frozenset("-–—")


async def show_pressed(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Pictures”."""
    turn.staff()
    (ident,) = parts_of(parts, 1)
    await show(turn, await card.numbered(turn, ident))


async def show(
    turn: Turn, release: Release, first: Text | None = None, *, in_place_of: int = 0
) -> int:
    """What is there and what is said of it, with what this member of staff may do about it.

    In the place of the message whose button was pressed, or of another of the bot's; returns the
    id of the message that says it.
    """
    page, buttons = await _view(turn, release, first), _buttons(turn, release)
    if in_place_of:
        chat = telegram.Chat(turn.chat_id, "private")
        message = telegram.Message(in_place_of, turn.office.clock.now(), chat)
        await turn.office.redraw(message, page, turn.words, buttons)
        return in_place_of
    if turn.query is None or turn.message is None:
        return await turn.say(page, buttons)
    await turn.show(page, buttons)
    return turn.message.message_id


async def _view(turn: Turn, release: Release, first: Text | None) -> Page:
    page = turn.page(first) if first is not None else turn.page()
    page.line(shown(filled_headline(release, release.original)), bold=True).name(release.slug)
    if not release.pictures:
        page.line(text("It has no picture. Send one as a reply to this message."))
    for place, picture in enumerate(release.pictures, 1):
        page.gap().line(_called(place, picture))
        for tag in release.variants:
            page.item(_said(turn, picture, tag))
    if len(release.pictures) > 1:
        page.gap().line(text("The first is the one that messages show."))
    if await _readers_see_others(turn, release):
        page.gap().line(
            text("Readers do not see it so yet. “Correct …” on the card brings it to them.")
        )
    return page


def _called(place: int, picture: Picture) -> Text:
    widest = picture.widest
    return text(
        "Picture {place}: {width} × {height}",
        place=place,
        width=str(widest.width),
        height=str(widest.height),
    )


def _said(turn: Turn, picture: Picture, language: str) -> str:
    told = (picture.captions, picture.credits, picture.alternatives)
    words = " · ".join(shown(texts[language]) for texts in told if language in texts)
    nothing = turn.words.render(text("nothing yet"))
    return f"{native_name(language)}: {words or nothing}"


async def _readers_see_others(turn: Turn, release: Release) -> bool:
    if release.state is not ReleaseState.PUBLISHED or release.id is None:
        return False
    async with turn.office.database.read() as connection:
        out = await publication.of_release(connection, release.id)
    page = next((p for p in out if p.year is None and p.withdrawn_at is None), None)
    return page is not None and bool(publication.pictured_in(release, page))


def _buttons(turn: Turn, release: Release) -> Rows:
    actor, rows = turn.actor, list[list[Button]]()
    if actor is None:
        return rows
    may_write = any(actor.may("write", tag) for tag in release.variants)
    is_over = release.pubstatus is PubStatus.CANCELED
    for place, picture in enumerate(release.pictures, 1):
        named = (release.id, picture.digest[:NAMED_BY])
        row = [press(text("Look at {place}", place=place), "picture-see", *named)]
        if may_write and not is_over:
            row.append(press(text("Words for {place} …", place=place), "picture-words", *named))
        if actor.may("schedule") and not is_over:
            if place > 1:
                row.append(press(text("Put {place} first", place=place), "picture-first", *named))
            row.append(press(text("Remove {place}", place=place), "picture-drop", *named))
        rows.append(row)
    return [*rows, [press(text("The release"), "release", release.id)]]


async def look(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Look at”: the picture itself, with all that is said of it."""
    turn.staff()
    release, picture = await _pictured(turn, parts)
    await turn.claim()
    told = (picture.caption_in, picture.credit_in)
    caption, credit = (
        said.text if said else ""
        for said in (each(release.original, release.original) for each in told)
    )
    message = Message(
        language=release.original,
        headline=filled_headline(release, release.original),
        photo=Photo(digest=picture.digest, caption=caption, credit=credit),
    )
    if turn.office.reserve is not None:
        await turn.office.reserve()
    outcome = await turn.office.transport.send(str(turn.chat_id), message)
    if not isinstance(outcome, Sent):
        await turn.note(text("The preview could not be sent. Try again in a moment."), alert=True)


async def choose_language(turn: Turn, parts: Sequence[str]) -> None:
    """The button “Words”: in which language?"""
    actor = turn.staff()
    release, picture = await _pictured(turn, parts)
    tags = [tag for tag in release.variants if actor.may("write", tag)]
    buttons = [
        press(native_name(tag), "picture-say", release.id, picture.digest[:NAMED_BY], tag)
        for tag in tags
    ]
    page = turn.page(text("In which language are the words?"))
    back = [press(text("Leave it"), "pictures", release.id)]
    await turn.show(page, [*in_rows(buttons), back])


async def ask_words(turn: Turn, parts: Sequence[str]) -> None:
    ident, digest, tag = parts_of(parts, 3)
    release, picture = await _pictured(turn, (ident, digest))
    turn.staff("write", tag)
    if tag not in release.variants:
        raise outdated()
    asked = text(
        "Reply to this message, in {language}, with up to three lines:", language=native_name(tag)
    )
    page = turn.page(asked)
    page.item(text("what the picture shows"))
    page.item(text("whose picture it is"))
    page.item(text("what those are told who do not see it"))
    page.line(text("A dash stands for a line that is to be empty."))
    page.name(f"picture {picture.digest[:NAMED_BY]} {tag} {release.slug}")
    said = _said(turn, picture, tag)
    await turn.say(page.gap().line(said), [[press(text("Leave it"), "pictures", release.id)]])


async def answer(turn: Turn, message: telegram.Message) -> bool:
    """A reply to that question: the words are kept. False if it is no such reply."""
    asked = message.reply_to_message
    if asked is None or asked.from_user is None or asked.from_user.id != turn.office.bot.id:
        return False
    codes = asked.parse_entities([MessageEntity.CODE]).values()
    found = next(filter(None, map(_QUESTION.fullmatch, codes)), None)
    if found is None or not message.text:
        return False
    digest, tag, slug = found.groups()
    actor = turn.staff("write", tag)
    release = await card.named(turn, slug)
    picture = _of(release, digest)
    caption, credit, alternative = words_in(message.text)
    await turn.claim()
    release = await turn.office.desk.illustrate(
        actor,
        slug,
        Described(
            digest=picture.digest,
            language=tag,
            caption=caption,
            credit=credit,
            alternative=alternative,
        ),
    )
    await show(turn, release, text("These words are kept."))
    return True


def words_in(message: str) -> tuple[str, str, str]:
    """Caption, credit and alternative text: a line each, what is more belongs to the last."""
    lines = [" ".join(line.split()) for line in message.splitlines()]
    lines = ["" if set(line) <= _NOTHING else line for line in lines if line]
    first, second, *rest = (*lines, "", "")
    return first, second, " ".join(filter(None, rest))


async def put_first(turn: Turn, parts: Sequence[str]) -> None:
    actor = turn.staff("schedule")
    release, picture = await _pictured(turn, parts)
    await turn.claim()
    change = PutFirst(digest=picture.digest)
    release = await turn.office.desk.illustrate(actor, release.slug, change)
    await show(turn, release)


async def remove(turn: Turn, parts: Sequence[str]) -> None:
    actor = turn.staff("schedule")
    release, picture = await _pictured(turn, parts)
    await turn.claim()
    change = Removed(digest=picture.digest)
    release = await turn.office.desk.illustrate(actor, release.slug, change)
    await show(turn, release, text("The picture is removed. Send it again to bring it back."))


async def _pictured(turn: Turn, parts: Sequence[str]) -> tuple[Release, Picture]:
    """The release and the picture that a button names; raises ``NotFound``."""
    ident, digest = parts_of(parts, 2)
    release = await card.numbered(turn, ident)
    return release, _of(release, digest)


def _of(release: Release, digest: str) -> Picture:
    for picture in release.pictures:
        if digest and picture.digest.startswith(digest):
            return picture
    raise NotFound(
        text("That picture is not with “{slug}” any more. Send it again.", slug=release.slug)
    )
