"""Four eyes, of which two came later: approvals without a second person, and the second ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.releases import members
from bot.releases.notices import Notice, lines
from bot.releases.release import Release
from bot.releases.review import Actor
from bot.settings import Settings
from translations.locales import native_name
from translations.text import text


def acts(
    before: Release, after: Release, languages: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What approving these was, for the log. Pure."""
    alone = [tag for tag in languages if after.is_owed(tag)]
    second = [tag for tag in languages if before.is_owed(tag) and not after.is_owed(tag)]
    plain = [tag for tag in languages if tag not in alone and tag not in second]
    if plain:
        yield "approve", {"languages": plain}
    if alone:
        reason = after.variants[alone[0]].alone
        yield "approve alone", {"languages": alone, "reason": reason}
    if second:
        yield "second approval", {"languages": second}


async def owed(
    connection: AsyncConnection,
    settings: Settings,
    release: Release,
    languages: Sequence[str],
    actor: Actor,
    now: datetime,
) -> list[Notice]:
    """What everybody else is told who may give the approval that is owed now."""
    alone = [tag for tag in languages if release.is_owed(tag)]
    if not alone:
        return []
    staff = members.actors(await members.everybody(connection, settings))
    who = await members.name_of(connection, actor.name)
    found = []
    for tag in alone:
        others = (
            ident
            for ident, other in staff.items()
            if other.name != actor.name and other.may("approve", tag)
        )
        what = lines(
            text(
                "“{slug}” was approved in {language} without a second person, by {who}: {reason}",
                slug=release.slug,
                language=native_name(tag),
                who=who,
                reason=release.variants[tag].alone,
                second=tag,
            ),
            text("A second approval is owed. Please read the text, and give it if all is right."),
        )
        key = f"owed/{release.slug}/{tag}/{now:%Y%m%dT%H%M%S%f}"
        found.append(Notice(key=key, what=what, only=tuple(others)))
    return found
