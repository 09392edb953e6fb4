"""Who did what to a release, and when: /history, for staff."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.chat import release_card as card
from bot.chat.keyboards import number, parts_of, press
from bot.chat.page import shown
from bot.chat.turn import Turn
from bot.delivery import acts
from bot.releases import audit
from bot.releases.publication import filled_headline
from bot.releases.release import Release
from translations.text import Text, text

ON_A_PAGE = 10


async def command(turn: Turn, arguments: str) -> None:
    """/history SLUG"""
    turn.staff()
    if not arguments:
        await turn.say(text("Write /history and the name of a release. /release lists them."))
        return
    await _show(turn, await card.named(turn, arguments.split()[0]), None)


async def older(turn: Turn, parts: Sequence[str]) -> None:
    """The buttons “Older” and “Newest”: ``0`` stands for the newest."""
    turn.staff()
    ident, before = parts_of(parts, 2)
    release = await card.numbered(turn, ident)
    await _show(turn, release, number(before) or None)


async def _show(turn: Turn, release: Release, before: int | None) -> None:
    async with turn.office.database.read() as connection:
        found = await audit.newest(connection, release.slug, limit=ON_A_PAGE + 1, before=before)
    page = turn.page()
    page.line(shown(filled_headline(release, release.original)), bold=True).name(release.slug)
    for tag in release.owed_languages:
        page.line(card.owed_text(release, tag))
    zone = ZoneInfo(turn.zone)
    words = turn.words
    for row in found[:ON_A_PAGE]:
        when = words.formats.datetime(row.at.astimezone(zone), str(zone))
        page.gap().line(f"{when} · {_in_words(turn, acts.who(row.actor))}")
        page.line(acts.what(row.act, row.details, zone))
    if not found:
        page.line(text("Nothing has been done to it."))
    buttons = []
    if len(found) > ON_A_PAGE:
        buttons.append(press(text("Older"), "history", release.id, found[ON_A_PAGE - 1].id))
    if before is not None:
        buttons.append(press(text("Newest"), "history", release.id, 0))
    await turn.show(page, [buttons])


def _in_words(turn: Turn, what: Text | str) -> str:
    return what if isinstance(what, str) else turn.words.render(what)
