"""Notices in words: one, or several that waited together, with the buttons that belong to them."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat import keyboards
from bot.chat import release_card as card
from bot.chat.copies import Copy
from bot.chat.keyboards import MOST_BUTTONS, Button, Rows
from bot.chat.page import Page
from bot.chat.readers import Reader
from bot.delivery import ledger
from bot.delivery.announcement import AnnouncementState, called
from bot.releases import repository
from bot.releases.notices import lines_of
from bot.store.texts import from_json
from translations.catalogs import catalog_for
from translations.text import Text, text

log = structlog.get_logger(__name__)


async def worded(
    connection: AsyncConnection, copies: Sequence[Copy], reader: Reader
) -> tuple[Page, Rows, list[Copy]]:
    """The message that tells these, and those that it tells: one that cannot be put into words
    does not keep the others."""
    page, told = Page(catalog_for(reader.languages)), []
    rows: list[list[Button]] = []
    several = len(copies) > 1
    if several:
        since = min(copy.posted for copy in copies).astimezone(ZoneInfo(reader.hours.zone))
        page.line(text("What there is to tell you since {moment}:", moment=since), bold=True)
    for copy in copies:
        try:
            what = from_json(copy.text)
            lines = [page.rendered(line) for line in lines_of(what)]
        except Exception:
            log.exception("a notice could not be told", notice=copy.notice_id)
            continue
        told.append(copy)
        if several:
            page.gap()
        for line in lines:
            page.line(line)
        rows += [row for row in await _buttons(connection, what, several) if row not in rows]
    return page, rows[:MOST_BUTTONS], told


async def _buttons(connection: AsyncConnection, what: Text, several: bool) -> list[list[Button]]:
    """For the announcement whose ``key`` a notice names, or the release whose ``slug``. Among
    ``several`` a button says what it is about."""
    named = _named(what)
    if isinstance(key := named.get("key"), str):
        announcement = await ledger.by_key(connection, key)
        if announcement is None or announcement.state is not AnnouncementState.HELD:
            return []
        if several:
            return [[keyboards.press(called(key), "report", announcement.id)]]
        return keyboards.held(announcement.id)
    if isinstance(slug := named.get("slug"), str):
        release = await repository.find(connection, slug)
        if release is not None:
            rows = [[keyboards.press(release.slug, "release", release.id)]]
            tag = named.get("second")
            if isinstance(tag, str) and tag in release.owed_languages:
                rows.insert(0, [card.second_approval(release, tag)])
            return rows
    return []


def _named(what: Text) -> dict[str, object]:
    """The arguments of a notice, and of the lines it is made of."""
    found: dict[str, object] = {}
    for name, value in what.args.items():
        found |= _named(value) if isinstance(value, Text) else {name: value}
    return found
