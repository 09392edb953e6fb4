"""From a text or file that staff send to a draft on the desk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import PurePath

import telegram
from telegram.error import TelegramError

from bot.chat import release_card as card
from bot.chat.page import LIMIT, shown
from bot.chat.turn import Turn
from bot.errors import BadDocument, Problem
from bot.occasions.calendar import local_date
from bot.releases import body, intake
from bot.releases.intake import Draft
from bot.releases.intake.source import TEXT_LIMIT
from bot.releases.release import Issuer, Release
from bot.transports.entities import units
from translations.locales import native_name
from translations.text import Text, text

SUFFIXES = (".md", ".txt")
ALMOST_FULL = LIMIT - 100
"""UTF-16 code units: clients part a longer text into several messages of about this length."""


async def explain(turn: Turn, _arguments: str) -> None:
    """/new"""
    turn.staff()
    await turn.say(
        text(
            "Send the release as a message, or as a file (.md or .txt): the headline, an empty "
            "line, then the text. You see what was understood before anything happens."
        )
    )


async def receive(turn: Turn, message: telegram.Message) -> None:
    """A text or file from staff: file it as a draft, and tell what was understood."""
    actor = turn.staff()
    if not any(actor.may("write", tag) for tag in _languages(turn)):
        turn.staff("write")
    found = await _content(turn, message)
    if found is None:
        return
    name, data = found
    about = await card.replied_to(turn, message)
    try:
        draft = await asyncio.to_thread(_read, turn, name, data, about)
    except BadDocument as error:
        await _refuse(turn, error.problems)
        return
    await turn.claim()
    filed = await turn.office.desk.file(actor, _as_translation(draft.release, about))
    await _tell(turn, draft, filed.release, filed.outcome)
    if message.text is not None and units(message.text) > ALMOST_FULL:
        await turn.say(
            text("Telegram parts long texts. If yours goes on, send it as a file instead.")
        )


def _languages(turn: Turn) -> tuple[str, ...]:
    member = (m.language for m in turn.office.settings.staff if m.id == turn.user_id and m.language)
    return (*turn.office.settings.languages, *member)


async def _content(turn: Turn, message: telegram.Message) -> tuple[str, bytes] | None:
    """The name and bytes of what came; tells the person if there is nothing to read."""
    if message.document is not None:
        return await _downloaded(turn, message.document)
    words = message.text or ""
    if "\n" not in words.strip():
        await turn.say(
            text(
                "To file a release, send its headline and its text in one message, or a file. "
                "/help shows the commands."
            )
        )
        return None
    return "", words.encode("utf-8", "replace")


async def _downloaded(turn: Turn, document: telegram.Document) -> tuple[str, bytes] | None:
    name = shown(PurePath(document.file_name or "").name, 100)
    if PurePath(name).suffix.lower() not in SUFFIXES:
        await turn.say(text("Send the release as a file that ends in .md or .txt."))
        return None
    if (document.file_size or 0) > TEXT_LIMIT:
        await turn.say(
            text(
                "“{file}” is too large: a text may have {limit} bytes. Send the text alone, "
                "without pictures.",
                file=name,
                limit=TEXT_LIMIT,
            )
        )
        return None
    try:
        file = await turn.office.ask(lambda: turn.office.bot.get_file(document.file_id))
        data = bytes(await file.download_as_bytearray())
    except TelegramError:
        await turn.say(text("“{file}” could not be fetched. Please send it again.", file=name))
        return None
    return name, data


def _read(turn: Turn, name: str, data: bytes, about: Release | None) -> Draft:
    settings = turn.office.settings
    return intake.read_text(
        data,
        name,
        languages=settings.languages,
        default_zone=settings.timezone,
        slug=about.slug if about is not None else None,
        today=local_date(settings.timezone, turn.office.clock.now()),
        issuer=Issuer(names=settings.issuer.names, address=settings.issuer.address),
    )


def _as_translation(read: Release, about: Release | None) -> Release:
    """What was read, as that language of ``about``: everything else of that release stays."""
    if about is None:
        return read
    variant = read.variants[read.original]
    return replace(about, variants={**about.variants, variant.language: variant})


async def _refuse(turn: Turn, problems: tuple[Problem, ...]) -> None:
    page = turn.page(text("Nothing was stored. Please correct this:"))
    for problem in problems:
        page.item(problem.as_text())
    await turn.say(page)


async def _tell(turn: Turn, draft: Draft, release: Release, outcome: str) -> None:
    read = draft.release
    variant = read.variants[read.original]
    page = turn.page(_OUTCOMES[outcome])
    page.item(text("Headline: {headline}", headline=shown(variant.headline)))
    page.item(text("Date: {date}", date=read.date))
    page.item(text("Language: {language}", language=native_name(variant.language)))
    page.item(text("Paragraphs: {count}", count=len(body.paragraphs(variant.body))))
    page.item(text("Related documents: {count}", count=len(read.related)))
    for document in read.related:
        page.line(f"   – {shown(document.text)}")
    if read.topics:
        page.item(text("Topics: {topics}", topics=read.topics))
    if draft.problems:
        page.gap().line(text("Please look at this:"), bold=True)
        for problem in draft.problems:
            page.item(problem.as_text())
    await turn.say(await card.describe(turn, release, page), card.actions(turn, release))


_OUTCOMES: dict[str, Text] = {
    "new": text("A new draft is filed. This was understood:"),
    "changed": text("The draft is changed. This was understood:"),
    "same": text("This text is filed already."),
}
