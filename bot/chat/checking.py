"""“Is it genuine?”: a text that somebody sends, against what the office has published.

What was checked is kept nowhere: it is in no log, no row, and in memory until it is answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import telegram
from telegram import MessageEntity

from bot.chat.keyboards import Button
from bot.chat.page import Page, shown
from bot.chat.remarks import LONGEST_PIECE, marked
from bot.chat.turn import Turn
from bot.delivery.message import page_url
from bot.delivery.recognition import Recognised, recognise
from bot.occasions.calendar import local_date
from bot.releases.correction import Correction, Kind
from bot.releases.difference import Piece
from bot.releases.publication import issuer_name
from translations.locales import native_name
from translations.text import Text, text, texts

SMALL_TALK = 40
"""Characters: what is shorter, and was not published, was hardly sent to be checked."""

MOST_CHANGES = 10

# What chat programs make a link of by themselves: the words of a forgery are to be read only.
_LINKS = re.compile(r"(?<=[./:@#$])(?=\w)")
_APART = "\N{WORD JOINER}"
_ISOLATE, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@dataclass(frozen=True)
class _Asked:
    """The words of a message, and the addresses that it leads to without showing them."""

    words: str
    links: tuple[str, ...] = ()


async def command(turn: Turn, arguments: str) -> None:
    """/check TEXT, or as a reply to the message that is to be checked."""
    asked = _replied_to(turn.message) if turn.message is not None and not arguments else None
    if asked is None and turn.message is not None and arguments:
        asked = _Asked(arguments, _of(turn.message).links)
    if asked is None:
        await turn.say(
            text(
                "Send or forward me a text, or reply to one with /check: I tell whether the press "
                "office published it, and what differs. What you send is not kept."
            )
        )
        return
    if await _may(turn):
        await _check(turn, asked)


async def receive(turn: Turn, message: telegram.Message) -> bool:
    """Whatever a reader writes or forwards may be meant to be checked; false for small talk."""
    asked = _of(message)
    if not asked.words.strip():
        return False
    brief = len(asked.words) < SMALL_TALK
    return await _check(turn, asked, brief=brief) if await _may(turn) else True


async def _may(turn: Turn) -> bool:
    answer = turn.office.checks.take(turn.user_id)
    if answer == "no":
        await turn.say(text("That was a lot to check. Please try again in a few minutes."))
    return answer == "yes"


async def _check(turn: Turn, asked: _Asked, *, brief: bool = False) -> bool:
    office = turn.office
    found = await recognise(office.database, office.settings, asked.words, asked.links)
    if found is not None:
        url = page_url(office.settings, found.published.slug, found.trace.language)
        await turn.say(_told(turn, found), [[Button(text("Read the full release"), url=url)]])
        return True
    if brief:
        return False
    page = turn.page().line(
        text("This was not found among what the press office has published."), bold=True
    )
    page.line(
        text(
            "Either it is from somebody else, or it was changed so much that it cannot be "
            "recognised. Send the whole text from its headline on, to be sure."
        )
    )
    await turn.say(page)
    return True


def _of(message: telegram.Message) -> _Asked:
    entities = (*message.entities, *message.caption_entities)
    keyboard = message.reply_markup.inline_keyboard if message.reply_markup is not None else ()
    links = (
        *(entity.url for entity in entities if entity.type == MessageEntity.TEXT_LINK),
        *(button.url for row in keyboard for button in row),
    )
    words = message.text or message.caption or ""
    return _Asked(words, tuple(dict.fromkeys(link for link in links if link)))


def _replied_to(message: telegram.Message) -> _Asked | None:
    """What a message replies to: the part that is quoted, else all of it."""
    if message.quote is not None:
        links = (e.url for e in message.quote.entities or () if e.type == MessageEntity.TEXT_LINK)
        return _Asked(message.quote.text, tuple(link for link in links if link))
    replied = message.reply_to_message
    asked = _of(replied) if replied is not None else None
    return asked if asked is not None and asked.words else None


def _told(turn: Turn, found: Recognised) -> Page:
    page = turn.page().line(_VERDICTS[found.like.kind], bold=True)
    _name(turn, page.gap(), found)
    _since(turn, page, found.since)
    if found.like.foreign:
        page.line(text("A link in it leads elsewhere than in what was published."), bold=True)
    if found.changes:
        page.gap().line(_LEGENDS[found.is_genuine])
    for change in found.changes[:MOST_CHANGES]:
        page.rich([("• " + _ISOLATE, ""), *marked(_harmless(change.pieces)), (_END, "")])
    more = len(found.changes) - MOST_CHANGES
    if more > 0:
        page.line(texts("… and {n} more", "… and {n} more", more))
    return page


_VERDICTS = {
    "same": text("This was published by the press office, word for word."),
    "part": text("This is a part of what the press office published, word for word."),
    "changed": text("This is not as the press office published it: it was changed."),
}
_LEGENDS = {
    True: text("Struck out: as readers have it now. Bold: what stands here instead."),
    False: text("Struck out: what was published. Bold: what stands here instead."),
}


def _name(turn: Turn, page: Page, found: Recognised) -> None:
    published, language = found.published, found.trace.language
    settings = turn.office.settings
    issuer = issuer_name(published.issuer, language, settings)
    on = turn.words.formats.date(published.date)
    page.line(shown(published.variants[language].headline, 400))
    page.line(f"{shown(issuer)} · {on}" if issuer else on)
    page.line(text("Language: {language}", language=native_name(language)))
    day = local_date(settings.timezone, found.trace.at)
    page.line(
        text("Version: as corrected on {date}", date=day)
        if found.trace.revision
        else text("Version: as first published, on {date}", date=day)
    )


def _since(turn: Turn, page: Page, since: Sequence[Correction]) -> None:
    """What became of that version."""
    if not since:
        return
    withdrawn = since[-1].kind is Kind.RETRACTION
    page.gap().line(
        text("It has been withdrawn since.") if withdrawn else text("It has been changed since."),
        bold=True,
    )
    for correction in since:
        page.item(_note(turn, correction))


def _note(turn: Turn, correction: Correction) -> Text:
    on = local_date(turn.office.settings.timezone, correction.at)
    if correction.kind is Kind.TYPO:
        return text("A typo was put right on {date}.", date=on)
    return correction.as_text(turn.words.tag, on)


def _harmless(pieces: Sequence[Piece]) -> list[Piece]:
    return [
        Piece(piece.kind, _LINKS.sub(_APART, shown(piece.text, LONGEST_PIECE)) + _gap(piece.text))
        for piece in pieces
    ]


def _gap(words: str) -> str:
    return " " if words[-1:].isspace() else ""
