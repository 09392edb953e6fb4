"""What ``resend`` does."""

from __future__ import annotations

import sys

import typer

from bot.cli.session import Session
from bot.delivery import resend
from bot.delivery.outcome import DeliveryState
from bot.delivery.report import REASON_TEXTS
from bot.delivery.resend import Candidate
from bot.errors import Conflict
from bot.releases.review import OPERATOR
from translations.text import text, texts

SHOWN = 50


async def again(session: Session, slug: str, state: str, *, yes: bool) -> None:
    """Show what would be sent again, ask, and have it sent."""
    wanted = DeliveryState(state)
    async with session.database() as database:
        async with database.read() as connection:
            number, found = await resend.candidates(connection, slug, wanted, SHOWN)
        if number:
            _show(session, found, number)
            _ask(session, number, yes=yes)
        sent = await resend.resend(database, session.clock, OPERATOR, slug, wanted)
    session.out.say(texts("{n} delivery is sent again.", "{n} deliveries are sent again.", sent))


def _show(session: Session, found: list[Candidate], number: int) -> None:
    session.out.table(
        (
            text("Announcement"),
            text("Subscriber"),
            text("Language"),
            text("When"),
            text("Message"),
            text("Reason"),
        ),
        [
            (
                one.announcement,
                f"{one.transport}:{one.address}",
                one.language,
                one.at.astimezone(session.zone) if one.at else None,
                one.headline,
                REASON_TEXTS.get(one.reason, one.reason),
            )
            for one in found
        ],
        text("There are no such deliveries."),
    )
    if number > len(found):
        session.out.say(texts("… and {n} more", "… and {n} more", number - len(found)))


def _ask(session: Session, number: int, *, yes: bool) -> None:
    if yes:
        return
    question = texts(
        "Some may have arrived already. Send {n} message again?",
        "Some may have arrived already. Send {n} messages again?",
        number,
    )
    if not sys.stdin.isatty():
        raise Conflict(text("{question} If so, add --yes.", question=question))
    typer.confirm(session.out.words(question), abort=True, err=True)
