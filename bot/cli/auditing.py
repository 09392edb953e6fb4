"""What ``audit verify`` does."""

from __future__ import annotations

import re

import typer

from bot.cli.options import refused
from bot.cli.session import Session
from bot.releases import audit, chain
from bot.releases.audit import Verified
from bot.releases.chain import Act, Break
from translations.text import Text, text, texts

_HEAD = re.compile(r"[0-9a-f]{64}")


async def verify(session: Session, known: str, *, as_json: bool) -> None:
    """Ends with 1 where the log is not what was written."""
    if known and not _HEAD.fullmatch(known):
        what = text("“{value}” is no head of the log: it has 64 of 0–9 and a–f.", value=known[:80])
        raise refused(session, what, "--head")
    async with session.database() as database, database.read() as connection:
        found = await audit.verify(connection, known)
    problem = None if found.broken is None else _told(session, found.broken, known)
    if as_json:
        session.out.json(_json(session, found, problem))
    elif problem is None:
        _show(session, found)
    else:
        session.out.complain(problem)
    if problem is not None:
        raise typer.Exit(1)


def _show(session: Session, found: Verified) -> None:
    session.out.say(
        texts("{n} act, all in order.", "{n} acts, all in order.", found.acts)
        if found.head != chain.START
        else text("There is no act in the log yet.")
    )
    session.out.say(
        text(
            "Note this elsewhere, to be told with --head whether anything up to here was changed "
            "or cut off: {head}",
            head=found.head,
        )
    )


def _told(session: Session, broken: Break, known: str) -> Text:
    act = broken.act
    if broken.kind == "head":
        return text(
            "The act with the head {head} is not in the log: the log was cut off or written anew "
            "since, or this is an older copy. Compare it with the newest backup, and find out "
            "who else can write into the database.",
            head=known,
        )
    if act is None:
        return text(
            "The log is empty, though acts were written. Compare it with a backup, and find out "
            "who else can write into the database."
        )
    named = _named(session, act)
    if broken.kind == "changed":
        return text(
            "This is not what was written: {act}. Compare it with a backup, and find out who else "
            "can write into the database.",
            act=named,
        )
    if broken.kind == "gap":
        return text(
            "Something was taken out of the log, or put into it, before this: {act}. Compare it "
            "with a backup, and find out who else can write into the database.",
            act=named,
        )
    return text(
        "The log was cut off after this: {act}. Compare it with a backup, and find out who else "
        "can write into the database.",
        act=named,
    )


def _named(session: Session, act: Act) -> Text:
    return text(
        "number {number} of {moment}, {actor}, {what}",
        number=str(act.id),
        moment=act.at.astimezone(session.zone),
        actor=act.actor,
        what=f"{act.act} {act.slug}".strip(),
    )


def _json(session: Session, found: Verified, problem: Text | None) -> dict[str, object]:
    broken = None
    if found.broken is not None:
        act = found.broken.act
        broken = {
            "kind": found.broken.kind,
            "id": act and act.id,
            "at": act and act.at.isoformat(),
            "actor": act and act.actor,
            "act": act and act.act,
            "slug": act and act.slug,
            "problem": session.out.words(problem),
        }
    return {"acts": found.acts, "head": found.head, "sound": broken is None, "broken": broken}
