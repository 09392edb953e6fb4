"""``polyherald``: run a command, and put whatever goes wrong into one line with its remedy."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import typer

from bot.cli import command
from bot.cli.session import Session
from bot.errors import BadDocument, PolyheraldError
from translations.text import Text, text

FAILED = 1
WRONG_USAGE = 2

UsageError: type[Any] = typer.BadParameter.__mro__[1]
"""Click's; which of several copies of Click that is, depends on Typer's version."""


def main() -> None:
    """The command ``polyherald``."""
    sys.exit(run(sys.argv[1:], Session()))


def run(arguments: Sequence[str], session: Session) -> int:
    """Run one command; returns its exit status.

    0 done, 1 could not do it (the reason is on stderr), 2 wrong usage, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a letter is no reason to stop half-way.
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _carried_out(arguments, session)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has gone. Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status


def _carried_out(arguments: Sequence[str], session: Session) -> int:
    try:
        ended = command().main(
            args=list(arguments), prog_name="polyherald", obj=session, standalone_mode=False
        )
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else FAILED
    except BrokenPipeError:
        raise
    except UsageError as error:
        return _misused(error, session)
    except typer.Abort:
        session.out.complain(text("Nothing was done."))
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last line of defence, and it is reported
        if session.debug:
            traceback.print_exc()
        for line in _said(error):
            session.out.complain(line)
        return FAILED
    return ended if isinstance(ended, int) else 0


def _misused(error: Any, session: Session) -> int:
    """Wrong usage in one line; a command that was given nothing at all gets its help instead."""
    if error.ctx is not None and error.message == error.ctx.get_help():
        error.show()
        return WRONG_USAGE
    path = error.ctx.command_path if error.ctx is not None else "polyherald"
    session.out.complain(
        text(
            "{problem} – “{command} --help” shows how.",
            problem=error.format_message().rstrip("."),
            command=path,
        )
    )
    return WRONG_USAGE


def _said(error: Exception) -> list[Text]:
    """What to tell whoever ran the command: one line, or one for each problem of a document."""
    match error:
        case BadDocument():
            return [problem.as_text() for problem in error.problems if problem.fatal]
        case PolyheraldError():
            return [error.what]
        case OSError():
            return [_unusable(error)]
        case ExceptionGroup():
            # Tasks that ran together: the first that broke says what is wrong.
            return _said(error.exceptions[0])
    return [
        text(
            "Something unexpected happened ({error}). Run the command again as "
            "polyherald --debug … to see where, and report it.",
            error=f"{type(error).__name__}: {error}"[:300],
        )
    ]


def _unusable(error: OSError) -> Text:
    reason = error.strerror or str(error)
    if error.filename is None:
        return text("The system refused something: {reason}.", reason=reason)
    return text(
        "Cannot use {file}: {reason}. Check that it is there and who may read and write it.",
        file=os.fsdecode(error.filename) if not isinstance(error.filename, int) else "-",
        reason=reason,
    )


if __name__ == "__main__":
    main()
