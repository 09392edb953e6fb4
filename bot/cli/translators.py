"""Commands of translators: the catalogs of the interface's own words. They need a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Json
from bot.cli.options import tag as canonical_tag
from bot.cli.session import Session
from translations.text import ptext, text, texts

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

    from bot.cli.output import Output
    from translations.audit import Finding, State

Tags = Annotated[
    list[str] | None, typer.Argument(metavar="[TAG]...", help="Languages; by default all.")
]

translations = typer.Typer(
    name="translations",
    help="For translators: what the catalogs lack, and new languages. In a checkout only.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(translations)


@translations.command()
def audit(context: typer.Context, tags: Tags = None, as_json: Json = False) -> None:
    """List what is missing or wrong, and how far each catalog is. Ends with 1 if anything is."""
    from translations import audit, messages

    session: Session = context.obj
    chosen = _existing(session, tags)
    found = _template()
    findings = audit.audit(found, messages.CATALOGS, chosen)
    states = [
        state
        for state in audit.states(found, messages.CATALOGS)
        if not chosen or state.tag in chosen
    ]
    if as_json:
        session.out.json({"findings": list(map(_finding, findings)), "catalogs": _json(states)})
    else:
        for finding in findings:
            session.out.say(str(finding))
        _show(session.out, states)
    raise typer.Exit(1 if findings else 0)


@translations.command()
def extract(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="By default build/polyherald.pot in the checkout."),
    ] = None,
) -> None:
    """Write every message of the code to a template, for translators' programs."""
    _need_a_checkout()
    from translations import extract

    target = file or extract.TEMPLATE
    extract.write_template(target)
    context.obj.out.say(text("All messages are in {file}.", file=str(target)))


@translations.command()
def update(context: typer.Context, tags: Tags = None) -> None:
    """Bring catalogs up to date with the wording in the code. Translations are never lost."""
    from babel.messages.pofile import PoFileError

    from bot.errors import PolyheraldError
    from translations import merge, messages

    session: Session = context.obj
    chosen = _existing(session, tags) or messages.languages_in(messages.CATALOGS)
    found = _template()
    for tag in chosen:
        try:
            merge.update(tag, found, messages.CATALOGS)
        except PoFileError as error:
            path = messages.po_path(tag, messages.CATALOGS)
            what = text("{file} is no catalog: {reason}.", file=str(path), reason=str(error))
            raise PolyheraldError(what) from error
    session.out.say(
        texts("{n} catalog is up to date.", "{n} catalogs are up to date.", len(chosen))
    )


@translations.command()
def add(
    context: typer.Context,
    tag: Annotated[str, typer.Argument(metavar="TAG", help="A BCP 47 tag: sv, zh-Hant.")],
) -> None:
    """Begin the catalog of a language. It is offered to nobody until its header says so."""
    from bot.errors import Conflict, NotFound
    from translations import merge, messages
    from translations.locales import UnknownLanguage

    _need_a_checkout()
    session: Session = context.obj
    language = canonical_tag(session, tag, "TAG") or tag
    try:
        path = merge.add(language, _template(), messages.CATALOGS)
    except UnknownLanguage as error:
        what = text(
            "CLDR has no formats for “{tag}”, so dates and plurals could not be written in it. "
            "Use a language that CLDR knows.",
            tag=language,
        )
        raise NotFound(what) from error
    except FileExistsError as error:
        what = text(
            "There is a catalog of “{tag}” already. Bring it up to date with: "
            "polyherald translations update {tag}",
            tag=language,
        )
        raise Conflict(what) from error
    session.out.say(
        text(
            "{file} is begun, as a draft. Translate it; polyherald translations audit {tag} says "
            "what is missing.",
            file=str(path),
            tag=language,
        )
    )


def _template() -> Catalog:
    _need_a_checkout()
    from translations import extract

    return extract.template()


def _need_a_checkout() -> None:
    from bot.errors import PolyheraldError
    from translations import messages

    if not messages.has_sources(messages.CATALOGS):
        raise PolyheraldError(
            text(
                "The catalogs here are compiled; their sources are not part of an installed "
                "Polyherald. Work in a checkout of its repository."
            )
        )


def _existing(session: Session, tags: list[str] | None) -> tuple[str, ...]:
    """The catalogs that are named, each of which there is."""
    from bot.errors import NotFound
    from translations import messages

    _need_a_checkout()
    known = messages.languages_in(messages.CATALOGS)
    chosen = tuple(canonical_tag(session, tag, "TAG") or tag for tag in tags or ())
    for tag in chosen:
        if tag not in known:
            what = text(
                "There is no catalog of “{tag}”. Begin one with: polyherald translations add {tag}",
                tag=tag,
            )
            raise NotFound(what)
    return chosen


def _show(out: Output, states: list[State]) -> None:
    draft, offered = ptext("catalog", "draft"), ptext("catalog", "offered")
    out.table(
        (text("Language"), text("State"), text("Messages"), text("Missing"), text("Reviewed by")),
        [
            (
                state.tag,
                draft if state.draft else offered,
                state.messages,
                state.missing,
                state.reviewed_by or text("no native speaker yet"),
            )
            for state in states
        ],
        text("There are no catalogs."),
    )


def _finding(finding: Finding) -> dict[str, str]:
    return {"file": finding.file, "msgid": finding.msgid, "problem": finding.problem}


def _json(states: list[State]) -> list[dict[str, object]]:
    return [
        {
            "language": state.tag,
            "status": "draft" if state.draft else "offered",
            "messages": state.messages,
            "missing": state.missing,
            "reviewed_by": state.reviewed_by or None,
        }
        for state in states
    ]
