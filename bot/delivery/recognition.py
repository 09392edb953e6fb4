"""Whether a text is the office's: looked for among what is published, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.delivery.surroundings import fallback_label, surroundings
from bot.releases import likeness, publication, traces
from bot.releases.correction import Correction
from bot.releases.difference import Change
from bot.releases.likeness import Likeness, Print, Reading
from bot.releases.publication import Published
from bot.releases.traces import Trace
from bot.settings import Settings
from bot.store.database import Database

MOST_COVERED = 6
"""Texts with which a changed one is compared by runs of words."""

_RANK = {"same": 3, "part": 2, "changed": 1, "other": 0}


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """What a text is: one wording of what is published in one language, or like it.

    ``since`` are the corrections that this wording does not have. ``changes`` are from what
    readers have now to the text; there are none where that was withdrawn.
    """

    published: Published
    trace: Trace
    like: Likeness
    since: tuple[Correction, ...]
    changes: tuple[Change, ...] = ()

    @property
    def is_genuine(self) -> bool:
        """Whether it is word for word what was published, then or now."""
        return self.like.kind in ("same", "part")


async def recognise(
    database: Database, settings: Settings, text: str, links: Sequence[str] = ()
) -> Recognised | None:
    """Look for ``text``, which leads to ``links``. ``None``: the office published nothing like it.

    Only what is published is read, and nothing is written.
    """
    given = await asyncio.to_thread(likeness.readings, text, links)
    marks = await asyncio.to_thread(likeness.questions, given)
    async with database.read() as connection:
        found = await traces.find(connection, marks)
        known = await publication.by_ids(connection, {trace.published_id for trace in found})
    return await asyncio.to_thread(_best, given, found, known, settings)


@dataclass(frozen=True)
class _Compared:
    reading: Reading
    trace: Trace
    published: Published
    like: Likeness

    @property
    def order(self) -> tuple[object, ...]:
        like = self.like
        return _RANK[like.kind], like.known, self.trace.is_newest, self.trace.at, -len(like.foreign)

    @property
    def text(self) -> list[str]:
        """What readers have now in that language; nothing of what was withdrawn."""
        if self.published.withdrawn_at is not None:
            return []
        variant = self.published.variants[self.trace.language]
        return traces.paragraphs((variant.headline, variant.subhead, variant.body))


def _best(
    given: Sequence[Reading],
    found: Iterable[Trace],
    known: Mapping[int, Published],
    settings: Settings,
) -> Recognised | None:
    compared = [
        _compared(reading, trace, known[trace.published_id], settings)
        for trace in found
        for reading in given
    ]
    best = max(compared, key=lambda one: one.order, default=None)
    if best is None:
        return None
    if best.like.kind not in ("same", "part"):
        best = _nearest(compared, best)
        if best.like.kind == "other":
            return None
    return _recognised(best)


def _nearest(compared: Sequence[_Compared], best: _Compared) -> _Compared:
    """Of the texts that readers have now the one that a changed text comes from, else ``best``.

    Comparing word by word costs most, so it is done with one.
    """
    current = [one for one in compared if one.trace.is_newest and one.text][:MOST_COVERED]
    nearest = max(current, key=lambda one: likeness.covered(one.reading, one.text), default=best)
    like = likeness.inspect(nearest.reading, nearest.text, nearest.like)
    return max(replace(nearest, like=like), best, key=lambda one: one.order)


def _recognised(best: _Compared) -> Recognised:
    trace, published = best.trace, best.published
    changes = best.like.changes
    if not trace.is_newest and best.text:
        changes = likeness.inspect(best.reading, best.text, best.like).changes
    return Recognised(
        published=published,
        trace=trace,
        like=best.like,
        since=tuple(
            c
            for c in published.corrections
            if c.number > trace.revision and trace.language in c.languages
        ),
        changes=changes,
    )


def _compared(
    reading: Reading, trace: Trace, published: Published, settings: Settings
) -> _Compared:
    around = surroundings(published, trace.language, settings)
    reading = reading.without(around.lines, fallback_label(settings.languages))
    printed = Print(units=trace.units, links=trace.links | around.links, also=around.also)
    return _Compared(reading, trace, published, likeness.compare(reading, printed))
