"""Commands of the press office: import, list, show, approve, queue, publish, preview, calendar."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Json, Slug, day, moment, refused, tag
from translations.text import text

When = "WHEN"
KINDS = ("typo", "clarification", "correction")


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)
    app.command("list")(list_)
    acts = (show, approve, accept, queue, publish, hold, correct, withdraw, preview, calendar)
    for act in acts:
        app.command()(act)


def import_(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help="Markdown folders, or .md, .txt, .docx and .html files, or folders of these.",
        ),
    ],
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="The language, where a file does not say it.")
    ] = None,
    slug: Annotated[
        str | None,
        typer.Option(help="The release's short name: makes one release of several files."),
    ] = None,
    original: Annotated[
        str | None,
        typer.Option(
            "--original", metavar="TAG", help="The language from which the others were translated."
        ),
    ] = None,
    separate: Annotated[
        bool,
        typer.Option("--separate", help="Keep files apart that seem to be one release."),
    ] = False,
    archive: Annotated[
        bool, typer.Option("--archive", help="Straight onto the pages, as old; nothing is sent.")
    ] = False,
    accept_observance: Annotated[
        bool, typer.Option("--accept-observance", help="Let a proposed observance count.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be stored; store nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take releases in as drafts. All of them, or, if one is broken, none.

    Files that seem to be one release in several languages are taken together; what they have in
    common is told.
    """
    from bot.cli import importing

    order = importing.Order(
        paths=tuple(paths),
        language=tag(context.obj, language, "--language"),
        slug=slug,
        original=tag(context.obj, original, "--original"),
        separate=separate,
        archive=archive,
        accept_observance=accept_observance,
    )
    if dry_run:
        importing.show_only(context.obj, order, as_json=as_json)
    else:
        asyncio.run(importing.take_in(context.obj, order, as_json=as_json))


def list_(context: typer.Context, as_json: Json = False) -> None:
    """Show all releases, newest date first."""
    from bot.cli import releases

    asyncio.run(releases.show_all(context.obj, as_json=as_json))


def show(
    context: typer.Context,
    slug: Slug,
    language: Annotated[
        str | None, typer.Argument(metavar="[LANG]", help="Only this variant; by default all.")
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Also who did what to it, and when.")
    ] = False,
    changes: Annotated[
        bool,
        typer.Option(
            "--changes", help="What changed in the original after a variant was approved."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Show one release whole, with the state of each variant."""
    from bot.cli import releases

    chosen = tag(context.obj, language, "LANG")
    asyncio.run(
        releases.show_one(
            context.obj, slug, chosen, history=history, changes=changes, as_json=as_json
        )
    )


def approve(
    context: typer.Context,
    slug: Slug,
    language: Annotated[
        str | None, typer.Argument(metavar="[LANG]", help="Only this variant; by default all.")
    ] = None,
    override: Annotated[
        str,
        typer.Option(
            metavar="REASON",
            help="Under four_eyes: why you approve what you took in yourself. A second approval "
            "is owed then.",
        ),
    ] = "",
) -> None:
    """Approve a release's variants, so that readers may get them."""
    from bot.cli import releases

    chosen = tag(context.obj, language, "LANG")
    asyncio.run(releases.approve(context.obj, slug, chosen, override))


def accept(context: typer.Context, slug: Slug) -> None:
    """Accept the observance that a release proposes."""
    from bot.cli import releases

    asyncio.run(releases.accept(context.obj, slug))


def queue(
    context: typer.Context,
    slug: Slug,
    at: Annotated[
        str | None,
        typer.Option(metavar=When, help="When it goes out: 2026-06-26T10:00, or “tomorrow 9:00”."),
    ] = None,
    embargo: Annotated[
        str | None, typer.Option(metavar=When, help="Until when nothing of it may be seen.")
    ] = None,
) -> None:
    """Set the time at which a release goes out.

    Times may be written in words, in your language or one of the office's. A time without an
    offset or a [Zone/Name] is in the office's time zone.
    """
    from bot.cli import releases

    going_out = moment(context.obj, at, "--at")
    until = moment(context.obj, embargo, "--embargo")
    asyncio.run(releases.queue(context.obj, slug, at=going_out, embargo=until))


def publish(context: typer.Context, slug: Slug) -> None:
    """Publish a release now."""
    from bot.cli import releases

    asyncio.run(releases.publish(context.obj, slug))


def hold(context: typer.Context, slug: Slug) -> None:
    """Take a release out of the queue."""
    from bot.cli import releases

    asyncio.run(releases.hold(context.obj, slug))


def correct(
    context: typer.Context,
    slug: Slug,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE...]",
            help="The corrected texts; without any, what was filed and approved since.",
        ),
    ] = None,
    kind: Annotated[
        str, typer.Option(metavar="|".join(KINDS), help="A typo is put right silently.")
    ] = "",
    note: Annotated[
        list[str] | None,
        typer.Option(metavar="[LANG=]TEXT", help="What readers are told; once per language."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="The language, where a file does not say it.")
    ] = None,
) -> None:
    """Correct a published release: pages and feeds at once, and what was sent.

    The messages are edited, and subscribers get a reply that tells of it unless it is a typo.
    """
    from bot.cli import correcting

    if kind not in KINDS:
        what = text("Say what it is: {kinds}.", kinds=KINDS)
        raise refused(context.obj, what, "--kind")
    asyncio.run(
        correcting.correct(
            context.obj,
            slug,
            files or (),
            kind=kind,
            notes=note or (),
            language=tag(context.obj, language, "--language"),
        )
    )


def withdraw(
    context: typer.Context,
    slug: Slug,
    reason: Annotated[
        list[str],
        typer.Option(metavar="[LANG=]TEXT", help="What readers are told; once per language."),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Withdraw a published release for good: pages, feeds and messages become a notice."""
    from bot.cli import correcting

    asyncio.run(correcting.withdraw(context.obj, slug, reasons=reason, yes=yes))


def preview(
    context: typer.Context,
    slug: Slug,
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="Only this variant; by default all.")
    ] = None,
    transport: Annotated[str, typer.Option(help="Whose limits hold: telegram.")] = "telegram",
    as_json: Json = False,
) -> None:
    """Show the message that subscribers get."""
    from bot.cli import previewing

    if transport != "telegram":
        what = text("There is no transport “{name}”. Use telegram.", name=transport)
        raise refused(context.obj, what, "--transport")
    chosen = tag(context.obj, language, "--language")
    asyncio.run(previewing.preview(context.obj, slug, chosen, as_json=as_json))


def calendar(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="By default today.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="By default 12 months later.")
    ] = None,
    only: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="This day only.")
    ] = None,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview", help="Of the day given with --date: what is sent, when, to how many."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Show which anniversaries fall when, or what a day will send."""
    from bot.cli import occasions

    on = day(context.obj, only, "--date")
    if on is not None and (since or until):
        raise refused(context.obj, text("Give one day, or a period; not both."), "--date")
    if preview:
        if on is None:
            raise refused(context.obj, text("Say of which day: --date 2027-06-26."), "--preview")
        from bot.cli import forecasting

        asyncio.run(forecasting.show(context.obj, on, as_json=as_json))
        return
    if on is not None:
        since = until = on.isoformat()
    first = day(context.obj, since, "--from") or occasions.today(context.obj)
    last = day(context.obj, until, "--to") or occasions.a_year_on(first)
    if last < first:
        what = text("The period ends before it begins. Give a later date.")
        raise refused(context.obj, what, "--to")
    asyncio.run(occasions.show(context.obj, first, last, as_json=as_json))
