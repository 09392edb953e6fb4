"""/search: looking for words in what is out, as on the site's page."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from bot.chat.keyboards import Button
from bot.chat.page import shown
from bot.chat.turn import Turn
from bot.delivery.message import page_url
from bot.releases import lists, publication, search
from bot.releases.search import Found
from translations.locales import best_match, native_name
from translations.text import text, texts
from translations.words import terms

BEST = 5

LINK = "search"
"""What a link into the private chat carries that is to tell how to search."""


async def command(turn: Turn, arguments: str) -> None:
    """/search WORDS, in the reader's languages first, else in whichever has them."""
    asked = search.cleaned(arguments)
    answer = turn.office.searches.take(turn.user_id)
    if answer == "no":
        await turn.say(text("That was a lot to look for. Please try again in a few minutes."))
    if answer != "yes":
        return
    async with turn.office.database.read() as connection:
        available = await publication.languages(connection)
    best, hits, others = "", Found(), []
    is_question = False
    for tag in in_order(turn, available):
        if not (wanted := terms(asked, tag)):
            continue
        is_question = True
        async with turn.office.database.read() as connection:
            if not best:
                hits = await search.find(turn.office.database, connection, wanted, tag)
                best = tag if hits.idents else ""
            elif await search.count(turn.office.database, connection, wanted, tag):
                others.append(tag)
    if available and not is_question:
        await turn.say(
            turn.page(text("Write /search and the words that you look for.")).line(
                text("Words in quotation marks are looked for in just that order.")
            )
        )
    elif best:
        await _tell(turn, asked, best, hits, others)
    else:
        await turn.say(
            turn.page(text("No press release has all of these words.")).line(
                text("Try fewer words, or others. Capitals and accents make no difference.")
            )
        )


def in_order(turn: Turn, available: Sequence[str]) -> list[str]:
    """The languages that serve this reader, the best first, then the office's, then all others."""
    ordered: list[str] = []
    rest = list(available)
    for wished in (*turn.languages, *turn.office.settings.languages):
        match = best_match([wished], rest)
        if match is not None:
            ordered.append(match.tag)
            rest.remove(match.tag)
    return ordered + rest


async def _tell(turn: Turn, asked: str, best: str, hits: Found, others: Sequence[str]) -> None:
    settings = turn.office.settings
    async with turn.office.database.read() as connection:
        entries = await lists.entries(connection, best, hits.idents[:BEST])
    total = len(hits.idents)
    page = turn.page(
        texts("{n} press release found", "{n} press releases found", total)
        if hits.is_all
        else text("More than {n} press releases found: these are among the newest.", n=search.MOST)
    )
    for entry in entries:
        page.gap().line(shown(entry.headline, 400), url=page_url(settings, entry.slug, best))
        page.line(turn.words.formats.date(entry.date))
    if others:
        page.gap().line(text("Also found in"), bold=True)
        for tag in others:
            page.line(native_name(tag), url=_address(turn, tag, asked))
    more = [[Button(text("Show all of them"), url=_address(turn, best, asked))]]
    await turn.say(page, more if total > len(entries) else ())


def _address(turn: Turn, tag: str, asked: str) -> str:
    base = turn.office.settings.base_url.rstrip("/")
    return f"{base}/{quote(tag)}/search?q={quote(asked, safe='')}"
