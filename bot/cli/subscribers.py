"""What ``subscribers list|add|remove|import|export`` do."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.audience import repository
from bot.audience.subscriber import Subscriber, SubscriberState
from bot.cli.output import Cell
from bot.cli.roster import read_roster, wish, write_roster
from bot.cli.session import Session
from bot.errors import BadDocument, NotFound, Problem
from bot.store.database import touch
from bot.transports import address as addresses_of
from translations.text import ptext, text, texts

EVERYBODY = 2**31
LARGEST_FILE = 200_000_000  # bytes; some millions of lines
_STATES = {
    SubscriberState.ACTIVE: ptext("subscriber", "active"),
    SubscriberState.PENDING: ptext("subscriber", "not configured yet"),
    SubscriberState.UNREACHABLE: ptext("subscriber", "unreachable"),
}


async def _everybody(session: Session) -> list[Subscriber]:
    async with session.database() as database, database.read() as connection:
        return await repository.everyone(connection, EVERYBODY)


async def show_all(session: Session, *, addresses: bool, as_json: bool) -> None:
    people = await _everybody(session)
    out = session.out
    if as_json:
        out.json([_json(one, addresses=addresses) for one in people])
        return
    who = text("Address") if addresses else text("Number")
    out.table(
        (who, text("Kind"), text("Languages"), text("Time zone"), text("Topics"), text("State")),
        [
            (
                f"{one.transport}:{one.address}" if addresses else str(one.id),
                one.kind,
                " ".join(one.languages),
                one.timezone,
                " ".join(one.topics),
                _state(one),
            )
            for one in people
        ],
        text("There are no subscribers yet."),
    )


def _state(one: Subscriber) -> Cell:
    from bot.delivery.report import REASON_TEXTS

    if one.state is SubscriberState.UNREACHABLE and one.reason in REASON_TEXTS:
        return REASON_TEXTS[one.reason]
    return _STATES[one.state]


def _json(one: Subscriber, *, addresses: bool) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": str(one.id),
        "transport": one.transport,
        "kind": one.kind,
        "languages": list(one.languages),
        "timezone": one.timezone,
        "topics": list(one.topics),
        "state": str(one.state),
        "reason": one.reason,
        "created_at": one.created_at.isoformat(),
    }
    if addresses:
        shown |= {"address": f"{one.transport}:{one.address}", "name": one.name}
    return shown


async def add(session: Session, address: str, languages: str, timezone: str, topics: str) -> None:
    settings = session.settings
    one = wish(address, languages or settings.languages[0], timezone or settings.timezone, topics)
    async with session.database() as database, database.write() as connection:
        added = await repository.subscribe_all(database, connection, session.clock.now(), [one])
        await touch(database, connection)
    session.out.say(
        text("The subscriber has been added.")
        if added
        else text("This subscriber has been brought up to date.")
    )


async def remove(session: Session, written: str) -> None:
    transport, address = addresses_of.split(written)
    async with session.database() as database, database.write() as connection:
        now = session.clock.now()
        if not await repository.unsubscribe(database, connection, transport, address, now):
            raise NotFound(
                text(
                    "There is no subscriber {address}. See them with: polyherald subscribers "
                    "list --addresses",
                    address=written,
                )
            )
        await touch(database, connection)
    session.out.say(text("Address and preferences are forgotten. Nothing more is sent there."))


async def take_in(session: Session, file: Path) -> None:
    """All lines in one transaction, so that a wrong one leaves everything as it was."""
    wishes = read_roster(_content(file), str(file), session.settings.timezone)
    async with session.database() as database, database.write() as connection:
        now = session.clock.now()
        added = await repository.subscribe_all(database, connection, now, wishes)
        await touch(database, connection)
    out = session.out
    out.say(texts("{n} subscriber added.", "{n} subscribers added.", added))
    known = len(wishes) - added
    if known:
        out.say(texts("{n} brought up to date.", "{n} brought up to date.", known))


def _content(file: Path) -> bytes:
    size = file.stat().st_size
    if size > LARGEST_FILE:
        what = text(
            "The file has {size} bytes; at most {limit} are read. Split it.",
            size=size,
            limit=LARGEST_FILE,
        )
        raise BadDocument([Problem(what=what, where=str(file), fatal=True)])
    return file.read_bytes()


async def export(session: Session, *, addresses: bool) -> None:
    people = await _everybody(session)
    sys.stdout.write(write_roster(people, addresses=addresses))
