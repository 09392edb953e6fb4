"""What ``import`` does: read everything first, so that one broken file keeps all of them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli import sheet
from bot.cli.output import Output
from bot.cli.session import Session
from bot.errors import Problem
from bot.releases.desk import Desk, Filed
from bot.releases.intake import Draft, read
from bot.releases.release import Issuer, Release, VariantState
from bot.releases.review import FOLDER, OPERATOR, Actor
from bot.settings import Settings
from translations.text import Text, text, texts

_OUTCOMES = {
    "new": text("“{slug}” has been taken in."),
    "changed": text("“{slug}” has been brought up to date."),
    "same": text("“{slug}” is here already, word for word."),
}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the operator asked for. ``language`` and ``slug`` overrule what the files say."""

    paths: tuple[Path, ...]
    language: str | None = None
    slug: str | None = None
    archive: bool = False
    accept_observance: bool = False


def show_only(session: Session, order: Order, *, as_json: bool) -> None:
    """The dry run: opens no database."""
    drafts = _read(session, order)
    out = session.out
    if as_json:
        out.json({"stored": False, "drafts": [_json(d, d.release, None) for d in drafts]})
        return
    for draft in drafts:
        sheet.whole(out, draft.release)
        _tell_problems(out, draft.problems)
    out.say(
        texts(
            "{n} release read, nothing stored.", "{n} releases read, nothing stored.", len(drafts)
        )
    )


async def take_in(session: Session, order: Order, *, as_json: bool) -> None:
    drafts = _read(session, order)
    out = session.out
    async with session.desk() as desk:
        with out.progress(text("Importing"), len(drafts)) as step:
            filed = []
            for draft in drafts:
                filed.append(await _file(desk, draft, order, session.settings))
                step()
    if as_json:
        entries = [
            _json(draft, f.release, f.outcome) for draft, f in zip(drafts, filed, strict=True)
        ]
        out.json({"stored": True, "drafts": entries})
        return
    for draft, one in zip(drafts, filed, strict=True):
        out.sheet(draft.release.slug, sheet.summary(one.release))
        _tell_problems(out, draft.problems)
        out.say(Text(_OUTCOMES[one.outcome].msgid, {"slug": one.release.slug}))
        if one.release.observance and not one.release.observance.accepted:
            out.say(sheet.proposal(one.release))


def _read(session: Session, order: Order) -> Sequence[Draft]:
    settings = session.settings
    return read(
        order.paths,
        languages=settings.languages,
        default_zone=settings.timezone,
        language=order.language,
        slug=order.slug,
        issuer=Issuer(names=settings.issuer.names, address=settings.issuer.address),
    )


async def _file(desk: Desk, draft: Draft, order: Order, settings: Settings) -> Filed:
    filed = await desk.file(_actor(draft.release, settings), draft.release, archive=order.archive)
    observance = filed.release.observance
    if order.accept_observance and observance is not None and not observance.accepted:
        release = await desk.accept_observance(OPERATOR, filed.release.slug)
        return Filed(release, filed.outcome)
    return filed


def _actor(release: Release, settings: Settings) -> Actor:
    """The folder, when its files say “approved” and are trusted to; else the operator.

    Only front matter can say so: a letter is never approved by itself.
    """
    approved = any(v.state is VariantState.APPROVED for v in release.variants.values())
    trusted = settings.trust_folder and not settings.four_eyes
    return FOLDER if approved and trusted else OPERATOR


def _tell_problems(out: Output, problems: Sequence[Problem]) -> None:
    for problem in problems:
        out.say(text("Note: {problem}", problem=problem.as_text()))


def _json(draft: Draft, release: Release, outcome: str | None) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "sources": list(draft.sources),
        "problems": [
            {"file": p.where, "line": p.line, "message": str(p.what), "fatal": p.fatal}
            for p in draft.problems
        ],
        "release": sheet.as_json(release),
    }
