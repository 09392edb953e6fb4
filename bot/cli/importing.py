"""What ``import`` does: read everything first, so that one broken file keeps all of them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli import sheet
from bot.cli.output import Output
from bot.cli.session import Session
from bot.errors import Conflict, Problem
from bot.releases import repository
from bot.releases.desk import Desk, Filed
from bot.releases.intake import Draft, as_translation, home_of, is_translation, read
from bot.releases.release import Issuer, Release, VariantState
from bot.releases.review import FOLDER, OPERATOR, Actor
from bot.settings import Settings
from bot.store.database import Database
from translations.text import Text, text, texts

_OUTCOMES = {
    "new": text("“{slug}” has been taken in."),
    "changed": text("“{slug}” has been brought up to date."),
    "same": text("“{slug}” is here already, word for word."),
}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the operator asked for. ``language`` and ``slug`` overrule what the files say.

    ``separate`` keeps apart what seems to be one release; ``original`` is the language of the
    text from which the others were translated.
    """

    paths: tuple[Path, ...]
    language: str | None = None
    slug: str | None = None
    original: str | None = None
    separate: bool = False
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
        _tell_common(out, draft)
        _tell_problems(out, draft.problems)
    out.say(
        texts(
            "{n} release read, nothing stored.", "{n} releases read, nothing stored.", len(drafts)
        )
    )


async def take_in(session: Session, order: Order, *, as_json: bool) -> None:
    drafts = _read(session, order)
    out = session.out
    async with session.database() as database:
        desk = Desk(database, session.settings, session.clock)
        releases = await _placed(database, drafts, order)
        with out.progress(text("Importing"), len(drafts)) as step:
            filed = []
            for draft, release in zip(drafts, releases, strict=True):
                actor = _actor(draft.release, session.settings)
                filed.append(await _file(desk, actor, release, order))
                step()
    if as_json:
        entries = [
            _json(draft, f.release, f.outcome) for draft, f in zip(drafts, filed, strict=True)
        ]
        out.json({"stored": True, "drafts": entries})
        return
    for draft, one in zip(drafts, filed, strict=True):
        out.sheet(one.release.slug, sheet.summary(one.release))
        _tell_common(out, draft)
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
        original=order.original,
        separate=order.separate,
        issuer=Issuer(names=settings.issuer.names, address=settings.issuer.address),
    )


async def _placed(database: Database, drafts: Sequence[Draft], order: Order) -> list[Release]:
    """What each draft makes of the release that it belongs to, before anything is stored.

    A text under the name of a release in another language is its translation. One that only
    seems to be a translation is never attached by itself: raises :class:`Conflict`.
    """
    async with database.read() as connection:
        stored = await repository.everything(connection)
    known = {release.slug: release for release in stored}
    placed = []
    for draft in drafts:
        there = known.get(draft.release.slug)
        if there is not None and is_translation(draft, there):
            placed.append(as_translation(draft.release, there))
            continue
        if there is None and draft.alone and not order.separate and order.slug is None:
            _ask_about_home(draft, stored)
        placed.append(draft.release)
    return placed


def _ask_about_home(draft: Draft, stored: Sequence[Release]) -> None:
    home = home_of(draft.release, stored, draft.sources[0])
    if home is not None:
        raise Conflict(
            text(
                "{file} seems to be “{slug}” in another language ({language}). To add it there: "
                "--slug {slug}. To keep it apart: --separate",
                file=draft.sources[0],
                slug=home.slug,
                language=draft.release.original,
            )
        )


async def _file(desk: Desk, actor: Actor, release: Release, order: Order) -> Filed:
    filed = await desk.file(actor, release, archive=order.archive)
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


def _tell_common(out: Output, draft: Draft) -> None:
    if draft.common:
        out.say(
            text(
                "Taken as one release: {files}. They have in common: {reasons}. To keep them "
                "apart: --separate",
                files=tuple(Path(source).name for source in draft.sources),
                reasons=draft.common,
            )
        )


def _tell_problems(out: Output, problems: Sequence[Problem]) -> None:
    for problem in problems:
        out.say(text("Note: {problem}", problem=problem.as_text()))


def _json(draft: Draft, release: Release, outcome: str | None) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "sources": list(draft.sources),
        "in_common": [str(reason) for reason in draft.common],
        "problems": [
            {"file": p.where, "line": p.line, "message": str(p.what), "fatal": p.fatal}
            for p in draft.problems
        ],
        "release": sheet.as_json(release),
    }
