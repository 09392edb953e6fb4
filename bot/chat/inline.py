"""Inline mode: whoever writes the bot's name in any chat may share a release there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import structlog
import telegram
from sqlalchemy.ext.asyncio import AsyncConnection
from telegram.error import TelegramError

from bot.audience.choice import Choice
from bot.chat import searching
from bot.chat.keyboards import LABEL_CHARACTERS
from bot.chat.page import shown
from bot.chat.turn import Turn
from bot.delivery.message import published_message
from bot.releases import body, lists, publication, search
from bot.releases.direction import arranged
from bot.releases.lists import EVERYTHING
from bot.releases.publication import Published
from bot.transports.content import fresh_text_of
from translations.locales import best_match, native_name
from translations.text import Text, text
from translations.words import terms

AT_A_TIME = 10
"""Releases in one answer; clients ask for more when somebody scrolls there. Telegram takes 50,
but each is a whole message, and is read for at each letter that is written."""

FRESH = 0
"""Seconds that Telegram may keep an answer: what is withdrawn is not to be offered any more."""

DESCRIBED = 120
"""Characters of the opening below a headline."""

# “fr: words”, “Français: words”; Chinese keyboards have a colon of their own.
_LANGUAGE = re.compile(r"\W*([^:\uff1a]{2,40}?)\s*[:\uff1a](.*)")
_OFFSET = re.compile(r"[0-9]{1,4}")

log = structlog.get_logger(__name__)


async def answer(turn: Turn, query: telegram.InlineQuery) -> None:
    """Offer what fits ``query``, the newest releases to who has not written a word yet.

    Only what is out and was not withdrawn is read, as it is at this moment.
    """
    allowed = turn.office.inquiries.take(turn.user_id)
    if allowed == "no":
        await _reply(turn, query, say=text("Please try again in a minute."))
    if allowed != "yes":
        return
    if query.offset and not _OFFSET.fullmatch(query.offset):
        await _reply(turn, query)
        return
    offset = int(query.offset or 0)
    async with turn.office.database.read() as connection:
        available = await publication.languages(connection)
    tag, asked = _chosen(search.cleaned(query.query), available)
    languages = [tag] if tag else searching.in_order(turn, available)
    tag, idents = await _found(turn, asked, languages, offset)
    async with turn.office.database.read() as connection:
        results = await _articles(turn, connection, tag, idents[:AT_A_TIME])
    nothing = text("No press release has all of these words.")
    if not available:
        nothing = text("Nothing has been published yet.")
    await _reply(
        turn,
        query,
        results,
        following=str(offset + AT_A_TIME) if len(idents) > AT_A_TIME else "",
        say=None if results or offset else nothing,
    )


def _chosen(asked: str, available: Sequence[str]) -> tuple[str, str]:
    """The language that a query begins with, by its tag or its own name, if anything is published
    in it, else ""; and the words."""
    found = _LANGUAGE.fullmatch(asked)
    if found is None:
        return "", asked
    named, words = found[1].casefold(), found[2].strip()
    for tag in available:
        if native_name(tag).casefold() == named:
            return tag, words
    match = best_match([found[1]], available)
    return (match.tag, words) if match is not None else ("", asked)


async def _found(
    turn: Turn, asked: str, languages: Sequence[str], offset: int
) -> tuple[str, Sequence[int]]:
    """The first of ``languages`` in which there is something, and what: one more than is shown."""
    database = turn.office.database
    is_question = False
    for tag in languages:
        if wanted := terms(asked, tag):
            is_question = True
            async with database.read() as connection:
                hits = await search.find(database, connection, wanted, tag)
            if hits.idents:
                return tag, hits.idents[offset : offset + AT_A_TIME + 1]
    if is_question:
        return "", ()
    async with database.read() as connection:
        tag = next(iter(await lists.reaching(connection, languages, EVERYTHING)), "")
        newest = await lists.page(connection, tag, EVERYTHING, limit=AT_A_TIME + 1, offset=offset)
    return tag, [entry.id for entry in newest]


async def _articles(
    turn: Turn, connection: AsyncConnection, tag: str, idents: Sequence[int]
) -> list[dict[str, Any]]:
    published = await publication.by_ids(connection, idents)
    there = (published[ident] for ident in idents if ident in published)
    return [
        _article(turn, one, tag)
        for one in there
        if one.withdrawn_at is None and tag in one.variants
    ]


def _article(turn: Turn, published: Published, tag: str) -> dict[str, Any]:
    """One release as Telegram lists it (Bot API, ``InlineQueryResultArticle``); choosing it sends
    what a channel has of it now, its notes to readers included."""
    message = published_message(
        published, Choice(tag, fallback=False), (), turn.office.settings, corrected=True
    )
    content = fresh_text_of(message)
    variant, words = published.variants[tag], turn.words
    about = arranged(f"{words.formats.date(published.date)} · {native_name(tag)}", words.tag)
    opening = variant.subhead or next((b.text for b in body.paragraphs(variant.body)), "")
    return {
        "type": "article",
        "id": f"{published.id}-{published.revision}-{tag}",
        "title": shown(variant.headline) or published.slug,
        "description": "\n".join(filter(None, (about, shown(opening, DESCRIBED)))),
        "input_message_content": {
            "message_text": content["text"],
            "entities": content["entities"],
            "link_preview_options": content["link_preview_options"],
        },
        **{name: content[name] for name in ("reply_markup",) if name in content},
    }


async def _reply(
    turn: Turn,
    query: telegram.InlineQuery,
    results: Sequence[dict[str, Any]] = (),
    *,
    following: str = "",
    say: Text | None = None,
) -> None:
    """Answer once. An answer that comes too late is refused: whoever asked has written on."""
    values: dict[str, Any] = {
        "inline_query_id": query.id,
        "results": list(results),
        "cache_time": FRESH,
        "is_personal": True,
        "next_offset": following,
    }
    if say is not None:
        label = shown(turn.words.render(say), LABEL_CHARACTERS)
        values["button"] = {"text": label, "start_parameter": searching.LINK}
    try:
        # In lower case: PTB warns of methods that it has itself; but what is laid out is as the
        # Bot API wants it already.
        await turn.office.bot.do_api_request("answerinlinequery", api_kwargs=values)
    except TelegramError as error:
        log.info("inline query not answered", error=type(error).__name__)
