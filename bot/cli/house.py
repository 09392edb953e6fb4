"""Commands of whoever runs the house: serve, demo, migrate, doctor."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Json, day, refused
from bot.cli.session import Session
from translations.text import text

ROLES = ("web", "bot", "planner", "sender")


feeds = typer.Typer(
    name="feeds",
    help="Feeds as files.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(feeds)
    for act in (serve, demo, migrate, backup, restore, doctor):
        app.command()(act)


def serve(
    context: typer.Context,
    roles: Annotated[
        str, typer.Option(metavar="ROLE,...", help="What this process does; by default all of it.")
    ] = ",".join(ROLES),
) -> None:
    """Run the service: pages, feeds, bot, planner, sender."""
    session: Session = context.obj
    chosen = frozenset(part.strip() for part in roles.split(",") if part.strip())
    if not chosen or not chosen <= set(ROLES):
        what = text("“{value}” is no list of roles. Known are: {known}.", value=roles, known=ROLES)
        raise refused(session, what, "--roles")
    settings = session.settings
    from bot import service

    with _runner() as runner:
        runner.run(service.serve(settings, chosen, session.clock))


def demo(
    context: typer.Context,
    once: Annotated[
        bool,
        typer.Option("--once", help="One publication, one anniversary, a summary; then end."),
    ] = False,
    date: Annotated[
        str | None, typer.Option(metavar="DATE", help="Begin on this day: 2027-06-26.")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the newsroom; 0 takes any free one.")
    ] = 8080,
) -> None:
    """Try it out: a sample newsroom on this machine alone."""
    from bot import demo as demonstration

    on = day(context.obj, date, "--date")
    with _runner() as runner:
        status = runner.run(demonstration.run(once=once, on=on, port=port))
    raise typer.Exit(status)


def migrate(context: typer.Context) -> None:
    """Bring the database to this version's schema. Other commands do so by themselves."""
    from bot.cli import upkeep

    asyncio.run(upkeep.migrate(context.obj))


File = Annotated[Path, typer.Argument(metavar="FILE", help="One file, for either database.")]


def backup(context: typer.Context, file: File) -> None:
    """Copy the whole database into a file, while the service runs."""
    from bot.cli import keeping

    keeping.backup(context.obj, file)


def restore(
    context: typer.Context,
    file: File,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of what there is.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make the database what it was when a copy was made. Then nothing is sent until “resume”."""
    from bot.cli import keeping

    keeping.restore(context.obj, file, replace=replace, yes=yes)


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Check settings, database, token and machine."""
    from bot.cli import upkeep

    sound = asyncio.run(upkeep.examine(context.obj, as_json=as_json))
    raise typer.Exit(0 if sound else 1)


@feeds.command()
def export(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="What is the same stays untouched.")
    ],
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep them in step with what is published.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write all feeds, calendars and archives as files, packed as well, for a web server."""
    from bot.cli import exporting

    if watch and as_json:
        raise refused(context.obj, text("There is no end to --watch."), "--json")
    if watch:
        asyncio.run(exporting.follow(context.obj, folder))
    else:
        asyncio.run(exporting.export(context.obj, folder, as_json=as_json))


def _runner() -> asyncio.Runner:
    try:
        from uvloop import new_event_loop
    except ImportError:  # where uvloop does not run, asyncio's own loop does as well
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=new_event_loop)
