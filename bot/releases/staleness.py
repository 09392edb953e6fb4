"""Whom it concerns that an original has changed under its translations. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.releases.notices import Notice, lines
from bot.releases.release import Release
from bot.releases.review import Actor
from translations.locales import native_name
from translations.text import Text, text

MARK_CHARACTERS = 16


def told(before: Release | None, after: Release, actor: Actor) -> Iterator[Notice]:
    """What is told of the translations that count no more from here on: to the office, and to
    the translators of each. Whoever changed the original sees it before them."""
    became = [
        tag
        for tag in after.variants
        if before is not None
        and tag in before.variants
        and before.state_of(tag) == "approved"
        and after.state_of(tag) == "stale"
    ]
    if not became:
        return
    command = Text(f"/release {after.slug}")
    key = f"stale/{after.slug}/{after.original_hash[:MARK_CHARACTERS]}"
    what = text(
        "The original of “{slug}” has changed, and these are to be approved again before anybody "
        "gets them: {languages}",
        slug=after.slug,
        languages=tuple(map(native_name, became)),
    )
    yield Notice(key=key, what=lines(what, command), apart_from=actor.name)
    for tag in became:
        what = text(
            "The text of “{slug}” in {language} is stale, because the original changed.",
            slug=after.slug,
            language=native_name(tag),
        )
        yield Notice(
            key=f"{key}/{tag}", what=lines(what, command), language=tag, apart_from=actor.name
        )
