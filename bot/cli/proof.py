"""Commands about proof: that a text is the office's, and the log of acts what was written."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Json

audit = typer.Typer(
    name="audit",
    help="The log of who did what.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
keys = typer.Typer(
    name="keys",
    help="The keys by which published texts are signed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(audit)
    app.add_typer(keys)
    app.command("verify")(verify_text)


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


@keys.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """Show the public keys, the newest first; --json is the document on the site."""
    from bot.cli import keys

    asyncio.run(keys.show(context.obj, as_json=as_json))


@keys.command()
def new(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make a new key in the place of the old one, which signs nothing any more."""
    from bot.cli import keys

    asyncio.run(keys.new(context.obj, yes=yes))


@keys.command()
def revoke(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="As “keys list” names it.")],
) -> None:
    """Revoke a key that somebody else may have: what was signed with it is signed anew."""
    from bot.cli import keys

    asyncio.run(keys.revoke(context.obj, key))


def verify_text(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A signature from a release's page, or a text to check by one."
        ),
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The office's public keys, as JSON or PEM; by default beside FILE."
        ),
    ] = None,
    signature: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of the text; by default FILE with .sig.json added."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check offline whether a text was signed by the office. Ends with 1 if it was not."""
    from bot.cli import genuine

    genuine.verify(context.obj, file, key, signature, as_json=as_json)
