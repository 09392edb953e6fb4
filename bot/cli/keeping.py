"""What ``backup`` and ``restore`` do."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from bot.cli.session import Session
from bot.delivery import switch
from bot.delivery.switch import Pause, Why
from bot.errors import Conflict
from bot.store import archive
from translations.text import text, texts


def backup(session: Session, file: Path) -> None:
    url, now = session.settings.url, session.clock.now()
    total = archive.count(url)
    with session.out.progress(text("Writing"), total) as step:
        rows = archive.write(url, file, now, step)
    session.out.say(
        texts(
            "{file} holds {n} row. It has addresses in it: keep it where nobody else reads.",
            "{file} holds {n} rows. It has addresses in it: keep it where nobody else reads.",
            rows,
            file=str(file),
        )
    )


def restore(session: Session, file: Path, *, replace: bool, yes: bool) -> None:
    """Afterwards nothing is sent before somebody has said that it may."""
    settings, now = session.settings, session.clock.now()
    header = archive.look(file)
    at = header.at.astimezone(session.zone)
    if replace:
        _ask(session, yes=yes)
    pause = Pause(why=Why.RESTORED, at=now, used=header.at)
    with session.out.progress(text("Restoring"), header.rows) as step:
        rows = archive.restore(
            settings.url,
            settings.data_dir,
            file,
            now,
            replace=replace,
            also={switch.KEY: switch.as_value(pause)},
            step=step,
        )
    session.out.say(
        texts(
            "{n} row is restored, as of {moment}. Nothing is sent until you say so: "
            "polyherald resume",
            "{n} rows are restored, as of {moment}. Nothing is sent until you say so: "
            "polyherald resume",
            rows,
            moment=at,
        )
    )


def _ask(session: Session, *, yes: bool) -> None:
    if yes:
        return
    question = text("Put the copy in the place of all that is in this database now?")
    if not sys.stdin.isatty():
        raise Conflict(text("{question} If so, add --yes.", question=question))
    typer.confirm(session.out.words(question), abort=True, err=True)
