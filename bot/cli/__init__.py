"""The command line. This package's own modules are light; each command imports what it does."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

import bot
from bot.cli import house, office, people, proof, translators
from bot.cli.session import Session

# Plain help: it reads the same on a terminal and in a file.
app = typer.Typer(
    name="polyherald",
    help=(
        "Press releases in many languages: feeds and pages for each, and one message to every "
        "subscriber in the right one, on the day and on every anniversary."
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"polyherald {bot.__version__}")
        raise typer.Exit


@app.callback()
def setup(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Settings file; by default polyherald.toml, where there is one."
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    session = context.ensure_object(Session)
    session.config = config
    session.debug = debug


office.add_to(app)
people.add_to(app)
house.add_to(app)
proof.add_to(app)
translators.add_to(app)


@cache
def command() -> Any:
    """The whole command line as one Click command, to be run with ``obj=Session(…)``."""
    return typer.main.get_command(app)
