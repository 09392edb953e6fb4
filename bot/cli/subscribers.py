"""What ``subscribers list|add|remove|import|export`` do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import islice
from pathlib import Path

from bot.audience import names, repository
from bot.audience.invitation import counted
from bot.audience.repository import Wish
from bot.audience.subscriber import Subscriber, SubscriberState
from bot.cli.output import Cell
from bot.cli.roster import COLUMNS, lines_of, read_roster, wish, write_roster
from bot.cli.session import Session
from bot.errors import BadDocument, NotFound, Problem
from bot.store.database import touch
from bot.transports import address as addresses_of
from translations.text import Text, ptext, text, texts

EVERYBODY = 2**31
AT_ONCE = 2000  # subscribers in memory
MOST_PROBLEMS = 1000  # shown of one file
A_STEP = 65_536  # bytes, of the progress that is shown
_STATES = {
    SubscriberState.ACTIVE: ptext("subscriber", "active"),
    SubscriberState.PENDING: ptext("subscriber", "not configured yet"),
    SubscriberState.UNREACHABLE: ptext("subscriber", "unreachable"),
}


async def show_all(session: Session, *, addresses: bool, as_json: bool) -> None:
    async with session.database() as database, database.read() as connection:
        people = await repository.everyone(connection, EVERYBODY)
        sources = await repository.sources(connection)
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
    if sources and out.terminal:
        out.say(text("By which link they came: {sources}", sources=counted(sources)))


async def show_sources(session: Session, *, as_json: bool) -> None:
    """How many came by which link; nobody by name."""
    async with session.database() as database, database.read() as connection:
        sources = await repository.sources(connection)
    if as_json:
        session.out.json([{"source": name, "count": count} for name, count in sources.items()])
        return
    session.out.table(
        (text("Link"), text("Subscribers")),
        [(name, count) for name, count in sources.items()],
        text("Nobody has come by a link that says where it stands."),
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
        "announcements": str(one.announcements),
        "quiet": one.quiet,
        "posts": str(one.posts),
        "pin": one.pin,
        "state": str(one.state),
        "reason": one.reason,
        "created_at": one.created_at.isoformat(),
    }
    if addresses:
        shown |= {"address": f"{one.transport}:{one.address}", "name": one.name}
    return shown


async def add(
    session: Session,
    address: str,
    languages: str,
    timezone: str,
    topics: str,
    announcements: str | None,
    quiet: str | None,
    posts: str | None,
    pin: str | None,
) -> None:
    settings = session.settings
    languages, timezone = languages or settings.languages[0], timezone or settings.timezone
    one = wish(address, languages, timezone, topics, announcements, quiet, posts, pin)
    async with session.database() as database, database.write() as connection:
        added = await repository.subscribe_all(
            database, connection, session.clock.now(), await names.by_number(connection, [one])
        )
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
        address = (await names.lasting(connection, transport, [address])).get(address, address)
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


async def take_in(session: Session, file: Path, *, skip_bad: bool) -> None:
    """All lines in one transaction, so that a wrong one leaves everything as it was; or, where
    wrong ones are to be skipped, a few thousand at a time, and a report of what was skipped."""
    check = _checked(session, file, skip_bad=skip_bad)
    added, taken = 0, 0
    async with session.database() as database, AsyncExitStack() as stack:
        whole = None if skip_bad else await stack.enter_async_context(database.write())
        while batch := list(islice(check, AT_ONCE)):
            async with AsyncExitStack() as own:
                connection = whole
                if connection is None:
                    connection = await own.enter_async_context(database.write())
                now = session.clock.now()
                batch = await names.by_number(connection, batch)
                added += await repository.subscribe_all(database, connection, now, batch)
                await touch(database, connection)
            taken += len(batch)
    out = session.out
    out.say(texts("{n} subscriber added.", "{n} subscribers added.", added))
    known = taken - added
    if known:
        out.say(texts("{n} brought up to date.", "{n} brought up to date.", known))


def _checked(session: Session, file: Path, *, skip_bad: bool) -> Iterator[Wish]:
    """What the file asks for. Unless ``skip_bad`` all of it is looked at first: raises
    ``BadDocument`` with the lines that are wrong, before anything is locked."""
    zone = session.settings.timezone
    if not skip_bad:
        read = _read(session, file, text("Checking"), zone)
        wrong = (one for one in read if isinstance(one, Problem))
        problems = list(islice(wrong, MOST_PROBLEMS))
        if len(problems) == MOST_PROBLEMS:
            count = MOST_PROBLEMS
            session.out.complain(text("Only the first {count} wrong lines are shown.", count=count))
        if problems:
            raise BadDocument(problems)
    for one in _read(session, file, text("Adding"), zone):
        if isinstance(one, Problem):
            session.out.complain(one.as_text())
        else:
            yield one


def _read(session: Session, file: Path, label: Text, zone: str) -> Iterator[Wish | Problem]:
    with (
        file.open("rb") as handle,
        session.out.progress(label, file.stat().st_size // A_STEP) as step,
    ):
        done = 0

        def read(size: int) -> None:
            nonlocal done
            if (done + size) // A_STEP > done // A_STEP:
                step()
            done += size

        yield from read_roster(lines_of(handle, read), str(file), zone)


async def export(session: Session, *, addresses: bool) -> None:
    sys.stdout.write(",".join(COLUMNS if addresses else ("id", *COLUMNS[1:])) + "\n")
    async with session.database() as database, database.read() as connection:
        async for some in repository.in_batches(connection, AT_ONCE):
            write_roster(sys.stdout, some, addresses=addresses)
