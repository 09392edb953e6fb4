"""What ``keys list``, ``keys new`` and ``keys revoke`` do."""

from __future__ import annotations

import sys

import typer

from bot.cli.session import Session
from bot.errors import Conflict, PolyheraldError
from bot.releases import signatures, signing
from bot.releases.review import OPERATOR
from bot.releases.statement import PublicKey, keys_document
from translations.text import Text, ptext, text


async def show(session: Session, *, as_json: bool) -> None:
    """The public keys; ``--json`` is the document that the site has as well."""
    async with session.database() as database, database.read() as connection:
        keys = await signatures.keys(connection)
    if as_json:
        session.out.json(keys_document(keys))
        return
    here = _here(session)
    session.out.table(
        (text("Key"), text("State"), text("Since"), text("Until"), text("On this machine")),
        [
            (
                key.id,
                _state(key),
                key.since and key.since.astimezone(session.zone),
                key.until and key.until.astimezone(session.zone),
                text("yes") if key.id == here else "",
            )
            for key in keys
        ],
        text("There is no signing key yet: “serve” makes one at its first start."),
    )


def _state(key: PublicKey) -> Text:
    if key.revoked:
        return ptext("key", "revoked")
    return ptext("key", "out of use") if key.until else ptext("key", "in use")


def _here(session: Session) -> str:
    try:
        key = signing.load(signing.file_of(session.settings))
    except PolyheraldError as error:
        session.out.complain(error.what)
        return ""
    return key.id if key is not None else ""


async def new(session: Session, *, yes: bool) -> None:
    """Make a new key in the place of the old one."""
    file = signing.file_of(session.settings)
    question = text(
        "Make a new signing key in {file}? The old one is taken out of use and is gone from here; "
        "what it signed stays valid.",
        file=str(file),
    )
    if file.exists() and not yes:
        if not sys.stdin.isatty():
            raise Conflict(text("{question} If so, add --yes.", question=question))
        typer.confirm(session.out.words(question), abort=True, err=True)
    async with session.database() as database:
        key = await signatures.replace(database, session.settings, OPERATOR, session.clock.now())
    session.out.say(
        text(
            "The key {key} is in use now. Keep a copy of {file} where nobody else reads it, and "
            "put it on every machine that runs the planner.",
            key=key.id,
            file=str(file),
        )
    )


async def revoke(session: Session, ident: str) -> None:
    async with session.database() as database:
        await signatures.revoke(database, OPERATOR, ident, session.clock.now())
    session.out.say(
        text(
            "The key {key} is revoked. What was signed with it is signed anew by a running "
            "service that has a key in use.",
            key=ident,
        )
    )
