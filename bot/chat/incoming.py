"""A text or file as staff sent it: fetched, and read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

import telegram
from telegram import MessageEntity
from telegram.error import TelegramError

from bot.chat.page import shown
from bot.chat.tray import Sent
from bot.chat.turn import Turn
from bot.errors import NotFound, Problem
from bot.occasions.calendar import local_date
from bot.releases import intake
from bot.releases.intake import Draft
from bot.releases.intake.document import Findings
from bot.releases.intake.formatted import Format
from bot.releases.intake.kinds import is_known, limit_of
from bot.releases.release import Issuer
from translations.text import text


async def fetched(turn: Turn, message: telegram.Message, about: str) -> Sent | None:
    """What came with a message; tells the person if there is nothing to read.

    ``about`` is the slug of the release that the message replies to.
    """
    if message.document is not None:
        return await _downloaded(turn, message, message.document, about)
    words = message.text or ""
    if "\n" not in words.strip():
        await turn.say(
            text(
                "To file a release, send its headline and its text in one message, or a file. "
                "/help shows the commands."
            )
        )
        return None
    return Sent(
        sender=turn.user_id,
        name="",
        data=words.encode("utf-8", "replace"),
        about=about,
        formats=tuple(_formats(words, message.entities)),
    )


_FORMATS = {
    MessageEntity.BOLD: "bold",
    MessageEntity.ITALIC: "italic",
    MessageEntity.TEXT_LINK: "link",
    MessageEntity.BLOCKQUOTE: "quote",
    MessageEntity.EXPANDABLE_BLOCKQUOTE: "quote",
}


def _formats(words: str, entities: Sequence[MessageEntity]) -> Iterator[Format]:
    """What a message sets apart, also one that was forwarded; counted in code points."""
    encoded = words.encode("utf-16-le", "replace")
    for entity in entities:
        kind = _FORMATS.get(entity.type)
        if kind is None:
            continue
        start, end = (
            len(encoded[: 2 * at].decode("utf-16-le", "replace"))
            for at in (entity.offset, entity.offset + entity.length)
        )
        yield Format(start=start, end=end, kind=kind, url=entity.url or "")


async def _downloaded(
    turn: Turn, message: telegram.Message, document: telegram.Document, about: str
) -> Sent | None:
    name = shown(PurePath(document.file_name or "").name, 100)
    suffix = PurePath(name).suffix
    findings = Findings()
    if not is_known(suffix, name, findings):
        await refuse(turn, tuple(findings.problems))
        return None
    limit = limit_of(suffix)
    if (document.file_size or 0) > limit:
        await turn.say(
            text(
                "“{file}” is too large: it may have {limit} bytes. Send the text alone, without "
                "pictures.",
                file=name,
                limit=limit,
            )
        )
        return None
    return Sent(
        sender=turn.user_id,
        name=name,
        data=await content(turn, document.file_id, name),
        file_id=document.file_id,
        about=about,
        album=message.media_group_id or "",
    )


async def content(turn: Turn, file_id: str, name: str) -> bytes:
    """What is in a file that Telegram has; raises ``NotFound`` if it does not give it."""
    try:
        file = await turn.office.ask(lambda: turn.office.bot.get_file(file_id))
        return bytes(await file.download_as_bytearray())
    except TelegramError as error:
        raise NotFound(
            text("“{file}” could not be fetched. Please send it again.", file=name)
        ) from error


def read(turn: Turn, sent: Sent) -> Draft:
    """The draft in what was sent. Blocks; raises ``BadDocument``."""
    settings = turn.office.settings
    return intake.read_text(
        sent.data,
        sent.name,
        languages=settings.languages,
        default_zone=settings.timezone,
        language=sent.language,
        slug=sent.about or None,
        today=local_date(settings.timezone, turn.office.clock.now()),
        issuer=Issuer(names=settings.issuer.names, address=settings.issuer.address),
        formats=sent.formats,
    )


async def refuse(turn: Turn, problems: tuple[Problem, ...]) -> None:
    page = turn.page(text("Nothing was stored. Please correct this:"))
    for problem in problems:
        page.item(problem.as_text())
    await turn.say(page)
