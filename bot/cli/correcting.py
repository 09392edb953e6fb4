"""What ``correct`` and ``withdraw`` do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer

from bot.cli.session import Session
from bot.releases import repository
from bot.releases.correction import Kind, notes_of
from bot.releases.desk import Desk
from bot.releases.intake import read
from bot.releases.release import Issuer, Release
from bot.releases.review import OPERATOR
from translations.text import text


async def correct(
    session: Session,
    slug: str,
    files: Sequence[Path],
    *,
    kind: str,
    notes: Sequence[str],
    language: str | None,
) -> None:
    async with session.database() as database:
        async with database.read() as connection:
            stored = await repository.get(connection, slug)
        draft = _draft(session, stored, files, language) if files else None
        desk = Desk(database, session.settings, session.clock)
        given = notes_of(notes, draft or stored)
        done = await desk.correct(OPERATOR, slug, Kind(kind), given, draft)
        async with database.read() as connection:
            release = await repository.get(connection, slug)
    session.out.say(
        text(
            "“{slug}” is corrected in: {languages}. A running service brings it to everybody who "
            "was sent it.",
            slug=slug,
            languages=done.languages,
        )
    )
    stale = tuple(tag for tag in release.variants if release.state_of(tag) == "stale")
    if stale:
        session.out.complain(
            text(
                "Readers still have the text of before in: {languages}. Correct these as well, "
                "or approve them as they are.",
                languages=stale,
            )
        )


def _draft(
    session: Session, stored: Release, files: Sequence[Path], language: str | None
) -> Release:
    """The stored release with what the files say: a folder's word counts for what all languages
    share as well, a file's for its own language alone."""
    settings = session.settings
    drafts = read(
        tuple(files),
        languages=settings.languages,
        default_zone=settings.timezone,
        language=language,
        slug=stored.slug,
        original=None,
        separate=False,
        of=stored.date,
        today=stored.date,
        issuer=Issuer(names=settings.issuer.names, address=settings.issuer.address),
    )
    whole = any(file.is_dir() for file in files)
    base = drafts[0].release if whole else stored
    variants = {tag: v for draft in drafts for tag, v in draft.release.variants.items()}
    return replace(base, variants={**stored.variants, **variants})


async def withdraw(session: Session, slug: str, *, reasons: Sequence[str], yes: bool) -> None:
    async with session.database() as database:
        async with database.read() as connection:
            stored = await repository.get(connection, slug)
        notes = notes_of(reasons, stored)
        _ask(session, slug, yes=yes)
        await Desk(database, session.settings, session.clock).withdraw(OPERATOR, slug, notes)
    session.out.say(
        text("“{slug}” is withdrawn. A running service tells everybody who was sent it.", slug=slug)
    )


def _ask(session: Session, slug: str, *, yes: bool) -> None:
    if yes or not sys.stdin.isatty():
        return
    question = text("Withdraw “{slug}” for good, and tell everybody who was sent it?", slug=slug)
    typer.confirm(session.out.words(question), abort=True, err=True)
