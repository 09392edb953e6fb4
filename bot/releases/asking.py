"""Changes that somebody asks for in a variant, until its text changes or it is approved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Conflict
from bot.releases import members
from bot.releases.notices import OFFICE, Notice, lines
from bot.releases.release import Release, Variant
from bot.releases.review import Actor
from bot.settings import StaffMember
from bot.store import tables as t
from bot.store.database import Database
from translations.locales import native_name
from translations.text import text

LONGEST = 1000
"""Characters of a comment."""


@dataclass(frozen=True, kw_only=True)
class ChangeRequest:
    """What ``asked_by`` (as in the audit log) wants changed in the variant in ``language``."""

    language: str
    comment: str
    asked_by: str
    at: datetime


def demand_comment(comment: str) -> str:
    """The comment on one line; raises ``Conflict`` for one that says nothing or too much."""
    words = " ".join(comment.split())
    if not words:
        raise Conflict(text("Say what should be changed."))
    if len(words) > LONGEST:
        raise Conflict(text("A comment has at most {limit} characters. Shorten it.", limit=LONGEST))
    return words


def concerned(staff: Iterable[StaffMember], variant: Variant, but: str) -> tuple[int, ...]:
    """Who is told of changes asked for in ``variant``: whoever wrote it, its translators and the
    office, by Telegram user id; not the one who asks. Pure."""
    told = (
        member.id
        for member in staff
        if member.role in OFFICE
        or (member.role == "translator" and member.language == variant.language)
        or variant.written_by == members.named(member.id)
    )
    return tuple(ident for ident in dict.fromkeys(told) if members.named(ident) != but)


async def open_requests(
    connection: AsyncConnection, release: Release
) -> Mapping[str, ChangeRequest]:
    """What is asked for in variants as they read now, by language."""
    return (await open_in(connection, [release])).get(release.id or 0, {})


async def open_in(
    connection: AsyncConnection, releases: Collection[Release]
) -> dict[int, dict[str, ChangeRequest]]:
    """The same for many releases, by their ids; none for those of which nothing is asked."""
    known = {release.id: release for release in releases}
    r = t.change_request
    query = select(r) if len(known) > 1 else select(r).where(r.c.release_id.in_(known))
    found: dict[int, dict[str, ChangeRequest]] = {}
    for row in await connection.execute(query.order_by(r.c.release_id, r.c.language)):
        release = known.get(row.release_id)
        variant = release.variants.get(row.language) if release is not None else None
        if variant is not None and variant.content_hash == row.hash:
            found.setdefault(row.release_id, {})[row.language] = ChangeRequest(
                language=row.language, comment=row.comment, asked_by=row.asked_by, at=row.at
            )
    return found


async def ask(
    database: Database,
    connection: AsyncConnection,
    release: Release,
    language: str,
    comment: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Note it, in the place of what was asked for there before."""
    values: dict[str, Any] = {
        "hash": release.variants[language].content_hash,
        "comment": comment,
        "asked_by": actor.name,
        "at": now,
    }
    r = t.change_request
    added = database.insert(r).values(release_id=release.id, language=language, **values)
    await connection.execute(
        added.on_conflict_do_update(index_elements=[r.c.release_id, r.c.language], set_=values)
    )


async def settle(connection: AsyncConnection, release: Release, languages: Collection[str]) -> None:
    """Nothing is asked for any more in these languages."""
    r = t.change_request
    await connection.execute(
        delete(r).where(r.c.release_id == release.id, r.c.language.in_(languages))
    )


def asked(
    release: Release, language: str, comment: str, to: tuple[int, ...], now: datetime
) -> Notice:
    """What those concerned are told."""
    what = text(
        "Changes are asked for in “{slug}” ({language}):",
        slug=release.slug,
        language=native_name(language),
    )
    return Notice(
        key=f"changes/{release.slug}/{language}/{now:%Y%m%dT%H%M%S%f}",
        what=lines(what, text("“{comment}”", comment=comment)),
        only=to,
    )


def overruled(release: Release, request: ChangeRequest, actor: Actor) -> Notice | None:
    """What whoever asked is told once somebody else has approved the text as it was."""
    who = members.number_in(request.asked_by)
    if who is None or request.asked_by == actor.name:
        return None
    what = text(
        "“{slug}” was approved in {language} as it was, although you asked for changes.",
        slug=release.slug,
        language=native_name(request.language),
    )
    key = f"overruled/{release.slug}/{request.language}/{request.at:%Y%m%dT%H%M%S%f}"
    return Notice(key=key, what=what, only=(who,))
