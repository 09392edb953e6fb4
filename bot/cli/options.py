"""Options that several commands take, and the values people write in them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.session import Session
from translations.text import Text, text

if TYPE_CHECKING:
    from bot.releases.release import Moment

Slug = Annotated[
    str, typer.Argument(metavar="SLUG", help="The release's short name, as “list” shows it.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
Addresses = Annotated[
    bool, typer.Option("--addresses", help="Show addresses. They are personal data.")
]


def refused(session: Session, what: Text, option: str) -> typer.BadParameter:
    """A value of ``option`` that cannot be used, in the operator's language."""
    return typer.BadParameter(session.out.words(what), param_hint=f"'{option}'")


def moment(session: Session, written: str | None, option: str) -> Moment | None:
    """A WHEN as people or programs write it, in the office's zone unless it names one."""
    from bot.releases.moments import BadMoment, format_moment
    from bot.releases.spoken import understood

    if written is None:
        return None
    settings = session.settings
    try:
        found = understood(
            written,
            now=session.clock.now(),
            zone=settings.timezone,
            hour=settings.occasion_hour,
            languages=(session.out.catalog.formats.tag, *settings.languages, "en"),
        )
    except BadMoment as error:
        raise refused(session, error.what, option) from error
    if len(found) > 1:
        what = text(
            "“{value}” can be read in several ways: {moments}. Write the one that is meant.",
            value=written[:80],
            moments=tuple(map(format_moment, found)),
        )
        raise refused(session, what, option)
    return found[0]


def day(session: Session, written: str | None, option: str) -> date | None:
    """A civil date, YYYY-MM-DD."""
    if written is None:
        return None
    try:
        if len(written) != len("2026-06-26"):
            raise ValueError(written)
        return date.fromisoformat(written)
    except ValueError as error:
        what = text("“{value}” is no date. Write it as 2026-06-26.", value=written)
        raise refused(session, what, option) from error


def tag(session: Session, written: str | None, option: str) -> str | None:
    """The one spelling of a language tag."""
    from translations.locales import UnknownLanguage, canonical

    if written is None:
        return None
    try:
        return canonical(written)
    except UnknownLanguage as error:
        what = text(
            "“{tag}” is not the tag of a language. Use a BCP 47 tag such as fr, pt-BR or zh-Hant.",
            tag=written[:80],
        )
        raise refused(session, what, option) from error
