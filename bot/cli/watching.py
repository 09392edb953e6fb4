"""What ``deliveries --watch`` does: follows the sending of a release to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from bot.cli.session import Session
from bot.delivery.announcement import AnnouncementState, called
from bot.delivery.outlook import Outlook, Speed, finishing, outlook
from bot.delivery.report import Summary, summaries
from bot.releases import repository

EVERY = 1.0
"""Seconds between looks."""

_UNDERWAY = (AnnouncementState.PLANNING, AnnouncementState.SENDING)

Show = Callable[[Sequence[Summary], Outlook], None]


async def watch(session: Session, slug: str) -> None:
    """Returns once nothing of the release is being sent; what is held or paused is not."""
    async with session.database() as database:
        async with database.read() as connection:
            release_id = (await repository.get(connection, slug)).id
        with _bar(session) if session.out.terminal else _lines(session) as show:
            while True:
                async with database.read() as connection:
                    found = await summaries(connection, release_id)
                    ahead = await outlook(connection, session.clock.now())
                show(found, ahead)
                if not any(s.announcement.state in _UNDERWAY for s in found):
                    return
                await asyncio.sleep(EVERY)


@contextmanager
def _lines(session: Session) -> Iterator[Show]:
    """A line for each announcement, whenever it has got on."""
    said: dict[int, str] = {}

    def show(found: Sequence[Summary], _ahead: Outlook) -> None:
        for one in found:
            line = session.out.words(one.as_text())
            if said.get(one.announcement.id) != line:
                said[one.announcement.id] = line
                session.out.say(line)

    yield show


@contextmanager
def _bar(session: Session) -> Iterator[Show]:
    """A bar for each announcement, with its rate and when it will be through."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

    out, bars, speeds = session.out, dict[int, TaskID](), dict[int, Speed]()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TextColumn("{task.fields[when]}")) as progress:

        def show(found: Sequence[Summary], ahead: Outlook) -> None:
            for one in found:
                if one.announcement.state not in _UNDERWAY and one.announcement.id not in bars:
                    continue
                ident = bars.get(one.announcement.id)
                if ident is None:
                    ident = bars[one.announcement.id] = progress.add_task(
                        out.words(called(one.announcement.key)), total=None, when=""
                    )
                done = one.total - one.open
                speed = speeds.setdefault(ident, Speed()).at(monotonic(), done)
                when = finishing(one, ahead, session.settings, session.clock.now(), speed)
                progress.update(ident, total=one.total, completed=done, when=out.words(when))

        yield show
