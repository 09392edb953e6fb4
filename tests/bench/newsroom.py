"""What the measurements work on: one of the demo's releases, under as many names as are needed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from bot.releases.desk import Desk
    from bot.releases.release import Release

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh", "az")
SLUG = "charter-signing"


def sample() -> Release:
    """Five paragraphs with documents, in seven languages and four scripts; nothing recurs."""
    from bot.releases.intake import read
    from bot.releases.publication import filled_headline

    (draft,) = read(
        [ROOT / "bot" / "demo_newsroom" / SLUG], languages=LANGUAGES, default_zone="UTC"
    )
    release = draft.release
    assert set(release.variants) == set(LANGUAGES)
    return replace(
        release,
        observance=None,
        variants={
            tag: replace(variant, headline=filled_headline(release, tag), occasion="")
            for tag, variant in release.variants.items()
        },
    )


async def publish(desk: Desk, slugs: Iterable[str], topics: Sequence[str] = ()) -> None:
    """File the sample under every one of ``slugs`` and queue it for the planner's next look."""
    from bot.releases.review import OPERATOR

    release = sample()
    for n, slug in enumerate(slugs):
        day = release.date - timedelta(days=n)
        await desk.file(OPERATOR, replace(release, slug=slug, topics=tuple(topics), date=day))
        await desk.approve(OPERATOR, slug, LANGUAGES)
        await desk.publish(OPERATOR, slug)
