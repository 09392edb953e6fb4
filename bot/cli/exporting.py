"""What ``feeds export`` does."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from bot.cli.session import Session
from bot.site.export import Export
from feeds.tree import Tree
from translations.text import text


async def export(session: Session, folder: Path, *, as_json: bool) -> None:
    out = session.out
    async with session.database() as database:
        task = Export(database, session.settings, session.clock, folder)
        with out.progress(text("Writing"), None) as step:
            tree = await task.once(step)
    if as_json:
        out.json({"folder": str(folder), "written": tree.written, "removed": tree.removed})
    else:
        _tell(session, tree)


async def follow(session: Session, folder: Path) -> None:
    """Until SIGINT or SIGTERM. While the database is away what was written stays."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with session.database() as database:
        task = Export(database, session.settings, session.clock, folder)
        await task.follow(
            ended,
            lambda tree: _tell(session, tree) if tree.written or tree.removed else None,
            lambda error: session.out.complain(error.what),
        )


def _tell(session: Session, tree: Tree) -> None:
    session.out.say(
        text(
            "{folder}: {written} written, {removed} removed.",
            folder=str(tree.root),
            written=tree.written,
            removed=tree.removed,
        )
    )
