"""A picture that staff send: which release it is for, fetched, and put with it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

import telegram
from telegram.error import TelegramError

from bot.chat import incoming, pictures, together
from bot.chat import release_card as card
from bot.chat.keyboards import outdated, parts_of, press
from bot.chat.page import shown
from bot.chat.tray import Shot, Shots
from bot.chat.turn import Turn
from bot.errors import Problem
from bot.releases import repository
from bot.releases.gallery import Added
from bot.releases.intake.pictures import FILE_LIMIT, picture_of
from bot.releases.intake.slug import is_slug
from bot.releases.picture import Picture
from bot.releases.publication import filled_headline
from bot.releases.release import PubStatus, Release, ReleaseState
from translations.text import Text, text

ENDS = (
    ".jpg",
    ".jpeg",
    ".png",
    ".webp",
    ".heic",
    ".heif",
    ".avif",
    ".gif",
    ".tif",
    ".tiff",
    ".bmp",
)
"""Of files that are taken for pictures, if only to say what else to send."""
OFFERED = 6
MOST_WORDS = 30
"""Of a caption among which the name of a release is looked for."""


async def receive(turn: Turn, message: telegram.Message) -> bool:
    """A picture goes to the release that the message replies to or names; else it is asked about.
    False if there is no picture."""
    shot = _shot(message)
    if shot is None:
        return False
    turn.staff("schedule")
    album = message.media_group_id or ""
    known = await together.shots(turn, album)
    release = await card.replied_to(turn, message) or await _named_in(turn, message)
    if release is None and known is not None and known.slug:
        release = await card.named(turn, known.slug)
    if release is not None:
        await _put(turn, release, album, [*(known.waiting if known else ()), shot])
    elif known is not None:
        waiting = (*known.waiting, shot)
        await together.put_shots(turn, album, replace(known, waiting=waiting))
    else:
        await _ask(turn, message)
        await together.put_shots(turn, album, Shots())
    return True


async def press_release(turn: Turn, parts: Sequence[str]) -> None:
    """The answer to: for which release is it? The picture is in the message asked about."""
    turn.staff("schedule")
    (ident,) = parts_of(parts, 1)
    release = await card.numbered(turn, ident)
    asked = turn.message.reply_to_message if turn.message is not None else None
    shot = _shot(asked) if asked is not None else None
    if asked is None or shot is None:
        raise outdated()
    album = asked.media_group_id or ""
    known = await together.shots(turn, album)
    waiting = known.waiting if known is not None else ()
    lost = text("It came with others that are forgotten by now. Send those again.")
    await _put(turn, release, album, [shot, *waiting], lost if album and known is None else None)


def _shot(message: telegram.Message) -> Shot | None:
    caption = message.caption or ""
    if message.photo:
        largest = message.photo[-1]
        return Shot(file_id=largest.file_id, size=largest.file_size or 0, caption=caption)
    document = message.document
    if document is None:
        return None
    name = document.file_name or ""
    is_picture = (document.mime_type or "").startswith("image/")
    if not is_picture and PurePath(name).suffix.lower() not in ENDS:
        return None
    size = document.file_size or 0
    return Shot(file_id=document.file_id, size=size, caption=caption, name=shown(name, 100))


async def _named_in(turn: Turn, message: telegram.Message) -> Release | None:
    """The one release whose name is in the caption."""
    words = dict.fromkeys((message.caption or "").split()[:MOST_WORDS])
    async with turn.office.database.read() as connection:
        found = [await repository.find(connection, word) for word in words if is_slug(word)]
    releases = [release for release in found if release is not None]
    return releases[0] if len(releases) == 1 else None


async def _ask(turn: Turn, message: telegram.Message) -> None:
    async with turn.office.database.read() as connection:
        every = await repository.everything(connection)
    usable = [release for release in every if release.pubstatus is not PubStatus.CANCELED]
    usable.sort(key=lambda release: release.state is ReleaseState.PUBLISHED)
    if not usable:
        await turn.say(text("There is no release yet. /new says how to file one."))
        return
    page = turn.page(text("For which release is this picture?"))
    for release in usable[:OFFERED]:
        page.item(f"{release.slug}: {shown(filled_headline(release, release.original))}")
    page.line(text("For another one, send the picture as a reply to its card: /release"))
    rows = [[press(release.slug, "picture-of", release.id)] for release in usable[:OFFERED]]
    await turn.say(page, rows, reply_to=message.message_id)


async def _put(
    turn: Turn, release: Release, album: str, shots: Sequence[Shot], also: Text | None = None
) -> None:
    """Put pictures with a release, and say what came of it; of what came together, once."""
    actor = turn.staff("schedule")
    known = await together.shots(turn, album)
    made = [(shot, await _made(turn, shot)) for shot in shots]
    before = len(release.pictures)
    await turn.claim()
    for shot, picture in made:
        if isinstance(picture, Picture):
            change = Added(picture=_with_words(picture, shot, release))
            release = await turn.office.desk.illustrate(actor, release.slug, change)
    problems = [
        Problem(what=what, where=shot.name) for shot, what in made if isinstance(what, Text)
    ]
    if problems:
        await incoming.refuse(turn, tuple(problems))
    if also is not None:
        await turn.say(also)
    told_in = known.told_in if known is not None else 0
    if len(problems) < len(made):
        is_new = len(release.pictures) > before
        done = text("It is with the release.") if is_new else text("It is there already.")
        told_in = await pictures.show(turn, release, done, in_place_of=told_in)
    await together.put_shots(turn, album, Shots(slug=release.slug, told_in=told_in))


async def _made(turn: Turn, shot: Shot) -> Picture | Text:
    """The picture, fetched and made ready for readers; or what is wrong with it."""
    if shot.size > FILE_LIMIT:
        return text(
            "The picture has {size} bytes; at most {limit} are taken. Save it smaller, as JPEG.",
            size=shot.size,
            limit=FILE_LIMIT,
        )
    try:
        file = await turn.office.ask(lambda: turn.office.bot.get_file(shot.file_id))
        data = bytes(await file.download_as_bytearray())
    except TelegramError:
        return text("The picture could not be fetched. Please send it again.")
    return await asyncio.to_thread(picture_of, data)


def _with_words(picture: Picture, shot: Shot, release: Release) -> Picture:
    """The message's own caption says the first words about it, in the original's language."""
    own = re.sub(rf"(?<!\S){re.escape(release.slug)}(?!\S)", "", shot.caption)
    said = pictures.words_in(own)
    caption, credit, alternative = ({release.original: words} if words else {} for words in said)
    return replace(picture, captions=caption, credits=credit, alternatives=alternative, sent=True)
