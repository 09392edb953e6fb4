"""Commands about proof: that the log of acts is what was written."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.cli.options import Json

audit = typer.Typer(
    name="audit",
    help="The log of who did what.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(audit)


@audit.command()
def verify(
    context: typer.Context,
    head: Annotated[
        str, typer.Option(metavar="HASH", help="A head that this command printed earlier.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Check that no act was changed, taken out or cut off. Ends with 1 at the first that was."""
    from bot.cli import auditing

    asyncio.run(auditing.verify(context.obj, head, as_json=as_json))
