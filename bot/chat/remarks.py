"""What is pointed out to whoever approves: changes that somebody asks for, changes under an
approval, and counted years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from telegram import MessageEntity

from bot.chat.page import Page, shown
from bot.chat.turn import Turn
from bot.releases import asking, versions
from bot.releases.counting import counted
from bot.releases.difference import Piece
from bot.releases.release import Release, ReleaseState
from bot.releases.versions import Since
from translations.locales import native_name
from translations.text import text, texts

ON_THE_CARD = 3
"""Changes, and sentences that count years, that stand on a release's card."""

IN_A_MESSAGE = 12
LONGEST_COMMENT = 300
LONGEST_PIECE = 120
"""Characters of one stretch of removed, added or unchanged words."""

_KINDS = {
    "same": "",
    "removed": MessageEntity.STRIKETHROUGH,
    "added": MessageEntity.BOLD,
}


async def add_to_card(turn: Turn, page: Page, release: Release) -> None:
    """The first few of everything; the buttons under the card show the rest."""
    async with turn.office.database.read() as connection:
        since = await versions.changes_since(connection, release)
        requests = await asking.open_requests(connection, release)
    for tag, request in requests.items():
        page.line(
            text(
                "Changes asked for in {language}: “{comment}”",
                language=native_name(tag),
                comment=shown(request.comment, LONGEST_COMMENT),
            ),
            bold=True,
        )
    for languages, one in _together(since):
        _add_changes(page.gap(), release, languages, one, ON_THE_CARD)
    if release.state is ReleaseState.PUBLISHED:
        return
    found = counted(release)
    if found:
        page.gap().line(text("Please look at this before you approve:"), bold=True)
    for remark in found[:ON_THE_CARD]:
        page.item(remark.as_text())
    _and_more(page, len(found) - ON_THE_CARD)


def about_changes(page: Page, release: Release, tag: str, since: Since) -> Page:
    """What changed in the original after the variant in ``tag`` was approved, on a page."""
    _add_changes(page, release, [tag], since, IN_A_MESSAGE)
    return page


def _together(since: Mapping[str, Since]) -> list[tuple[list[str], Since]]:
    """The languages that were approved for the same original are told of it together."""
    found: list[tuple[list[str], Since]] = []
    for tag, one in since.items():
        languages = next((tags for tags, known in found if known == one), None)
        if languages is None:
            found.append(([tag], one))
        else:
            languages.append(tag)
    return found


def _add_changes(
    page: Page, release: Release, languages: Sequence[str], since: Since, most: int
) -> None:
    page.line(
        text(
            "What changed in the original ({original}) after this was approved: {languages}",
            original=native_name(release.original),
            languages=tuple(native_name(tag) for tag in languages),
        ),
        bold=True,
    )
    if not since.known:
        page.line(text("What the original said then was not kept. Compare it with an older file."))
    elif not since.changes:
        page.line(text("Only spaces or line ends."))
    for change in since.changes[:most]:
        page.rich([("• ", ""), *marked(change.pieces)])
    _and_more(page, len(since.changes) - most)


def _and_more(page: Page, n: int) -> None:
    if n > 0:
        page.line(texts("… and {n} more", "… and {n} more", n))


def marked(pieces: Sequence[Piece]) -> list[tuple[str, str]]:
    """Pieces with the entity that shows what each is. White space stays outside of what is struck
    out or bold; what was removed is kept from what was added."""
    parts = []
    for piece, following in zip_longest(pieces, pieces[1:]):
        words = shown(piece.text, LONGEST_PIECE)
        parts.append((words, _KINDS[piece.kind]))
        if piece.text[-1:].isspace() or (piece.kind == "removed" and following is not None):
            parts.append((" ", ""))
    return parts
