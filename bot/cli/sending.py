"""What ``pause``, ``resume`` and ``cancel`` do."""

from __future__ import annotations

import sys

import typer

from bot.cli.session import Session
from bot.delivery import control, switch
from bot.delivery.announcement import called
from bot.errors import Conflict
from bot.releases.review import OPERATOR
from bot.store.database import Database
from translations.text import text, texts


async def pause(session: Session, announcement: str | None) -> None:
    async with session.database() as database:
        if announcement is None:
            await control.pause_all(database, session.clock, OPERATOR)
            session.out.say(
                text("All sending is paused. Pages and feeds go on; messages wait for “resume”.")
            )
            return
        paused = await control.pause(database, session.clock, OPERATOR, _name(announcement))
    session.out.say(
        text(
            "It is paused; what is in flight ends: {announcement}.",
            announcement=called(paused.key),
        )
    )


async def resume(session: Session, announcement: str | None, *, yes: bool) -> None:
    async with session.database() as database:
        if announcement is None:
            if not yes:
                await _ask(session, database)
            await control.resume_all(database, session.settings, session.clock, OPERATOR)
            session.out.say(text("Sending goes on. What has become too late meanwhile is held."))
            return
        resumed = await control.resume(database, session.clock, OPERATOR, _name(announcement))
        async with database.read() as connection:
            paused = await switch.paused(connection)
    session.out.say(text("It is sent now: {announcement}.", announcement=called(resumed.key)))
    if paused is not None:
        session.out.complain(paused.as_text(session.settings.timezone))


async def _ask(session: Session, database: Database) -> None:
    """What a person must know before sending goes on. Raises ``Conflict`` where nobody can be
    asked."""
    async with database.read() as connection:
        paused = await switch.paused(connection)
    question = paused.question(session.settings.timezone) if paused is not None else None
    if question is None:
        return
    if not sys.stdin.isatty():
        raise Conflict(text("{question} If so: polyherald resume --yes", question=question))
    typer.confirm(session.out.words(question), abort=True, err=True)


async def cancel(session: Session, announcement: str) -> None:
    async with session.database() as database:
        ended = await control.cancel(database, session.clock, OPERATOR, _name(announcement))
    session.out.say(
        texts(
            "Cancelled: {n} delivery will not be sent.",
            "Cancelled: {n} deliveries will not be sent.",
            ended,
        )
    )


def _name(announcement: str) -> int | str:
    return (
        int(announcement) if announcement.isdecimal() and len(announcement) < 19 else announcement
    )
