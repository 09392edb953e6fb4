"""Commands about subscribers, what was and was not delivered to them, and about staff."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Addresses, Json, refused
from translations.text import text

STATES = ("pending", "sending", "retrying", "sent", "failed", "unknown")

Address = Annotated[
    str,
    typer.Argument(
        metavar="ADDRESS", help="telegram:CHAT_ID, with /TOPIC_ID after it for a forum topic."
    ),
]
_KEY = "As “deliveries” names it: SLUG/publication."
AnnouncementKey = Annotated[str | None, typer.Argument(metavar="[ANNOUNCEMENT]", help=_KEY)]

subscribers = typer.Typer(
    name="subscribers",
    help="List, add, remove, import and export subscribers.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


staff = typer.Typer(
    name="staff",
    help="Say who belongs to the press office, beside those in the setting “staff”.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(subscribers)
    app.add_typer(staff)
    app.command("verify-delivery")(verify_delivery)
    for act in (deliveries, resend, pause, resume, cancel):
        app.command()(act)


@subscribers.command("list")
def list_(
    context: typer.Context,
    addresses: Addresses = False,
    sources: Annotated[
        bool, typer.Option("--sources", help="Only how many came by which link.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show all subscribers, oldest first."""
    from bot.cli import subscribers

    if sources:
        asyncio.run(subscribers.show_sources(context.obj, as_json=as_json))
        return
    asyncio.run(subscribers.show_all(context.obj, addresses=addresses, as_json=as_json))


@subscribers.command()
def add(
    context: typer.Context,
    address: Address,
    languages: Annotated[str, typer.Option(metavar="fr,en", help="In order of preference.")] = "",
    timezone: Annotated[
        str, typer.Option(metavar="Europe/Paris", help="By default the office's.")
    ] = "",
    topics: Annotated[str, typer.Option(metavar="TOPIC,...", help="By default all.")] = "",
    announcements: Annotated[
        str | None,
        typer.Option(metavar="all|new|anniversaries", help="What to announce there."),
    ] = None,
    quiet: Annotated[
        str | None,
        typer.Option(metavar="22:00-07:00", help="Hours without a sound; “” for none."),
    ] = None,
    posts: Annotated[
        str | None,
        typer.Option(
            metavar="best|switch|each",
            help="A room's: one in the best language, one that leads to the others, one in each.",
        ),
    ] = None,
    pin: Annotated[
        str | None, typer.Option(metavar="yes|no", help="Whether a room pins what is announced.")
    ] = None,
) -> None:
    """Add a subscriber, or change one's languages, time zone, topics and the rest."""
    from bot.cli import subscribers

    one = (address, languages, timezone, topics, announcements, quiet, posts, pin)
    asyncio.run(subscribers.add(context.obj, *one))


@subscribers.command()
def remove(context: typer.Context, address: Address) -> None:
    """Forget a subscriber's address and preferences at once."""
    from bot.cli import subscribers

    asyncio.run(subscribers.remove(context.obj, address))


@subscribers.command("import")
def import_(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV with the header "
            "address,languages,timezone,topics[,announcements,quiet,posts,pin].",
        ),
    ],
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Report wrong lines, and take in the others.")
    ] = False,
) -> None:
    """Add the subscribers of a CSV file. All of them, or, if one line is wrong, none."""
    from bot.cli import subscribers

    asyncio.run(subscribers.take_in(context.obj, file, skip_bad=skip_bad))


@subscribers.command()
def export(context: typer.Context, addresses: Addresses = False) -> None:
    """Print all subscribers as CSV; with --addresses, as “import” reads it."""
    from bot.cli import subscribers

    asyncio.run(subscribers.export(context.obj, addresses=addresses))


@staff.command("list")
def list_staff(context: typer.Context, as_json: Json = False) -> None:
    """Show who belongs to the press office, as what, and which invitations are open."""
    from bot.cli import staff

    asyncio.run(staff.show(context.obj, as_json=as_json))


@staff.command()
def invite(
    context: typer.Context,
    role: Annotated[
        str, typer.Argument(metavar="ROLE", help="admin, editor, translator:fr or observer.")
    ],
) -> None:
    """Make a link that one person can follow, once, to belong to the press office."""
    from bot.cli import staff

    asyncio.run(staff.invite(context.obj, role))


@staff.command()
def revoke(
    context: typer.Context,
    number: Annotated[
        int, typer.Argument(metavar="INVITATION", help="Its number, as “staff list” shows it.")
    ],
) -> None:
    """Withdraw an invitation that nobody has accepted yet."""
    from bot.cli import staff

    asyncio.run(staff.revoke(context.obj, number))


@staff.command("remove")
def remove_staff(
    context: typer.Context,
    number: Annotated[
        int, typer.Argument(metavar="PERSON", help="Their number, as “staff list” shows it.")
    ],
) -> None:
    """End at once all that somebody may do, but for what the setting “staff” lets them do."""
    from bot.cli import staff

    asyncio.run(staff.remove(context.obj, number))


def deliveries(
    context: typer.Context,
    slug: Annotated[
        str | None, typer.Argument(metavar="[SLUG]", help="Only of this release.")
    ] = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help=f"Only these: {', '.join(STATES)}.")
    ] = None,
    addresses: Addresses = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Follow a release until all of it is sent.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the lines to a CSV file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what was delivered, what was not, and why."""
    from bot.cli import deliveries

    if state is not None and state not in STATES:
        what = text("There is no state “{state}”. Known are: {known}.", state=state, known=STATES)
        raise refused(context.obj, what, "--state")
    if watch:
        if slug is None:
            raise refused(context.obj, text("Say which release to follow."), "--watch")
        from bot.cli import watching

        asyncio.run(watching.watch(context.obj, slug))
    if csv is not None:
        asyncio.run(deliveries.write(context.obj, csv, slug, state, addresses=addresses))
        return
    asyncio.run(deliveries.show(context.obj, slug, state, addresses=addresses, as_json=as_json))


def verify_delivery(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(metavar="SLUG")],
    as_json: Json = False,
) -> None:
    """Is everybody accounted for? Compares who should have a release with the ledger."""
    from bot.cli import verifying

    asyncio.run(verifying.verify(context.obj, slug, as_json=as_json))


def resend(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(metavar="SLUG")],
    state: Annotated[str, typer.Option(metavar="STATE", help="“failed” or “unknown”.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Send again what failed, or what nobody knows to have arrived: shows it, and asks first."""
    from bot.cli import resending

    if state not in ("failed", "unknown"):
        known = ("failed", "unknown")
        what = text("There is no state “{state}”. Known are: {known}.", state=state, known=known)
        raise refused(context.obj, what, "--state")
    asyncio.run(resending.again(context.obj, slug, state, yes=yes))


def pause(context: typer.Context, announcement: AnnouncementKey = None) -> None:
    """Stop sending an announcement, or, without one, all sending. Pages and feeds go on."""
    from bot.cli import sending

    asyncio.run(sending.pause(context.obj, announcement))


def resume(
    context: typer.Context,
    announcement: AnnouncementKey = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Answer yes where this asks, as after a move.")
    ] = False,
) -> None:
    """Let go on what is paused or held: an announcement, or, without one, all sending."""
    from bot.cli import sending

    asyncio.run(sending.resume(context.obj, announcement, yes=yes))


def cancel(
    context: typer.Context,
    announcement: Annotated[str, typer.Argument(metavar="ANNOUNCEMENT", help=_KEY)],
) -> None:
    """End an announcement: what is not sent yet never will be."""
    from bot.cli import sending

    asyncio.run(sending.cancel(context.obj, announcement))
