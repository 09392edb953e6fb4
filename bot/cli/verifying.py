"""What ``verify-delivery`` does."""

from __future__ import annotations

import typer

from bot.cli.output import Cell
from bot.cli.session import Session
from bot.delivery import verification
from bot.delivery.announcement import called
from bot.delivery.outcome import DeliveryState
from bot.delivery.report import STATE_TEXTS
from bot.delivery.verification import Verified
from translations.text import text, texts

SHOWN = 20


async def verify(session: Session, slug: str, *, as_json: bool) -> None:
    """Compare plan and ledger; ends with 1 while anybody is not accounted for."""
    async with session.database() as database, database.read() as connection:
        found = await verification.verify(database, session.settings, connection, slug)
    if as_json:
        session.out.json([_json(one) for one in found])
    else:
        _show(session, slug, found)
    if not all(one.is_settled for one in found):
        raise typer.Exit(1)


def _show(session: Session, slug: str, found: list[Verified]) -> None:
    rows: list[tuple[Cell, ...]] = [
        (one.announcement.key, STATE_TEXTS[DeliveryState(state)], number)
        for one in found
        for state, number in one.states.items()
    ]
    session.out.table(
        (text("Announcement"), text("Deliveries"), text("Count")),
        rows,
        text("Nothing of “{slug}” has been announced yet.", slug=slug),
    )
    for one in found:
        if one.missing:
            session.out.complain(
                texts(
                    "The ledger has no line for {n} subscriber: {announcement}. They are: {ids}",
                    "The ledger has no line for {n} subscribers: {announcement}. They are: {ids}",
                    len(one.missing),
                    announcement=called(one.announcement.key),
                    ids=tuple(str(ident) for ident in one.missing[:SHOWN]),
                )
            )
        if one.lost:
            session.out.complain(
                texts(
                    "{n} delivery that was planned is not in the ledger any more: {announcement}.",
                    "{n} deliveries that were planned are not in the ledger any more: "
                    "{announcement}.",
                    one.lost,
                    announcement=called(one.announcement.key),
                )
            )
        if one.unsettled:
            session.out.complain(
                texts(
                    "{n} delivery has no final state yet: {announcement}.",
                    "{n} deliveries have no final state yet: {announcement}.",
                    one.unsettled,
                    announcement=called(one.announcement.key),
                )
            )
    if found and all(one.is_settled for one in found):
        session.out.say(text("Everybody is accounted for."))


def _json(one: Verified) -> dict[str, object]:
    return {
        "announcement": one.announcement.key,
        "states": dict(one.states),
        "missing": [str(ident) for ident in one.missing],
        "lost": one.lost,
        "settled": one.is_settled,
    }
